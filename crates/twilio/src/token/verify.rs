//! Checking tokens, and reading what they say.

use super::{CONTENT_TYPE, MAX_TOKEN, MAX_TTL_S, REGION};
use crate::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid, PushCredentialSid},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::{Map, Value};
use std::fmt;

/// Why a token does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not a JWT, or its claims are not those of an access token.
    #[error("the access token is malformed")]
    Malformed,
    /// The header is not an access token's: HS256, `JWT` and `twilio-fpa;v=1`.
    #[error("the access token's header is not right")]
    BadHeader,
    /// Another secret signed it, or it was changed.
    #[error("the access token's signature is not right")]
    BadSignature,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the access token is not valid yet")]
    NotYet,
    /// It lives longer than 24 hours.
    #[error("the access token lives longer than 24 hours")]
    TooLong,
}

impl VerifyError {
    /// The code with which Twilio refuses such a token.
    ///
    /// Source: Twilio's error dictionary, 20101 (invalid token), 20104 (expired, or its dates are
    /// not right), 20151 (signature does not hold), 20157 (longer than 24 hours).
    #[must_use]
    pub fn twilio_code(self) -> u32 {
        match self {
            Self::Malformed | Self::BadHeader => 20101,
            Self::Expired | Self::NotYet => 20104,
            Self::BadSignature => 20151,
            Self::TooLong => 20157,
        }
    }
}

/// What a token says.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// The token's own name, `<key sid>-<unix seconds>`.
    pub id: Option<String>,
    /// The API key that signed it.
    pub key: KeySid,
    /// Whose account.
    pub account: AccountSid,
    /// The device's name.
    pub identity: String,
    /// The first second at which it no longer holds, since 1970-01-01 UTC.
    pub expires_at_s: u64,
    /// When it was made, if it says so.
    pub issued_at_s: Option<u64>,
    /// The first second at which it holds, if it says so.
    pub not_before_s: Option<u64>,
    /// Whether the device may be called.
    pub incoming: bool,
    /// The TwiML application of outgoing calls; without one the device cannot call.
    pub application: Option<ApplicationSid>,
    /// Parameters posted to that application with every call.
    pub params: Vec<(String, String)>,
    /// The push credential that wakes a mobile device.
    pub push_credential: Option<PushCredentialSid>,
    /// `endpoint_id`: the name of one of several devices of an identity.
    pub endpoint: Option<String>,
    /// Twilio's region; `None` is `us1`.
    pub region: Option<String>,
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("key", &self.key)
            .field("identity", &self.identity)
            .field("expires_at_s", &self.expires_at_s)
            .field("incoming", &self.incoming)
            .field("outgoing", &self.application.is_some())
            .finish_non_exhaustive()
    }
}

/// Checks a token at `now_s` (seconds since 1970-01-01 UTC) as Twilio does, and reads it.
///
/// Stricter than a JWT library: the header must be an access token's, and it must expire. The
/// clock gets no leeway.
///
/// # Errors
/// The first reason for which it does not hold: form, header, signature, claims, time.
pub fn verify(jwt: &str, secret: &Secret, now_s: u64) -> Result<Claims, VerifyError> {
    let parts = Parts::of(jwt)?;
    let header = parts.header()?;
    let stated = |name: &str| header.get(name).and_then(Value::as_str);
    if stated("alg") != Some("HS256")
        || stated("typ") != Some("JWT")
        || stated("cty") != Some(CONTENT_TYPE)
    {
        return Err(VerifyError::BadHeader);
    }
    // Twilio has no key without a secret, and an empty one would sign anything.
    if secret.expose().is_empty() {
        return Err(VerifyError::BadSignature);
    }
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    match crypto::verify(
        parts.signature,
        parts.signed.as_bytes(),
        &key,
        Algorithm::HS256,
    ) {
        Ok(true) => {}
        Ok(false) => return Err(VerifyError::BadSignature),
        Err(_) => return Err(VerifyError::Malformed),
    }
    let claims = Unverified(parts.claims()?).claims(stated(REGION))?;
    if claims.not_before_s.is_some_and(|nbf| nbf > now_s) {
        return Err(VerifyError::NotYet);
    }
    if claims.expires_at_s <= now_s {
        return Err(VerifyError::Expired);
    }
    // A beginning that lies in the future does not make the life shorter.
    let begins = claims
        .issued_at_s
        .or(claims.not_before_s)
        .unwrap_or(now_s)
        .min(now_s);
    if claims.expires_at_s - begins > MAX_TTL_S {
        return Err(VerifyError::TooLong);
    }
    Ok(claims)
}

/// Reads which key a token says it was signed with, to find that key's secret.
///
/// Nothing is verified: use it for the look-up only.
///
/// # Errors
/// [`VerifyError::Malformed`] when it is not a JWT with a key's SID as issuer.
pub fn peek_key(jwt: &str) -> Result<KeySid, VerifyError> {
    Unverified(Parts::of(jwt)?.claims()?).sid("iss", KeySid::parse)
}

/// A JWT, cut up.
struct Parts<'a> {
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
    /// Header and claims, as they were signed.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn of(jwt: &'a str) -> Result<Self, VerifyError> {
        if jwt.len() > MAX_TOKEN {
            return Err(VerifyError::Malformed);
        }
        let cut = || {
            let (signed, signature) = jwt.rsplit_once('.')?;
            let (header, claims) = signed.split_once('.')?;
            (!claims.contains('.')).then_some(Self {
                header,
                claims,
                signature,
                signed,
            })
        };
        cut().ok_or(VerifyError::Malformed)
    }

    fn header(&self) -> Result<Map<String, Value>, VerifyError> {
        object(self.header)
    }

    fn claims(&self) -> Result<Map<String, Value>, VerifyError> {
        object(self.claims)
    }
}

fn object(part: &str) -> Result<Map<String, Value>, VerifyError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(VerifyError::Malformed)
}

/// Claims of a token, as they came.
struct Unverified(Map<String, Value>);

impl Unverified {
    fn claims(&self, region: Option<&str>) -> Result<Claims, VerifyError> {
        let grants = self.0.get("grants").and_then(Value::as_object);
        let voice = grants.and_then(|g| g.get("voice"));
        let outgoing = voice.and_then(|v| v.get("outgoing"));
        let application = match outgoing.and_then(|o| o.get("application_sid")) {
            None | Some(Value::Null) => None,
            Some(sid) => Some(
                sid.as_str()
                    .and_then(|sid| ApplicationSid::parse(sid).ok())
                    .ok_or(VerifyError::Malformed)?,
            ),
        };
        let params = outgoing.and_then(|o| o.get("params"));
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        Ok(Claims {
            id: text(self.0.get("jti")),
            key: self.sid("iss", KeySid::parse)?,
            account: self.sid("sub", AccountSid::parse)?,
            identity: text(grants.and_then(|g| g.get("identity")))
                .filter(|identity| !identity.is_empty())
                .ok_or(VerifyError::Malformed)?,
            expires_at_s: self.moment("exp")?.ok_or(VerifyError::Malformed)?,
            issued_at_s: self.moment("iat")?,
            not_before_s: self.moment("nbf")?,
            incoming: voice.and_then(|v| v.pointer("/incoming/allow")) == Some(&Value::Bool(true)),
            application,
            params: params
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
            push_credential: text(voice.and_then(|v| v.get("push_credential_sid")))
                .and_then(|sid| PushCredentialSid::parse(&sid).ok()),
            endpoint: text(voice.and_then(|v| v.get("endpoint_id"))),
            region: region.map(str::to_owned),
        })
    }

    fn sid<S, E>(&self, claim: &str, parse: fn(&str) -> Result<S, E>) -> Result<S, VerifyError> {
        self.0
            .get(claim)
            .and_then(Value::as_str)
            .and_then(|sid| parse(sid).ok())
            .ok_or(VerifyError::Malformed)
    }

    /// A moment in whole seconds; JWT allows fractions, which are cut off.
    fn moment(&self, claim: &str) -> Result<Option<u64>, VerifyError> {
        match self.0.get(claim) {
            None => Ok(None),
            Some(value) => match (value.as_u64(), value.as_f64()) {
                (Some(whole), _) => Ok(Some(whole)),
                // 2^53: above it a float cannot tell seconds apart.
                (None, Some(float)) if (0.0..9e15).contains(&float) => {
                    Ok(std::time::Duration::try_from_secs_f64(float)
                        .ok()
                        .map(|d| d.as_secs()))
                }
                (None, _) => Err(VerifyError::Malformed),
            },
        }
    }
}

/// A JSON value as a form parameter.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
