use super::*;
use crate::webhook::{
    Method,
    testing::{Reply, Server, auth_token, nobody},
};
use std::sync::atomic::{AtomicUsize, Ordering};

fn deliverer_with(limits: Limits, faults: Faults) -> Deliverer {
    Deliverer::new(auth_token(), limits, move || faults.clone())
}

fn deliverer() -> Deliverer {
    deliverer_with(Limits::default(), Faults::default())
}

fn hasty(ms: u64) -> Limits {
    Limits {
        total: Duration::from_millis(ms),
        ..Limits::default()
    }
}

fn request(url: Url, method: Method) -> Request {
    Request {
        kind: Kind::Voice,
        target: Target { url, method },
        call_sid: CallSid::random([7; 16]),
        params: vec![
            ("From".to_owned(), "+12025550142".to_owned()),
            ("note".to_owned(), "a b&c=ä".to_owned()),
        ],
    }
}

fn post(url: Url) -> Request {
    request(url, Method::Post)
}

async fn ok_server() -> Server {
    Server::start(|_| Reply::xml("<Response/>")).await
}

#[track_caller]
fn check(outcome: Result<Answer, DeliveryError>, code: u32, reason: &str) {
    let error = outcome.unwrap_err();
    assert_eq!((error.code, error.reason.as_str()), (code, reason));
}

#[tokio::test]
async fn a_post_has_a_signed_form_and_the_headers_of_twilio() {
    let server = ok_server().await;
    let request = post(server.url("/voice?line=2"));
    let answer = deliverer().deliver(&request).await.unwrap();
    assert_eq!(
        (answer.status, &answer.body[..]),
        (200, &b"<Response/>"[..])
    );
    assert_eq!(answer.content_type.as_deref(), Some("text/xml"));
    let seen = server.seen().remove(0);
    assert!(seen.signed);
    assert_eq!(
        (seen.method.as_str(), &seen.params),
        ("POST", &request.params)
    );
    let content_type = seen.header("content-type").unwrap();
    assert!(content_type.starts_with("application/x-www-form-urlencoded"));
    assert!(seen.header("i-twilio-idempotency-token").is_some());
    assert!(
        seen.header("user-agent")
            .unwrap()
            .starts_with("TwilioProxy")
    );
}

#[tokio::test]
async fn a_get_has_its_parameters_in_the_signed_query() {
    let server = ok_server().await;
    let request = request(server.url("/voice?line=2"), Method::Get);
    deliverer().deliver(&request).await.unwrap();
    let seen = server.seen().remove(0);
    assert!(seen.signed);
    assert_eq!(seen.method, "GET");
    assert_eq!(seen.get("line"), Some("2"));
    assert_eq!(seen.get("note"), Some("a b&c=ä"));
}

#[tokio::test]
async fn an_answer_other_than_2xx_is_11200() {
    for status in [304, 400, 403, 404, 500, 503] {
        let server = Server::start(move |_| Reply::status(status)).await;
        let outcome = deliverer().deliver(&post(server.url("/"))).await;
        check(outcome, 11_200, &format!("HTTP {status}"));
        assert_eq!(server.seen().len(), 1);
    }
    let server = Server::start(|_| Reply::status(204)).await;
    assert!(deliverer().deliver(&post(server.url("/"))).await.is_ok());
}

#[tokio::test]
async fn no_answer_in_time_is_11200() {
    let server = Server::start(|_| Reply::Never).await;
    let deliverer = deliverer_with(hasty(200), Faults::default());
    let outcome = deliverer.deliver(&post(server.url("/"))).await;
    check(outcome, 11_200, "no answer in time");
}

#[tokio::test]
async fn no_connection_is_11205() {
    let (_kept, url) = nobody();
    let outcome = deliverer().deliver(&post(url)).await;
    check(outcome, 11_205, "no connection");
}

#[tokio::test]
async fn what_cannot_be_asked_says_so() {
    let url = "https://127.0.0.1:1/".parse().unwrap();
    let outcome = deliverer().deliver(&post(url)).await;
    check(outcome, 0, "the sandbox only asks http addresses");
}

#[tokio::test]
async fn a_see_other_is_followed_by_a_get_and_a_temporary_redirect_by_the_same_post() {
    for (status, method) in [
        (301, "GET"),
        (302, "GET"),
        (303, "GET"),
        (307, "POST"),
        (308, "POST"),
    ] {
        let server = Server::start(move |seen| match seen.path.as_str() {
            "/a" => Reply::redirect(status, "b?x=1"),
            _ => Reply::xml("<Response/>"),
        })
        .await;
        let request = post(server.url("/a"));
        let answer = deliverer().deliver(&request).await.unwrap();
        assert_eq!(answer.url, server.url("/b?x=1"));
        let seen = server.seen().remove(1);
        assert!(seen.signed, "{status}");
        assert_eq!(seen.method, method, "{status}");
        assert_eq!(seen.params == request.params, method == "POST", "{status}");
    }
}

#[tokio::test]
async fn ten_redirects_are_followed_and_the_eleventh_is_11215() {
    let turns = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        if turns.fetch_add(1, Ordering::SeqCst) < 10 {
            Reply::redirect(307, "/on")
        } else {
            Reply::xml("<Response/>")
        }
    })
    .await;
    assert!(deliverer().deliver(&post(server.url("/"))).await.is_ok());

    let server = Server::start(|_| Reply::redirect(307, "/on")).await;
    let outcome = deliverer().deliver(&post(server.url("/"))).await;
    check(outcome, 11_215, "more than 10 redirects");
    assert_eq!(server.seen().len(), 11);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_11200() {
    let server = Server::start(|_| Reply::status(302)).await;
    let outcome = deliverer().deliver(&post(server.url("/"))).await;
    check(outcome, 11_200, "a redirect leads nowhere");
}

#[tokio::test]
async fn the_fragment_asks_for_retries_which_carry_the_same_idempotency_token() {
    let turns = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        if turns.fetch_add(1, Ordering::SeqCst) < 2 {
            Reply::status(503)
        } else {
            Reply::xml("<Response/>")
        }
    })
    .await;
    let request = post(server.url("/voice#rc=2&rp=5xx"));
    let deliverer = deliverer();
    deliverer.deliver(&request).await.unwrap();
    deliverer.deliver(&request).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|seen| seen.signed));
    let token = |at: usize| seen[at].header("i-twilio-idempotency-token").unwrap();
    assert_eq!((token(0), token(1)), (token(1), token(2)));
    assert_ne!(token(2), token(3));
}

#[tokio::test]
async fn retries_end_when_they_are_used_up() {
    let server = Server::start(|_| Reply::status(404)).await;
    let outcome = deliverer()
        .deliver(&post(server.url("/#rc=3&rp=4xx")))
        .await;
    check(outcome, 11_200, "HTTP 404");
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn a_name_and_password_in_the_address_are_given_only_when_asked_for() {
    let server = Server::start(|seen| match seen.header("authorization") {
        Some("Basic bWU6cCt3IDE=") => Reply::xml("<Response/>"),
        Some(_) => Reply::status(403),
        None => Reply::status(401),
    })
    .await;
    let mut url = server.url("/voice");
    url.set_username("me").unwrap();
    url.set_password(Some("p+w 1")).unwrap();
    let deliverer = deliverer();
    deliverer.deliver(&post(url)).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.signed));
    let history = deliverer.history();
    assert!(!history[0].url.contains("p+w"), "{}", history[0].url);
}

#[tokio::test]
async fn a_document_that_is_too_long_is_11750_and_sound_may_be_longer() {
    let server = Server::start(|seen| {
        let content_type = seen.path.trim_start_matches('/');
        Reply::body(content_type, vec![b' '; MAX_DOCUMENT + 1])
    })
    .await;
    let deliverer = deliverer();
    let outcome = deliverer.deliver(&post(server.url("/text/xml"))).await;
    check(outcome, 11_750, "the answer is longer than 65536 bytes");
    let outcome = deliverer.deliver(&post(server.url("/audio/wav"))).await;
    assert!(outcome.is_ok());
}

#[tokio::test]
async fn faults_break_deliveries() {
    for (broken, code, reason, signed) in [
        (BrokenWebhook::Answer500, 11_200, "HTTP 500", &[true][..]),
        (BrokenWebhook::WrongSignature, 11_200, "HTTP 403", &[false]),
        (
            BrokenWebhook::Unreachable,
            11_205,
            "nothing listens there (a fault of the sandbox)",
            &[],
        ),
    ] {
        let server = Server::start(|seen| {
            if seen.signed {
                Reply::xml("<Response/>")
            } else {
                Reply::status(403)
            }
        })
        .await;
        let faults = Faults {
            break_webhooks: Some(broken),
            ..Faults::default()
        };
        let deliverer = deliverer_with(Limits::default(), faults);
        let outcome = deliverer.deliver(&post(server.url("/"))).await;
        check(outcome, code, reason);
        let seen: Vec<bool> = server.seen().iter().map(|seen| seen.signed).collect();
        assert_eq!(seen, signed, "{broken:?}");
        assert_eq!(deliverer.history()[0].error_code, Some(code));
    }
}

#[tokio::test]
async fn a_delay_that_is_longer_than_the_time_limit_is_no_answer_in_time() {
    let server = ok_server().await;
    let delayed = |ms| Faults {
        delay_webhooks_ms: ms,
        ..Faults::default()
    };
    let deliverer = deliverer_with(hasty(50), delayed(60_000));
    let outcome = deliverer.deliver(&post(server.url("/"))).await;
    check(outcome, 11_200, "no answer in time");
    assert!(server.seen().is_empty());
    let deliverer = deliverer_with(Limits::default(), delayed(1));
    assert!(deliverer.deliver(&post(server.url("/"))).await.is_ok());
}

#[tokio::test]
async fn the_history_has_every_delivery_and_debug_shows_no_secret() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/good" => Reply::xml("<Response/>"),
        _ => Reply::status(404),
    })
    .await;
    let deliverer = deliverer();
    let good = post(server.url("/good"));
    let answer = deliverer.deliver(&good).await.unwrap();
    deliverer.mark(answer.id, 12_100);
    let bad = deliverer.deliver(&post(server.url("/bad"))).await;
    assert!(bad.is_err());
    let history = deliverer.history();
    let facts: Vec<_> = history
        .iter()
        .map(|one| (one.status, one.error_code, one.method))
        .collect();
    assert_eq!(
        facts,
        [
            (Some(200), Some(12_100), "POST"),
            (Some(404), Some(11_200), "POST")
        ]
    );
    assert_eq!(history[0].url, server.url("/good").as_str());
    assert_eq!(history[0].params, good.params);
    assert_eq!(history[0].call_sid, good.call_sid.as_str());
    assert!(!format!("{deliverer:?}").contains("the token of the tests"));
}
