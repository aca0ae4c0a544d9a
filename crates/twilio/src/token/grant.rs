//! Making tokens: every field of the Voice grant, and the dates a token can carry.

use super::{CONTENT_TYPE, HEADER, MAX_IDENTITY, MAX_TTL_S, TokenError};
use crate::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid, PushCredentialSid},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use std::{collections::BTreeMap, fmt};

/// How long a token lives when nothing is said: an hour, as in Twilio's libraries.
const DEFAULT_TTL_S: u64 = 3600;

/// What a device may do with Programmable Voice.
///
/// `Debug` shows no parameter: they may hold phone numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct VoiceGrant {
    /// Whether the device may be called.
    pub incoming: bool,
    /// The TwiML application that answers outgoing calls; without one the device cannot call.
    pub application: Option<ApplicationSid>,
    /// Parameters posted to that application with every call; dropped without an application, left
    /// out when there is none. Of two with one name the last counts.
    pub params: Vec<(String, String)>,
    /// The push credential that wakes a mobile device.
    pub push_credential: Option<PushCredentialSid>,
    /// `endpoint_id`: the name of one of several devices of an identity.
    pub endpoint: Option<String>,
}

impl VoiceGrant {
    fn view(&self) -> VoiceView<'_> {
        VoiceView {
            incoming: self.incoming,
            application: self.application.as_ref(),
            params: &self.params,
            push_credential: self.push_credential.as_ref(),
            endpoint: self.endpoint.as_deref(),
        }
    }
}

impl fmt::Debug for VoiceGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceGrant")
            .field("incoming", &self.incoming)
            .field("outgoing", &self.application.is_some())
            .field("push", &self.push_credential.is_some())
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    After(u64),
    At(u64),
}

/// A token to be made, with all that Twilio's libraries can put in one.
///
/// ```
/// use twilio::{Secret, sid::{AccountSid, KeySid}, token::{AccessToken, VoiceGrant}};
///
/// let account = AccountSid::random([1; 16]);
/// let key = KeySid::random([2; 16]);
/// let secret = Secret::new("the API key's secret");
/// let voice = VoiceGrant { incoming: true, ..VoiceGrant::default() };
/// let jwt = AccessToken::new(&account, &key, &secret, "desk")
///     .voice(&voice)
///     .ttl_s(3600)
///     .region("ie1")
///     .mint(1_750_000_000)?;
/// assert_eq!(jwt.split('.').count(), 3);
/// # Ok::<(), twilio::token::TokenError>(())
/// ```
#[derive(Clone)]
pub struct AccessToken<'a> {
    account: &'a AccountSid,
    key: &'a KeySid,
    secret: &'a Secret,
    identity: &'a str,
    voice: Option<&'a VoiceGrant>,
    others: BTreeMap<&'a str, Value>,
    end: End,
    says_issued: bool,
    not_before_s: Option<u64>,
    region: Option<&'a str>,
}

impl<'a> AccessToken<'a> {
    /// A token without grants that lives an hour and says when it was made.
    #[must_use]
    pub fn new(
        account: &'a AccountSid,
        key: &'a KeySid,
        secret: &'a Secret,
        identity: &'a str,
    ) -> Self {
        Self {
            account,
            key,
            secret,
            identity,
            voice: None,
            others: BTreeMap::new(),
            end: End::After(DEFAULT_TTL_S),
            says_issued: true,
            not_before_s: None,
            region: None,
        }
    }

    /// Lets it use Programmable Voice.
    #[must_use]
    pub fn voice(mut self, grant: &'a VoiceGrant) -> Self {
        self.voice = Some(grant);
        self
    }

    /// Adds the grant of another product, such as `video`, as the documentation writes it.
    #[must_use]
    pub fn grant(mut self, name: &'a str, grant: Value) -> Self {
        self.others.insert(name, grant);
        self
    }

    /// How long it lives: 1 to 86 400 seconds from now.
    #[must_use]
    pub fn ttl_s(mut self, ttl_s: u64) -> Self {
        self.end = End::After(ttl_s);
        self
    }

    /// The first second at which it no longer holds, since 1970-01-01 UTC, instead of a life.
    #[must_use]
    pub fn expires_at_s(mut self, at_s: u64) -> Self {
        self.end = End::At(at_s);
        self
    }

    /// Whether it says when it was made (`iat`), as Node's library does and Python's does not.
    #[must_use]
    pub fn says_issued(mut self, says: bool) -> Self {
        self.says_issued = says;
        self
    }

    /// The first second at which it holds (`nbf`), since 1970-01-01 UTC; Python's library gives
    /// the present one. A clock that is a little fast makes a token that Twilio refuses so.
    #[must_use]
    pub fn not_before_s(mut self, at_s: u64) -> Self {
        self.not_before_s = Some(at_s);
        self
    }

    /// Twilio's region, such as `ie1`; without one it is `us1`.
    #[must_use]
    pub fn region(mut self, region: &'a str) -> Self {
        self.region = Some(region);
        self
    }

    /// Makes it, dated `now_s` (seconds since 1970-01-01 UTC).
    ///
    /// # Errors
    /// When Twilio would not take it.
    pub fn mint(&self, now_s: u64) -> Result<String, TokenError> {
        self.mint_with(self.voice.map(VoiceGrant::view), now_s)
    }

    pub(super) fn mint_with(
        &self,
        voice: Option<VoiceView<'_>>,
        now_s: u64,
    ) -> Result<String, TokenError> {
        let expires_at_s = self.check(now_s)?;
        let claims = ClaimsView {
            jti: &format!("{}-{now_s}", self.key),
            iss: self.key.as_str(),
            sub: self.account.as_str(),
            iat: self.says_issued.then_some(now_s),
            nbf: self.not_before_s,
            exp: expires_at_s,
            grants: GrantsView {
                identity: self.identity,
                voice,
                others: &self.others,
            },
        };
        let mut jwt = String::with_capacity(768);
        match self.region {
            None => URL_SAFE_NO_PAD.encode_string(HEADER, &mut jwt),
            Some(twr) => {
                let header = HeaderView {
                    typ: "JWT",
                    alg: "HS256",
                    cty: CONTENT_TYPE,
                    twr,
                };
                let header = serde_json::to_vec(&header).map_err(|_| TokenError::Sign)?;
                URL_SAFE_NO_PAD.encode_string(header, &mut jwt);
            }
        }
        jwt.push('.');
        let claims = serde_json::to_vec(&claims).map_err(|_| TokenError::Sign)?;
        URL_SAFE_NO_PAD.encode_string(claims, &mut jwt);
        let key = EncodingKey::from_secret(self.secret.expose().as_bytes());
        let signature =
            crypto::sign(jwt.as_bytes(), &key, Algorithm::HS256).map_err(|_| TokenError::Sign)?;
        jwt.push('.');
        jwt.push_str(&signature);
        Ok(jwt)
    }

    /// When it ends, if Twilio would take it.
    fn check(&self, now_s: u64) -> Result<u64, TokenError> {
        let clean = |text: &str, more: &[u8]| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
        };
        let (life_s, end_s) = match self.end {
            End::After(ttl_s) => (ttl_s, now_s.saturating_add(ttl_s)),
            End::At(end_s) => (end_s.saturating_sub(now_s), end_s),
        };
        let taken = |name: &&str| matches!(*name, "" | "identity" | "voice");
        if self.identity.is_empty() {
            Err(TokenError::EmptyIdentity)
        } else if !clean(self.identity, b"_") {
            Err(TokenError::BadIdentity)
        } else if self.identity.len() > MAX_IDENTITY {
            Err(TokenError::LongIdentity)
        } else if self.secret.expose().is_empty() {
            Err(TokenError::EmptySecret)
        } else if life_s == 0 || self.not_before_s.is_some_and(|begin_s| begin_s >= end_s) {
            Err(TokenError::ZeroLife)
        } else if life_s > MAX_TTL_S
            // What was not issued begins at `nbf`: Twilio counts from there.
            || (!self.says_issued
                && self.not_before_s.is_some_and(|begin_s| end_s - begin_s > MAX_TTL_S))
        {
            Err(TokenError::LongLife)
        } else if self.region.is_some_and(|r| r.is_empty() || !clean(r, b"-")) {
            Err(TokenError::BadRegion)
        } else if self.others.keys().any(taken) {
            Err(TokenError::BadGrant)
        } else {
            Ok(end_s)
        }
    }
}

impl fmt::Debug for AccessToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("key", self.key)
            .field("identity", &self.identity)
            .field("voice", &self.voice)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct HeaderView<'a> {
    typ: &'a str,
    alg: &'a str,
    cty: &'a str,
    twr: &'a str,
}

#[derive(Serialize)]
struct ClaimsView<'a> {
    jti: &'a str,
    iss: &'a str,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<u64>,
    exp: u64,
    grants: GrantsView<'a>,
}

struct GrantsView<'a> {
    identity: &'a str,
    voice: Option<VoiceView<'a>>,
    others: &'a BTreeMap<&'a str, Value>,
}

impl Serialize for GrantsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("identity", self.identity)?;
        if let Some(voice) = &self.voice {
            map.serialize_entry("voice", voice)?;
        }
        for (name, grant) in self.others {
            map.serialize_entry(name, grant)?;
        }
        map.end()
    }
}

/// A Voice grant, borrowed.
pub(super) struct VoiceView<'a> {
    pub(super) incoming: bool,
    pub(super) application: Option<&'a ApplicationSid>,
    pub(super) params: &'a [(String, String)],
    pub(super) push_credential: Option<&'a PushCredentialSid>,
    pub(super) endpoint: Option<&'a str>,
}

impl Serialize for VoiceView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.incoming {
            #[derive(Serialize)]
            struct Incoming {
                allow: bool,
            }
            map.serialize_entry("incoming", &Incoming { allow: true })?;
        }
        if let Some(application) = self.application {
            #[derive(Serialize)]
            struct Outgoing<'a> {
                application_sid: &'a str,
                #[serde(skip_serializing_if = "BTreeMap::is_empty")]
                params: BTreeMap<&'a str, &'a str>,
            }
            let pairs = self.params.iter();
            let outgoing = Outgoing {
                application_sid: application.as_str(),
                params: pairs
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect(),
            };
            map.serialize_entry("outgoing", &outgoing)?;
        }
        if let Some(push) = self.push_credential {
            map.serialize_entry("push_credential_sid", push.as_str())?;
        }
        if let Some(endpoint) = self.endpoint {
            map.serialize_entry("endpoint_id", endpoint)?;
        }
        map.end()
    }
}
