//! A connection that is lost in a call, and comes back or not.

use crate::bench::{Bench, Device};
use crate::softphone::Media;
use serde_json::json;

/// A call to the echo number, answered, and the sound flowing.
async fn talking(bench: &Bench) -> (Device, Media, String, String) {
    bench.answer(
        "outgoing",
        "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\">+12025550200</Dial>",
    );
    let mut device = bench.registered("ann").await;
    let mut media = Media::saying(700.0).await;
    device.call("TJS1", "+12025550200", &media).await;
    let (call_sid, token) = device.answered(&mut media).await;
    media.hears(700.0).await;
    (device, media, call_sid, token)
}

/// Asks to take up a call again with the SDP of a peer.
async fn take_up(device: &mut Device, call_sid: &str, token: &str, sdp: &str) {
    device
        .send(
            "invite",
            json!({"callsid": call_sid, "reconnect": token, "sdp": sdp, "twilio": {}}),
        )
        .await;
}

#[tokio::test]
async fn a_call_outlives_its_connection_and_is_taken_up_again() {
    let bench = Bench::new().await;
    bench.answer(
        "outgoing",
        "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\">+12025550200</Dial>",
    );
    let mut device = bench.registered("ann").await;
    let mut media = Media::saying(700.0).await;
    let sdp = media.peer.create_offer().await.unwrap();
    device
        .send(
            "invite",
            json!({"callsid": "TJS1", "sdp": sdp, "twilio": {}}),
        )
        .await;
    let (call_sid, token) = device.answered(&mut media).await;
    bench.sandbox.drop_sockets();
    device.expect_end().await;
    bench.logged("phone ann: connection dropped").await;
    media.hears(700.0).await;

    let mut device = bench.listening("ann").await;
    take_up(&mut device, &call_sid, &token, &sdp).await;
    let answer = device.expect("answer").await;
    assert_eq!(answer.text("/callsid"), call_sid);
    assert!(answer.text("/reconnect").starts_with("RT"));
    assert_eq!(answer.payload.get("sdp"), None, "the same peer connection");
    bench.logged("ms, call kept").await;
    assert_eq!(bench.report(&call_sid).status.as_str(), "in-progress");
    // The call is this connection's now.
    device.hang_up(&call_sid).await;
    bench
        .until("the call is completed", |calls| {
            calls.iter().all(|call| call.status.as_str() == "completed")
        })
        .await;
}

#[tokio::test]
async fn a_fresh_token_in_a_call_repeats_the_invite_and_changes_nothing() {
    let bench = Bench::new().await;
    bench.answer("outgoing", "<Say>x</Say><Pause length=\"60\"/>");
    let mut device = bench.registered("ann").await;
    let mut media = Media::saying(700.0).await;
    let sdp = media.peer.create_offer().await.unwrap();
    device
        .send(
            "invite",
            json!({"callsid": "TJS1", "sdp": sdp, "twilio": {}}),
        )
        .await;
    let (call_sid, token) = device.answered(&mut media).await;
    device.listen(&bench.token("ann"), 30).await;
    device.expect("connected").await;
    take_up(&mut device, &call_sid, &token, &sdp).await;
    device.expect("answer").await;
    assert_eq!(bench.report(&call_sid).status.as_str(), "in-progress");
}

#[tokio::test]
async fn a_call_moves_to_another_peer_connection_and_device() {
    let bench = Bench::new().await;
    let (mut old, _old_media, call_sid, token) = talking(&bench).await;
    let mut device = bench.listening("ann").await;
    let mut media = Media::saying(1_100.0).await;
    let sdp = media.peer.create_offer().await.unwrap();
    take_up(&mut device, &call_sid, &token, &sdp).await;
    let answer = device.expect("answer").await;
    media
        .peer
        .accept_answer(&answer.text("/sdp"))
        .await
        .unwrap();
    media.connected().await;
    media.hears(1_100.0).await;
    assert_eq!(old.expect("hangup").await.text("/callsid"), call_sid);
    bench
        .until("the new phone is heard", |calls| {
            calls[0]
                .heard
                .is_some_and(|heard| (heard.dominant_hz - 1_100.0).abs() < 15.0)
        })
        .await;
}

#[tokio::test]
async fn a_stale_or_foreign_reconnect_token_is_refused() {
    let bench = Bench::new().await;
    let (mut device, media, call_sid, token) = talking(&bench).await;
    let mut bob = bench.listening("bob").await;
    take_up(&mut bob, &call_sid, &token, "v=0").await;
    assert_eq!(bob.expect("hangup").await.code(), Some(31209));
    take_up(&mut device, &call_sid, "RTwrong", "v=0").await;
    assert_eq!(device.expect("hangup").await.code(), Some(31209));
    assert_eq!(bench.report(&call_sid).status.as_str(), "in-progress");
    media.hears(700.0).await;

    device.hang_up(&call_sid).await;
    bench.logged("call over").await;
    take_up(&mut device, &call_sid, &token, "v=0").await;
    let hangup = device.expect("hangup").await;
    assert_eq!(hangup.text("/callsid"), call_sid);
    assert_eq!(hangup.code(), Some(31209));
}

#[tokio::test]
async fn a_call_ends_when_its_device_does_not_come_back() {
    let bench = Bench::new().await;
    bench.answer(
        "outgoing",
        "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\">+12025550200</Dial>",
    );
    let mut device = bench.connect().await;
    device.listen(&bench.token("ann"), 1).await;
    device.expect("connected").await;
    let mut media = Media::saying(700.0).await;
    device.call("TJS1", "x", &media).await;
    device.answered(&mut media).await;
    device.cut();
    bench.logged("phone: not back after 1 s").await;
    bench
        .until("the call is completed", |calls| {
            calls.iter().all(|call| call.status.as_str() == "completed")
        })
        .await;
}

#[tokio::test]
async fn a_call_of_a_device_that_asked_for_no_patience_ends_with_its_connection() {
    let bench = Bench::new().await;
    bench.answer("outgoing", "<Say>x</Say><Pause length=\"60\"/>");
    let mut device = bench.connect().await;
    device.listen(&bench.token("ann"), 0).await;
    device.expect("connected").await;
    let mut media = Media::saying(700.0).await;
    device.call("TJS1", "x", &media).await;
    device.answered(&mut media).await;
    device.cut();
    bench.logged("phone: gone, its call is over").await;
}

#[tokio::test]
async fn a_connection_that_drops_while_it_rings_is_called_no_longer() {
    let bench = Bench::new().await;
    bench.answer(
        "incoming",
        "<Dial timeout=\"20\" answerOnBridge=\"true\"><Client>ann</Client></Dial>",
    );
    let mut ann = bench.registered("ann").await;
    let number = bench.sandbox.account().number.clone();
    bench
        .sandbox
        .call_me("+12025550144", &number)
        .await
        .unwrap();
    ann.expect("invite").await;
    ann.cut();
    bench
        .until("the call is over", |calls| {
            calls.len() == 2 && calls.iter().all(|call| call.status.as_str() == "no-answer")
        })
        .await;
}
