//! Subaccounts: made, signed in to, suspended and closed, with things of their own.

use crate::api::{Answer, Api};
use crate::bench::Bench;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const ACCOUNTS: &str = "/2010-04-01/Accounts.json";

/// The path of an account.
fn path(sid: &str) -> String {
    format!("/2010-04-01/Accounts/{sid}.json")
}

async fn made(api: &Api, form: &[(&str, &str)]) -> Value {
    let request = api.request(Method::POST, ACCOUNTS).form(form);
    api.send(request).await.ok()
}

/// The API as a subaccount asks it.
fn of(api: &Api, subaccount: &Value) -> Api {
    let text = |name: &str| subaccount[name].as_str().unwrap().to_owned();
    api.about(&text("sid"))
        .by(&text("sid"), &text("auth_token"))
}

async fn set(api: &Api, sid: &str, status: &str) -> Answer {
    let request = api.request(Method::POST, &path(sid));
    api.send(request.form(&[("Status", status)])).await
}

#[tokio::test]
async fn a_subaccount_is_made_listed_and_renamed() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let main = bench.sandbox.account().account_sid.to_string();
    let first = made(&api, &[("FriendlyName", "First & é")]).await;
    let second = made(&api, &[]).await;
    assert_eq!(first["friendly_name"], "First & é");
    assert!(second["friendly_name"].as_str().unwrap().len() > 10);
    assert_eq!(first["owner_account_sid"], main);
    assert_eq!(first["status"], "active");
    assert_ne!(first["auth_token"], second["auth_token"]);
    let list = |query: &str| {
        let api = api.clone();
        let list = format!("{ACCOUNTS}?{query}");
        async move {
            let all = api.send(api.request(Method::GET, &list)).await.ok();
            let all = all["accounts"].as_array().unwrap().clone();
            let sids = all.iter().map(|it| it["sid"].as_str().unwrap().to_owned());
            sids.collect::<Vec<_>>()
        }
    };
    let sid = |account: &Value| account["sid"].as_str().unwrap().to_owned();
    assert_eq!(list("").await, [sid(&second), sid(&first), main]);
    assert_eq!(list("FriendlyName=First+%26+%C3%A9").await, [sid(&first)]);
    let own = of(&api, &first);
    let rename = own.request(Method::POST, &path(&sid(&first)));
    let renamed = own.send(rename.form(&[("FriendlyName", "n")])).await.ok();
    assert_eq!(renamed["friendly_name"], "n");
}

#[tokio::test]
async fn a_subaccount_has_numbers_applications_and_keys_of_its_own() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let subaccount = made(&api, &[]).await;
    let sid = subaccount["sid"].as_str().unwrap();
    let own = of(&api, &subaccount);
    let application = own
        .post("Applications.json", &[("FriendlyName", "a")])
        .await
        .ok();
    assert_eq!(application["account_sid"], sid);
    let name = application["sid"].as_str().unwrap();
    let buy = [("AreaCode", "510"), ("VoiceApplicationSid", name)];
    let number = own.post("IncomingPhoneNumbers.json", &buy).await.ok();
    assert_eq!(number["account_sid"], sid);
    let key = own.post("Keys.json", &[]).await.ok();

    // The account above sees them under the subaccount, and not under itself.
    let above = api.about(sid);
    for (list, one) in [
        ("Applications", &application),
        ("IncomingPhoneNumbers", &number),
        ("Keys", &key),
    ] {
        let one = one["sid"].as_str().unwrap();
        let resource = format!("{list}/{one}.json");
        assert_eq!(above.get(&resource).await.ok()["sid"], one);
        api.get(&resource).await.not_found();
    }
    // Nobody else buys the number, and an application is its account's.
    let taken = [("PhoneNumber", number["phone_number"].as_str().unwrap())];
    api.post("IncomingPhoneNumbers.json", &taken)
        .await
        .bad(21_422);
    let buy = [("AreaCode", "510"), ("VoiceApplicationSid", name)];
    api.post("IncomingPhoneNumbers.json", &buy)
        .await
        .bad(21_420);

    // A key of the subaccount is good there and nowhere else.
    let by_key = own.by(
        key["sid"].as_str().unwrap(),
        key["secret"].as_str().unwrap(),
    );
    by_key.get("Applications.json").await.ok();
    let elsewhere = by_key.about(bench.sandbox.account().account_sid.as_str());
    elsewhere
        .get("Applications.json")
        .await
        .refused(StatusCode::UNAUTHORIZED, 20_003);
    let delete = format!(
        "IncomingPhoneNumbers/{}.json",
        number["sid"].as_str().unwrap()
    );
    assert_eq!(own.delete(&delete).await.status, 204);
}

#[tokio::test]
async fn a_subaccount_sees_nothing_of_the_others() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let main = bench.sandbox.account().account_sid.to_string();
    let (one, other) = (made(&api, &[]).await, made(&api, &[]).await);
    let one = of(&api, &one);
    for about in [main.as_str(), other["sid"].as_str().unwrap()] {
        for resource in ["Balance.json", "Calls.json", "Keys.json"] {
            let refused = one.about(about).get(resource).await;
            refused.refused(StatusCode::UNAUTHORIZED, 20_003);
        }
        let account = one.send(one.request(Method::GET, &path(about))).await;
        account.refused(StatusCode::UNAUTHORIZED, 20_003);
    }
    for method in [Method::GET, Method::POST] {
        let all = one.send(one.request(method, ACCOUNTS)).await;
        all.refused(StatusCode::UNAUTHORIZED, 20_003);
    }
    // The standard keys of the account above are for that account alone.
    let key = api.post("Keys.json", &[]).await.ok();
    let text = |name: &str| key[name].as_str().unwrap();
    let by_key = api.by(text("sid"), text("secret"));
    let refused = by_key.about(other["sid"].as_str().unwrap());
    let refused = refused.get("Applications.json").await;
    refused.refused(StatusCode::UNAUTHORIZED, 20_003);
}

#[tokio::test]
async fn a_subaccount_is_suspended_activated_and_closed_for_good() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let subaccount = made(&api, &[]).await;
    let sid = subaccount["sid"].as_str().unwrap();
    let own = of(&api, &subaccount);
    let number = own
        .post("IncomingPhoneNumbers.json", &[("AreaCode", "510")])
        .await
        .ok();
    set(&api, sid, "asleep").await.bad(21_475);
    assert_eq!(
        set(&api, sid, "suspended").await.ok()["status"],
        "suspended"
    );
    let refused = own.get("Balance.json").await;
    refused.refused(StatusCode::FORBIDDEN, 20_005);
    assert_eq!(set(&api, sid, "active").await.ok()["status"], "active");
    own.get("Balance.json").await.ok();
    assert_eq!(set(&api, sid, "closed").await.ok()["status"], "closed");
    set(&api, sid, "active").await.bad(21_479);
    // Its numbers are for sale again.
    let numbers = api.about(sid).get("IncomingPhoneNumbers.json").await.ok();
    assert_eq!(numbers["incoming_phone_numbers"], json!([]));
    let buy = [("PhoneNumber", number["phone_number"].as_str().unwrap())];
    api.post("IncomingPhoneNumbers.json", &buy).await.ok();
}

#[tokio::test]
async fn a_subaccount_has_no_calls() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let what = [("Twiml", "<Response><Hangup/></Response>")];
    let call = api.call("+12025550104", &what).await;
    let subaccount = made(&api, &[]).await;
    let own = of(&api, &subaccount);
    assert_eq!(own.get("Calls.json").await.ok()["calls"], json!([]));
    assert_eq!(
        own.get("Recordings.json").await.ok()["recordings"],
        json!([])
    );
    own.get(&format!("Calls/{call}.json")).await.not_found();
    let refused = own.post("Calls.json", &[("To", "+12025550101")]).await;
    refused.bad(20_010);
}
