//! Delivery: faults, attempts, the time limit, Twilio's error numbers, and the history.

use super::{
    Delivery, DeliveryId, Kind, Overrides, RetryOn, Target,
    history::History,
    http::{self, Failure, Question, Reply},
};
use crate::{BrokenWebhook, Faults, player::ports::CallError};
use bytes::Bytes;
use reqwest::StatusCode;
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};
use twilio::{Secret, sid::CallSid};
use url::Url;
use uuid::Uuid;

/// A TwiML document may have so many bytes, as at Twilio.
const MAX_DOCUMENT: usize = 64 * 1024;
/// Sound may have so many bytes.
const MAX_SOUND: usize = 32 * 1024 * 1024;

/// How long a delivery may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until one attempt has a connection.
    pub connect: Duration,
    /// How many more attempts follow one that got no connection.
    pub connect_retries: u32,
    /// All attempts, redirects and the answer together.
    pub total: Duration,
}

impl Default for Limits {
    /// As at Twilio: 5 s, one more, 15 s.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            connect_retries: 1,
            total: Duration::from_secs(15),
        }
    }
}

/// A webhook to deliver.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is about.
    pub kind: Kind,
    /// Where it goes.
    pub target: Target,
    /// The call it is about.
    pub call_sid: CallSid,
    /// What it says.
    pub params: Vec<(String, String)>,
}

/// What a webhook was answered; its status is 2xx.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Where it was delivered, after redirects.
    pub url: Url,
    /// The status.
    pub status: u16,
    /// The content type as the server wrote it.
    pub content_type: Option<String>,
    /// The content.
    pub body: Bytes,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// Where it is in the history.
    pub id: DeliveryId,
}

/// A webhook could not be delivered, or was not answered well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}{}", number(*.code))]
pub struct DeliveryError {
    /// Twilio's error: 11200 bad answer or none in time, 11205 no connection, 11215 too many
    /// redirects, 11750 too long; or [`CallError::SANDBOX`].
    pub code: u32,
    /// What went wrong, in a few words.
    pub reason: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// Delivers webhooks for an account; clones share its history.
#[derive(Clone)]
pub struct Deliverer(Arc<Inner>);

struct Inner {
    auth_token: Secret,
    limits: Limits,
    faults: Box<dyn Fn() -> Faults + Send + Sync>,
    history: History,
}

impl fmt::Debug for Deliverer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliverer")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl Deliverer {
    /// A deliverer that signs with the account's token, and asks `faults` before every delivery
    /// what is to go wrong.
    pub fn new(
        auth_token: Secret,
        limits: Limits,
        faults: impl Fn() -> Faults + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            auth_token,
            limits,
            faults: Box::new(faults),
            history: History::default(),
        }))
    }

    /// The last 100 deliveries, oldest first.
    #[must_use]
    pub fn history(&self) -> Vec<Delivery> {
        self.0.history.all()
    }

    /// Notes in the history that what a webhook answered was no good.
    pub fn mark(&self, id: DeliveryId, error_code: u32) {
        self.0.history.mark(id, error_code);
    }

    /// Delivers a webhook and waits for its answer.
    ///
    /// # Errors
    /// No connection, no answer in time, a status other than 2xx, too many redirects, an answer
    /// that is too long, or an address that the sandbox cannot ask.
    pub async fn deliver(&self, request: &Request) -> Result<Answer, DeliveryError> {
        let begun = Instant::now();
        let outcome = self.attempts(request).await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (status, error_code) = match &outcome {
            Ok(reply) if reply.status.is_success() => (Some(reply.status), None),
            Ok(reply) => (Some(reply.status), Some(11_200)),
            Err(failure) => (None, Some(code(failure))),
        };
        let mut url = request.target.url.clone();
        // The history is shown; a password in an address is not. Cannot fail for http addresses.
        let _ = url.set_password(None);
        let id = self.0.history.put(Delivery {
            kind: request.kind,
            url: url.into(),
            method: request.target.method.as_str(),
            status: status.map(|status| status.as_u16()),
            ms,
            call_sid: request.call_sid.to_string(),
            error_code,
            params: request.params.clone(),
        });
        match outcome {
            Ok(reply) if reply.status.is_success() => Ok(Answer {
                url: reply.url,
                status: reply.status.as_u16(),
                content_type: reply.content_type,
                body: reply.body,
                ms,
                id,
            }),
            Ok(reply) => Err(DeliveryError {
                code: 11_200,
                reason: format!("HTTP {}", reply.status.as_u16()),
                ms,
            }),
            Err(failure) => Err(DeliveryError {
                code: code(&failure),
                reason: failure.to_string(),
                ms,
            }),
        }
    }

    /// Tries as often as the overrides say, within the time.
    async fn attempts(&self, request: &Request) -> Result<Reply, Failure> {
        let overrides = Overrides::new(&self.0.limits, request.target.url.fragment());
        let faults = (self.0.faults)();
        let all = async {
            sleep(Duration::from_millis(faults.delay_webhooks_ms)).await;
            self.broken(request, &overrides, faults.break_webhooks)
                .await
        };
        timeout(overrides.total, all)
            .await
            .unwrap_or(Err(Failure::Late))
    }

    /// What comes of the attempts while they are broken, or not.
    async fn broken(
        &self,
        request: &Request,
        overrides: &Overrides,
        broken: Option<BrokenWebhook>,
    ) -> Result<Reply, Failure> {
        match broken {
            None => self.retrying(request, overrides, &self.0.auth_token).await,
            Some(BrokenWebhook::WrongSignature) => {
                let wrong = Secret::new(format!("not {}", self.0.auth_token.expose()));
                self.retrying(request, overrides, &wrong).await
            }
            Some(BrokenWebhook::Answer500) => {
                let reply = self.retrying(request, overrides, &self.0.auth_token).await;
                reply.map(|reply| Reply {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    ..reply
                })
            }
            Some(BrokenWebhook::Unreachable) => Err(Failure::Unreachable),
        }
    }

    async fn retrying(
        &self,
        request: &Request,
        overrides: &Overrides,
        auth_token: &Secret,
    ) -> Result<Reply, Failure> {
        let client = http::client(overrides);
        let idempotency_token = Uuid::new_v4().to_string();
        let question = Question {
            url: &request.target.url,
            method: request.target.method,
            params: &request.params,
            auth_token,
            idempotency_token: &idempotency_token,
            max_bytes: MAX_DOCUMENT,
            max_sound_bytes: MAX_SOUND,
        };
        let mut left = overrides.retries;
        loop {
            let outcome = http::ask(&client, &question).await;
            let failed_by = match &outcome {
                Ok(reply) if reply.status.is_client_error() => Some(RetryOn::Status4xx),
                Ok(reply) if reply.status.is_server_error() => Some(RetryOn::Status5xx),
                Ok(_) => None,
                Err(failure) => failure.retry_on(),
            };
            let again = failed_by.is_some_and(|by| overrides.retry_on.contains(&by));
            if !again || left == 0 {
                return outcome;
            }
            left -= 1;
        }
    }
}

fn number(code: u32) -> String {
    if code == CallError::SANDBOX {
        String::new()
    } else {
        format!(" (error {code})")
    }
}

/// Twilio's error for a failure (its "Error and warning dictionary", read 2026).
fn code(failure: &Failure) -> u32 {
    match failure {
        Failure::Connect(_) | Failure::Unreachable => 11_205,
        Failure::Late | Failure::Broken(_) | Failure::BadRedirect => 11_200,
        Failure::TooManyRedirects => 11_215,
        Failure::TooLong(_) => 11_750,
        Failure::NotHttp => CallError::SANDBOX,
    }
}

#[cfg(test)]
mod tests;
