//! Request signatures: the `X-Twilio-Signature` header of webhooks.
//!
//! Source: Twilio documentation, "Webhooks security" and "Validating requests", read in 2026;
//! checked against the helper libraries (see `tests/fixtures`).
//!
//! # Where the helper libraries disagree
//!
//! The cases are in `tests/fixtures/signature_choices.json`. The rule here is: *the URL is text*.
//! It is compared character by character, only its port may be missing or written.
//!
//! - Python takes a URL apart and writes it anew, so that a bare `?` at its end and a scheme in
//!   capitals are lost, and a port above 65535 raises. Twilio signed the text, so the text holds.
//! - Node also tries other spellings of the URL: `/` for no path, `%20` for `+`, `x=` for `x`,
//!   `'` for `%27`, `%C3%A9` for `é`. They are refused: a server knows the exact text of its URL,
//!   and each spelling more is a request more that one signature opens.
//! - Values repeated under one name are sorted by code points, as Python does, not by UTF-16 units;
//!   a parameter `__proto__` counts like any other, where Node loses it.
//! - HMAC-SHA256 (public beta, 2026) exists in Python only. An algorithm that is not known is
//!   refused, as Python does, instead of being taken for SHA-1.
//!
//! And where they agree it is stricter in one thing: nothing holds for an empty secret.
//!
//! # A warning
//!
//! Names and values are signed without anything between them: `{a: "bc"}` and `{ab: "c"}` have one
//! signature. Never act on a parameter whose name is not expected.

#[cfg(feature = "tower")]
mod body;
mod key;
#[cfg(feature = "tower")]
mod keyring;
#[cfg(feature = "tower")]
mod layer;
#[cfg(feature = "tower")]
mod refused;
mod settings;
mod url;

pub use key::SigningKey;
#[cfg(feature = "tower")]
pub use keyring::{Keyring, Trust};
#[cfg(feature = "tower")]
pub use layer::{CheckSignature, SignatureLayer};
#[cfg(feature = "tower")]
pub use refused::Refused;
pub use settings::{Algorithm, Settings, SettingsError};
pub use url::signed_url;

use crate::Secret;

/// The header in which Twilio sends the signature.
pub const HEADER: &str = "X-Twilio-Signature";
/// The header that says how it was signed, where that is not HMAC-SHA1 with the auth token.
pub const SETTINGS_HEADER: &str = "X-Twilio-Webhooks-Signature-Settings";

/// Signs a request as Twilio does: base64 of HMAC-SHA1 over the URL and the form's parameters.
///
/// `url` is taken as it is (see [`signed_url`]). Parameters are sorted by name, byte by byte;
/// values repeated under one name count once. A GET has no parameters: its URL holds them.
#[must_use]
pub fn sign(auth_token: &Secret, url: &str, params: &[(String, String)]) -> String {
    SigningKey::new(auth_token).sign(Algorithm::HmacSha1, url, params)
}

/// Tells whether `signature` holds for a form request (or, without parameters, a GET) to `url`.
///
/// Twilio drops or keeps the port by rules that depend on the product, so the URL counts both with
/// its port left out and with its scheme's port written. The comparison takes the same time
/// wherever the difference is. Nothing holds for an empty token: anybody could sign with it.
///
/// To check many requests, keep a [`SigningKey`].
#[must_use]
pub fn validate(
    auth_token: &Secret,
    url: &str,
    params: &[(String, String)],
    signature: &str,
) -> bool {
    SigningKey::new(auth_token).validate(Algorithm::HmacSha1, url, params, signature)
}

/// Tells whether `signature` holds for a request whose body is not a form, such as JSON.
///
/// Its URL must carry the body's hash as `bodySHA256`, hexadecimal; without one nothing vouches
/// for the body and the answer is no.
#[must_use]
pub fn validate_body(auth_token: &Secret, url: &str, body: &[u8], signature: &str) -> bool {
    SigningKey::new(auth_token).validate_body(Algorithm::HmacSha1, url, body, signature)
}
