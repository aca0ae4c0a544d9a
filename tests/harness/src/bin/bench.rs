//! Measures, in the sandbox and headless Chromium, what a caller waits for. Started by
//! `cargo xtask bench`; prints one line of JSON.

use anyhow::{Context, Result};
use clap::Parser;
use harness::{Scene, Setting};
use serde::Serialize;
use serde_json::json;
use std::cell::RefCell;
use std::io::Write;
use std::path::PathBuf;

/// A phone that answers after a second and plays a steady tone.
const PLAYS_A_TONE: &str = "+12025550144";

/// The goals, in milliseconds.
const INVITE_GOAL_MS: f64 = 50.0;
const SOUND_GOAL_MS: f64 = 300.0;

#[derive(Parser)]
struct Options {
    /// Where handset-server is
    #[arg(long)]
    server: PathBuf,
    /// How many calls are made
    #[arg(long, default_value_t = 10)]
    calls: usize,
}

/// Two delays of a call, in milliseconds.
#[derive(Clone, Copy)]
struct Measured {
    invite: f64,
    sound: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    let measured = RefCell::new(Vec::new());
    runtime.block_on(Scene::play(
        "bench",
        &Setting::new(&options.server),
        async |scene| {
            for _ in 0..options.calls {
                let delays = call(scene).await;
                measured.borrow_mut().push(delays);
            }
        },
    ));
    let measured = measured.into_inner();
    let invite = measured.iter().map(|m| m.invite).collect();
    let sound = measured.iter().map(|m| m.sound).collect();
    let rows = [
        row("click to invite on the wire (ms)", invite, INVITE_GOAL_MS)?,
        row("far end's answer to sound heard (ms)", sound, SOUND_GOAL_MS)?,
    ];
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&rows)?)?;
    Ok(())
}

/// What is printed of one delay.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    median: f64,
    worst: f64,
    goal: f64,
}

fn row(name: &'static str, mut values: Vec<f64>, goal: f64) -> Result<Row> {
    values.sort_by(f64::total_cmp);
    let median = values.get(values.len() / 2);
    let worst = values.last();
    Ok(Row {
        name,
        median: *median.context("nothing was measured")?,
        worst: *worst.context("nothing was measured")?,
        goal,
    })
}

/// Makes a call, hears it, and hangs up.
async fn call(scene: &Scene) -> Measured {
    let page = scene.page();
    page.dial(PLAYS_A_TONE).await;
    let script = "
        const { clicks, frames, soundAt } = window.harness;
        const click = clicks.findLast((click) => click.id === 'call-button').at;
        const after = (way, type) =>
            frames.find((frame) => frame.way === way && frame.type === type && frame.at > click);
        while (!after('in', 'answer')) await new Promise((done) => setTimeout(done, 2));
        const sound = await soundAt(0.01);
        const invite = after('out', 'invite').at - click;
        return { invite, sound: sound - after('in', 'answer').at };";
    let delays = page.run(script, vec![json!(null)]).await;
    let delay = |name: &str| delays[name].as_f64().expect("the script gives it");
    let measured = Measured {
        invite: delay("invite"),
        sound: delay("sound"),
    };
    page.click("#end-button").await;
    page.until("#ended", "data-cause", "hung_up").await;
    page.client()
        .refresh()
        .await
        .expect("the page is loaded again");
    measured
}
