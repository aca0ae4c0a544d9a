//! The two servers, each alone on core 0.

use crate::bench::Given;
use crate::sh;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The first line that both print.
#[derive(Deserialize)]
struct Started {
    public_listener: String,
}

/// A server, ended when dropped.
pub(super) struct Program {
    child: Child,
    address: String,
}

impl Program {
    /// `handset-server`, with an account.
    pub(super) fn handset(program: &Path, given: &Given) -> Result<Self> {
        let mut command = pinned(&program.to_string_lossy());
        command.args([
            "--json",
            "--private",
            "127.0.0.1:0",
            "--public",
            "127.0.0.1:0",
        ]);
        command
            .env("TWILIO_API_KEY", &given.api_key)
            .env("TWILIO_API_SECRET", &given.api_secret)
            .env("TWILIO_TWIML_APP_SID", &given.application_sid)
            .env("TWILIO_CALLER_ID", &given.caller_id)
            .env_remove("HANDSET_LOG");
        Self::start(command, given)
    }

    /// tests/clients/webhooks.cjs.
    pub(super) fn node(given: &Given) -> Result<Self> {
        let mut command = pinned("node");
        command.arg("tests/clients/webhooks.cjs");
        command.env("NODE_ENV", "production");
        Self::start(command, given)
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    fn start(mut command: Command, given: &Given) -> Result<Self> {
        let name = sh::written(&command);
        eprintln!("$ {name}");
        let child = command
            .env("TWILIO_ACCOUNT_SID", &given.account_sid)
            .env("TWILIO_AUTH_TOKEN", &given.auth_token)
            .env("HANDSET_IDENTITY", &given.identity)
            .env("HANDSET_PUBLIC_URL", &given.public_url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // What it logs costs it the writing, but fills no disk.
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("`{name}` could not be started"))?;
        // From here on it is ended, whatever goes wrong.
        let mut program = Self {
            child,
            address: String::new(),
        };
        let output = program.child.stdout.take().context("it is piped")?;
        let (send, first) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(output).read_line(&mut line);
            // Nobody listens any more when it came too late.
            let _ = send.send(read.map(|_| line));
        });
        let line = first.recv_timeout(PATIENCE);
        let line = line.with_context(|| format!("`{name}` did not say where it listens"))??;
        let started: Started = serde_json::from_str(&line)
            .with_context(|| format!("`{name}` did not start; run it to see why"))?;
        program.address = started.public_listener;
        Ok(program)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It is ours alone, and gone already if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command on core 0; taskset becomes the program itself.
fn pinned(program: &str) -> Command {
    let mut command = sh::command("taskset", &["-c", "0"]);
    command.arg(program);
    command
}
