//! Calls that a device places.

use crate::bench::{Bench, Device};
use crate::softphone::Media;
use serde_json::json;
use twilio_sim::{CallReport, Config, DigitsBy};

const BRIDGE: &str = "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\" timeout=\"5\">";

/// A device that has placed a call to `to`, whose webhook answers `verbs`.
async fn placed(bench: &Bench, verbs: &str, to: &str) -> (Device, Media) {
    bench.answer("outgoing", verbs);
    let mut device = bench.listening("ann").await;
    let media = Media::saying(700.0).await;
    device.call("TJS1", to, &media).await;
    (device, media)
}

fn dialled(calls: &[CallReport]) -> Option<&CallReport> {
    calls.iter().find(|call| call.parent_call_sid.is_some())
}

/// A dialled number that nobody answers: the call rings and ends without an error.
async fn check_vain(number: &str, status: &str) {
    let bench = Bench::new().await;
    let verbs = format!(
        "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\" timeout=\"1\">{number}</Dial>"
    );
    let (mut device, _media) = placed(&bench, &verbs, number).await;
    let call_sid = device.expect("ringing").await.text("/callsid");
    let hangup = device.expect("hangup").await;
    assert_eq!(hangup.text("/callsid"), call_sid);
    assert_eq!(hangup.code(), None);
    bench
        .until("the call is over", |calls| {
            calls.len() == 2 && calls.iter().all(|call| call.status.as_str() == status)
        })
        .await;
    let report = bench.report(&call_sid);
    assert_eq!(report.played, ["Dial"]);
    assert_eq!(report.from, "client:ann");
    assert_eq!(report.to, number);
}

#[tokio::test]
async fn the_echo_number_sends_back_what_it_hears() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}+12025550200</Dial>");
    let (mut device, mut media) = placed(&bench, &verbs, "+12025550200").await;
    let (call_sid, _) = device.answered(&mut media).await;
    media.hears(700.0).await;
    bench.logged("sound both ways, Opus").await;
    let report = bench.report(&call_sid);
    let heard = report.heard.unwrap();
    assert!((heard.dominant_hz - 700.0).abs() < 15.0, "{heard:?}");
    assert!((heard.rms_dbfs + 12.0).abs() < 3.0, "{heard:?}");
    assert!(heard.peak_dbfs > heard.rms_dbfs);
    assert!(report.heard_total_frames >= 25);
    assert_eq!(report.codec, Some("opus"));
    assert_eq!(report.status.as_str(), "in-progress");
    // The dialled leg tells the same of the user's phone.
    let calls = bench.sandbox.calls();
    assert!(dialled(&calls).unwrap().heard.is_some());

    device.hang_up(&call_sid).await;
    bench
        .until("both legs are completed", |calls| {
            calls.iter().all(|call| call.status.as_str() == "completed")
        })
        .await;
    bench.logged("phone: hung up").await;
}

#[tokio::test]
async fn a_busy_number_is_busy() {
    check_vain("+12025550104", "busy").await;
}

#[tokio::test]
async fn a_number_that_nobody_has_fails() {
    check_vain("+12025550106", "failed").await;
}

#[tokio::test]
async fn a_number_that_rings_for_ever_is_not_answered() {
    check_vain("+12025550103", "no-answer").await;
}

#[tokio::test]
async fn a_sip_address_cannot_be_reached() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}<Sip>sip:ann@example.com</Sip></Dial>");
    let (mut device, _media) = placed(&bench, &verbs, "sip").await;
    device.expect("ringing").await;
    device.expect("hangup").await;
    bench
        .until("it has failed", |calls| {
            dialled(calls).is_some_and(|call| call.status.as_str() == "failed")
        })
        .await;
}

#[tokio::test]
async fn the_far_end_hangs_up() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}+12025550304</Dial>");
    let (mut device, mut media) = placed(&bench, &verbs, "+12025550304").await;
    let (call_sid, _) = device.answered(&mut media).await;
    media.hears(440.0).await;
    assert_eq!(device.expect("hangup").await.text("/callsid"), call_sid);
    assert_eq!(bench.report(&call_sid).status.as_str(), "completed");
    bench.logged("far end: hangs up").await;
}

#[tokio::test]
async fn giving_up_while_it_rings_cancels_the_dialled_leg() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}+12025550103</Dial>");
    let (mut device, _media) = placed(&bench, &verbs, "+12025550103").await;
    device.expect("ringing").await;
    bench
        .until("it rings", |calls| {
            dialled(calls).is_some_and(|call| call.status.as_str() == "ringing")
        })
        .await;
    // By its own name for the call, as the SDK may still do.
    device.hang_up("TJS1").await;
    bench
        .until("both legs are cancelled", |calls| {
            calls.len() == 2 && calls.iter().all(|call| call.status.as_str() == "canceled")
        })
        .await;
}

#[tokio::test]
async fn a_call_without_answer_on_bridge_is_answered_at_once_and_hears_ringback() {
    let bench = Bench::new().await;
    let (mut device, mut media) = placed(
        &bench,
        "<Dial callerId=\"+12025550100\" timeout=\"20\">+12025550103</Dial>",
        "x",
    )
    .await;
    device.answered(&mut media).await;
    let heard = async {
        while !media.meter.reading().is_some_and(|is| is.rms_dbfs > -40.0) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::bench::PATIENCE, heard)
        .await
        .unwrap();
}

#[tokio::test]
async fn early_media_lets_the_caller_hear_ringing_before_the_answer() {
    let bench = Bench::with(Config {
        early_media: true,
        ..Config::default()
    })
    .await;
    let verbs = format!("{BRIDGE}+12025550202</Dial>");
    let (mut device, mut media) = placed(&bench, &verbs, "+12025550202").await;
    let ringing = device.expect("ringing").await;
    let sdp = ringing.text("/sdp");
    media.peer.accept_answer(&sdp).await.unwrap();
    media.connected().await;
    let heard = async {
        while !media.meter.reading().is_some_and(|is| is.rms_dbfs > -40.0) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::bench::PATIENCE, heard)
        .await
        .unwrap();
    let answer = device.expect("answer").await;
    assert_eq!(answer.payload.get("sdp"), None, "it was given before");
    media.hears(700.0).await;
}

#[tokio::test]
async fn keys_are_heard_by_signalling_and_by_rtp() {
    let bench = Bench::new().await;
    let (mut device, mut media) = placed(&bench, "<Say>x</Say><Pause length=\"60\"/>", "x").await;
    let (call_sid, _) = device.answered(&mut media).await;
    device
        .send("dtmf", json!({"callsid": call_sid, "dtmf": "12#w3"}))
        .await;
    bench
        .until("the keys are heard", |calls| calls[0].digits == "12#3")
        .await;
    assert_eq!(
        bench.report(&call_sid).digits_by,
        Some(DigitsBy::Signalling)
    );
    media.peer.send_dtmf("9*");
    bench
        .until("the keys are heard", |calls| calls[0].digits == "12#39*")
        .await;
    assert_eq!(bench.report(&call_sid).digits_by, Some(DigitsBy::Rtp));
}

#[tokio::test]
async fn the_key_reader_speaks_again_when_a_key_comes() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}+12025550107</Dial>");
    let (mut device, mut media) = placed(&bench, &verbs, "+12025550107").await;
    let (call_sid, _) = device.answered(&mut media).await;
    let quiet = async |loud: bool| {
        let wanted = async {
            loop {
                let reading = media.meter.reading();
                if reading.is_some_and(|is| is.frames == 25 && (is.rms_dbfs > -60.0) == loud) {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(crate::bench::PATIENCE, wanted)
            .await
            .unwrap();
    };
    quiet(true).await;
    quiet(false).await;
    device
        .send("dtmf", json!({"callsid": call_sid, "dtmf": "5"}))
        .await;
    quiet(true).await;
}

#[tokio::test]
async fn ice_is_restarted_by_reinvite() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}+12025550200</Dial>");
    let (mut device, mut media) = placed(&bench, &verbs, "+12025550200").await;
    let (call_sid, _) = device.answered(&mut media).await;
    media.hears(700.0).await;
    let sdp = media.peer.create_offer().await.unwrap();
    device
        .send("reinvite", json!({"callsid": call_sid, "sdp": sdp}))
        .await;
    let answer = device.expect("answer").await;
    media
        .peer
        .accept_answer(&answer.text("/sdp"))
        .await
        .unwrap();
    let before = media.meter.total_frames();
    let flows = async {
        while media.meter.total_frames() < before + 50 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::bench::PATIENCE, flows)
        .await
        .unwrap();
    media.hears(700.0).await;

    device
        .send("reinvite", json!({"callsid": call_sid, "sdp": "rubbish"}))
        .await;
    assert_eq!(device.expect("error").await.code(), Some(31100));
    assert_eq!(bench.report(&call_sid).status.as_str(), "in-progress");
}

#[tokio::test]
async fn a_webhook_that_fails_ends_the_call_with_its_error() {
    let bench = Bench::new().await;
    let mut device = bench.listening("ann").await;
    let media = Media::saying(700.0).await;
    device.call("TJS1", "x", &media).await;
    let hangup = loop {
        let frame = device.next().await.unwrap();
        if frame.kind == "hangup" {
            break frame;
        }
    };
    assert_eq!(hangup.code(), Some(11200));
    let calls = bench.sandbox.calls();
    assert_eq!(calls[0].error.as_ref().unwrap().code, 11200);
    assert_eq!(bench.sandbox.deliveries().len(), 1);
}

#[tokio::test]
async fn a_time_limit_ends_the_talk() {
    let bench = Bench::new().await;
    let verbs = "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\" timeLimit=\"1\">+12025550200</Dial>";
    let (mut device, mut media) = placed(&bench, verbs, "+12025550200").await;
    device.answered(&mut media).await;
    device.expect("hangup").await;
    bench.logged("time limit of 1 s reached").await;
}

#[tokio::test]
async fn star_ends_the_dialled_leg_when_wanted() {
    let bench = Bench::new().await;
    let verbs = "<Dial callerId=\"+12025550100\" answerOnBridge=\"true\" hangupOnStar=\"true\">+12025550200</Dial>";
    let (mut device, mut media) = placed(&bench, verbs, "+12025550200").await;
    let (call_sid, _) = device.answered(&mut media).await;
    device
        .send("dtmf", json!({"callsid": call_sid, "dtmf": "1*"}))
        .await;
    device.expect("hangup").await;
    bench.logged("* pressed").await;
}

#[tokio::test]
async fn the_first_of_several_targets_wins() {
    let bench = Bench::new().await;
    let verbs = format!(
        "{BRIDGE}<Number>+12025550103</Number><Number>+12025550301</Number>\
         <Client>nobody</Client></Dial>"
    );
    let (mut device, _media) = placed(&bench, &verbs, "x").await;
    device.expect("ringing").await;
    let call_sid = device.expect("answer").await.text("/callsid");
    device.expect("hangup").await;
    let status = |to: &str| {
        let calls = bench.sandbox.calls();
        let call = calls.iter().find(|call| call.to == to);
        call.unwrap().status.as_str()
    };
    assert_eq!(status("+12025550103"), "canceled");
    assert_eq!(status("+12025550301"), "completed");
    assert_eq!(status("client:nobody"), "no-answer");
    assert_eq!(bench.report(&call_sid).status.as_str(), "completed");
}

#[tokio::test]
async fn the_log_shows_no_whole_number() {
    let bench = Bench::new().await;
    let verbs = format!("{BRIDGE}+12025550301</Dial>");
    let (mut device, _media) = placed(&bench, &verbs, "+12025550301").await;
    device.expect("ringing").await;
    device.expect("answer").await;
    device.expect("hangup").await;
    bench.logged("call over").await;
    bench.logged("•••• ••01").await;
    for line in bench.sandbox.log() {
        assert!(!line.text.contains("20255503"), "{line:?}");
    }
}
