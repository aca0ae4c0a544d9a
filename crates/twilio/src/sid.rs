//! Twilio's names for things: two letters that tell the kind, and 32 hexadecimal digits.
//!
//! Source: Twilio glossary, "String Identifier (SID)".

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Why a text is no SID of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {what}: it is {prefix} and 32 hexadecimal digits")]
pub struct SidError {
    /// The kind wanted, with its article.
    what: &'static str,
    prefix: &'static str,
}

const DIGITS: usize = 32;

fn check(text: &str, prefix: &'static str, what: &'static str) -> Result<(), SidError> {
    match text.strip_prefix(prefix) {
        Some(digits) if digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Ok(())
        }
        Some(_) | None => Err(SidError { what, prefix }),
    }
}

fn with_digits(prefix: &str, bytes: [u8; 16]) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let mut sid = String::with_capacity(prefix.len() + DIGITS);
    sid.push_str(prefix);
    for byte in bytes {
        sid.push(HEX[usize::from(byte >> 4)]);
        sid.push(HEX[usize::from(byte & 15)]);
    }
    sid
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a SID as Twilio writes it.
            ///
            /// # Errors
            /// When the prefix or the digits are not right.
            pub fn parse(text: &str) -> Result<Self, SidError> {
                check(text, $prefix, $what).map(|()| Self(text.to_owned()))
            }

            /// A new SID of 16 bytes, which the caller draws at random.
            #[must_use]
            pub fn random(bytes: [u8; 16]) -> Self {
                Self(with_digits($prefix, bytes))
            }

            /// The SID as Twilio writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = SidError;
            fn from_str(text: &str) -> Result<Self, SidError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = SidError;
            fn try_from(text: String) -> Result<Self, SidError> {
                check(&text, $prefix, $what).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(sid: $name) -> Self {
                sid.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

sid!(
    /// An account: `AC…`.
    AccountSid, "AC", "an account SID"
);
sid!(
    /// An API key: `SK…`.
    KeySid, "SK", "an API key SID"
);
sid!(
    /// A TwiML application: `AP…`.
    ApplicationSid, "AP", "a TwiML application SID"
);
sid!(
    /// A call leg: `CA…`.
    CallSid, "CA", "a call SID"
);
sid!(
    /// A recording: `RE…`.
    RecordingSid, "RE", "a recording SID"
);
sid!(
    /// A phone number of an account: `PN…`.
    NumberSid, "PN", "a phone number SID"
);
sid!(
    /// A push credential, which wakes a mobile device: `CR…`.
    PushCredentialSid, "CR", "a push credential SID"
);
sid!(
    /// A conference: `CF…`.
    ConferenceSid, "CF", "a conference SID"
);
sid!(
    /// A transcription of a recording: `TR…`.
    TranscriptionSid, "TR", "a transcription SID"
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_what_a_sid_looks_like_when_it_is_not_one() {
        for text in [
            "",
            "AC",
            "AC0123456789abcdef0123456789abcde",
            "AC0123456789abcdef0123456789abcdef0",
            "SK0123456789abcdef0123456789abcdef",
            "ac0123456789abcdef0123456789abcdef",
            "AC0123456789abcdef0123456789abcdeg",
            " AC0123456789abcdef0123456789abcdef",
            "AC0123456789abcdef0123456789abcdé",
        ] {
            let error = AccountSid::parse(text).unwrap_err().to_string();
            assert_eq!(
                error, "not an account SID: it is AC and 32 hexadecimal digits",
                "{text:?}"
            );
        }
    }

    #[test]
    fn serde_refuses_what_parse_refuses() {
        let json = "\"CA0123456789abcdef0123456789ABCDEF\"";
        let sid: CallSid = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&sid).unwrap(), json);
        assert!(serde_json::from_str::<CallSid>("\"CA\"").is_err());
    }

    proptest! {
        #[test]
        fn every_random_sid_is_one(bytes in any::<[u8; 16]>()) {
            let sid = CallSid::random(bytes);
            prop_assert_eq!(CallSid::parse(sid.as_str()), Ok(sid));
        }

        #[test]
        fn never_panics_on_rubbish(text in "(AC)?.{0,40}") {
            let _ = AccountSid::parse(&text);
        }
    }
}
