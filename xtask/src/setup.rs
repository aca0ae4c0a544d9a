//! Installs what is missing, and says what.

use crate::{clients, sh};
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What a command needs of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// To build the page.
    Page,
    /// To build the native programs.
    Native,
    /// To run the end-to-end tests.
    Tests,
    /// To test the sandbox with Twilio's own clients.
    Clients,
    /// To check licences and advisories.
    Deny,
}

/// Everything.
pub(crate) const ALL: [Need; 5] = [
    Need::Page,
    Need::Native,
    Need::Tests,
    Need::Clients,
    Need::Deny,
];

/// A Debian package, and the program that makes it unnecessary where there is one.
type Package = (&'static str, Option<&'static str>);

const PAGE: &[Package] = &[("nodejs", Some("node")), ("npm", Some("npm"))];

const NATIVE: &[Package] = &[
    ("build-essential", None),
    ("cmake", Some("cmake")),
    ("pkg-config", Some("pkg-config")),
    ("libwebkit2gtk-4.1-dev", None),
    ("libgtk-3-dev", None),
    ("libayatana-appindicator3-dev", None),
    ("librsvg2-dev", None),
    ("libxdo-dev", None),
    ("libssl-dev", None),
    ("libasound2-dev", None),
];

const TESTS: &[Package] = &[
    ("chromium", Some("chromium")),
    ("chromium-driver", Some("chromedriver")),
    ("webkit2gtk-driver", Some("WebKitWebDriver")),
    ("xvfb", Some("Xvfb")),
    ("xauth", Some("xauth")),
    ("dbus", Some("dbus-run-session")),
    ("dbus-x11", Some("dbus-launch")),
    ("espeak-ng", Some("espeak-ng")),
    ("imagemagick", Some("import")),
    ("xdotool", Some("xdotool")),
    // Sound servers, and what speaks and listens through them.
    ("pipewire", Some("pipewire")),
    ("wireplumber", Some("wireplumber")),
    ("pipewire-pulse", Some("pipewire-pulse")),
    ("pulseaudio", Some("pulseaudio")),
    ("pulseaudio-utils", Some("pactl")),
    // A network with a NAT and a relay.
    ("coturn", Some("turnserver")),
    ("iproute2", Some("ip")),
    ("nftables", Some("nft")),
];

const CLIENTS: &[Package] = &[
    ("nodejs", Some("node")),
    ("npm", Some("npm")),
    ("python3", Some("python3")),
    ("python3-pip", Some("pip3")),
];

/// Installs what of `needs` is missing. Asks nothing and changes nothing when all is there.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    packages(needs)?;
    if needs.contains(&Need::Page) {
        wasm_target()?;
        node_new_enough()?;
    }
    if needs.contains(&Need::Clients) {
        clients::install()?;
    }
    if needs.contains(&Need::Deny) {
        cargo_deny()?;
    }
    Ok(())
}

fn packages(needs: &[Need]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        // Elsewhere the webview belongs to the system; only node has to be there.
        if needs.contains(&Need::Page) && !(sh::has("npm") || sh::has("npm.cmd")) {
            bail!("npm is missing; install Node.js 18 or newer");
        }
        return Ok(());
    }
    let wanted = needs.iter().flat_map(|need| match need {
        Need::Page => PAGE,
        Need::Native => NATIVE,
        Need::Tests => TESTS,
        Need::Clients => CLIENTS,
        Need::Deny => &[],
    });
    let wanted = wanted.filter(|(_, program)| !program.is_some_and(sh::has));
    let wanted: BTreeSet<&str> = wanted.map(|(package, _)| *package).collect();
    let wanted: Vec<&str> = wanted.into_iter().collect();
    let skip = std::env::var_os("HANDSET_SKIP_SETUP").is_some_and(|value| value == "1");
    if wanted.is_empty() || skip {
        return Ok(());
    }
    if !sh::has("apt-get") || !sh::has("dpkg-query") {
        bail!(
            "this system has no apt, so nothing can be installed for you. Install what Debian \
             calls: {}. Then try again; set HANDSET_SKIP_SETUP=1 to go on as it is.",
            wanted.join(" ")
        );
    }
    let installed = installed();
    let missing = wanted.into_iter().filter(|name| !installed.contains(*name));
    let missing: Vec<&str> = missing.collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("==> Set-up: installing {}", missing.join(" "));
    sh::run(&mut apt(&["update", "-q"])?)?;
    let mut install = apt(&["install", "-q", "-y", "--no-install-recommends"])?;
    sh::run(install.args(&missing))?;
    if missing.contains(&"coturn") && Path::new("/run/systemd/system").is_dir() {
        // Only the tests start it, for themselves; the package starts it for good.
        sh::run(&mut as_root("systemctl", &["disable", "--now", "coturn"])?)?;
    }
    Ok(())
}

/// The Debian packages that are installed.
fn installed() -> BTreeSet<String> {
    let format = "${binary:Package} ${db:Status-Status}\\n";
    let list = sh::output("dpkg-query", &["-W", "-f", format]).unwrap_or_default();
    installed_in(&list)
}

fn installed_in(list: &str) -> BTreeSet<String> {
    let lines = list.lines().filter_map(|line| line.split_once(' '));
    let installed = lines.filter(|(_, status)| *status == "installed");
    installed
        .map(|(name, _)| name.split(':').next().unwrap_or(name).to_owned())
        .collect()
}

/// `apt-get`, as root and without questions.
fn apt(arguments: &[&str]) -> Result<Command> {
    let words = ["DEBIAN_FRONTEND=noninteractive", "apt-get"];
    as_root("env", &[&words, arguments].concat())
}

/// A command that runs as root.
fn as_root(program: &str, arguments: &[&str]) -> Result<Command> {
    let root = sh::output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    if root {
        return Ok(sh::command(program, arguments));
    }
    if !sh::has("sudo") {
        bail!("packages are missing; run `cargo xtask setup` as root, or install sudo");
    }
    let mut command = sh::command("sudo", &[program]);
    command.args(arguments);
    Ok(command)
}

fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let arguments = ["--print", "target-libdir", "--target", TARGET];
    let there =
        sh::output("rustc", &arguments).is_some_and(|folder| Path::new(folder.trim()).is_dir());
    if there {
        return Ok(());
    }
    if !sh::has("rustup") {
        bail!("Rust's target {TARGET} is missing, and there is no rustup to add it");
    }
    eprintln!("==> Set-up: adding Rust's target {TARGET}");
    sh::run(&mut sh::command("rustup", &["target", "add", TARGET]))
}

fn node_new_enough() -> Result<()> {
    const OLDEST: u32 = 18;
    let version = sh::output("node", &["--version"]).unwrap_or_default();
    match major(&version) {
        Some(major) if major >= OLDEST => Ok(()),
        Some(_) | None => bail!(
            "node {OLDEST} or newer is needed to bundle the Voice SDK; this one says `{}`",
            version.trim()
        ),
    }
}

/// The major version in node's `v18.20.4`.
fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

fn cargo_deny() -> Result<()> {
    if sh::output("cargo", &["deny", "--version"]).is_some() {
        return Ok(());
    }
    eprintln!("==> Set-up: installing cargo-deny (some minutes, once)");
    sh::run(&mut sh::cargo(&["install", "cargo-deny", "--locked"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_which_packages_are_installed() {
        let list = "xvfb installed\nlibgtk-3-dev:amd64 installed\nxauth config-files\n";
        let names = installed_in(list);
        assert!(names.contains("xvfb") && names.contains("libgtk-3-dev"));
        assert!(!names.contains("xauth"), "removed, its settings are left");
    }

    #[test]
    fn reads_the_version_of_node() {
        assert_eq!(major("v18.20.4\n"), Some(18));
        assert_eq!(major(""), None);
    }
}
