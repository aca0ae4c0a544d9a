//! The access token: when one is made, made again after a failure, and renewed.

use crate::{Effect, Token};
use protocol::Timestamp;

/// Making a token may take so long (it may be fetched from elsewhere).
const MAKING_MS: u64 = 15_000;
/// After a failure, doubling.
const RETRY_MS: u64 = 1_000;
const RETRY_MAX_MS: u64 = 60_000;
/// A token is not renewed sooner than this. The SDK may say twice that it expires.
const RENEW_MS: u64 = 5_000;
/// A token with less life than this is not registered with.
const FRESH_MS: u64 = 10_000;

/// How far the next token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Making {
    /// None is wanted.
    Idle,
    /// [`Effect::MintToken`] is not answered.
    Asked { give_up_at: Timestamp },
    /// It failed, and is tried again.
    Again { at: Timestamp },
}

/// The token that is in use, and the next.
#[derive(Debug)]
pub(crate) struct Tokens {
    current: Option<Token>,
    made_at: Option<Timestamp>,
    making: Making,
    failures: u32,
    renew_at: Option<Timestamp>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self {
            current: None,
            made_at: None,
            making: Making::Idle,
            failures: 0,
            renew_at: None,
        }
    }

    /// The JWT of the last token.
    pub(crate) fn jwt(&self) -> Option<&str> {
        self.current.as_ref().map(|token| token.jwt.as_str())
    }

    /// Whether the last token can still be registered with.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.current
            .as_ref()
            .is_some_and(|token| token.expires_at > now.plus_ms(FRESH_MS))
    }

    /// When a failed attempt is repeated.
    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        match self.making {
            Making::Again { at } => Some(at),
            Making::Idle | Making::Asked { .. } => None,
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let making = match self.making {
            Making::Idle => None,
            Making::Asked { give_up_at } => Some(give_up_at),
            Making::Again { at } => Some(at),
        };
        making.into_iter().chain(self.renew_at).min()
    }

    /// Asks for a token, unless one is asked for already.
    pub(crate) fn ask(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        match self.making {
            Making::Idle | Making::Again { .. } => {
                let give_up_at = now.plus_ms(MAKING_MS);
                self.making = Making::Asked { give_up_at };
                out.push(Effect::MintToken);
            }
            Making::Asked { .. } => {}
        }
    }

    /// Asks for a token, unless the last one was made just now.
    pub(crate) fn ask_if_old(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let just_made = self.made_at.is_some_and(|at| now < at.plus_ms(RENEW_MS));
        if !just_made {
            self.ask(now, out);
        }
    }

    /// A token was made.
    pub(crate) fn made(&mut self, token: Token, now: Timestamp) {
        self.making = Making::Idle;
        self.failures = 0;
        self.made_at = Some(now);
        self.current = Some(token);
        self.renew_at = None;
    }

    /// Renews the token well before its end: a failing renewal has the last quarter of its life
    /// for trying again.
    pub(crate) fn renew_in_time(&mut self, now: Timestamp) {
        if let (Some(token), None) = (&self.current, self.renew_at) {
            let left_ms = token.expires_at.since_ms(now);
            self.renew_at = Some(now.plus_ms((left_ms / 4 * 3).max(RENEW_MS)));
        }
    }

    /// It could not be made; `again` says whether to repeat that.
    pub(crate) fn failed(&mut self, again: bool, now: Timestamp) {
        let wait_ms = (RETRY_MS << self.failures.min(8)).min(RETRY_MAX_MS);
        self.failures = self.failures.saturating_add(1);
        self.making = if again {
            let at = now.plus_ms(wait_ms);
            Making::Again { at }
        } else {
            Making::Idle
        };
    }

    /// The next failure waits as shortly as the first.
    pub(crate) fn forget_failures(&mut self) {
        self.failures = 0;
    }

    /// Neither renews nor tries again. A token that is asked for may still come.
    pub(crate) fn rest(&mut self) {
        self.renew_at = None;
        self.making = match self.making {
            Making::Again { .. } => Making::Idle,
            Making::Idle | Making::Asked { .. } => self.making,
        };
    }

    /// A deadline has come. True when the asking failed by silence.
    pub(crate) fn deadline(&mut self, now: Timestamp, out: &mut Vec<Effect>) -> bool {
        if self.renew_at.is_some_and(|at| at <= now) {
            self.renew_at = None;
            self.ask(now, out);
        }
        match self.making {
            Making::Asked { give_up_at } => give_up_at <= now,
            Making::Again { at } => {
                if at <= now {
                    self.ask(now, out);
                }
                false
            }
            Making::Idle => false,
        }
    }
}
