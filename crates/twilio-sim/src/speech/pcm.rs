//! Plain sound, and what can be said of it.

use std::sync::Arc;

/// Sound: 48 kHz mono.
pub type Pcm = Arc<[i16]>;

/// Samples in a second of [`Pcm`].
pub const RATE: u32 = 48_000;

/// How loud silence is said to be, in dB relative to full scale.
pub const SILENCE_DBFS: f64 = -120.0;

/// Samples in `ms` milliseconds.
#[must_use]
pub(super) fn samples(ms: u32) -> usize {
    (u64::from(RATE) * u64::from(ms) / 1_000) as usize
}

/// Whole seconds of sound, rounded.
#[must_use]
pub fn seconds(pcm: &[i16]) -> u32 {
    let rate = RATE as usize;
    u32::try_from((pcm.len() + rate / 2) / rate).unwrap_or(u32::MAX)
}

/// `ms` milliseconds of silence.
#[cfg(test)]
pub(crate) fn silence(ms: u32) -> Pcm {
    vec![0; samples(ms)].into()
}

/// How loud sound is on average, in dB relative to full scale; [`SILENCE_DBFS`] for none.
#[must_use]
pub fn rms_dbfs(pcm: &[i16]) -> f64 {
    if pcm.is_empty() {
        return SILENCE_DBFS;
    }
    let power = pcm.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / pcm.len() as f64;
    if power == 0.0 {
        return SILENCE_DBFS;
    }
    (10.0 * (power / f64::from(i16::MAX).powi(2)).log10()).max(SILENCE_DBFS)
}

/// Brings sound from one sample rate to another, by straight lines between samples.
///
/// Going down, it first averages over the width of an output sample, so that little of what the
/// lower rate cannot hold folds back. A rate of 0 gives nothing.
#[must_use]
pub fn resample(pcm: &[i16], from: u32, to: u32) -> Vec<i16> {
    if from == 0 || to == 0 || pcm.is_empty() {
        return Vec::new();
    }
    if from == to {
        return pcm.to_vec();
    }
    let smooth;
    let source = if from > to {
        smooth = average(pcm, from.div_ceil(to) as usize);
        &smooth
    } else {
        pcm
    };
    let length = (source.len() as u64 * u64::from(to) / u64::from(from)) as usize;
    (0..length as u64)
        .map(|at| {
            let scaled = at * u64::from(from);
            let index = (scaled / u64::from(to)) as usize;
            let part = (scaled % u64::from(to)) as f64 / f64::from(to);
            let here = f64::from(source[index]);
            let next = f64::from(*source.get(index + 1).unwrap_or(&source[index]));
            (here + (next - here) * part).round() as i16
        })
        .collect()
}

fn average(pcm: &[i16], width: usize) -> Vec<i16> {
    (0..pcm.len())
        .map(|at| {
            let window = &pcm[at..(at + width).min(pcm.len())];
            let sum: i64 = window.iter().map(|&s| i64::from(s)).sum();
            (sum / window.len() as i64) as i16
        })
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::{RATE, SILENCE_DBFS, resample, rms_dbfs, seconds, silence};
    use crate::speech::steady;

    /// How strong `hz` is in the sound, as an amplitude.
    pub(in crate::speech) fn strength(pcm: &[i16], hz: f64) -> f64 {
        let step = std::f64::consts::TAU * hz / f64::from(RATE);
        let (mut re, mut im) = (0.0, 0.0);
        for (at, &sample) in pcm.iter().enumerate() {
            let angle = step * at as f64;
            re += f64::from(sample) * angle.cos();
            im += f64::from(sample) * angle.sin();
        }
        2.0 * re.hypot(im) / pcm.len() as f64
    }

    #[test]
    fn silence_is_as_quiet_as_can_be_and_full_scale_is_zero() {
        assert_eq!(rms_dbfs(&[]), SILENCE_DBFS);
        assert_eq!(rms_dbfs(&silence(10)), SILENCE_DBFS);
        assert!(rms_dbfs(&[i16::MAX; 100]).abs() < 0.01);
        let half = rms_dbfs(&[i16::MAX / 2; 100]);
        assert!((half + 6.02).abs() < 0.01, "{half}");
    }

    #[test]
    fn seconds_are_rounded() {
        assert_eq!(seconds(&[]), 0);
        assert_eq!(seconds(&silence(1_400)), 1);
        assert_eq!(seconds(&silence(1_500)), 2);
    }

    #[test]
    fn resampling_keeps_length_and_pitch() {
        let tone = steady(440);
        for (from, to) in [(48_000, 22_050), (48_000, 8_000), (48_000, 44_100)] {
            let down = resample(&tone, from, to);
            assert_eq!(down.len(), to as usize);
            let up = resample(&down, to, RATE);
            assert_eq!(up.len(), RATE as usize);
            let (at, beside) = (strength(&up, 440.0), strength(&up, 700.0));
            assert!(at > 20.0 * beside, "{to}: {at} against {beside}");
        }
    }

    #[test]
    fn resampling_nothing_gives_nothing() {
        assert!(resample(&[], 8_000, RATE).is_empty());
        assert!(resample(&[1, 2, 3], 0, RATE).is_empty());
        assert_eq!(resample(&[1, 2, 3], RATE, RATE), [1, 2, 3]);
    }
}
