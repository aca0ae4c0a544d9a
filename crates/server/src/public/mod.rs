//! The public router: Twilio's webhooks, each refused unless its signature holds.

mod answers;
mod door;
mod retries;

#[cfg(test)]
mod tests;

use crate::{
    Host,
    refusal::{Refusal, plain},
};
use answers::{Answer, Heard};
use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use door::Letter;
use http::{StatusCode, Uri};
use phone::{Webhook, dial_plan::Line};
use protocol::Address;
use retries::{Key, Retries};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;
use tracing::{info, warn};
use twilio::sid::AccountSid;
use url::Url;

/// What the public router must know; it may change while the router serves.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Under which address Twilio reaches this router. It may have a path, which is put before
    /// `/voice/…`; then what stands in between must take it off again.
    pub public_url: Url,
    /// With what Twilio signs.
    pub auth_token: twilio::Secret,
    /// Whose webhooks are answered.
    pub account: AccountSid,
    /// Who we are, for the dial plan.
    pub line: Line,
}

impl Webhooks {
    /// The address at which Twilio reaches a path (with its query, if any) of this router.
    fn url(&self, path: &str) -> String {
        under(self.public_url.clone(), path)
    }

    /// The same as Twilio signs it: without a user name and password.
    fn signed_url(&self, path: &str) -> String {
        let mut base = self.public_url.clone();
        // These fail only for addresses that can have neither, and so have neither.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        under(base, path)
    }
}

fn under(mut base: Url, path: &str) -> String {
    base.set_query(None);
    base.set_fragment(None);
    format!("{}{path}", base.as_str().trim_end_matches('/'))
}

/// The webhooks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Route {
    Outgoing,
    OutgoingResult,
    Incoming,
    IncomingResult,
    Recorded,
    Status,
}

impl Route {
    const ALL: [Self; 6] = [
        Self::Outgoing,
        Self::OutgoingResult,
        Self::Incoming,
        Self::IncomingResult,
        Self::Recorded,
        Self::Status,
    ];

    fn path(self) -> &'static str {
        match self {
            Self::Outgoing => "/voice/outgoing",
            Self::OutgoingResult => "/voice/outgoing/result",
            Self::Incoming => "/voice/incoming",
            Self::IncomingResult => "/voice/incoming/result",
            Self::Recorded => "/voice/recorded",
            Self::Status => "/voice/status",
        }
    }
}

/// The routes of the public listener.
///
/// | Route | Twilio asks it | Answer |
/// |---|---|---|
/// | `POST /voice/outgoing` | what to do with a call from our client | Dial, or a spoken refusal |
/// | `POST /voice/outgoing/result` | what comes after that Dial | nothing: the call ends |
/// | `POST /voice/incoming` | what to do with a call to our number | Dial our client |
/// | `POST /voice/incoming/result` | what comes after that Dial | voicemail, or nothing |
/// | `POST /voice/recorded` | what comes after the message | thanks |
/// | `POST /voice/status` | nothing: it tells how a leg fares | 204 |
/// | `GET /health` | | `ok` |
///
/// At Twilio, the TwiML application's voice URL is the first, the number's is the third; the rest is
/// named by the answers. Signatures are checked against the configured public URL, whatever the
/// `Host` header says.
pub fn public_router<H: Host>(host: H, webhooks: watch::Receiver<Arc<Webhooks>>) -> Router {
    let room = Room {
        host,
        webhooks,
        retries: Arc::new(Mutex::new(Retries::default())),
    };
    let mut router = Router::new().route("/health", get(health));
    for route in Route::ALL {
        let handler =
            move |State(room): State<Room<H>>, request: Request| room.take(route, request);
        router = router.route(route.path(), post(handler));
    }
    router
        .method_not_allowed_fallback(wrong_method)
        .fallback(nothing_here)
        .with_state(room)
}

async fn health() -> Response {
    plain(StatusCode::OK, "ok\n".to_owned())
}

async fn wrong_method(uri: Uri) -> Response {
    let sentence = if uri.path() == "/health" {
        "This address answers GET only: ask again with GET."
    } else {
        "Webhooks are taken by POST only: set the method of this address to HTTP POST at Twilio."
    };
    refused(
        uri.path(),
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, sentence),
    )
}

async fn nothing_here(uri: Uri) -> Response {
    refused(
        uri.path(),
        Refusal::new(
            StatusCode::NOT_FOUND,
            "There is no webhook at this address: the voice URLs are /voice/outgoing for the TwiML \
             application and /voice/incoming for the number.",
        ),
    )
}

/// Says no, and says so in the log.
fn refused(path: &str, refusal: Refusal) -> Response {
    warn!(
        path = protocol::number::mask_numbers(path),
        status = refusal.status.as_u16(),
        "refused a webhook: {}",
        refusal.sentence
    );
    refusal.into_response()
}

/// What the handlers share.
#[derive(Clone)]
struct Room<H> {
    host: H,
    webhooks: watch::Receiver<Arc<Webhooks>>,
    retries: Arc<Mutex<Retries>>,
}

impl<H: Host> Room<H> {
    async fn take(self, route: Route, request: Request) -> Response {
        let webhooks = self.webhooks.borrow().clone();
        let taken = match door::open(request, &webhooks).await {
            Ok(letter) => self.answer_once(route, letter, &webhooks),
            Err(refusal) => Err(refusal),
        };
        match taken {
            Ok(answer) => answer.into_response(),
            Err(refusal) => refused(route.path(), refusal),
        }
    }

    /// Answers, or repeats the answer when Twilio asks the same once more.
    fn answer_once(
        &self,
        route: Route,
        letter: Letter,
        webhooks: &Webhooks,
    ) -> Result<Answer, Refusal> {
        let key = Key::of(route, &letter);
        // Nothing that runs under this lock can panic half way through a change of the cache.
        let mut retries = self.retries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = key.as_ref().and_then(|key| retries.get(key)) {
            info!(
                path = route.path(),
                "Twilio asked again and got the same answer"
            );
            return Ok(answer);
        }
        let Heard { answer, told } = answers::answer(route, letter.params, webhooks)?;
        if let Some(key) = key {
            retries.keep(key, answer.clone());
        }
        drop(retries);
        if let Some(told) = told {
            log(route, &told, &webhooks.line);
            self.host.webhook(told);
        }
        Ok(answer)
    }
}

fn log(route: Route, told: &Webhook, line: &Line) {
    let path = route.path();
    match told {
        Webhook::Outgoing { to, plan, .. } => {
            info!(
                path,
                to = masked(to, line),
                ?plan,
                "answered an outgoing call"
            );
        }
        Webhook::Incoming { from, .. } => {
            info!(path, from = masked(from, line), "answered an incoming call");
        }
        Webhook::DialResult { status, .. } => info!(path, ?status, "heard how a Dial went"),
        Webhook::Status { status, .. } => info!(path, ?status, "heard how a leg fares"),
    }
}

/// An address for the log. What is none is not shown at all: it may be a number all the same.
fn masked(address: &str, line: &Line) -> String {
    match Address::parse(address, line.caller_id.as_ref()) {
        Ok(Address::Number(number)) => number.masked(),
        Ok(Address::Client(name)) => format!("client:{}", name.as_str()),
        Err(reason) => format!("({reason})"),
    }
}
