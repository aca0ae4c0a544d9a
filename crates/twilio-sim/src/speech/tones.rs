//! Tones of a telephone, made here.

use super::pcm::{Pcm, RATE, samples};

/// The loudness of one tone, as a share of full scale: about -14 dB.
const LEVEL: f64 = 0.2;
/// Tones swell and fade over so many milliseconds, so that they do not click.
const RAMP_MS: u32 = 5;
/// A key's tone and the gap after it.
const KEY_MS: u32 = 160;
const KEY_GAP_MS: u32 = 80;
/// `w` among the keys.
const WAIT_MS: u32 = 500;
/// Speech is so fast, in characters a second.
const CHARS_PER_S: usize = 15;

/// One second of a steady tone.
#[cfg(test)]
pub(crate) fn steady(hz: u32) -> Pcm {
    (0..u64::from(RATE))
        .map(|at| wave(&[f64::from(hz)], at))
        .collect()
}

/// The beep before a recording.
#[must_use]
pub fn beep() -> Pcm {
    tone(&[1_000.0], 300).into()
}

/// Stands in for speech: one soft note for each word, in all about as long as the words would take.
#[must_use]
pub fn chime(text: &str) -> Pcm {
    const NOTES: [f64; 4] = [523.25, 659.25, 587.33, 783.99];
    text.split_whitespace()
        .zip(NOTES.into_iter().cycle())
        .flat_map(|(word, hz)| {
            let letters = word.chars().take(100).count() + 1;
            let ms = (letters * 1_000 / CHARS_PER_S) as u32;
            with_gap(tone(&[hz], ms * 2 / 3), ms - ms * 2 / 3)
        })
        .collect()
}

/// A character that no telephone has a key for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a telephone key; use 0-9, *, #, A-D, and w for a pause")]
pub struct DtmfError(
    /// The character.
    pub char,
);

/// The tones of keys, one after another; `w` waits half a second, `W` a second.
///
/// # Errors
/// A character that is none of `0`-`9`, `*`, `#`, `A`-`D`, `w` and `W`.
pub fn dtmf(keys: &str) -> Result<Pcm, DtmfError> {
    let mut pcm = Vec::new();
    for key in keys.chars() {
        match key {
            'w' => pcm.resize(pcm.len() + samples(WAIT_MS), 0),
            'W' => pcm.resize(pcm.len() + samples(2 * WAIT_MS), 0),
            key => {
                let (low, high) = pair(key).ok_or(DtmfError(key))?;
                pcm.extend(with_gap(tone(&[low, high], KEY_MS), KEY_GAP_MS));
            }
        }
    }
    Ok(pcm.into())
}

/// The two frequencies of a key (ITU-T Q.23).
fn pair(key: char) -> Option<(f64, f64)> {
    const LOW: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const HIGH: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
    const KEYS: &str = "123A456B789C*0#D";
    let at = KEYS.find(key.to_ascii_uppercase())?;
    Some((LOW[at / 4], HIGH[at % 4]))
}

fn tone(frequencies: &[f64], ms: u32) -> Vec<i16> {
    let length = samples(ms) as u64;
    let ramp = (samples(RAMP_MS) as u64).min(length / 2).max(1);
    (0..length)
        .map(|at| {
            let swell = (at.min(length - 1 - at) as f64 / ramp as f64).min(1.0);
            (f64::from(wave(frequencies, at)) * swell) as i16
        })
        .collect()
}

fn wave(frequencies: &[f64], at: u64) -> i16 {
    let time_s = at as f64 / f64::from(RATE);
    let sum: f64 = frequencies
        .iter()
        .map(|hz| (std::f64::consts::TAU * hz * time_s).sin())
        .sum();
    (sum * LEVEL * f64::from(i16::MAX)) as i16
}

fn with_gap(mut pcm: Vec<i16>, ms: u32) -> Vec<i16> {
    pcm.resize(pcm.len() + samples(ms), 0);
    pcm
}

#[cfg(test)]
mod tests {
    use super::{DtmfError, beep, chime, dtmf, samples};
    use crate::speech::{pcm::tests::strength, rms_dbfs, seconds};

    #[test]
    fn each_key_sounds_at_its_two_frequencies_only() {
        for (key, low, high) in [
            ("1", 697.0, 1_209.0),
            ("0", 941.0, 1_336.0),
            ("#", 941.0, 1_477.0),
        ] {
            let pcm = dtmf(key).unwrap();
            for (hz, sounds) in [
                (697.0, low == 697.0),
                (770.0, false),
                (941.0, low == 941.0),
                (1_209.0, high == 1_209.0),
                (1_336.0, high == 1_336.0),
                (1_477.0, high == 1_477.0),
            ] {
                assert_eq!(strength(&pcm, hz) > 2_000.0, sounds, "{key} at {hz} Hz");
            }
        }
    }

    #[test]
    fn a_w_among_the_keys_is_half_a_second_of_silence() {
        let waited = dtmf("1w2").unwrap();
        assert_eq!(waited.len(), dtmf("12").unwrap().len() + samples(500));
        assert_eq!(dtmf("1x"), Err(DtmfError('x')));
        assert!(dtmf("").unwrap().is_empty());
    }

    #[test]
    fn a_chime_lasts_about_as_long_as_the_words() {
        let long = "The quick brown fox jumps over the lazy dog, and then it does that again.";
        assert!(
            (4..=7).contains(&seconds(&chime(long))),
            "{}",
            seconds(&chime(long))
        );
        assert!(rms_dbfs(&chime("Hello")) > -40.0);
        assert!(chime("").is_empty());
    }

    #[test]
    fn a_beep_is_short_and_heard() {
        let pcm = beep();
        assert_eq!(pcm.len(), samples(300));
        assert!(rms_dbfs(&pcm) > -30.0);
        assert!(strength(&pcm, 1_000.0) > 5_000.0);
    }
}
