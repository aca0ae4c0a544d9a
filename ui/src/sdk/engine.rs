//! Carries out what the phone wants on the SDK, and reports what the SDK says. It decides nothing
//! about calls; it knows the SDK's traps.

mod farewell;
pub(super) mod keys;
mod talk;

use super::calls::{self, Calls, Key, Signalling};
use super::listen::Listening;
use super::rules::{self, Debounce};
use super::{Device, load, options};
use protocol::engine::CallEvent;
use protocol::media::IceServer;
use protocol::{CallId, CallSid, EngineEvent, EngineRequest};
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
    /// Servers for NAT, for the sound of calls.
    ice_servers: Vec<IceServer>,
    /// The SDK is being loaded; requests wait.
    loading: bool,
    queue: VecDeque<EngineRequest>,
    errors: Debounce,
    /// Twilio refused the token: it closes the connection, and the SDK does not open it again.
    refused: bool,
    /// A fresh token has come since.
    renewed: bool,
    /// The `connectToken`s of calls that are over on this side only.
    farewells: Vec<String>,
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
            EngineRequest::Register {
                token,
                signalling,
                ice_servers,
            } => {
                self.0.state.borrow_mut().ice_servers = ice_servers;
                self.start(token, signalling);
            }
            EngineRequest::UpdateToken { token } => self.update_token(token),
            EngineRequest::Destroy => self.destroy(),
            EngineRequest::Connect { call, params } => self.connect(call, &params),
            EngineRequest::Accept { call } => {
                let options = options::accept(&self.0.state.borrow().ice_servers);
                self.on_call(call, |call| {
                    call.accept(&options);
                    Ok(())
                });
            }
            EngineRequest::Reject { call } => self.on_call(call, |call| {
                call.reject();
                Ok(())
            }),
            EngineRequest::Disconnect { call } => self.disconnect(call),
            EngineRequest::Mute { call, on } => self.on_call(call, |call| {
                call.mute(on);
                Ok(())
            }),
            EngineRequest::SendDigits { call, digits } => self.send_digits(call, &digits),
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
            state.farewells.clear();
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

    fn start(&self, token: String, signalling: Option<String>) {
        {
            let mut state = self.0.state.borrow_mut();
            state.loading = true;
            state.errors.forget();
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
            (state.refused, state.renewed) = (false, false);
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
            state.errors.forget();
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
        let (device, token) = {
            let mut state = self.0.state.borrow_mut();
            state.renewed = state.refused;
            let device = state.device.as_ref().map(|held| held.emitter.clone());
            (device, state.token.clone())
        };
        let Some(device) = device else { return };
        if let Err(error) = device.update_token(&token) {
            self.device_error(&error, &JsValue::UNDEFINED);
        }
        self.connect_again();
    }

    /// Connects again with the fresh token, once the refused connection is closed. While the SDK
    /// itself is reconnecting, a `register` of ours would spoil its own.
    fn connect_again(&self) {
        let device = {
            let mut state = self.0.state.borrow_mut();
            let device = state.device.as_ref().map(|held| held.emitter.clone());
            let closed = |device: &Device| device.state() == "unregistered";
            let device = device.filter(|device| state.refused && state.renewed && closed(device));
            if device.is_some() {
                (state.refused, state.renewed) = (false, false);
            }
            device
        };
        if let Some(device) = device {
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
            ("destroyed", EngineEvent::Destroyed),
            ("tokenWillExpire", EngineEvent::TokenWillExpire),
        ];
        for (name, event) in plain {
            let engine = self.clone();
            listening.hear(name, move |_, _| engine.report(event.clone()));
        }
        let engine = self.clone();
        listening.hear("unregistered", move |_, _| {
            engine.unregistered();
            engine.report(EngineEvent::Unregistered);
            let engine = engine.clone();
            spawn_local(async move { engine.connect_again() });
        });
        let engine = self.clone();
        listening.hear("registered", move |_, _| {
            {
                let mut state = engine.0.state.borrow_mut();
                state.errors.forget();
                (state.refused, state.renewed) = (false, false);
            }
            engine.report(EngineEvent::Registered);
            engine.say_farewells();
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
        if rules::refuses_token(code) {
            self.0.state.borrow_mut().refused = true;
            // The phone hears of lost calls first: then it makes one new Device, not two.
            self.cut_off();
        }
        let is_new = {
            let mut state = self.0.state.borrow_mut();
            // What a call that is cut off cannot send is not the Device's trouble.
            let of_the_dead = code == rules::NO_TRANSPORT && state.calls.is_any(Signalling::Dead);
            !of_the_dead && state.errors.is_new(code, js_sys::Date::now())
        };
        if is_new {
            self.report(EngineEvent::DeviceError { code, message });
        }
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
