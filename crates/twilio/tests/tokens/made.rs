//! The oracle's cases, and tokens of any header and claims.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use twilio::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid},
    token::{self, TokenError, TokenRequest, VerifyError},
};

#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) minted: Vec<Minted>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) verified: Vec<Verified>,
}

#[derive(Deserialize)]
pub(crate) struct Minted {
    pub(crate) id: String,
    pub(crate) request: Request,
    pub(crate) header: Value,
    pub(crate) claims_without_iat_and_nbf: Value,
}

#[derive(Deserialize)]
pub(crate) struct Refused {
    pub(crate) id: String,
    pub(crate) request: Request,
    pub(crate) error: String,
}

#[derive(Deserialize)]
pub(crate) struct Verified {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) secret: String,
    pub(crate) now_s: u64,
    pub(crate) verdict: String,
    pub(crate) says: Option<Says>,
}

#[derive(Deserialize)]
pub(crate) struct Says {
    pub(crate) identity: String,
    pub(crate) incoming: bool,
    pub(crate) application: Option<ApplicationSid>,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) region: Option<String>,
    pub(crate) expires_at_s: u64,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) account: AccountSid,
    pub(crate) key: KeySid,
    pub(crate) secret: String,
    pub(crate) identity: String,
    pub(crate) application: Option<ApplicationSid>,
    pub(crate) params: Vec<(String, String)>,
    pub(crate) incoming: bool,
    pub(crate) ttl_s: u64,
    pub(crate) region: Option<String>,
    pub(crate) now_s: u64,
}

impl Request {
    pub(crate) fn mint(&self) -> Result<String, TokenError> {
        let secret = Secret::new(&self.secret);
        let request = TokenRequest {
            account: &self.account,
            key: &self.key,
            secret: &secret,
            identity: &self.identity,
            application: self.application.as_ref(),
            params: &self.params,
            incoming: self.incoming,
            ttl_s: self.ttl_s,
            region: self.region.as_deref(),
        };
        token::mint(&request, self.now_s)
    }
}

pub(crate) fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../fixtures/tokens.json")).unwrap()
}

/// Header and claims of a token.
pub(crate) fn decoded(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
        serde_json::from_slice(&json).unwrap_or_default()
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

pub(crate) const NOW_S: u64 = 1_750_000_000;
pub(crate) const KEY: &str = "SK0123456789abcdef0123456789abcdef";
pub(crate) const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

pub(crate) fn secret() -> Secret {
    Secret::new("0123456789abcdefghijABCDEFGHIJ+/")
}

/// A token of any header and claims, signed with [`secret`].
pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    signed_with(&secret(), header, claims)
}

pub(crate) fn signed_with(secret: &Secret, header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let key = jsonwebtoken::EncodingKey::from_secret(secret.expose().as_bytes());
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256);
    format!("{message}.{}", signature.unwrap())
}

pub(crate) fn header() -> Value {
    json!({ "typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1" })
}

pub(crate) fn claims() -> Value {
    json!({
        "jti": format!("{KEY}-{NOW_S}"), "iss": KEY, "sub": ACCOUNT,
        "iat": NOW_S, "exp": NOW_S + 3600,
        "grants": { "identity": "desk", "voice": { "incoming": { "allow": true } } },
    })
}

#[track_caller]
pub(crate) fn check(header: &Value, claims: &Value, expected: Result<(), VerifyError>) {
    let got = token::verify(&signed(header, claims), &secret(), NOW_S);
    assert_eq!(got.map(|_| ()), expected, "{header} {claims}");
}

/// The claims with one of them changed; `Null` leaves it out.
pub(crate) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let object = claims.as_object_mut().unwrap();
    object.remove(name);
    if !value.is_null() {
        object.insert(name.into(), value);
    }
    claims
}
