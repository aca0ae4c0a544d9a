//! One connection: its state, its handlers, and what it asks of the engine.

use super::convert::{candidate_object, description_object, read_description};
use super::js::{self, exception, object, set};
use super::sender::Sending;
use super::stage::Stage;
use super::track::{Switched, Track};
use crate::standin::line::Line;
use crate::standin::peer::{Fired, Peer};
use crate::standin::sdp;
use js_sys::Array;
use protocol::media::{ConnectionState, MediaAnswer, MediaEvent, MediaRequest, PeerId};
use std::cell::{Ref, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One connection, as the stage and the page's objects share it.
pub(super) struct Connection {
    id: PeerId,
    line: Line,
    peer: RefCell<Peer>,
    /// The page's object, until it is closed.
    page: RefCell<JsValue>,
    sending: Sending,
    remote: RefCell<Option<Rc<Track>>>,
}

impl Connection {
    pub(super) fn new(id: PeerId, line: Line) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            id,
            line,
            peer: RefCell::new(Peer::new()),
            page: RefCell::new(JsValue::NULL),
            sending: Sending::new(this.clone()),
            remote: RefCell::new(None),
        })
    }

    /// This is the page's object; its handlers are called.
    pub(super) fn belongs_to(&self, page: JsValue) {
        *self.page.borrow_mut() = page;
    }

    pub(super) fn sending(&self) -> &Sending {
        &self.sending
    }

    pub(super) fn id(&self) -> PeerId {
        self.id
    }

    pub(super) fn tell(&self, request: MediaRequest) {
        if !self.is_closed() {
            self.line.tell(request);
        }
    }

    pub(super) async fn ask(&self, request: MediaRequest) -> MediaAnswer {
        self.line.ask(request).await
    }

    pub(super) fn is_closed(&self) -> bool {
        self.peer.borrow().is_closed()
    }

    /// Whether tones can be sent as telephone events now.
    pub(super) fn takes_tones(&self) -> bool {
        let peer = self.peer.borrow();
        let remote = peer.remote.as_ref();
        peer.connection == ConnectionState::Connected
            && remote.is_some_and(|remote| sdp::takes_telephone_events(&remote.sdp))
    }

    /// What the far end says.
    pub(super) fn remote(&self) -> Option<Rc<Track>> {
        self.remote.borrow().clone()
    }

    pub(super) fn peer(&self) -> Ref<'_, Peer> {
        self.peer.borrow()
    }

    /// The engine told something.
    pub(super) fn hear(&self, event: MediaEvent) {
        let fired = self.peer.borrow_mut().hear(event);
        self.fire(fired);
    }

    fn fire(&self, fired: Vec<Fired>) {
        for fired in fired {
            // A handler may close the connection: then nothing more is told.
            if self.is_closed() {
                return;
            }
            self.fire_one(fired);
        }
    }

    fn fire_one(&self, fired: Fired) {
        let plain = |name: &'static str| object([("type", name.into())]);
        match fired {
            Fired::Signaling => self.call("signalingstatechange", plain("signalingstatechange")),
            Fired::Gathering => {
                self.call("icegatheringstatechange", plain("icegatheringstatechange"));
            }
            Fired::IceConnection => {
                self.call(
                    "iceconnectionstatechange",
                    plain("iceconnectionstatechange"),
                );
            }
            Fired::Connection => {
                let state = self.peer.borrow().transport_name();
                self.sending.transport_is(state);
                self.call("connectionstatechange", plain("connectionstatechange"));
            }
            Fired::Candidate(candidate) => {
                let candidate = candidate.as_ref().map_or(JsValue::NULL, candidate_object);
                let event = object([("type", "icecandidate".into()), ("candidate", candidate)]);
                self.call("icecandidate", event);
            }
            Fired::Track => self.call_track(),
            Fired::SelectedPair => self.sending.pair_changed(),
            Fired::Tone(tone) => self.sending.tone_sounds(&tone),
        }
    }

    fn call(&self, name: &str, event: JsValue) {
        let page = self.page.borrow().clone();
        set(&event, "target", &page);
        js::fire(&page, &format!("on{name}"), &event);
    }

    fn call_track(&self) {
        let peer = self.id;
        let switched = move |switched| {
            let audible = match switched {
                Switched::Enabled(on) => on,
                Switched::Stopped { .. } => false,
            };
            // Of a closed connection nothing is told.
            let stage = Stage::here().filter(|stage| stage.peer(peer).is_some());
            if let Some(stage) = stage {
                stage.play(|outputs| outputs.set_audible(peer, audible));
            }
        };
        let track = Track::new("The other end".to_owned(), object([]), switched);
        // Without an audio context the page cannot measure or play: it has no stream either.
        let Ok(track) = track else { return };
        let track = Rc::new(track);
        *self.remote.borrow_mut() = Some(track.clone());
        let event = object([
            ("type", "track".into()),
            ("track", track.js().clone()),
            ("streams", Array::of1(track.stream()).into()),
            ("receiver", self.receiver()),
            ("transceiver", self.sending.transceiver()),
        ]);
        self.call("track", event);
    }

    pub(super) fn receiver(&self) -> JsValue {
        let track = self.remote();
        let track = track.map_or(JsValue::NULL, |track| track.js().clone());
        object([("track", track), ("transport", self.sending.transport())])
    }

    pub(super) async fn create(&self, request: MediaRequest) -> Result<JsValue, JsValue> {
        if self.is_closed() {
            return Err(closed());
        }
        let answer = self.ask(request).await;
        if let MediaAnswer::Description(description) = answer {
            return Ok(description_object(&description));
        }
        Err(js::unexpected(answer))
    }

    pub(super) async fn set(&self, given: JsValue, local: bool) -> Result<JsValue, JsValue> {
        if self.is_closed() {
            return Err(closed());
        }
        let description = read_description(&given)?;
        let peer = self.id;
        let request = if local {
            MediaRequest::SetLocalDescription { peer, description }
        } else {
            MediaRequest::SetRemoteDescription { peer, description }
        };
        self.peer.borrow_mut().begin_setting();
        let answer = self.ask(request).await;
        let set = if let MediaAnswer::Signaling {
            state,
            local,
            remote,
        } = answer
        {
            let fired = self.peer.borrow_mut().negotiated(state, local, remote);
            self.fire(fired);
            Ok(JsValue::UNDEFINED)
        } else {
            Err(js::unexpected(answer))
        };
        let held = self.peer.borrow_mut().end_setting();
        if self.is_closed() {
            // A browser leaves the promise open for ever, and so nothing is made of it.
            return std::future::pending().await;
        }
        let this = self.me();
        wasm_bindgen_futures::spawn_local(async move {
            // After who waits for the description has gone on.
            let Some(this) = this else { return };
            for event in held {
                this.hear(event);
            }
        });
        set
    }

    fn me(&self) -> Option<Rc<Self>> {
        Stage::here()?.peer(self.id)
    }

    pub(super) fn close(&self) {
        if self.is_closed() {
            return;
        }
        self.peer.borrow_mut().close();
        *self.page.borrow_mut() = JsValue::NULL;
        self.line.end(MediaRequest::ClosePeer { peer: self.id });
        let remote = self.remote.borrow_mut().take();
        if let Some(remote) = remote {
            remote.end();
        }
        if let Some(stage) = Stage::here() {
            stage.remove_peer(self.id);
            stage.close_left();
        }
    }
}

/// What a closed connection says.
pub(super) fn closed() -> JsValue {
    exception("InvalidStateError", "the connection is closed")
}
