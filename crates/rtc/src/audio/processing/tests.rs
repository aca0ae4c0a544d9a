//! What processing takes out, and what it leaves.

use super::*;
use crate::audio::measure;

const ECHO: Processing = Processing {
    echo_cancellation: true,
    ..OFF
};

/// Something like speech: syllables of a buzz whose pitch and colour change, with pauses.
struct Speech {
    at: u64,
    seed: u64,
    phase: f64,
    low: f64,
    gain: f64,
    pitch_hz: f64,
}

impl Speech {
    fn new(seed: u64) -> Self {
        Self {
            at: 0,
            seed,
            phase: 0.0,
            low: 0.0,
            gain: 1.0,
            pitch_hz: 110.0,
        }
    }

    fn chance(&mut self) -> f64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.seed >> 33) as f64 / (1_u64 << 31) as f64
    }

    fn block(&mut self) -> [f64; 480] {
        let mut block = [0.0; 480];
        for sample in &mut block {
            let second = self.at as f64 / 48_000.0;
            let syllable = (second * 4.0).fract();
            let number = (second * 4.0) as u64;
            let loud = (std::f64::consts::PI * (syllable / 0.8).min(1.0)).sin();
            let pause = number % 9 >= 7;
            let hz = self.pitch_hz + 17.0 * ((number * 7) % 5) as f64 + 25.0 * syllable;
            self.phase = (self.phase + hz / 48_000.0).fract();
            let buzz = if self.phase < 0.3 { 1.0 } else { -0.43 };
            let noise = self.chance() - 0.5;
            let colour = 0.08 + 0.05 * ((number * 3) % 7) as f64;
            self.low += colour * (buzz + 0.3 * noise - self.low);
            *sample = if pause {
                0.0
            } else {
                self.gain * 6_000.0 * loud * self.low
            };
            self.at += 1;
        }
        block
    }
}

/// A room: the loudspeaker is heard 40 ms later, quieter, with two reflections.
struct Room(std::collections::VecDeque<f64>);

impl Room {
    fn new() -> Self {
        Self(vec![0.0; 48 * 80].into())
    }

    fn echo(&mut self, said: &[f64; 480]) -> [f64; 480] {
        said.map(|sample| {
            self.0.pop_front();
            self.0.push_back(sample);
            let ago = |ms: usize| self.0[self.0.len() - 1 - 48 * ms];
            0.4 * ago(40) - 0.2 * ago(47) + 0.1 * ago(63)
        })
    }
}

fn to_block(samples: [f64; 480]) -> Block {
    samples.map(|sample| sample.round() as i16)
}

fn sum(a: [f64; 480], b: [f64; 480]) -> [f64; 480] {
    std::array::from_fn(|at| a[at] + b[at])
}

fn db(samples: &[i16]) -> f64 {
    measure(samples).rms_dbfs
}

#[test]
fn takes_out_the_loudspeaker_and_leaves_who_speaks_meanwhile() {
    let mut voice = Voice::new(ECHO);
    let (mut far, mut near, mut room) = (Speech::new(1), Speech::new(2), Room::new());
    (near.at, near.pitch_hz) = (31_000, 190.0);
    let (mut echo, mut left) = (Vec::new(), Vec::new());
    // Ten seconds of the far end alone, of which the last five count.
    for turn in 0..1_000 {
        let said = far.block();
        voice.hear_loudspeaker(&to_block(said));
        let heard = to_block(room.echo(&said));
        let cleaned = voice.process(&heard);
        if turn >= 500 {
            echo.extend(heard);
            left.extend(cleaned);
        }
    }
    let suppressed = db(&echo) - db(&left);
    eprintln!("single talk: {suppressed:.1} dB less echo");
    assert!(suppressed > 30.0, "{suppressed} dB");

    // Five seconds in which both speak.
    let (mut spoken, mut sent) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        let said = far.block();
        voice.hear_loudspeaker(&to_block(said));
        let speech = near.block();
        spoken.extend(to_block(speech));
        sent.extend(voice.process(&to_block(sum(room.echo(&said), speech))));
    }
    let lost = db(&spoken) - db(&sent);
    let like = similarity(&spoken, &sent);
    eprintln!("double talk: {lost:.1} dB quieter, likeness {like:.2}");
    assert!(lost < 6.0, "{lost} dB of the speech are lost");
    assert!(like > 0.5, "{like}");
}

/// How alike the loudness of two sounds goes up and down, in steps of 20 ms: 1 for the same.
fn similarity(one: &[i16], other: &[i16]) -> f64 {
    let loudness = |sound: &[i16]| -> Vec<f64> {
        let power = |ms: &[i16]| ms.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
        let root: Vec<f64> = sound.chunks(960).map(|ms| power(ms).sqrt()).collect();
        let mean = root.iter().sum::<f64>() / root.len() as f64;
        root.iter().map(|root| root - mean).collect()
    };
    let (one, other) = (loudness(one), loudness(other));
    let of = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    of(&one, &other) / (of(&one, &one) * of(&other, &other)).sqrt()
}

#[test]
fn takes_out_steady_noise_and_leaves_speech() {
    let noise_only = Processing {
        noise_suppression: true,
        ..OFF
    };
    let mut voice = Voice::new(noise_only);
    let (mut speech, mut noise) = (Speech::new(1), Speech::new(9));
    let mut hiss = || std::array::from_fn(|_| (noise.chance() - 0.5) * 600.0);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for turn in 0..600 {
        let heard = to_block(hiss());
        let cleaned = voice.process(&heard);
        if turn >= 300 {
            before.extend(heard);
            after.extend(cleaned);
        }
    }
    let quieter = db(&before) - db(&after);
    eprintln!("noise: {quieter:.1} dB less");
    assert!(quieter > 10.0, "{quieter} dB");
    let (mut spoken, mut sent) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        let said = speech.block();
        spoken.extend(to_block(said));
        sent.extend(voice.process(&to_block(sum(said, hiss()))));
    }
    let lost = db(&spoken) - db(&sent);
    assert!(lost.abs() < 3.0, "{lost} dB of the speech are lost");
}

#[test]
fn makes_a_quiet_voice_louder() {
    let gain_only = Processing {
        auto_gain_control: true,
        ..OFF
    };
    let mut voice = Voice::new(gain_only);
    let mut speech = Speech::new(1);
    speech.gain = 0.1;
    let (mut spoken, mut sent) = (Vec::new(), Vec::new());
    for turn in 0..1_500 {
        let said = to_block(speech.block());
        let made = voice.process(&said);
        if turn >= 1_000 {
            spoken.extend(said);
            sent.extend(made);
        }
    }
    let louder = db(&sent) - db(&spoken);
    eprintln!("gain: {louder:.1} dB louder");
    assert!(louder > 6.0, "{louder} dB");
}

#[test]
fn changes_nothing_when_all_is_off_and_keeps_silence_silent() {
    let mut voice = Voice::new(OFF);
    let block: Block = std::array::from_fn(|at| at as i16 * 50);
    assert_eq!(voice.process(&block), block);
    let mut voice = Voice::new(Processing::default());
    for _ in 0..200 {
        voice.hear_loudspeaker(&[0; 480]);
        assert_eq!(voice.process(&[0; 480]), [0; 480]);
    }
}
