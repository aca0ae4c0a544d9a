//! Calls over bad networks, simulated: delay, jitter, loss, reordering, copies, bandwidth.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::*;

/// One way of a bad network.
#[derive(Debug, Clone)]
pub(super) struct Weather {
    delay_ms: u64,
    /// More delay, up to this, evenly spread; so datagrams overtake each other.
    jitter_ms: u64,
    /// Share of datagrams that are lost.
    loss: f64,
    /// Chance that a lost one takes the next with it.
    burst: f64,
    /// Share of datagrams that come twice.
    copies: f64,
    /// Bits per second that fit through, with half a second's queue before it.
    bandwidth: Option<u64>,
    rng: StdRng,
    in_burst: bool,
    free_at: Option<Instant>,
}

impl Weather {
    fn new(seed: u64) -> Self {
        Self {
            delay_ms: 20,
            jitter_ms: 0,
            loss: 0.0,
            burst: 0.0,
            copies: 0.0,
            bandwidth: None,
            rng: StdRng::seed_from_u64(seed),
            in_burst: false,
            free_at: None,
        }
    }

    /// When a datagram arrives: never, once or twice.
    pub(super) fn carry(&mut self, now: Instant, length: usize) -> Vec<Instant> {
        let chance = if self.in_burst { self.burst } else { self.loss };
        self.in_burst = self.rng.random_bool(chance);
        if self.in_burst {
            return Vec::new();
        }
        let mut sent = now;
        if let Some(bandwidth) = self.bandwidth {
            let start = self.free_at.map_or(now, |free| free.max(now));
            if start > now + Duration::from_millis(500) {
                return Vec::new();
            }
            // With the headers of UDP and IP.
            let bits = (length as u64 + 28) * 8;
            sent = start + Duration::from_micros(bits * 1_000_000 / bandwidth);
            self.free_at = Some(sent);
        }
        let copies = 1 + usize::from(self.rng.random_bool(self.copies));
        let arrivals = (0..copies).map(|_| {
            let jitter = self.rng.random_range(0..=self.jitter_ms);
            sent + Duration::from_millis(self.delay_ms + jitter)
        });
        arrivals.collect()
    }
}

/// Share of 20 ms pieces in which the tone is clear: at its level within 6 dB, and at least
/// 80 % of what is heard.
fn clear(heard: &[i16], hz: f64) -> f64 {
    let pieces: Vec<&[i16]> = heard.chunks_exact(960).collect();
    let is_clear = |piece: &&&[i16]| {
        let (mut re, mut im, mut all) = (0.0, 0.0, 0.0);
        for (at, sample) in piece.iter().enumerate() {
            let value = f64::from(*sample) / 32_768.0;
            let angle = std::f64::consts::TAU * hz * at as f64 / 48_000.0;
            re += value * angle.cos();
            im += value * angle.sin();
            all += value * value;
        }
        let count = piece.len() as f64;
        let tone = 2.0 * (re * re + im * im) / (count * count);
        let power = all / count;
        let dbfs = 10.0 * power.max(1e-12).log10();
        (dbfs + 20.0).abs() < 6.0 && tone > 0.8 * power
    };
    pieces.iter().filter(is_clear).count() as f64 / pieces.len().max(1) as f64
}

/// A call in this weather, after two good seconds; the shares of clear sound each way.
fn call_in(codecs: &[Codec], weather: &Weather, seed: u64, time: Duration) -> (Pair, [f64; 2]) {
    let mut pair = Pair::new(codecs, BOTH);
    pair.call_in();
    pair.run(s(2));
    let seeded = |seed| Weather {
        rng: StdRng::seed_from_u64(seed),
        ..weather.clone()
    };
    pair.weather = Some([seeded(seed), seeded(seed + 1)]);
    pair.near.heard.clear();
    pair.far.heard.clear();
    pair.run(time);
    let shares = [
        clear(&pair.near.heard, 1_000.0),
        clear(&pair.far.heard, 440.0),
    ];
    (pair, shares)
}

#[track_caller]
fn check(name: &str, weather: &Weather, least: f64) {
    let seed = 1;
    for codecs in [&[Codec::Opus], &[Codec::Pcmu]] {
        let (pair, shares) = call_in(codecs, weather, seed, s(10));
        for (end, share) in [(&pair.near, shares[0]), (&pair.far, shares[1])] {
            let stats = end.session.stats();
            let what = format!("{name} {codecs:?} seed {seed}: {share:.3} clear, {stats:?}");
            assert!(share >= least, "{what}");
            assert_eq!(end.states(), [PeerEvent::Connected], "{what}");
        }
    }
}

#[test]
fn hears_all_on_a_good_network() {
    check("good", &Weather::new(0), 0.99);
}

#[test]
fn hears_nearly_all_with_jitter_reordering_and_copies() {
    let weather = Weather {
        jitter_ms: 40,
        copies: 0.05,
        ..Weather::new(0)
    };
    check("jitter", &weather, 0.95);
}

#[test]
fn hears_most_at_a_moderate_loss() {
    let weather = Weather {
        delay_ms: 75,
        jitter_ms: 50,
        loss: 0.05,
        ..Weather::new(0)
    };
    check("moderate", &weather, 0.7);
}

#[test]
fn hears_most_across_an_ocean() {
    let weather = Weather {
        delay_ms: 150,
        jitter_ms: 200,
        loss: 0.02,
        burst: 0.4,
        bandwidth: Some(300_000),
        ..Weather::new(0)
    };
    check("international", &weather, 0.55);
}

#[test]
fn hears_something_when_a_third_is_lost() {
    let weather = Weather {
        loss: 0.3,
        ..Weather::new(0)
    };
    check("loss", &weather, 0.2);
}

#[test]
fn makes_do_with_a_narrow_network() {
    let weather = Weather {
        jitter_ms: 3,
        bandwidth: Some(50_000),
        ..Weather::new(0)
    };
    let (mut pair, early) = call_in(&[Codec::Opus], &weather, 1, s(10));
    pair.run(s(15));
    pair.far.heard.clear();
    pair.run(s(10));
    // The end that checks the path knows that it is narrow, and sends less.
    let late = clear(&pair.far.heard, 440.0);
    assert!(early[1] < 0.85 && late > 0.95, "{early:?} {late}");
}

#[test]
fn gives_up_the_delay_when_the_network_is_good_again() {
    let ocean = Weather {
        delay_ms: 150,
        jitter_ms: 200,
        ..Weather::new(0)
    };
    let (mut pair, _) = call_in(&[Codec::Opus], &ocean, 3, s(10));
    pair.weather = Some([Weather::new(0), Weather::new(1)]);
    pair.run(s(20));
    pair.near.heard.clear();
    pair.far.heard.clear();
    // A tone that ends is heard to end soon after.
    pair.near.tone = Tone::new(440.0, -90.0);
    pair.run(s(1));
    let loud = |frame: &&[i16]| frame.iter().any(|sample| sample.unsigned_abs() > 300);
    let frames = pair.far.heard.chunks_exact(960).filter(loud).count();
    assert!(frames <= 6, "{frames} frames of 20 ms");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn lives_through_any_weather_and_hears_again_after_it(
        seed in any::<u32>(),
        delay_ms in 0u64..300,
        jitter_ms in 0u64..300,
        loss in 0.0..0.6,
        burst in 0.0..0.9,
        copies in 0.0..0.5,
        bandwidth in prop::option::of(20_000u64..300_000),
        outage_s in 0u64..9,
    ) {
        let weather = Weather {
            delay_ms,
            jitter_ms,
            loss,
            burst,
            copies,
            bandwidth,
            ..Weather::new(0)
        };
        let (mut pair, _) = call_in(BOTH, &weather, u64::from(seed), s(4));
        pair.far.session.set_black_hole(true);
        pair.run(s(outage_s));
        pair.far.session.set_black_hole(false);
        pair.weather = None;
        if outage_s > 5 {
            // As the SDK does when a connection is disturbed.
            pair.call_in();
        }
        pair.run(s(8));
        for end in [&pair.near, &pair.far] {
            prop_assert_eq!(end.states().pop(), Some(PeerEvent::Connected));
        }
        // The buffers may still give back time, a frame at a time: each is a step in the tone.
        pair.near.hears_within(1_000.0, 6.0);
        pair.far.hears_within(440.0, 6.0);
    }
}
