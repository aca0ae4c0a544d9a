//! Runs every test in a fixed order, and adds them up.

use crate::{page, setup, sh};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How many end-to-end tests run at once: each has a browser and a server of its own.
const E2E_THREADS: &str = "2";

/// The end-to-end tests of the real window. They run one by one and by themselves: each measures
/// the sound of a sound server of its own, which wants a processor in time.
const WINDOW: &str = "window::";

/// One set of features everywhere, so that nothing is compiled twice.
pub(crate) const WORKSPACE: [&str; 3] = [
    "--workspace",
    "--features",
    "handset/custom-protocol,rtc/devices,twilio/rest,twilio/tower",
];

/// The end-to-end tests, which no other set of targets contains.
pub(crate) const E2E: [&str; 2] = ["--test", "e2e"];

/// What to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the end-to-end tests
    #[arg(long)]
    e2e: bool,
    /// Only tests whose name contains this
    name: Option<String>,
}

/// Builds what the tests need and runs them: first all others, then the documentation's examples,
/// last the end-to-end tests, whose summary line ends the output.
pub(crate) fn test(options: &Options) -> Result<()> {
    let began = Instant::now();
    setup::ensure(&[
        setup::Need::Page,
        setup::Need::Native,
        setup::Need::Tests,
        setup::Need::Clients,
    ])?;
    sh::step("Page", || page::build(false))?;
    sh::step("Build", || {
        // With every target named, so that the tests below find everything built alike.
        let mut build = sh::cargo(&["build"]);
        build.args(WORKSPACE).args(["--lib", "--bins", "--tests"]);
        sh::run(&mut build)
    })?;
    let mut sum = Sum::default();
    let name = options.name.as_deref();
    if !options.e2e {
        let targets = ["--lib", "--bins", "--tests"];
        sum.add("Unit and integration tests", &targets, name, &[])?;
        sum.add("Examples in the documentation", &["--doc"], name, &[])?;
    }
    let one_by_one = ["--test-threads", "1"];
    let last = if name.is_some() {
        sum.add("End-to-end tests", &E2E, name, &one_by_one)?
    } else {
        let others = ["--test-threads", E2E_THREADS, "--skip", WINDOW];
        let chromium = sum.add("End-to-end tests in Chromium", &E2E, None, &others)?;
        println!("{}", chromium.unwrap_or_default());
        sum.add(
            "End-to-end tests in the window",
            &E2E,
            Some(WINDOW),
            &one_by_one,
        )?
    };

    let time_s = began.elapsed().as_secs();
    println!(
        "\nIn all: {} passed, {} failed, {} ignored, in {time_s} s\n",
        sum.passed, sum.failed, sum.ignored
    );
    println!(
        "{}",
        last.context("the end-to-end tests said nothing of how they went")?
    );
    std::io::stdout().flush()?;
    match sum.troubles.as_slice() {
        [] => Ok(()),
        troubles => bail!("not in order: {}", troubles.join(", ")),
    }
}

/// The results so far.
#[derive(Default)]
struct Sum {
    passed: u64,
    failed: u64,
    ignored: u64,
    troubles: Vec<String>,
}

impl Sum {
    /// Runs `cargo test` over some of the targets, shows what it prints but for the last summary
    /// line, which it gives back, and adds up the results.
    fn add(
        &mut self,
        name: &str,
        targets: &[&str],
        filter: Option<&str>,
        harness: &[&str],
    ) -> Result<Option<String>> {
        let mut cargo = sh::cargo(&["test", "--no-fail-fast"]);
        cargo.args(WORKSPACE).args(targets);
        cargo.args(filter).arg("--").args(harness);
        if std::io::stdout().is_terminal() {
            cargo.arg("--color=always");
        }
        let mut held = None;
        let went = sh::step(name, || {
            let status = echo(&mut cargo, &mut held, &mut |line| self.read(line))?;
            if targets != E2E
                && let Some(line) = held.take()
            {
                println!("{line}");
            }
            if !status.success() {
                bail!("`{}` failed ({status})", sh::written(&cargo));
            }
            Ok(())
        });
        if let Err(error) = went {
            eprintln!("{error:#}");
            self.troubles.push(name.to_lowercase());
        }
        Ok(held)
    }

    fn read(&mut self, line: &str) {
        if let Some(counts) = counts(line) {
            self.passed += counts[0];
            self.failed += counts[1];
            self.ignored += counts[2];
        }
    }
}

/// Runs a command without standard input, copies its output, but holds back the last line that
/// sums up a test binary.
fn echo(
    command: &mut Command,
    held: &mut Option<String>,
    see: &mut dyn FnMut(&str),
) -> Result<std::process::ExitStatus> {
    eprintln!("$ {}", sh::written(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{}` could not be started", sh::written(command)))?;
    let output = child.stdout.take().context("its output is piped")?;
    let mut blank = 0;
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if line.trim().is_empty() && held.is_some() {
            blank += 1;
            continue;
        }
        if let Some(before) = held.take() {
            println!("{before}{}", "\n".repeat(blank));
        }
        blank = 0;
        see(&line);
        if counts(&line).is_some() {
            *held = Some(line);
        } else {
            println!("{line}");
        }
    }
    Ok(child.wait()?)
}

/// Passed, failed and ignored in `test result: ok. 3 passed; 0 failed; 0 ignored; …`.
fn counts(line: &str) -> Option<[u64; 3]> {
    let (_, rest) = line.split_once("test result: ")?;
    let number_before = |word: &str| -> Option<u64> {
        let (before, _) = rest.split_once(word)?;
        before
            .trim_end()
            .rsplit(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    };
    Some([
        number_before(" passed")?,
        number_before(" failed")?,
        number_before(" ignored")?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_summary_line_with_and_without_colours() {
        let plain = "test result: ok. 31 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(counts(plain), Some([31, 2, 1]));
        let colours = "test result: \u{1b}[32mok\u{1b}[0m. 7 passed; 0 failed; 0 ignored; …";
        assert_eq!(counts(colours), Some([7, 0, 0]));
        assert_eq!(counts("test rings ... ok"), None);
    }

    #[test]
    fn holds_back_only_the_last_summary_line() {
        let mut held = None;
        let mut seen = 0;
        let script = "echo 'test result: ok. 1 passed; 0 failed; 0 ignored'; echo; \
                      echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; echo";
        let mut command = Command::new("sh");
        let status = echo(command.args(["-c", script]), &mut held, &mut |line| {
            seen += counts(line).map_or(0, |counts| counts[0]);
        });
        assert!(status.unwrap().success());
        assert_eq!(seen, 3);
        assert_eq!(
            held.as_deref(),
            Some("test result: ok. 2 passed; 0 failed; 0 ignored")
        );
    }
}
