//! Numbers: searched, bought, changed, given back; and what calls do then.

use crate::api::{Api, token};
use crate::bench::Bench;
use serde_json::{Value, json};

async fn search(api: &Api, query: &str) -> Vec<String> {
    let found = api
        .get(&format!("AvailablePhoneNumbers/{query}"))
        .await
        .ok();
    let found = found["available_phone_numbers"].as_array().unwrap();
    let numbers = found.iter().map(|it| it["phone_number"].as_str().unwrap());
    numbers.map(str::to_owned).collect()
}

#[tokio::test]
async fn numbers_for_sale_are_found_by_place_and_digits() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let oakland = search(
        &api,
        "US/Local.json?AreaCode=510&VoiceEnabled=true&PageSize=3",
    )
    .await;
    assert_eq!(oakland, ["+15105550100", "+15105550101", "+15105550102"]);
    assert_eq!(
        search(&api, "US/Local.json?AreaCode=703&PageSize=1").await,
        ["+17035550100"]
    );
    assert_eq!(
        search(&api, "US/Local.json?Contains=555**42&InRegion=CA").await,
        ["+14155550142", "+15105550142"]
    );
    assert_eq!(search(&api, "US/Local.json").await.len(), 30);
    assert_eq!(
        search(&api, "GB/Mobile.json?PageSize=1").await,
        ["+447700900000"]
    );
    assert_eq!(
        search(&api, "US/TollFree.json?PageSize=1").await,
        ["+18005550100"]
    );
    for nothing in [
        "US/Local.json?SmsEnabled=true",
        "US/Local.json?VoiceEnabled=false",
        "US/Local.json?AreaCode=202",
        "US/Local.json?AreaCode=416",
        "US/Local.json?AreaCode=xyz",
        "US/Local.json?InRegion=ZZ",
        "US/Local.json?InLocality=Oakland&InRegion=NY",
    ] {
        assert_eq!(search(&api, nothing).await, [""; 0], "{nothing}");
    }
    let countries = api.get("AvailablePhoneNumbers.json").await.ok();
    let uk = &countries["countries"][2];
    assert_eq!(uk["country_code"], "GB");
    assert_eq!(api.follow(&uk["uri"]).await.ok(), *uk);
    api.follow(&uk["subresource_uris"]["mobile"]).await.ok();
}

#[tokio::test]
async fn a_number_is_bought_once_and_given_back() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let form = [
        ("PhoneNumber", "+15105550123"),
        ("FriendlyName", "My #1"),
        ("VoiceUrl", "https://x.example/voice/incoming?a=1&b=ü"),
    ];
    let bought = api.post("IncomingPhoneNumbers.json", &form).await.ok();
    assert_eq!(bought["phone_number"], "+15105550123");
    assert_eq!(bought["friendly_name"], "My #1");
    assert_eq!(bought["capabilities"]["voice"], true);
    assert_eq!(
        search(&api, "US/Local.json?Contains=%2B15105550123").await,
        [""; 0]
    );
    assert_eq!(api.get("Balance.json").await.ok()["balance"], "98.85");
    api.post("IncomingPhoneNumbers.json", &form)
        .await
        .bad(21_422);
    assert_eq!(api.get("Balance.json").await.ok()["balance"], "98.85");

    let by_area = [("AreaCode", "510")];
    let second = api.post("IncomingPhoneNumbers.json", &by_area).await.ok();
    assert_eq!(second["phone_number"], "+15105550100");
    assert_eq!(second["friendly_name"], "(510) 555-0100");

    let list = api
        .get("IncomingPhoneNumbers.json?PhoneNumber=510555*123")
        .await
        .ok();
    assert_eq!(list["incoming_phone_numbers"], json!([bought]));
    let path = format!(
        "IncomingPhoneNumbers/{}.json",
        bought["sid"].as_str().unwrap()
    );
    assert_eq!(api.get(&path).await.ok(), bought);
    assert_eq!(api.delete(&path).await.status, 204);
    api.get(&path).await.not_found();
    assert_eq!(
        search(&api, "US/Local.json?Contains=%2B15105550123")
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn what_cannot_be_bought_says_why() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    for (name, value, code) in [
        ("PhoneNumber", "nonsense", 21_421),
        ("PhoneNumber", "+12025550100", 21_422),
        ("PhoneNumber", "+12025550142", 21_422),
        ("PhoneNumber", "+15105551234", 21_422),
        ("AreaCode", "1", 21_451),
        ("AreaCode", "911", 21_451),
        ("AreaCode", "202", 21_452),
        ("AreaCode", "800", 21_452),
        ("FriendlyName", "nothing to buy", 21_421),
    ] {
        let answer = api
            .post("IncomingPhoneNumbers.json", &[(name, value)])
            .await;
        answer.bad(code);
    }
    let form = [("AreaCode", "510"), ("VoiceApplicationSid", "AP0")];
    api.post("IncomingPhoneNumbers.json", &form)
        .await
        .bad(21_420);
    let form = [("AreaCode", "510"), ("VoiceUrl", "ftp://x")];
    api.post("IncomingPhoneNumbers.json", &form)
        .await
        .bad(21_402);
    let all = api.get("IncomingPhoneNumbers.json").await.ok();
    assert_eq!(all["incoming_phone_numbers"].as_array().unwrap().len(), 1);
}

/// Where the last call asked for its first instructions, and how.
fn asked(bench: &Bench) -> (String, &'static str) {
    let deliveries = bench.sandbox.deliveries();
    let last = deliveries.last().expect("a delivery");
    let name = last.url.rsplit('/').next().unwrap_or_default();
    (name.to_owned(), last.method)
}

async fn call_in(bench: &Bench, number: &str) {
    let sid = bench.sandbox.call_me("+12025550142", number).await.unwrap();
    crate::api::until(bench, sid.as_str(), "busy").await;
}

#[tokio::test]
async fn a_number_that_is_changed_asks_elsewhere() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    for name in ["incoming", "elsewhere", "of-application"] {
        bench.answer(name, "<Reject reason=\"busy\"/>");
    }
    let ours = api.get("IncomingPhoneNumbers.json").await.ok();
    let ours = &ours["incoming_phone_numbers"][0];
    let number = bench.sandbox.account().number.clone();
    assert_eq!(ours["phone_number"], number);
    call_in(&bench, &number).await;
    assert_eq!(asked(&bench), ("incoming".to_owned(), "POST"));

    let path = format!(
        "IncomingPhoneNumbers/{}.json",
        ours["sid"].as_str().unwrap()
    );
    let elsewhere = api.hook("elsewhere").await;
    api.post(&path, &[("VoiceUrl", &elsewhere)]).await.ok();
    call_in(&bench, &number).await;
    assert_eq!(asked(&bench).0, "elsewhere");

    let url = elsewhere.replace("elsewhere", "of-application");
    let application = api
        .post("Applications.json", &[("VoiceUrl", &url)])
        .await
        .ok();
    let sid = application["sid"].as_str().unwrap();
    api.post(&path, &[("VoiceApplicationSid", sid)]).await.ok();
    call_in(&bench, &number).await;
    assert_eq!(asked(&bench).0, "of-application");

    let cleared = [("VoiceApplicationSid", ""), ("VoiceUrl", "")];
    let cleared = api.post(&path, &cleared).await.ok();
    assert_eq!(cleared["voice_url"], Value::Null);
    assert!(
        bench
            .sandbox
            .call_me("+12025550142", &number)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_bought_number_can_be_called() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("second", "<Reject reason=\"busy\"/>");
    let url = api.hook("second").await;
    let form = [("AreaCode", "510"), ("VoiceUrl", &url)];
    let bought = api.post("IncomingPhoneNumbers.json", &form).await.ok();
    let number = bought["phone_number"].as_str().unwrap();
    call_in(&bench, number).await;
    assert_eq!(asked(&bench), ("second".to_owned(), "POST"));
    let calls = api.get("Calls.json").await.ok();
    assert_eq!(calls["calls"][0]["to"], number);
    assert_eq!(calls["calls"][0]["phone_number_sid"], bought["sid"]);
}

#[tokio::test]
async fn a_device_calls_out_by_the_application_of_its_token() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("mine", "<Reject reason=\"busy\"/>");
    let url = api.hook("mine").await;
    let made = api
        .post("Applications.json", &[("VoiceUrl", &url)])
        .await
        .ok();
    let sid = twilio::sid::ApplicationSid::parse(made["sid"].as_str().unwrap()).unwrap();
    let account = bench.sandbox.account();
    let token = token(&bench, &account.key_sid, &account.key_secret, &sid);
    let mut device = bench.connect().await;
    device.listen(&token, 30).await;
    device.expect("connected").await;
    let media = crate::softphone::Media::saying(440.0).await;
    device.call("call-1", "+12025550101", &media).await;
    assert_eq!(device.expect("hangup").await.code(), Some(31_486));
    assert_eq!(asked(&bench).0, "mine");
    let deliveries = bench.sandbox.deliveries();
    let params = &deliveries.last().unwrap().params;
    assert!(params.contains(&("ApplicationSid".to_owned(), sid.to_string())));
}
