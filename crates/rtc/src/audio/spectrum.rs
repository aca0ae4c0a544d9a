//! The strongest frequency in a sound.

use std::f64::consts::{PI, TAU};

use super::SAMPLE_RATE_HZ;

/// Points of the transform: 341 ms, 2.9 Hz from one to the next.
const POINTS: usize = 16_384;

const LOWEST_HZ: f64 = 50.0;
const HIGHEST_HZ: f64 = 8_000.0;

/// The strongest frequency between 50 and 8,000 Hz in the last 341 ms of `samples`.
pub(super) fn dominant_hz(samples: &[i16]) -> f64 {
    let tail = &samples[samples.len().saturating_sub(POINTS)..];
    let mut points = vec![(0.0, 0.0); POINTS];
    let last = tail.len().saturating_sub(1).max(1) as f64;
    for (at, (point, sample)) in points.iter_mut().zip(tail).enumerate() {
        let hann = 0.5 - 0.5 * (TAU * at as f64 / last).cos();
        point.0 = f64::from(*sample) * hann;
    }
    transform(&mut points);

    let hz_per_point = f64::from(SAMPLE_RATE_HZ) / POINTS as f64;
    let power = |at: usize| points[at].0.powi(2) + points[at].1.powi(2) + f64::MIN_POSITIVE;
    let range = (LOWEST_HZ / hz_per_point) as usize..=(HIGHEST_HZ / hz_per_point) as usize;
    let best = range
        .max_by(|a, b| power(*a).total_cmp(&power(*b)))
        .unwrap_or(0);
    if best == 0 {
        return 0.0;
    }
    // The top of the parabola through the logarithms of the peak and its neighbours.
    let (left, top, right) = (power(best - 1).ln(), power(best).ln(), power(best + 1).ln());
    let bend = left - 2.0 * top + right;
    let offset = if bend < 0.0 {
        0.5 * (left - right) / bend
    } else {
        0.0
    };
    (best as f64 + offset) * hz_per_point
}

/// A fast Fourier transform in place; the length is a power of two.
fn transform(points: &mut [(f64, f64)]) {
    let length = points.len();
    let bits = length.trailing_zeros();
    for at in 0..length {
        let mirrored = at.reverse_bits() >> (usize::BITS - bits);
        if at < mirrored {
            points.swap(at, mirrored);
        }
    }
    let turns: Vec<(f64, f64)> = (0..length / 2)
        .map(|at| {
            let angle = -2.0 * PI * at as f64 / length as f64;
            (angle.cos(), angle.sin())
        })
        .collect();
    let mut half = 1;
    while half < length {
        let stride = length / (half * 2);
        for block in points.chunks_exact_mut(half * 2) {
            let (low, high) = block.split_at_mut(half);
            for (at, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let turn = turns[at * stride];
                let turned = (b.0 * turn.0 - b.1 * turn.1, b.0 * turn.1 + b.1 * turn.0);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
}
