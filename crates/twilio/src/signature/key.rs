//! Signing and checking with a key that is prepared once.

use super::{
    Algorithm,
    url::{Parts, query},
};
use crate::Secret;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// The query parameter with the hash of a body that is not a form.
const BODY_HASH: &str = "bodySHA256";

/// An auth token or shared key, prepared to sign and check many requests.
///
/// `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SigningKey {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
    /// Nothing holds for an empty secret: anybody could sign with it.
    is_secret: bool,
}

impl SigningKey {
    /// Prepares a secret.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        let secret = secret.expose().as_bytes();
        let proof = "HMAC takes a key of any length";
        Self {
            sha1: Hmac::new_from_slice(secret).expect(proof),
            sha256: Hmac::new_from_slice(secret).expect(proof),
            is_secret: !secret.is_empty(),
        }
    }

    /// Signs a request as Twilio does; see [`super::sign`].
    #[must_use]
    pub fn sign(&self, algorithm: Algorithm, url: &str, params: &[(String, String)]) -> String {
        self.sign_pieces(algorithm, &[url], &sorted(params))
    }

    /// Tells whether `signature` holds for a form request or a GET; see [`super::validate`].
    #[must_use]
    pub fn validate(
        &self,
        algorithm: Algorithm,
        url: &str,
        params: &[(String, String)],
        signature: &str,
    ) -> bool {
        let params = sorted(params);
        let holds = |pieces: &[&str]| {
            let expected = self.sign_pieces(algorithm, pieces, &params);
            bool::from(expected.as_bytes().ct_eq(signature.as_bytes()))
        };
        // Which spelling of the port was signed is no secret: the second is tried only if the
        // first does not hold.
        let holds = match Parts::of(url) {
            None => holds(&[url]),
            Some(parts) => {
                holds(&parts.pieces(None))
                    || holds(&parts.pieces(Some(parts.port.unwrap_or(parts.default_port()))))
            }
        };
        holds & self.is_secret
    }

    /// Tells whether `signature` holds for a body that is not a form; see
    /// [`super::validate_body`].
    #[must_use]
    pub fn validate_body(
        &self,
        algorithm: Algorithm,
        url: &str,
        body: &[u8],
        signature: &str,
    ) -> bool {
        let hash = hex(&Sha256::digest(body));
        let stated = query(url).and_then(|query| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == BODY_HASH)
                .map(|(_, value)| value.into_owned())
        });
        let body_holds = stated.map_or(Choice::from(0), |stated| {
            hash.as_bytes().ct_eq(stated.as_bytes())
        });
        // Both are always computed: the time tells nothing of which one failed.
        self.validate(algorithm, url, &[], signature) & bool::from(body_holds)
    }

    fn sign_pieces(&self, algorithm: Algorithm, url: &[&str], params: &Sorted<'_>) -> String {
        match algorithm {
            Algorithm::HmacSha1 => mac(self.sha1.clone(), url, params),
            Algorithm::HmacSha256 => mac(self.sha256.clone(), url, params),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

type Sorted<'a> = Vec<(&'a str, &'a str)>;

/// By name, then by value, byte by byte; what is there twice counts once.
fn sorted(params: &[(String, String)]) -> Sorted<'_> {
    let pairs = params.iter();
    let mut sorted: Sorted<'_> = pairs.map(|(name, value)| (&**name, &**value)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

fn mac<M: Mac>(mut mac: M, url: &[&str], params: &Sorted<'_>) -> String {
    // In one piece: many small ones take longer than the hash itself.
    let mut text = Vec::with_capacity(2048);
    for piece in url {
        text.extend_from_slice(piece.as_bytes());
    }
    for (name, value) in params {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(value.as_bytes());
    }
    mac.update(&text);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is a digit");
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}
