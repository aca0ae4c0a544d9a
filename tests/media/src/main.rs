//! Measures the same call from our engine and from Chromium, one after the other in turns, with
//! the devices of one sound server: processor time, mouth-to-ear delay, connect time and memory.
//! Started by `cargo xtask bench media`; prints one line of JSON.

mod child;
mod chromium;
mod delay;
mod far;
mod ours;
mod report;
mod turn;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::io::Write;

#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Measure both
    Measure(turn::Plan),
    /// Be our engine for whoever writes requests to the standard input
    Engine,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no runtime")?;
    match Options::parse().role {
        Role::Engine => runtime.block_on(child::run()),
        Role::Measure(plan) => {
            let report = runtime.block_on(turn::all(&plan))?;
            let mut out = std::io::stdout().lock();
            writeln!(out, "{}", serde_json::to_string(&report)?)?;
            Ok(())
        }
    }
}
