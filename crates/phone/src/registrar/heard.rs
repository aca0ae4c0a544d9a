//! What the SDK's Device says of the registration.

use super::{Link, Registrar};
use crate::Effect;
use protocol::{ErrorCode, Timestamp};

/// So many failed attempts in a row are shown as offline, however quickly they came.
const OFFLINE_AFTER_FAILURES: u32 = 3;
/// One failed attempt of the SDK is said by two errors, 31000 and 31005.
const SAME_FAILURE_MS: u64 = 250;
/// After a connection error without `unregistered`, the registration is doubted so much later.
const DOUBT_MS: u64 = 2_000;
/// The same for a while after a doubt, which the SDK has dispelled: an error that comes with every
/// registration is not to make a new Device every few seconds.
const DOUBT_AGAIN_MS: u64 = 30_000;
/// How long that while is.
const DOUBT_REMEMBERED_MS: u64 = 60_000;
/// After the SDK destroyed the Device by itself, doubling.
const AFTER_DESTROYED_MS: u64 = 1_000;

/// Whom a device error concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceError {
    /// It was about the registration, and is dealt with.
    Taken,
    /// It is something else.
    Other,
}

impl Registrar {
    /// The Device is registering.
    pub(crate) fn heard_registering(&mut self, now: Timestamp) {
        self.replacing_until = None;
        if let Link::Registered { .. } = self.link {
            self.lose(now);
        }
    }

    /// The Device is registered.
    pub(crate) fn heard_registered(&mut self, now: Timestamp) {
        if self.is_of_replaced(now) || !self.device {
            return;
        }
        self.link = Link::Registered { doubt_at: None };
        self.was_ready = true;
        self.offline = false;
        self.offline_at = None;
        self.failures = 0;
        self.last_failure = None;
        self.replaced = 0;
        self.replace_after_calls = false;
        self.renewed_expired = false;
        self.tokens.renew_in_time(now);
    }

    /// The Device is unregistered.
    pub(crate) fn heard_unregistered(&mut self, now: Timestamp) {
        if let (Link::Registered { .. }, false) = (self.link, self.is_of_replaced(now)) {
            self.lose(now);
        }
    }

    /// A Device was destroyed. True when it was not we who asked for it: its calls are lost.
    pub(crate) fn heard_destroyed(&mut self, now: Timestamp) -> bool {
        if self.is_of_replaced(now) {
            self.replacing_until = None;
            return false;
        }
        let had_device = self.device;
        self.device = false;
        match self.link {
            Link::Unconfirmed { .. } | Link::Registered { .. } if had_device => {
                let retry_at = now.plus_ms(AFTER_DESTROYED_MS << self.replaced.min(6));
                self.replaced = self.replaced.saturating_add(1);
                self.unconfirm(Link::Unconfirmed { retry_at }, now);
            }
            Link::NoPage
            | Link::Waiting
            | Link::Unconfirmed { .. }
            | Link::Registered { .. }
            | Link::SignedOut { .. } => {}
        }
        had_device
    }

    /// The SDK says that the token will expire soon.
    pub(crate) fn heard_token_will_expire(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        match self.link {
            Link::Waiting | Link::Unconfirmed { .. } | Link::Registered { .. } => {
                self.tokens.ask_if_old(now, out);
            }
            Link::NoPage | Link::SignedOut { .. } => {}
        }
    }

    /// A device error.
    pub(crate) fn heard_error(
        &mut self,
        code: ErrorCode,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> DeviceError {
        let of_replaced = self.is_of_replaced(now);
        match code.0 {
            // A message could not be sent, which is no news: the SDK says that it is unregistered
            // whenever it loses the connection (`pstream.ts` and `wstransport.ts` of 2.18.5). This
            // comes meanwhile, or of a call whose own connection is gone.
            31009 => {}
            31000..=31003 | 31005 | 53000 | 53001 => {
                if !of_replaced {
                    self.connection_failed(now);
                }
            }
            20104 | 31205 if !of_replaced => self.expired(code, now, out),
            // 31206 is not among them: a rate limit passes.
            20101 | 20104 | 20151 | 20157 | 31201..=31205 | 31207 => {
                if !of_replaced {
                    self.sign_out(code);
                }
            }
            _ => return DeviceError::Other,
        }
        DeviceError::Taken
    }

    /// Twilio says that the token is expired. One new token is tried.
    fn expired(&mut self, code: ErrorCode, now: Timestamp, out: &mut Vec<Effect>) {
        match self.link {
            Link::Unconfirmed { .. } | Link::Registered { .. } if self.renewed_expired => {
                self.sign_out(code);
            }
            Link::Unconfirmed { .. } | Link::Registered { .. } => {
                self.renewed_expired = true;
                self.want_token(now, out);
            }
            // The new one is on its way, or would not help.
            Link::NoPage | Link::Waiting | Link::SignedOut { .. } => {}
        }
    }

    fn connection_failed(&mut self, now: Timestamp) {
        let same = self
            .last_failure
            .is_some_and(|at| now.since_ms(at) < SAME_FAILURE_MS);
        if same {
            return;
        }
        self.last_failure = Some(now);
        match self.link {
            Link::Registered { doubt_at: None } => {
                let again = self
                    .doubted_at
                    .is_some_and(|at| now.since_ms(at) < DOUBT_REMEMBERED_MS);
                let doubt_ms = if again { DOUBT_AGAIN_MS } else { DOUBT_MS };
                let doubt_at = Some(now.plus_ms(doubt_ms));
                self.link = Link::Registered { doubt_at };
            }
            Link::Waiting | Link::Unconfirmed { .. } => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= OFFLINE_AFTER_FAILURES {
                    self.offline = true;
                    self.offline_at = None;
                }
            }
            Link::NoPage | Link::Registered { .. } | Link::SignedOut { .. } => {}
        }
    }

    fn is_of_replaced(&self, now: Timestamp) -> bool {
        self.replacing_until.is_some_and(|until| now < until)
    }
}
