//! Makes the page's sounds: the ring, the key tones and the two marks of a call.

use std::f32::consts::TAU;

/// Samples per second. Enough for tones below 2 kHz, and the files stay small.
const RATE: u32 = 16_000;

/// The key tones' pairs in Hz, by the name of the file. Source: ITU-T Q.23.
const KEYS: [(&str, f32, f32); 12] = [
    ("0", 941.0, 1336.0),
    ("1", 697.0, 1209.0),
    ("2", 697.0, 1336.0),
    ("3", 697.0, 1477.0),
    ("4", 770.0, 1209.0),
    ("5", 770.0, 1336.0),
    ("6", 770.0, 1477.0),
    ("7", 852.0, 1209.0),
    ("8", 852.0, 1336.0),
    ("9", 852.0, 1477.0),
    ("star", 941.0, 1209.0),
    ("hash", 941.0, 1477.0),
];

/// All sounds: the name of the file, and the samples from -1 to 1.
pub(crate) fn all() -> Vec<(String, Vec<f32>)> {
    let keys = KEYS.map(|(name, low, high)| (format!("dtmf-{name}.wav"), key(low, high)));
    let mut sounds = vec![
        ("ring.wav".to_owned(), ring()),
        ("connected.wav".to_owned(), blips(&[660.0, 880.0])),
        ("disconnect.wav".to_owned(), blips(&[520.0, 390.0])),
    ];
    sounds.extend(keys);
    sounds
}

/// A mono WAV file of 16-bit samples.
pub(crate) fn wav(samples: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = samples
        .iter()
        .flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes())
        .collect();
    let size = data.len() as u32;
    let mut file = Vec::with_capacity(44 + data.len());
    file.extend(b"RIFF");
    file.extend((36 + size).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes()); // PCM
    file.extend(1_u16.to_le_bytes()); // channels
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes()); // bytes per second
    file.extend(2_u16.to_le_bytes()); // bytes per frame
    file.extend(16_u16.to_le_bytes()); // bits per sample
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

/// `seconds` of `voice`, which tells the value at a time in seconds.
fn sound(seconds: f32, voice: impl Fn(f32) -> f32) -> Vec<f32> {
    let count = (seconds * RATE as f32) as u32;
    (0..count).map(|n| voice(n as f32 / RATE as f32)).collect()
}

/// Rises and falls so that a piece from 0 to `length` seconds does not click.
fn soft(t: f32, length: f32, edge: f32) -> f32 {
    if !(0.0..length).contains(&t) {
        return 0.0;
    }
    (t / edge).min((length - t) / edge).clamp(0.0, 1.0)
}

fn sine(hz: f32, t: f32) -> f32 {
    (TAU * hz * t).sin()
}

fn key(low: f32, high: f32) -> Vec<f32> {
    sound(0.14, |t| {
        0.22 * soft(t, 0.14, 0.008) * (sine(low, t) + sine(high, t))
    })
}

/// Short notes one after the other.
fn blips(notes: &[f32]) -> Vec<f32> {
    const NOTE_S: f32 = 0.11;
    sound(NOTE_S * notes.len() as f32, |t| {
        let index = ((t / NOTE_S) as usize).min(notes.len() - 1);
        let at = t - index as f32 * NOTE_S;
        0.25 * soft(at, NOTE_S, 0.02) * sine(notes[index], t)
    })
}

/// Two warbling calls and a rest, to be repeated: 3.2 s, two beats of the mark on the screen.
fn ring() -> Vec<f32> {
    let call = |t: f32| {
        let edge = soft(t, 0.7, 0.03);
        let note = if ((t * 16.0) as u32).is_multiple_of(2) {
            660.0
        } else {
            784.0
        };
        edge * (sine(note, t) + 0.3 * sine(2.0 * note, t))
    };
    sound(3.2, |t| 0.3 * (call(t) + call(t - 0.9)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sound_is_heard_and_none_is_cut_off() {
        for (name, samples) in all() {
            let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
            assert!((0.1..1.0).contains(&peak), "{name} peaks at {peak}");
            let last = samples.last().copied().unwrap_or(1.0);
            assert!(last.abs() < 0.02, "{name} ends at {last}");
        }
    }

    #[test]
    fn a_key_sounds_its_two_tones_and_no_other() {
        let power = |samples: &[f32], hz: f32| {
            let (mut x, mut y) = (0.0, 0.0);
            for (n, sample) in samples.iter().enumerate() {
                let angle = TAU * hz * n as f32 / RATE as f32;
                x += sample * angle.cos();
                y += sample * angle.sin();
            }
            x.hypot(y) / samples.len() as f32
        };
        let five = key(770.0, 1336.0);
        assert!(power(&five, 770.0) > 0.05 && power(&five, 1336.0) > 0.05);
        assert!(power(&five, 697.0) < 0.01 && power(&five, 1477.0) < 0.01);
    }

    #[test]
    fn a_wav_says_how_long_it_is() {
        let file = wav(&[0.0, 1.0, -2.0]);
        assert_eq!(file.len(), 44 + 6);
        assert_eq!(&file[40..44], &6_u32.to_le_bytes());
        assert_eq!(&file[46..50], &[0xff, 0x7f, 0x01, 0x80], "loud is clipped");
    }
}
