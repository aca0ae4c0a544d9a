//! TwiML, access tokens and signatures, beside Twilio's official libraries for Node and Python.

use super::{
    printed,
    table::{Table, three_digits, time, verdict},
};
use crate::sh;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

/// How often each program runs; the best counts. In turns, so that a noisy minute hits all.
const TURNS: usize = 2;

/// How many times as fast as the faster of the two each should be.
const BUILD_GOAL: Option<f64> = Some(50.0);
const TOKEN_GOAL: Option<f64> = Some(10.0);
const SIGNATURE_GOAL: Option<f64> = Some(20.0);

/// A line: its name, what it is called with us and with the others, and the goal.
const LINES: [(&str, &str, &str, Option<f64>); 12] = [
    ("build `dial`", "build dial", "build dial", BUILD_GOAL),
    ("build `menu`", "build menu", "build menu", BUILD_GOAL),
    ("build `stream`", "build stream", "build stream", BUILD_GOAL),
    (
        "build `dial`, `twiml::direct`",
        "build dial, direct",
        "build dial",
        BUILD_GOAL,
    ),
    (
        "build `menu`, `twiml::direct`",
        "build menu, direct",
        "build menu",
        BUILD_GOAL,
    ),
    (
        "build `stream`, `twiml::direct`",
        "build stream, direct",
        "build stream",
        BUILD_GOAL,
    ),
    ("read `dial`", "read dial", "read dial", None),
    ("read `menu`", "read menu", "read menu", None),
    ("read `stream`", "read stream", "read stream", None),
    ("mint an access token", "mint", "mint", TOKEN_GOAL),
    ("verify an access token", "verify", "verify", TOKEN_GOAL),
    (
        "check a signature, 28 parameters",
        "signature",
        "signature",
        SIGNATURE_GOAL,
    ),
];

const NOTES: &str = "\
Processor time of one call, warm, one process for each library; the best of 30 rounds of 30 ms. The same documents, \
claims and form for all; before anything is printed it is checked that the documents are canonically \
equal, that each token holds and grants the same, and that the signatures are one. Building means \
from nothing to text. A signature is checked against the auth token, the URL and the parameters, \
already read from the form.

Neither official library reads TwiML. Beside `twiml::read` stand what their users would take: \
fast-xml-parser for Node, which keeps the order, and xml.etree.ElementTree for Python. Neither \
official library verifies tokens itself; jsonwebtoken and PyJWT do, by which they sign.";

/// What each of the three programs prints.
#[derive(Deserialize)]
struct Measured {
    /// Nanoseconds.
    ns: BTreeMap<String, f64>,
}

/// One of the three, over all turns.
#[derive(Default)]
struct Best {
    /// What it printed last.
    line: String,
    ns: BTreeMap<String, f64>,
}

impl Best {
    fn run(&mut self, command: &mut Command) -> Result<()> {
        self.line = printed(command)?;
        let name = sh::written(command);
        let measured: Measured = serde_json::from_str(&self.line)
            .with_context(|| format!("`{name}` printed something else"))?;
        for (name, ns) in measured.ns {
            let best = self.ns.entry(name).or_insert(f64::INFINITY);
            *best = best.min(ns);
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Result<f64> {
        let ns = self.ns.get(name).copied();
        ns.with_context(|| format!("nothing was measured of `{name}`"))
    }
}

/// Measures all three; the table.
pub(super) fn measure() -> Result<String> {
    let bench = ["bench", "-p", "harness", "--bench", "libraries"];
    sh::run(sh::cargo(&bench).arg("--no-run"))?;
    let [mut ours, mut node, mut python] = [(); 3].map(|()| Best::default());
    for _ in 0..TURNS {
        ours.run(&mut sh::cargo(&bench))?;
        node.run(&mut sh::command("node", &["tests/clients/libraries.cjs"]))?;
        python.run(&mut python3(&[]))?;
    }
    check([&ours, &node, &python].map(|best| best.line.as_str()))?;
    let head = [
        "Operation",
        ">Handset",
        ">Node",
        ">Python",
        ">× the faster",
        ">Goal",
        "",
    ];
    let mut table = Table::new(&head);
    for (name, our_name, their_name, goal) in LINES {
        let mine = ours.get(our_name)?;
        let (node, python) = (node.get(their_name)?, python.get(their_name)?);
        let ratio = node.min(python) / mine;
        table.row([
            name.to_owned(),
            time(mine),
            time(node),
            time(python),
            three_digits(ratio),
            goal.map_or(String::new(), |goal| format!("≥ {goal}")),
            goal.map_or(String::new(), |goal| verdict(ratio >= goal)),
        ]);
    }
    let floor = floor(&ours, node.get("signature")?, python.get("signature")?)?;
    Ok(format!("{NOTES}\n\n{table}\n{floor}"))
}

/// How much of a signature's check is the hash, which nobody can leave out.
fn floor(ours: &Best, node: f64, python: f64) -> Result<String> {
    let hash = ours.get("signature, hash alone")?;
    let best = node.min(python) / hash;
    Ok(format!(
        "The hash alone (HMAC-SHA1 of what is signed, with the key made ready) takes {}: a check that \
         did nothing else would be {} times as fast as the faster of the two.\n",
        time(hash),
        three_digits(best)
    ))
}

/// Fails unless all three made the same.
fn check(lines: [&str; 3]) -> Result<()> {
    let mut child = python3(&["--check"])
        .stdin(Stdio::piped())
        .spawn()
        .context("python3 could not be started")?;
    let mut input = child.stdin.take().context("its input is piped")?;
    for line in lines {
        writeln!(input, "{}", line.trim())?;
    }
    drop(input);
    let status = child.wait()?;
    ensure!(status.success(), "the libraries did not make the same");
    Ok(())
}

/// The script for Python, with the packages that setup installed.
fn python3(arguments: &[&str]) -> Command {
    let mut command = sh::command("python3", &["tests/clients/libraries.py"]);
    command.args(arguments);
    let packages = sh::root().join("target/clients/python");
    command.env("PYTHONPATH", packages);
    command
}
