//! What a connection sends: its sender, transceiver, transports and tones.

use super::connection::Connection;
use super::convert::candidate_object;
use super::js::{self, exception, get, getter, object, set};
use super::stage::Stage;
use crate::standin::dtmf::{self, Tones};
use js_sys::{Array, Promise};
use protocol::media::{MediaAnswer, MediaRequest};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// The page's objects for what is sent. They are the same for as long as the connection is.
pub(super) struct Sending {
    connection: Weak<Connection>,
    track: Rc<RefCell<JsValue>>,
    tones: Rc<RefCell<Tones>>,
    sender: JsValue,
    transceiver: JsValue,
    transport: JsValue,
    ice: JsValue,
    dtmf: JsValue,
}

impl Sending {
    pub(super) fn new(connection: Weak<Connection>) -> Self {
        let track = Rc::new(RefCell::new(JsValue::NULL));
        let tones = Rc::default();
        let ice = ice_transport(connection.clone());
        let transport = object([
            ("state", "new".into()),
            ("onstatechange", JsValue::NULL),
            ("iceTransport", ice.clone()),
        ]);
        let dtmf = dtmf_sender(connection.clone(), &tones);
        let sender = sender(connection.clone(), &track);
        set(&sender, "transport", &transport);
        set(&sender, "dtmf", &dtmf);
        let transceiver = transceiver(connection.clone(), &sender);
        Self {
            connection,
            track,
            tones,
            sender,
            transceiver,
            transport,
            ice,
            dtmf,
        }
    }

    pub(super) fn sender(&self) -> JsValue {
        self.sender.clone()
    }

    pub(super) fn transceiver(&self) -> JsValue {
        self.transceiver.clone()
    }

    pub(super) fn transport(&self) -> JsValue {
        self.transport.clone()
    }

    /// `addTrack`.
    pub(super) fn add(&self, track: JsValue) -> Result<JsValue, JsValue> {
        if !track.is_object() {
            return Err(exception("TypeError", "this is no track"));
        }
        if !self.track.borrow().is_null() {
            return Err(exception("InvalidAccessError", "a track is sent already"));
        }
        self.send(track);
        Ok(self.sender())
    }

    /// `removeTrack`.
    pub(super) fn remove(&self) {
        self.send(JsValue::NULL);
    }

    fn send(&self, track: JsValue) {
        if let Some(connection) = self.connection.upgrade() {
            connection.tell(send_request(&connection, &track));
        }
        *self.track.borrow_mut() = track;
        close_left();
    }

    /// Whether this track is sent.
    pub(super) fn sends(&self, track: &JsValue) -> bool {
        self.track.borrow().loose_eq(track)
    }

    /// The DTLS transport is in another state.
    pub(super) fn transport_is(&self, state: &str) {
        let before = get(&self.transport, "state");
        if before.as_string().as_deref() == Some(state) {
            return;
        }
        set(&self.transport, "state", &state.into());
        set(&self.ice, "state", &state.into());
        let event = object([("type", "statechange".into())]);
        js::fire(&self.transport, "onstatechange", &event);
    }

    /// Another pair of candidates is used.
    pub(super) fn pair_changed(&self) {
        let event = object([("type", "selectedcandidatepairchange".into())]);
        js::fire(&self.ice, "onselectedcandidatepairchange", &event);
    }

    /// A tone begins to sound, or (empty) all are played.
    pub(super) fn tone_sounds(&self, tone: &str) {
        self.tones.borrow_mut().sounds(tone);
        let event = object([("type", "tonechange".into()), ("tone", tone.into())]);
        js::fire(&self.dtmf, "ontonechange", &event);
    }
}

/// What is sent has changed.
fn close_left() {
    if let Some(stage) = Stage::here() {
        stage.close_left();
    }
}

fn send_request(connection: &Connection, track: &JsValue) -> MediaRequest {
    MediaRequest::SendTrack {
        peer: connection.id(),
        // A track that is none of ours has no microphone behind it: silence.
        track: Stage::here().and_then(|stage| stage.microphone_of(track)),
    }
}

fn sender(connection: Weak<Connection>, track: &Rc<RefCell<JsValue>>) -> JsValue {
    let sender = object([]);
    let read = track.clone();
    getter(&sender, "track", move || read.borrow().clone());
    let track = track.clone();
    let replace = js::function(move |new, _, _| {
        Ok(replace_track(connection.clone(), track.clone(), new).into())
    });
    set(&sender, "replaceTrack", &replace);
    let parameters = js::function(|_, _, _| {
        let encodings = Array::of1(&object([("active", true.into())]));
        Ok(object([
            ("transactionId", "".into()),
            ("encodings", encodings.into()),
        ]))
    });
    set(&sender, "getParameters", &parameters);
    let taken = js::function(|_, _, _| Ok(js::resolved()));
    set(&sender, "setParameters", &taken);
    sender
}

fn replace_track(
    connection: Weak<Connection>,
    track: Rc<RefCell<JsValue>>,
    new: JsValue,
) -> Promise {
    future_to_promise(async move {
        let open = connection.upgrade().filter(|open| !open.is_closed());
        let open = open.ok_or_else(|| exception("InvalidStateError", "it is closed"))?;
        let new = if new.is_object() { new } else { JsValue::NULL };
        let answer = open.ask(send_request(&open, &new)).await;
        if answer == MediaAnswer::Done {
            *track.borrow_mut() = new;
            close_left();
            return Ok(JsValue::UNDEFINED);
        }
        Err(js::unexpected(answer))
    })
}

fn transceiver(connection: Weak<Connection>, sender: &JsValue) -> JsValue {
    let prefer = js::function(move |codecs, _, _| {
        let codecs = Array::from(&codecs);
        let names = codecs.iter();
        let names = names.filter_map(|codec| get(&codec, "mimeType").as_string());
        if let Some(connection) = connection.upgrade() {
            connection.tell(MediaRequest::PreferCodecs {
                peer: connection.id(),
                mime_types: names.collect(),
            });
        }
        Ok(JsValue::UNDEFINED)
    });
    object([
        ("mid", "0".into()),
        ("direction", "sendrecv".into()),
        ("sender", sender.clone()),
        ("setCodecPreferences", prefer),
        ("stop", js::function(|_, _, _| Ok(JsValue::UNDEFINED))),
    ])
}

fn ice_transport(connection: Weak<Connection>) -> JsValue {
    let pair = js::function(move |_, _, _| {
        let connection = connection.upgrade();
        let pair = connection.and_then(|connection| connection.peer().pair.clone());
        Ok(pair.map_or(JsValue::NULL, |(local, remote)| {
            object([
                ("local", candidate_object(&local)),
                ("remote", candidate_object(&remote)),
            ])
        }))
    });
    object([
        ("state", "new".into()),
        ("onselectedcandidatepairchange", JsValue::NULL),
        ("getSelectedCandidatePair", pair),
    ])
}

fn dtmf_sender(connection: Weak<Connection>, tones: &Rc<RefCell<Tones>>) -> JsValue {
    let dtmf = object([("ontonechange", JsValue::NULL)]);
    let asked = connection.clone();
    getter(&dtmf, "canInsertDTMF", move || {
        asked
            .upgrade()
            .is_some_and(|open| open.takes_tones())
            .into()
    });
    let left = tones.clone();
    getter(&dtmf, "toneBuffer", move || left.borrow().left().into());
    let tones = tones.clone();
    let insert = js::function(move |text, duration, gap| {
        let open = connection.upgrade().filter(|open| open.takes_tones());
        let open = open.ok_or_else(|| exception("InvalidStateError", "no tones can be sent"))?;
        let text = text.as_string().unwrap_or_default();
        let inserted = tones.borrow_mut().insert(&text);
        let inserted =
            inserted.ok_or_else(|| exception("InvalidCharacterError", "these are no tones"))?;
        open.tell(MediaRequest::InsertDtmf {
            peer: open.id(),
            tones: inserted,
            duration_ms: dtmf::duration_ms(js::number(&duration)),
            gap_ms: dtmf::gap_ms(js::number(&gap)),
        });
        Ok(JsValue::UNDEFINED)
    });
    set(&dtmf, "insertDTMF", &insert);
    dtmf
}
