//! Starts Handset from the source tree.

use crate::{page, setup, sh};
use anyhow::{Result, bail};

/// Builds the page and the program, and runs it with the arguments that are not ours.
pub(crate) fn run(mut arguments: Vec<String>) -> Result<()> {
    let mut take = |flag: &str| {
        let before = arguments.len();
        arguments.retain(|argument| argument != flag);
        arguments.len() < before
    };
    let server = take("--server");
    let release = take("--release");
    if !server && cfg!(target_os = "linux") {
        let display = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !display("DISPLAY") && !display("WAYLAND_DISPLAY") {
            bail!(
                "there is no display for the window (DISPLAY and WAYLAND_DISPLAY are unset). \
                 `cargo xtask run --server {}` serves the same phone to a browser.",
                arguments.join(" ")
            );
        }
    }
    setup::ensure(&[setup::Need::Page, setup::Need::Native])?;
    page::build(release)?;
    let mut cargo = if server {
        sh::cargo(&["run", "-p", "serve", "--bin", "handset-server"])
    } else {
        sh::cargo(&["run", "-p", "handset", "--features", "custom-protocol"])
    };
    if release {
        cargo.arg("--release");
    }
    cargo.arg("--").args(&arguments);
    let status = sh::status(&mut cargo)?;
    // Ended by Ctrl-C is how it is meant to end.
    match status.code() {
        Some(0) | None => Ok(()),
        Some(code) => bail!("the program ended with exit code {code}"),
    }
}
