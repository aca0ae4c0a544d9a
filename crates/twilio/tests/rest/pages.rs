//! Lists of several pages.

use crate::{
    client,
    recorder::{Answer, Recorder},
};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use twilio::rest::RestError;

fn page(names: &[&str], next: Value) -> Answer {
    let keys: Vec<Value> = names
        .iter()
        .map(|name| json!({ "sid": format!("SK{}", "a".repeat(32)), "friendly_name": name }))
        .collect();
    Answer::json(200, &json!({ "keys": keys, "next_page_uri": next }))
}

const SECOND: &str = "/2010-04-01/Accounts/AC1/Keys.json?Page=1&PageToken=PA%20x";

#[tokio::test]
async fn a_list_goes_on_from_page_to_page_and_not_before_it_must() {
    let recorder = Recorder::with([
        page(&["a", "b"], SECOND.into()),
        page(&[], "/2010-04-01/third".into()),
        page(&["c"], Value::Null),
    ])
    .await;
    let mut keys = client(&recorder).keys().list(Some(2));
    assert_eq!(
        recorder.seen().len(),
        0,
        "nothing is asked before anything is wanted"
    );
    assert_eq!(keys.try_next().await.unwrap().unwrap().friendly_name, "a");
    assert_eq!(keys.try_next().await.unwrap().unwrap().friendly_name, "b");
    assert_eq!(recorder.seen().len(), 1);
    let rest: Vec<_> = keys.try_collect().await.unwrap();
    assert_eq!(rest[0].friendly_name, "c");
    let seen = recorder.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(format!("{}?{}", seen[1].path, seen[1].query), SECOND);
    assert_eq!(seen[2].path, "/2010-04-01/third");
}

#[track_caller]
fn astray(result: Option<Result<twilio::rest::Key, RestError>>, link: &str) {
    assert!(
        matches!(result, Some(Err(RestError::Astray))),
        "{link}: {result:?}"
    );
}

#[tokio::test]
async fn a_link_to_another_place_is_not_followed() {
    for link in [
        "https://evil.example/2010-04-01/x",
        "//evil.example/2010-04-01/x",
        "@evil.example/",
        ":1/2010-04-01/",
        "/2010-04-02/x",
        "/2010-04-01/x y",
        "/2010-04-01/x\r\nHost: evil.example",
        "/2010-04-01/x#y",
        "/2010-04-01/\\x",
    ] {
        let recorder = Recorder::with([page(&[], link.into())]).await;
        let mut keys = client(&recorder).keys().list(None);
        astray(keys.next().await, link);
        assert!(keys.next().await.is_none(), "after an error it is over");
        assert_eq!(recorder.seen().len(), 1, "{link}");
    }
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends_the_list() {
    let recorder = Recorder::start(|_| page(&["a"], SECOND.into())).await;
    let mut keys = client(&recorder).keys().list(None);
    assert!(keys.next().await.unwrap().is_ok());
    assert!(keys.next().await.unwrap().is_ok());
    astray(keys.next().await, SECOND);
    assert!(keys.next().await.is_none());
    // In a circle of two.
    let recorder = Recorder::start(|asked| match asked.path.as_str() {
        "/2010-04-01/third" => page(&[], SECOND.into()),
        _ => page(&[], "/2010-04-01/third".into()),
    })
    .await;
    let mut keys = client(&recorder).keys().list(None);
    astray(keys.next().await, "a circle");
    assert_eq!(recorder.seen().len(), 3);
}

#[tokio::test]
async fn a_page_without_its_list_is_an_error() {
    for body in [
        json!({}),
        json!({ "keys": null }),
        json!({ "keys": [{}] }),
        json!([]),
    ] {
        let recorder = Recorder::with([Answer::json(200, &body)]).await;
        let mut keys = client(&recorder).keys().list(None);
        let first = keys.next().await;
        assert!(
            matches!(first, Some(Err(RestError::Answer(_)))),
            "{body} {first:?}"
        );
        assert!(keys.next().await.is_none());
    }
}
