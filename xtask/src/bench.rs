//! Measures what the user waits for. Nothing is asserted: a noisy machine must not fail a build.

use crate::{page, setup, sh};
use anyhow::{Context, Result};
use std::io::Write;
use std::process::Stdio;

/// The most that the page's wasm should take on the wire, in bytes.
const PAGE_GOAL: u64 = 450_000;

/// Builds everything optimised, measures, and prints a table.
pub(crate) fn bench() -> Result<()> {
    setup::ensure(&[setup::Need::Page, setup::Need::Native, setup::Need::Tests])?;
    sh::step("Page", || page::build(true))?;
    let size = gzipped(&std::fs::read(wasm()?)?)?;
    sh::step("Build", || {
        let packages = ["-p", "serve", "-p", "harness"];
        sh::run(sh::cargo(&["build", "--release", "--bins"]).args(packages))
    })?;
    let programs = sh::target_dir()?.join("release");
    sh::step("Calls", || {
        let mut bench = sh::command(&programs.join("bench").to_string_lossy(), &[]);
        sh::run(bench.arg("--server").arg(programs.join("handset-server")))
    })?;
    println!(
        "| {:<38} | {:>9} | {:>9} |",
        "page, wasm gzipped (kB)",
        size / 1000,
        PAGE_GOAL / 1000
    );
    Ok(())
}

/// The page's one wasm file.
fn wasm() -> Result<std::path::PathBuf> {
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
