//! Carries out what the phone wants on the SDK, and reports what the SDK says. It decides nothing
//! about calls; it knows the SDK's traps.

use super::calls::{self, Calls, Key};
use super::listen::Listening;
use super::rules::{self, Debounce};
use super::{Call, Device, load, options};
use protocol::engine::CallEvent;
use protocol::{CallId, CallSid, EngineEvent, EngineRequest, ErrorCode};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The page's end of the phone: one Device and its calls.
#[derive(Clone)]
pub struct Engine(Rc<Shared>);

struct Shared {
    state: RefCell<State>,
    report: Box<dyn Fn(EngineEvent)>,
    volume: Box<dyn Fn(f64, f64)>,
}

#[derive(Default)]
struct State {
    device: Option<Listening<Device>>,
    calls: Calls,
    token: String,
    signalling: Option<String>,
    /// The SDK is being loaded; requests wait.
    loading: bool,
    queue: VecDeque<EngineRequest>,
    errors: Debounce,
    /// Twilio refused the token: the SDK does not connect again by itself.
    refused: bool,
}

impl Engine {
    /// `report` tells the shell; `volume` hears the microphone's and the other end's level from 0
    /// to 1 each 50 ms of a call.
    pub fn new(
        report: impl Fn(EngineEvent) + 'static,
        volume: impl Fn(f64, f64) + 'static,
    ) -> Self {
        Self(Rc::new(Shared {
            state: RefCell::default(),
            report: Box::new(report),
            volume: Box::new(volume),
        }))
    }

    /// Carries out one request, in order.
    pub fn request(&self, request: EngineRequest) {
        if self.0.state.borrow().loading {
            self.0.state.borrow_mut().queue.push_back(request);
            return;
        }
        match request {
            EngineRequest::Register { token, signalling } => self.start(token, signalling),
            EngineRequest::UpdateToken { token } => self.update_token(token),
            EngineRequest::Destroy => self.destroy(),
            EngineRequest::Connect { call, params } => self.connect(call, &params),
            EngineRequest::Accept { call } => self.on_call(call, |call| {
                call.accept();
                Ok(())
            }),
            EngineRequest::Reject { call } => self.on_call(call, |call| {
                call.reject();
                Ok(())
            }),
            EngineRequest::Disconnect { call } => self.disconnect(call),
            EngineRequest::Mute { call, on } => self.on_call(call, |call| {
                call.mute(on);
                Ok(())
            }),
            EngineRequest::SendDigits { call, digits } => {
                self.on_call(call, |call| call.send_digits(&digits));
            }
        }
    }

    /// The incoming call with this SID is called so by the phone.
    pub fn name(&self, sid: &CallSid, call: CallId) {
        let waiting = self.0.state.borrow_mut().calls.name(sid, call);
        for what in waiting {
            self.report(EngineEvent::Call { call, what });
        }
    }

    /// Ends everything without a word: nobody listens any more.
    pub fn fall_silent(&self) {
        let (device, calls) = {
            let mut state = self.0.state.borrow_mut();
            state.queue.clear();
            state.token.clear();
            (state.device.take(), state.calls.take_all())
        };
        drop(calls);
        discard(device);
    }

    fn report(&self, event: EngineEvent) {
        (self.0.report)(event);
    }

    fn report_call(&self, key: Key, what: CallEvent) {
        let id = self.0.state.borrow_mut().calls.address(key, &what);
        if let Some(call) = id {
            self.report(EngineEvent::Call { call, what });
        }
    }

    // --- the Device ---

    fn start(&self, token: String, signalling: Option<String>) {
        {
            let mut state = self.0.state.borrow_mut();
            state.loading = true;
            state.token = token;
            state.signalling = signalling;
        }
        let engine = self.clone();
        spawn_local(async move {
            let sandbox = engine.0.state.borrow().signalling.is_some();
            let loaded = load::load(sandbox).await;
            engine.0.state.borrow_mut().loading = false;
            match loaded {
                Ok(()) => engine.open(),
                Err(error) => engine.no_device(&error),
            }
            engine.work_off();
        });
    }

    fn work_off(&self) {
        loop {
            let next = {
                let mut state = self.0.state.borrow_mut();
                if state.loading {
                    return;
                }
                state.queue.pop_front()
            };
            let Some(request) = next else { return };
            self.request(request);
        }
    }

    /// Makes the Device and registers it. One that carries a call is kept and signed in again.
    fn open(&self) {
        let in_use = {
            let state = self.0.state.borrow();
            !state.calls.is_empty() && state.device.is_some()
        };
        if in_use {
            self.sign_in_again();
            return;
        }
        let old = self.0.state.borrow_mut().device.take();
        discard(old);
        let made = {
            let mut state = self.0.state.borrow_mut();
            if state.token.is_empty() {
                // The page fell silent while the SDK was loading.
                return;
            }
            state.refused = false;
            Device::new(&state.token, &options::device(state.signalling.as_deref()))
        };
        match made {
            Ok(device) => {
                if let Some(audio) = device.audio() {
                    // The page rings by itself, for as long as the phone says.
                    audio.incoming(false);
                }
                let listening = self.listen_to_device(device.clone());
                self.0.state.borrow_mut().device = Some(listening);
                register(&device);
            }
            Err(error) => self.no_device(&error),
        }
    }

    fn no_device(&self, error: &JsValue) {
        let (code, message) = calls::read_error(error);
        self.report(EngineEvent::DeviceError { code, message });
        self.report(EngineEvent::Destroyed);
    }

    fn update_token(&self, token: String) {
        let anew = {
            let mut state = self.0.state.borrow_mut();
            state.token = token;
            state.refused && state.calls.is_empty()
        };
        if anew {
            self.open();
        } else {
            self.sign_in_again();
        }
    }

    fn sign_in_again(&self) {
        let (device, token, refused) = {
            let mut state = self.0.state.borrow_mut();
            let device = state.device.as_ref().map(|held| held.emitter.clone());
            let refused = std::mem::take(&mut state.refused);
            (device, state.token.clone(), refused)
        };
        let Some(device) = device else { return };
        if let Err(error) = device.update_token(&token) {
            self.device_error(&error, &JsValue::UNDEFINED);
        }
        // While the SDK itself is reconnecting, a `register` of ours would spoil its own.
        if refused && device.state() == "unregistered" {
            register(&device);
        }
    }

    fn destroy(&self) {
        let device = self.0.state.borrow_mut().device.take();
        match device {
            // Its `destroyed` is reported by its listener, which lives until after the call.
            Some(device) => {
                if device.emitter.destroy().is_err() {
                    self.report(EngineEvent::Destroyed);
                }
            }
            None => self.report(EngineEvent::Destroyed),
        }
    }

    fn listen_to_device(&self, device: Device) -> Listening<Device> {
        let mut listening = Listening::new(device);
        let plain = [
            ("registering", EngineEvent::Registering),
            ("unregistered", EngineEvent::Unregistered),
            ("destroyed", EngineEvent::Destroyed),
            ("tokenWillExpire", EngineEvent::TokenWillExpire),
        ];
        for (name, event) in plain {
            let engine = self.clone();
            listening.hear(name, move |_, _| engine.report(event.clone()));
        }
        let engine = self.clone();
        listening.hear("registered", move |_, _| {
            engine.0.state.borrow_mut().errors.forget();
            engine.report(EngineEvent::Registered);
        });
        let engine = self.clone();
        listening.hear("error", move |error, call| {
            engine.device_error(&error, &call)
        });
        let engine = self.clone();
        listening.hear("incoming", move |call, _| {
            engine.incoming(call.unchecked_into());
        });
        listening
    }

    fn device_error(&self, error: &JsValue, call: &JsValue) {
        let (code, message) = calls::read_error(error);
        let key = self.0.state.borrow().calls.by_call(call);
        if let Some(key) = key {
            self.report_call(key, CallEvent::Error { code, message });
            return;
        }
        let is_new = {
            let mut state = self.0.state.borrow_mut();
            state.refused |= rules::refuses_token(code);
            state.errors.is_new(code, js_sys::Date::now())
        };
        if is_new {
            self.report(EngineEvent::DeviceError { code, message });
        }
    }

    // --- calls ---

    fn incoming(&self, call: Call) {
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

    fn connect(&self, id: CallId, params: &[(String, String)]) {
        let (device, key) = {
            let mut state = self.0.state.borrow_mut();
            let device = state.device.as_ref().map(|held| held.emitter.clone());
            (device, state.calls.add(Some(id), None))
        };
        let Some(device) = device else {
            let message = "there is no Device".to_owned();
            self.fail(key, rules::NO_TRANSPORT, message);
            return;
        };
        let promise = device.connect(&options::connect(params));
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

    fn lost(&self, key: Key) {
        self.end(key, CallEvent::Lost);
    }

    fn on_call(&self, id: CallId, act: impl FnOnce(&Call) -> Result<(), JsValue>) {
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

    fn disconnect(&self, id: CallId) {
        let (key, call) = {
            let mut state = self.0.state.borrow_mut();
            let Some(held) = state.calls.by_id(id) else {
                drop(state);
                let what = CallEvent::Lost;
                self.report(EngineEvent::Call { call: id, what });
                return;
            };
            held.given_up = true;
            (
                held.key,
                held.call().map(|call| (call, held.signalling_lost)),
            )
        };
        match call {
            // The handle is on its way; it is hung up when it comes.
            None => self.ghost(key),
            // The SDK would not send the hang-up: it is sent when signalling is back.
            Some((call, true)) => {
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
            Some((call, false)) => call.disconnect(),
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
        for name in [
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
        ] {
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
            "disconnect" => self.disconnected(key),
            "mute" => self.report_call(key, CallEvent::Muted { on: a.is_truthy() }),
            "reconnecting" => {
                let (code, _) = calls::read_error(a);
                self.signalling_lost(key, code == rules::SIGNALLING_LOST);
                self.report_call(key, CallEvent::Reconnecting { code });
            }
            "reconnected" => self.reconnected(key, &call),
            "transportClose" => self.transport_closed(key, call),
            "error" => self.call_error(key, a),
            _ => {}
        }
    }

    fn signalling_lost(&self, key: Key, lost: bool) {
        if let Some(held) = self.0.state.borrow_mut().calls.get(key) {
            held.signalling_lost |= lost;
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
    fn disconnected(&self, key: Key) {
        let engine = self.clone();
        spawn_local(async move { engine.end(key, CallEvent::Disconnected) });
    }

    fn reconnected(&self, key: Key, call: &Call) {
        let ghost = match self.0.state.borrow_mut().calls.get(key) {
            Some(held) => {
                held.signalling_lost = false;
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

fn register(device: &Device) {
    let registered = device.register();
    spawn_local(async move {
        // What went wrong comes as an `error` of the Device; the promise says nothing more.
        let _ = JsFuture::from(registered).await;
    });
}

/// Destroys a Device unheard.
fn discard(device: Option<Listening<Device>>) {
    if let Some(listening) = device {
        let device = listening.emitter.clone();
        drop(listening);
        // One that is destroyed already may throw; there is nobody to tell.
        let _ = device.destroy();
    }
}
