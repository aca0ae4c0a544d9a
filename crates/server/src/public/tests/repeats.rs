use super::{AUTH_TOKEN, PUBLIC_URL, Server, line, params, webhooks};
use phone::dial_plan::Line;
use protocol::PhoneNumber;
use std::sync::Arc;

const PATH: &str = "/voice/outgoing";

/// Asks with that retry token; gives the body.
async fn ask(server: &Server, path: &str, token: &str, to: &str) -> String {
    let params = params(&[("To", to), ("DialCallStatus", "busy")]);
    let request = server
        .signed(path, &params)
        .header("i-twilio-idempotency-token", token);
    let response = request.send().await.unwrap();
    assert!(response.status().is_success());
    response.text().await.unwrap()
}

/// From now on calls go out under another number.
fn change_the_line(server: &Server) {
    let line = Line {
        caller_id: Some(PhoneNumber::e164("+12025550109").unwrap()),
        ..line()
    };
    let webhooks = webhooks(PUBLIC_URL, AUTH_TOKEN, line);
    server.webhooks.send_replace(Arc::new(webhooks));
}

#[tokio::test]
async fn a_request_that_comes_again_is_answered_as_the_first_time_and_told_once() {
    let server = Server::start().await;
    let first = ask(&server, PATH, "token-1", "+12025550101").await;
    assert!(first.contains("+12025550100"), "{first}");
    change_the_line(&server);
    assert_eq!(ask(&server, PATH, "token-1", "+12025550101").await, first);
    assert_eq!(server.webhooks_told().len(), 1);
}

#[tokio::test]
async fn another_request_is_answered_anew() {
    let server = Server::start().await;
    let first = ask(&server, PATH, "token-1", "+12025550101").await;
    change_the_line(&server);
    let second = ask(&server, PATH, "token-2", "+12025550101").await;
    assert!(
        second.contains("+12025550109") && second != first,
        "{second}"
    );
    assert_eq!(server.webhooks_told().len(), 2);
}

#[tokio::test]
async fn a_token_used_for_something_else_does_not_get_the_answer_of_the_first() {
    let server = Server::start().await;
    ask(&server, PATH, "token-1", "+12025550101").await;
    let other_number = ask(&server, PATH, "token-1", "+12025550102").await;
    assert!(other_number.contains("+12025550102"), "{other_number}");
    let other_route = ask(&server, "/voice/incoming/result", "token-1", "+12025550101").await;
    assert!(other_route.contains("<Record"), "{other_route}");
    assert_eq!(server.webhooks_told().len(), 3);
}

#[tokio::test]
async fn requests_without_a_usable_token_are_all_new() {
    let server = Server::start().await;
    for token in ["", &"t".repeat(129)] {
        ask(&server, PATH, token, "+12025550101").await;
        ask(&server, PATH, token, "+12025550101").await;
    }
    assert_eq!(server.webhooks_told().len(), 4);
    let request = || server.signed(PATH, &params(&[("To", "+12025550101")]));
    for _ in 0..2 {
        assert_eq!(request().send().await.unwrap().status(), 200);
    }
    assert_eq!(server.webhooks_told().len(), 6);
}

#[tokio::test]
async fn a_known_token_does_not_spare_the_signature() {
    let server = Server::start().await;
    ask(&server, PATH, "token-1", "+12025550101").await;
    let params = params(&[("To", "+12025550101"), ("DialCallStatus", "busy")]);
    let request = server
        .unsigned(PATH, &params)
        .header("i-twilio-idempotency-token", "token-1");
    assert_eq!(request.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_status_callback_that_comes_again_is_told_once() {
    let server = Server::start().await;
    for _ in 0..2 {
        assert_eq!(
            ask(&server, "/voice/status", "token-1", "+12025550101").await,
            ""
        );
    }
    assert_eq!(server.webhooks_told().len(), 1);
}
