//! The private router: the token, the browser dialer and its socket, for this machine only.

mod guard;
mod page;
mod socket;
mod token;

#[cfg(test)]
mod tests;

use crate::{Host, refusal::Refusal};
use axum::{Router, middleware, response::IntoResponse, routing::get};
use guard::Guard;
use http::StatusCode;
use page::Files;
use std::{net::SocketAddr, sync::Arc};

/// What the private router must know.
#[derive(Clone, Debug)]
pub struct Private {
    /// The session secret: `Authorization: Bearer …`, or the socket's second subprotocol. Letters,
    /// digits, `-` and `_`, so that it fits in an address and a subprotocol.
    pub secret: twilio::Secret,
    /// Origins that may take the token from a page of their own, such as `http://localhost:3000`.
    pub allowed_origins: Vec<String>,
    /// Where the listener is bound. Requests must be addressed to it as `127.0.0.1:port` or
    /// `localhost:port`.
    pub address: SocketAddr,
    /// `host:port` of the sandbox's signalling, which the page may connect to; `None` is Twilio.
    pub signalling: Option<String>,
}

/// The routes of the private listener.
///
/// | Route | Wants | Answers |
/// |---|---|---|
/// | `GET /token` | the secret | the access token as plain text |
/// | `GET /app/socket` | the secret as subprotocol, our own origin | the frames of [`protocol::wire`] |
/// | `extra` | the secret | what its owner says |
/// | `GET /…` | nothing | the page's files |
///
/// Every one of them wants a `Host` that is our own address, and an `Origin`, when there is one,
/// that is ours (for the token: or a listed one). A fallback of `extra` is dropped.
pub fn private_router<H: Host>(host: H, private: Private, extra: Router) -> Router {
    router(host, private, extra, page::embedded)
}

fn router<H: Host>(host: H, private: Private, extra: Router, files: Files) -> Router {
    let guard = Arc::new(Guard::new(private));
    let guarded_extra = extra.reset_fallback().layer(middleware::from_fn_with_state(
        guard.clone(),
        guard::want_secret,
    ));
    let own = Router::new()
        .route(
            token::PATH,
            get(token::answer::<H>).options(token::preflight),
        )
        .route(protocol::wire::SOCKET_PATH, get(socket::open::<H>))
        .method_not_allowed_fallback(wrong_method)
        .with_state(Room {
            host,
            guard: guard.clone(),
        });
    own.merge(guarded_extra)
        .fallback(move |method, uri| page::answer(files, method, uri))
        .layer(middleware::from_fn_with_state(guard, guard::watch_the_door))
}

/// What the handlers share.
#[derive(Clone)]
struct Room<H> {
    host: H,
    guard: Arc<Guard>,
}

async fn wrong_method() -> impl IntoResponse {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "This address answers GET only: ask again with GET.",
    )
}
