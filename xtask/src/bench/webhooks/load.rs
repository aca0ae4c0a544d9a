//! The load on a server, by `webhook-load` of tests/harness.

use super::program::Program;
use crate::bench::{Given, printed};
use crate::sh;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;

/// What `webhook-load --json` prints, as far as it is needed.
#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) connections: u16,
    pub(super) rate: Option<u32>,
    pub(super) requests_per_s: f64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) worst_us: f64,
    /// How much of one processor the load used.
    pub(super) own_share: f64,
    pub(super) server: Server,
    /// What every request was answered.
    pub(super) answer: String,
}

/// What the server needed.
#[derive(Deserialize)]
pub(super) struct Server {
    /// How much of one processor.
    pub(super) share: f64,
    /// For one request.
    pub(super) cpu_us: f64,
    before: Memory,
    after: Memory,
}

/// The memory of a process, in kB.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Memory {
    pub(super) rss_kb: u64,
    pub(super) pss_kb: u64,
}

/// The load, and with what it signs.
pub(super) struct Load {
    program: PathBuf,
    account_sid: String,
    auth_token: String,
    public_url: String,
}

impl Load {
    pub(super) fn new(program: PathBuf, given: &Given) -> Self {
        Self {
            program,
            account_sid: given.account_sid.clone(),
            auth_token: given.auth_token.clone(),
            public_url: given.public_url.clone(),
        }
    }

    fn command(&self, server: &Program, connections: u16, rate: Option<u32>) -> Command {
        let mut command = sh::command("taskset", &["-c", "1"]);
        command.arg(&self.program).args(["--json", "--connections"]);
        command.arg(connections.to_string());
        command.args(["--address", server.address()]);
        command.args(["--pid", &server.id().to_string()]);
        if let Some(rate) = rate {
            command.args(["--rate", &rate.to_string()]);
        }
        command
            .env("TWILIO_ACCOUNT_SID", &self.account_sid)
            .env("TWILIO_AUTH_TOKEN", &self.auth_token)
            .env("HANDSET_PUBLIC_URL", &self.public_url);
        command
    }
}

/// A server under load, and its memory.
pub(super) struct Side<'a> {
    server: Program,
    load: &'a Load,
    /// Before the first load and after the last.
    memory: Option<(Memory, Memory)>,
}

impl<'a> Side<'a> {
    pub(super) fn new(server: Program, load: &'a Load) -> Self {
        Self {
            server,
            load,
            memory: None,
        }
    }

    /// Puts a load on it.
    pub(super) fn put(&mut self, connections: u16, rate: Option<u32>) -> Result<Report> {
        let line = printed(&mut self.load.command(&self.server, connections, rate))?;
        let report: Report =
            serde_json::from_str(&line).context("webhook-load printed something else")?;
        let Server { before, after, .. } = report.server;
        let first = self.memory.map_or(before, |(first, _)| first);
        self.memory = Some((first, after));
        Ok(report)
    }

    /// Its memory before the first load and after the last.
    pub(super) fn memory(&self) -> Result<(Memory, Memory)> {
        self.memory.context("no load was put on it")
    }
}
