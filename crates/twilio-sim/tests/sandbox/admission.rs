//! Tokens, registration, and the end of both.

use crate::bench::{Bench, now_s};
use serde_json::json;
use std::time::Duration;
use twilio::Secret;
use twilio::sid::{AccountSid, KeySid};
use twilio::token::{TokenRequest, mint};
use twilio_sim::{Config, Timing};

/// A token that is refused: the error comes, then `close`, then the end.
async fn check_refused(bench: &Bench, token: String, code: u64) {
    let mut device = bench.connect().await;
    device.listen(&token, 0).await;
    let error = device.expect("error").await;
    assert_eq!(error.code(), Some(code), "{error:?}");
    device.expect("close").await;
    device.expect_end().await;
    bench.logged(&format!("listen refused ({code})")).await;
}

#[tokio::test]
async fn a_good_token_connects_registers_and_unregisters() {
    let bench = Bench::new().await;
    let mut device = bench.connect().await;
    device.listen(&bench.token("ann"), 30).await;
    let connected = device.expect("connected").await;
    assert_eq!(connected.text("/token/identity"), "ann");
    let ttl = connected.payload["token"]["ttl"].as_u64().unwrap();
    assert!((3_590..=3_600).contains(&ttl), "{ttl}");
    for media in [true, true] {
        device
            .send("register", json!({"media": {"audio": media}}))
            .await;
        device.expect("ready").await;
    }
    device
        .send("register", json!({"media": {"audio": false}}))
        .await;
    device.expect("offline").await;
    bench.logged("register ann: ok").await;
    bench.logged("unregister ann: ok").await;
}

#[tokio::test]
async fn a_bad_token_is_refused_with_twilios_code_and_the_connection_closed() {
    let bench = Bench::new().await;
    let account = bench.sandbox.account();
    check_refused(&bench, "no.jwt.atall".to_owned(), 20101).await;

    let other_secret = Secret::new("another secret");
    let forged = bench.token_with("ann", |request| {
        // Leaked on purpose: the request borrows it.
        request.secret = Box::leak(Box::new(other_secret));
    });
    check_refused(&bench, forged, 20151).await;

    let other_key = KeySid::random([9; 16]);
    let request = TokenRequest {
        account: &account.account_sid,
        key: &other_key,
        secret: &account.key_secret,
        identity: "ann",
        application: Some(&account.application_sid),
        params: &[],
        incoming: true,
        ttl_s: 60,
        region: None,
    };
    check_refused(&bench, mint(&request, now_s()).unwrap(), 20101).await;

    let other_account = AccountSid::random([9; 16]);
    let foreign = TokenRequest {
        account: &other_account,
        key: &account.key_sid,
        ..request
    };
    check_refused(&bench, mint(&foreign, now_s()).unwrap(), 20101).await;

    let old = TokenRequest {
        account: &account.account_sid,
        key: &account.key_sid,
        ..request
    };
    check_refused(&bench, mint(&old, now_s() - 1_000).unwrap(), 20104).await;

    let no_grant = TokenRequest {
        application: None,
        incoming: false,
        ..old
    };
    check_refused(&bench, mint(&no_grant, now_s()).unwrap(), 20101).await;
}

#[tokio::test]
async fn nothing_is_done_before_a_valid_listen() {
    let bench = Bench::new().await;
    let mut device = bench.connect().await;
    device
        .send("register", json!({"media": {"audio": true}}))
        .await;
    let error = device.expect("error").await;
    assert_eq!(error.code(), Some(31204));
    device.listen(&bench.token("ann"), 0).await;
    device.expect("connected").await;
}

#[tokio::test]
async fn a_connection_that_never_listens_is_closed() {
    let bench = Bench::with(Config {
        timing: Timing {
            listen: Duration::from_millis(50),
            ..Timing::default()
        },
        ..Config::default()
    })
    .await;
    let mut device = bench.connect().await;
    assert_eq!(device.expect("error").await.code(), Some(31100));
    device.expect("close").await;
    device.expect_end().await;
}

#[tokio::test]
async fn a_token_without_the_incoming_grant_cannot_register_but_can_call() {
    let bench = Bench::new().await;
    bench.answer("outgoing", "<Reject/>");
    let mut device = bench.connect().await;
    let token = bench.token_with("ann", |request| request.incoming = false);
    device.listen(&token, 0).await;
    device.expect("connected").await;
    device
        .send("register", json!({"media": {"audio": true}}))
        .await;
    assert_eq!(device.expect("error").await.code(), Some(31201));
    let media = crate::softphone::Media::saying(500.0).await;
    device.call("TJS1", "+12025550101", &media).await;
    assert_eq!(device.expect("hangup").await.code(), Some(31603));
}

#[tokio::test]
async fn a_token_without_the_outgoing_grant_cannot_call() {
    let bench = Bench::new().await;
    let mut device = bench.connect().await;
    let token = bench.token_with("ann", |request| request.application = None);
    device.listen(&token, 0).await;
    device.expect("connected").await;
    device
        .send(
            "invite",
            json!({"callsid": "TJS1", "sdp": "v=0", "twilio": {}}),
        )
        .await;
    let hangup = device.expect("hangup").await;
    assert_eq!(hangup.text("/callsid"), "TJS1");
    assert_eq!(hangup.code(), Some(31201));
    assert!(bench.sandbox.calls().is_empty());
}

#[tokio::test]
async fn a_token_that_runs_out_ends_the_registration() {
    let bench = Bench::new().await;
    let mut device = bench.connect().await;
    device
        .listen(&bench.token_with("ann", |request| request.ttl_s = 3), 0)
        .await;
    device.expect("connected").await;
    device
        .send("register", json!({"media": {"audio": true}}))
        .await;
    device.expect("ready").await;
    assert_eq!(device.expect("error").await.code(), Some(20104));
    device.expect("close").await;
    device.expect_end().await;
    bench
        .sandbox
        .call_me("+12025550144", "client:ann")
        .await
        .unwrap();
    bench.logged("ann has no registered device").await;
}

#[tokio::test]
async fn a_fresh_token_keeps_the_registration() {
    let bench = Bench::with(Config {
        timing: Timing {
            heartbeat: Duration::from_millis(300),
            ..Timing::default()
        },
        ..Config::default()
    })
    .await;
    let mut device = bench.connect().await;
    device
        .listen(&bench.token_with("ann", |request| request.ttl_s = 4), 0)
        .await;
    device.expect("connected").await;
    device
        .send("register", json!({"media": {"audio": true}}))
        .await;
    device.expect("ready").await;
    device.listen(&bench.token("ann"), 0).await;
    device.expect("connected").await;
    // Past the first token's end.
    device.expect_heartbeats(16).await;
    bench
        .sandbox
        .call_me("+12025550144", "client:ann")
        .await
        .unwrap();
    device.expect("invite").await;
}
