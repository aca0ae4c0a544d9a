//! What can be asked of a new call besides its instructions: keys, who answered, a recording.

use crate::api::{Api, until};
use crate::bench::Bench;
use reqwest::Method;
use serde_json::{Value, json};
use twilio_sim::speech::{read_wav, rms_dbfs};

const HANG_UP: (&str, &str) = ("Twiml", "<Response><Hangup/></Response>");

/// What a webhook of this address was told, each time.
fn told(bench: &Bench, url: &str) -> Vec<Vec<(String, String)>> {
    let deliveries = bench.sandbox.deliveries().into_iter();
    let of_url = deliveries.filter(|it| it.url == url);
    of_url.map(|it| it.params).collect()
}

fn get(params: &[(String, String)], name: &str) -> Option<String> {
    let mut of_name = params.iter().filter(|(is, _)| is == name);
    of_name.next().map(|(_, value)| value.clone())
}

#[tokio::test]
async fn keys_are_sent_once_it_is_answered_and_before_the_instructions() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer(
        "incoming",
        "<Gather numDigits=\"3\" action=\"keys\"><Pause length=\"60\"/></Gather>",
    );
    bench.answer("keys", "<Pause length=\"600\"/>");
    bench.answer("then", "<Hangup/>");
    let bought = api
        .post("IncomingPhoneNumbers.json", &[("AreaCode", "510")])
        .await
        .ok();
    let then = api.hook("then").await;
    let form = [
        ("To", "+12025550100"),
        ("From", bought["phone_number"].as_str().unwrap()),
        ("SendDigits", "4w2#"),
        // Passed over, because keys are sent.
        ("MachineDetection", "Enable"),
        ("Url", then.as_str()),
    ];
    let call = api.post("Calls.json", &form).await.ok();
    let sid = call["sid"].as_str().unwrap();
    until(&bench, sid, "completed").await;
    let keys = api.hook("keys").await;
    let gathered = told(&bench, &keys);
    assert_eq!(get(&gathered[0], "Digits").as_deref(), Some("42"));
    let deliveries = bench.sandbox.deliveries();
    let at = |url: &str| deliveries.iter().position(|it| it.url == url).unwrap();
    assert!(at(&keys) < at(&then), "{deliveries:?}");
    assert_eq!(get(&told(&bench, &then)[0], "AnsweredBy"), None);
    assert_eq!(api.fetch_call(sid).await["answered_by"], Value::Null);
}

#[tokio::test]
async fn a_phone_that_answers_is_a_human() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("then", "<Hangup/>");
    bench.answer("status", "");
    let (then, status) = (api.hook("then").await, api.hook("status").await);
    let what = [
        ("Url", then.as_str()),
        ("StatusCallback", status.as_str()),
        ("MachineDetection", "DetectMessageEnd"),
        ("AsyncAmdStatusCallback", status.as_str()),
    ];
    let sid = api.call("+12025550200", &what).await;
    bench
        .until("the end is told", |_| told(&bench, &status).len() == 1)
        .await;
    let human = Some("human".to_owned());
    assert_eq!(get(&told(&bench, &then)[0], "AnsweredBy"), human);
    assert_eq!(get(&told(&bench, &status)[0], "AnsweredBy"), human);
    assert_eq!(api.fetch_call(&sid).await["answered_by"], "human");

    // A call that is not answered is answered by nobody.
    let busy = api.call("+12025550104", &what).await;
    bench
        .until("its end is told", |_| told(&bench, &status).len() == 2)
        .await;
    assert_eq!(get(&told(&bench, &status)[1], "AnsweredBy"), None);
    assert_eq!(api.fetch_call(&busy).await["answered_by"], Value::Null);
}

#[tokio::test]
async fn who_answered_is_told_apart_when_the_call_does_not_wait_for_it() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("then", "<Hangup/>");
    bench.answer("amd", "");
    let (then, amd) = (api.hook("then").await, api.hook("amd").await);
    let what = [
        ("Url", then.as_str()),
        ("MachineDetection", "Enable"),
        ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", amd.as_str()),
    ];
    let sid = api.call("+12025550200", &what).await;
    until(&bench, &sid, "completed").await;
    bench
        .until("it is told", |_| !told(&bench, &amd).is_empty())
        .await;
    let told_amd = &told(&bench, &amd)[0];
    assert_eq!(get(told_amd, "CallSid"), Some(sid.clone()));
    assert_eq!(get(told_amd, "AnsweredBy").as_deref(), Some("human"));
    assert!(get(told_amd, "MachineDetectionDuration").is_some());
    assert_eq!(get(&told(&bench, &then)[0], "AnsweredBy"), None);
}

#[tokio::test]
async fn a_whole_call_is_recorded_with_each_side_in_its_channel() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("status", "");
    bench.answer("recording", "");
    let (status, recorded) = (api.hook("status").await, api.hook("recording").await);
    let what = [
        // This phone plays a tone and hangs up after a second.
        ("Twiml", "<Response><Pause length=\"600\"/></Response>"),
        ("Record", "true"),
        ("RecordingChannels", "dual"),
        ("RecordingStatusCallback", recorded.as_str()),
        ("RecordingStatusCallbackEvent", "in-progress completed"),
        ("StatusCallback", status.as_str()),
    ];
    let sid = api.call("+12025550301", &what).await;
    bench
        .until("all is told", |_| {
            told(&bench, &status).len() == 1 && told(&bench, &recorded).len() == 2
        })
        .await;
    let all = api.get(&format!("Calls/{sid}/Recordings.json")).await.ok();
    let recording = &all["recordings"][0];
    assert_eq!(recording["source"], "OutboundAPI");
    assert_eq!(recording["channels"], 2);
    assert_eq!(recording["duration"], "1");

    let statuses: Vec<_> = told(&bench, &recorded)
        .iter()
        .map(|params| get(params, "RecordingStatus").unwrap())
        .collect();
    assert_eq!(statuses, ["in-progress", "completed"]);
    let end = &told(&bench, &recorded)[1];
    for (name, value) in [
        ("RecordingSid", recording["sid"].as_str().unwrap()),
        ("RecordingUrl", recording["media_url"].as_str().unwrap()),
        ("RecordingSource", "OutboundAPI"),
        ("RecordingChannels", "2"),
        ("RecordingTrack", "both"),
        ("RecordingDuration", "1"),
        ("CallSid", sid.as_str()),
    ] {
        assert_eq!(get(end, name).as_deref(), Some(value), "{name}");
    }
    let over = &told(&bench, &status)[0];
    assert_eq!(get(over, "RecordingUrl"), get(end, "RecordingUrl"));
    assert_eq!(get(over, "RecordingSid"), get(end, "RecordingSid"));
    assert_eq!(get(over, "RecordingDuration").as_deref(), Some("1"));
    assert_eq!(bench.report(&sid).recordings.len(), 1);

    let path = api.path(&format!(
        "Recordings/{}.wav",
        recording["sid"].as_str().unwrap()
    ));
    let media = api.request(Method::GET, &path).send().await.unwrap();
    let wav = media.bytes().await.unwrap();
    assert_eq!(wav[22], 2, "channels");
    assert!(rms_dbfs(&read_wav(&wav).unwrap()) > -30.0);
}

#[tokio::test]
async fn a_call_in_which_nothing_is_heard_has_no_recording() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("recording", "");
    let recorded = api.hook("recording").await;
    let what = [
        HANG_UP,
        ("Record", "true"),
        ("RecordingTrack", "outbound"),
        ("RecordingStatusCallback", recorded.as_str()),
        ("RecordingStatusCallbackEvent", "completed"),
        ("RecordingStatusCallbackEvent", "absent"),
    ];
    let sid = api.call("+12025550200", &what).await;
    bench
        .until("it is told", |_| !told(&bench, &recorded).is_empty())
        .await;
    let params = &told(&bench, &recorded)[0];
    assert_eq!(get(params, "RecordingStatus").as_deref(), Some("absent"));
    let none = api.get(&format!("Calls/{sid}/Recordings.json")).await.ok();
    assert_eq!(none["recordings"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let long = "1".repeat(33);
    for (name, value, code) in [
        ("SendDigits", "12x", 21_206),
        ("SendDigits", long.as_str(), 21_206),
        ("MachineDetection", "Maybe", 20_001),
        ("RecordingChannels", "three", 20_001),
        ("RecordingTrack", "left", 20_001),
        ("Trim", "a bit", 20_001),
        ("RecordingStatusCallback", "nonsense", 21_502),
        ("AsyncAmdStatusCallback", "nonsense", 21_502),
    ] {
        let form = [
            ("To", "+12025550101"),
            ("From", "+12025550100"),
            HANG_UP,
            (name, value),
        ];
        api.post("Calls.json", &form).await.bad(code);
    }
    assert_eq!(bench.sandbox.calls().len(), 0);
}
