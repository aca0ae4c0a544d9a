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
        let mut signature = [0; LONGEST];
        self.sign_pieces(algorithm, &[url], &sorted(params), &mut signature)
            .to_owned()
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
        let given = signature.as_bytes();
        // How long a signature is, is no secret: what is none costs nothing.
        if given.len() != encoded_len(algorithm) {
            return false;
        }
        let params = sorted(params);
        let holds = |pieces: &[&str]| {
            let mut expected = [0; LONGEST];
            let expected = self.sign_pieces(algorithm, pieces, &params, &mut expected);
            bool::from(expected.as_bytes().ct_eq(given))
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

    fn sign_pieces<'s>(
        &self,
        algorithm: Algorithm,
        url: &[&str],
        params: &Sorted<'_>,
        signature: &'s mut [u8; LONGEST],
    ) -> &'s str {
        match algorithm {
            Algorithm::HmacSha1 => mac(self.sha1.clone(), url, params, signature),
            Algorithm::HmacSha256 => mac(self.sha256.clone(), url, params, signature),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

type Sorted<'a> = Vec<(u64, &'a str, &'a str)>;

/// By name, then by value, byte by byte; what is there twice counts once.
fn sorted(params: &[(String, String)]) -> Sorted<'_> {
    let pairs = params.iter();
    let mut sorted: Sorted<'_> = pairs
        .map(|(name, value)| (beginning(name), &**name, &**value))
        .collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

/// The first eight bytes, which order names as the whole names do where they differ: most names
/// are then compared as numbers.
fn beginning(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = name.len().min(bytes.len());
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

/// The length of the longest signature in base64, that of HMAC-SHA256.
const LONGEST: usize = 44;

/// How long a signature is in base64.
fn encoded_len(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::HmacSha1 => 28,
        Algorithm::HmacSha256 => LONGEST,
    }
}

fn mac<'s, M: Mac>(
    mac: M,
    url: &[&str],
    params: &Sorted<'_>,
    signature: &'s mut [u8; LONGEST],
) -> &'s str {
    let mut pieces = Pieces::to(mac);
    for piece in url {
        pieces.push(piece.as_bytes());
    }
    for (_, name, value) in params {
        pieces.push(name.as_bytes());
        pieces.push(value.as_bytes());
    }
    let hash = pieces.finish().finalize().into_bytes();
    let length = STANDARD
        .encode_slice(hash, signature)
        .expect("the longest hash has 32 bytes");
    std::str::from_utf8(&signature[..length]).expect("base64 is ASCII")
}

/// Joins small pieces before they are hashed: one by one they take longer than the hash itself.
struct Pieces<M> {
    mac: M,
    joined: [u8; 512],
    len: usize,
}

impl<M: Mac> Pieces<M> {
    fn to(mac: M) -> Self {
        Self {
            mac,
            joined: [0; 512],
            len: 0,
        }
    }

    fn push(&mut self, piece: &[u8]) {
        let end = self.len + piece.len();
        if let Some(room) = self.joined.get_mut(self.len..end) {
            room.copy_from_slice(piece);
            self.len = end;
            return;
        }
        self.mac.update(&self.joined[..self.len]);
        self.len = 0;
        match self.joined.get_mut(..piece.len()) {
            Some(room) => {
                room.copy_from_slice(piece);
                self.len = piece.len();
            }
            None => self.mac.update(piece),
        }
    }

    fn finish(mut self) -> M {
        self.mac.update(&self.joined[..self.len]);
        self.mac
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is a digit");
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_length_are_signed_as_if_in_one_piece() {
        let secret = Secret::new("2bd9e9638872de601313dc77410d3b23");
        let key = SigningKey::new(&secret);
        for length in [0, 1, 400, 511, 512, 513, 1024, 5000] {
            let values = ["a".repeat(length), "b".repeat(length), "c".repeat(7)];
            let names = ["x", "y", "z"].map(str::to_owned);
            let params: Vec<_> = names.into_iter().zip(values).collect();
            let mut hmac = Hmac::<Sha1>::new_from_slice(secret.expose().as_bytes()).unwrap();
            hmac.update(b"https://phone.example.com/voice");
            for (name, value) in &params {
                hmac.update(name.as_bytes());
                hmac.update(value.as_bytes());
            }
            let expected = STANDARD.encode(hmac.finalize().into_bytes());
            let url = "https://phone.example.com/voice";
            assert_eq!(key.sign(Algorithm::HmacSha1, url, &params), expected);
            assert!(key.validate(Algorithm::HmacSha1, url, &params, &expected));
        }
    }

    #[test]
    fn a_signature_is_as_long_as_it_should_be() {
        let key = SigningKey::new(&Secret::new("a"));
        for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
            let signature = key.sign(algorithm, "https://phone.example.com", &[]);
            assert_eq!(signature.len(), encoded_len(algorithm));
        }
    }

    #[test]
    fn names_are_in_the_order_of_their_bytes() {
        let names = [
            "",
            "\0",
            "\0a",
            "A",
            "A\0",
            "A\0\0",
            "A\0B",
            "AB",
            "CalledCi",
            "CalledCit",
            "CalledCity",
            "CalledCo",
            "a",
            "é",
            "日本",
            "\u{10ffff}",
        ];
        let params: Vec<_> = names
            .iter()
            .rev()
            .flat_map(|name| [(*name, "b"), (*name, "a"), (*name, "b")])
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let got: Vec<_> = sorted(&params).iter().map(|(_, n, v)| (*n, *v)).collect();
        let expected: Vec<_> = names.iter().flat_map(|n| [(*n, "a"), (*n, "b")]).collect();
        assert!(names.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
        assert_eq!(got, expected);
    }
}
