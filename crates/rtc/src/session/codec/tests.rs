//! Sound through both codecs and back.

use super::*;
use crate::audio::{AudioSource, Tone, measure};

fn check(codec: Codec, disturb: impl Fn(usize, Arc<[u8]>, Arc<[u8]>) -> Next) {
    let mut encoder = Encoder::new().unwrap();
    let mut decoder = Decoder::new(codec).unwrap();
    let mut tone = Tone::new(440.0, -20.0);
    let payloads: Vec<Arc<[u8]>> = (0..51)
        .map(|_| {
            encoder
                .encode(codec, &tone.pull().unwrap())
                .unwrap()
                .unwrap()
                .into()
        })
        .collect();
    let samples: Vec<i16> = payloads
        .windows(2)
        .enumerate()
        .flat_map(|(at, pair)| decoder.decode(&disturb(at, pair[0].clone(), pair[1].clone())))
        .collect();
    assert_eq!(samples.len(), 50 * FRAME);
    let reading = measure(&samples[10 * FRAME..]);
    assert!(
        (reading.rms_dbfs + 20.0).abs() < 1.5,
        "{codec:?} {reading:?}"
    );
    assert!(
        (reading.dominant_hz - 440.0).abs() < 1.0,
        "{codec:?} {reading:?}"
    );
}

#[test]
fn carries_a_tone_in_either_codec() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        check(codec, |_, packet, _| Next::Packet(packet));
    }
}

#[test]
fn carries_a_tone_over_one_loss_in_ten() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        check(codec, |at, packet, following| {
            if at % 10 == 9 {
                Next::Spare(following)
            } else {
                Next::Packet(packet)
            }
        });
    }
}

#[test]
fn knows_the_length_of_a_payload() {
    let frame = [0; FRAME];
    let mut encoder = Encoder::new().unwrap();
    let payload = encoder.encode(Codec::Opus, &frame).unwrap().unwrap();
    assert_eq!(ticks(Codec::Opus, &payload), Some(960));
    assert_eq!(ticks(Codec::Opus, &[]), None);
    let payload = encoder.encode(Codec::Pcmu, &frame).unwrap().unwrap();
    assert_eq!(ticks(Codec::Pcmu, &payload), Some(160));
    assert_eq!(ticks(Codec::Pcmu, &[]), None);
}

#[test]
fn plays_silence_for_a_damaged_packet() {
    let mut decoder = Decoder::new(Codec::Opus).unwrap();
    let damaged: Arc<[u8]> = vec![0xff; 3].into();
    assert_eq!(decoder.decode(&Next::Packet(damaged)), SILENCE.to_vec());
}

#[test]
fn fades_pcmu_out_when_nothing_comes() {
    let mut decoder = Decoder::new(Codec::Pcmu).unwrap();
    let loud: Arc<[u8]> = vec![g711::encode(8_000); NARROW_FRAME].into();
    decoder.decode(&Next::Packet(loud));
    let levels: Vec<f64> = (0..5)
        .map(|_| measure(&decoder.decode(&Next::Conceal)).rms_dbfs)
        .collect();
    assert!(levels.is_sorted_by(|a, b| a > b), "{levels:?}");
}

/// Bytes and packets of two seconds of what `sound` gives.
fn sent(wishes: OpusWishes, mut sound: impl AudioSource) -> (usize, usize) {
    let mut encoder = Encoder::new().unwrap();
    encoder.agree(&wishes);
    let payloads: Vec<Vec<u8>> = (0..100)
        .filter_map(|_| {
            let frame = sound.pull().unwrap_or(SILENCE);
            encoder.encode(Codec::Opus, &frame).unwrap()
        })
        .collect();
    (payloads.iter().map(Vec::len).sum(), payloads.len())
}

#[test]
fn spends_no_more_bits_than_the_far_end_wants() {
    let tone = || Tone::new(440.0, -20.0);
    let (free, _) = sent(OpusWishes::default(), tone());
    let wishes = OpusWishes {
        most_bits: Some(8_000),
        ..OpusWishes::default()
    };
    let (bound, packets) = sent(wishes, tone());
    // 8 kbit/s are 2,000 bytes in two seconds.
    assert!(bound < 2_400 && bound < free, "{bound} of {free}");
    assert_eq!(packets, 100);
}

#[test]
fn leaves_silence_out_only_when_the_far_end_agrees() {
    let (_, all) = sent(OpusWishes::default(), crate::audio::Silence);
    assert_eq!(all, 100);
    let rests = OpusWishes {
        rests: true,
        ..OpusWishes::default()
    };
    let (_, some) = sent(rests, crate::audio::Silence);
    assert!((5..50).contains(&some), "{some}");
}

/// A buzz like a voice, whose pitch is another every 60 ms.
fn voice() -> Vec<Frame> {
    let mut phase = 0.0_f64;
    let pitches = (0..50).map(|at| [110.0, 150.0, 130.0, 180.0, 120.0][at / 3 % 5]);
    let frames = pitches.map(|hz| {
        let mut frame = SILENCE;
        for sample in &mut frame {
            phase += std::f64::consts::TAU * hz / 48_000.0;
            let buzz = (1..20).map(|n| (f64::from(n) * phase).sin() / f64::from(n));
            *sample = (buzz.sum::<f64>() * 5_000.0) as i16;
        }
        frame
    });
    frames.collect()
}

/// How alike two sounds are, at the best shift: 1 when they are the same.
fn likeness(one: &[i16], other: &[i16]) -> f64 {
    let dot = |a: &[i16], b: &[i16]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(*a) * f64::from(*b))
            .sum()
    };
    let shifts = 0..400;
    let alike = shifts.map(|shift| {
        let (a, b) = (&one[..one.len() - shift], &other[shift..]);
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(1.0)
    });
    alike.fold(0.0, f64::max)
}

#[test]
fn brings_a_lost_frame_back_by_its_spare_copy() {
    let mut encoder = Encoder::new().unwrap();
    encoder.agree(&OpusWishes {
        spares: true,
        ..OpusWishes::default()
    });
    encoder.expect_loss(0.2);
    let frames = voice();
    let payloads: Vec<Arc<[u8]>> = frames
        .iter()
        .map(|frame| encoder.encode(Codec::Opus, frame).unwrap().unwrap().into())
        .collect();
    let run = |heal: bool| -> f64 {
        let mut decoder = Decoder::new(Codec::Opus).unwrap();
        let mut sound = Vec::new();
        for at in 0..frames.len() - 1 {
            let next = match (at % 3 == 0, heal) {
                (false, _) => Next::Packet(payloads[at].clone()),
                (true, true) => Next::Spare(payloads[at + 1].clone()),
                (true, false) => Next::Conceal,
            };
            sound.extend(decoder.decode(&next));
        }
        let lost = (9..45).step_by(3).map(|at| {
            let room = at * FRAME..(at + 1) * FRAME + 400;
            likeness(&frames[at], &sound[room])
        });
        lost.sum::<f64>() / 12.0
    };
    let (spared, guessed) = (run(true), run(false));
    assert!(
        spared > 0.5 && spared > guessed + 0.15,
        "{spared} {guessed}"
    );
}
