//! Request signatures: the `X-Twilio-Signature` header of webhooks.
//!
//! Source: Twilio documentation, "Webhooks security" and "Validating requests", read in 2026;
//! checked against the helper libraries (see `tests/fixtures`).

use crate::Secret;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use subtle::ConstantTimeEq;

/// The header in which Twilio sends the signature.
pub const HEADER: &str = "X-Twilio-Signature";

/// The query parameter with the hash of a body that is not a form.
const BODY_HASH: &str = "bodySHA256";

/// Signs a request as Twilio does: base64 of HMAC-SHA1 over the URL and the form's parameters.
///
/// `url` is taken as it is (see [`signed_url`]). Parameters are sorted by name, byte by byte;
/// values repeated under one name count once. A GET has no parameters: its URL holds them.
#[must_use]
pub fn sign(auth_token: &Secret, url: &str, params: &[(String, String)]) -> String {
    STANDARD.encode(hmac(auth_token, url, &sorted(params)))
}

/// Tells whether `signature` holds for a form request (or, without parameters, a GET) to `url`.
///
/// Twilio drops or keeps the port by rules that depend on the product, so the URL counts both with
/// its port left out and with its scheme's port written. The comparison takes the same time
/// wherever the difference is. Nothing holds for an empty token: anybody could sign with it.
#[must_use]
pub fn validate(
    auth_token: &Secret,
    url: &str,
    params: &[(String, String)],
    signature: &str,
) -> bool {
    let params = sorted(params);
    let is_secret = !auth_token.expose().is_empty();
    let mut holds = subtle::Choice::from(0);
    for url in [without_port(url), with_port(url)] {
        let expected = STANDARD.encode(hmac(auth_token, &url, &params));
        holds |= expected.as_bytes().ct_eq(signature.as_bytes());
    }
    bool::from(holds) & is_secret
}

/// Tells whether `signature` holds for a request whose body is not a form, such as JSON.
///
/// Its URL must carry the body's hash as `bodySHA256`, hexadecimal; without one nothing vouches
/// for the body and the answer is no.
#[must_use]
pub fn validate_body(auth_token: &Secret, url: &str, body: &[u8], signature: &str) -> bool {
    let hash = Sha256::digest(body);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let stated = query(url).and_then(|query| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == BODY_HASH)
            .map(|(_, value)| value.into_owned())
    });
    let body_holds = stated.is_some_and(|stated| hash.as_bytes().ct_eq(stated.as_bytes()).into());
    // Both are always computed: the time tells nothing of which one failed.
    validate(auth_token, url, &[], signature) & body_holds
}

/// The URL that Twilio signs when it calls `url` for a voice webhook.
///
/// Over https the user info and the port are left out, over http only the user info; a fragment
/// (Twilio's own retry settings) never counts. Anything that is not such a URL is given back as
/// it is.
#[must_use]
pub fn signed_url(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let Some(parts) = Parts::of(url) else {
        return url.to_owned();
    };
    if parts.scheme.eq_ignore_ascii_case("https") {
        format!("{}://{}{}", parts.scheme, parts.host, parts.rest)
    } else {
        let port = parts.port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{}://{}{port}{}", parts.scheme, parts.host, parts.rest)
    }
}

type Sorted<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn sorted(params: &[(String, String)]) -> Sorted<'_> {
    let mut sorted = Sorted::new();
    for (name, value) in params {
        sorted.entry(name).or_default().insert(value);
    }
    sorted
}

fn hmac(auth_token: &Secret, url: &str, params: &Sorted<'_>) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.expose().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(url.as_bytes());
    for (name, values) in params {
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
    mac.finalize().into_bytes().into()
}

/// A URL cut up without changing a character of it: what is signed is the text.
struct Parts<'a> {
    scheme: &'a str,
    user: Option<&'a str>,
    host: &'a str,
    port: Option<&'a str>,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (scheme, after) = url.split_once("://")?;
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (user, host_port) = match authority.rsplit_once('@') {
            Some((user, host_port)) => (Some(user), host_port),
            None => (None, authority),
        };
        // A colon inside the brackets of an IPv6 address is not a port's.
        let (host, port) = match host_port.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            Some(_) | None => (host_port, None),
        };
        Some(Self {
            scheme,
            user,
            host,
            port: port.filter(|p| !p.is_empty()),
            rest,
        })
    }

    fn write(&self, port: Option<&str>) -> String {
        let user = self.user.map(|u| format!("{u}@")).unwrap_or_default();
        let port = port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{}://{user}{}{port}{}", self.scheme, self.host, self.rest)
    }
}

fn without_port(url: &str) -> String {
    Parts::of(url).map_or_else(|| url.to_owned(), |parts| parts.write(None))
}

fn with_port(url: &str) -> String {
    Parts::of(url).map_or_else(
        || url.to_owned(),
        |parts| {
            // Both helper libraries take 80 for `wss` too; voice webhooks never come over it.
            let default = match parts.scheme.eq_ignore_ascii_case("https") {
                true => "443",
                false => "80",
            };
            parts.write(Some(parts.port.unwrap_or(default)))
        },
    )
}

fn query(url: &str) -> Option<&str> {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    url.split_once('?').map(|(_, query)| query)
}
