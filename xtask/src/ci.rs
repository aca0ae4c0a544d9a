//! What continuous integration runs.

use crate::{boundaries, page, setup, sh, test};
use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];

/// How long the database of advisories may take to come.
const ADVISORIES_TIMEOUT: Duration = Duration::from_secs(120);

/// Runs every check, then the tests by the very command that people use. A check that fails does
/// not stop the others.
pub(crate) fn ci() -> Result<()> {
    sh::step("Set-up", || setup::ensure(&setup::ALL))?;
    let mut failed = Vec::new();
    let mut check = |name: &'static str, work: &dyn Fn() -> Result<()>| {
        if let Err(error) = sh::step(name, work) {
            eprintln!("{error:#}");
            failed.push(name);
        }
    };
    check("Format", &|| {
        sh::run(&mut sh::cargo(&["fmt", "--all", "--check"]))
    });
    check("Boundaries", &boundaries::check);
    check("Licences and sources", &licences);
    check("Advisories", &advisories);
    // The programs embed the page, so it is built before they are looked at.
    check("Page", &|| page::build(false));
    check("Lints", &|| {
        let deny = ["--", "-D", "warnings"];
        let mut all = sh::cargo(&["clippy", "--all-targets"]);
        sh::run(all.args(test::WORKSPACE).args(deny))?;
        // The end-to-end tests are in no other set of targets: they are run by name only.
        let mut e2e = sh::cargo(&["clippy"]);
        sh::run(e2e.args(test::WORKSPACE).args(test::E2E).args(deny))
    });
    check("WebAssembly", &|| {
        let pure = ["-p", "protocol", "-p", "phone", "-p", "twiml"];
        sh::run(sh::cargo(&["check"]).args(pure).args(WASM))?;
        let mut ui = sh::cargo(&["clippy", "-p", "handset-ui"]);
        sh::run(ui.args(WASM).args(["--", "-D", "warnings"]))
    });
    check("Documentation", &|| {
        let mut doc = sh::cargo(&["doc", "--no-deps"]);
        doc.args(test::WORKSPACE).env("RUSTDOCFLAGS", "-D warnings");
        sh::run(&mut doc)
    });
    let tests = sh::status(&mut sh::cargo(&["xtask", "test"]))?;
    if !tests.success() {
        failed.push("Tests");
    }
    if !failed.is_empty() {
        bail!("not in order: {}", failed.join(", "));
    }
    Ok(())
}

fn licences() -> Result<()> {
    let arguments = ["deny", "--offline", "check", "--hide-inclusion-graph"];
    let mut deny = sh::cargo(&arguments);
    sh::run(deny.args(["bans", "licenses", "sources"]))
}

/// Checks for known faults in what we depend on, where their database can be fetched.
fn advisories() -> Result<()> {
    let mut fetch = sh::cargo(&["deny", "fetch", "db"]);
    if !ends_well_within(&mut fetch, ADVISORIES_TIMEOUT)? {
        eprintln!(
            "NOT CHECKED: the database of advisories cannot be fetched from here. Where it can, \
             `cargo deny check advisories` does it."
        );
        return Ok(());
    }
    sh::run(&mut sh::cargo(&["deny", "check", "advisories"]))
}

/// Runs a command; false when it fails or takes longer than `limit`, after which it is ended.
fn ends_well_within(command: &mut Command, limit: Duration) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("`{}` could not be started", sh::written(command)))?;
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if began.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_up_on_what_takes_too_long() {
        let short = Duration::from_millis(50);
        let long = Duration::from_secs(60);
        assert!(!ends_well_within(Command::new("sleep").arg("60"), short).unwrap());
        assert!(ends_well_within(&mut Command::new("true"), long).unwrap());
        assert!(!ends_well_within(&mut Command::new("false"), long).unwrap());
    }
}
