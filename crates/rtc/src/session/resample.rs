//! Between 48 kHz and the 8 kHz of G.711: one windowed sinc, used both ways.

use std::f64::consts::{PI, TAU};

use crate::audio::FRAME;

/// 48 kHz samples per 8 kHz sample.
const RATIO: usize = 6;

/// Length of the filter: 5 ms, which makes the edge about 1 kHz wide.
const TAPS: usize = 240;

/// Where the filter's edge lies, in Hz.
const EDGE_HZ: f64 = 3_700.0;

/// Samples of a 20 ms frame at 8 kHz.
pub(crate) const NARROW_FRAME: usize = FRAME / RATIO;

/// The filter at 48 kHz, with a gain of one.
fn taps() -> Box<[f32]> {
    let middle = (TAPS - 1) as f64 / 2.0;
    let ideal = (0..TAPS).map(|at| {
        let x = at as f64 - middle;
        let angle = 2.0 * PI * EDGE_HZ / 48_000.0 * x;
        let turn = TAU * at as f64 / (TAPS - 1) as f64;
        let blackman = 0.42 - 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos();
        angle.sin() / (PI * x) * blackman
    });
    let ideal: Vec<f64> = ideal.collect();
    let gain: f64 = ideal.iter().sum();
    ideal.iter().map(|tap| (tap / gain) as f32).collect()
}

fn to_sample(value: f32) -> i16 {
    // `as` holds a float that is out of range at the nearest end.
    value.round() as i16
}

/// Makes 8 kHz sound of 48 kHz sound, a whole number of 20 ms frames at a time.
#[derive(Debug)]
pub(crate) struct Down {
    taps: Box<[f32]>,
    past: Vec<f32>,
}

impl Down {
    pub(crate) fn new() -> Self {
        Self {
            taps: taps(),
            past: vec![0.0; TAPS],
        }
    }

    /// The 8 kHz samples of `wide` (48 kHz, a multiple of six samples), about 2.5 ms late.
    pub(crate) fn process(&mut self, wide: &[i16]) -> Vec<i16> {
        self.past
            .extend(wide.iter().map(|sample| f32::from(*sample)));
        let narrow = (0..wide.len() / RATIO)
            .map(|at| {
                let heard = &self.past[at * RATIO + RATIO..][..TAPS];
                to_sample(heard.iter().zip(&self.taps).map(|(s, t)| s * t).sum())
            })
            .collect();
        self.past.drain(..wide.len());
        narrow
    }
}

/// Makes 48 kHz sound of 8 kHz sound.
#[derive(Debug)]
pub(crate) struct Up {
    taps: Box<[f32]>,
    past: Vec<f32>,
}

impl Up {
    pub(crate) fn new() -> Self {
        Self {
            taps: taps(),
            past: vec![0.0; TAPS / RATIO],
        }
    }

    /// Six 48 kHz samples for every one of `narrow` (8 kHz), about 2.5 ms late.
    pub(crate) fn process(&mut self, narrow: &[i16]) -> Vec<i16> {
        const REACH: usize = TAPS / RATIO;
        self.past
            .extend(narrow.iter().map(|sample| f32::from(*sample)));
        let mut wide = Vec::with_capacity(narrow.len() * RATIO);
        for at in 0..narrow.len() {
            let heard = &self.past[at + 1..][..REACH];
            for phase in 0..RATIO {
                // Only each sixth tap meets a sample; the zeros between are not computed.
                let taps = self.taps[phase..].iter().step_by(RATIO);
                let sum: f32 = heard.iter().rev().zip(taps).map(|(s, t)| s * t).sum();
                wide.push(to_sample(sum * RATIO as f32));
            }
        }
        self.past.drain(..narrow.len());
        wide
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioSource, Tone, measure};

    /// What is left of a tone after going down to 8 kHz and up again.
    fn there_and_back(hz: f64) -> crate::audio::Reading {
        let (mut tone, mut down, mut up) = (Tone::new(hz, -20.0), Down::new(), Up::new());
        let wide: Vec<i16> = (0..30)
            .flat_map(|_| up.process(&down.process(&tone.pull().unwrap())))
            .collect();
        assert_eq!(wide.len(), 30 * FRAME);
        measure(&wide[5 * FRAME..])
    }

    #[test]
    fn keeps_the_band_of_the_telephone() {
        for hz in [60.0, 440.0, 1000.0, 3000.0] {
            let reading = there_and_back(hz);
            assert!(
                (reading.rms_dbfs + 20.0).abs() < 0.3,
                "{hz} Hz: {reading:?}"
            );
            assert!(
                (reading.dominant_hz - hz).abs() < 1.0,
                "{hz} Hz: {reading:?}"
            );
        }
    }

    #[test]
    fn lets_nothing_through_that_would_fold_back() {
        for hz in [4_700.0, 6_000.0, 7_560.0] {
            let reading = there_and_back(hz);
            assert!(reading.rms_dbfs < -70.0, "{hz} Hz: {reading:?}");
        }
    }

    #[test]
    fn gives_the_same_sound_whatever_the_pieces() {
        let samples: Vec<i16> = Tone::new(700.0, -10.0).pull().unwrap().to_vec();
        let whole = Down::new().process(&samples);
        let mut down = Down::new();
        let pieces: Vec<i16> = samples.chunks(96).flat_map(|p| down.process(p)).collect();
        assert_eq!(whole, pieces);

        let whole = Up::new().process(&samples);
        let mut up = Up::new();
        let pieces: Vec<i16> = samples.chunks(7).flat_map(|p| up.process(p)).collect();
        assert_eq!(whole, pieces);
    }
}
