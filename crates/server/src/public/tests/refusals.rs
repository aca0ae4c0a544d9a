use super::{CALL, Server, check, params};
use crate::{public::Route, testing};
use bytes::Bytes;
use futures_util::stream;
use reqwest::{Body, Method};
use std::{cell::RefCell, io};

const PATH: &str = "/voice/outgoing";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn webhooks_are_taken_by_post_only() {
    let server = Server::start().await;
    for route in Route::ALL {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let url = format!("http://{}{}", server.address, route.path());
            let request = testing::client().request(method, url);
            let headers = check(request, 405, "set the method of this address to HTTP POST").await;
            assert_eq!(headers["allow"], "POST");
        }
    }
}

#[tokio::test]
async fn health_is_asked_by_get_only() {
    let server = Server::start().await;
    let headers = check(server.raw("/health", ""), 405, "GET only").await;
    assert_eq!(headers["allow"], "GET,HEAD");
}

#[tokio::test]
async fn nothing_else_is_there() {
    let server = Server::start().await;
    for path in [
        "/",
        "/token",
        "/app/socket",
        "/voice",
        "/voice/outgoing/",
        "/sandbox/log",
    ] {
        let url = format!("http://{}{path}", server.address);
        check(
            testing::client().get(url),
            404,
            "the voice URLs are /voice/outgoing",
        )
        .await;
        check(
            server.signed(path, &params(&[])),
            404,
            "no webhook at this address",
        )
        .await;
    }
}

#[tokio::test]
async fn refuses_a_body_that_is_too_large() {
    let server = Server::start().await;
    let large = "a".repeat(64 * 1024);
    let large_params = params(&[("To", &large)]);
    check(server.signed(PATH, &large_params), 413, "at most 64 kB").await;
    let chunks = (0..100).map(|_| Ok::<_, io::Error>(Bytes::from_static(&[b'a'; 1024])));
    let chunked = server
        .raw(PATH, Body::wrap_stream(stream::iter(chunks)))
        .header("content-type", FORM)
        .header("x-twilio-signature", "any");
    check(chunked, 413, "at most 64 kB").await;
    assert_eq!(server.host.told(), []);
}

#[tokio::test]
async fn takes_a_body_of_64_kb() {
    let server = Server::start().await;
    let rest = params(&[("To", "+12025550101"), ("X", "")]).to_form().len();
    let padding = "a".repeat(64 * 1024 - rest);
    let params = params(&[("To", "+12025550101"), ("X", &padding)]);
    assert_eq!(params.to_form().len(), 64 * 1024);
    check(server.signed(PATH, &params), 200, "<Number").await;
}

#[tokio::test]
async fn refuses_what_is_no_form() {
    let server = Server::start().await;
    for kind in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
    ] {
        let request = server.raw(PATH, "{}").header("content-type", kind);
        check(request, 415, "application/x-www-form-urlencoded").await;
    }
    check(
        server.raw(PATH, ""),
        415,
        "application/x-www-form-urlencoded",
    )
    .await;
}

#[tokio::test]
async fn takes_a_form_by_whatever_spelling_of_its_type() {
    let server = Server::start().await;
    for kind in [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-URLEncoded",
    ] {
        let params = params(&[("To", "+12025550101")]);
        let url = format!("{}{PATH}", super::PUBLIC_URL);
        let token = twilio::Secret::new(super::AUTH_TOKEN);
        let request = server
            .raw(PATH, params.to_form())
            .header("content-type", kind)
            .header(
                "x-twilio-signature",
                twilio::signature::sign(&token, &url, params.pairs()),
            );
        check(request, 200, "<Number").await;
    }
}

#[tokio::test]
async fn refuses_a_form_that_cannot_be_read() {
    let server = Server::start().await;
    for body in [
        &b"To=%"[..],
        b"To=%4",
        b"To=%zz",
        b"To=%+1",
        b"To=%ff",
        b"To=\xff",
        b"To=%c3&From=%a9",
    ] {
        let request = server
            .raw(PATH, body)
            .header("content-type", FORM)
            .header("x-twilio-signature", "any");
        check(request, 400, "The form cannot be read").await;
    }
}

#[tokio::test]
async fn names_the_parameter_that_is_not_understood() {
    let server = Server::start().await;
    let empty = twilio::webhook::Params::default();
    check(server.signed(PATH, &empty), 400, "CallSid: missing").await;
    for (path, given, sentence) in [
        (PATH, ("CallSid", "CA1"), "CallSid: not a SID"),
        (PATH, ("CallStatus", "asleep"), "CallStatus: "),
        ("/voice/incoming", ("AccountSid", ""), "AccountSid: missing"),
        (
            "/voice/incoming/result",
            ("To", "x"),
            "DialCallStatus: missing",
        ),
        (
            "/voice/outgoing/result",
            ("DialCallStatus", "lost"),
            "DialCallStatus: ",
        ),
        (
            "/voice/status",
            ("SequenceNumber", "-1"),
            "SequenceNumber: ",
        ),
        ("/voice/recorded", ("Direction", "up"), "Direction: "),
    ] {
        let request = server.signed(path, &params(&[given]));
        check(request, 400, sentence).await;
    }
    let mut twice = params(&[]);
    let other = "CA0000000000000000000000000000000f";
    twice.0.push(("CallSid".to_owned(), other.to_owned()));
    check(server.signed(PATH, &twice), 400, "CallSid: given twice").await;
    assert_eq!(server.host.told(), []);
}

thread_local! {
    /// What was logged on this thread.
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to [`LOG`].
struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_tells_what_happened_and_no_whole_number() {
    // For the whole process: a subscriber of one thread only can miss events whose place in the
    // code was first passed on another. The router's tasks run on this very thread.
    tracing_subscriber::fmt()
        .with_env_filter("server=trace")
        .with_ansi(false)
        .with_writer(|| ThisThread)
        .init();
    let server = Server::start().await;
    let from = [("From", "+12025550142"), ("To", "+12025550100")];
    for (path, given) in [
        ("/voice/incoming", &from[..]),
        (PATH, &[("From", "client:desk"), ("To", "(202) 555-0101")]),
        (PATH, &[("From", "client:desk"), ("To", "2025550177x")]),
        ("/voice/status", &from),
    ] {
        let response = server.signed(path, &params(given)).send().await.unwrap();
        assert!(response.status().is_success());
    }
    check(server.unsigned(PATH, &params(&from)), 403, "missing").await;
    let lost = params(&[("From", "+12025550142"), ("CallSid", "+12025550142")]);
    check(server.signed(PATH, &lost), 400, "CallSid").await;
    let url = format!("http://{}/voice/+12025550142", server.address);
    check(testing::client().get(url), 404, "").await;

    let text = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
    for line in [
        "answered an incoming call path=\"/voice/incoming\" from=•••• ••42",
        "answered an outgoing call path=\"/voice/outgoing\" to=•••• ••01 plan=Number",
        "plan=Refused",
        "heard how a leg fares path=\"/voice/status\" status=Ringing",
        "refused a webhook: The X-Twilio-Signature header is missing",
        "path=\"/voice/outgoing\" status=403",
        "path=\"/voice/outgoing\" status=400",
        "path=\"/voice/•••• ••42\" status=404",
    ] {
        assert!(text.contains(line), "{line:?} is not in {text}");
    }
    for secret in ["2025550", "555-0101", super::AUTH_TOKEN, CALL] {
        assert!(!text.contains(secret), "{secret:?} is in {text}");
    }
}
