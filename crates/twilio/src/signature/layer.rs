//! The check as a tower layer: what does not come from Twilio never reaches the service behind it.

use super::{HEADER, Keyring, Refused, SETTINGS_HEADER, Trust, body::Limits};
use crate::webhook::Params;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header, request};
use http_body::Body;
use http_body_util::Full;
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tower::{Layer, Service};

const FORM: &str = "application/x-www-form-urlencoded";
/// Twilio's own bodies have a few kilobytes.
const MAX_BODY: usize = 64 * 1024;
/// Twilio itself gives up after 15 s.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Puts [`CheckSignature`] before a service.
#[derive(Clone, Debug)]
pub struct SignatureLayer {
    rules: Arc<Rules>,
}

type Told = dyn Fn(&request::Parts, Refused) + Send + Sync;

#[derive(Clone)]
struct Rules {
    trust: Arc<dyn Fn() -> Arc<Trust> + Send + Sync>,
    limits: Limits,
    forms_only: bool,
    told: Option<Arc<Told>>,
}

impl SignatureLayer {
    /// Checks requests that Twilio sends to `public_url` and what lies below it; see [`Trust::new`].
    #[must_use]
    pub fn new(keyring: Keyring, public_url: &str) -> Self {
        let trust = Arc::new(Trust::new(keyring, public_url));
        Self::following(move || Arc::clone(&trust))
    }

    /// Checks requests against what `trust` gives at that moment, for keys and addresses that
    /// change while the service runs. It is asked for each request, so it should be quick.
    #[must_use]
    pub fn following(trust: impl Fn() -> Arc<Trust> + Send + Sync + 'static) -> Self {
        Self {
            rules: Arc::new(Rules {
                trust: Arc::new(trust),
                limits: Limits {
                    max_body: MAX_BODY,
                    body_time: BODY_TIME,
                },
                forms_only: false,
                told: None,
            }),
        }
    }

    /// The largest body that is read, in bytes; 64 kB when nothing is said.
    #[must_use]
    pub fn max_body(self, max_body: usize) -> Self {
        self.with(|rules| rules.limits.max_body = max_body)
    }

    /// How long a body may take to arrive; 10 s when nothing is said.
    #[must_use]
    pub fn body_time(self, body_time: Duration) -> Self {
        self.with(|rules| rules.limits.body_time = body_time)
    }

    /// Refuses what is no form, as all of Twilio's voice webhooks are, by its `Content-Type`.
    #[must_use]
    pub fn forms_only(self) -> Self {
        self.with(|rules| rules.forms_only = true)
    }

    /// Tells of each refusal, for a log.
    #[must_use]
    pub fn on_refusal(
        self,
        told: impl Fn(&request::Parts, Refused) + Send + Sync + 'static,
    ) -> Self {
        self.with(|rules| rules.told = Some(Arc::new(told)))
    }

    fn with(self, change: impl FnOnce(&mut Rules)) -> Self {
        let mut rules = Arc::unwrap_or_clone(self.rules);
        change(&mut rules);
        Self {
            rules: Arc::new(rules),
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

/// Lets through what Twilio signed, with its body read whole; anything else gets a [`Refused`] as
/// a line of plain text.
///
/// A form's parameters ([`Params`]) are in the extensions of the request that is let through, so
/// that it need not be read again.
#[derive(Clone, Debug)]
pub struct CheckSignature<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S, B, R> Service<Request<B>> for CheckSignature<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    R: From<String> + Send,
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
            let (mut head, body) = request.into_parts();
            match rules.check(&mut head, body).await {
                Ok(body) => {
                    let request = Request::from_parts(head, Full::new(body));
                    inner.call(request).await
                }
                Err(refused) => {
                    if let Some(told) = &rules.told {
                        told(&head, refused);
                    }
                    Ok(answer(refused))
                }
            }
        })
    }
}

fn answer<R: From<String>>(refused: Refused) -> Response<R> {
    let mut response = Response::new(R::from(format!("{refused}\n")));
    *response.status_mut() = refused.status();
    let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

impl Rules {
    /// Reads the body and checks the signature; what can be refused by the head alone gets none of
    /// our time for its body.
    async fn check<B: Body>(&self, head: &mut request::Parts, body: B) -> Result<Bytes, Refused> {
        let is_form = is_form(&head.headers);
        if self.forms_only && !is_form {
            return Err(Refused::NotAForm);
        }
        let signature = single(&head.headers, HEADER).ok_or(Refused::NoSignature)?;
        let trust = (self.trust)();
        let settings = match head.headers.get(SETTINGS_HEADER) {
            None => None,
            Some(_) => Some(single(&head.headers, SETTINGS_HEADER).ok_or(Refused::UnknownKey)?),
        };
        let (key, algorithm) = trust.keyring.find(settings).ok_or(Refused::UnknownKey)?;
        let body = self.limits.read(body).await?;
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = [&trust.public_url, path].concat();
        let holds = if is_form && head.method != Method::GET {
            let params = Params::try_parse_form(&body).map_err(|_| Refused::BadForm)?;
            let holds = key.validate(algorithm, &url, params.pairs(), signature);
            head.extensions.insert(params);
            holds
        } else if body.is_empty() {
            key.validate(algorithm, &url, &[], signature)
        } else {
            key.validate_body(algorithm, &url, &body, signature)
        };
        match holds {
            true => Ok(body),
            false => Err(Refused::DoesNotHold),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("limits", &self.limits)
            .field("forms_only", &self.forms_only)
            .finish_non_exhaustive()
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
