//! Raw requests to the API of a bench.

use crate::bench::{Bench, PATIENCE, now_s};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use twilio::Secret;
use twilio::sid::{ApplicationSid, KeySid};
use twilio::token::{TokenRequest, mint};

/// The API, as one caller asks it.
#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    base: String,
    account: String,
    user: String,
    password: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(matches!(self.status, 200 | 201), "{self:?}");
        self.body
    }

    /// Refused as Twilio refuses.
    #[track_caller]
    pub(crate) fn refused(self, status: StatusCode, code: u32) -> Value {
        assert_eq!(self.status, status.as_u16(), "{self:?}");
        assert_eq!(self.body["status"], status.as_u16(), "{self:?}");
        assert_eq!(self.body["code"], code, "{self:?}");
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        assert_eq!(self.body["more_info"], more, "{self:?}");
        assert!(
            !self.body["message"].as_str().unwrap().is_empty(),
            "{self:?}"
        );
        self.body
    }

    #[track_caller]
    pub(crate) fn bad(self, code: u32) -> Value {
        self.refused(StatusCode::BAD_REQUEST, code)
    }

    #[track_caller]
    pub(crate) fn not_found(self) -> Value {
        self.refused(StatusCode::NOT_FOUND, 20_404)
    }
}

impl Api {
    /// As the account.
    pub(crate) fn of(bench: &Bench) -> Self {
        let account = bench.sandbox.account();
        Self {
            client: Client::new(),
            base: format!("http://{}", bench.sandbox.rest()),
            account: account.account_sid.to_string(),
            user: account.account_sid.to_string(),
            password: account.auth_token.expose().to_owned(),
        }
    }

    /// As somebody else.
    pub(crate) fn by(&self, user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            ..self.clone()
        }
    }

    /// About another account.
    pub(crate) fn about(&self, account: &str) -> Self {
        Self {
            account: account.to_owned(),
            ..self.clone()
        }
    }

    /// A request to any path, with credentials.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        let request = self.client.request(method, url).timeout(PATIENCE);
        request.basic_auth(&self.user, Some(&self.password))
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, body }
    }

    /// The path of one of the account's resources.
    pub(crate) fn path(&self, resource: &str) -> String {
        format!("/2010-04-01/Accounts/{}/{resource}", self.account)
    }

    pub(crate) async fn get(&self, resource: &str) -> Answer {
        self.send(self.request(Method::GET, &self.path(resource)))
            .await
    }

    pub(crate) async fn delete(&self, resource: &str) -> Answer {
        self.send(self.request(Method::DELETE, &self.path(resource)))
            .await
    }

    pub(crate) async fn post(&self, resource: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, &self.path(resource));
        self.send(request.form(form)).await
    }

    /// A path that an answer named.
    pub(crate) async fn follow(&self, uri: &Value) -> Answer {
        let uri = uri.as_str().expect("an address");
        self.send(self.request(Method::GET, uri)).await
    }

    /// Makes a call from our line; gives its id.
    pub(crate) async fn call(&self, to: &str, what: &[(&str, &str)]) -> String {
        let mut form = vec![("To", to), ("From", "+12025550100")];
        form.extend_from_slice(what);
        let call = self.post("Calls.json", &form).await.ok();
        assert_eq!(call["direction"], "outbound-api");
        call["sid"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn fetch_call(&self, sid: &str) -> Value {
        self.get(&format!("Calls/{sid}.json")).await.ok()
    }

    /// The address of a webhook of the bench.
    pub(crate) async fn hook(&self, name: &str) -> String {
        let numbers = self.get("IncomingPhoneNumbers.json").await.ok();
        let numbers = numbers["incoming_phone_numbers"]
            .as_array()
            .unwrap()
            .clone();
        let ours = numbers.last().unwrap();
        let url = ours["voice_url"].as_str().unwrap();
        url.replace("incoming", name)
    }
}

/// Waits until the call has this status.
pub(crate) async fn until(bench: &Bench, sid: &str, status: &str) {
    bench
        .until(&format!("{sid} {status}"), |calls| {
            let mut calls = calls.iter();
            calls.any(|call| call.call_sid == sid && call.status.as_str() == status)
        })
        .await;
}

/// A token for `ann`, signed by this key, that may call by this application.
pub(crate) fn token(
    bench: &Bench,
    key: &KeySid,
    secret: &Secret,
    application: &ApplicationSid,
) -> String {
    let request = TokenRequest {
        account: &bench.sandbox.account().account_sid,
        key,
        secret,
        identity: "ann",
        application: Some(application),
        params: &[],
        incoming: true,
        ttl_s: 3_600,
        region: None,
    };
    mint(&request, now_s()).unwrap()
}
