//! The sandbox's control API, and what it reports of its calls.

use crate::server::{self, Addresses};
use crate::wait;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// A call as the sandbox saw it.
#[derive(Clone, Debug, Deserialize)]
pub struct CallReport {
    /// Twilio's name for the leg.
    pub call_sid: String,
    /// The leg that dialled it.
    pub parent_call_sid: Option<String>,
    /// `inbound`, `outbound-dial` or `outbound-api`.
    pub direction: String,
    /// As Twilio says it.
    pub from: String,
    /// As Twilio says it.
    pub to: String,
    /// Twilio's word: `in-progress`, `completed`, `no-answer` …
    pub status: String,
    /// What the leg speaks, once agreed.
    pub codec: Option<String>,
    /// The digits heard from the user's phone.
    #[serde(default)]
    pub digits: String,
    /// How they came: `rtp` or `signalling`.
    pub digits_by: Option<String>,
    /// The TwiML verbs that were executed.
    #[serde(default)]
    pub played: Vec<String>,
    /// What the user's phone sent in the last half second.
    pub heard: Option<Heard>,
    /// All the 20 ms frames it sent.
    #[serde(default)]
    pub heard_total_frames: u64,
    /// What was recorded.
    #[serde(default)]
    pub recordings: Vec<Recording>,
    /// Why it failed.
    pub error: Option<Value>,
}

/// Sound from the user's phone.
#[derive(Clone, Debug, Deserialize)]
pub struct Heard {
    /// Energy, relative to full scale.
    pub rms_dbfs: f64,
    /// The strongest frequency.
    pub dominant_hz: Option<f64>,
}

/// A voicemail.
#[derive(Clone, Debug, Deserialize)]
pub struct Recording {
    /// How long.
    pub duration_s: f64,
    /// How loud.
    pub rms_dbfs: Option<f64>,
}

/// A webhook as the sandbox delivered it.
#[derive(Clone, Debug, Deserialize)]
pub struct Delivery {
    /// Where to.
    pub url: String,
    /// The HTTP status that was answered.
    pub status: Option<u16>,
    /// Twilio's code when it went wrong.
    pub error_code: Option<u32>,
}

/// The controls of a sandbox.
#[derive(Clone, Debug)]
pub struct Sandbox {
    client: reqwest::Client,
    addresses: Addresses,
}

impl Sandbox {
    /// The controls behind these addresses.
    #[must_use]
    pub fn new(addresses: &Addresses) -> Self {
        Self {
            client: reqwest::Client::new(),
            addresses: addresses.clone(),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, String) {
        let url = server::private(&self.addresses, path);
        let request = self.client.request(method, url);
        let mut request = request.bearer_auth(&self.addresses.session_secret);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("the private listener answers");
        let status = response.status();
        (status, response.text().await.unwrap_or_default())
    }

    async fn read<T: for<'a> Deserialize<'a>>(&self, path: &str) -> T {
        let (status, text) = self.ask(Method::GET, path, None).await;
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
    }

    async fn order(&self, method: Method, path: &str, body: Option<Value>) {
        let (status, text) = self.ask(method, path, body).await;
        assert!(status.is_success(), "{path}: {status} {text}");
    }

    /// Makes a phone call us; the SID of its call.
    ///
    /// # Panics
    /// When the sandbox refuses.
    pub async fn call(&self, from: &str, to: &str) -> String {
        let body = json!({ "from": from, "to": to });
        let (status, text) = self.ask(Method::POST, "/sandbox/calls", Some(body)).await;
        assert_eq!(status, StatusCode::CREATED, "{text}");
        let made: Value = serde_json::from_str(&text).expect("JSON");
        made["call_sid"].as_str().expect("a SID").to_owned()
    }

    /// All calls, the newest last.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn calls(&self) -> Vec<CallReport> {
        self.read("/sandbox/calls").await
    }

    /// The last webhooks, the newest last.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn webhooks(&self) -> Vec<Delivery> {
        self.read("/sandbox/webhooks").await
    }

    /// The log and the calls, to be kept.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn everything(&self) -> String {
        let mut all = serde_json::Map::new();
        for name in ["calls", "webhooks", "log", "faults"] {
            all.insert(name.into(), self.read(&format!("/sandbox/{name}")).await);
        }
        serde_json::to_string_pretty(&all).expect("JSON can be written")
    }

    /// Sets one fault and leaves the others.
    ///
    /// # Panics
    /// When the sandbox refuses.
    pub async fn set_fault(&self, name: &str, value: Value) {
        let mut faults: Value = self.read("/sandbox/faults").await;
        faults[name] = value;
        self.order(Method::PUT, "/sandbox/faults", Some(faults))
            .await;
    }

    /// Drops every signalling socket, once.
    ///
    /// # Panics
    /// When the sandbox refuses.
    pub async fn drop_sockets(&self) {
        self.order(Method::POST, "/sandbox/faults/drop-socket", None)
            .await;
    }

    /// Expires the tokens of all devices, without the usual warning.
    ///
    /// # Panics
    /// When the sandbox refuses.
    pub async fn expire_token(&self) {
        self.order(Method::POST, "/sandbox/faults/expire-token", None)
            .await;
    }

    /// Waits until some call fits; the newest that does.
    ///
    /// # Panics
    /// When none does in time.
    #[track_caller]
    pub fn call_where(
        &self,
        what: &str,
        fits: impl Fn(&CallReport) -> bool,
    ) -> impl Future<Output = CallReport> {
        wait::until(what, async move || {
            let calls = self.calls().await;
            let found = calls.iter().rev().find(|call| fits(call)).cloned();
            found.ok_or(calls)
        })
    }
}
