//! The real window: the shell's program under WebKitWebDriver, on a display and a session bus of
//! its own.

use crate::process::{Process, run_to_end};
use crate::server::{Addresses, Server};
use crate::{Artefacts, Page, Sandbox, Sound, browser, sound, wait};
use futures_util::FutureExt;
use serde_json::json;
use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use tempfile::TempDir;

/// A bus that starts no services: those of the machine would be slow, and not ours.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The program starts through this, so that its output is kept: the driver would swallow it.
const START: &str = r#"#!/bin/sh
exec "$HANDSET_PROGRAM" "$@" >"$HANDSET_STDOUT" 2>"$HANDSET_STDERR"
"#;

/// The window of one test; ended when dropped.
#[derive(Debug)]
pub struct Window {
    /// The page in it.
    pub page: Page,
    /// Where its listeners are.
    pub addresses: Addresses,
    /// Its microphone and its loudspeaker.
    pub sound: Sound,
    _driver: Process,
    display: Process,
    display_number: u32,
    _home: TempDir,
}

impl Window {
    /// Opens it, in the sandbox.
    ///
    /// # Panics
    /// When one of the programs does not start.
    pub async fn start(program: &Path, arguments: &[&str], artefacts: &Artefacts) -> Self {
        Self::start_over(sound::Kind::PipeWire, program, arguments, artefacts).await
    }

    /// Opens it over a sound server, in the sandbox.
    ///
    /// # Panics
    /// When one of the programs does not start.
    pub async fn start_over(
        server: sound::Kind,
        program: &Path,
        arguments: &[&str],
        artefacts: &Artefacts,
    ) -> Self {
        let sandbox = [&["--sandbox"], arguments].concat();
        Self::open(server, program, &sandbox, &[], artefacts).await
    }

    /// Opens it with just these flags, and with variables.
    ///
    /// # Panics
    /// When one of the programs does not start.
    pub async fn start_with(
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        artefacts: &Artefacts,
    ) -> Self {
        let server = sound::Kind::PipeWire;
        Self::open(server, program, arguments, variables, artefacts).await
    }

    async fn open(
        server: sound::Kind,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        artefacts: &Artefacts,
    ) -> Self {
        let home = tempfile::tempdir().expect("a folder for the home");
        let runtime = home.path().join("run");
        std::fs::create_dir(&runtime).expect("it is empty");
        let only_ours = Permissions::from_mode(0o700);
        std::fs::set_permissions(&runtime, only_ours.clone()).expect("it is ours");
        let bus = home.path().join("bus.conf");
        std::fs::write(&bus, BUS).expect("it can be written");
        let start = home.path().join("start");
        std::fs::write(&start, START).expect("it can be written");
        std::fs::set_permissions(&start, only_ours).expect("it is ours");

        let sound = Sound::start(server, home.path(), &runtime, artefacts).await;
        let mut xvfb = std::process::Command::new("Xvfb");
        xvfb.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x1000x24",
            "-nolisten",
            "tcp",
        ]);
        let display = Process::start(&mut xvfb, &artefacts.path("xvfb.log"));
        let display_number: u32 = display.line().trim().parse().expect("a display's number");

        let port = free_port();
        let mut driver = Server::command(Path::new("dbus-run-session"));
        driver.arg(format!("--config-file={}", bus.display()));
        driver.args(["--", "WebKitWebDriver", &format!("--port={port}")]);
        driver.env("DISPLAY", format!(":{display_number}"));
        driver
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("PULSE_SERVER")
            .env("GDK_BACKEND", "x11");
        driver
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", &runtime);
        for (variable, folder) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            driver.env(variable, home.path().join(folder));
        }
        driver
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("NO_AT_BRIDGE", "1");
        driver.envs(variables.iter().copied());
        driver.env("HANDSET_PROGRAM", program);
        driver.env("HANDSET_STDOUT", artefacts.path("window.json"));
        driver.env("HANDSET_STDERR", artefacts.path("window.log"));
        let driver = Process::start(&mut driver, &artefacts.path("webkitwebdriver.log"));

        let mut all = vec![
            "--json",
            "--private",
            "127.0.0.1:0",
            "--public",
            "127.0.0.1:0",
        ];
        all.extend(arguments);
        let options = json!({ "binary": start, "args": all });
        let client = browser::connect(port, json!({ "webkitgtk:browserOptions": options })).await;
        let addresses = wait::until("the first line of the window", async || {
            let line = artefacts.read("window.json");
            serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))
        })
        .await;
        Self {
            page: Page::new(client, artefacts.clone()),
            addresses,
            sound,
            _driver: driver,
            display,
            display_number,
            _home: home,
        }
    }

    /// Plays, and keeps the last state whether it went well or not.
    ///
    /// # Panics
    /// When the play does.
    pub async fn play(&mut self, artefacts: &Artefacts, play: impl AsyncFnOnce(&mut Self)) {
        let played = AssertUnwindSafe(play(self)).catch_unwind().await;
        let end = if played.is_ok() { "end" } else { "FAILED" };
        self.keep_screen(artefacts, &format!("screen-{end}"));
        let keep = async {
            self.page.keep(end).await;
            let everything = self.sandbox().everything().await;
            artefacts.write("sandbox.json", everything);
        };
        // The window may be what failed; its log is kept in any case.
        let kept = AssertUnwindSafe(keep).catch_unwind().await;
        if let Err(panic) = played.and(kept) {
            resume_unwind(panic);
        }
    }

    /// The controls of its sandbox.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::new(&self.addresses)
    }

    /// Takes the window off the screen, as closing it to the tray does.
    ///
    /// # Panics
    /// When there is no window.
    pub fn hide(&self) {
        let mut xdotool = std::process::Command::new("xdotool");
        xdotool.env("DISPLAY", format!(":{}", self.display_number));
        xdotool.args([
            "search",
            "--onlyvisible",
            "--name",
            "Handset",
            "windowunmap",
        ]);
        let (code, _, error) = run_to_end(&mut xdotool);
        assert_eq!(code, Some(0), "{error}");
    }

    /// Keeps a picture of the whole screen: the window as a person sees it, frame and all.
    pub fn keep_screen(&self, artefacts: &Artefacts, name: &str) {
        assert!(self.display.id() > 0);
        let file = artefacts.path(&format!("{name}.png"));
        let mut import = std::process::Command::new("import");
        import
            .arg("-display")
            .arg(format!(":{}", self.display_number));
        let _ = import.args(["-window", "root"]).arg(file).status();
    }
}

/// How many windows this program has opened.
static NEXT_PORT: AtomicU16 = AtomicU16::new(0);

/// So many windows find their ports without asking each other.
const PORTS_APART: usize = 100;

/// A port that is free: WebKitWebDriver cannot choose one and say so. It lies below those that the
/// system gives to who asks for any, so that no neighbour takes it in between.
fn free_port() -> u16 {
    let begin = u16::try_from(20_000 + std::process::id() % 10_000).expect("it is below 30,000");
    // Another window of this program may have been given one that its driver has not taken yet.
    let begin = begin + NEXT_PORT.fetch_add(1, Ordering::Relaxed);
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let port = (begin..32_000).step_by(PORTS_APART).find(free);
    port.expect("one of 2,000 ports is free")
}
