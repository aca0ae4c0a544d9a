//! When a request is sent again, and after how long.

/// How often a request is sent, and how long is waited in between.
///
/// Before try n+1 a time between half and all of `base_ms` times 2^(n-1) is waited, at most
/// `max_ms`: many clients that were refused together do not come back together. When Twilio says
/// how long to wait (`Retry-After`), at least that long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often it is sent at most; 1 is never again.
    pub tries: u32,
    /// The first wait, in milliseconds.
    pub base_ms: u64,
    /// The longest wait, in milliseconds.
    pub max_ms: u64,
    /// The longest `Retry-After` that is waited for, in milliseconds; a longer one is an error at
    /// once.
    pub max_asked_ms: u64,
}

impl Default for Retry {
    /// Four tries, 0.5 s to 8 s; Twilio may ask for 30 s.
    fn default() -> Self {
        Self {
            tries: 4,
            base_ms: 500,
            max_ms: 8_000,
            max_asked_ms: 30_000,
        }
    }
}

impl Retry {
    /// Sends every request once.
    #[must_use]
    pub fn never() -> Self {
        Self {
            tries: 1,
            ..Self::default()
        }
    }

    /// How long to wait after so many tries failed, in milliseconds; `None` is to give up.
    ///
    /// `asked_s` is what Twilio asked for, `chance` any number drawn at random.
    #[must_use]
    pub fn wait_ms(&self, failed: u32, asked_s: Option<u64>, chance: u64) -> Option<u64> {
        if failed == 0 || failed >= self.tries {
            return None;
        }
        let asked_ms = asked_s.unwrap_or(0).saturating_mul(1000);
        if asked_ms > self.max_asked_ms {
            return None;
        }
        let doubled = 1_u64.checked_shl(failed - 1).unwrap_or(u64::MAX);
        let longest = self.base_ms.saturating_mul(doubled).min(self.max_ms);
        let half = longest / 2;
        let wait = longest - half + chance % half.saturating_add(1);
        Some(wait.saturating_add(asked_ms))
    }
}

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Whenever it failed: twice has the same effect as once.
    Harmless,
    /// Only when Twilio refused it unseen, or it never got there: it makes something new.
    IfRefused,
    /// Never: it costs money.
    Never,
}
