//! Sound: speech, tones and WAV files, all as 48 kHz mono.
//!
//! [`Speech`] speaks by espeak-ng where that is installed; where it is not, a chime as long as the
//! spoken text stands in for it, so that everything that waits for speech to end still works.

mod espeak;
mod pcm;
mod tones;
mod wav;

pub use espeak::Speech;
pub use pcm::{Pcm, RATE, SILENCE_DBFS, resample, rms_dbfs, seconds};
pub use tones::{DtmfError, beep, chime, dtmf};
pub use wav::{WavError, read_wav};

#[cfg(test)]
pub(crate) use {pcm::silence, tones::steady, wav::write_wav};
