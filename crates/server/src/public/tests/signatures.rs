use super::{AUTH_TOKEN, PUBLIC_URL, Server, check, line, params, webhooks};
use reqwest::RequestBuilder;
use std::sync::Arc;
use twilio::{Secret, signature};

const PATH: &str = "/voice/incoming";

async fn is_refused(server: &Server, request: RequestBuilder) {
    check(request, 403, "does not hold for this request").await;
    assert_eq!(server.host.told(), []);
}

async fn is_taken(request: RequestBuilder) {
    check(request, 200, "<Client").await;
}

#[tokio::test]
async fn refuses_every_webhook_without_a_signature() {
    let server = Server::start().await;
    for route in super::super::Route::ALL {
        let request = server.unsigned(route.path(), &params(&[]));
        check(request, 403, "X-Twilio-Signature header is missing").await;
        let request = server
            .unsigned(route.path(), &params(&[]))
            .header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        is_refused(&server, request).await;
    }
}

#[tokio::test]
async fn takes_a_signature_made_elsewhere() {
    // Made with Python: base64(hmac_sha1(b"the auth token", url + sorted names and values)).
    let server = Server::start().await;
    let request = server
        .unsigned(PATH, &params(&[("From", "+12025550142")]))
        .header("x-twilio-signature", "LM+orRmjyHOMugtllA9i+JjcdzY=");
    is_taken(request).await;
}

#[tokio::test]
async fn refuses_a_signature_of_anything_else() {
    let server = Server::start().await;
    let ours = params(&[("From", "+12025550142")]);
    let sign = |token: &str, url: &str, params: &twilio::webhook::Params| {
        signature::sign(&Secret::new(token), url, params.pairs())
    };
    let url = format!("{PUBLIC_URL}{PATH}");
    let other_params = params(&[("From", "+12025550143")]);
    for signature in [
        sign("another token", &url, &ours),
        sign(AUTH_TOKEN, &url, &other_params),
        sign(AUTH_TOKEN, "https://phone.example/voice/outgoing", &ours),
        sign(AUTH_TOKEN, "http://phone.example/voice/incoming", &ours),
        sign(
            AUTH_TOKEN,
            "https://phone.example/voice/incoming?x=1",
            &ours,
        ),
        // The address it was really sent to, and the Host header it came with.
        sign(
            AUTH_TOKEN,
            &format!("http://{}{PATH}", server.address),
            &ours,
        ),
        sign(AUTH_TOKEN, &format!("https://evil.example{PATH}"), &ours),
        String::new(),
        "\u{e9}".to_owned(),
    ] {
        let request = server
            .unsigned(PATH, &ours)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-twilio-signature", signature.as_bytes());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403, "{signature}");
    }
    let right = sign(AUTH_TOKEN, &url, &ours);
    let twice = server
        .signed(PATH, &ours)
        .header("x-twilio-signature", right);
    check(twice, 403, "missing").await;
    assert_eq!(server.host.told(), []);
}

#[tokio::test]
async fn checks_against_the_public_url_whatever_the_host_header_says() {
    let server = Server::start().await;
    let request = server
        .signed(PATH, &params(&[]))
        .header("host", "evil.example")
        .header("x-forwarded-proto", "http");
    is_taken(request).await;
}

#[tokio::test]
async fn takes_the_signature_with_and_without_the_port() {
    for (public_url, signed_urls) in [
        (
            "https://phone.example",
            &["https://phone.example", "https://phone.example:443"][..],
        ),
        (
            "https://phone.example:8443/",
            &["https://phone.example", "https://phone.example:8443"],
        ),
        (
            "http://127.0.0.1:4711",
            &["http://127.0.0.1:4711", "http://127.0.0.1"],
        ),
        (
            "http://phone.example",
            &["http://phone.example:80", "http://phone.example"],
        ),
        (
            "https://user:pass@phone.example",
            &["https://phone.example"],
        ),
    ] {
        let server = Server::at(public_url).await;
        for signed_url in signed_urls {
            let url = format!("{signed_url}{PATH}");
            is_taken(server.signed_for(&url, PATH, &params(&[]))).await;
        }
    }
    let server = Server::at("https://phone.example:8443").await;
    let other_port = format!("https://phone.example:8444{PATH}");
    is_refused(&server, server.signed_for(&other_port, PATH, &params(&[]))).await;
}

#[tokio::test]
async fn the_query_is_signed_too() {
    let server = Server::start().await;
    let path = "/voice/incoming?a=b%20c&d";
    is_taken(server.signed(path, &params(&[]))).await;
    let without = format!("{PUBLIC_URL}{PATH}");
    let server = Server::start().await;
    is_refused(&server, server.signed_for(&without, path, &params(&[]))).await;
}

#[tokio::test]
async fn parameters_we_do_not_know_are_signed_too() {
    let server = Server::start().await;
    let odd = params(&[("NewIn2027", "é €\r\n"), ("Empty", ""), ("a b", "c+d")]);
    is_taken(server.signed(PATH, &odd)).await;
}

#[tokio::test]
async fn follows_a_change_of_the_public_url_and_the_auth_token() {
    let server = Server::start().await;
    is_taken(server.signed(PATH, &params(&[]))).await;
    let changed = webhooks("https://new.example", "new token", line());
    server.webhooks.send_replace(Arc::new(changed));
    check(server.signed(PATH, &params(&[])), 403, "does not hold").await;
    let url = format!("https://new.example{PATH}");
    let signature = signature::sign(&Secret::new("new token"), &url, params(&[]).pairs());
    let request = server
        .unsigned(PATH, &params(&[]))
        .header("x-twilio-signature", signature);
    check(request, 200, "https://new.example/voice/incoming/result").await;
}

#[tokio::test]
async fn refuses_the_webhook_of_another_account() {
    let server = Server::start().await;
    for route in super::super::Route::ALL {
        let params = params(&[
            ("AccountSid", "AC00000000000000000000000000000002"),
            ("DialCallStatus", "busy"),
        ]);
        check(
            server.signed(route.path(), &params),
            403,
            "another Twilio account",
        )
        .await;
    }
    assert_eq!(server.host.told(), []);
}
