//! Things that go wrong on purpose.

use crate::bench::Bench;
use crate::softphone::Media;
use serde_json::json;
use std::time::Duration;
use twilio_sim::{BrokenWebhook, Config, Faults, Timing};

#[tokio::test]
async fn muted_heartbeats_leave_open_connections_dead_and_later_ones_without_heartbeats() {
    let bench = Bench::with(Config {
        timing: Timing {
            heartbeat: Duration::from_millis(30),
            silence: Duration::from_secs(3),
            ..Timing::default()
        },
        ..Config::default()
    })
    .await;
    let mut dead = bench.listening("ann").await;
    dead.expect_heartbeats(1).await;
    bench.sandbox.set_faults(Faults {
        mute_heartbeats: true,
        ..Faults::default()
    });
    bench.logged("fault on: heartbeats stopped").await;
    let mut later = bench.listening("ann").await;
    dead.send("register", json!({"media": {"audio": true}}))
        .await;
    bench.logged("register ann: ok").await;
    // Its registration was taken, but no answer comes: the next thing is the end.
    dead.heartbeats = 0;
    dead.expect_end().await;
    later.expect_end().await;
    assert_eq!(later.heartbeats, 0);
}

#[tokio::test]
async fn a_black_hole_swallows_the_sound_until_it_is_switched_off() {
    let bench = Bench::new().await;
    bench.answer(
        "outgoing",
        "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\">+12025550200</Dial>",
    );
    let mut device = bench.listening("ann").await;
    let mut media = Media::saying(700.0).await;
    device.call("TJS1", "x", &media).await;
    device.answered(&mut media).await;
    media.hears(700.0).await;
    bench.sandbox.set_faults(Faults {
        black_hole_media: true,
        ..Faults::default()
    });
    media.event(rtc::PeerEvent::Disconnected).await;
    bench.sandbox.set_faults(Faults::default());
    media.connected().await;
    media.hears(700.0).await;
    bench.logged("fault off: sound lost").await;
}

#[tokio::test]
async fn an_expired_token_is_refused_from_then_on_and_a_fresh_one_is_not() {
    let bench = Bench::new().await;
    let mut device = bench.connect().await;
    let token = bench.token("ann");
    device.listen(&token, 0).await;
    device.expect("connected").await;
    bench.sandbox.expire_token();
    assert_eq!(device.expect("error").await.code(), Some(20104));
    device.expect("close").await;
    device.expect_end().await;

    let mut again = bench.connect().await;
    again.listen(&token, 0).await;
    assert_eq!(again.expect("error").await.code(), Some(20104));
    let mut fresh = bench.connect().await;
    let other = bench.token_with("ann", |request| request.ttl_s = 1_800);
    fresh.listen(&other, 0).await;
    fresh.expect("connected").await;
}

#[tokio::test]
async fn registration_is_refused_with_the_code_that_was_set() {
    let bench = Bench::new().await;
    let mut open = bench.registered("ann").await;
    bench.sandbox.set_faults(Faults {
        refuse_registration: Some(20101),
        ..Faults::default()
    });
    open.send("register", json!({"media": {"audio": true}}))
        .await;
    assert_eq!(open.expect("error").await.code(), Some(20101));
    open.expect("close").await;
    open.expect_end().await;
    let mut device = bench.connect().await;
    device.listen(&bench.token("ann"), 0).await;
    assert_eq!(device.expect("error").await.code(), Some(20101));
    device.expect("close").await;
    device.expect_end().await;
    bench.sandbox.set_faults(Faults::default());
    bench.registered("ann").await;
}

#[tokio::test]
async fn a_broken_webhook_fails_the_call() {
    let bench = Bench::new().await;
    bench.answer("outgoing", "<Say>x</Say><Pause length=\"60\"/>");
    bench.sandbox.set_faults(Faults {
        break_webhooks: Some(BrokenWebhook::Answer500),
        ..Faults::default()
    });
    let mut device = bench.listening("ann").await;
    let media = Media::saying(700.0).await;
    device.call("TJS1", "x", &media).await;
    let code = loop {
        let frame = device.next().await.unwrap();
        if frame.kind == "hangup" {
            break frame.code();
        }
    };
    assert_eq!(code, Some(11200));
}

#[tokio::test]
async fn the_sandbox_ends_with_its_calls_and_connections() {
    let bench = Bench::new().await;
    bench.answer("outgoing", "<Say>x</Say><Pause length=\"60\"/>");
    let mut device = bench.listening("ann").await;
    let mut media = Media::saying(700.0).await;
    device.call("TJS1", "x", &media).await;
    device.answered(&mut media).await;
    bench.sandbox.shutdown().await;
    device.expect("hangup").await;
    device.expect_end().await;
    // The port is free again.
    std::net::TcpListener::bind(bench.sandbox.signalling()).unwrap();
}

#[tokio::test]
async fn a_taken_port_says_which() {
    let bench = Bench::new().await;
    let taken = bench.sandbox.signalling();
    let started = twilio_sim::Sandbox::start(Config {
        port: taken.port(),
        ..Config::default()
    })
    .await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains(&taken.to_string()), "{error}");
}
