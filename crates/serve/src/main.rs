//! `handset-server`: the phone without a window. The dialer is a page in any browser.

use anyhow::Context;
use app::ports::{NoMedia, SilentAttention};
use clap::Parser;
use serve::{ComposeError, Options, compose};
use std::io::Write;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    serve::log_to_stderr();
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            let configuration = error
                .downcast_ref::<ComposeError>()
                .is_some_and(ComposeError::is_configuration);
            ExitCode::from(if configuration { 2 } else { 1 })
        }
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let vars = |name: &str| std::env::var(name).ok();
    // Heard from before the addresses are told: who reads them may stop us at once.
    let stop = serve::stop_signal()?;
    let running = compose(options, vars, |_handle| (SilentAttention, NoMedia)).await?;
    let started = running.started();
    let mut out = std::io::stdout().lock();
    let said = if options.json {
        started.json()
    } else {
        started.to_string()
    };
    writeln!(out, "{said}")
        .and_then(|()| out.flush())
        .context("standard output is closed")?;
    drop(out);
    stop.await;
    running.close().await;
    Ok(())
}
