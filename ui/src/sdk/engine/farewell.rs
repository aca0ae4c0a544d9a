//! The end of calls whose connection Twilio has closed.
//!
//! When Twilio closes the signalling stream, as it does with a token that it refuses, the SDK makes
//! a new one for its Device; but a call stays with the old one for ever. Its sound goes on, its
//! `disconnect` reaches nobody, and the far end would hear silence until Twilio gives up waiting,
//! 30 s after the close. So another Device, which rings for nothing and hears no microphone, takes
//! the call up by its `connectToken`, which is what that is for (Twilio's documentation of
//! `Device.connect`), and hangs up. The phone's own Device would not do: `connect` silently drops
//! whatever is offered to it.
//!
//! Source: `lib/twilio/{pstream,device,call}.ts` of `@twilio/voice-sdk` 2.18.5; seen to work with it.

use super::{Engine, discard};
use crate::sdk::calls::{self, Key, Signalling};
use crate::sdk::listen::Listening;
use crate::sdk::{Call, Device, options};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Twilio waits no longer than this for a phone to come back to its call, in milliseconds.
const PATIENCE_MS: i32 = 30_000;

impl Engine {
    /// Twilio closed the connection: the calls made over it are cut off from it. Those that cannot
    /// be taken up again are over.
    pub(super) fn cut_off(&self) {
        let cut_off = self.0.state.borrow_mut().calls.cut_off();
        for (key, call, ghost) in cut_off {
            if ghost {
                call.disconnect();
            } else if call.status() == "pending" || call.connect_token().is_none() {
                self.forsake(key, &call);
            }
        }
    }

    /// The connection may have been closed: a lost one, which the SDK opens again by itself, has
    /// been heard of by each of its calls before.
    pub(super) fn unregistered(&self) {
        let closed = self.0.state.borrow().calls.is_any(Signalling::Up);
        if closed {
            self.cut_off();
        }
    }

    fn forsake(&self, key: Key, call: &Call) {
        self.lost(key);
        calls::silence(call);
    }

    /// The call is over on this side; the far end is told when there is a token to do it with.
    pub(super) fn part(&self, call: &Call) {
        if let Some(connect_token) = call.connect_token() {
            let mut state = self.0.state.borrow_mut();
            state.farewells.push(connect_token);
        }
        self.say_farewells();
    }

    /// Hangs up what is left to be hung up, unless Twilio refuses the token as well.
    pub(super) fn say_farewells(&self) {
        let (due, token, options) = {
            let mut state = self.0.state.borrow_mut();
            if state.refused || state.farewells.is_empty() {
                return;
            }
            let options = options::farewell(state.signalling.as_deref());
            let due = std::mem::take(&mut state.farewells);
            (due, state.token.clone(), options)
        };
        for connect_token in due {
            match Device::new(&token, &options) {
                Ok(device) => spawn_local(hang_up(device, connect_token)),
                // Twilio ends the call by itself in a while.
                Err(_) => return,
            }
        }
    }
}

/// Takes the call up and hangs it up; gives up when Twilio must have done so too.
async fn hang_up(device: Device, connect_token: String) {
    let mut listening = Listening::new(device.clone());
    // An error that nobody hears would be thrown.
    listening.hear("error", |_, _| {});
    if let Some(audio) = device.audio() {
        audio.disconnect(false);
    }
    let too_late = Promise::new(&mut |resolve, _| {
        let window = crate::dom::window();
        let timer =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, PATIENCE_MS);
        timer.expect("a window has timers");
    });
    let connected = device.connect(&options::resume(&connect_token));
    let first = JsFuture::from(Promise::race(&Array::of2(&connected, &too_late))).await;
    if let Some(call) = first.ok().filter(JsValue::is_object) {
        let call: Call = call.unchecked_into();
        let decided = Promise::new(&mut |resolve, _| {
            for event in ["accept", "disconnect", "error"] {
                call.on(event, &resolve);
            }
        });
        // Whatever is decided, the Device goes, and hangs up as it does.
        let _ = JsFuture::from(Promise::race(&Array::of2(&decided, &too_late))).await;
        call.disconnect();
    }
    discard(Some(listening));
}
