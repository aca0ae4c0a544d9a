//! The turns: our engine and Chromium in the same calls, one after the other.

use crate::chromium::Chromium;
use crate::delay;
use crate::far::{Far, TONE_HZ};
use crate::ours::Ours;
use crate::report::{Report, Turn};
use anyhow::{Context, Result};
use harness::sound::Kind;
use harness::usage::Usage;
use harness::{Artefacts, Sound, tone};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// How much is measured.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Plan {
    /// How often each has its turn
    #[arg(long, default_value_t = 3)]
    turns: u32,
    /// How long processor time is measured, idle and in the call, and delays, in seconds
    #[arg(long, default_value_t = 12)]
    seconds: u32,
    /// How many calls are connected in a turn
    #[arg(long, default_value_t = 6)]
    calls: u32,
}

/// Who has a turn.
enum Engine {
    Ours(Box<Ours>),
    Chromium(Chromium),
}

impl Engine {
    fn usage(&self) -> Usage {
        match self {
            Self::Ours(ours) => ours.usage(),
            Self::Chromium(chromium) => chromium.usage(),
        }
    }

    async fn open_microphone(&mut self, processed: bool) -> Result<()> {
        match self {
            Self::Ours(ours) => ours.open_microphone(processed).await,
            Self::Chromium(chromium) => {
                chromium.open_microphone(processed).await;
                Ok(())
            }
        }
    }

    async fn close_microphone(&mut self) -> Result<()> {
        match self {
            Self::Ours(ours) => ours.close_microphone().await,
            Self::Chromium(chromium) => {
                chromium.close_microphone().await;
                Ok(())
            }
        }
    }

    /// Calls a far end as the call of this number.
    async fn call(&mut self, number: u32) -> Result<(Far, f64)> {
        match self {
            Self::Ours(ours) => ours.call(number).await,
            Self::Chromium(chromium) => chromium.call().await,
        }
    }

    async fn hang_up(&mut self, number: u32) -> Result<()> {
        match self {
            Self::Ours(ours) => ours.hang_up(number).await,
            Self::Chromium(chromium) => {
                chromium.hang_up().await;
                Ok(())
            }
        }
    }

    /// Calls itself as the calls of this number and the next.
    async fn call_itself(&mut self, number: u32) -> Result<()> {
        match self {
            Self::Ours(ours) => ours.call_itself(number, number + 1).await,
            Self::Chromium(chromium) => {
                chromium.call_itself().await;
                Ok(())
            }
        }
    }
}

/// Gives each its turns.
pub(crate) async fn all(plan: &Plan) -> Result<Report> {
    let artefacts = Artefacts::new("bench-media");
    let home = tempfile::tempdir().context("no folder")?;
    let runtime = home.path().join("run");
    std::fs::create_dir(&runtime)?;
    std::fs::set_permissions(&runtime, Permissions::from_mode(0o700))?;
    let mut sound = Sound::start(Kind::PipeWire, home.path(), &runtime, &artefacts).await;
    delay::prepare(&sound)?;
    sound.speak();
    let mut report = Report::default();
    for _ in 0..plan.turns {
        let ours = Engine::Ours(Box::new(Ours::start(&sound, &artefacts)?));
        report
            .ours
            .push(turn(ours, &sound, plan, home.path()).await?);
        let chromium = Engine::Chromium(Chromium::start(&sound, &artefacts).await?);
        report
            .chromium
            .push(turn(chromium, &sound, plan, home.path()).await?);
    }
    Ok(report)
}

async fn turn(
    mut engine: Engine,
    sound: &Sound,
    plan: &Plan,
    folder: &std::path::Path,
) -> Result<Turn> {
    let time = Duration::from_secs(plan.seconds.into());
    let idle = spent(&engine, sound, time).await;
    engine.open_microphone(true).await?;

    let mut connect_ms = Vec::new();
    for number in 0..plan.calls {
        let (far, took_ms) = engine.call(number).await?;
        far.hears(tone::MICROPHONE_HZ).await;
        connect_ms.push(took_ms);
        engine.hang_up(number).await?;
    }

    let (far, _) = engine.call(plan.calls).await?;
    far.hears(tone::MICROPHONE_HZ).await;
    sound.until_tone(TONE_HZ).await;
    let busy = spent(&engine, sound, time).await;
    engine.hang_up(plan.calls).await?;
    drop(far);

    engine.close_microphone().await?;
    // A canceller takes beeps that come back for an echo, and removes them.
    engine.open_microphone(false).await?;
    engine.call_itself(plan.calls + 1).await?;
    sound.until_tone(tone::MICROPHONE_HZ).await;
    let delay_ms = delay::measure(sound, plan.seconds, folder)?;
    Ok(Turn {
        processor: busy.processor - idle.processor,
        server: busy.server - idle.server,
        memory_mb: busy.memory_mb - idle.memory_mb,
        whole_mb: busy.memory_mb,
        connect_ms,
        delay_ms,
    })
}

/// What was spent over a time.
struct Spent {
    /// Processors, 1 being one that has no pause.
    processor: f64,
    /// The same of the sound server.
    server: f64,
    memory_mb: f64,
}

async fn spent(engine: &Engine, sound: &Sound, time: Duration) -> Spent {
    let (began, engine_before, server_before) = (Instant::now(), engine.usage(), sound.usage());
    // What is spent over this time is what is measured.
    tokio::time::sleep(time).await;
    let (engine_after, server_after) = (engine.usage(), sound.usage());
    let time_s = began.elapsed().as_secs_f64();
    let share = |before: Usage, after: Usage| (after.processor_s - before.processor_s) / time_s;
    Spent {
        processor: share(engine_before, engine_after),
        server: share(server_before, server_after),
        memory_mb: f64::from(u32::try_from(engine_after.pss_kb).unwrap_or(u32::MAX)) / 1e3,
    }
}
