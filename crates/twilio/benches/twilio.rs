//! How long tokens, signatures and webhooks take: `cargo bench -p twilio`.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use twilio::{
    Secret,
    sid::{AccountSid, ApplicationSid, KeySid},
    signature::{self, Algorithm, SigningKey},
    token::{self, AccessToken, VoiceGrant},
    webhook::{Params, VoiceRequest},
};

const NOW_S: u64 = 1_750_000_000;
const URL: &str = "https://phone.example.com/voice/incoming?tenant=1";

/// A call that comes in, as Twilio posts it: 28 parameters.
const FORM: &str = "CallSid=CA0123456789abcdef0123456789abcdef\
    &AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B12025550142&To=%2B12025550100\
    &CallStatus=ringing&ApiVersion=2010-04-01&Direction=inbound&ForwardedFrom=&CallerName=\
    &FromCity=WASHINGTON&FromState=DC&FromZip=20001&FromCountry=US&ToCity=&ToState=DC&ToZip=\
    &ToCountry=US&Called=%2B12025550100&CalledCity=&CalledState=DC&CalledZip=&CalledCountry=US\
    &Caller=%2B12025550142&CallerCity=WASHINGTON&CallerState=DC&CallerZip=20001&CallerCountry=US\
    &StirVerstat=TN-Validation-Passed-A";

fn tokens(criterion: &mut Criterion) {
    let (account, key) = (AccountSid::random([1; 16]), KeySid::random([2; 16]));
    let secret = Secret::new("0123456789abcdefghijABCDEFGHIJ+/");
    let voice = VoiceGrant {
        incoming: true,
        application: Some(ApplicationSid::random([3; 16])),
        ..VoiceGrant::default()
    };
    let token = AccessToken::new(&account, &key, &secret, "desktop_7f3a").voice(&voice);
    criterion.bench_function("token/mint", |bench| {
        bench.iter(|| black_box(&token).mint(NOW_S))
    });
    let jwt = token
        .mint(NOW_S)
        .expect("the token is one that Twilio takes");
    token::verify(&jwt, &secret, NOW_S).expect("it holds");
    criterion.bench_function("token/verify", |bench| {
        bench.iter(|| token::verify(black_box(&jwt), &secret, NOW_S));
    });
}

fn signatures(criterion: &mut Criterion) {
    let auth_token = Secret::new("2bd9e9638872de601313dc77410d3b23");
    let params = Params::parse_form(FORM.as_bytes());
    assert_eq!(params.pairs().len(), 28);
    let signed = signature::sign(&auth_token, URL, params.pairs());
    criterion.bench_function("signature/sign", |bench| {
        bench.iter(|| signature::sign(&auth_token, black_box(URL), params.pairs()));
    });
    criterion.bench_function("signature/validate", |bench| {
        bench.iter(|| signature::validate(&auth_token, URL, params.pairs(), black_box(&signed)));
    });
    let key = SigningKey::new(&auth_token);
    let sha1 = Algorithm::HmacSha1;
    assert!(key.validate(sha1, URL, params.pairs(), &signed));
    criterion.bench_function("signature/validate with a prepared key", |bench| {
        bench.iter(|| key.validate(sha1, URL, params.pairs(), black_box(&signed)));
    });
    let sha256 = key.sign(Algorithm::HmacSha256, URL, params.pairs());
    criterion.bench_function("signature/validate SHA-256", |bench| {
        bench.iter(|| {
            key.validate(
                Algorithm::HmacSha256,
                URL,
                params.pairs(),
                black_box(&sha256),
            )
        });
    });
}

fn webhooks(criterion: &mut Criterion) {
    let auth_token = Secret::new("2bd9e9638872de601313dc77410d3b23");
    let key = SigningKey::new(&auth_token);
    let params = Params::parse_form(FORM.as_bytes());
    let signed = key.sign(Algorithm::HmacSha1, URL, params.pairs());
    criterion.bench_function("webhook/parse form", |bench| {
        bench.iter(|| Params::try_parse_form(black_box(FORM.as_bytes())));
    });
    criterion.bench_function("webhook/whole: form, signature, typed", |bench| {
        bench.iter(|| {
            let params = Params::try_parse_form(black_box(FORM.as_bytes())).expect("a form");
            assert!(key.validate(Algorithm::HmacSha1, URL, params.pairs(), &signed));
            VoiceRequest::from_params(params).expect("a call")
        });
    });
}

criterion_group!(benches, tokens, signatures, webhooks);
criterion_main!(benches);
