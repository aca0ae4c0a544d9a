//! Tokens against what Twilio's helper libraries make of the same requests.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

mod made;

use made::{
    ACCOUNT, KEY, NOW_S, check, claims, claims_with, decoded, fixture, header, secret, signed,
    signed_with,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use twilio::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid},
    token::{self, MAX_TOKEN, TokenError, TokenRequest, VerifyError},
};

#[test]
fn tokens_say_what_the_helper_libraries_say() {
    let cases = fixture().minted;
    assert!(cases.len() > 30);
    for case in cases {
        let token = case.request.mint();
        let token = token.unwrap_or_else(|error| panic!("{}: {error}", case.id));
        let (header, mut claims) = decoded(&token);
        assert_eq!(header, case.header, "{}", case.id);
        let made = claims.as_object_mut().unwrap().remove("iat");
        assert_eq!(made, Some(case.request.now_s.into()), "{}", case.id);
        assert_eq!(claims, case.claims_without_iat_and_nbf, "{}", case.id);

        let secret = Secret::new(&case.request.secret);
        let claims = token::verify(&token, &secret, case.request.now_s).unwrap();
        assert_eq!(claims.identity, case.request.identity, "{}", case.id);
        assert_eq!(claims.account, case.request.account, "{}", case.id);
        assert_eq!(token::peek_key(&token), Ok(case.request.key), "{}", case.id);
    }
}

#[test]
fn requests_that_twilio_would_refuse_are_refused_here() {
    let cases = fixture().refused;
    assert!(cases.len() > 10);
    for case in cases {
        let error = case.request.mint().unwrap_err();
        assert_eq!(format!("{error:?}"), case.error, "{}", case.id);
    }
}

#[test]
fn an_identity_fits_up_to_121_characters_and_a_region_is_a_word() {
    let mut request = fixture().minted.remove(0).request;
    request.identity = "x".repeat(121);
    assert!(request.mint().is_ok());
    request.identity.push('x');
    assert_eq!(request.mint(), Err(TokenError::LongIdentity));
    request.identity = "desk".into();
    for region in ["", "ie1\n", "ié1"] {
        request.region = Some(region.into());
        assert_eq!(request.mint(), Err(TokenError::BadRegion), "{region:?}");
    }
}

#[test]
fn tokens_of_the_helper_libraries_are_judged_as_twilio_does() {
    let cases = fixture().verified;
    assert!(cases.len() > 60);
    for case in cases {
        let verdict = token::verify(&case.token, &Secret::new(&case.secret), case.now_s);
        let said = match &verdict {
            Ok(_) => "Valid".to_owned(),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(said, case.verdict, "{}", case.id);
        if let (Ok(claims), Some(says)) = (verdict, case.says) {
            assert_eq!(claims.identity, says.identity, "{}", case.id);
            assert_eq!(claims.incoming, says.incoming, "{}", case.id);
            assert_eq!(claims.application, says.application, "{}", case.id);
            let mut params = says.params;
            params.sort();
            assert_eq!(claims.params, params, "{}", case.id);
            assert_eq!(claims.region, says.region, "{}", case.id);
            assert_eq!(claims.expires_at_s, says.expires_at_s, "{}", case.id);
        }
    }
}

#[test]
fn a_token_holds_from_its_beginning_to_the_second_before_its_end() {
    let token = signed(&header(), &claims_with("nbf", (NOW_S + 10).into()));
    let verdict = |now_s| token::verify(&token, &secret(), now_s).map(|_| ());
    assert_eq!(verdict(NOW_S + 9), Err(VerifyError::NotYet));
    assert_eq!(verdict(NOW_S + 10), Ok(()));
    assert_eq!(verdict(NOW_S + 3599), Ok(()));
    assert_eq!(verdict(NOW_S + 3600), Err(VerifyError::Expired));
    assert_eq!(verdict(u64::MAX), Err(VerifyError::Expired));
}

#[test]
fn a_life_longer_than_a_day_is_refused_however_it_is_dated() {
    let day = 86_400;
    let dated = |iat: Value, exp: u64| {
        let mut claims = claims_with("exp", exp.into());
        let object = claims.as_object_mut().unwrap();
        object.remove("iat");
        if !iat.is_null() {
            object.insert("iat".into(), iat);
        }
        claims
    };
    check(&header(), &dated(NOW_S.into(), NOW_S + day), Ok(()));
    let too_long = Err(VerifyError::TooLong);
    check(&header(), &dated(NOW_S.into(), NOW_S + day + 1), too_long);
    check(&header(), &dated(Value::Null, NOW_S + day + 1), too_long);
    check(
        &header(),
        &dated((NOW_S + day).into(), NOW_S + day + 1),
        too_long,
    );
    check(&header(), &dated((NOW_S - day).into(), NOW_S + 1), too_long);
    check(&header(), &dated(NOW_S.into(), u64::MAX), too_long);
}

#[test]
fn claims_of_the_wrong_kind_are_malformed() {
    let malformed = Err(VerifyError::Malformed);
    for (name, value) in [
        ("iss", Value::Null),
        ("iss", ACCOUNT.into()),
        ("sub", KEY.into()),
        ("sub", json!([])),
        ("exp", (-1).into()),
        ("exp", 1e300.into()),
        ("exp", "soon".into()),
        ("iat", "now".into()),
        ("nbf", json!({})),
        ("grants", Value::Null),
        ("grants", "all".into()),
        ("grants", json!({ "identity": "" })),
        ("grants", json!({ "identity": 5 })),
        (
            "grants",
            json!({ "identity": "desk", "voice": { "outgoing": { "application_sid": KEY } } }),
        ),
    ] {
        check(&header(), &claims_with(name, value), malformed);
    }
    check(&header(), &json!([]), malformed);
}

#[test]
fn only_true_lets_a_device_be_called_and_parameters_become_text() {
    let application = "AP0123456789abcdef0123456789abcdef";
    let grants = json!({ "identity": "desk", "voice": {
        "incoming": { "allow": "true" },
        "outgoing": { "application_sid": application,
                      "params": { "a": 1, "b": true, "c": null, "d": "x", "e": [1] } },
    }});
    let token = signed(&header(), &claims_with("grants", grants));
    let claims = token::verify(&token, &secret(), NOW_S).unwrap();
    assert!(!claims.incoming);
    let params: Vec<(&str, &str)> = claims
        .params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        params,
        [
            ("a", "1"),
            ("b", "true"),
            ("c", ""),
            ("d", "x"),
            ("e", "[1]")
        ]
    );
    assert!(!format!("{claims:?}").contains("params"), "{claims:?}");
}

#[test]
fn another_header_is_no_access_token() {
    let bad = Err(VerifyError::BadHeader);
    for (name, value) in [
        ("alg", "none"),
        ("alg", "HS512"),
        ("alg", "RS256"),
        ("alg", "hs256"),
        ("typ", "jwt"),
        ("cty", "twilio-fpa;v=2"),
    ] {
        let mut header = header();
        header
            .as_object_mut()
            .unwrap()
            .insert(name.into(), value.into());
        check(&header, &claims(), bad);
    }
}

#[test]
fn a_token_without_its_signature_is_refused() {
    let token = signed(&header(), &claims());
    let bare = token.rsplit_once('.').unwrap().0.to_owned();
    for (token, expected) in [
        (format!("{bare}."), VerifyError::BadSignature),
        (bare.clone(), VerifyError::Malformed),
        (format!("{bare}.AAAA"), VerifyError::BadSignature),
        (format!("{token}="), VerifyError::Malformed),
        (format!("{token}.x"), VerifyError::Malformed),
        (String::new(), VerifyError::Malformed),
        ("..".into(), VerifyError::Malformed),
        ("a".repeat(MAX_TOKEN + 1), VerifyError::Malformed),
    ] {
        let error = token::verify(&token, &secret(), NOW_S).unwrap_err();
        assert_eq!(error, expected, "{token:.80}");
    }
}

#[test]
fn nothing_holds_for_an_empty_secret() {
    let empty = Secret::new("");
    let token = signed_with(&empty, &header(), &claims());
    let verdict = token::verify(&token, &empty, NOW_S);
    assert_eq!(verdict.unwrap_err(), VerifyError::BadSignature);
}

#[test]
fn a_token_is_read_up_to_16_kb() {
    let padded = |length: usize| signed(&header(), &claims_with("pad", "x".repeat(length).into()));
    let fits = padded(11_000);
    assert!(fits.len() < MAX_TOKEN);
    assert!(token::verify(&fits, &secret(), NOW_S).is_ok());
    let verdict = token::verify(&padded(13_000), &secret(), NOW_S);
    assert_eq!(verdict.unwrap_err(), VerifyError::Malformed);
}

#[test]
fn no_secret_and_no_parameter_is_seen_in_debug() {
    let (account, key) = (
        AccountSid::parse(ACCOUNT).unwrap(),
        KeySid::parse(KEY).unwrap(),
    );
    let params = [("To".to_owned(), "+12025550101".to_owned())];
    let seen = format!(
        "{:?}",
        TokenRequest {
            account: &account,
            key: &key,
            secret: &secret(),
            identity: "desk",
            application: None,
            params: &params,
            incoming: true,
            ttl_s: 60,
            region: None,
        }
    );
    assert!(seen.contains("desk"), "{seen}");
    assert!(!seen.contains("+1202"), "{seen}");
    assert!(!seen.contains(secret().expose()), "{seen}");
}

#[test]
fn every_refusal_has_twilios_code() {
    let codes = [
        (VerifyError::Malformed, 20101),
        (VerifyError::BadHeader, 20101),
        (VerifyError::BadSignature, 20151),
        (VerifyError::Expired, 20104),
        (VerifyError::NotYet, 20104),
        (VerifyError::TooLong, 20157),
    ];
    for (error, code) in codes {
        assert_eq!(error.twilio_code(), code, "{error}");
    }
}

proptest! {
    #[test]
    fn rubbish_is_never_a_token(text in any::<String>(), parts in "[A-Za-z0-9_=-]{0,40}(\\.[A-Za-z0-9_=-]{0,40}){0,4}") {
        for text in [text, parts] {
            prop_assert!(token::verify(&text, &secret(), NOW_S).is_err());
            prop_assert!(token::peek_key(&text).is_err());
        }
    }

    #[test]
    fn a_changed_token_never_holds(at in 0usize..400, to in "[A-Za-z0-9_.=-]") {
        let token = signed(&header(), &claims());
        let at = at % token.len();
        let mut changed = token.clone();
        changed.replace_range(at..=at, &to);
        // The last character of base64 has bits that mean nothing, but those must be 0.
        prop_assert_eq!(token::verify(&changed, &secret(), NOW_S).is_ok(), changed == token);
    }

    #[test]
    fn no_request_panics(identity in ".{0,10}", name in ".{0,10}", value in any::<String>(),
                         region in ".{0,4}", ttl_s: u64, now_s: u64) {
        let (account, key) = (AccountSid::parse(ACCOUNT).unwrap(), KeySid::parse(KEY).unwrap());
        let application = ApplicationSid::random([7; 16]);
        let params = [(name, value)];
        let secret = secret();
        let request = TokenRequest {
            account: &account, key: &key, secret: &secret, identity: &identity,
            application: Some(&application), params: &params, incoming: false, ttl_s,
            region: Some(&region),
        };
        let _ = token::mint(&request, now_s);
        // One that Twilio takes says what it was asked to say.
        let request = TokenRequest { identity: "desk", region: None, ttl_s: 1 + ttl_s % 86_400, ..request };
        let now_s = now_s % 1_000_000_000_000;
        let token = token::mint(&request, now_s).unwrap();
        let claims = token::verify(&token, &secret, now_s).unwrap();
        prop_assert_eq!(claims.params.as_slice(), params.as_slice());
    }
}
