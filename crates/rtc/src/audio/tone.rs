//! A steady tone, and silence.

use super::{AudioSource, FRAME, Frame, SAMPLE_RATE_HZ};

/// A source that never says anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

impl AudioSource for Silence {
    fn pull(&mut self) -> Option<Frame> {
        None
    }
}

/// A source of one endless sine.
#[derive(Debug, Clone)]
pub struct Tone {
    phase: f64,
    step: f64,
    amplitude: f64,
}

impl Tone {
    /// A sine of `hz` hertz whose RMS level is `dbfs`, as a [`Meter`](super::Meter) reads it. A
    /// full-scale sine has -3.01 dBFS; a louder request is held there.
    pub fn new(hz: f64, dbfs: f64) -> Self {
        let rms = 10f64.powf(dbfs / 20.0);
        Self {
            phase: 0.0,
            step: std::f64::consts::TAU * hz / f64::from(SAMPLE_RATE_HZ),
            amplitude: (rms * std::f64::consts::SQRT_2).min(1.0) * f64::from(i16::MAX),
        }
    }

    /// The next sample.
    pub fn sample(&mut self) -> i16 {
        let value = (self.phase.sin() * self.amplitude).round();
        self.phase = (self.phase + self.step) % std::f64::consts::TAU;
        value as i16
    }
}

impl AudioSource for Tone {
    fn pull(&mut self) -> Option<Frame> {
        let mut frame = [0; FRAME];
        frame.fill_with(|| self.sample());
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::measure;

    #[test]
    fn is_held_at_full_scale() {
        let reading = measure(&Tone::new(1_000.0, 6.0).pull().unwrap());
        assert!((reading.rms_dbfs + 3.01).abs() < 0.02, "{reading:?}");
    }

    #[test]
    fn goes_on_smoothly_from_frame_to_frame() {
        let mut tone = Tone::new(440.0, -20.0);
        let frames: Vec<i16> = (0..3).flat_map(|_| tone.pull().unwrap()).collect();
        let steps = frames.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        // The steepest step of this sine: amplitude 4634, 0.0576 rad a sample.
        assert!(steps.max() <= Some(268));
    }
}
