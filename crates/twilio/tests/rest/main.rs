//! The REST client against a server on loopback that records what it is asked.

#![expect(clippy::unwrap_used, reason = "checks that helpers make fail the test")]

mod answers;
mod media;
mod pages;
mod recorder;
mod setup;
mod trouble;
mod wire;

use recorder::Recorder;
use twilio::{
    Secret,
    rest::{Client, Credentials, Retry},
    sid::AccountSid,
};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const AUTH_TOKEN: &str = "auth_token_0123456789";

fn account() -> AccountSid {
    AccountSid::parse(ACCOUNT).unwrap()
}

/// Waits so short that a test is over at once.
fn quick() -> Retry {
    Retry {
        base_ms: 2,
        max_ms: 4,
        ..Retry::default()
    }
}

fn client(recorder: &Recorder) -> Client {
    let credentials = Credentials::AuthToken(Secret::new(AUTH_TOKEN));
    let builder = Client::builder(account(), credentials);
    builder
        .origin(&recorder.origin())
        .retry(quick())
        .build()
        .unwrap()
}
