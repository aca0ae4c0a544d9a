//! The handles of the SDK's calls, by the phone's name for them.

use super::engine::keys::Keys;
use super::listen::Listening;
use super::{Call, rules};
use js_sys::Reflect;
use protocol::engine::CallEvent;
use protocol::{CallId, CallSid, ErrorCode};
use wasm_bindgen::prelude::*;

/// Our own name for a handle, from the moment that we want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

/// How a call's signalling is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Signalling {
    /// It works.
    #[default]
    Up,
    /// It is lost, and the SDK tries to take the call up again: a hang-up would not be sent.
    Lost,
    /// Twilio closed it for good: this handle reaches nobody any more.
    Dead,
}

/// A call of the SDK, or one that is being made.
pub(super) struct Held {
    pub(super) key: Key,
    /// The phone's name; an incoming call gets it after it was reported.
    pub(super) id: Option<CallId>,
    pub(super) sid: Option<CallSid>,
    /// `None` while `device.connect` has not resolved.
    pub(super) handle: Option<Listening<Call>>,
    /// What happened before the phone named it.
    waiting: Vec<CallEvent>,
    /// The user gave up before there was a handle.
    pub(super) given_up: bool,
    pub(super) signalling: Signalling,
    /// Reported as over; it only waits for signalling to send its hang-up.
    pub(super) ghost: bool,
    pub(super) keys: Keys,
}

impl Held {
    pub(super) fn call(&self) -> Option<Call> {
        self.handle.as_ref().map(|handle| handle.emitter.clone())
    }
}

/// All calls that the page holds.
#[derive(Default)]
pub(super) struct Calls {
    held: Vec<Held>,
    last_key: u64,
}

impl Calls {
    pub(super) fn add(&mut self, id: Option<CallId>, sid: Option<CallSid>) -> Key {
        self.last_key += 1;
        let key = Key(self.last_key);
        self.held.push(Held {
            key,
            id,
            sid,
            handle: None,
            waiting: Vec::new(),
            given_up: false,
            signalling: Signalling::default(),
            ghost: false,
            keys: Keys::default(),
        });
        key
    }

    /// Whether there is no call that the Device must be kept for.
    pub(super) fn is_empty(&self) -> bool {
        !self
            .held
            .iter()
            .any(|held| held.handle.is_some() || held.id.is_some())
    }

    /// Gives all away. Names of handles are never used twice.
    pub(super) fn take_all(&mut self) -> Vec<Held> {
        std::mem::take(&mut self.held)
    }

    pub(super) fn get(&mut self, key: Key) -> Option<&mut Held> {
        self.held.iter_mut().find(|held| held.key == key)
    }

    pub(super) fn by_id(&mut self, id: CallId) -> Option<&mut Held> {
        self.held
            .iter_mut()
            .find(|held| held.id == Some(id) && !held.ghost)
    }

    pub(super) fn by_call(&self, call: &JsValue) -> Option<Key> {
        let same = |held: &&Held| held.call().is_some_and(|held| held.loose_eq(call));
        self.held.iter().find(same).map(|held| held.key)
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Held> {
        let index = self.held.iter().position(|held| held.key == key)?;
        Some(self.held.remove(index))
    }

    /// Gives the incoming call its name, and tells what has happened in it meanwhile.
    pub(super) fn name(&mut self, sid: &CallSid, id: CallId) -> Vec<CallEvent> {
        let unnamed = |held: &Held| held.id.is_none() && held.sid.as_ref() == Some(sid);
        let Some(index) = self.held.iter().position(unnamed) else {
            return vec![CallEvent::Lost];
        };
        if self.held[index].handle.is_none() {
            // It is over already.
            return self.held.remove(index).waiting;
        }
        self.held[index].id = Some(id);
        std::mem::take(&mut self.held[index].waiting)
    }

    /// Whom to report `what` as; `None` keeps it until the call has its name, or drops it.
    pub(super) fn address(&mut self, key: Key, what: &CallEvent) -> Option<CallId> {
        let held = self.get(key).filter(|held| !held.ghost)?;
        if held.id.is_none() {
            held.waiting.push(what.clone());
        }
        held.id
    }

    /// Marks all calls as cut off; gives those that were not, each with whether it is a ghost.
    pub(super) fn cut_off(&mut self) -> Vec<(Key, Call, bool)> {
        let mut cut_off = Vec::new();
        for held in &mut self.held {
            let Some(call) = held.call().filter(|call| !is_closed(call)) else {
                continue;
            };
            if held.signalling != Signalling::Dead {
                held.signalling = Signalling::Dead;
                cut_off.push((held.key, call, held.ghost));
            }
        }
        cut_off
    }

    /// Whether the signalling of any call is like this.
    pub(super) fn is_any(&self, signalling: Signalling) -> bool {
        let like = |held: &Held| held.handle.is_some() && held.signalling == signalling;
        self.held.iter().any(like)
    }

    /// Those that the SDK closed without a word.
    pub(super) fn silently_closed(&self) -> Vec<Key> {
        let closed = |held: &&Held| held.call().is_some_and(|call| is_closed(&call));
        self.held
            .iter()
            .filter(closed)
            .map(|held| held.key)
            .collect()
    }
}

pub(super) fn is_closed(call: &Call) -> bool {
    call.status() == "closed"
}

/// A parameter that Twilio gave the call.
pub(super) fn parameter(call: &Call, name: &str) -> Option<String> {
    text(&call.parameters(), name)
}

pub(super) fn sid(call: &Call) -> Option<CallSid> {
    parameter(call, "CallSid").map(CallSid)
}

pub(super) fn is_verified(call: &Call) -> bool {
    let verified = Reflect::get(&call.caller_info(), &"isVerified".into());
    verified.is_ok_and(|verified| verified.is_truthy())
}

/// The code and the words of an error of the SDK, or of anything thrown.
pub(super) fn read_error(error: &JsValue) -> (ErrorCode, String) {
    let code = Reflect::get(error, &"code".into())
        .ok()
        .and_then(|code| code.as_f64())
        .filter(|code| *code >= 1.0)
        .map_or(rules::UNKNOWN, |code| ErrorCode(code as u32));
    let words = text(error, "message").or_else(|| error.as_string());
    (code, words.unwrap_or_default())
}

fn text(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).ok()?.as_string()
}

/// Ends the sound of a call that the SDK forgot: it closes the call and lets the sound go on.
pub(super) fn silence(call: &Call) {
    for stream in [call.local_stream(), call.remote_stream()] {
        let tracks = stream.map(|stream| stream.get_tracks());
        for track in tracks.into_iter().flatten() {
            track.unchecked_into::<web_sys::MediaStreamTrack>().stop();
        }
    }
}
