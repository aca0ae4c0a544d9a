//! `handset-server` as a child.

use crate::process::Process;
use crate::{Artefacts, Sandbox};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// The variables by which Handset is configured. None of the machine's own may reach a test.
const VARIABLES: [&str; 12] = [
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "TWILIO_TWIML_APP_SID",
    "TWILIO_CALLER_ID",
    "HANDSET_ICE_CREDENTIAL",
    "HANDSET_ICE_USERNAME",
    "HANDSET_IDENTITY",
    "HANDSET_JOIN",
    "HANDSET_MEDIA",
    "HANDSET_PUBLIC_URL",
];

/// The first line that it prints.
#[derive(Clone, Debug, Deserialize)]
pub struct Addresses {
    /// The browser dialer, with the session secret as its fragment.
    pub private_url: String,
    /// The bearer secret of the private listener.
    pub session_secret: String,
    /// Where Twilio reaches the webhooks.
    pub public_url: String,
    /// Where the public listener is bound, `host:port`.
    pub public_listener: String,
    /// The sandbox's signalling.
    pub signalling_url: Option<String>,
}

/// A running `handset-server`, ended when dropped.
#[derive(Debug)]
pub struct Server {
    /// Its addresses.
    pub addresses: Addresses,
    /// The process.
    pub process: Process,
}

impl Server {
    /// A command for the program without any configuration from the machine.
    #[must_use]
    pub fn command(program: &Path) -> Command {
        let mut command = Command::new(program);
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        command
    }

    /// Starts it in the sandbox on free ports; `server.log` keeps what it says.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(program: &Path, arguments: &[&str], artefacts: &Artefacts) -> Self {
        let mut command = Self::command(program);
        command.arg("--sandbox");
        Self::run(command, arguments, artefacts)
    }

    /// Starts it in the sandbox of another phone.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn join(program: &Path, first: &Addresses, artefacts: &Artefacts) -> Self {
        let mut command = Self::command(program);
        command.env("HANDSET_JOIN", &first.private_url);
        Self::run(command, &[], artefacts)
    }

    fn run(mut command: Command, arguments: &[&str], artefacts: &Artefacts) -> Self {
        command.args([
            "--json",
            "--private",
            "127.0.0.1:0",
            "--public",
            "127.0.0.1:0",
        ]);
        command.args(arguments);
        let process = Process::start(&mut command, &artefacts.path("server.log"));
        let line = process.line();
        let addresses = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the first line is not as promised: {error}: {line}"));
        Self { addresses, process }
    }

    /// The controls of its sandbox.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::new(&self.addresses)
    }

    /// The address of a path on the private listener.
    ///
    /// # Panics
    /// When the address it told is none.
    #[must_use]
    pub fn private(&self, path: &str) -> String {
        private(&self.addresses, path)
    }
}

/// The address of a path on the private listener.
pub(crate) fn private(addresses: &Addresses, path: &str) -> String {
    let url = url::Url::parse(&addresses.private_url).expect("the private URL is a URL");
    let mut url = url.join(path).expect("a path");
    url.set_fragment(None);
    url.into()
}
