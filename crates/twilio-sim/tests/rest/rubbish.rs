//! Requests that make no sense.

use crate::api::Api;
use crate::bench::Bench;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};

#[tokio::test]
async fn rubbish_is_refused_with_twilios_error_and_never_with_a_500() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let long = "x".repeat(2_000);
    let pieces = [
        "",
        "%",
        "%00",
        "..",
        ".json",
        "\u{e9}",
        "+",
        "*",
        "$",
        "-1",
        "99999999999999999999",
        "client:\u{0}",
        "'; DROP",
        "<Response>",
        &long,
    ];
    for resource in [
        "Calls",
        "Calls/CA0",
        "IncomingPhoneNumbers",
        "IncomingPhoneNumbers/PN0",
        "Applications",
        "Keys",
        "Recordings",
        "AvailablePhoneNumbers/US/Local",
    ] {
        for piece in pieces {
            let form: Vec<(&str, &str)> = [
                "To",
                "From",
                "Url",
                "Twiml",
                "Timeout",
                "Status",
                "PhoneNumber",
                "AreaCode",
                "VoiceUrl",
                "FriendlyName",
                "Contains",
                "StartTime>",
                "Page",
                "PageSize",
                "PageToken",
                "DateCreated",
            ]
            .iter()
            .map(|name| (*name, piece))
            .collect();
            let path = api.path(&format!("{resource}.json"));
            let posted = api.send(api.request(Method::POST, &path).form(&form)).await;
            assert!(posted.status < 500, "{resource} {piece:?}: {posted:?}");
            let got = api
                .send(api.request(Method::GET, &format!("{path}?{}", query(&form))))
                .await;
            assert!(got.status < 500, "{resource} {piece:?}: {got:?}");
            for answer in [posted, got] {
                assert!(
                    answer.status < 400 || answer.body["code"].is_u64(),
                    "{answer:?}"
                );
            }
        }
    }
}

fn query(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

#[tokio::test]
async fn a_body_that_is_no_form_is_an_empty_one_and_one_too_long_is_refused() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let calls = api.path("Calls.json");
    let json = api
        .request(Method::POST, &calls)
        .header(CONTENT_TYPE, "application/json")
        .body(r#"{"To":"+12025550101"}"#);
    api.send(json).await.bad(21_201);
    let huge = vec![("To", "x".repeat(300_000))];
    let huge = api.request(Method::POST, &calls).form(&huge);
    assert_eq!(api.send(huge).await.status, 413);
}

#[tokio::test]
async fn credentials_that_are_none_are_nobodys() {
    let bench = Bench::new().await;
    let url = format!("http://{}/2010-04-01/Accounts.json", bench.sandbox.rest());
    let client = reqwest::Client::new();
    for header in [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic eA==",
        "Bearer x",
        "Basic /////w==",
    ] {
        let request = client
            .get(&url)
            .header(AUTHORIZATION, HeaderValue::from_static(header));
        assert_eq!(request.send().await.unwrap().status(), 401, "{header:?}");
    }
}
