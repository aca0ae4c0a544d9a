//! Twilio's official clients, with which the sandbox's REST API is tested: the npm packages of
//! `tests/clients/package-lock.json` beside it, the Python packages of `requirements.txt` in
//! `target/clients/python`. Both folders are ignored by git.

use crate::sh;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// What a folder was installed from is kept in it under this name.
const STAMP: &str = ".handset-lock";

/// Installs both, unless they are there as they should be.
pub(crate) fn install() -> Result<()> {
    let clients = sh::root().join("tests/clients");
    let node = clients.join("node_modules");
    ensure(&clients.join("package-lock.json"), &node, "Node", || {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        sh::run(sh::command(npm, &arguments).current_dir(&clients))
    })?;
    let python = sh::root().join("target/clients/python");
    let requirements = clients.join("requirements.txt");
    ensure(&requirements, &python, "Python", || {
        // What another version left would be mixed with the new one.
        if python.exists() {
            fs::remove_dir_all(&python)?;
        }
        let options = ["-m", "pip", "install", "--quiet"];
        let mut pip = sh::command("python3", &options);
        pip.args(["--disable-pip-version-check", "--root-user-action=ignore"]);
        pip.arg("--target").arg(&python);
        sh::run(pip.arg("--requirement").arg(&requirements))
    })
}

/// Installs into `folder` what `lock` names, unless that was done.
fn ensure(
    lock: &Path,
    folder: &Path,
    language: &str,
    install: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let wanted = fs::read_to_string(lock).with_context(|| format!("no {}", lock.display()))?;
    let stamp = folder.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|is| is == wanted) {
        return Ok(());
    }
    eprintln!(
        "==> Set-up: installing Twilio's client for {language} into {}",
        folder.display()
    );
    install()?;
    fs::write(stamp, wanted)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ensure;
    use std::cell::Cell;
    use std::fs;

    #[test]
    fn installs_once_and_again_when_the_lock_has_changed() {
        let folder = std::env::temp_dir().join(format!("handset-clients-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let lock = folder.join("lock");
        let times = Cell::new(0);
        let run = || {
            ensure(&lock, &folder, "a test", || {
                times.set(times.get() + 1);
                Ok(())
            })
        };
        assert!(run().is_err(), "there is no lock");
        for (text, expected) in [("a", 1), ("a", 1), ("b", 2)] {
            fs::write(&lock, text).unwrap();
            run().unwrap();
            assert_eq!(times.get(), expected);
        }
        fs::remove_dir_all(&folder).unwrap();
    }
}
