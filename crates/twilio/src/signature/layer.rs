//! The check as a tower layer: what does not come from Twilio never reaches the service behind it.

use super::{Algorithm, HEADER, SETTINGS_HEADER, Settings, SigningKey};
use crate::{Secret, webhook::Params};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header, request};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service};

const FORM: &str = "application/x-www-form-urlencoded";
/// Twilio's own bodies have a few kilobytes.
const MAX_BODY: usize = 64 * 1024;

/// The secrets with which Twilio may sign: the account's auth token and shared keys by name.
#[derive(Clone, Debug)]
pub struct Keyring {
    auth_token: SigningKey,
    shared: BTreeMap<String, SigningKey>,
}

impl Keyring {
    /// Takes the account's primary auth token.
    #[must_use]
    pub fn new(auth_token: &Secret) -> Self {
        Self {
            auth_token: SigningKey::new(auth_token),
            shared: BTreeMap::new(),
        }
    }

    /// Adds a shared key, by the name that the settings header gives.
    #[must_use]
    pub fn shared(mut self, name: impl Into<String>, secret: &Secret) -> Self {
        self.shared.insert(name.into(), SigningKey::new(secret));
        self
    }

    /// The key and algorithm of a request, if the header is understood and the key known.
    fn find(&self, settings_header: Option<&str>) -> Option<(&SigningKey, Algorithm)> {
        let settings = Settings::parse(settings_header).ok()?;
        let key = match settings.key {
            None => &self.auth_token,
            Some(name) => self.shared.get(&name)?,
        };
        Some((key, settings.algorithm))
    }
}

/// Puts [`CheckSignature`] before a service.
#[derive(Clone, Debug)]
pub struct SignatureLayer {
    rules: Arc<Rules>,
}

#[derive(Debug)]
struct Rules {
    keyring: Keyring,
    public_url: String,
    max_body: usize,
}

impl SignatureLayer {
    /// Checks requests that Twilio sends to `public_url` and what lies below it.
    ///
    /// `public_url` is what stands before the path that the service sees, such as
    /// `https://phone.example.com`: behind a proxy or tunnel a server cannot see it, and what a
    /// request says of it proves nothing.
    #[must_use]
    pub fn new(keyring: Keyring, public_url: &str) -> Self {
        let public_url = super::signed_url(public_url.trim_end_matches('/'));
        Self {
            rules: Arc::new(Rules {
                keyring,
                public_url,
                max_body: MAX_BODY,
            }),
        }
    }

    /// The largest body that is read, in bytes; 64 kB when nothing is said.
    #[must_use]
    pub fn max_body(self, max_body: usize) -> Self {
        let Rules {
            keyring,
            public_url,
            ..
        } = &*self.rules;
        let (keyring, public_url) = (keyring.clone(), public_url.clone());
        Self {
            rules: Arc::new(Rules {
                keyring,
                public_url,
                max_body,
            }),
        }
    }
}

impl<S> Layer<S> for SignatureLayer {
    type Service = CheckSignature<S>;
    fn layer(&self, inner: S) -> Self::Service {
        CheckSignature {
            inner,
            rules: Arc::clone(&self.rules),
        }
    }
}

/// Lets through what Twilio signed, with its body read whole; anything else gets a refusal.
///
/// A request without a signature that holds is answered 403, a body that is too large 413, one
/// that breaks off or is no form 400. A form's parameters ([`Params`]) are in the extensions of the
/// request that is let through, so that it need not be read again.
#[derive(Clone, Debug)]
pub struct CheckSignature<S> {
    inner: S,
    rules: Arc<Rules>,
}

type Refusal = (StatusCode, &'static str);

const FORBIDDEN: Refusal = (
    StatusCode::FORBIDDEN,
    "The X-Twilio-Signature is missing or does not hold: only Twilio may call this address. Check \
     that the public URL is the very address that Twilio calls, and that the auth token is that \
     account's.\n",
);

impl<S, B, R> Service<Request<B>> for CheckSignature<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    R: From<&'static str> + Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready is used, its copy stays for the next request.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let rules = Arc::clone(&self.rules);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            match rules.check(head, body).await {
                Ok(request) => inner.call(request).await,
                Err((status, text)) => {
                    let mut response = Response::new(R::from(text));
                    *response.status_mut() = status;
                    let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
                    response.headers_mut().insert(header::CONTENT_TYPE, kind);
                    Ok(response)
                }
            }
        })
    }
}

impl Rules {
    async fn check<B>(
        &self,
        mut head: request::Parts,
        body: B,
    ) -> Result<Request<Full<Bytes>>, Refusal>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Before the body is read: who has no signature gets none of our time.
        let signature = single(&head.headers, HEADER).ok_or(FORBIDDEN)?.to_owned();
        if head.headers.get_all(SETTINGS_HEADER).iter().count() > 1 {
            return Err(FORBIDDEN);
        }
        let settings = match head.headers.get(SETTINGS_HEADER) {
            None => None,
            Some(value) => Some(value.to_str().map_err(|_| FORBIDDEN)?),
        };
        let (key, algorithm) = self.keyring.find(settings).ok_or(FORBIDDEN)?;
        let body = Limited::new(body, self.max_body).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "The body is too large for a webhook.\n",
                )
            } else {
                (
                    StatusCode::BAD_REQUEST,
                    "The body broke off: send it again in full.\n",
                )
            }
        })?;
        let body = body.to_bytes();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", self.public_url);
        let holds = if is_form(&head.headers) && head.method != Method::GET {
            let params = Params::try_parse_form(&body).map_err(|_| {
                (
                    StatusCode::BAD_REQUEST,
                    "The form cannot be read: escape it as UTF-8 with %.\n",
                )
            })?;
            let holds = key.validate(algorithm, &url, params.pairs(), &signature);
            head.extensions.insert(params);
            holds
        } else if body.is_empty() {
            key.validate(algorithm, &url, &[], &signature)
        } else {
            key.validate_body(algorithm, &url, &body, &signature)
        };
        match holds {
            true => Ok(Request::from_parts(head, Full::new(body))),
            false => Err(FORBIDDEN),
        }
    }
}

/// The value of a header that is there once: two could be read differently by two readers.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values
        .next()
        .is_none()
        .then(|| value.to_str().ok())
        .flatten()
}

fn is_form(headers: &HeaderMap) -> bool {
    single(headers, header::CONTENT_TYPE.as_str()).is_some_and(|value| {
        let kind = value.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(FORM)
    })
}
