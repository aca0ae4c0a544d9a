//! Calls that the API makes, lists and refuses.

use crate::api::{Api, until};
use crate::bench::Bench;
use crate::softphone::Media;
use serde_json::{Value, json};

const HANG_UP: (&str, &str) = ("Twiml", "<Response><Hangup/></Response>");
const STAY: (&str, &str) = ("Twiml", "<Response><Pause length=\"600\"/></Response>");

#[tokio::test]
async fn a_call_rings_follows_its_twiml_and_is_told_of_in_order() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("status", "");
    let status = api.hook("status").await;
    let mut what = vec![HANG_UP, ("StatusCallback", status.as_str())];
    for event in ["initiated", "ringing", "answered", "completed"] {
        what.push(("StatusCallbackEvent", event));
    }
    let sid = api.call("+12025550200", &what).await;
    until(&bench, &sid, "completed").await;
    let call = api.fetch_call(&sid).await;
    assert_eq!(call["status"], "completed");
    assert_eq!(call["duration"], "0");
    assert_eq!(call["to_formatted"], "(202) 555-0200");
    assert!(call["end_time"].is_string());
    assert_eq!(bench.report(&sid).played, ["Hangup"]);

    let told = || {
        let deliveries = bench.sandbox.deliveries();
        let all = deliveries.into_iter().filter(|it| it.call_sid == sid);
        all.map(|it| it.params).collect::<Vec<_>>()
    };
    bench.until("all is told", |_| told().len() == 4).await;
    for (at, params) in told().iter().enumerate() {
        let get = |name: &str| {
            let found = params.iter().find(|(is, _)| is == name);
            found.map(|(_, value)| value.as_str())
        };
        let statuses = ["initiated", "ringing", "in-progress", "completed"];
        assert_eq!(get("CallStatus"), Some(statuses[at]));
        assert_eq!(get("SequenceNumber"), Some(at.to_string().as_str()));
        assert_eq!(get("Direction"), Some("outbound-api"));
        assert_eq!(get("CallDuration").is_some(), at == 3);
        assert_eq!(get("ParentCallSid"), None);
    }
}

#[tokio::test]
async fn a_call_asks_its_url_once_it_is_answered() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("then", "<Hangup/>");
    let url = api.hook("then").await;
    let sid = api.call("+12025550200", &[("Url", &url), HANG_UP]).await;
    until(&bench, &sid, "completed").await;
    let deliveries = bench.sandbox.deliveries();
    assert_eq!(deliveries[0].url, url);
    let params = &deliveries[0].params;
    assert!(params.contains(&("CallStatus".to_owned(), "in-progress".to_owned())));
    assert!(!params.iter().any(|(name, _)| name == "CallToken"));
}

#[tokio::test]
async fn a_call_by_an_application_asks_there_and_tells_its_callback() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("app", "<Hangup/>");
    bench.answer("over", "");
    let (url, over) = (api.hook("app").await, api.hook("over").await);
    let form = [("VoiceUrl", url.as_str()), ("StatusCallback", &over)];
    let application = api.post("Applications.json", &form).await.ok();
    let application = application["sid"].as_str().unwrap();
    let sid = api
        .call("+12025550200", &[("ApplicationSid", application)])
        .await;
    bench
        .until("the callback is told", |_| {
            let deliveries = bench.sandbox.deliveries();
            deliveries.len() == 2 && deliveries[1].url == over && deliveries[0].url == url
        })
        .await;
    assert_eq!(api.fetch_call(&sid).await["status"], "completed");
}

#[tokio::test]
async fn calls_end_as_their_phones_do() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let ends = [
        ("+12025550104", "busy", "60"),
        ("+12025550106", "failed", "60"),
        ("+15005550006", "failed", "60"),
        ("sip:a@b.example", "failed", "60"),
        ("client:nobody", "no-answer", "60"),
        ("+12025550103", "no-answer", "1"),
    ];
    for (to, status, timeout) in ends {
        let sid = api.call(to, &[HANG_UP, ("Timeout", timeout)]).await;
        until(&bench, &sid, status).await;
        let call = api.fetch_call(&sid).await;
        assert_eq!(
            (&call["status"], &call["duration"]),
            (&json!(status), &json!("0"))
        );
    }
}

#[tokio::test]
async fn a_client_is_called_and_hears_the_twiml() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let mut device = bench.registered("ann").await;
    let dial = ("Twiml", "<Response><Dial>+12025550330</Dial></Response>");
    let sid = api.call("client:ann?ticket=7", &[dial]).await;
    let mut media = Media::saying(700.0).await;
    let (call_sid, _) = device.accept(&mut media).await;
    assert_eq!(call_sid, sid);
    media.hears(440.0).await;
    assert_eq!(api.fetch_call(&sid).await["status"], "in-progress");
    let children = api
        .get(&format!("Calls.json?ParentCallSid={sid}"))
        .await
        .ok();
    assert_eq!(children["calls"][0]["direction"], "outbound-dial");

    let path = format!("Calls/{sid}.json");
    let ended = api.post(&path, &[("Status", "completed")]).await.ok();
    assert_eq!(ended["status"], "completed");
    assert_eq!(device.expect("hangup").await.text("/callsid"), sid);
}

#[tokio::test]
async fn one_of_our_numbers_calls_another_and_sound_and_keys_pass() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let bought = api
        .post("IncomingPhoneNumbers.json", &[("AreaCode", "510")])
        .await
        .ok();
    let from = bought["phone_number"].as_str().unwrap();
    bench.answer("incoming", "<Dial><Client>ann</Client></Dial>");
    bench.answer("keys", "<Hangup/>");
    let keys = api.hook("keys").await;
    let mut device = bench.registered("ann").await;
    let twiml = format!(
        "<Response><Gather numDigits=\"2\" action=\"{keys}\"><Pause length=\"60\"/></Gather></Response>"
    );
    let form = [
        ("To", "+12025550100"),
        ("From", from),
        ("Twiml", twiml.as_str()),
    ];
    let call = api.post("Calls.json", &form).await.ok();
    let sid = call["sid"].as_str().unwrap();
    let mut media = Media::saying(700.0).await;
    let (client_leg, _) = device.accept(&mut media).await;
    until(&bench, sid, "in-progress").await;
    let legs = api.get("Calls.json?Status=in-progress").await.ok();
    let mut directions: Vec<&str> = legs["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["direction"].as_str().unwrap())
        .collect();
    directions.sort_unstable();
    assert_eq!(directions, ["inbound", "outbound-api", "outbound-dial"]);
    device
        .send("dtmf", json!({"callsid": client_leg, "dtmf": "4"}))
        .await;
    device
        .send("dtmf", json!({"callsid": client_leg, "dtmf": "2"}))
        .await;
    until(&bench, sid, "completed").await;
    let deliveries = bench.sandbox.deliveries();
    let gathered = deliveries
        .iter()
        .find(|it| it.url == keys)
        .expect("the action is told");
    assert!(
        gathered
            .params
            .contains(&("Digits".to_owned(), "42".to_owned()))
    );
    // The call that came in ends with the one that made it.
    bench
        .until("all over", |calls| {
            calls.iter().all(|call| call.status.is_over())
        })
        .await;
}

#[tokio::test]
async fn a_number_that_calls_itself_in_a_circle_comes_to_an_end() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("incoming", "<Dial>+12025550100</Dial>");
    let sid = api
        .call("+12025550200", &[("Url", &api.hook("incoming").await)])
        .await;
    bench.logged("calls at once").await;
    let path = format!("Calls/{sid}.json");
    api.post(&path, &[("Status", "completed")]).await.ok();
    bench
        .until("all over", |calls| {
            calls.iter().all(|call| call.status.is_over())
        })
        .await;
}

#[tokio::test]
async fn a_call_that_cannot_be_made_says_why() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let long = format!("<Response>{}</Response>", "x".repeat(4_000));
    let ok = [("To", "+12025550101"), ("From", "+12025550100"), HANG_UP];
    for (change, code) in [
        (("To", ""), 21_201),
        (("From", ""), 21_213),
        (("To", "nonsense"), 21_211),
        (("To", "client:"), 21_211),
        (("To", "+12025550100"), 21_211),
        (("From", "nonsense"), 21_212),
        (("From", "client:ann"), 21_212),
        (("From", "+15105550100"), 21_210),
        (("Twiml", ""), 21_205),
        (("Url", "nonsense"), 21_205),
        (("Url", "file:///etc/passwd"), 21_205),
        (("Method", "PUT"), 21_209),
        (("Timeout", "soon"), 21_208),
        (("ApplicationSid", "AP0"), 21_218),
        (("StatusCallback", "nonsense"), 21_502),
        (("Twiml", long.as_str()), 20_001),
    ] {
        let mut form: Vec<_> = ok
            .iter()
            .copied()
            .filter(|(name, _)| *name != change.0)
            .collect();
        form.push(change);
        api.post("Calls.json", &form).await.bad(code);
    }
    assert_eq!(api.get("Calls.json").await.ok()["calls"], json!([]));
}

#[tokio::test]
async fn calls_are_listed_newest_first_filtered_and_by_page() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let mut sids = Vec::new();
    for to in [
        "+12025550104",
        "+12025550106",
        "+12025550104",
        "+12025550103",
    ] {
        let sid = api.call(to, &[HANG_UP]).await;
        until(
            &bench,
            &sid,
            match to {
                "+12025550104" => "busy",
                "+12025550106" => "failed",
                _ => "ringing",
            },
        )
        .await;
        sids.insert(0, sid);
    }
    let first = api.get("Calls.json?PageSize=3").await.ok();
    let second = api.follow(&first["next_page_uri"]).await.ok();
    let listed: Vec<Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["calls"].as_array().unwrap())
        .map(|call| call["sid"].clone())
        .collect();
    assert_eq!(listed, sids);
    assert_eq!(second["next_page_uri"], Value::Null);
    assert_eq!(
        api.follow(&second["previous_page_uri"]).await.ok()["calls"],
        first["calls"]
    );

    for (query, count) in [
        ("Status=busy", 2),
        ("To=%2B12025550106", 1),
        ("From=%2B12025550100", 4),
        ("From=%2B12025550101", 0),
        ("Status=ringing&To=%2B12025550103", 1),
        ("StartTime%3E=2020-01-01", 4),
        ("StartTime%3C=2020-01-01", 0),
        ("StartTime=2020-01-01", 0),
        ("EndTime%3E=2020-01-01", 3),
        ("ParentCallSid=CA0", 0),
    ] {
        let page = api.get(&format!("Calls.json?{query}")).await.ok();
        assert_eq!(page["calls"].as_array().unwrap().len(), count, "{query}");
    }
    bench.sandbox.shutdown().await;
}

#[tokio::test]
async fn shutting_down_ends_calls_that_ring() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let sid = api.call("+12025550103", &[STAY]).await;
    until(&bench, &sid, "ringing").await;
    bench.sandbox.shutdown().await;
    until(&bench, &sid, "canceled").await;
}
