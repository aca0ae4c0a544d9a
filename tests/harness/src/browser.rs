//! Chromium, without a display, with a microphone that hears a WAV file.

use crate::process::Process;
use crate::usage::Usage;
use crate::{Artefacts, Page, Sound, tone, wait};
use fantoccini::ClientBuilder;
use fantoccini::wd::WebDriverCompatibleCommand;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use url::{ParseError, Url};

/// What the page runs before its own scripts.
const WATCH: &str = include_str!("watch.js");

/// How it is started in any case.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--window-size=420,820",
];

/// What it hears and plays on.
#[derive(Clone, Copy)]
enum Devices<'a> {
    /// Its own: a microphone that hears beeps, and no loudspeaker.
    MadeUp {
        /// Their pitch.
        hz: f64,
    },
    /// Those of a sound server.
    Of(&'a Sound),
}

/// A browser of its own for one test, with a fresh profile; ended when dropped.
#[derive(Debug)]
pub struct Browser {
    /// Its one page.
    pub page: Page,
    driver: Process,
    _profile: TempDir,
}

impl Browser {
    /// Starts it.
    ///
    /// # Panics
    /// When Chromium or its driver does not start.
    pub async fn start(artefacts: &Artefacts) -> Self {
        Self::start_hearing(tone::MICROPHONE_HZ, artefacts).await
    }

    /// Starts it with a microphone that hears beeps of this pitch.
    ///
    /// # Panics
    /// When Chromium or its driver does not start.
    pub async fn start_hearing(hz: f64, artefacts: &Artefacts) -> Self {
        Self::start_with(Devices::MadeUp { hz }, artefacts).await
    }

    /// Starts it with the devices of a sound server.
    ///
    /// # Panics
    /// When Chromium or its driver does not start.
    pub async fn start_on(sound: &Sound, artefacts: &Artefacts) -> Self {
        Self::start_with(Devices::Of(sound), artefacts).await
    }

    async fn start_with(devices: Devices<'_>, artefacts: &Artefacts) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        let data = profile.path().join("chromium");
        arguments.push(format!("--user-data-dir={}", data.display()));
        if let Devices::MadeUp { hz } = devices {
            let voice = profile.path().join("voice.wav");
            tone::write_at(&voice, hz);
            arguments.push("--use-fake-device-for-media-stream".to_owned());
            let voice = voice.display();
            arguments.push(format!("--use-file-for-fake-audio-capture={voice}"));
        }
        let command = || match devices {
            Devices::Of(sound) => sound.command("chromedriver"),
            Devices::MadeUp { .. } => {
                let mut command = Command::new("chromedriver");
                command.env("HOME", profile.path());
                command
            }
        };
        let (driver, port) = driver(command, &artefacts.path("chromedriver.log"));
        let options = json!({ "goog:chromeOptions": { "args": arguments } });
        let client = connect(port, options).await;
        let watch = json!({ "source": WATCH });
        let command = DevTools("Page.addScriptToEvaluateOnNewDocument", watch);
        client
            .issue_cmd(command)
            .await
            .expect("Chromium takes the script");
        let page = Page::new(client, artefacts.clone());
        Self {
            page,
            driver,
            _profile: profile,
        }
    }

    /// What the browser and its driver use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.driver.usage()
    }
}

/// Starts chromedriver, and tells its port. With port 0 it takes a free one of IPv6 and then the
/// same of IPv4, where it may be taken: it ends then, and is started again.
fn driver(command: impl Fn() -> Command, log: &Path) -> (Process, u16) {
    const TRIES: usize = 10;
    let started = (0..TRIES).find_map(|_| {
        let driver = Process::start(command().arg("--port=0"), log);
        let port = driver.line_with(port_in)?;
        Some((driver, port))
    });
    started.expect("chromedriver starts; see its log")
}

/// The port in chromedriver's `ChromeDriver was started successfully on port 34567.`
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

/// Opens a session on a driver's port.
pub(crate) async fn connect(port: u16, capabilities: Value) -> fantoccini::Client {
    let Value::Object(capabilities) = capabilities else {
        panic!("capabilities are an object")
    };
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities.into_iter().collect());
    let address = format!("http://127.0.0.1:{port}");
    wait::until("a WebDriver session", async || {
        builder.connect(&address).await
    })
    .await
}

/// A command of the Chrome DevTools protocol, by chromedriver's own route.
#[derive(Debug)]
struct DevTools(&'static str, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _url: &Url) -> (http::Method, Option<String>) {
        let body = json!({ "cmd": self.0, "params": self.1 });
        (http::Method::POST, Some(body.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_drivers_port() {
        let line = "ChromeDriver was started successfully on port 40287.";
        assert_eq!(port_in(line), Some(40287));
        assert_eq!(port_in("Starting ChromeDriver 156 on port 0"), None);
    }
}
