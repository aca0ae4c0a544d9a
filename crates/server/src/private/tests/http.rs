use super::{LISTED, SECRET, Server, Setting, no_files};
use crate::{TokenUnavailable, testing::RecordingHost};
use axum::{Router, routing::get};
use reqwest::{Method, RequestBuilder, Response, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Asks, and expects that status and a text with that in it.
#[track_caller]
fn check(
    request: RequestBuilder,
    status: u16,
    sentence: &'static str,
) -> impl Future<Output = header::HeaderMap> {
    let place = std::panic::Location::caller();
    async move {
        let response = request.send().await.unwrap();
        let (got, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap();
        assert_eq!(got, status, "{place}: {body}");
        assert!(body.contains(sentence), "{place}: {body:?}");
        headers
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|v| v.to_str().unwrap())
}

#[tokio::test]
async fn gives_the_token_as_plain_text_to_who_has_the_secret() {
    let server = Server::start().await;
    let response = server
        .get("/token")
        .bearer_auth(SECRET)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        header(&response, "content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(header(&response, "cache-control"), Some("no-store"));
    assert_eq!(header(&response, "access-control-allow-origin"), None);
    assert_eq!(response.text().await.unwrap(), "header.claims.signature");
}

#[tokio::test]
async fn refuses_the_token_without_the_secret() {
    let server = Server::start().await;
    let ask = || server.get("/token");
    let sentence = "send it as \"Authorization: Bearer SECRET\"";
    let headers = check(ask(), 401, sentence).await;
    assert_eq!(headers["www-authenticate"], "Bearer");
    check(ask().bearer_auth(""), 401, sentence).await;
    check(ask().bearer_auth("session-secret_2"), 401, sentence).await;
    check(ask().bearer_auth("session-secret_1x"), 401, sentence).await;
    check(ask().basic_auth("x", Some(SECRET)), 401, sentence).await;
    check(
        ask().bearer_auth(SECRET).bearer_auth("other"),
        401,
        sentence,
    )
    .await;
    let in_the_query = server.get(&format!("/token?secret={SECRET}"));
    check(in_the_query, 401, sentence).await;
}

#[tokio::test]
async fn the_scheme_of_the_secret_may_be_written_in_any_case() {
    let server = Server::start().await;
    let request = server
        .get("/token")
        .header("authorization", format!("bearer {SECRET}"));
    check(request, 200, "header.claims.signature").await;
}

#[tokio::test]
async fn says_why_no_token_can_be_made() {
    let mut host = RecordingHost::new();
    host.token = Err(TokenUnavailable("the API key secret is missing".to_owned()));
    let server = Setting {
        host,
        ..Setting::default()
    }
    .serve()
    .await;
    let request = server.get("/token").bearer_auth(SECRET);
    check(
        request,
        503,
        "No token can be made: the API key secret is missing.",
    )
    .await;
}

#[tokio::test]
async fn a_listed_origin_may_read_the_token() {
    let server = Server::start().await;
    let request = server
        .get("/token")
        .bearer_auth(SECRET)
        .header("origin", LISTED);
    let headers = check(request, 200, "header.claims.signature").await;
    assert_eq!(headers["access-control-allow-origin"], LISTED);
    assert_eq!(headers["vary"], "origin");
    assert!(!headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn a_listed_origin_may_read_why_it_was_refused() {
    let server = Server::start().await;
    let request = server.get("/token").header("origin", LISTED);
    let headers = check(request, 401, "session secret").await;
    assert_eq!(headers["access-control-allow-origin"], LISTED);
}

#[tokio::test]
async fn answers_the_preflight_of_a_listed_origin_without_a_secret() {
    let server = Server::start().await;
    let request = server
        .request(Method::OPTIONS, "/token")
        .header("origin", LISTED)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let headers = check(request, 204, "").await;
    assert_eq!(headers["access-control-allow-origin"], LISTED);
    assert_eq!(headers["access-control-allow-methods"], "GET");
    assert_eq!(headers["access-control-allow-headers"], "authorization");
    assert_eq!(headers["access-control-max-age"], "600");
}

#[tokio::test]
async fn refuses_other_origins_whether_they_ask_first_or_not() {
    let server = Server::start().await;
    for origin in [
        "https://evil.example",
        "http://localhost:3001",
        "https://localhost:3000",
        "http://localhost:3000.evil.example",
        "null",
        "*",
    ] {
        for method in [Method::GET, Method::OPTIONS] {
            let request = server
                .request(method, "/token")
                .bearer_auth(SECRET)
                .header("origin", origin);
            let headers = check(request, 403, "--allow-origin").await;
            assert!(
                !headers.contains_key("access-control-allow-origin"),
                "{origin}"
            );
        }
    }
    let twice = server
        .get("/token")
        .bearer_auth(SECRET)
        .header("origin", LISTED)
        .header("origin", "https://evil.example");
    check(twice, 403, "--allow-origin").await;
}

#[tokio::test]
async fn a_preflight_of_nobody_shares_nothing() {
    let server = Server::start().await;
    for request in [
        server.request(Method::OPTIONS, "/token"),
        server
            .request(Method::OPTIONS, "/token")
            .header("origin", server.origin()),
    ] {
        let headers = check(request, 204, "").await;
        assert!(!headers.contains_key("access-control-allow-origin"));
        assert!(!headers.contains_key("access-control-allow-methods"));
    }
}

#[tokio::test]
async fn a_listed_origin_gets_nothing_but_the_token() {
    let server = Server::start().await;
    for path in ["/", "/page.wasm", "/app/socket"] {
        let request = server
            .get(path)
            .bearer_auth(SECRET)
            .header("origin", LISTED);
        check(request, 403, "may take the token only").await;
    }
}

#[tokio::test]
async fn answers_under_its_own_address_only() {
    let server = Server::start().await;
    let port = server.address.port();
    for path in ["/", "/token", "/app/socket", "/nothing"] {
        for host in [
            "evil.example".to_owned(),
            format!("evil.example:{port}"),
            "127.0.0.1".to_owned(),
            format!("127.0.0.1:{}", port ^ 1),
            format!("localhost.evil.example:{port}"),
            format!("127.0.0.1:{port}@evil.example"),
        ] {
            let request = server.get(path).bearer_auth(SECRET).header("host", &host);
            let headers = check(request, 421, "use http://127.0.0.1:").await;
            assert!(headers.contains_key("content-security-policy"));
        }
    }
    for host in [format!("localhost:{port}"), format!("LOCALHOST:{port}")] {
        check(server.get("/").header("host", host), 200, "<!doctype html>").await;
    }
}

#[tokio::test]
async fn wants_exactly_one_host() {
    let server = Server::start().await;
    let own = server.address;
    for hosts in [
        String::new(),
        format!("Host: {own}\r\nHost: evil.example\r\n"),
    ] {
        let mut stream = TcpStream::connect(own).await.unwrap();
        let request = format!("GET / HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert!(!answer.contains("doctype"), "{answer}");
    }
}

#[tokio::test]
async fn gives_the_page_to_anyone_on_this_machine() {
    let server = Server::start().await;
    let index = check(server.get("/"), 200, "<!doctype html>").await;
    assert_eq!(index["content-type"], "text/html; charset=utf-8");
    let wasm = check(server.get("/page.wasm?v=1"), 200, "asm").await;
    assert_eq!(wasm["content-type"], "application/wasm");
    check(server.get("/index.html"), 200, "<!doctype html>").await;
    check(server.request(Method::HEAD, "/"), 200, "").await;
    check(server.get("/gone.js"), 404, "the dialer is at /").await;
}

#[tokio::test]
async fn says_when_the_page_was_not_built() {
    let server = Setting {
        files: no_files,
        ..Setting::default()
    }
    .serve()
    .await;
    check(server.get("/"), 503, "cargo xtask run").await;
}

#[tokio::test]
async fn refuses_other_methods_with_a_sentence() {
    let server = Server::start().await;
    for path in ["/", "/token", "/app/socket"] {
        let request = server
            .request(Method::POST, path)
            .bearer_auth(SECRET)
            .body("x");
        let headers = check(request, 405, "GET").await;
        assert!(headers["allow"].to_str().unwrap().contains("GET"), "{path}");
    }
}

#[tokio::test]
async fn every_answer_is_sealed() {
    let server = Server::start().await;
    for path in ["/", "/token", "/gone.js"] {
        let response = server.get(path).send().await.unwrap();
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(header(&response, name), Some(value), "{path}");
        }
    }
}

#[tokio::test]
async fn the_page_may_connect_to_twilio_or_to_the_sandbox() {
    for (signalling, calls) in [
        (None, "wss://*.twilio.com https://*.twilio.com"),
        (Some("127.0.0.1:4711"), "ws://127.0.0.1:4711"),
    ] {
        let server = Setting {
            signalling,
            ..Setting::default()
        }
        .serve()
        .await;
        let port = server.address.port();
        let response = server.get("/").send().await.unwrap();
        let expected = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self'; font-src 'self'; media-src 'self'; connect-src 'self' \
             ws://127.0.0.1:{port} ws://localhost:{port} {calls}; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'"
        );
        assert_eq!(
            header(&response, "content-security-policy"),
            Some(expected.as_str())
        );
    }
}

#[tokio::test]
async fn an_odd_signalling_address_cannot_widen_what_the_page_may_do() {
    let signalling = Some("127.0.0.1:1; script-src *");
    let server = Setting {
        signalling,
        ..Setting::default()
    }
    .serve()
    .await;
    let response = server.get("/").send().await.unwrap();
    let policy = header(&response, "content-security-policy").unwrap();
    assert!(!policy.contains('*'), "{policy}");
}

fn extra() -> Router {
    Router::new()
        .route("/sandbox/log", get(async || "the log"))
        .fallback(async || "not ours")
}

#[tokio::test]
async fn routes_of_others_are_behind_the_same_guard() {
    let server = Setting {
        extra: extra(),
        ..Setting::default()
    }
    .serve()
    .await;
    let ask = || server.get("/sandbox/log");
    check(ask(), 401, "session secret").await;
    check(ask().bearer_auth("wrong"), 401, "session secret").await;
    let headers = check(ask().bearer_auth(SECRET), 200, "the log").await;
    assert!(headers.contains_key("content-security-policy"));
    for origin in [LISTED, "https://evil.example"] {
        check(
            ask().bearer_auth(SECRET).header("origin", origin),
            403,
            "origin",
        )
        .await;
    }
    check(
        ask().bearer_auth(SECRET).header("host", "evil.example"),
        421,
        "",
    )
    .await;
}

#[tokio::test]
async fn a_fallback_of_others_is_not_reached() {
    let server = Setting {
        extra: extra(),
        ..Setting::default()
    }
    .serve()
    .await;
    check(
        server.get("/sandbox/nothing").bearer_auth(SECRET),
        404,
        "the dialer is at /",
    )
    .await;
}
