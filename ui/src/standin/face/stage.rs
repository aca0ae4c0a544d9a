//! All that the page has opened: connections, microphones, and who plays what where.

use super::connection::Connection;
use super::track::Track;
use crate::standin::left::Left;
use crate::standin::line::{Asker, Line};
use crate::standin::outputs::{Outputs, Play};
use protocol::media::{MediaAnswer, MediaEvent, MediaRequest, PeerId, TrackId};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::Event;

thread_local! {
    static STAGE: RefCell<Option<Rc<Stage>>> = const { RefCell::new(None) };
}

/// What there is, once for a page.
pub(super) struct Stage {
    ask: Asker,
    /// Requests that belong to no object.
    line: Line,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    last_id: u32,
    peers: BTreeMap<PeerId, Rc<Connection>>,
    microphones: BTreeMap<TrackId, Microphone>,
    left: Left,
    outputs: Outputs,
    levels: bool,
}

impl State {
    /// Whether a connection sends this microphone.
    fn sends(&self, track: TrackId) -> bool {
        let microphone = self.microphones.get(&track);
        microphone.is_some_and(|microphone| {
            let js = microphone.track.js();
            self.peers.values().any(|peer| peer.sending().sends(js))
        })
    }
}

/// A microphone that is open in the engine.
struct Microphone {
    track: Rc<Track>,
    line: Line,
}

impl Stage {
    /// The page's stage, once the stand-in is installed.
    pub(super) fn here() -> Option<Rc<Self>> {
        STAGE.with_borrow(Clone::clone)
    }

    /// Sets it up.
    pub(super) fn set_up(ask: Asker) -> Rc<Self> {
        let stage = Rc::new(Self {
            line: Line::new(ask.clone()),
            ask,
            state: RefCell::default(),
        });
        STAGE.set(Some(stage.clone()));
        stage
    }

    /// A line for a new object.
    pub(super) fn new_line(&self) -> Line {
        Line::new(self.ask.clone())
    }

    /// Asks what belongs to no object.
    pub(super) async fn ask(&self, request: MediaRequest) -> MediaAnswer {
        self.line.ask(request).await
    }

    /// Asks at once, whatever else is being asked.
    pub(super) async fn ask_now(&self, request: MediaRequest) -> MediaAnswer {
        (self.ask)(request).await
    }

    pub(super) fn new_id(&self) -> u32 {
        let mut state = self.state.borrow_mut();
        state.last_id += 1;
        state.last_id
    }

    pub(super) fn add_peer(&self, id: PeerId, connection: Rc<Connection>) {
        self.state.borrow_mut().peers.insert(id, connection);
        self.look_at_levels();
    }

    pub(super) fn remove_peer(&self, id: PeerId) {
        let removed = {
            let mut state = self.state.borrow_mut();
            state.outputs.forget(id);
            state.peers.remove(&id)
        };
        drop(removed);
        self.look_at_levels();
    }

    pub(super) fn peer(&self, id: PeerId) -> Option<Rc<Connection>> {
        self.state.borrow().peers.get(&id).cloned()
    }

    pub(super) fn add_microphone(&self, id: TrackId, track: Track, line: Line) {
        let microphone = Microphone {
            track: Rc::new(track),
            line,
        };
        let mut state = self.state.borrow_mut();
        state.microphones.insert(id, microphone);
    }

    /// The page mutes a microphone, or no more.
    pub(super) fn enable_microphone(&self, track: TrackId, enabled: bool) {
        if let Some(known) = self.state.borrow().microphones.get(&track) {
            let request = MediaRequest::EnableMicrophone { track, enabled };
            known.line.tell(request);
        }
    }

    /// The page stops a microphone; `ended` when it was gone already.
    pub(super) fn stop_microphone(&self, track: TrackId, ended: bool) {
        let at_once = {
            let mut state = self.state.borrow_mut();
            let kept = ended && state.sends(track);
            state.left.stop(track, kept)
        };
        if at_once {
            self.close_microphone(track);
        }
    }

    /// Closes the microphones that the page has stopped and that no connection sends any more.
    pub(super) fn close_left(&self) {
        let unsent = {
            let mut state = self.state.borrow_mut();
            let mut left = std::mem::take(&mut state.left);
            let unsent = left.take_unsent(|track| state.sends(track));
            state.left = left;
            unsent
        };
        for track in unsent {
            self.close_microphone(track);
        }
    }

    fn close_microphone(&self, track: TrackId) {
        let removed = self.state.borrow_mut().microphones.remove(&track);
        if let Some(removed) = removed {
            removed.line.end(MediaRequest::CloseMicrophone { track });
        }
    }

    /// Which microphone a track of the page is; none of ours sends silence.
    pub(super) fn microphone_of(&self, track: &JsValue) -> Option<TrackId> {
        let state = self.state.borrow();
        let same = |known: &&TrackId| {
            let known = state.microphones.get(known);
            known.is_some_and(|known| known.track.js().loose_eq(track))
        };
        state.microphones.keys().find(same).copied()
    }

    /// Whose sound a stream of the page is.
    pub(super) fn peer_of(&self, stream: &JsValue) -> Option<PeerId> {
        let state = self.state.borrow();
        let same = |(_, connection): &(&PeerId, &Rc<Connection>)| {
            let remote = connection.remote();
            remote.is_some_and(|remote| remote.stream().loose_eq(stream))
        };
        state.peers.iter().find(same).map(|(id, _)| *id)
    }

    /// Changes who plays what, and tells the connections.
    pub(super) fn play(&self, change: impl FnOnce(&mut Outputs) -> Vec<Play>) {
        let plays = change(&mut self.state.borrow_mut().outputs);
        for (peer, devices) in plays {
            if let Some(connection) = self.peer(peer) {
                connection.tell(MediaRequest::Play { peer, devices });
            }
        }
    }

    /// Reads who plays what.
    pub(super) fn outputs<T>(&self, read: impl FnOnce(&Outputs) -> T) -> T {
        read(&self.state.borrow().outputs)
    }

    /// Levels are told while there is a connection and somebody may look.
    pub(super) fn look_at_levels(&self) {
        let change = {
            let mut state = self.state.borrow_mut();
            let on = !state.peers.is_empty() && !crate::dom::document().hidden();
            (std::mem::replace(&mut state.levels, on) != on).then_some(on)
        };
        if let Some(on) = change {
            self.line.tell(MediaRequest::Levels { on });
        }
    }

    /// The page is attached anew: the engine knows nothing of before.
    pub(super) fn begin_anew(&self) {
        self.state.borrow_mut().levels = false;
        self.look_at_levels();
    }

    /// The engine told something.
    pub(super) fn hear(&self, event: MediaEvent) {
        match event {
            MediaEvent::Connection { peer, .. }
            | MediaEvent::Gathering { peer, .. }
            | MediaEvent::Candidate { peer, .. }
            | MediaEvent::Track { peer }
            | MediaEvent::SelectedPair { peer, .. }
            | MediaEvent::Tone { peer, .. } => {
                if let Some(connection) = self.peer(peer) {
                    connection.hear(event);
                }
            }
            MediaEvent::Devices => devices_changed(),
            MediaEvent::MicrophoneEnded { track } => {
                // It stays open in the engine, which feeds it again when there is a microphone.
                let known = |one: &Microphone| one.track.clone();
                let ended = self.state.borrow().microphones.get(&track).map(known);
                if let Some(ended) = ended {
                    ended.end();
                }
            }
            MediaEvent::Levels { microphones, peers } => self.levels(&microphones, &peers),
            // The page says it by itself.
            MediaEvent::Sound { .. } => {}
        }
    }

    fn levels(&self, microphones: &[(TrackId, u16)], peers: &[(PeerId, u16)]) {
        let state = self.state.borrow();
        for (id, level) in microphones {
            if let Some(microphone) = state.microphones.get(id) {
                microphone.track.set_level(*level);
            }
        }
        for (id, level) in peers {
            if let Some(track) = state.peers.get(id).and_then(|peer| peer.remote()) {
                track.set_level(*level);
            }
        }
    }
}

fn devices_changed() {
    let devices = super::microphones::media_devices();
    let (Some(devices), Ok(event)) = (devices, Event::new("devicechange")) else {
        return;
    };
    // A listener that throws is reported by the browser.
    let _ = devices.dispatch_event(&event);
}
