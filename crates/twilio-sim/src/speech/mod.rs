//! Sound: speech, tones and WAV files, all as 48 kHz mono.
//!
//! [`Speech`] speaks by espeak-ng where that is installed; where it is not, a chime as long as the
//! spoken text stands in for it, so that everything that waits for speech to end still works.

mod espeak;
mod pcm;
mod tones;
mod wav;

pub use espeak::Speech;
pub use pcm::{Pcm, RATE, SILENCE_DBFS, resample, rms_dbfs, seconds, silence};
pub use tones::{DtmfError, beep, busy, chime, dtmf, not_in_service, ringback, steady};
pub use wav::{WavError, read_wav, write_wav};
