//! The Twilio Voice JS SDK as Rust sees it: its Device, Call and Device.audio, unmodified, and the
//! [`Engine`] that carries out what the phone wants on them.
//!
//! The bindings hold what Handset uses of `@twilio/voice-sdk` 2.18.5; names, arguments and events
//! are those of its TypeScript source.

mod calls;
mod engine;
mod listen;
mod load;
mod options;
mod rewrite;
pub mod rules;

pub use engine::Engine;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::MediaStream;

#[wasm_bindgen]
extern "C" {
    /// The SDK's Device: one registration with Twilio.
    #[wasm_bindgen(js_namespace = Twilio)]
    #[derive(Clone)]
    pub type Device;

    /// Makes a Device; it does nothing before `register` or `connect`.
    #[wasm_bindgen(constructor, js_namespace = Twilio, catch)]
    pub fn new(token: &str, options: &JsValue) -> Result<Device, JsValue>;

    /// Resolves when registered. It stays pending while the server cannot be reached.
    #[wasm_bindgen(method)]
    pub fn register(this: &Device) -> Promise;

    /// Resolves with the Call when signalling is up; stays pending until then.
    #[wasm_bindgen(method)]
    pub fn connect(this: &Device, options: &JsValue) -> Promise;

    /// Hangs up, unregisters and closes the socket. The Device is of no use after it.
    #[wasm_bindgen(method, catch)]
    pub fn destroy(this: &Device) -> Result<(), JsValue>;

    /// Signs the socket in again with a fresh token.
    #[wasm_bindgen(method, catch, js_name = updateToken)]
    pub fn update_token(this: &Device, token: &str) -> Result<(), JsValue>;

    /// `unregistered`, `registering`, `registered` or `destroyed`.
    #[wasm_bindgen(method, getter)]
    pub fn state(this: &Device) -> String;

    /// What all Devices measure sound with. Browsers keep it suspended when it was made before the
    /// user touched the page, and the SDK never wakes it.
    #[wasm_bindgen(static_method_of = Device, js_namespace = Twilio, getter, js_name = audioContext)]
    pub fn audio_context() -> Option<web_sys::AudioContext>;

    /// Device.audio; gone after `destroy`.
    #[wasm_bindgen(method, getter)]
    pub fn audio(this: &Device) -> Option<AudioHelper>;

    /// Hears an event.
    #[wasm_bindgen(method)]
    pub fn on(this: &Device, event: &str, listener: &Function);

    /// Stops hearing it.
    #[wasm_bindgen(method, js_name = removeListener)]
    pub fn remove_listener(this: &Device, event: &str, listener: &Function);
}

#[wasm_bindgen]
extern "C" {
    /// The SDK's AudioHelper.
    #[derive(Clone)]
    pub type AudioHelper;

    /// Whether the SDK plays its own sound for an incoming call.
    #[wasm_bindgen(method)]
    pub fn incoming(this: &AudioHelper, play: bool) -> bool;

    /// Whether the SDK plays its own sound when a call is over.
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &AudioHelper, play: bool) -> bool;
}

#[wasm_bindgen]
extern "C" {
    /// The SDK's Call.
    #[derive(Clone)]
    pub type Call;

    /// Answers an incoming call. `options` may have `rtcConfiguration`.
    #[wasm_bindgen(method)]
    pub fn accept(this: &Call, options: &JsValue);

    /// Declines an incoming call.
    #[wasm_bindgen(method)]
    pub fn reject(this: &Call);

    /// Hangs up; sends nothing while signalling is down.
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &Call);

    /// Mutes or unmutes the microphone.
    #[wasm_bindgen(method)]
    pub fn mute(this: &Call, on: bool);

    /// Sends DTMF, of `0-9 * # w`.
    #[wasm_bindgen(method, catch, js_name = sendDigits)]
    pub fn send_digits(this: &Call, digits: &str) -> Result<(), JsValue>;

    /// `pending`, `connecting`, `ringing`, `open`, `reconnecting` or `closed`.
    #[wasm_bindgen(method)]
    pub fn status(this: &Call) -> String;

    /// What another Device can take the call up by; an outgoing call has it once it is answered.
    #[wasm_bindgen(method, getter, js_name = connectToken)]
    pub fn connect_token(this: &Call) -> Option<String>;

    /// What Twilio said of the call: `CallSid`, `From`, `To` and others.
    #[wasm_bindgen(method, getter)]
    pub fn parameters(this: &Call) -> JsValue;

    /// `{isVerified}` where STIR/SHAKEN said something, else null.
    #[wasm_bindgen(method, getter, js_name = callerInfo)]
    pub fn caller_info(this: &Call) -> JsValue;

    /// What the microphone gives.
    #[wasm_bindgen(method, js_name = getLocalStream)]
    pub fn local_stream(this: &Call) -> Option<MediaStream>;

    /// What the other end says.
    #[wasm_bindgen(method, js_name = getRemoteStream)]
    pub fn remote_stream(this: &Call) -> Option<MediaStream>;

    /// Hears an event.
    #[wasm_bindgen(method)]
    pub fn on(this: &Call, event: &str, listener: &Function);

    /// Stops hearing it.
    #[wasm_bindgen(method, js_name = removeListener)]
    pub fn remove_listener(this: &Call, event: &str, listener: &Function);
}
