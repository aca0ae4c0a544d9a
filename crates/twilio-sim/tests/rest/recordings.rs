//! What `<Record>` took down, as the API gives it.

use crate::api::{Api, until};
use crate::bench::{Bench, PATIENCE};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_recording_is_where_its_webhook_says_and_sounds_as_it_should() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("done", "<Hangup/>");
    let done = api.hook("done").await;
    let record = format!(
        "<Response><Record maxLength=\"1\" playBeep=\"false\" action=\"{done}\"/></Response>"
    );
    // This phone answers after a second and plays 440 Hz.
    let sid = api.call("+12025550330", &[("Twiml", &record)]).await;
    until(&bench, &sid, "completed").await;
    let deliveries = bench.sandbox.deliveries();
    let told = deliveries.iter().find(|it| it.url == done).unwrap();
    let get = |name: &str| {
        let found = told.params.iter().find(|(is, _)| is == name);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    let url = get("RecordingUrl");
    assert!(
        url.starts_with(&format!("http://{}/", bench.sandbox.rest())),
        "{url}"
    );

    let all = api.get("Recordings.json").await.ok();
    let recording = &all["recordings"][0];
    assert_eq!(recording["sid"], get("RecordingSid"));
    assert_eq!(recording["media_url"], url);
    assert_eq!(recording["call_sid"], sid);
    assert_eq!(recording["duration"], "1");
    assert_eq!(api.follow(&recording["uri"]).await.ok(), *recording);

    let path = url.replace(&format!("http://{}", bench.sandbox.rest()), "");
    for path in [path.clone(), format!("{path}.wav")] {
        let media = api.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(media.headers()["content-type"], "audio/x-wav");
        let sound = twilio_sim::speech::read_wav(&media.bytes().await.unwrap()).unwrap();
        let seconds = sound.len() as f64 / 48_000.0;
        assert!((0.5..1.5).contains(&seconds), "{seconds} s");
        let loud = twilio_sim::speech::rms_dbfs(&sound);
        assert!((-20.0..-10.0).contains(&loud), "{loud} dBFS");
    }
    let anonymous = reqwest::Client::new().get(&url).timeout(PATIENCE).send();
    assert_eq!(anonymous.await.unwrap().status(), 401);

    let of_call = api.get(&format!("Calls/{sid}/Recordings.json")).await.ok();
    assert_eq!(of_call["recordings"], json!([recording]));
    for (query, count) in [
        (format!("CallSid={sid}"), 1),
        ("CallSid=CA0".to_owned(), 0),
        ("DateCreated%3E=2020-01-01".to_owned(), 1),
        ("DateCreated%3C=2020-01-01T00:00:00Z".to_owned(), 0),
    ] {
        let page = api.get(&format!("Recordings.json?{query}")).await.ok();
        assert_eq!(
            page["recordings"].as_array().unwrap().len(),
            count,
            "{query}"
        );
    }

    let path = format!("Recordings/{}", get("RecordingSid"));
    assert_eq!(api.delete(&format!("{path}.json")).await.status, 204);
    api.get(&format!("{path}.json")).await.not_found();
    api.get(&format!("{path}.wav")).await.not_found();
    api.delete(&format!("{path}.json")).await.not_found();
    assert_eq!(
        api.get("Recordings.json").await.ok()["recordings"],
        Value::from([(); 0].as_slice())
    );
}

#[tokio::test]
async fn a_recording_that_a_hang_up_ends_is_kept_and_is_no_error() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    // This phone answers after a second, plays 440 Hz and hangs up another second later.
    let record = "<Response><Record playBeep=\"false\"/></Response>";
    let sid = api.call("+12025550301", &[("Twiml", record)]).await;
    until(&bench, &sid, "completed").await;
    bench
        .until("the recording is there", |calls| {
            calls[0].recordings.len() == 1
        })
        .await;
    assert_eq!(bench.report(&sid).error, None);
    let of_call = api.get(&format!("Calls/{sid}/Recordings.json")).await.ok();
    assert_eq!(of_call["recordings"][0]["duration"], "1");
}
