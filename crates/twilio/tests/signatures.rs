//! Signatures against what Twilio's helper libraries compute and accept.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use proptest::prelude::*;
use serde::Deserialize;
use twilio::{
    Secret,
    signature::{self, Algorithm, Settings, SettingsError, SigningKey},
};

type Params = Vec<(String, String)>;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    token: String,
    url: String,
    params: Option<Params>,
    /// Text, and how many times.
    body: Option<(String, usize)>,
    signature: String,
    valid: bool,
    signed: Option<Signed>,
}

/// What was signed, where it differs from what the server sees.
#[derive(Deserialize)]
struct Signed {
    url: Option<String>,
    params: Option<Params>,
    token: Option<String>,
    signature: Option<String>,
}

fn cases() -> Vec<Case> {
    let json = include_str!("fixtures/signatures.json");
    serde_json::from_str::<Fixture>(json).unwrap().cases
}

#[test]
fn signatures_are_accepted_as_the_helper_libraries_do() {
    let cases = cases();
    assert!(cases.len() > 180);
    for case in cases {
        let token = Secret::new(&case.token);
        let valid = match (&case.body, &case.params) {
            (Some((text, times)), _) => {
                let body = text.repeat(*times);
                signature::validate_body(&token, &case.url, body.as_bytes(), &case.signature)
            }
            (None, Some(params)) => signature::validate(&token, &case.url, params, &case.signature),
            (None, None) => panic!("{} has neither", case.id),
        };
        // The libraries take an empty token; we never do.
        let expected = case.valid && !case.token.is_empty();
        assert_eq!(valid, expected, "{}", case.id);
    }
}

#[test]
fn signatures_are_those_of_the_helper_libraries() {
    let mut seen = 0;
    for case in cases() {
        let Some(signed) = case.signed else { continue };
        let token = Secret::new(signed.token.as_ref().unwrap_or(&case.token));
        let url = signed.url.as_ref().unwrap_or(&case.url);
        let params = signed.params.or(case.params).unwrap_or_default();
        let expected = signed.signature.as_ref().unwrap_or(&case.signature);
        assert_eq!(
            &signature::sign(&token, url, &params),
            expected,
            "{}",
            case.id
        );
        seen += 1;
    }
    assert!(seen > 150, "{seen}");
}

#[test]
fn voice_webhooks_are_signed_without_user_info_and_over_https_without_port() {
    for (url, signed) in [
        ("https://e.com/voice?a=1", "https://e.com/voice?a=1"),
        ("https://e.com:8443/voice", "https://e.com/voice"),
        ("https://e.com:443", "https://e.com"),
        (
            "https://me:pw@e.com:8443/voice?a=b@c:1",
            "https://e.com/voice?a=b@c:1",
        ),
        ("HTTPS://E.com:8443/", "HTTPS://E.com/"),
        ("http://e.com:8080/voice", "http://e.com:8080/voice"),
        ("http://me:pw@e.com/voice", "http://e.com/voice"),
        ("https://[2001:db8::1]:8443/v", "https://[2001:db8::1]/v"),
        ("http://[2001:db8::1]/v", "http://[2001:db8::1]/v"),
        ("https://e.com/voice#rc=2&rp=all", "https://e.com/voice"),
        ("https://e.com:8443#rc=2", "https://e.com"),
        (
            "https://e.com?x=https://y:1/",
            "https://e.com?x=https://y:1/",
        ),
        ("not a url", "not a url"),
        ("", ""),
    ] {
        assert_eq!(signature::signed_url(url), signed, "{url}");
    }
}

#[test]
fn a_body_without_its_hash_in_the_url_is_refused() {
    let token = Secret::new("12345");
    let url = "https://e.com/hook?a=1";
    let signature = signature::sign(&token, url, &[]);
    assert!(signature::validate(&token, url, &[], &signature));
    assert!(!signature::validate_body(&token, url, b"{}", &signature));
    // In the fragment it would not have been signed.
    let url = format!("{url}#?bodySHA256={}", "0".repeat(64));
    let signature = signature::sign(&token, &url, &[]);
    assert!(!signature::validate_body(&token, &url, b"{}", &signature));
}

#[derive(Deserialize)]
struct Choices {
    settings_headers: Vec<(Option<String>, String)>,
    cases: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    id: String,
    token: String,
    url: String,
    params: Params,
    signature: String,
    algorithm: Option<String>,
    python: Option<bool>,
    node: bool,
    ours: bool,
}

fn choices() -> Choices {
    serde_json::from_str(include_str!("fixtures/signature_choices.json")).unwrap()
}

#[test]
fn where_the_helper_libraries_disagree_the_choice_holds() {
    let cases = choices().cases;
    assert_eq!(cases.len(), 13);
    for case in cases {
        assert_ne!(case.python, Some(case.node), "{}: they agree", case.id);
        let key = SigningKey::new(&Secret::new(&case.token));
        let header = case.algorithm.map(|name| format!("key=k,algorithm={name}"));
        let valid = Settings::parse(header.as_deref()).is_ok_and(|settings| {
            key.validate(settings.algorithm, &case.url, &case.params, &case.signature)
        });
        assert_eq!(valid, case.ours, "{}", case.id);
    }
}

#[test]
fn the_settings_header_is_read_as_the_python_library_does() {
    let headers = choices().settings_headers;
    assert_eq!(headers.len(), 12);
    for (header, algorithm) in headers {
        let expected = match algorithm.as_str() {
            "HMAC_SHA1" => Ok(Algorithm::HmacSha1),
            "HMAC_SHA256" => Ok(Algorithm::HmacSha256),
            _ => Err(SettingsError::UnknownAlgorithm),
        };
        let settings = Settings::parse(header.as_deref());
        assert_eq!(settings.map(|s| s.algorithm), expected, "{header:?}");
    }
    let settings = Settings::parse(Some("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256")).unwrap();
    assert_eq!(settings.key.as_deref(), Some("webhooks_sharedkey_1"));
    let long = format!("key={}", "k".repeat(1021));
    assert_eq!(Settings::parse(Some(&long)), Err(SettingsError::TooLong));
}

#[test]
fn a_body_can_be_signed_with_sha_256_too() {
    let key = SigningKey::new(&Secret::new("shared"));
    let (sha1, sha256) = (Algorithm::HmacSha1, Algorithm::HmacSha256);
    // The hash of `{}`.
    let url = "https://e.com/hook?bodySHA256=\
               44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let signature = key.sign(sha256, url, &[]);
    assert!(key.validate_body(sha256, url, b"{}", &signature));
    assert!(!key.validate_body(sha256, url, b"{ }", &signature));
    assert!(!key.validate_body(sha1, url, b"{}", &signature));
    assert!(!format!("{key:?}").contains("shared"));
}

proptest! {
    #[test]
    fn what_is_signed_holds_and_what_is_changed_does_not(
        token in ".{1,20}", params in proptest::collection::vec((".{0,6}", ".{0,6}"), 0..5),
        path in "[a-z/]{0,8}", port in proptest::option::of(1u16..), change in 0usize..28,
    ) {
        let token = Secret::new(token);
        let port = port.map(|p| format!(":{p}")).unwrap_or_default();
        let url = format!("https://e.com{port}/{path}");
        let signed = signature::sign(&token, &signature::signed_url(&url), &params);
        prop_assert!(signature::validate(&token, &url, &params, &signed));
        let mut shuffled = params.clone();
        shuffled.reverse();
        prop_assert!(signature::validate(&token, &url, &shuffled, &signed));

        let mut changed = signed.clone().into_bytes();
        changed[change] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        prop_assert!(!signature::validate(&token, &url, &params, &changed));
        let longer = format!("{url}x");
        prop_assert!(!signature::validate(&token, &longer, &params, &signed));
        prop_assert!(!signature::validate(&Secret::new("other token, quite long"), &url, &params, &signed));
        prop_assert!(!signature::validate(&token, &url, &params, &signed[..27]));
    }

    #[test]
    fn rubbish_is_never_a_signature(
        url in any::<String>(), more in "[a-z]{0,5}(://)?[@:/?#\\[\\]0-9a-z]{0,20}", text in any::<String>(),
        body: Vec<u8>,
        params in proptest::collection::vec((any::<String>(), any::<String>()), 0..4),
    ) {
        let token = Secret::new("12345");
        let _ = Settings::parse(Some(&text));
        for url in [url, more] {
            prop_assert!(!signature::validate(&token, &url, &params, &text));
            prop_assert!(!signature::validate_body(&token, &url, &body, &text));
            let _ = signature::signed_url(&url);
        }
    }
}
