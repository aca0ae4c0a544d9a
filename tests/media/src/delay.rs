//! From the mouth to the ear: how much later the loudspeaker gives what the microphone heard.
//!
//! Both are heard as the two channels of one sink, linked in the sound server's own graph, so that
//! one clock times them and no recorder's delay counts.

use anyhow::{Context, Result, bail, ensure};
use harness::{Sound, process::run_to_end, tone};
use std::path::Path;

const RATE: usize = 48_000;
/// The envelope has a value for each millisecond,
const HOP: usize = RATE / 1000;
/// of so many samples.
const WINDOW: usize = RATE / 200;
/// The beeps come again after 500 ms: no delay may be taken for one that is so much longer.
const MOST_MS: usize = 450;
/// Each measured delay is of so much sound.
const BLOCK_MS: usize = 2_000;

/// Makes the sink that hears both.
pub(crate) fn prepare(sound: &Sound) -> Result<()> {
    let sink = "module-null-sink sink_name=both rate=48000 channels=2";
    let words: Vec<&str> = std::iter::once("load-module")
        .chain(sink.split(' '))
        .collect();
    run(sound, "pactl", &words)?;
    for (from, to) in [
        ("micbus:monitor_MONO", "both:playback_FL"),
        ("speaker:monitor_FL", "both:playback_FR"),
    ] {
        run(sound, "pw-link", &[from, to])?;
    }
    Ok(())
}

/// Listens for so long; the delays, in milliseconds.
pub(crate) fn measure(sound: &Sound, seconds: u32, folder: &Path) -> Result<Vec<f64>> {
    let file = folder.join("both.raw");
    let path = file.to_string_lossy();
    let mut recorder = sound.command("timeout");
    recorder.args([
        &seconds.to_string(),
        "parec",
        "--device=both.monitor",
        "--raw",
    ]);
    recorder.args(["--format=s16le", "--rate=48000", "--channels=2", &path]);
    // `timeout` says 124 when it ended the recorder, as it should.
    let (code, _, error) = run_to_end(&mut recorder);
    ensure!(code == Some(124), "nothing was recorded: {error}");
    let bytes = std::fs::read(&file).context("nothing was recorded")?;
    let pairs = bytes.chunks_exact(4);
    let channel = |at: usize| -> Vec<f64> {
        let samples = pairs.clone().map(|pair| [pair[at], pair[at + 1]]);
        samples
            .map(|sample| i16::from_le_bytes(sample).into())
            .collect()
    };
    let delays = delays(&channel(0), &channel(2));
    if delays.is_empty() {
        bail!("the loudspeaker gave nothing of what the microphone heard");
    }
    Ok(delays)
}

/// How much later `heard` has the beeps of `said`, in milliseconds, block for block.
fn delays(said: &[f64], heard: &[f64]) -> Vec<f64> {
    let (said, heard) = (envelope(said), envelope(heard));
    let blocks = said.len().saturating_sub(MOST_MS) / BLOCK_MS;
    let blocks = (0..blocks).map(|block| block * BLOCK_MS);
    blocks
        .filter_map(|from| lag(&said[from..from + BLOCK_MS], &heard[from..]))
        .collect()
}

/// How loud the beeps' tone is, millisecond for millisecond.
fn envelope(samples: &[f64]) -> Vec<f64> {
    let step = tone::MICROPHONE_HZ * std::f64::consts::TAU / 48_000.0;
    let waves: Vec<(f64, f64)> = (0..WINDOW).map(|n| (step * n as f64).sin_cos()).collect();
    let windows = samples.windows(WINDOW).step_by(HOP);
    let level = |window: &[f64]| {
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (sample, (s, c)) in window.iter().zip(&waves) {
            sine += sample * s;
            cosine += sample * c;
        }
        sine.hypot(cosine)
    };
    windows.map(level).collect()
}

/// The shift at which two envelopes are most alike; `None` when one of them is silent or nothing
/// fits.
fn lag(said: &[f64], heard: &[f64]) -> Option<f64> {
    let shifts = 0..=MOST_MS.min(heard.len().checked_sub(said.len())?);
    let likeness = |shift: usize| alike(said, &heard[shift..shift + said.len()]);
    let best = shifts.max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)))?;
    (likeness(best) > 0.6).then_some(best as f64)
}

/// The correlation of two series.
fn alike(a: &[f64], b: &[f64]) -> f64 {
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (of_a, of_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - of_a, b - of_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    if aa * bb == 0.0 {
        0.0
    } else {
        ab / (aa * bb).sqrt()
    }
}

fn run(sound: &Sound, program: &str, arguments: &[&str]) -> Result<()> {
    let (code, _, error) = run_to_end(sound.command(program).args(arguments));
    ensure!(
        code == Some(0),
        "`{program} {}`: {error}",
        arguments.join(" ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beeps(late_ms: usize, seconds: usize, gain: f64) -> Vec<f64> {
        let step = tone::MICROPHONE_HZ * std::f64::consts::TAU / RATE as f64;
        let late = late_ms * HOP;
        let sample = |n: usize| {
            let sounds = n >= late && (n - late) % (RATE / 2) < RATE * 3 / 10;
            if sounds {
                gain * (step * n as f64).sin()
            } else {
                0.0
            }
        };
        (0..seconds * RATE).map(sample).collect()
    }

    #[test]
    fn a_known_delay_is_found_in_each_block() {
        let found = delays(&beeps(0, 5, 9_000.0), &beeps(123, 5, 700.0));
        assert_eq!(found, [123.0, 123.0]);
    }

    #[test]
    fn silence_has_no_delay() {
        let silence = vec![0.0; 5 * RATE];
        assert!(delays(&beeps(0, 5, 9_000.0), &silence).is_empty());
        assert!(delays(&silence, &beeps(0, 5, 9_000.0)).is_empty());
    }
}
