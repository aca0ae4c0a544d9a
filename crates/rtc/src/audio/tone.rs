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
    /// A sine of `hz` hertz whose RMS level is `dbfs` decibels relative to a full-scale sine
    /// reading of -3.01 dBFS (so at most -3.01; a louder request is held there).
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
