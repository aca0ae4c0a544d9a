//! Puts a webhook server under load: signed `POST /voice/incoming`, each a call of its own, over
//! connections that are kept alive. Started by `cargo xtask bench`, and by hand to profile.

mod line;
mod load;
mod report;
mod request;

use anyhow::{Result, ensure};
use clap::Parser;
use std::io::Write;
use std::net::SocketAddr;

const HELP: &str = "\
The server must belong to the account and the address that the webhooks are signed for. By hand:

  export TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef
  export TWILIO_AUTH_TOKEN=2bd9e9638872de601313dc77410d3b23
  export TWILIO_API_KEY=SK0123456789abcdef0123456789abcdef
  export TWILIO_API_SECRET=0123456789abcdefghijABCDEFGHIJ01
  export TWILIO_TWIML_APP_SID=AP0123456789abcdef0123456789abcdef
  export TWILIO_CALLER_ID=+12025550100
  export HANDSET_PUBLIC_URL=https://phone.example.com
  taskset -c 0 handset-server 2>server.log &
  taskset -c 1 webhook-load --address 127.0.0.1:4011 --connections 64 --pid $!

It ends with an error at the first answer that is not 200 with TwiML that dials, or that differs
from the first answer.";

/// Posts signed webhooks to a server and tells how fast they are answered.
#[derive(Parser)]
#[command(after_help = HELP)]
struct Options {
    /// Where the server listens
    #[arg(long, default_value = "127.0.0.1:4011")]
    address: SocketAddr,
    /// The address that is signed, to which `/voice/incoming` is added
    #[arg(
        long,
        env = "HANDSET_PUBLIC_URL",
        default_value = "https://phone.example.com"
    )]
    public_url: String,
    /// Whose webhooks they are
    #[arg(
        long,
        env = "TWILIO_ACCOUNT_SID",
        default_value = "AC0123456789abcdef0123456789abcdef"
    )]
    account: String,
    /// With what they are signed; never printed
    #[arg(
        long,
        env = "TWILIO_AUTH_TOKEN",
        default_value = "2bd9e9638872de601313dc77410d3b23",
        hide_env_values = true
    )]
    auth_token: String,
    /// How many connections are kept open, each with one webhook at a time
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    connections: u16,
    /// How long it is measured, in seconds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=60))]
    seconds: u16,
    /// For how many seconds it is loaded before
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=60))]
    warm_up: u16,
    /// Webhooks a second, sent at even intervals whatever the answers do, each measured from when
    /// it was due; without it each connection sends the next webhook once the last is answered
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// The server's process, to tell its processor time and memory
    #[arg(long)]
    pid: Option<u32>,
    /// Print one line of JSON in place of text
    #[arg(long)]
    json: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    ensure!(
        options.account.len() == 34,
        "an account SID has 34 characters"
    );
    let mould = request::Mould::new(
        &options.public_url,
        &options.account,
        options.auth_token.as_bytes(),
    )?;
    let report = load::run(&options, &mould)?;
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        writeln!(out, "{report}")?;
    }
    Ok(())
}
