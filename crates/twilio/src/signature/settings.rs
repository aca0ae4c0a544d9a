//! The header that says how a request was signed.

use std::fmt;

/// How a request is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC-SHA1: what Twilio does unless told otherwise.
    #[default]
    HmacSha1,
    /// HMAC-SHA256: public beta since 2026, with a shared key.
    HmacSha256,
}

impl Algorithm {
    /// The word that Twilio uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC_SHA1",
            Self::HmacSha256 => "HMAC_SHA256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What `X-Twilio-Webhooks-Signature-Settings` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The name of the shared key that signed, such as `webhooks_sharedkey_…`; `None` is the
    /// account's auth token.
    pub key: Option<String>,
    /// How it signed.
    pub algorithm: Algorithm,
}

/// Why the header was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Neither HMAC_SHA1 nor HMAC_SHA256.
    #[error("the signature settings name an algorithm that is not known")]
    UnknownAlgorithm,
    /// The header has more than a kilobyte.
    #[error("the signature settings are longer than 1024 bytes")]
    TooLong,
}

const MAX_HEADER: usize = 1024;

impl Settings {
    /// Reads the header; one that is missing or says nothing means HMAC-SHA1 with the auth token.
    ///
    /// The form is `name=value`, separated by commas; names that are not known are passed over, of
    /// two with one name the first counts. All as Twilio's Python library does it, except that an
    /// unknown algorithm is refused here and not later.
    ///
    /// # Errors
    /// When the algorithm is not known, or the header is too long.
    pub fn parse(header: Option<&str>) -> Result<Self, SettingsError> {
        let header = header.unwrap_or_default();
        if header.len() > MAX_HEADER {
            return Err(SettingsError::TooLong);
        }
        let value = |wanted: &str| {
            let pairs = header.split(',').filter_map(|pair| pair.split_once('='));
            let mut found = pairs.filter(|(name, _)| name.trim() == wanted);
            found.next().map(|(_, value)| value.trim())
        };
        let algorithm = match value("algorithm") {
            None | Some("" | "HMAC_SHA1") => Algorithm::HmacSha1,
            Some("HMAC_SHA256") => Algorithm::HmacSha256,
            Some(_) => return Err(SettingsError::UnknownAlgorithm),
        };
        let key = value("key").filter(|name| !name.is_empty());
        Ok(Self {
            key: key.map(str::to_owned),
            algorithm,
        })
    }
}
