//! Chromium, without a display, with a microphone that hears a WAV file.

use crate::process::Process;
use crate::{Artefacts, Page, tone, wait};
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

/// A browser of its own for one test, with a fresh profile; ended when dropped.
#[derive(Debug)]
pub struct Browser {
    /// Its one page.
    pub page: Page,
    _driver: Process,
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
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let voice = profile.path().join("voice.wav");
        tone::write_at(&voice, hz);
        let (driver, port) = driver(profile.path(), &artefacts.path("chromedriver.log"));
        let options = json!({ "goog:chromeOptions": { "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            format!("--use-file-for-fake-audio-capture={}", voice.display()),
            format!("--user-data-dir={}", profile.path().join("chromium").display()),
            "--window-size=420,820",
        ] } });
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
            _driver: driver,
            _profile: profile,
        }
    }
}

/// Starts chromedriver, and tells its port. With port 0 it takes a free one of IPv6 and then the
/// same of IPv4, where it may be taken: it ends then, and is started again.
fn driver(home: &Path, log: &Path) -> (Process, u16) {
    const TRIES: usize = 10;
    let started = (0..TRIES).find_map(|_| {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").env("HOME", home);
        let driver = Process::start(&mut command, log);
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
