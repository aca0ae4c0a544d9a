//! Whether an access token opens the door.

use super::frames::Listen;
use super::session::Admitted;
use crate::exchange::Switchboard;
use crate::log::now_ms;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use tokio::time::Instant;
use twilio::token;

/// A token that is not taken: Twilio's code, and why.
pub(super) type Refusal = (u32, String);

/// Checks a token as Twilio does: key, signature, dates, account, grants; and the faults that are
/// on.
pub(super) fn check(board: &Switchboard, listen: &Listen) -> Result<Admitted, Refusal> {
    if let Some(code) = board.faults().get().refuse_registration {
        return Err(refused_by_fault(code));
    }
    let token_mark = mark(&listen.token);
    if board.is_expired(token_mark) {
        return Err((20104, "the access token has expired".to_owned()));
    }
    let account = board.account();
    let refusal = |error: token::VerifyError| (error.twilio_code(), error.to_string());
    let key = token::peek_key(&listen.token).map_err(refusal)?;
    let Some(secret) = board.rest().key_secret(key.as_str()) else {
        return Err((
            20101,
            "the access token is of an unknown API key".to_owned(),
        ));
    };
    let now_ms = now_ms();
    let claims = token::verify(&listen.token, &secret, now_ms / 1_000).map_err(refusal)?;
    if claims.account != account.account_sid {
        return Err((20101, "the access token is of another account".to_owned()));
    }
    if !claims.incoming && claims.application.is_none() {
        return Err((20101, "the access token has no voice grant".to_owned()));
    }
    let life_ms = (claims.expires_at_s * 1_000).saturating_sub(now_ms);
    Ok(Admitted {
        claims,
        token_mark,
        expires: Instant::now() + Duration::from_millis(life_ms),
        reconnect: Duration::from_secs(listen.reconnect_timeout_s)
            .min(board.config().timing.reconnect_limit),
    })
}

/// What the fault "refuse registration" says.
pub(super) fn refused_by_fault(code: u32) -> Refusal {
    (code, "refused by the sandbox's fault".to_owned())
}

/// A number by which a token is known again without keeping it.
fn mark(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}
