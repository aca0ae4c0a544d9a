//! Why a request was not let through.

use http::StatusCode;
use std::fmt;

/// Why [`super::CheckSignature`] let a request not through.
///
/// `Display` is a sentence for whoever asked, with what to do; it holds nothing of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// No `X-Twilio-Signature`, or more than one. 403.
    NoSignature,
    /// `X-Twilio-Webhooks-Signature-Settings` is not understood or names a key that is not in the
    /// [`super::Keyring`]. 403.
    UnknownKey,
    /// The signature is of something else. 403.
    DoesNotHold,
    /// Not a form, and only forms are taken. 415.
    NotAForm,
    /// A form with an escape that is none, or not UTF-8. 400.
    BadForm,
    /// The body has more than so many bytes. 413.
    TooLarge {
        /// The most that are taken.
        max_body: usize,
    },
    /// The body did not arrive within so many seconds. 408.
    TooSlow {
        /// The longest it may take.
        seconds: u64,
    },
    /// The connection broke before the body's end. 400.
    BrokeOff,
}

impl Refused {
    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::NoSignature | Self::UnknownKey | Self::DoesNotHold => StatusCode::FORBIDDEN,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadForm | Self::BrokeOff => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSignature => {
                "The X-Twilio-Signature header is missing: only Twilio may call this address."
            }
            Self::UnknownKey => {
                "The X-Twilio-Webhooks-Signature-Settings header names a key or an algorithm that \
                 is not known here: give this server that shared key, or let Twilio sign with the \
                 auth token."
            }
            Self::DoesNotHold => {
                "The X-Twilio-Signature does not hold for this request: check that the public URL \
                 is the very address that Twilio calls, and that the auth token is that account's."
            }
            Self::NotAForm => {
                "A webhook is a form: send it with Content-Type application/x-www-form-urlencoded."
            }
            Self::BadForm => {
                "The form cannot be read: escape its values as UTF-8 with %, as Twilio does."
            }
            Self::TooLarge { max_body } if max_body % 1024 == 0 => {
                let kb = max_body / 1024;
                return write!(f, "The body is too large: a webhook has at most {kb} kB.");
            }
            Self::TooLarge { max_body } => {
                return write!(
                    f,
                    "The body is too large: a webhook has at most {max_body} bytes."
                );
            }
            Self::TooSlow { seconds } => {
                return write!(
                    f,
                    "The body did not arrive within {seconds} seconds: send it again."
                );
            }
            Self::BrokeOff => "The body broke off: send it again in full.",
        })
    }
}
