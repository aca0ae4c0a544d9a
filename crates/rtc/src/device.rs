//! Sound by the clock of sound devices.

use std::sync::PoisonError;

use tokio::sync::mpsc;

use crate::audio::{Frame, SILENCE};
use crate::session::Ears;

/// Samples of 10 ms at 48 kHz.
pub const TEN_MS: usize = 480;

/// Gives the far end's sound by the clock of whoever pulls (a loudspeaker).
#[derive(Clone)]
pub struct Playout(pub(crate) Ears);

impl Playout {
    /// The next 10 ms (48 kHz mono); silence while there is nothing, and `false` until sound has
    /// come for the first time. Decoding takes well under a millisecond; it never waits for the
    /// network.
    pub fn pull(&mut self, out: &mut [i16; TEN_MS]) -> bool {
        let mut receiver = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.fill(out)
    }
}

impl std::fmt::Debug for Playout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playout").finish_non_exhaustive()
    }
}

/// Takes the sound to send, by the clock of whoever pushes (a microphone).
#[derive(Debug, Clone)]
pub struct Microphone {
    pub(crate) frames: mpsc::Sender<Frame>,
    pub(crate) half: Option<[i16; TEN_MS]>,
}

impl Microphone {
    /// Takes the next 10 ms (48 kHz mono). Never blocks; two make a packet. What the peer has no
    /// time for is lost.
    pub fn push(&mut self, sound: &[i16; TEN_MS]) {
        match self.half.take() {
            None => self.half = Some(*sound),
            Some(half) => {
                let mut frame: Frame = SILENCE;
                frame[..TEN_MS].copy_from_slice(&half);
                frame[TEN_MS..].copy_from_slice(sound);
                if self.frames.try_send(frame).is_err() {
                    tracing::trace!("a frame of the microphone was lost");
                }
            }
        }
    }
}
