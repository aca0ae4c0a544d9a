//! Refusals, broken lines and silence.

use crate::{
    client, quick,
    recorder::{Answer, Recorder},
};
use proptest::prelude::*;
use serde_json::json;
use std::time::{Duration, Instant};
use twilio::{
    Secret,
    rest::{
        CallSettings, CallUpdate, Client, Credentials, ErrorKind, Instructions, NewCall,
        NumberSettings, Purchase, RestError, Retry, Timeouts, Which,
    },
    sid::{CallSid, KeySid, NumberSid},
};

const HEX: &str = "0123456789abcdef0123456789abcdef";

fn refusal(status: u16) -> Answer {
    Answer::json(status, &json!({ "code": null, "message": "no" }))
}

fn thing(prefix: &str) -> Answer {
    let body = json!({
        "sid": format!("{prefix}{HEX}"), "account_sid": crate::ACCOUNT, "phone_number": "+1",
        "status": "completed",
    });
    Answer::json(200, &body)
}

/// All that can go wrong with an answer.
fn troubles() -> [Answer; 6] {
    let many = |status| refusal(status);
    [
        many(429),
        many(500),
        many(503),
        Answer::HangUp,
        Answer::BreakOff,
        many(599),
    ]
}

fn number() -> NumberSid {
    NumberSid::parse(&format!("PN{HEX}")).unwrap()
}

fn call() -> CallSid {
    CallSid::parse(&format!("CA{HEX}")).unwrap()
}

#[tokio::test]
async fn what_is_harmless_is_asked_again() {
    for trouble in troubles() {
        let recorder = Recorder::with([trouble.clone(), trouble.clone(), thing("PN")]).await;
        let number = client(&recorder).numbers().fetch(&number()).await;
        assert!(number.is_ok(), "{trouble:?} {number:?}");
        assert_eq!(recorder.seen().len(), 3, "{trouble:?}");
    }
    let recorder = Recorder::with([refusal(503), thing("CA")]).await;
    let ended = client(&recorder)
        .calls()
        .update(&call(), &CallUpdate::HangUp)
        .await;
    assert!(ended.is_ok(), "{ended:?}");
    let recorder = Recorder::with([refusal(503), thing("PN")]).await;
    let settings = NumberSettings::default();
    let set = client(&recorder)
        .numbers()
        .update(&number(), &settings)
        .await;
    assert!(set.is_ok(), "{set:?}");
    let (first, second) = (&recorder.seen()[0], &recorder.seen()[1]);
    assert_eq!(first, second);
}

#[tokio::test]
async fn it_is_given_up_after_four_tries() {
    let recorder = Recorder::start(|_| refusal(500)).await;
    let error = client(&recorder)
        .numbers()
        .fetch(&number())
        .await
        .unwrap_err();
    assert_eq!(error.twilio().unwrap().kind(), ErrorKind::Unavailable);
    assert_eq!(recorder.seen().len(), 4);
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_asked_again() {
    for status in [400, 401, 403, 404, 409, 422] {
        let recorder = Recorder::with([refusal(status)]).await;
        let error = client(&recorder)
            .numbers()
            .fetch(&number())
            .await
            .unwrap_err();
        assert_eq!(error.twilio().unwrap().status, status);
        assert_eq!(recorder.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_purchase_is_never_sent_twice() {
    for trouble in troubles() {
        let recorder = Recorder::start(move |_| trouble.clone()).await;
        let which = Which::Number("+15105551234".into());
        let purchase = Purchase {
            which,
            settings: NumberSettings::default(),
        };
        let bought = client(&recorder).numbers().buy(&purchase).await;
        assert!(bought.is_err());
        assert_eq!(recorder.seen().len(), 1, "{bought:?}");
    }
}

#[tokio::test]
async fn what_makes_something_new_is_sent_again_only_if_it_was_refused() {
    let new = NewCall {
        to: "+12025550101".into(),
        from: "+12025550100".into(),
        instructions: Instructions::Url("https://e.com/".into()),
        settings: CallSettings::default(),
    };
    for (trouble, sent) in troubles().into_iter().zip([2, 1, 1, 1, 1, 1]) {
        let recorder = Recorder::with([trouble.clone(), thing("CA")]).await;
        let made = client(&recorder).calls().create(&new).await;
        assert_eq!(made.is_ok(), sent == 2, "{trouble:?} {made:?}");
        assert_eq!(recorder.seen().len(), sent, "{trouble:?}");
        assert!(!format!("{made:?} {new:?}").contains("1202555"), "{made:?}");
    }
    let recorder = Recorder::with([refusal(503), thing("CA")]).await;
    let twiml = CallUpdate::Twiml("<Response/>".into());
    let redirected = client(&recorder).calls().update(&call(), &twiml).await;
    assert!(redirected.is_err(), "a document is heard once");
}

#[tokio::test]
async fn what_is_gone_at_the_second_try_was_deleted_by_the_first() {
    let key = KeySid::parse(&format!("SK{HEX}")).unwrap();
    let recorder = Recorder::with([refusal(500), refusal(404)]).await;
    assert!(client(&recorder).keys().delete(&key).await.is_ok());
    let recorder = Recorder::with([refusal(404)]).await;
    let error = client(&recorder).keys().delete(&key).await.unwrap_err();
    assert_eq!(error.twilio().unwrap().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_answer_that_leads_elsewhere_is_not_followed() {
    let elsewhere = Recorder::with([]).await;
    let location = format!("Location: {}/", elsewhere.origin());
    let recorder = Recorder::with([Answer::Say(307, vec![location], vec![])]).await;
    let error = client(&recorder)
        .numbers()
        .fetch(&number())
        .await
        .unwrap_err();
    assert!(matches!(error, RestError::Astray), "{error:?}");
    assert!(elsewhere.seen().is_empty());
}

fn refusal_until(status: u16, retry_after: &str) -> Answer {
    Answer::Say(
        status,
        vec![format!("Retry-After: {retry_after}")],
        b"{}".to_vec(),
    )
}

#[tokio::test]
async fn twilio_is_asked_again_no_sooner_than_it_says() {
    for status in [429, 503] {
        let recorder = Recorder::with([refusal_until(status, "1"), thing("PN")]).await;
        let begun = Instant::now();
        let number = client(&recorder).numbers().fetch(&number()).await;
        assert!(number.is_ok(), "{number:?}");
        assert!(begun.elapsed() >= Duration::from_secs(1));
    }
    // Longer than anybody wants to wait.
    let recorder = Recorder::start(|_| refusal_until(429, "31")).await;
    let error = client(&recorder)
        .numbers()
        .fetch(&number())
        .await
        .unwrap_err();
    assert_eq!(error.twilio().unwrap().retry_after_s, Some(31));
    assert_eq!(recorder.seen().len(), 1);
    // A moment instead of seconds is not understood, and says nothing.
    let moment = "Wed, 25 Nov 2026 00:00:00 GMT";
    let recorder = Recorder::with([refusal_until(429, moment), thing("PN")]).await;
    assert!(client(&recorder).numbers().fetch(&number()).await.is_ok());
}

#[tokio::test]
async fn twilio_is_given_more_time_with_each_try() {
    let recorder = Recorder::with([refusal(500), refusal(500), thing("PN")]).await;
    let credentials = Credentials::AuthToken(Secret::new("x"));
    let builder = Client::builder(crate::account(), credentials).origin(&recorder.origin());
    let retry = Retry {
        base_ms: 200,
        ..Retry::default()
    };
    let client = builder.retry(retry).build().unwrap();
    let begun = Instant::now();
    let number = client.numbers().fetch(&number()).await;
    assert!(number.is_ok(), "{number:?}");
    // At least half of 200 ms, and half of 400 ms.
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

/// A listener whose queue is full: who connects hears nothing.
#[cfg(target_os = "linux")]
async fn deaf() -> (tokio::net::TcpListener, Vec<tokio::net::TcpStream>) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    loop {
        let connecting = tokio::net::TcpStream::connect(address);
        match tokio::time::timeout(Duration::from_millis(300), connecting).await {
            Ok(stream) => waiting.push(stream.unwrap()),
            Err(_) => return (listener, waiting),
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_is_not_reached_ends_with_a_timeout_of_its_own() {
    let (listener, _waiting) = deaf().await;
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let timeouts = Timeouts {
        connect: Duration::from_millis(100),
        answer: Duration::from_secs(600),
    };
    let credentials = Credentials::AuthToken(Secret::new("x"));
    let builder = Client::builder(crate::account(), credentials).origin(&origin);
    let builder = builder.timeouts(timeouts).retry(Retry::never());
    let client = builder.build().unwrap();
    let error = in_time(client.numbers().fetch(&number()))
        .await
        .unwrap_err();
    assert!(matches!(error, RestError::Timeout), "{error:?}");
}

/// Fails the test instead of waiting for ever.
async fn in_time<T>(asking: impl Future<Output = T>) -> T {
    let patience = Duration::from_secs(30);
    let asked = tokio::time::timeout(patience, asking).await;
    asked.expect("it comes to an end by itself")
}

#[tokio::test]
async fn silence_ends_with_a_timeout() {
    let recorder = Recorder::start(|_| Answer::Silence).await;
    let timeouts = Timeouts {
        answer: Duration::from_millis(50),
        ..Timeouts::default()
    };
    let credentials = Credentials::AuthToken(Secret::new("x"));
    let builder = Client::builder(crate::account(), credentials).origin(&recorder.origin());
    let client = builder
        .timeouts(timeouts)
        .retry(Retry {
            tries: 2,
            ..quick()
        })
        .build()
        .unwrap();
    let error = in_time(client.numbers().fetch(&number()))
        .await
        .unwrap_err();
    assert!(matches!(error, RestError::Timeout), "{error:?}");
    assert_eq!(recorder.seen().len(), 2);
}

#[tokio::test]
async fn an_error_of_the_line_shows_no_number() {
    // Nobody listens there any more.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let credentials = Credentials::AuthToken(Secret::new("x"));
    let builder = Client::builder(crate::account(), credentials).origin(&origin);
    let client = builder.retry(Retry::never()).build().unwrap();
    let query = [("PhoneNumber", "+12025550101")];
    let error = client
        .other("Queues")
        .unwrap()
        .fetch(&query)
        .await
        .unwrap_err();
    assert!(matches!(error, RestError::Line(_)), "{error:?}");
    assert!(
        !format!("{error} {error:?}").contains("2025550101"),
        "{error:?}"
    );
}

#[test]
fn twilio_is_given_the_time_it_asks_for_within_bounds() {
    let retry = Retry {
        tries: 4,
        base_ms: 500,
        max_ms: 1_500,
        max_asked_ms: 10_000,
    };
    let between = |failed, asked_s| {
        let at = |chance| retry.wait_ms(failed, asked_s, chance);
        (at(0), (0..=1_000).filter_map(at).max())
    };
    assert_eq!(between(1, None), (Some(250), Some(500)));
    assert_eq!(between(2, None), (Some(500), Some(1_000)));
    assert_eq!(between(3, None), (Some(750), Some(1_500)));
    assert_eq!(retry.wait_ms(4, None, 0), None);
    assert_eq!(retry.wait_ms(0, None, 0), None);
    assert_eq!(between(1, Some(2)), (Some(2_250), Some(2_500)));
    assert_eq!(retry.wait_ms(1, Some(11), 0), None);
    assert_eq!(Retry::never().wait_ms(1, None, 0), None);
}

proptest! {
    #[test]
    fn no_wait_is_too_long(tries: u32, base_ms: u64, max_ms: u64, max_asked_ms: u64,
                           failed: u32, asked_s: Option<u64>, chance: u64) {
        let retry = Retry { tries, base_ms, max_ms, max_asked_ms };
        if let Some(wait_ms) = retry.wait_ms(failed, asked_s, chance) {
            prop_assert!(failed < tries);
            prop_assert!(wait_ms <= max_ms.saturating_add(max_asked_ms));
        }
    }
}
