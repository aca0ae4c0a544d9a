//! What the public router must know.

use super::Route;
use phone::dial_plan::Line;
use std::{fmt, sync::Arc};
use twilio::{
    Secret,
    sid::AccountSid,
    signature::{Keyring, Trust},
};
use url::Url;

/// What the public router must know; it may change while the router serves.
///
/// All that can be worked out before a request comes is worked out here.
#[derive(Clone)]
pub struct Webhooks {
    /// Who may sign.
    pub(super) trust: Arc<Trust>,
    /// Whose webhooks are answered.
    pub(super) account: AccountSid,
    /// Who we are, for the dial plan.
    pub(super) line: Line,
    /// The address of each route, in the order of [`Route::ALL`].
    urls: [String; Route::ALL.len()],
}

impl Webhooks {
    /// Answers the webhooks of `account`, signed with `auth_token`.
    ///
    /// `public_url` is the address under which Twilio reaches the router. It may have a path, which
    /// is put before `/voice/…`; then what stands in between must take it off again.
    #[must_use]
    pub fn new(mut public_url: Url, auth_token: &Secret, account: AccountSid, line: Line) -> Self {
        public_url.set_query(None);
        public_url.set_fragment(None);
        let base = public_url.as_str().trim_end_matches('/');
        Self {
            urls: Route::ALL.map(|route| [base, route.path()].concat()),
            // Twilio signs neither user name nor password, and who trusts a URL leaves out both.
            trust: Arc::new(Trust::new(Keyring::new(auth_token), base)),
            account,
            line,
        }
    }

    /// The address at which Twilio reaches a route.
    pub(super) fn url(&self, route: Route) -> &str {
        &self.urls[route as usize]
    }
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The public URL may hold a password.
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}
