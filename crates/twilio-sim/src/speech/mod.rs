//! Sound: speech, tones and WAV files, all as 48 kHz mono.

use std::sync::Arc;

/// Sound: 48 kHz mono.
pub type Pcm = Arc<[i16]>;

/// Samples in a second of [`Pcm`].
pub const RATE: u32 = 48_000;

/// How loud silence is said to be, in dB relative to full scale.
pub const SILENCE_DBFS: f64 = -120.0;
