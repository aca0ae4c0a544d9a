//! Access tokens: the JWT with which a Voice SDK device registers.
//!
//! Source: Twilio documentation, "Access tokens", read in 2026; checked against the helper
//! libraries (see `tests/fixtures`).

use crate::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde_json::{Map, Value, json};
use std::fmt;

/// The longest life that Twilio takes: a day.
pub const MAX_TTL_S: u64 = 86_400;
/// The longest identity that a Voice SDK device can have.
pub const MAX_IDENTITY: usize = 121;
/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;

const CONTENT_TYPE: &str = "twilio-fpa;v=1";
const REGION: &str = "twr";

/// What a token is to say.
///
/// `Debug` shows no parameter: they may hold phone numbers.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    /// Whose account.
    pub account: &'a AccountSid,
    /// The API key that signs; a Main or Standard one.
    pub key: &'a KeySid,
    /// That key's secret.
    pub secret: &'a Secret,
    /// The device's name: 1 to 121 letters, digits and `_`.
    pub identity: &'a str,
    /// The TwiML application that answers outgoing calls; without one the device cannot call.
    pub application: Option<&'a ApplicationSid>,
    /// Parameters posted to that application with every call; left out when there is none.
    pub params: &'a [(String, String)],
    /// Whether the device may be called.
    pub incoming: bool,
    /// How long the token lives: 1 to 86 400 seconds.
    pub ttl_s: u64,
    /// Twilio's region, such as `ie1`; `None` is `us1`.
    pub region: Option<&'a str>,
}

impl fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("key", self.key)
            .field("identity", &self.identity)
            .field("outgoing", &self.application.is_some())
            .field("incoming", &self.incoming)
            .field("ttl_s", &self.ttl_s)
            .finish_non_exhaustive()
    }
}

/// Why a token was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No identity.
    #[error("the identity is empty")]
    EmptyIdentity,
    /// The identity has more than 121 characters.
    #[error("the identity is longer than 121 characters")]
    LongIdentity,
    /// The identity has a character that Twilio does not take.
    #[error("the identity has a character other than letters, digits and _")]
    BadIdentity,
    /// The API key's secret is empty.
    #[error("the API key's secret is empty")]
    EmptySecret,
    /// It would not live at all.
    #[error("the token's life is 0 seconds")]
    ZeroLife,
    /// It would live longer than Twilio takes.
    #[error("the token's life is longer than 24 hours")]
    LongLife,
    /// Not a region's name.
    #[error("the region has a character other than letters and digits")]
    BadRegion,
    /// The JWT could not be signed.
    #[error("the token could not be signed")]
    Sign,
}

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

/// Makes a token, dated `now_s` (seconds since 1970-01-01 UTC).
///
/// It says when it was made (`iat`), not from when it holds (`nbf`): a clock that is a little fast
/// would make a token that Twilio refuses.
///
/// # Errors
/// When Twilio would not take it.
pub fn mint(request: &TokenRequest<'_>, now_s: u64) -> Result<String, TokenError> {
    check(request)?;
    let mut voice = Map::new();
    if request.incoming {
        voice.insert("incoming".into(), json!({ "allow": true }));
    }
    if let Some(application) = request.application {
        let mut outgoing = Map::new();
        outgoing.insert("application_sid".into(), application.as_str().into());
        if !request.params.is_empty() {
            let params: Map<String, Value> = request
                .params
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect();
            outgoing.insert("params".into(), params.into());
        }
        voice.insert("outgoing".into(), outgoing.into());
    }
    let claims = json!({
        "jti": format!("{}-{now_s}", request.key),
        "iss": request.key.as_str(),
        "sub": request.account.as_str(),
        "iat": now_s,
        "exp": now_s.saturating_add(request.ttl_s),
        "grants": { "identity": request.identity, "voice": voice },
    });
    let mut header = Header::new(Algorithm::HS256);
    header.cty = Some(CONTENT_TYPE.into());
    if let Some(region) = request.region {
        header.extras.insert(REGION, region);
    }
    let key = EncodingKey::from_secret(request.secret.expose().as_bytes());
    jsonwebtoken::encode(&header, &claims, &key).map_err(|_| TokenError::Sign)
}

fn check(request: &TokenRequest<'_>) -> Result<(), TokenError> {
    let clean = |text: &str, more: &[u8]| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    if request.identity.is_empty() {
        Err(TokenError::EmptyIdentity)
    } else if !clean(request.identity, b"_") {
        Err(TokenError::BadIdentity)
    } else if request.identity.len() > MAX_IDENTITY {
        Err(TokenError::LongIdentity)
    } else if request.secret.expose().is_empty() {
        Err(TokenError::EmptySecret)
    } else if request.ttl_s == 0 {
        Err(TokenError::ZeroLife)
    } else if request.ttl_s > MAX_TTL_S {
        Err(TokenError::LongLife)
    } else if request
        .region
        .is_some_and(|r| r.is_empty() || !clean(r, b"-"))
    {
        Err(TokenError::BadRegion)
    } else {
        Ok(())
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
    let parts = Unverified::of(jwt)?;
    let header = |name: &str| parts.header.get(name).and_then(Value::as_str);
    if header("alg") != Some("HS256")
        || header("typ") != Some("JWT")
        || header("cty") != Some(CONTENT_TYPE)
    {
        return Err(VerifyError::BadHeader);
    }
    // Twilio has no key without a secret, and an empty one would sign anything.
    if secret.expose().is_empty() {
        return Err(VerifyError::BadSignature);
    }
    let mut rules = Validation::new(Algorithm::HS256);
    // Time is an argument here; the library would ask the clock.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let key = DecodingKey::from_secret(secret.expose().as_bytes());
    jsonwebtoken::decode::<Value>(jwt, &key, &rules).map_err(|error| {
        if matches!(error.kind(), ErrorKind::InvalidSignature) {
            VerifyError::BadSignature
        } else {
            VerifyError::Malformed
        }
    })?;
    let claims = parts.claims()?;
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
    Unverified::of(jwt)?.sid("iss", KeySid::parse)
}

struct Unverified {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Unverified {
    fn of(jwt: &str) -> Result<Self, VerifyError> {
        if jwt.len() > MAX_TOKEN {
            return Err(VerifyError::Malformed);
        }
        let mut parts = jwt.split('.');
        let (Some(header), Some(claims), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(VerifyError::Malformed);
        };
        let object = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        Ok(Self {
            header: object(header).ok_or(VerifyError::Malformed)?,
            claims: object(claims).ok_or(VerifyError::Malformed)?,
        })
    }

    fn claims(&self) -> Result<Claims, VerifyError> {
        let grants = self.claims.get("grants").and_then(Value::as_object);
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
            id: text(self.claims.get("jti")),
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
            region: text(self.header.get(REGION)),
        })
    }

    fn sid<S, E>(&self, claim: &str, parse: fn(&str) -> Result<S, E>) -> Result<S, VerifyError> {
        self.claims
            .get(claim)
            .and_then(Value::as_str)
            .and_then(|sid| parse(sid).ok())
            .ok_or(VerifyError::Malformed)
    }

    /// A moment in whole seconds; JWT allows fractions, which are cut off.
    fn moment(&self, claim: &str) -> Result<Option<u64>, VerifyError> {
        match self.claims.get(claim) {
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
