//! The public router over a real listener.

mod answers;
mod refusals;
mod repeats;
mod signatures;

use super::{Webhooks, public_router};
use crate::testing::{self, RecordingHost, Told};
use phone::{Webhook, dial_plan::Line};
use protocol::{ClientName, PhoneNumber};
use reqwest::RequestBuilder;
use std::{net::SocketAddr, sync::Arc};
use tokio::sync::watch;
use twilio::{Secret, sid::AccountSid, signature, webhook::Params};

const PUBLIC_URL: &str = "https://phone.example";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const CALL: &str = "CA0000000000000000000000000000000a";
const CHILD: &str = "CA0000000000000000000000000000000b";
const AUTH_TOKEN: &str = "the auth token";

fn line() -> Line {
    Line {
        identity: ClientName::new("desk").unwrap(),
        caller_id: Some(PhoneNumber::e164("+12025550100").unwrap()),
        ring_timeout_s: 25,
    }
}

/// The webhooks of a router at that address.
fn webhooks(public_url: &str, auth_token: &str, line: Line) -> Webhooks {
    Webhooks::new(
        public_url.parse().unwrap(),
        &Secret::new(auth_token),
        AccountSid::parse(ACCOUNT).unwrap(),
        line,
    )
}

/// A served public router. It is asked at its loopback address, which is not its public URL.
struct Server {
    address: SocketAddr,
    host: RecordingHost,
    webhooks: watch::Sender<Arc<Webhooks>>,
}

impl Server {
    async fn start() -> Self {
        Self::at(PUBLIC_URL).await
    }

    async fn at(public_url: &str) -> Self {
        Self::with(webhooks(public_url, AUTH_TOKEN, line())).await
    }

    async fn with(webhooks: Webhooks) -> Self {
        let host = RecordingHost::new();
        let (webhooks, known) = watch::channel(Arc::new(webhooks));
        let router = public_router(host.clone(), known);
        let address = testing::serve(|_| router).await;
        Self {
            address,
            host,
            webhooks,
        }
    }

    /// A form without a signature.
    fn unsigned(&self, path: &str, params: &Params) -> RequestBuilder {
        self.raw(path, params.to_form())
            .header("content-type", "application/x-www-form-urlencoded")
    }

    fn raw(&self, path: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        testing::client().post(url).body(body)
    }

    /// A form signed for that URL.
    fn signed_for(&self, url: &str, path: &str, params: &Params) -> RequestBuilder {
        let signature = signature::sign(&Secret::new(AUTH_TOKEN), url, params.pairs());
        self.unsigned(path, params)
            .header("x-twilio-signature", signature)
    }

    /// A form signed as Twilio signs it for the public URL of these tests.
    fn signed(&self, path: &str, params: &Params) -> RequestBuilder {
        self.signed_for(&format!("{PUBLIC_URL}{path}"), path, params)
    }

    fn webhooks_told(&self) -> Vec<Webhook> {
        let webhook = |told| {
            let Told::Webhook(webhook) = told else {
                panic!("{told:?}");
            };
            webhook
        };
        self.host.told().into_iter().map(webhook).collect()
    }
}

/// What every voice webhook has, and these.
fn params(more: &[(&str, &str)]) -> Params {
    let always = [
        ("CallSid", CALL),
        ("AccountSid", ACCOUNT),
        ("ApiVersion", "2010-04-01"),
        ("Direction", "inbound"),
    ];
    let given = |name| more.iter().any(|(n, _)| *n == name);
    let status = (!given("CallStatus")).then_some(("CallStatus", "ringing"));
    let always = always.into_iter().filter(|(name, _)| !given(*name));
    always
        .chain(status)
        .chain(more.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Asks, and expects that status and a text with that in it; gives the headers.
#[track_caller]
fn check(
    request: RequestBuilder,
    status: u16,
    sentence: &'static str,
) -> impl Future<Output = reqwest::header::HeaderMap> {
    let place = std::panic::Location::caller();
    async move {
        let response = request.send().await.unwrap();
        let (got, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap();
        assert_eq!(got, status, "{place}: {body}");
        assert!(body.contains(sentence), "{place}: {body:?}");
        headers
    }
}
