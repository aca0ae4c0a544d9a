//! Connections: heartbeats, malformed frames, several devices, messages.

use crate::bench::Bench;
use crate::softphone::Media;
use serde_json::json;
use std::time::Duration;
use twilio_sim::{Config, Timing};

#[tokio::test]
async fn a_frame_that_makes_no_sense_is_an_error_and_the_connection_stays() {
    let bench = Bench::new().await;
    let mut device = bench.listening("ann").await;
    for (frame, logged) in [
        ("{", "malformed frame: a frame that is not JSON"),
        ("{}", "malformed frame: a frame without a type"),
        (
            r#"{"type":"dance","payload":{}}"#,
            "malformed frame: a frame of the unknown type dance",
        ),
        (
            r#"{"type":"register","payload":{}}"#,
            "malformed frame: a register frame whose payload is incomplete",
        ),
    ] {
        device.send_text(frame).await;
        let error = device.expect("error").await;
        assert_eq!(error.code(), Some(31100), "{frame}");
        bench.logged(logged).await;
    }
    device.send_text(&"x".repeat(100_000)).await;
    assert_eq!(device.expect("error").await.code(), Some(31100));
    device.send_binary(vec![0, 159]).await;
    assert_eq!(device.expect("error").await.code(), Some(31100));
    device
        .send("register", json!({"media": {"audio": true}}))
        .await;
    device.expect("ready").await;
}

#[tokio::test]
async fn heartbeats_come_and_a_client_that_answers_them_is_kept() {
    let bench = Bench::with(Config {
        timing: Timing {
            heartbeat: Duration::from_millis(30),
            silence: Duration::from_secs(20),
            ..Timing::default()
        },
        ..Config::default()
    })
    .await;
    let mut device = bench.listening("ann").await;
    device.expect_heartbeats(3).await;
}

#[tokio::test]
async fn a_client_that_answers_no_heartbeat_is_dropped() {
    let bench = Bench::with(Config {
        timing: Timing {
            heartbeat: Duration::from_millis(30),
            silence: Duration::from_millis(200),
            ..Timing::default()
        },
        ..Config::default()
    })
    .await;
    let device = bench.listening("ann").await;
    bench.logged("phone ann: silent, connection dropped").await;
    drop(device);
}

#[tokio::test]
async fn the_eleventh_registration_of_an_identity_removes_the_oldest() {
    let bench = Bench::new().await;
    let mut devices = Vec::new();
    for _ in 0..10 {
        devices.push(bench.registered("ann").await);
    }
    let mut other = bench.registered("bob").await;
    let mut eleventh = bench.registered("ann").await;
    devices[0].expect("offline").await;
    bench
        .sandbox
        .call_me("+12025550144", "client:ann")
        .await
        .unwrap();
    eleventh.expect("invite").await;
    for device in &mut devices[1..] {
        device.expect("invite").await;
    }
    // Neither the oldest nor another identity was called: their next frame is of their own doing.
    for device in [&mut devices[0], &mut other] {
        device
            .send("register", json!({"media": {"audio": false}}))
            .await;
        device.expect("offline").await;
    }
}

#[tokio::test]
async fn frames_for_a_call_that_does_not_exist_are_answered_with_an_error() {
    let bench = Bench::new().await;
    let mut device = bench.listening("ann").await;
    device
        .send("dtmf", json!({"callsid": "CA1", "dtmf": "1"}))
        .await;
    assert_eq!(device.expect("error").await.text("/callsid"), "CA1");
    device
        .send("reinvite", json!({"callsid": "CA1", "sdp": "v=0"}))
        .await;
    assert_eq!(device.expect("error").await.code(), Some(31100));
    device
        .send("answer", json!({"callsid": "CA1", "sdp": "v=0"}))
        .await;
    assert_eq!(device.expect("hangup").await.text("/callsid"), "CA1");
    device
        .send(
            "message",
            json!({"callsid": "CA1", "content": {}, "contenttype": "application/json",
                "messagetype": "user-defined-message", "voiceeventsid": "KX1"}),
        )
        .await;
    let error = device.expect("error").await;
    assert_eq!(error.text("/voiceeventsid"), "KX1");
}

#[tokio::test]
async fn an_invite_whose_sdp_cannot_be_used_is_hung_up() {
    let bench = Bench::new().await;
    let mut device = bench.listening("ann").await;
    device
        .send(
            "invite",
            json!({"callsid": "TJS1", "sdp": "rubbish", "twilio": {}}),
        )
        .await;
    let hangup = device.expect("hangup").await;
    assert_eq!(
        (hangup.text("/callsid"), hangup.code()),
        ("TJS1".to_owned(), Some(31100))
    );
    bench.logged("the SDP cannot be used").await;
}

#[tokio::test]
async fn two_devices_talk_send_messages_and_keys_to_each_other() {
    let bench = Bench::new().await;
    bench.answer(
        "outgoing",
        "<Dial answerOnBridge=\"true\"><Client>bob</Client></Dial>",
    );
    let mut ann = bench.listening("ann").await;
    let mut bob = bench.registered("bob").await;
    let (mut ann_media, mut bob_media) = (Media::saying(500.0).await, Media::saying(900.0).await);
    ann.call("TJS1", "client:bob", &ann_media).await;
    let (bob_sid, _) = bob.accept(&mut bob_media).await;
    let (ann_sid, _) = ann.answered(&mut ann_media).await;
    assert_ne!(ann_sid, bob_sid);
    tokio::join!(ann_media.hears(900.0), bob_media.hears(500.0));

    ann.send(
        "message",
        json!({"callsid": ann_sid, "content": {"hello": "bob"}, "contenttype": "application/json",
            "messagetype": "user-defined-message", "voiceeventsid": "KX1"}),
    )
    .await;
    let ack = ann.expect("ack").await;
    assert_eq!(ack.text("/acktype"), "message");
    assert_eq!(ack.text("/voiceeventsid"), "KX1");
    let message = bob.expect("message").await;
    assert_eq!(message.text("/callsid"), bob_sid);
    assert_eq!(message.payload["content"], json!({"hello": "bob"}));

    ann.send("dtmf", json!({"callsid": ann_sid, "dtmf": "7"}))
        .await;
    bob_media.event(rtc::PeerEvent::Dtmf('7')).await;

    bob.hang_up(&bob_sid).await;
    let hangup = ann.expect("hangup").await;
    assert_eq!(hangup.text("/callsid"), ann_sid);
    assert_eq!(hangup.code(), None);
    bench
        .until("both calls are completed", |calls| {
            calls.iter().all(|call| call.status.as_str() == "completed")
        })
        .await;
}
