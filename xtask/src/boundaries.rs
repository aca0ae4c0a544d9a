//! Which crate may know which: the arrows of `ARCHITECTURE.md`, checked over `cargo metadata`.

use crate::sh;
use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Each crate of the workspace, and those of the workspace that it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("twiml", &[]),
    ("twilio", &[]),
    ("rtc", &["protocol"]),
    // All that must be `unsafe` for the window; it knows nothing.
    ("webkit-features", &[]),
    ("phone", &["protocol"]),
    ("handset-ui", &["protocol"]),
    ("server", &["twiml", "twilio", "phone", "protocol"]),
    ("app", &["phone", "server", "twilio", "protocol"]),
    // It plays Twilio from the outside, so it never sees our side.
    ("twilio-sim", &["twiml", "twilio", "rtc"]),
    // Composes the phone; the shell composes the same one by it.
    (
        "serve",
        &["app", "twilio-sim", "server", "phone", "twilio", "protocol"],
    ),
    (
        "handset",
        &[
            "app",
            "serve",
            "server",
            "protocol",
            "rtc",
            "webkit-features",
        ],
    ),
    ("harness", &[]),
    // Our engine and a browser, side by side.
    ("media", &["rtc", "protocol", "harness"]),
    ("xtask", &["twiml"]),
];

/// What only tests may depend on besides.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("handset", &["harness"]),
    // Its benchmark measures them beside Twilio's own libraries.
    ("harness", &["twilio", "twiml"]),
];

/// Crates that must run anywhere, in a browser too: nothing that waits, listens or draws.
const PURE: &[&str] = &["protocol", "phone", "twiml"];
const IMPURE: &[&str] = &[
    "tokio",
    "axum",
    "reqwest",
    "hyper",
    "getrandom",
    "rand",
    "tauri",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `None` is a normal one; else `dev` or `build`.
    kind: Option<String>,
}

/// Checks the workspace as it is.
pub(crate) fn check() -> Result<()> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--format-version", "1"];
    let text = sh::output(&cargo, &arguments).context("`cargo metadata` failed")?;
    let metadata = serde_json::from_str(&text).context("`cargo metadata` is not as expected")?;
    match faults(&metadata).as_slice() {
        [] => Ok(()),
        faults => bail!("a boundary is crossed:\n  {}", faults.join("\n  ")),
    }
}

/// What is wrong, one sentence each.
fn faults(metadata: &Metadata) -> Vec<String> {
    let ours = |name: &str| metadata.packages.iter().any(|package| package.name == name);
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        if allowed(ARROWS, name).is_none() {
            faults.push(format!("{name} is in no list of xtask/src/boundaries.rs"));
        }
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            let dev = dependency.kind.as_deref() == Some("dev");
            let mut may = allowed(ARROWS, name).into_iter().flatten();
            let mut may_in_tests = allowed(TEST_ARROWS, name).into_iter().flatten();
            let known = may.any(|n| *n == to) || (dev && may_in_tests.any(|n| *n == to));
            if ours(to) && !known {
                faults.push(format!("{name} must not depend on {to}"));
            }
            if (to == "tauri" || to.starts_with("tauri-")) && name != "handset" {
                faults.push(format!("{name} knows {to}; only the shell may"));
            }
            if PURE.contains(&name) && !dev && IMPURE.contains(&to) {
                faults.push(format!("{name} is pure and must not depend on {to}"));
            }
        }
    }
    faults
}

fn allowed(
    table: &[(&str, &'static [&'static str])],
    name: &str,
) -> Option<&'static [&'static str]> {
    let (_, allowed) = table.iter().find(|(from, _)| *from == name)?;
    Some(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_keeps_to_its_boundaries() {
        check().unwrap();
    }

    /// A package, and its dependencies with their kinds.
    type Told<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

    #[track_caller]
    fn expect(packages: &[Told<'_>], faulty: &[&str]) {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).into(),
            kind: kind.map(Into::into),
        };
        let packages = packages.iter().map(|(name, dependencies)| Package {
            name: (*name).into(),
            dependencies: dependencies.iter().map(dependency).collect(),
        });
        let packages = packages.collect();
        assert_eq!(faults(&Metadata { packages }), faulty);
    }

    #[test]
    fn finds_each_kind_of_crossing() {
        expect(&[("phone", &[("protocol", None)]), ("protocol", &[])], &[]);
        expect(
            &[("twilio-sim", &[("server", Some("dev"))]), ("server", &[])],
            &["twilio-sim must not depend on server"],
        );
        expect(
            &[("app", &[("tauri-plugin-store", None)])],
            &["app knows tauri-plugin-store; only the shell may"],
        );
        expect(
            &[("phone", &[("tokio", None)])],
            &["phone is pure and must not depend on tokio"],
        );
        expect(
            &[("extra", &[])],
            &["extra is in no list of xtask/src/boundaries.rs"],
        );
        expect(
            &[("handset", &[("harness", Some("dev"))]), ("harness", &[])],
            &[],
        );
        expect(
            &[("handset", &[("harness", None)]), ("harness", &[])],
            &["handset must not depend on harness"],
        );
    }
}
