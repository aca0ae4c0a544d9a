//! The signature check before a service.

#![expect(clippy::unwrap_used, reason = "checks that helpers make fail the test")]

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};
use tower::{Layer, ServiceExt, service_fn};
use twilio::{
    Secret,
    signature::{Algorithm, Keyring, Refused, SignatureLayer, SigningKey, Trust, sign},
    webhook::Params,
};

const PUBLIC: &str = "https://phone.example.com";
const FORM: &str = "application/x-www-form-urlencoded";

fn auth_token() -> Secret {
    Secret::new("2bd9e9638872de601313dc77410d3b23")
}

fn shared_key() -> Secret {
    Secret::new("a key that is shared")
}

fn pairs(form: &str) -> Vec<(String, String)> {
    Params::parse_form(form.as_bytes()).0
}

/// Answers with the parameters it finds and the bytes it reads.
async fn answer(request: Request<Full<Bytes>>) -> Result<Response<String>, Infallible> {
    let params = request
        .extensions()
        .get::<Params>()
        .map(|params| params.pairs().len());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Ok(Response::new(format!("{params:?} {}", body.len())))
}

fn layer() -> SignatureLayer {
    let keyring = Keyring::new(&auth_token()).shared("k1", &shared_key());
    SignatureLayer::new(keyring, "https://me:pw@phone.example.com:8443/").max_body(200)
}

/// What a request is answered behind a layer: status and text.
fn ask(
    layer: &SignatureLayer,
    request: http::request::Builder,
    body: &str,
) -> (StatusCode, String) {
    let request = request
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let response = runtime
        .block_on(layer.layer(service_fn(answer)).oneshot(request))
        .unwrap();
    (response.status(), response.into_body())
}

#[track_caller]
fn check(request: http::request::Builder, body: &str, expected: Result<&str, StatusCode>) {
    let (status, text) = ask(&layer(), request, body);
    let got = match status {
        StatusCode::OK => Ok(text.as_str()),
        status => Err(status),
    };
    assert_eq!(got, expected);
}

fn post(path: &str) -> http::request::Builder {
    Request::post(format!("http://127.0.0.1:80{path}")).header("content-type", FORM)
}

#[test]
fn a_signed_form_passes_with_its_parameters() {
    let form = "CallSid=CA1&From=%2B12025550142&Note=a+b";
    let signature = sign(&auth_token(), &format!("{PUBLIC}/voice?a=1"), &pairs(form));
    let signed = || post("/voice?a=1").header("x-twilio-signature", &signature);
    check(signed(), form, Ok("Some(3) 40"));
    check(
        signed(),
        &form.replace("CA1", "CA2"),
        Err(StatusCode::FORBIDDEN),
    );
    check(
        signed().header("x-twilio-signature", "again"),
        form,
        Err(StatusCode::FORBIDDEN),
    );
    check(post("/voice?a=1"), form, Err(StatusCode::FORBIDDEN));
    check(
        post("/voice?a=2").header("x-twilio-signature", &signature),
        form,
        Err(StatusCode::FORBIDDEN),
    );
}

#[test]
fn a_get_passes_by_its_url_alone() {
    let signature = sign(&auth_token(), &format!("{PUBLIC}/voice?CallSid=CA1"), &[]);
    let get = |path: &str| Request::get(path).header("x-twilio-signature", &signature);
    check(get("/voice?CallSid=CA1"), "", Ok("None 0"));
    check(get("/voice?CallSid=CA2"), "", Err(StatusCode::FORBIDDEN));
    // A form in a GET is not signed, so it is a body without its hash.
    let with_form = get("/voice?CallSid=CA1").header("content-type", FORM);
    check(with_form, "CallSid=CA3", Err(StatusCode::FORBIDDEN));
}

#[test]
fn a_json_body_passes_by_its_hash() {
    // The hash of `{}`.
    let path = "/hook?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let signature = sign(&auth_token(), &format!("{PUBLIC}{path}"), &[]);
    let post = || {
        Request::post(path)
            .header("content-type", "application/json")
            .header("x-twilio-signature", &signature)
    };
    check(post(), "{}", Ok("None 2"));
    check(post(), "{ }", Err(StatusCode::FORBIDDEN));
}

#[test]
fn the_settings_header_chooses_key_and_algorithm() {
    let form = "CallSid=CA1";
    let url = format!("{PUBLIC}/voice");
    let sha256 = SigningKey::new(&shared_key()).sign(Algorithm::HmacSha256, &url, &pairs(form));
    let settings = "x-twilio-webhooks-signature-settings";
    let signed = |how: &str| {
        post("/voice")
            .header("x-twilio-signature", &sha256)
            .header(settings, how)
    };
    check(
        signed("key=k1,algorithm=HMAC_SHA256"),
        form,
        Ok("Some(1) 11"),
    );
    check(signed("key=k1"), form, Err(StatusCode::FORBIDDEN));
    check(
        signed("key=k2,algorithm=HMAC_SHA256"),
        form,
        Err(StatusCode::FORBIDDEN),
    );
    check(
        signed("algorithm=HMAC_SHA256"),
        form,
        Err(StatusCode::FORBIDDEN),
    );
    check(
        signed("key=k1,algorithm=HMAC_SHA512"),
        form,
        Err(StatusCode::FORBIDDEN),
    );
    let twice = signed("key=k1,algorithm=HMAC_SHA256").header(settings, "key=k1");
    check(twice, form, Err(StatusCode::FORBIDDEN));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let signed = || post("/voice").header("x-twilio-signature", "rubbish");
    check(
        signed(),
        &"a".repeat(201),
        Err(StatusCode::PAYLOAD_TOO_LARGE),
    );
    check(signed(), "a=%4", Err(StatusCode::BAD_REQUEST));
    check(signed(), "a=%FF", Err(StatusCode::BAD_REQUEST));
    check(signed(), "a=b", Err(StatusCode::FORBIDDEN));
    // Without a signature the body is not even looked at.
    check(post("/voice"), &"a".repeat(201), Err(StatusCode::FORBIDDEN));
}

#[test]
fn both_spellings_of_the_port_are_taken_and_no_other() {
    for (port, taken) in [
        ("", true),
        (":8443", true),
        (":443", false),
        (":8444", false),
    ] {
        let url = format!("https://phone.example.com{port}/voice");
        let signature = sign(&auth_token(), &url, &pairs("a=b"));
        let request = post("/voice").header("x-twilio-signature", &signature);
        let expected = if taken {
            Ok("Some(1) 3")
        } else {
            Err(StatusCode::FORBIDDEN)
        };
        check(request, "a=b", expected);
    }
}

#[test]
fn a_refusal_says_why_and_is_told() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let layer = layer().forms_only().on_refusal(move |head, refused| {
        let path = head.uri.path().to_owned();
        telling.lock().unwrap().push((path, refused));
    });
    let signed = || post("/voice").header("x-twilio-signature", "rubbish");
    let settings = "x-twilio-webhooks-signature-settings";
    let json = Request::post("/voice").header("content-type", "application/json");
    for (request, body, refused, sentence) in [
        (
            post("/voice"),
            "",
            Refused::NoSignature,
            "header is missing",
        ),
        (signed(), "a=b", Refused::DoesNotHold, "does not hold"),
        (
            signed().header(settings, "key=k2"),
            "",
            Refused::UnknownKey,
            "shared key",
        ),
        (json, "{}", Refused::NotAForm, "A webhook is a form"),
        (signed(), "a=%4", Refused::BadForm, "escape its values"),
        (
            signed(),
            &"a".repeat(201),
            Refused::TooLarge { max_body: 200 },
            "at most 200 bytes",
        ),
    ] {
        let (status, text) = ask(&layer, request, body);
        assert_eq!(status, refused.status());
        assert_eq!(text, format!("{refused}\n"));
        assert!(text.contains(sentence), "{text}");
        let last = told.lock().unwrap().pop();
        assert_eq!(last, Some(("/voice".to_owned(), refused)));
    }
    assert_eq!(*told.lock().unwrap(), []);
}

#[test]
fn a_layer_follows_the_keys_and_the_address_of_the_moment() {
    let trust = |secret: &str, url: &str| {
        let keyring = Keyring::new(&Secret::new(secret));
        Arc::new(Trust::new(keyring, url))
    };
    let now = Arc::new(Mutex::new(trust("one", "https://one.example")));
    let asked = Arc::clone(&now);
    let layer = SignatureLayer::following(move || Arc::clone(&asked.lock().unwrap()));
    let is_taken = |secret: &str, url: &str| {
        let signature = sign(&Secret::new(secret), url, &pairs("a=b"));
        let request = post("/voice").header("x-twilio-signature", signature);
        ask(&layer, request, "a=b").0 == StatusCode::OK
    };
    assert!(is_taken("one", "https://one.example/voice"));
    *now.lock().unwrap() = trust("two", "https://two.example/path/");
    assert!(!is_taken("one", "https://one.example/voice"));
    assert!(!is_taken("two", "https://one.example/voice"));
    assert!(is_taken("two", "https://two.example/path/voice"));
}
