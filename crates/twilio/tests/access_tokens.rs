//! Every token that Twilio's two helper libraries were asked for, made here too.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use twilio::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid, PushCredentialSid},
    token::{self, AccessToken, TokenError, VoiceGrant},
};

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    input: Input,
    python: Value,
    node: Value,
}

#[derive(Deserialize)]
struct Input {
    account_sid: AccountSid,
    api_key_sid: String,
    #[serde(default)]
    api_key_secret: String,
    identity: Option<Value>,
    ttl: Option<u64>,
    valid_until: Option<u64>,
    region: Option<Value>,
    voice: Option<Voice>,
    #[serde(default)]
    extra_grants: Vec<Value>,
    algorithm: Option<String>,
    now: u64,
}

#[derive(Deserialize)]
struct Voice {
    incoming_allow: Option<Value>,
    outgoing_application_sid: Option<ApplicationSid>,
    outgoing_application_params: Option<std::collections::BTreeMap<String, String>>,
    push_credential_sid: Option<PushCredentialSid>,
    endpoint_id: Option<String>,
}

impl Voice {
    fn grant(self) -> VoiceGrant {
        VoiceGrant {
            // Only `true` turns it on; the libraries ignore the 1 of one case.
            incoming: self.incoming_allow == Some(Value::Bool(true)),
            application: self.outgoing_application_sid,
            params: self
                .outgoing_application_params
                .unwrap_or_default()
                .into_iter()
                .collect(),
            push_credential: self.push_credential_sid,
            endpoint: self.endpoint_id,
        }
    }
}

/// What the libraries call the grant, and what the token does.
fn other_grant(grant: &Value) -> (&'static str, Value) {
    let mut grant = grant.clone();
    let kind = grant.as_object_mut().unwrap().remove("kind").unwrap();
    let name = match kind.as_str().unwrap() {
        "video" => "video",
        "sync" => "data_sync",
        "chat" => "chat",
        "task_router" => "task_router",
        other => panic!("{other}"),
    };
    (name, grant)
}

fn decoded(jwt: &str) -> (Value, Value) {
    let mut parts = jwt
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default()));
    (
        parts.next().unwrap().unwrap(),
        parts.next().unwrap().unwrap(),
    )
}

/// What cannot even be asked for, because the types have no room for it.
const NO_SUCH_REQUEST: [&str; 6] = [
    "identity-zero",
    "identity-null",
    "identity-float",
    "alg-HS512",
    "alg-RS256",
    "key-empty",
];

/// What the libraries make and Twilio refuses.
const REFUSED: [(&str, TokenError); 12] = [
    ("identity-05", TokenError::BadIdentity),
    ("identity-06", TokenError::BadIdentity),
    ("identity-11", TokenError::LongIdentity),
    ("identity-12", TokenError::BadIdentity),
    ("identity-14", TokenError::BadIdentity),
    ("identity-18", TokenError::BadIdentity),
    ("identity-empty", TokenError::EmptyIdentity),
    ("ttl-86401", TokenError::LongLife),
    ("ttl-172800", TokenError::LongLife),
    ("ttl-31536000", TokenError::LongLife),
    ("ttl-zero", TokenError::ZeroLife),
    ("secret-empty", TokenError::EmptySecret),
];

#[test]
fn each_token_of_the_helper_libraries_can_be_made_or_is_refused_for_a_reason() {
    let cases = serde_json::from_str::<Fixture>(include_str!("fixtures/access_tokens.json"));
    let cases = cases.unwrap().cases;
    assert_eq!(cases.len(), 62);
    let (mut refused, mut impossible, mut compared) = (0, 0, 0);
    for Case {
        id,
        input,
        python,
        node,
    } in cases
    {
        let identity = input.identity.as_ref().and_then(Value::as_str);
        let key = KeySid::parse(&input.api_key_sid);
        let hs256 = input
            .algorithm
            .as_deref()
            .is_none_or(|name| name == "HS256");
        let (Some(identity), Ok(key), true) = (identity, key, hs256) else {
            assert!(NO_SUCH_REQUEST.contains(&id.as_str()), "{id}");
            impossible += 1;
            continue;
        };
        let secret = Secret::new(&input.api_key_secret);
        let voice = input.voice.map(Voice::grant);
        let mut request = AccessToken::new(&input.account_sid, &key, &secret, identity);
        if let Some(voice) = &voice {
            request = request.voice(voice);
        }
        for grant in &input.extra_grants {
            let (name, grant) = other_grant(grant);
            request = request.grant(name, grant);
        }
        if let Some(ttl_s) = input.ttl {
            request = request.ttl_s(ttl_s);
        }
        if let Some(at_s) = input.valid_until {
            request = request.expires_at_s(at_s);
        }
        if let Some(region) = input.region.as_ref().and_then(Value::as_str) {
            request = request.region(region);
        }
        if let Some((_, error)) = REFUSED.iter().find(|(name, _)| *name == id) {
            assert_eq!(request.mint(input.now), Err(*error), "{id}");
            refused += 1;
            continue;
        }
        for (library, made) in [("python", &python), ("node", &node)] {
            let (Some(header), Some(claims)) = (made.get("header"), made.get("claims")) else {
                assert!(made.get("skipped").is_some(), "{id} {library} {made}");
                continue;
            };
            let mut request = request.clone().says_issued(claims.get("iat").is_some());
            if let Some(begin_s) = claims.get("nbf").and_then(Value::as_u64) {
                request = request.not_before_s(begin_s);
            }
            let jwt = request
                .mint(input.now)
                .unwrap_or_else(|error| panic!("{id}: {error}"));
            let (our_header, our_claims) = decoded(&jwt);
            let mut claims = claims.clone();
            if id == "voice-params-empty" && library == "node" {
                // The choice is in the documentation of `token`: Python's way.
                let outgoing = claims.pointer_mut("/grants/voice/outgoing").unwrap();
                let empty = outgoing.as_object_mut().unwrap().remove("params");
                assert_eq!(empty, Some(json!({})));
            }
            assert_eq!(&our_header, header, "{id} {library}");
            assert_eq!(our_claims, claims, "{id} {library}");
            let read = token::verify(&jwt, &secret, input.now).unwrap();
            assert_eq!(read.identity, identity, "{id} {library}");
            assert_eq!(token::peek_key(&jwt), Ok(key.clone()), "{id} {library}");
            compared += 1;
        }
    }
    assert_eq!(
        (refused, impossible),
        (REFUSED.len(), NO_SUCH_REQUEST.len())
    );
    assert_eq!(compared, 44 * 2 - 1, "all but one that Node cannot say");
}

#[test]
fn every_field_of_the_voice_grant_reads_back() {
    let (account, key) = (AccountSid::random([1; 16]), KeySid::random([2; 16]));
    let secret = Secret::new("0123456789abcdefghijABCDEFGHIJ+/");
    let voice = VoiceGrant {
        incoming: true,
        application: Some(ApplicationSid::random([3; 16])),
        params: vec![("a".into(), "1".into()), ("a".into(), "2".into())],
        push_credential: Some(PushCredentialSid::random([4; 16])),
        endpoint: Some("desk-1".into()),
    };
    let token = AccessToken::new(&account, &key, &secret, "desk")
        .voice(&voice)
        .region("ie1");
    let jwt = token
        .not_before_s(1_750_000_100)
        .expires_at_s(1_750_086_400)
        .mint(1_750_000_000);
    let read = token::verify(&jwt.unwrap(), &secret, 1_750_000_100).unwrap();
    assert!(read.incoming);
    assert_eq!(read.application, voice.application);
    assert_eq!(read.params, [("a".to_owned(), "2".to_owned())]);
    assert_eq!(read.push_credential, voice.push_credential);
    assert_eq!(read.endpoint, voice.endpoint);
    assert_eq!(read.region.as_deref(), Some("ie1"));
    assert_eq!(
        (read.issued_at_s, read.not_before_s),
        (Some(1_750_000_000), Some(1_750_000_100))
    );
    assert_eq!(read.expires_at_s, 1_750_086_400);
    let seen = format!("{voice:?}");
    assert!(!seen.contains("\"1\"") && !seen.contains('2'), "{seen}");
}

#[test]
fn dates_and_grants_that_cannot_be_are_refused() {
    let (account, key) = (AccountSid::random([1; 16]), KeySid::random([2; 16]));
    let secret = Secret::new("0123456789abcdefghijABCDEFGHIJ+/");
    let token = || AccessToken::new(&account, &key, &secret, "desk");
    let now_s = 1_750_000_000;
    for (request, error) in [
        (token().expires_at_s(now_s), TokenError::ZeroLife),
        (token().expires_at_s(0), TokenError::ZeroLife),
        (token().not_before_s(now_s + 3600), TokenError::ZeroLife),
        (token().expires_at_s(now_s + 86_401), TokenError::LongLife),
        (token().expires_at_s(u64::MAX), TokenError::LongLife),
        (token().ttl_s(u64::MAX), TokenError::LongLife),
        (
            token()
                .says_issued(false)
                .not_before_s(now_s - 1)
                .ttl_s(86_400),
            TokenError::LongLife,
        ),
        (token().grant("voice", json!({})), TokenError::BadGrant),
        (token().grant("identity", json!("x")), TokenError::BadGrant),
        (token().grant("", json!({})), TokenError::BadGrant),
    ] {
        assert_eq!(request.mint(now_s), Err(error), "{request:?}");
    }
}

proptest! {
    #[test]
    fn no_request_panics_and_what_is_made_holds(
        identity in "\\PC{0,12}", region in proptest::option::of("[a-zA-Z0-9\\-\u{e9}]{0,4}"),
        grant in "[a-z]{0,8}", endpoint in any::<String>(), value in any::<String>(),
        begin_s in proptest::option::of(0u64..200_000), end_s in proptest::option::of(0u64..200_000),
        ttl_s in 0u64..100_000, says_issued: bool, now_s in 0u64..200_000,
    ) {
        let (account, key) = (AccountSid::random([1; 16]), KeySid::random([2; 16]));
        let secret = Secret::new("0123456789abcdefghijABCDEFGHIJ+/");
        let voice = VoiceGrant { endpoint: Some(endpoint.clone()), ..VoiceGrant::default() };
        let mut token = AccessToken::new(&account, &key, &secret, &identity)
            .voice(&voice).grant(&grant, json!(value)).ttl_s(ttl_s).says_issued(says_issued);
        if let Some(region) = &region { token = token.region(region); }
        if let Some(at_s) = begin_s { token = token.not_before_s(at_s); }
        if let Some(at_s) = end_s { token = token.expires_at_s(at_s); }
        if let Ok(jwt) = token.mint(now_s) {
            let at_s = now_s.max(begin_s.unwrap_or(0));
            let read = token::verify(&jwt, &secret, at_s);
            prop_assert_eq!(read.map(|read| read.endpoint), Ok(Some(endpoint)));
        }
    }
}
