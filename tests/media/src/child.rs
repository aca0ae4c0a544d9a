//! Our engine as a program of its own: requests in, answers and events out, a line of JSON each.

use anyhow::{Context, Result};
use protocol::media::{MediaAnswer, MediaEvent, MediaRequest};
use rtc::audio::cpal::CpalBackend;
use rtc::engine::Engine;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::mpsc;

/// What it says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// The answer to the last request.
    Answer {
        /// When the request was read, in microseconds of the program's clock.
        asked_us: u64,
        /// The answer.
        answer: Box<MediaAnswer>,
    },
    /// Something happened.
    Event {
        /// When, by the same clock.
        at_us: u64,
        /// What.
        event: Box<MediaEvent>,
    },
}

/// Carries out what is asked until the standard input ends.
pub(crate) async fn run() -> Result<()> {
    let began = Instant::now();
    let now_us = move || u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (told, mut events) = mpsc::unbounded_channel();
    let engine = Engine::start(Arc::new(CpalBackend::new()), told);
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            let at_us = now_us();
            let event = Box::new(event);
            if say(&Said::Event { at_us, event }).is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let asked_us = now_us();
        let request: MediaRequest = serde_json::from_str(&line).context("no request")?;
        let answer = Box::new(engine.handle(request).await);
        say(&Said::Answer { asked_us, answer })?;
    }
    Ok(())
}

fn say(said: &Said) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(said)?)?;
    out.flush()?;
    Ok(())
}
