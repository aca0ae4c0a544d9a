//! Twilio's official clients, which `cargo xtask setup` installs, go through the whole API.

use crate::api::Api;
use crate::bench::{Bench, PATIENCE};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// What a script may take in all: it makes some calls, one of which records for a second.
const SCRIPT_PATIENCE: std::time::Duration = PATIENCE.saturating_mul(4);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a client is installed in.
#[track_caller]
fn installed(what: &str, folder: &str) -> PathBuf {
    let folder = root().join(folder);
    assert!(
        folder.join("twilio").is_dir(),
        "Twilio's client for {what} is not installed in {}; run `cargo xtask setup`",
        folder.display()
    );
    folder
}

/// Runs a script against a sandbox of its own; the token that it prints must open the door.
async fn goes_through(mut script: Command) {
    let bench = Bench::new().await;
    bench.answer("hang-up", "<Hangup/>");
    bench.answer("stay", "<Pause length=\"600\"/>");
    bench.answer("status", "");
    let account = bench.sandbox.account();
    let hooks = Api::of(&bench).hook("").await;
    script
        .current_dir(root().join("tests/clients"))
        .env("SANDBOX_URL", format!("http://{}", bench.sandbox.rest()))
        .env("ACCOUNT_SID", account.account_sid.as_str())
        .env("AUTH_TOKEN", account.auth_token.expose())
        .env("HOOKS", hooks.trim_end_matches('/'))
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(SCRIPT_PATIENCE, script.output()).await;
    let output = output
        .expect("the script comes to its end")
        .expect("the program is installed; `cargo xtask setup` does it");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}\n{:#?}",
        String::from_utf8_lossy(&output.stderr),
        bench.sandbox.log()
    );
    let token = said.lines().last().expect("a token");
    let mut device = bench.connect().await;
    device.listen(token, 30).await;
    device.expect("connected").await;
}

#[tokio::test]
async fn the_official_client_for_python_works() {
    let packages = installed("Python", "target/clients/python");
    let mut script = Command::new("python3");
    script.arg("sandbox.py").env("PYTHONPATH", packages);
    // Nothing is written beside the script.
    script.env("PYTHONDONTWRITEBYTECODE", "1");
    goes_through(script).await;
}

#[tokio::test]
async fn the_official_client_for_node_works() {
    installed("Node", "tests/clients/node_modules");
    let mut script = Command::new("node");
    script.arg("sandbox.cjs");
    goes_through(script).await;
}
