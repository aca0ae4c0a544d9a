//! One attempt at a webhook: a request, its redirects, and the answer.

use super::{Method, Overrides, RetryOn};
use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, LOCATION, USER_AGENT},
    redirect::Policy,
};
use twilio::{Secret, signature};
use url::{Url, form_urlencoded};

/// Twilio follows so many redirects and no more.
const MAX_REDIRECTS: usize = 10;
const IDEMPOTENCY: &str = "I-Twilio-Idempotency-Token";

/// What is asked, the same in every attempt.
pub(super) struct Question<'a> {
    pub(super) url: &'a Url,
    pub(super) method: Method,
    pub(super) params: &'a [(String, String)],
    pub(super) auth_token: &'a Secret,
    pub(super) idempotency_token: &'a str,
    /// The most bytes that an answer may have.
    pub(super) max_bytes: usize,
    /// The same for sound.
    pub(super) max_sound_bytes: usize,
}

/// What was answered.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// Where the last redirect led.
    pub(super) url: Url,
    pub(super) content_type: Option<String>,
    pub(super) body: Bytes,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("no connection")]
    Connect(#[source] reqwest::Error),
    #[error("nothing listens there (a fault of the sandbox)")]
    Unreachable,
    #[error("no answer in time")]
    Late,
    #[error("the answer broke off")]
    Broken(#[source] reqwest::Error),
    #[error("more than 10 redirects")]
    TooManyRedirects,
    #[error("a redirect leads nowhere")]
    BadRedirect,
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the sandbox only asks http addresses")]
    NotHttp,
}

impl Failure {
    /// By what the retry policy knows it, if it is one that may be retried.
    pub(super) fn retry_on(&self) -> Option<RetryOn> {
        match self {
            Self::Connect(_) => Some(RetryOn::Connect),
            Self::Late => Some(RetryOn::Read),
            Self::Unreachable
            | Self::Broken(_)
            | Self::TooManyRedirects
            | Self::BadRedirect
            | Self::TooLong(_)
            | Self::NotHttp => None,
        }
    }

    fn of(error: reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Connect(error.without_url())
        } else if error.is_timeout() {
            Self::Late
        } else {
            Self::Broken(error.without_url())
        }
    }
}

/// A client for one delivery: nothing of one is carried over to the next.
pub(super) fn client(overrides: &Overrides) -> Client {
    Client::builder()
        .connect_timeout(overrides.connect)
        .read_timeout(overrides.read)
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .expect("a client without TLS and without a proxy can always be built")
}

/// Asks once, following redirects.
pub(super) async fn ask(client: &Client, question: &Question<'_>) -> Result<Reply, Failure> {
    let mut url = question.url.clone();
    let mut method = question.method;
    let mut params = question.params;
    let mut challenged = false;
    let mut redirects = 0;
    loop {
        if url.scheme() != "http" {
            return Err(Failure::NotHttp);
        }
        let request = request(client, &url, method, params, question);
        let request = if challenged {
            request.basic_auth(decoded(url.username()), url.password().map(decoded))
        } else {
            request
        };
        let response = request.send().await.map_err(Failure::of)?;
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED && !url.username().is_empty() && !challenged {
            challenged = true;
            continue;
        }
        let Some(next) = redirect(&url, &response) else {
            return read(response, url, question).await;
        };
        redirects += 1;
        if redirects > MAX_REDIRECTS {
            return Err(Failure::TooManyRedirects);
        }
        url = next.ok_or(Failure::BadRedirect)?;
        if !matches!(
            status,
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
        ) {
            method = Method::Get;
            params = &[];
        }
    }
}

fn request(
    client: &Client,
    url: &Url,
    method: Method,
    params: &[(String, String)],
    question: &Question<'_>,
) -> RequestBuilder {
    let mut plain = url.clone();
    plain.set_fragment(None);
    // Neither can fail for an http URL with a host, and one without was refused when it was made.
    let _ = plain.set_username("");
    let _ = plain.set_password(None);
    let (request, signature) = match method {
        Method::Get => {
            if !params.is_empty() {
                plain.query_pairs_mut().extend_pairs(params);
            }
            let signature = sign(question.auth_token, &plain, &[]);
            (client.get(plain), signature)
        }
        Method::Post => {
            let signature = sign(question.auth_token, &plain, params);
            let form = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(params)
                .finish();
            let request = client
                .post(plain)
                .header(
                    CONTENT_TYPE,
                    "application/x-www-form-urlencoded; charset=UTF-8",
                )
                .body(form);
            (request, signature)
        }
    };
    request
        .header(signature::HEADER, signature)
        .header(IDEMPOTENCY, question.idempotency_token)
        .header(USER_AGENT, "TwilioProxy/1.1")
        .header(ACCEPT, "*/*")
}

fn sign(auth_token: &Secret, url: &Url, params: &[(String, String)]) -> String {
    signature::sign(auth_token, &signature::signed_url(url.as_str()), params)
}

/// The user info of a URL is percent-encoded.
fn decoded(part: &str) -> String {
    // A form's decoding also turns plus into a space, so that is kept from it.
    let kept = part.replace('+', "%2B");
    form_urlencoded::parse(format!("v={kept}").as_bytes())
        .map(|(_, value)| value.into_owned())
        .next()
        .unwrap_or_default()
}

/// `None`: no redirect. `Some(None)`: one that leads nowhere.
#[expect(
    clippy::option_option,
    reason = "the outer says whether it is a redirect, the inner where to"
)]
fn redirect(url: &Url, response: &Response) -> Option<Option<Url>> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION);
    Some(
        location
            .and_then(|location| location.to_str().ok())
            .and_then(|location| url.join(location).ok()),
    )
}

async fn read(mut response: Response, url: Url, question: &Question<'_>) -> Result<Reply, Failure> {
    let status = response.status();
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let is_sound = content_type
        .as_deref()
        .is_some_and(|value| value.starts_with("audio/"));
    let max_bytes = if is_sound {
        question.max_sound_bytes
    } else {
        question.max_bytes
    };
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Failure::of)? {
        if body.len() + chunk.len() > max_bytes {
            return Err(Failure::TooLong(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply {
        status,
        url,
        content_type,
        body: body.freeze(),
    })
}
