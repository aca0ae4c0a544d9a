//! The public router: Twilio's webhooks, each refused unless its signature holds.

use crate::Host;
use axum::Router;
use phone::dial_plan::Line;
use std::sync::Arc;
use tokio::sync::watch;
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

/// The routes of the public listener.
pub fn public_router<H: Host>(_host: H, _webhooks: watch::Receiver<Arc<Webhooks>>) -> Router {
    Router::new()
}
