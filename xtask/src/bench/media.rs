//! The same call from our engine and from Chromium.

use super::{printed, table};
use crate::sh;
use anyhow::{Context, Result};
use serde::Deserialize;

/// What tests/media prints.
#[derive(Deserialize)]
struct Report {
    ours: Vec<Turn>,
    chromium: Vec<Turn>,
}

/// One turn of one of them; tests/media/src/report.rs says what each is.
#[derive(Clone, Deserialize)]
struct Turn {
    processor: f64,
    server: f64,
    memory_mb: f64,
    whole_mb: f64,
    connect_ms: Vec<f64>,
    delay_ms: Vec<f64>,
}

/// Builds it optimised and measures; the table.
pub(super) fn measure() -> Result<String> {
    sh::run(sh::cargo(&["build", "--release", "--bins"]).args(["-p", "media"]))?;
    let program = sh::target_dir()?.join("release/media-bench");
    let mut bench = sh::command(&program.to_string_lossy(), &["measure"]);
    let report: Report = serde_json::from_str(&printed(&mut bench)?)
        .context("what was measured of the sound is not as expected")?;
    written(&report)
}

fn written(report: &Report) -> Result<String> {
    let mut table =
        table::Table::new(&["One call", ">Handset", ">Chromium", ">Ratio", ">Wanted", ""]);
    let mut row = |name: &str, goal: bool, of: &dyn Fn(&Turn) -> Vec<f64>| -> Result<()> {
        let median = |turns: &[Turn]| median(turns.iter().flat_map(of).collect());
        let ours = median(&report.ours).context("nothing was measured of Handset")?;
        let theirs = median(&report.chromium).context("nothing was measured of Chromium")?;
        let (wanted, verdict) = if goal {
            ("≤ 1".to_owned(), table::verdict(ours <= theirs))
        } else {
            (String::new(), String::new())
        };
        let number = table::three_digits;
        let cells = [
            number(ours),
            number(theirs),
            number(ours / theirs),
            wanted,
            verdict,
        ];
        table.row([vec![name.to_owned()], cells.to_vec()].concat());
        Ok(())
    };
    row("processor, % of a core", true, &|turn| {
        vec![100.0 * turn.processor]
    })?;
    row("the sound server's, % of a core", false, &|turn| {
        vec![100.0 * turn.server]
    })?;
    row("mouth to ear, ms", true, &|turn| turn.delay_ms.clone())?;
    row("answer to connected, ms", false, &|turn| {
        turn.connect_ms.clone()
    })?;
    row("memory that the call adds (PSS), MB", false, &|turn| {
        vec![turn.memory_mb]
    })?;
    row(
        "memory of the program in the call (PSS), MB",
        false,
        &|turn| vec![turn.whole_mb],
    )?;
    Ok(format!(
        "The window's engine, in a process of its own, beside headless Chromium: the same Opus call \
         to the same far end, with echo cancelling, noise suppression and automatic gain on in \
         both, over the same PipeWire server's virtual microphone and loudspeaker; in turns, the \
         median of all. Processor time is what the call adds to the program without one, all of \
         its processes together. From mouth to ear is from the virtual microphone over two peers \
         of the same program to the virtual loudspeaker, without the processing: it takes beeps that \
         come back for echoes. A ratio below 1 means that Handset needs \
         less.\n\n{table}"
    ))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(processor: f64, delay_ms: Vec<f64>) -> Turn {
        Turn {
            processor,
            server: 0.01,
            memory_mb: 4.0,
            whole_mb: 12.0,
            connect_ms: vec![30.0],
            delay_ms,
        }
    }

    #[test]
    fn what_needs_more_than_chromium_is_said_to_miss_the_goal() {
        let report = Report {
            ours: vec![turn(0.03, vec![80.0, 120.0, 90.0])],
            chromium: vec![turn(0.06, vec![70.0])],
        };
        let text = written(&report).unwrap();
        let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(
            line("| processor").contains("0.50 |    ≤ 1 | met"),
            "{text}"
        );
        assert!(
            line("| mouth").contains("1.29 |    ≤ 1 | **missed**"),
            "{text}"
        );
    }

    #[test]
    fn nothing_measured_is_an_error() {
        let (ours, chromium) = (Vec::new(), vec![turn(0.1, vec![1.0])]);
        assert!(written(&Report { ours, chromium }).is_err());
    }
}
