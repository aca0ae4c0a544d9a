//! The keys pressed in a call, sent so that none is lost.
//!
//! The SDK gives each `sendDigits` to the browser's `insertDTMF` at once, and that replaces
//! whatever of the one before has not been played yet (W3C WebRTC, section 7.2; seen in Chromium
//! 156: of five quick keys two arrived). So each run of tones waits for the end of the one before.

use super::Engine;
use gloo_timers::callback::Timeout;
use protocol::CallId;

/// How long the SDK makes a tone and the gap after it, and a little more, in milliseconds.
/// Source: `lib/twilio/call.ts` of `@twilio/voice-sdk` 2.18.5, 160 ms and 70 ms.
const TONE_MS: usize = 240;

/// The keys of one call that wait for others to be played.
#[derive(Debug, Default)]
pub(in crate::sdk) struct Keys {
    waiting: String,
    playing: bool,
}

impl Keys {
    /// Takes keys; those to be played now, when none are playing.
    fn press(&mut self, digits: &str) -> Option<String> {
        self.waiting.push_str(digits);
        if self.playing { None } else { self.next() }
    }

    /// What was playing is over; those to be played now.
    fn next(&mut self) -> Option<String> {
        let run = std::mem::take(&mut self.waiting);
        self.playing = !run.is_empty();
        self.playing.then_some(run)
    }
}

impl Engine {
    pub(super) fn send_digits(&self, id: CallId, digits: &str) {
        let run = match self.0.state.borrow_mut().calls.by_id(id) {
            Some(held) => held.keys.press(digits),
            // The attempt tells the phone that there is no such call.
            None => Some(digits.to_owned()),
        };
        if let Some(run) = run {
            self.play(id, run);
        }
    }

    fn play(&self, id: CallId, run: String) {
        self.on_call(id, |call| call.send_digits(&run));
        let engine = self.clone();
        let over_ms = u32::try_from(run.len() * TONE_MS).unwrap_or(u32::MAX);
        let over = Timeout::new(over_ms, move || {
            let next = match engine.0.state.borrow_mut().calls.by_id(id) {
                Some(held) => held.keys.next(),
                None => None,
            };
            if let Some(run) = next {
                engine.play(id, run);
            }
        });
        over.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;

    #[test]
    fn keys_pressed_while_others_play_wait_for_them_together() {
        let mut keys = Keys::default();
        assert_eq!(keys.press("5").as_deref(), Some("5"));
        assert_eq!(keys.press("#"), None);
        assert_eq!(keys.press("1"), None);
        assert_eq!(keys.next().as_deref(), Some("#1"));
        assert_eq!(keys.next(), None);
        assert_eq!(keys.press("0").as_deref(), Some("0"), "at once again");
    }
}
