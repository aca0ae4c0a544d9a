//! Whole journeys: the real programs, the real page with the unmodified Voice SDK, a real browser
//! and the real window, and the sandbox in place of Twilio. Every test has a server, a sandbox and
//! a browser of its own, and leaves screenshots, page sources and logs in `artefacts/`.
//!
//! Run by `cargo xtask test`, which builds the programs and the page first.

mod in_call;
mod incoming;
mod interop;
mod nat_window;
mod outgoing;
mod server;
mod together_window;
mod trouble;
mod window;

use harness::{CallReport, Sandbox, Setting, wait};
use std::path::{Path, PathBuf};

/// Our line in the sandbox.
const OUR_LINE: &str = "+12025550100";

/// Phones of the sandbox's outside world; each does what its name says.
mod phones {
    pub(crate) const ECHOES: &str = "+12025550101";
    pub(crate) const RINGS_FOR_EVER: &str = "+12025550103";
    pub(crate) const IS_BUSY: &str = "+12025550104";
    pub(crate) const DOES_NOT_EXIST: &str = "+12025550106";
    pub(crate) const GIVES_UP_CALLING_US: &str = "+12025550143";
    pub(crate) const PLAYS_A_TONE: &str = "+12025550144";
    pub(crate) const HANGS_UP_AFTER_2_S: &str = "+12025550302";
}

/// The pitch of the tone that phones of the sandbox play, in Hz.
const TONE_HZ: f64 = 440.0;

/// The window's program.
fn handset() -> PathBuf {
    env!("CARGO_BIN_EXE_handset").into()
}

/// The server's program, which stands beside it.
fn handset_server() -> PathBuf {
    let program = handset().with_file_name("handset-server");
    assert!(
        program.is_file(),
        "handset-server is not built: run `cargo xtask test`"
    );
    program
}

fn setting() -> Setting {
    Setting::new(Path::new(&handset_server()))
}

/// The user's phone is heard: the microphone's tone, louder than −40 dBFS.
fn hears_the_microphone(call: &CallReport) -> bool {
    call.heard.as_ref().is_some_and(|heard| {
        let near = |hz: f64| (hz - harness::tone::MICROPHONE_HZ).abs() < 20.0;
        heard.rms_dbfs > -40.0 && heard.dominant_hz.is_some_and(near)
    })
}

/// The user's phone is silent, and still sends: for longer than the pauses between the microphone's
/// beeps.
async fn silent_while_it_sends(sandbox: &Sandbox) {
    let mut silent_since = None;
    wait::until("silence at the far end", async || {
        let calls = sandbox.calls().await;
        let call = calls
            .iter()
            .find(|call| call.parent_call_sid.is_none())
            .cloned();
        let call = call.ok_or_else(|| calls.clone())?;
        let silent = call
            .heard
            .as_ref()
            .is_some_and(|heard| heard.rms_dbfs < -60.0);
        if !silent {
            silent_since = None;
            return Err(calls);
        }
        let since = *silent_since.get_or_insert(call.heard_total_frames);
        if call.heard_total_frames >= since + 100 {
            Ok(())
        } else {
            Err(calls)
        }
    })
    .await;
}
