//! Measures how loud and how high a sound is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{AudioSink, FRAME, Frame, spectrum};

/// Frames a [`Meter`] looks back over: 500 ms.
const WINDOW: usize = 25;

/// The level given for digital silence, in dBFS.
const FLOOR_DBFS: f64 = -120.0;

/// Below this RMS level no frequency is named, in dBFS.
const TONE_FLOOR_DBFS: f64 = -60.0;

/// What was heard over the last 500 ms (or since the start, if shorter).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Root mean square level in dBFS: 0 is a full-scale square wave, -3 a full-scale sine,
    /// -120 digital silence.
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
    ///
    /// Takes a few milliseconds of work (a Fourier transform), so read it when asked, not
    /// for every frame.
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

/// Measures mono 48 kHz samples. The dominant frequency is of the last 340 ms, and exact to
/// about 1 Hz for a steady tone of that length.
pub fn measure(samples: &[i16]) -> Reading {
    let square_sum: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    let rms = (square_sum / samples.len().max(1) as f64).sqrt();
    let peak = samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    let rms_dbfs = dbfs(rms);
    let dominant_hz = if rms_dbfs < TONE_FLOOR_DBFS {
        0.0
    } else {
        spectrum::dominant_hz(samples)
    };
    Reading {
        rms_dbfs,
        peak_dbfs: dbfs(f64::from(peak)),
        dominant_hz,
        frames: (samples.len() / FRAME) as u32,
    }
}

fn dbfs(amplitude: f64) -> f64 {
    (20.0 * (amplitude / 32_768.0).log10()).max(FLOOR_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioSource, Tone};

    fn tone(hz: f64, dbfs: f64, frames: usize) -> Vec<i16> {
        let mut tone = Tone::new(hz, dbfs);
        (0..frames).flat_map(|_| tone.pull().unwrap()).collect()
    }

    #[test]
    fn reads_level_and_frequency_of_a_tone() {
        for hz in [60.0, 440.0, 697.0, 1000.5, 3400.0, 7900.0] {
            let reading = measure(&tone(hz, -20.0, WINDOW));
            assert!(
                (reading.rms_dbfs + 20.0).abs() < 0.1,
                "{hz} Hz: {reading:?}"
            );
            assert!(
                (reading.peak_dbfs + 17.0).abs() < 0.1,
                "{hz} Hz: {reading:?}"
            );
            assert!(
                (reading.dominant_hz - hz).abs() < 1.0,
                "{hz} Hz: {reading:?}"
            );
            assert_eq!(reading.frames, 25);
        }
    }

    #[test]
    fn names_the_louder_of_two_tones() {
        let mixed: Vec<i16> = tone(440.0, -20.0, WINDOW)
            .iter()
            .zip(tone(1200.0, -14.0, WINDOW))
            .map(|(a, b)| a + b)
            .collect();
        let reading = measure(&mixed);
        assert!((reading.dominant_hz - 1200.0).abs() < 1.0, "{reading:?}");
    }

    #[test]
    fn names_the_frequency_of_a_single_frame_roughly() {
        let reading = measure(&tone(1000.0, -10.0, 1));
        assert!((reading.dominant_hz - 1000.0).abs() < 30.0, "{reading:?}");
        assert_eq!(reading.frames, 1);
    }

    #[test]
    fn hears_nothing_in_silence() {
        let reading = measure(&[0; FRAME]);
        assert_eq!(
            (reading.rms_dbfs, reading.peak_dbfs, reading.dominant_hz),
            (-120.0, -120.0, 0.0)
        );
        assert_eq!(measure(&[]).frames, 0);
    }

    #[test]
    fn looks_back_over_half_a_second_only() {
        let (mut sink, meter) = meter();
        assert_eq!(meter.reading(), None);
        let mut loud = Tone::new(440.0, -10.0);
        for _ in 0..100 {
            sink.push(&loud.pull().unwrap());
        }
        for _ in 0..WINDOW {
            sink.push(&[0; FRAME]);
        }
        let reading = meter.reading().unwrap();
        assert_eq!(reading.rms_dbfs, -120.0);
        assert_eq!(reading.frames, 25);
        assert_eq!(meter.total_frames(), 125);
    }
}
