//! Who may ask, the account, applications and keys.

use crate::api::{Api, token};
use crate::bench::Bench;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use twilio::Secret;
use twilio::sid::KeySid;

#[tokio::test]
async fn only_the_account_and_its_keys_are_let_in() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let account = bench.sandbox.account();
    let key = account.key_sid.as_str();
    let wrong = [
        (account.account_sid.as_str(), "wrong"),
        (key, account.auth_token.expose()),
        (account.account_sid.as_str(), account.key_secret.expose()),
        ("SK00000000000000000000000000000000", "x"),
        ("", ""),
    ];
    for (user, password) in wrong {
        let refused = api.by(user, password).get("Balance.json").await;
        refused.refused(StatusCode::UNAUTHORIZED, 20_003);
    }
    let anonymous = format!(
        "http://{}{}",
        bench.sandbox.rest(),
        api.path("Balance.json")
    );
    let refused = reqwest::get(anonymous).await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(refused.headers().contains_key("www-authenticate"));

    let by_key = api.by(key, account.key_secret.expose());
    by_key.get("Balance.json").await.ok();
    by_key.get("Keys.json").await.ok();
}

#[tokio::test]
async fn a_key_of_the_api_may_do_all_but_accounts_and_keys() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let made = api.post("Keys.json", &[("FriendlyName", "a")]).await.ok();
    let by_key = api.by(
        made["sid"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    by_key.get("IncomingPhoneNumbers.json").await.ok();
    for path in ["Keys.json", "Keys/SK1.json"] {
        let refused = by_key.get(path).await;
        refused.refused(StatusCode::UNAUTHORIZED, 20_003);
    }
    let list = by_key.request(Method::GET, "/2010-04-01/Accounts.json");
    by_key
        .send(list)
        .await
        .refused(StatusCode::UNAUTHORIZED, 20_003);
}

#[tokio::test]
async fn what_is_not_there_is_404_and_what_cannot_be_done_is_405() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    for resource in [
        "Nope.json",
        "Calls",
        "Calls/CA0.json",
        "Calls/CA0/Recordings.json",
        "Calls/CA0/Events.json",
        "Recordings/RE0.json",
        "Recordings/RE0.wav",
        "Recordings/RE0",
        "Keys/SK0.json",
        "Applications/AP0.json",
        "IncomingPhoneNumbers/PN0.json",
        "AvailablePhoneNumbers/XX.json",
        "AvailablePhoneNumbers/US/Mobile.json",
        "AvailablePhoneNumbers/US/Nope.json",
    ] {
        api.get(resource).await.not_found();
    }
    for path in [
        "/",
        "/2010-04-01/Accounts/AC0/Balance.json",
        "/v1/Accounts.json",
    ] {
        api.send(api.request(Method::GET, path)).await.not_found();
    }
    for (method, resource) in [
        (Method::POST, "Balance.json"),
        (Method::DELETE, "Calls.json"),
        (Method::PUT, "Keys.json"),
        (Method::PATCH, "Recordings/RE0.json"),
    ] {
        let answer = api.send(api.request(method, &api.path(resource))).await;
        answer.refused(StatusCode::METHOD_NOT_ALLOWED, 20_004);
    }
}

#[tokio::test]
async fn the_account_is_told_of_and_renamed() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let sid = bench.sandbox.account().account_sid.to_string();
    let own = format!("/2010-04-01/Accounts/{sid}.json");
    let account = api.send(api.request(Method::GET, &own)).await.ok();
    assert_eq!(account["sid"], sid);
    assert_eq!(account["status"], "active");
    let balance = api
        .follow(&account["subresource_uris"]["balance"])
        .await
        .ok();
    assert_eq!(balance["currency"], "USD");
    assert_eq!(balance["balance"], "100.00");

    let rename = |form: &'static [(&str, &str)]| api.request(Method::POST, &own).form(form);
    let renamed = api.send(rename(&[("FriendlyName", "Soft & é")])).await.ok();
    assert_eq!(renamed["friendly_name"], "Soft & é");
    api.send(rename(&[("Status", "closed")])).await.bad(21_477);
    api.send(rename(&[("Status", "gone")])).await.bad(21_475);
    let all = api.request(Method::GET, "/2010-04-01/Accounts.json?Status=active");
    let all = api.send(all).await.ok();
    assert_eq!(all["accounts"], json!([renamed]));
}

#[tokio::test]
async fn applications_are_made_changed_and_deleted() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let first = api.get("Applications.json").await.ok();
    let first = &first["applications"][0];
    let account = bench.sandbox.account();
    assert_eq!(first["sid"], account.application_sid.to_string());
    assert!(first["voice_url"].as_str().unwrap().ends_with("/outgoing"));

    let form = [
        ("FriendlyName", "soft"),
        ("VoiceUrl", "https://x.example/voice?a=1&b=ü"),
        ("VoiceMethod", "GET"),
        ("Unknown", "passed over"),
    ];
    let made = api.post("Applications.json", &form).await.ok();
    assert_eq!(made["voice_url"], "https://x.example/voice?a=1&b=ü");
    assert_eq!(made["voice_method"], "GET");
    let named = api.get("Applications.json?FriendlyName=soft").await.ok();
    assert_eq!(named["applications"], json!([made]));
    let path = format!("Applications/{}.json", made["sid"].as_str().unwrap());
    let cleared = api.post(&path, &[("VoiceUrl", "")]).await.ok();
    assert_eq!(cleared["voice_url"], Value::Null);
    assert_eq!(cleared["voice_method"], "GET", "what is not named stays");
    api.post(&path, &[("VoiceUrl", "nope")]).await.bad(21_402);
    api.post(&path, &[("StatusCallbackMethod", "PUT")])
        .await
        .bad(21_403);
    assert_eq!(api.get(&path).await.ok()["friendly_name"], "soft");
    assert_eq!(api.delete(&path).await.status, 204);
    api.get(&path).await.not_found();
    api.delete(&path).await.not_found();
}

#[tokio::test]
async fn a_key_signs_tokens_until_it_is_deleted_and_tells_its_secret_once() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let made = api
        .post("Keys.json", &[("FriendlyName", "phone")])
        .await
        .ok();
    let key = KeySid::parse(made["sid"].as_str().unwrap()).unwrap();
    let secret = Secret::new(made["secret"].as_str().unwrap().to_owned());
    let path = format!("Keys/{key}.json");
    assert_eq!(api.get(&path).await.ok()["secret"], Value::Null);
    let renamed = api.post(&path, &[("FriendlyName", "n")]).await.ok();
    assert_eq!(renamed["friendly_name"], "n");
    let all = api.get("Keys.json").await.ok();
    assert_eq!(all["keys"].as_array().unwrap().len(), 2);
    assert!(!all.to_string().contains(secret.expose()));

    let account = bench.sandbox.account();
    let token = token(&bench, &key, &secret, &account.application_sid);
    let mut device = bench.connect().await;
    device.listen(&token, 30).await;
    device.expect("connected").await;

    assert_eq!(api.delete(&path).await.status, 204);
    let mut device = bench.connect().await;
    device.listen(&token, 30).await;
    assert_eq!(device.expect("error").await.code(), Some(20_101));
}
