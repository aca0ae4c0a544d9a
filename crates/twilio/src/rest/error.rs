//! What can go wrong with a request.

use super::codes::{self, ErrorKind};
use serde::Deserialize;
use std::fmt;

/// Why a request to Twilio did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// A value cannot be sent.
    #[error("{field}: {reason}")]
    Argument {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// TLS or the connections could not be set up on this machine.
    #[error("the HTTPS client could not be set up")]
    Setup(#[source] reqwest::Error),
    /// Twilio was not reached, or the line broke.
    #[error("twilio was not reached")]
    Line(#[source] reqwest::Error),
    /// Twilio did not answer in time. What was asked for may have been done all the same.
    #[error("twilio did not answer in time")]
    Timeout,
    /// The answer is larger than what is read.
    #[error("twilio's answer is larger than {limit} bytes")]
    TooLarge {
        /// How much is read, in bytes.
        limit: usize,
    },
    /// The answer is not what the documentation says.
    #[error("twilio's answer was not understood")]
    Answer(#[source] serde_json::Error),
    /// The answer leads to another place than Twilio's.
    #[error("twilio's answer leads to an address that is not followed")]
    Astray,
    /// Twilio said no.
    #[error(transparent)]
    Twilio(#[from] TwilioError),
}

impl RestError {
    /// Twilio's own error, if it is one.
    #[must_use]
    pub fn twilio(&self) -> Option<&TwilioError> {
        match self {
            Self::Twilio(error) => Some(error),
            Self::Argument { .. }
            | Self::Setup(_)
            | Self::Line(_)
            | Self::Timeout
            | Self::TooLarge { .. }
            | Self::Answer(_)
            | Self::Astray => None,
        }
    }
}

/// Takes the URL out of the error: its query may hold phone numbers.
pub(super) fn of_line(error: reqwest::Error) -> RestError {
    match error.is_timeout() {
        true => RestError::Timeout,
        false => RestError::Line(error.without_url()),
    }
}

/// An error that Twilio answered with.
///
/// Neither `Display` nor `Debug` shows Twilio's own message: it repeats phone numbers.
#[derive(Clone, PartialEq, Eq)]
pub struct TwilioError {
    /// The HTTP status.
    pub status: u16,
    /// Twilio's code, such as 21211; none when something before Twilio answered.
    pub code: Option<u32>,
    /// Twilio's message, for the user's eyes only; empty when there is none.
    pub message: String,
    /// Where Twilio explains it.
    pub more_info: Option<String>,
    /// `Retry-After`: how long to wait before asking again, in seconds.
    pub retry_after_s: Option<u64>,
}

#[derive(Deserialize)]
struct Body {
    code: Option<u32>,
    message: Option<String>,
    more_info: Option<String>,
}

impl TwilioError {
    /// Reads the body of an answer that is no success; any bytes can be read.
    #[must_use]
    pub fn read(status: u16, retry_after_s: Option<u64>, body: &[u8]) -> Self {
        let body = serde_json::from_slice::<Body>(body).ok();
        let (code, message, more_info) = body.map_or((None, None, None), |body| {
            (body.code, body.message, body.more_info)
        });
        Self {
            status,
            code,
            message: message.unwrap_or_default(),
            more_info,
            retry_after_s,
        }
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        codes::find(self.code, self.status).kind
    }

    /// What happened, in a plain sentence.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        codes::find(self.code, self.status).sentence
    }

    /// What to do about it, in a plain sentence.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        codes::find(self.code, self.status).remedy
    }
}

impl fmt::Display for TwilioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, code, .. } = self;
        match code {
            Some(code) => write!(
                f,
                "twilio error {code} (HTTP {status}): {}",
                self.sentence()
            ),
            None => write!(f, "HTTP {status}: {}", self.sentence()),
        }
    }
}

impl fmt::Debug for TwilioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioError")
            .field("status", &self.status)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for TwilioError {}
