//! Calls to a device.

use crate::bench::Bench;
use crate::softphone::Media;
use serde_json::json;

const DIAL_ANN: &str = "<Dial timeout=\"20\" answerOnBridge=\"true\"><Client>ann</Client></Dial>";

async fn ring(bench: &Bench, from: &str) -> String {
    let number = bench.sandbox.account().number.clone();
    let call_sid = bench.sandbox.call_me(from, &number).await.unwrap();
    call_sid.to_string()
}

#[tokio::test]
async fn a_phone_calls_us_and_both_hear_each_other() {
    let bench = Bench::new().await;
    bench.answer("incoming", DIAL_ANN);
    let mut ann = bench.registered("ann").await;
    let parent = ring(&bench, "+12025550144").await;
    let mut media = Media::saying(700.0).await;
    let (call_sid, _) = ann.accept(&mut media).await;
    media.hears(440.0).await;
    bench
        .until("the phone is heard", |calls| {
            calls.iter().any(|call| {
                call.heard
                    .is_some_and(|heard| (heard.dominant_hz - 700.0).abs() < 15.0)
            })
        })
        .await;
    let report = bench.report(&call_sid);
    assert_eq!(report.parent_call_sid.as_deref(), Some(parent.as_str()));
    assert_eq!(report.direction, "outbound-dial");
    assert_eq!(report.from, "+12025550144");
    assert_eq!(report.to, "client:ann");
    // The caller's leg tells of the user's phone as well.
    let caller = bench.report(&parent);
    assert_eq!(caller.codec, Some("opus"));
    assert!(caller.heard.is_some());
    assert_eq!(caller.direction, "inbound");

    ann.send("dtmf", json!({"callsid": call_sid, "dtmf": "5"}))
        .await;
    bench
        .until("the key is heard", |calls| {
            calls.iter().all(|call| call.digits == "5")
        })
        .await;
    ann.hang_up(&call_sid).await;
    bench
        .until("both legs are completed", |calls| {
            calls.iter().all(|call| call.status.as_str() == "completed")
        })
        .await;
    bench.logged("call in: •••• ••44 to our line").await;
}

#[tokio::test]
async fn the_invite_says_who_calls_and_carries_custom_parameters() {
    let bench = Bench::new().await;
    bench.answer(
        "incoming",
        "<Dial><Client><Identity>ann</Identity>\
         <Parameter name=\"ticket\" value=\"a &amp; b\"/></Client></Dial>",
    );
    let mut ann = bench.registered("ann").await;
    ring(&bench, "+12025550142").await;
    let invite = ann.expect("invite").await;
    assert_eq!(invite.text("/parameters/CallSid"), invite.text("/callsid"));
    assert_eq!(
        invite.text("/parameters/AccountSid"),
        bench.sandbox.account().account_sid.to_string()
    );
    assert_eq!(invite.text("/parameters/From"), "+12025550142");
    assert_eq!(invite.text("/parameters/To"), "client:ann");
    assert_eq!(invite.text("/parameters/Params"), "ticket=a+%26+b");
    assert_eq!(
        invite.text("/parameters/StirStatus"),
        "TN-Validation-Passed-A"
    );
    assert!(invite.text("/reconnect").starts_with("RT"));
}

#[tokio::test]
async fn declining_makes_the_caller_busy() {
    let bench = Bench::new().await;
    bench.answer("incoming", DIAL_ANN);
    let mut ann = bench.registered("ann").await;
    let parent = ring(&bench, "+12025550144").await;
    let call_sid = ann.expect("invite").await.text("/callsid");
    ann.send("reject", json!({"callsid": call_sid})).await;
    bench
        .until("both legs are busy", |calls| {
            calls.len() == 2 && calls.iter().all(|call| call.status.as_str() == "busy")
        })
        .await;
    assert_eq!(bench.report(&parent).status.as_str(), "busy");
    bench.logged("phone: declined").await;
}

#[tokio::test]
async fn a_call_that_nobody_answers_is_cancelled_and_goes_on_to_voicemail() {
    let bench = Bench::new().await;
    bench.answer(
        "incoming",
        "<Dial timeout=\"3\" action=\"/voicemail\"><Client>ann</Client></Dial>",
    );
    bench.answer(
        "voicemail",
        "<Say>x</Say><Record maxLength=\"1\" playBeep=\"false\"/>",
    );
    bench.answer("incoming-again", "<Hangup/>");
    let mut ann = bench.registered("ann").await;
    let parent = ring(&bench, "+12025550144").await;
    let invite = ann.expect("invite").await;
    let cancel = ann.expect("cancel").await;
    assert_eq!(cancel.text("/callsid"), invite.text("/callsid"));
    bench
        .until("the caller was recorded", |calls| {
            calls.iter().any(|call| !call.recordings.is_empty())
        })
        .await;
    let report = bench.report(&parent);
    assert_eq!(report.played[..3], ["Dial", "Say", "Record"]);
    assert!(report.recordings[0].rms_dbfs > -30.0, "{report:?}");
    assert_eq!(
        bench.report(&cancel.text("/callsid")).status.as_str(),
        "no-answer"
    );
}

#[tokio::test]
async fn a_caller_who_gives_up_cancels_the_ringing() {
    let bench = Bench::new().await;
    bench.answer("incoming", DIAL_ANN);
    let mut ann = bench.registered("ann").await;
    let parent = ring(&bench, "+12025550143").await;
    ann.expect("invite").await;
    ann.expect("cancel").await;
    bench
        .until("both legs are cancelled", |calls| {
            calls.iter().all(|call| call.status.as_str() == "canceled")
        })
        .await;
    assert_eq!(bench.report(&parent).status.as_str(), "canceled");
    bench.logged("caller: gives up").await;
}

#[tokio::test]
async fn all_devices_of_an_identity_ring_and_the_first_answer_wins() {
    let bench = Bench::new().await;
    bench.answer("incoming", DIAL_ANN);
    let mut one = bench.registered("ann").await;
    let mut two = bench.registered("ann").await;
    let mut bob = bench.registered("bob").await;
    ring(&bench, "+12025550144").await;
    let offered = one.expect("invite").await.text("/callsid");
    let mut media = Media::saying(700.0).await;
    let (call_sid, _) = two.accept(&mut media).await;
    assert_eq!(one.expect("cancel").await.text("/callsid"), offered);
    media.hears(440.0).await;
    assert_eq!(bench.report(&call_sid).status.as_str(), "in-progress");
    // Bob was not called: his next frame is of his own doing.
    bob.send("register", json!({"media": {"audio": false}}))
        .await;
    bob.expect("offline").await;
    // A late answer of the other device finds no call.
    one.send("answer", json!({"callsid": offered, "sdp": "v=0"}))
        .await;
    one.expect("hangup").await;
    assert_eq!(bench.report(&call_sid).status.as_str(), "in-progress");
}

#[tokio::test]
async fn a_client_with_no_device_is_not_answered_at_once() {
    let bench = Bench::new().await;
    bench.answer("incoming", DIAL_ANN);
    let parent = ring(&bench, "+12025550144").await;
    bench
        .until("the call is over", |calls| {
            calls.len() == 2 && calls.iter().all(|call| call.status.as_str() == "no-answer")
        })
        .await;
    assert_eq!(bench.report(&parent).played, ["Dial"]);
}

#[tokio::test]
async fn a_client_can_be_called_directly() {
    let bench = Bench::new().await;
    let mut ann = bench.registered("ann").await;
    bench
        .sandbox
        .call_me("+12025550144", "client:ann")
        .await
        .unwrap();
    let mut media = Media::saying(700.0).await;
    let (call_sid, _) = ann.accept(&mut media).await;
    media.hears(440.0).await;
    ann.hang_up(&call_sid).await;
    bench
        .until("it is over", |calls| {
            calls.iter().all(|call| call.status.as_str() == "completed")
        })
        .await;
}

#[tokio::test]
async fn an_answer_whose_sdp_cannot_be_used_ends_the_call() {
    let bench = Bench::new().await;
    let mut ann = bench.registered("ann").await;
    bench
        .sandbox
        .call_me("+12025550144", "client:ann")
        .await
        .unwrap();
    let call_sid = ann.expect("invite").await.text("/callsid");
    ann.send("answer", json!({"callsid": call_sid, "sdp": "rubbish"}))
        .await;
    ann.expect("cancel").await;
    bench.logged("unusable SDP").await;
}
