//! Measures what the user waits for, and Handset beside Twilio's official libraries. Nothing is
//! asserted of times: a noisy machine must not fail a build. That all made the same is checked.

mod calls;
mod document;
mod libraries;
mod machine;
mod media;
mod operations;
mod table;
mod webhooks;

use crate::{page, setup, sh};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// How fast calls are set up, in headless Chromium, and how big the page is
    Calls,
    /// The same call from our engine and from Chromium: processor time, delay, memory
    Media,
    /// TwiML, access tokens and signatures, beside Twilio's libraries for Node and Python
    Libraries,
    /// The whole webhook server, beside one of express and Twilio's library for Node
    Webhooks,
    /// Single operations
    Criterion,
}

impl Part {
    const ALL: [Self; 5] = [
        Self::Calls,
        Self::Media,
        Self::Libraries,
        Self::Webhooks,
        Self::Criterion,
    ];

    fn needs(self) -> &'static [setup::Need] {
        match self {
            Self::Calls => &[setup::Need::Page, setup::Need::Native, setup::Need::Tests],
            Self::Media => &[setup::Need::Native, setup::Need::Tests],
            Self::Libraries => &[setup::Need::Native, setup::Need::Clients],
            Self::Webhooks => &[setup::Need::Page, setup::Need::Native, setup::Need::Clients],
            Self::Criterion => &[setup::Need::Native],
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Calls => "Calls and page",
            Self::Media => "Sound",
            Self::Libraries => "Libraries",
            Self::Webhooks => "Webhook server",
            Self::Criterion => "Single operations",
        }
    }

    fn measure(self) -> Result<String> {
        match self {
            Self::Calls => calls::measure(),
            Self::Media => media::measure(),
            Self::Libraries => libraries::measure(),
            Self::Webhooks => webhooks::measure(),
            Self::Criterion => operations::measure(),
        }
    }
}

/// Measures these parts, all unless some are named, prints the tables and writes them down.
pub(crate) fn bench(parts: &[Part]) -> Result<()> {
    let chosen = |part: &Part| parts.is_empty() || parts.contains(part);
    let chosen: Vec<Part> = Part::ALL.into_iter().filter(chosen).collect();
    for part in &chosen {
        setup::ensure(part.needs())?;
    }
    for part in chosen {
        sh::step(part.title(), || {
            let others = machine::load();
            let text = part.measure()?;
            println!("\n{text}");
            // At once: what another part lacks must not lose this one.
            document::write(document::Section::new(part.title(), text), &others)
        })?;
    }
    Ok(())
}

/// What the three programs of tests/clients and tests/harness are given, as far as it is needed
/// here.
#[derive(Deserialize)]
struct Given {
    account_sid: String,
    auth_token: String,
    api_key: String,
    api_secret: String,
    application_sid: String,
    caller_id: String,
    identity: String,
    public_url: String,
}

fn given() -> Result<Given> {
    let path = sh::root().join("tests/clients/bench.json");
    let text = std::fs::read_to_string(&path).context("tests/clients/bench.json is missing")?;
    serde_json::from_str(&text).context("tests/clients/bench.json is not as expected")
}

/// Builds the page and then the programs, which embed it, all optimised; where the programs are.
fn programs() -> Result<PathBuf> {
    page::build(true)?;
    let packages = ["-p", "serve", "-p", "harness"];
    sh::run(sh::cargo(&["build", "--release", "--bins"]).args(packages))?;
    Ok(sh::target_dir()?.join("release"))
}

/// Runs a command to its end; what it printed.
fn printed(command: &mut Command) -> Result<String> {
    let name = sh::written(command);
    eprintln!("$ {name}");
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("`{name}` could not be started"))?;
    if !output.status.success() {
        bail!("`{name}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{name}` printed no text"))
}
