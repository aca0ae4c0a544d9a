//! Access tokens: the JWT with which a Voice SDK device registers.
//!
//! Source: Twilio documentation, "Access tokens", read in 2026; checked against the helper
//! libraries (see `tests/fixtures`), from which it differs on purpose in this:
//!
//! - What Twilio refuses is refused before it is signed: a life over 24 hours, an identity that no
//!   Voice SDK device can have, an empty secret. The libraries sign it.
//! - Tokens are always HS256, as the documentation says; the Node library also takes HS384 and
//!   HS512, which Twilio does not document.
//! - A grant with an application but without parameters has no `params`; Python leaves an empty
//!   one out, Node writes `{}`.
//! - A life of 0 seconds is refused; Node makes an hour of it.

mod grant;
mod verify;

pub use grant::{AccessToken, VoiceGrant};
pub use verify::{Claims, VerifyError, peek_key, verify};

use crate::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid},
};
use std::fmt;

/// The longest life that Twilio takes: a day.
pub const MAX_TTL_S: u64 = 86_400;
/// The longest identity that a Voice SDK device can have.
pub const MAX_IDENTITY: usize = 121;
/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;

const CONTENT_TYPE: &str = "twilio-fpa;v=1";
const REGION: &str = "twr";
/// The header of a token without a region: what nearly all have.
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256","cty":"twilio-fpa;v=1"}"#;

/// What a token of a Voice SDK device is to say; [`AccessToken`] can say more.
///
/// `Debug` shows no parameter: they may hold phone numbers.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Whose account.
    pub account: &'a AccountSid,
    /// The API key that signs; a Main or Standard one.
    pub key: &'a KeySid,
    /// That key's secret.
    pub secret: &'a Secret,
    /// The device's name: 1 to 121 letters, digits and `_`.
    pub identity: &'a str,
    /// The TwiML application that answers outgoing calls; without one the device cannot call.
    pub application: Option<&'a ApplicationSid>,
    /// Parameters posted to that application with every call; left out when there is none.
    pub params: &'a [(String, String)],
    /// Whether the device may be called.
    pub incoming: bool,
    /// How long the token lives: 1 to 86 400 seconds.
    pub ttl_s: u64,
    /// Twilio's region, such as `ie1`; `None` is `us1`.
    pub region: Option<&'a str>,
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("key", self.key)
            .field("identity", &self.identity)
            .field("outgoing", &self.application.is_some())
            .field("incoming", &self.incoming)
            .field("ttl_s", &self.ttl_s)
            .finish_non_exhaustive()
    }
}

/// Why a token was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No identity.
    #[error("the identity is empty")]
    EmptyIdentity,
    /// The identity has more than 121 characters.
    #[error("the identity is longer than 121 characters")]
    LongIdentity,
    /// The identity has a character that Twilio does not take.
    #[error("the identity has a character other than letters, digits and _")]
    BadIdentity,
    /// The API key's secret is empty.
    #[error("the API key's secret is empty")]
    EmptySecret,
    /// It would not live at all: its end is not after now, or not after its beginning.
    #[error("the token's life is 0 seconds")]
    ZeroLife,
    /// It would live longer than Twilio takes.
    #[error("the token's life is longer than 24 hours")]
    LongLife,
    /// Not a region's name.
    #[error("the region has a character other than letters and digits")]
    BadRegion,
    /// A grant of another product has a name that is empty or taken: `identity` and `voice`.
    #[error("a grant's name is empty, identity or voice")]
    BadGrant,
    /// The JWT could not be signed.
    #[error("the token could not be signed")]
    Sign,
}

/// Makes a token, dated `now_s` (seconds since 1970-01-01 UTC).
///
/// It says when it was made (`iat`), not from when it holds (`nbf`): a clock that is a little fast
/// would make a token that Twilio refuses.
///
/// # Errors
/// When Twilio would not take it.
pub fn mint(request: &TokenRequest<'_>, now_s: u64) -> Result<String, TokenError> {
    let voice = grant::VoiceView {
        incoming: request.incoming,
        application: request.application,
        params: request.params,
        push_credential: None,
        endpoint: None,
    };
    let TokenRequest {
        account,
        key,
        secret,
        identity,
        ttl_s,
        region,
        ..
    } = *request;
    let mut token = AccessToken::new(account, key, secret, identity).ttl_s(ttl_s);
    if let Some(region) = region {
        token = token.region(region);
    }
    token.mint_with(Some(voice), now_s)
}
