//! handset-server from the outside, without a browser.

use crate::{handset_server, setting};
use futures_util::SinkExt;
use harness::process::run_to_end;
use harness::{Artefacts, Scene, Server, wait};
use reqwest::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HOST, ORIGIN,
};
use reqwest::{Client, Method, StatusCode};
use std::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

fn start(name: &str, arguments: &[&str]) -> Server {
    Server::start(&handset_server(), arguments, &Artefacts::new(name))
}

#[test]
fn missing_configuration_is_named_in_full_and_exits_with_2() {
    let mut command = Server::command(&handset_server());
    let (code, output, errors) = run_to_end(command.env("TWILIO_ACCOUNT_SID", "AC-nonsense"));
    assert_eq!(code, Some(2), "{errors}");
    assert_eq!(output, "");
    for variable in [
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
        "TWILIO_API_KEY",
        "TWILIO_API_SECRET",
        "TWILIO_TWIML_APP_SID",
    ] {
        assert!(
            errors.contains(variable),
            "{variable} is not named in: {errors}"
        );
    }
}

#[test]
fn malformed_secrets_are_named_but_not_shown() {
    let mut command = Server::command(&handset_server());
    command.env("TWILIO_API_SECRET", "hunter2 with spaces");
    let (code, _, errors) = run_to_end(&mut command);
    assert_eq!(code, Some(2), "{errors}");
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[test]
fn a_taken_port_is_told_in_a_sentence() {
    for listener in ["--private", "--public"] {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let (address, port) = (address.to_string(), address.port().to_string());
        let mut command = Server::command(&handset_server());
        command.args(["--sandbox", "--json", listener, &address]);
        let (code, output, errors) = run_to_end(&mut command);
        assert_ne!(code, Some(0));
        assert_eq!(output, "", "it does not say that it stands");
        assert!(errors.contains(&port), "{errors}");
        assert!(errors.contains(listener), "it says what to do: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

#[tokio::test]
async fn the_token_is_plain_text_for_those_who_have_the_secret() {
    let server = start("server-token", &[]);
    let url = server.private("/token");
    let secret = &server.addresses.session_secret;
    let client = Client::new();
    let answer = client.get(&url).bearer_auth(secret).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let kind = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/plain"), "{kind}");
    let jwt = answer.text().await.unwrap();
    assert!(
        jwt.starts_with("eyJ") && jwt.split('.').count() == 3,
        "{jwt}"
    );
    assert_eq!(jwt.trim(), jwt, "nothing around it");

    let refused = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_client_error(), "{}", answer.status());
        let text = answer.text().await.unwrap();
        assert!(!text.contains("eyJ"), "{text}");
    };
    refused(client.get(&url)).await;
    refused(client.get(&url).bearer_auth("wrong")).await;
    refused(
        client
            .get(&url)
            .bearer_auth(secret)
            .header(HOST, "evil.example"),
    )
    .await;
    refused(
        client
            .get(&url)
            .bearer_auth(secret)
            .header(ORIGIN, "https://evil.example"),
    )
    .await;
    let public = format!("http://{}/token", server.addresses.public_listener);
    refused(client.get(&public).bearer_auth(secret)).await;
}

#[tokio::test]
async fn only_listed_origins_may_fetch_the_token() {
    let server = start("server-cors", &["--allow-origin", "https://crm.example"]);
    let client = Client::new();
    let ask = async |method: Method, path: &str, origin: &str| {
        let request = client
            .request(method, server.private(path))
            .header(ORIGIN, origin);
        let request = request.header(ACCESS_CONTROL_REQUEST_METHOD, "GET");
        let request = request.bearer_auth(&server.addresses.session_secret);
        let answer = request.send().await.unwrap();
        let allowed = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).cloned();
        let allowed = allowed.map(|origin| origin.to_str().unwrap().to_owned());
        (answer.status(), allowed)
    };
    let listed = Some("https://crm.example".to_owned());
    assert_eq!(
        ask(Method::OPTIONS, "/token", "https://crm.example").await,
        (StatusCode::NO_CONTENT, listed.clone())
    );
    assert_eq!(
        ask(Method::GET, "/token", "https://crm.example").await,
        (StatusCode::OK, listed)
    );
    let (status, allowed) = ask(Method::OPTIONS, "/token", "https://evil.example").await;
    assert_eq!(allowed, None, "{status}");
    let (status, allowed) = ask(Method::GET, "/token", "https://evil.example").await;
    assert_eq!((status, allowed), (StatusCode::FORBIDDEN, None));
    let (status, allowed) = ask(Method::GET, "/sandbox/calls", "https://crm.example").await;
    assert_eq!((status, allowed), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn webhooks_that_twilio_did_not_sign_are_refused() {
    let server = start("server-webhooks", &[]);
    let public = |path: &str| format!("http://{}{path}", server.addresses.public_listener);
    let client = Client::new();
    for path in [
        "/voice/outgoing",
        "/voice/incoming",
        "/voice/incoming/result",
        "/voice/status",
    ] {
        for signature in [None, Some("bm90IHRoZSBzaWduYXR1cmU=")] {
            let mut request = client.post(public(path));
            request = request.form(&[("CallSid", "CA0"), ("To", "+12025550144")]);
            if let Some(signature) = signature {
                request = request.header("X-Twilio-Signature", signature);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
    let huge = client
        .post(public("/voice/outgoing"))
        .body(vec![b'a'; 10 << 20]);
    // A server may also close the connection on a body that it does not want.
    if let Ok(answer) = huge.send().await {
        assert!(answer.status().is_client_error(), "{}", answer.status());
    }
    let health = client.get(public("/health")).send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK, "and it still stands");
}

#[tokio::test]
async fn malformed_signalling_frames_leave_the_phone_usable() {
    Scene::play("server-frames", &setting(), async |scene| {
        let url = scene.server.addresses.signalling_url.clone().unwrap();
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        for frame in [
            "",
            "{",
            "[]",
            r#"{"type":"invite"}"#,
            r#"{"type":"listen","payload":7}"#,
        ] {
            // It may close the socket on us at any of them.
            let _ = socket.send(Message::text(frame)).await;
        }
        let _ = socket.send(Message::binary(vec![0; 1 << 20])).await;
        scene.page().dial(crate::phones::ECHOES).await;
        scene.page().until("#call", "data-phase", "active").await;
    })
    .await;
}

#[tokio::test]
async fn the_server_ends_when_it_is_asked_to() {
    let mut server = start("server-end", &[]);
    server.process.ask_to_end();
    let status = wait::until("its end", async || server.process.ended().ok_or(())).await;
    assert_eq!(status.code(), Some(0));
}
