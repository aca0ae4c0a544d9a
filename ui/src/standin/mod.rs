//! A stand-in for WebRTC, where the webview has none: the SDK finds the browser's own objects, and
//! what it does with them goes to the program's media engine.
//!
//! It keeps no sound. What it knows is how things stand, so that the SDK can ask at once, and which
//! handlers to call in which order; that is plain logic and tested as such. `face` is what the page
//! sees of it. It stands in for what `@twilio/voice-sdk` 2.18.5 uses, by the names and in the order
//! of W3C webrtc-pc, mediacapture-streams and audio-output.

mod devices;
mod dtmf;
mod face;
mod left;
mod line;
mod outputs;
mod peer;
mod queue;
mod sdp;
mod turns;

use crate::backend::Later;
use protocol::media::{MediaAnswer, MediaEvent, MediaRequest};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

thread_local! {
    static INSTALLED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the page carries sound by the stand-in.
pub(crate) fn is_installed() -> bool {
    INSTALLED.get()
}

/// Puts the stand-in in place, before the SDK loads; a second time it begins anew: the engine knows
/// nothing of what was before. `ask` asks the engine.
///
/// # Errors
/// What the browser throws.
pub(crate) fn install(
    ask: impl Fn(MediaRequest) -> Later<MediaAnswer> + 'static,
) -> Result<(), JsValue> {
    if INSTALLED.replace(true) {
        face::begin_anew();
        return Ok(());
    }
    face::install(Rc::new(ask))
}

/// The engine told something.
pub(crate) fn hear(event: MediaEvent) {
    face::hear(event);
}
