//! The public router: Twilio's webhooks, each refused unless its signature holds.

mod answers;
mod repeats;
mod webhooks;

#[cfg(test)]
mod tests;

pub use webhooks::Webhooks;

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
use http::{StatusCode, Uri};
use phone::{Webhook, dial_plan::Line};
use protocol::{Address, PhoneNumber};
use repeats::{Arrived, Asked, Repeats};
use std::{fmt::Display, sync::Arc};
use tokio::sync::watch;
use tracing::{info, warn};
use twilio::{signature::SignatureLayer, webhook::Params};

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
    let trusting = webhooks.clone();
    let signed = SignatureLayer::following(move || Arc::clone(&trusting.borrow().trust))
        .forms_only()
        .on_refusal(|head, refused| log_refusal(head.uri.path(), refused.status(), &refused));
    let room = Arc::new(Room {
        host,
        webhooks,
        repeats: Repeats::new(),
    });
    let mut router = Router::new();
    for route in Route::ALL {
        let handler = move |State(room): State<Arc<Room<H>>>, request: Request| async move {
            room.take(route, request).await
        };
        router = router.route(route.path(), post(handler).route_layer(signed.clone()));
    }
    router
        .route("/health", get(health))
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
    log_refusal(path, refusal.status, &refusal.sentence);
    refusal.into_response()
}

fn log_refusal(path: &str, status: StatusCode, sentence: &dyn Display) {
    warn!(
        path = protocol::number::mask_numbers(path),
        status = status.as_u16(),
        "refused a webhook: {sentence}"
    );
}

/// What the handlers share.
struct Room<H> {
    host: H,
    webhooks: watch::Receiver<Arc<Webhooks>>,
    repeats: Repeats,
}

impl<H: Host> Room<H> {
    /// Answers a request whose signature holds.
    async fn take(&self, route: Route, request: Request) -> Response {
        let mut head = request.into_parts().0;
        // Only a form gets here, with its parameters.
        let params = head.extensions.remove::<Params>().unwrap_or_default();
        let taken = match Asked::of(&head.headers) {
            Some(asked) => self.answer_once(route, asked, params).await,
            None => self.answer(route, params).await,
        };
        match taken {
            Ok(answer) => answer.into_response(head.headers),
            Err(refusal) => refused(route.path(), refusal),
        }
    }

    /// Answers, or repeats the answer when Twilio asks the same once more.
    async fn answer_once(
        &self,
        route: Route,
        asked: Asked,
        params: Params,
    ) -> Result<Answer, Refusal> {
        match self.repeats.arrive(asked) {
            Arrived::First(asking) => {
                let answer = self.answer(route, params).await?;
                asking.answered(answer.clone());
                Ok(answer)
            }
            Arrived::InProgress => Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "This very request is being answered: ask again in a second.",
            )),
            Arrived::Again(answer) => {
                info!(
                    path = route.path(),
                    "Twilio asked again and got the same answer"
                );
                Ok(answer)
            }
        }
    }

    async fn answer(&self, route: Route, params: Params) -> Result<Answer, Refusal> {
        let webhooks = Arc::clone(&self.webhooks.borrow());
        let Heard { answer, told } = answers::answer(route, params, &webhooks)?;
        if let Some(told) = told {
            log(route, &told, &webhooks.line);
            self.host.webhook(told).await;
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
                to = %masked(to, line),
                ?plan,
                "answered an outgoing call"
            );
        }
        Webhook::Incoming { from, .. } => {
            info!(path, from = %masked(from, line), "answered an incoming call");
        }
        Webhook::DialResult { status, .. } => info!(path, ?status, "heard how a Dial went"),
        Webhook::Status { status, .. } => info!(path, ?status, "heard how a leg fares"),
    }
}

/// An address for the log. What is none is not shown at all: it may be a number all the same.
fn masked(address: &str, line: &Line) -> String {
    // As Twilio writes numbers, and quicker to read than what people type.
    if let Ok(number) = PhoneNumber::e164(address) {
        return number.masked();
    }
    match Address::parse(address, line.caller_id.as_ref()) {
        Ok(Address::Number(number)) => number.masked(),
        Ok(Address::Client(name)) => format!("client:{}", name.as_str()),
        Err(reason) => format!("({reason})"),
    }
}
