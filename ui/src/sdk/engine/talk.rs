//! The calls of the [`Engine`]: made, answered, ended, and heard.

use super::Engine;
use crate::sdk::calls::{self, Key, Signalling};
use crate::sdk::listen::Listening;
use crate::sdk::{Call, Device, options, rules};
use protocol::engine::CallEvent;
use protocol::{CallId, CallSid, EngineEvent, ErrorCode};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The events of a call that are heard.
const EVENTS: [&str; 11] = [
    "accept",
    "cancel",
    "disconnect",
    "error",
    "mute",
    "reconnected",
    "reconnecting",
    "reject",
    "ringing",
    "transportClose",
    "volume",
];

impl Engine {
    pub(super) fn incoming(&self, call: Call) {
        let Some(sid) = calls::sid(&call) else { return };
        let key = self.0.state.borrow_mut().calls.add(None, Some(sid.clone()));
        let event = EngineEvent::Incoming {
            call_sid: sid,
            from: calls::parameter(&call, "From").unwrap_or_default(),
            to: calls::parameter(&call, "To").unwrap_or_default(),
            verified: calls::is_verified(&call),
        };
        self.hold(key, call);
        self.report(event);
    }

    pub(super) fn connect(&self, id: CallId, params: &[(String, String)]) {
        let (device, key, options) = {
            let mut state = self.0.state.borrow_mut();
            let device = state.device.as_ref().map(|held| held.emitter.clone());
            let options = options::connect(params, &state.ice_servers);
            (device, state.calls.add(Some(id), None), options)
        };
        let Some(device) = device else {
            let message = "there is no Device".to_owned();
            self.fail(key, rules::NO_TRANSPORT, message);
            return;
        };
        let promise = device.connect(&options);
        let engine = self.clone();
        spawn_local(async move {
            match JsFuture::from(promise).await {
                Ok(call) => engine.connected(key, call.unchecked_into()),
                Err(error) => {
                    let (code, message) = calls::read_error(&error);
                    engine.fail(key, code, message);
                }
            }
        });
    }

    fn connected(&self, key: Key, call: Call) {
        let given_up = match self.0.state.borrow_mut().calls.get(key) {
            Some(held) => held.given_up,
            None => true,
        };
        if given_up {
            call.disconnect();
            self.0.state.borrow_mut().calls.remove(key);
            return;
        }
        self.hold(key, call);
        // `connect` ignores offered calls without an event: they cannot be answered any more.
        let closed = self.0.state.borrow().calls.silently_closed();
        for other in closed {
            self.lost(other);
        }
    }

    fn fail(&self, key: Key, code: ErrorCode, message: String) {
        self.report_call(key, CallEvent::Error { code, message });
        self.end(key, CallEvent::Disconnected);
    }

    /// Reports the last event of a call and lets go of it.
    fn end(&self, key: Key, last: CallEvent) {
        self.report_call(key, last);
        let held = {
            let mut state = self.0.state.borrow_mut();
            let unnamed = state.calls.get(key).is_some_and(|held| held.id.is_none());
            if unnamed {
                // Its name is on the way: the event waits for it, without the handle.
                let handle = state.calls.get(key).and_then(|held| held.handle.take());
                drop(state);
                drop(handle);
                return;
            }
            state.calls.remove(key)
        };
        drop(held);
    }

    pub(super) fn lost(&self, key: Key) {
        self.end(key, CallEvent::Lost);
    }

    pub(super) fn on_call(&self, id: CallId, act: impl FnOnce(&Call) -> Result<(), JsValue>) {
        let found = {
            let mut state = self.0.state.borrow_mut();
            let held = state.calls.by_id(id);
            held.and_then(|held| Some((held.key, held.call()?)))
        };
        match found {
            Some((key, call)) if calls::is_closed(&call) => self.lost(key),
            Some((key, call)) => {
                if let Err(error) = act(&call) {
                    let (code, message) = calls::read_error(&error);
                    self.report_call(key, CallEvent::Error { code, message });
                }
            }
            None => {
                let what = CallEvent::Lost;
                self.report(EngineEvent::Call { call: id, what });
            }
        }
    }

    pub(super) fn disconnect(&self, id: CallId) {
        let (key, call) = {
            let mut state = self.0.state.borrow_mut();
            let Some(held) = state.calls.by_id(id) else {
                drop(state);
                let what = CallEvent::Lost;
                self.report(EngineEvent::Call { call: id, what });
                return;
            };
            held.given_up = true;
            (held.key, held.call().map(|call| (call, held.signalling)))
        };
        match call {
            // The handle is on its way; it is hung up when it comes.
            None => self.ghost(key),
            // The SDK would not send the hang-up: it is sent when signalling is back.
            Some((call, Signalling::Lost)) => {
                call.mute(true);
                for track in call
                    .remote_stream()
                    .into_iter()
                    .flat_map(|s| s.get_tracks())
                {
                    let track: web_sys::MediaStreamTrack = track.unchecked_into();
                    track.set_enabled(false);
                }
                self.ghost(key);
            }
            // One that is cut off only ends here by this; the rest is done when it has ended.
            Some((call, Signalling::Up | Signalling::Dead)) => call.disconnect(),
        }
    }

    /// Reports the call as over and keeps its handle until it can be hung up.
    fn ghost(&self, key: Key) {
        self.report_call(key, CallEvent::Disconnected);
        if let Some(held) = self.0.state.borrow_mut().calls.get(key) {
            held.ghost = true;
        }
    }

    /// Keeps a call's handle and hears its events.
    fn hold(&self, key: Key, call: Call) {
        let closed = calls::is_closed(&call);
        let mut listening = Listening::new(call);
        for name in EVENTS {
            let engine = self.clone();
            listening.hear(name, move |a, b| engine.hear(key, name, &a, &b));
        }
        if let Some(held) = self.0.state.borrow_mut().calls.get(key) {
            held.handle = Some(listening);
        }
        if closed {
            // It failed before we could hear it: the microphone is the only thing so early.
            self.fail(key, ErrorCode(31402), String::new());
        }
    }

    fn hear(&self, key: Key, name: &str, a: &JsValue, b: &JsValue) {
        if name == "volume" {
            let number = |value: &JsValue| value.as_f64().unwrap_or_default();
            (self.0.volume)(number(a), number(b));
            return;
        }
        let call = self
            .0
            .state
            .borrow_mut()
            .calls
            .get(key)
            .and_then(|held| held.call());
        let Some(call) = call else { return };
        match name {
            "accept" => {
                wake_meters();
                let call_sid = calls::sid(&call);
                self.report_call(key, CallEvent::Accepted { call_sid });
            }
            "ringing" => {
                let event = CallEvent::Ringing {
                    call_sid: calls::sid(&call).unwrap_or(CallSid(String::new())),
                    early_media: a.is_truthy(),
                };
                self.report_call(key, event);
            }
            "cancel" => self.end(key, CallEvent::Cancelled),
            "reject" => self.end(key, CallEvent::Rejected),
            "disconnect" => self.disconnected(key, &call),
            "mute" => self.report_call(key, CallEvent::Muted { on: a.is_truthy() }),
            "reconnecting" => {
                let (code, _) = calls::read_error(a);
                if code == rules::SIGNALLING_LOST {
                    self.signalling_lost(key);
                }
                self.report_call(key, CallEvent::Reconnecting { code });
            }
            "reconnected" => self.reconnected(key, &call),
            "transportClose" => self.transport_closed(key, call),
            "error" => self.call_error(key, a),
            _ => {}
        }
    }

    fn signalling_lost(&self, key: Key) {
        if let Some(held) = self.0.state.borrow_mut().calls.get(key) {
            held.signalling = Signalling::Lost;
        }
    }

    fn call_error(&self, key: Key, error: &JsValue) {
        let (code, message) = calls::read_error(error);
        if let Some(state) = rules::microphone(code) {
            self.report(EngineEvent::Microphone { state });
        }
        self.report_call(key, CallEvent::Error { code, message });
    }

    /// For some failures the SDK says `disconnect` first and `error` right after it: the end is
    /// reported when its turn is over.
    fn disconnected(&self, key: Key, call: &Call) {
        let signalling = self
            .0
            .state
            .borrow_mut()
            .calls
            .get(key)
            .map(|held| held.signalling);
        if signalling == Some(Signalling::Dead) {
            self.part(call);
        }
        let engine = self.clone();
        spawn_local(async move { engine.end(key, CallEvent::Disconnected) });
    }

    fn reconnected(&self, key: Key, call: &Call) {
        let ghost = match self.0.state.borrow_mut().calls.get(key) {
            // Only the sound is back.
            Some(held) if held.signalling == Signalling::Dead => false,
            Some(held) => {
                held.signalling = Signalling::Up;
                held.ghost
            }
            None => return,
        };
        if ghost {
            // The SDK sets the call's state after this event, and hangs up by its state.
            let (engine, call) = (self.clone(), call.clone());
            spawn_local(async move {
                call.disconnect();
                engine.0.state.borrow_mut().calls.remove(key);
            });
        } else {
            self.report_call(key, CallEvent::Reconnected);
        }
    }

    /// The socket dropped. The SDK forgets an offered call then; and a call without a token to
    /// take it up again is closed without an event, while its sound goes on.
    fn transport_closed(&self, key: Key, call: Call) {
        if call.status() == "pending" {
            self.lost(key);
            return;
        }
        let engine = self.clone();
        spawn_local(async move {
            if calls::is_closed(&call) {
                calls::silence(&call);
                engine.lost(key);
                // This Device stays busy for ever.
                engine.open();
            }
        });
    }
}

/// Lets the SDK measure how loud a call is: without a sound of its own before, as when a call is
/// answered, it would say 0 for ever.
fn wake_meters() {
    if let Some(context) = Device::audio_context() {
        // Before any act of the user the browser refuses; the next call tries again.
        let _ = context.resume();
    }
}
