//! `cargo xtask`: sets up, runs, tests and measures Handset. Everything a contributor starts is
//! here, in Rust, so that no other tool has to be installed first.

#![expect(clippy::print_stdout, reason = "a command line program")]

mod bench;
mod boundaries;
mod ci;
mod clients;
mod page;
mod run;
mod setup;
mod sh;
mod test;
mod twiml;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Handset's automation.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing to build and test on this machine, and build the page, so that
    /// cargo can be called directly; safe to repeat
    Setup {
        /// Build the page small, as it is released
        #[arg(long)]
        release: bool,
    },
    /// Build the page and start Handset; `--server` starts handset-server in place of the window,
    /// `--release` an optimised build, everything else goes to the program
    Run {
        /// Such as `--sandbox`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run every test, the end-to-end ones last
    Test(test::Options),
    /// What continuous integration runs: format, lints, docs, licences, boundaries, tests
    Ci,
    /// Measure how fast Handset is, beside Twilio's official libraries where they do the same;
    /// print tables, and write them to docs/benchmarks.md
    Bench {
        /// Only these; all unless named
        parts: Vec<bench::Part>,
    },
    /// Check which crate depends on which
    Boundaries,
    /// Read a TwiML document, tell what Twilio would refuse or ignore in it, and print it
    Twiml {
        /// The document; `-` is the standard input
        file: std::path::PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Setup { release } => {
            setup::ensure(&setup::ALL).and_then(|()| page::build(release))
        }
        Command::Run { arguments } => run::run(arguments),
        Command::Test(options) => test::test(&options),
        Command::Ci => ci::ci(),
        Command::Bench { parts } => bench::bench(&parts),
        Command::Boundaries => boundaries::check(),
        Command::Twiml { file } => twiml::twiml(&file),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
