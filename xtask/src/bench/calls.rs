//! What a caller waits for.

use super::{printed, programs, table};
use crate::sh;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

/// The most that the page's wasm should take on the wire, in bytes.
const PAGE_GOAL: u64 = 450_000;

/// One line of tests/harness/src/bin/bench.rs.
#[derive(Deserialize)]
struct Row {
    name: String,
    median: f64,
    worst: f64,
    goal: f64,
}

/// Builds everything optimised and measures it; the table.
pub(super) fn measure() -> Result<String> {
    let programs = programs()?;
    let size = gzipped(&std::fs::read(wasm()?)?)?;
    let mut bench = sh::command(&programs.join("bench").to_string_lossy(), &[]);
    bench.arg("--server").arg(programs.join("handset-server"));
    let rows: Vec<Row> = serde_json::from_str(&printed(&mut bench)?)
        .context("what was measured of the calls is not as expected")?;
    let mut table = table::Table::new(&["Measured", ">Median", ">Worst", ">Goal", ""]);
    for row in rows {
        table.row([
            row.name,
            format!("{:.1}", row.median),
            format!("{:.1}", row.worst),
            format!("{:.1}", row.goal),
            table::verdict(row.median <= row.goal),
        ]);
    }
    table.row([
        "page, wasm gzipped (kB)".to_owned(),
        (size / 1000).to_string(),
        String::new(),
        (PAGE_GOAL / 1000).to_string(),
        table::verdict(size <= PAGE_GOAL),
    ]);
    Ok(format!(
        "In the sandbox and headless Chromium; the optimised build.\n\n{table}"
    ))
}

/// The page's one wasm file.
fn wasm() -> Result<PathBuf> {
    let folder = sh::root().join("ui/dist");
    let files = std::fs::read_dir(&folder).context("the page is not built")?;
    let mut files = files.filter_map(|file| Some(file.ok()?.path()));
    let found = files.find(|path| path.extension().is_some_and(|e| e == "wasm"));
    found.with_context(|| format!("no wasm in {}", folder.display()))
}

/// How many bytes gzip leaves at its best.
fn gzipped(bytes: &[u8]) -> Result<u64> {
    let mut child = sh::command("gzip", &["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("gzip could not be started")?;
    let mut input = child.stdin.take().context("its input is piped")?;
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(bytes));
        child.wait_with_output()
    })?;
    Ok(output.stdout.len() as u64)
}
