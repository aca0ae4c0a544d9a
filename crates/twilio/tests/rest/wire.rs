//! Every request of Twilio's own clients, sent by ours and compared.

mod operations;

use crate::{
    ACCOUNT, client,
    recorder::{Answer, Recorded, Recorder},
};
use operations::operate;
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use twilio::{
    Secret,
    rest::{Client, Credentials},
    sid::KeySid,
};

#[derive(Deserialize)]
struct Fixture {
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    library: String,
    name: String,
    requests: Vec<Wire>,
}

#[derive(Clone, Deserialize)]
struct Wire {
    method: String,
    path: String,
    query: String,
    body: String,
    authorization: String,
}

const HEX: &str = "0123456789abcdef0123456789abcdef";

/// An answer of the right kind to a request; it leads on to the next one, if there is one.
fn answer(request: &Recorded, next: Option<&Wire>) -> Answer {
    if request.method == "DELETE" {
        return Answer::Say(204, vec![], vec![]);
    }
    let resource = request
        .path
        .trim_end_matches(".json")
        .rsplit('/')
        .next()
        .unwrap();
    let prefix = [
        "Calls",
        "Recordings",
        "Applications",
        "SigningKeys",
        "Keys",
        "IncomingPhoneNumbers",
    ]
    .into_iter()
    .zip(["CA", "RE", "AP", "SK", "SK", "PN"])
    .filter_map(|(part, prefix)| Some((request.path.rfind(part)?, prefix)))
    .max()
    .map_or("AC", |(_, prefix)| prefix);
    let mut body = json!({
        "sid": format!("{prefix}{HEX}"), "account_sid": ACCOUNT, "phone_number": "+15105551234",
        "status": if prefix == "AC" { "active" } else { "completed" },
        "calls": [], "recordings": [], "applications": [], "keys": [], "accounts": [],
        "incoming_phone_numbers": [], "available_phone_numbers": [], "countries": [],
    });
    if resource != "Balance" {
        body[resource.to_lowercase()] = json!([]);
    }
    if let Some(next) = next {
        body["next_page_uri"] = format!("{}?{}", next.path, next.query).into();
    }
    Answer::json(200, &body)
}

/// Names and values, in order: Node writes a space as `%20`, Python as `+`.
fn pairs(form: &str) -> Vec<(String, String)> {
    twilio::webhook::Params::parse_form(form.as_bytes()).0
}

#[tokio::test]
async fn every_request_of_the_official_clients_is_sent_the_same() {
    let fixture = include_str!("../fixtures/rest_wire.json");
    let operations = serde_json::from_str::<Fixture>(fixture).unwrap().operations;
    assert_eq!(operations.len(), 57 + 21);
    // What the answer to a list leads to.
    let next = Arc::new(Mutex::new(VecDeque::new()));
    let queue = Arc::clone(&next);
    let recorder =
        Recorder::start(move |request| answer(request, queue.lock().unwrap().pop_front().as_ref()))
            .await;
    let with_token = client(&recorder);
    let sid = KeySid::parse(&format!("SK{HEX}")).unwrap();
    let secret = Secret::new("api_key_secret");
    let credentials = Credentials::Key { sid, secret };
    let builder = Client::builder(crate::account(), credentials);
    let with_key = builder.origin(&recorder.origin()).build().unwrap();
    for Operation {
        library,
        name,
        requests,
    } in operations
    {
        let place = format!("{library}: {name}");
        next.lock()
            .unwrap()
            .extend(requests.iter().skip(1).cloned());
        let client = if name.starts_with("with api key") {
            &with_key
        } else {
            &with_token
        };
        let before = recorder.seen().len();
        let done = operate(client, &library, &name).await;
        done.unwrap_or_else(|error| panic!("{place}: {error:?}"));
        let seen = recorder.seen().split_off(before);
        assert_eq!(seen.len(), requests.len(), "{place}");
        for (ours, theirs) in seen.iter().zip(&requests) {
            assert_eq!(ours.method, theirs.method, "{place}");
            assert_eq!(ours.path, theirs.path, "{place}");
            assert_eq!(ours.query, theirs.query, "{place}");
            match library.as_str() {
                "python" => assert_eq!(ours.body, theirs.body, "{place}"),
                _ => assert_eq!(pairs(&ours.body), pairs(&theirs.body), "{place}"),
            }
            assert_eq!(
                ours.header("authorization"),
                Some(theirs.authorization.as_str()),
                "{place}"
            );
            assert_eq!(ours.header("accept"), Some("application/json"), "{place}");
            assert_eq!(ours.header("accept-charset"), Some("utf-8"), "{place}");
            let form = (theirs.method == "POST").then_some("application/x-www-form-urlencoded");
            assert_eq!(ours.header("content-type"), form, "{place}");
        }
    }
}
