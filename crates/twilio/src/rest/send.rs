//! One request: sent, sent again if that is harmless, and its answer read within bounds.

use super::{Client, RestError, TwilioError, error::of_line, form::Form, retry::Repeat};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The largest answer that is read, in bytes: a page of 1000 calls has about one million.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// A request, ready to be sent.
pub(super) struct Request {
    method: Method,
    /// From the first slash, with its query.
    target: String,
    form: Option<String>,
    repeat: Repeat,
}

impl Request {
    /// Reads something.
    pub(super) fn get(path: String, query: &Form) -> Self {
        let target = match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.as_str()),
        };
        Self {
            method: Method::GET,
            target,
            form: None,
            repeat: Repeat::Harmless,
        }
    }

    /// Makes or sets something.
    pub(super) fn post(path: String, form: &Form, repeat: Repeat) -> Self {
        let form = Some(form.as_str().to_owned());
        Self {
            method: Method::POST,
            target: path,
            form,
            repeat,
        }
    }

    /// Deletes something.
    pub(super) fn delete(path: String) -> Self {
        Self {
            method: Method::DELETE,
            target: path,
            form: None,
            repeat: Repeat::Harmless,
        }
    }
}

/// What became of one try.
enum Failure {
    /// It never got there.
    Unsent(RestError),
    /// Nobody knows whether it was done.
    Unknown(RestError),
    /// Twilio answered with an error.
    Answered(TwilioError),
    /// It was done, but its answer is of no use.
    Done(RestError),
}

impl Failure {
    fn may_repeat(&self, repeat: Repeat) -> bool {
        match (repeat, self) {
            (Repeat::Never, _) | (_, Self::Done(_)) => false,
            (_, Self::Unsent(_)) | (Repeat::Harmless, Self::Unknown(_)) => true,
            (Repeat::IfRefused, Self::Unknown(_)) => false,
            (Repeat::Harmless, Self::Answered(error)) => error.status == 429 || error.status >= 500,
            (Repeat::IfRefused, Self::Answered(error)) => error.status == 429,
        }
    }

    fn into_error(self) -> RestError {
        match self {
            Self::Unsent(error) | Self::Unknown(error) | Self::Done(error) => error,
            Self::Answered(error) => error.into(),
        }
    }
}

impl Client {
    /// Sends a request and reads its answer as JSON.
    pub(super) async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, RestError> {
        let sent = self.send(&request).await;
        let body = sent.map_err(|(failure, _)| failure.into_error())?;
        serde_json::from_slice(&body).map_err(RestError::Answer)
    }

    /// Deletes something.
    ///
    /// What is gone when it is deleted for the second time was deleted by the first.
    pub(super) async fn delete(&self, path: String) -> Result<(), RestError> {
        match self.send(&Request::delete(path)).await {
            Ok(_) => Ok(()),
            Err((Failure::Answered(error), tries)) if error.status == 404 && tries > 1 => Ok(()),
            Err((failure, _)) => Err(failure.into_error()),
        }
    }

    /// Sends a request until it has an answer or is given up, after so many tries.
    async fn send(&self, request: &Request) -> Result<Vec<u8>, (Failure, u32)> {
        let mut tries = 0;
        loop {
            tries += 1;
            let failure = match self.send_once(request).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            let asked_s = match &failure {
                Failure::Answered(error) => error.retry_after_s,
                Failure::Unsent(_) | Failure::Unknown(_) | Failure::Done(_) => None,
            };
            let may_repeat = failure.may_repeat(request.repeat);
            let wait_ms = self.shared.retry.wait_ms(tries, asked_s, chance());
            let Some(wait_ms) = wait_ms.filter(|_| may_repeat) else {
                return Err((failure, tries));
            };
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
    }

    async fn send_once(&self, request: &Request) -> Result<Vec<u8>, Failure> {
        let url = format!("{}{}", self.shared.origin, request.target);
        let mut builder = self
            .request(request.method.clone(), &url)
            .header(header::ACCEPT, "application/json")
            .header(header::ACCEPT_CHARSET, "utf-8")
            .timeout(self.shared.timeouts.answer);
        if let Some(form) = &request.form {
            builder = builder
                .header(header::CONTENT_TYPE, FORM)
                .body(form.clone());
        }
        let response = builder
            .send()
            .await
            .map_err(|error| match error.is_connect() {
                true => Failure::Unsent(of_line(error)),
                false => Failure::Unknown(of_line(error)),
            })?;
        if leads_on(response.status()) {
            return Err(Failure::Done(RestError::Astray));
        }
        if !response.status().is_success() {
            return Err(Failure::Answered(refusal(response).await));
        }
        read(response, MAX_ANSWER).await.map_err(|error| {
            let is_too_large = matches!(error, RestError::TooLarge { .. });
            let failure = if is_too_large {
                Failure::Done
            } else {
                Failure::Unknown
            };
            failure(error)
        })
    }

    /// A request with the credentials.
    pub(super) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let (user, password) = (&self.shared.user, self.shared.password.expose());
        self.shared
            .http
            .request(method, url)
            .basic_auth(user, Some(password))
    }
}

/// Reads an answer that is no success.
pub(super) async fn refusal(response: Response) -> TwilioError {
    const MAX_ERROR: usize = 64 * 1024;
    let status = response.status();
    let retry_after = response.headers().get(header::RETRY_AFTER);
    let retry_after_s = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    // What cannot be read says nothing more than the status.
    let body = read(response, MAX_ERROR).await.unwrap_or_default();
    TwilioError::read(status.as_u16(), retry_after_s, &body)
}

/// Reads a body that has at most so many bytes.
pub(super) async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, RestError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(of_line)? {
        if body.len() + chunk.len() > limit {
            return Err(RestError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Whether an answer leads elsewhere.
pub(super) fn leads_on(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Spreads the retries of many clients; where there is no chance they come together.
fn chance() -> u64 {
    getrandom::u64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn many_clients_that_were_refused_together_do_not_come_back_together() {
        let drawn: std::collections::HashSet<u64> = (0..8).map(|_| super::chance()).collect();
        assert!(drawn.len() > 1, "{drawn:?}");
    }
}
