//! What Twilio answers, read.

use crate::{
    client,
    recorder::{Answer, Recorder},
};
use serde_json::{Value, json};
use twilio::{
    rest::{AccountStatus, Balance, ErrorKind, RestError, TwilioError},
    sid::{CallSid, NumberSid, RecordingSid},
    webhook::{CallStatus, Direction, RecordingSource, RecordingStatus},
};

const HEX: &str = "0123456789abcdef0123456789abcdef";

fn call() -> Value {
    json!({
        "sid": format!("CA{HEX}"), "account_sid": crate::ACCOUNT, "parent_call_sid": null,
        "to": "+12025550101", "from": "client:desk", "status": "completed",
        "direction": "outbound-api", "duration": "12", "price": "-0.0140", "price_unit": "USD",
        "start_time": "Tue, 14 Apr 2026 09:26:42 +0000", "end_time": null, "answered_by": null,
        "forwarded_from": "", "subresource_uris": {}, "new_in_2027": [1],
    })
}

#[tokio::test]
async fn a_call_is_read_and_its_numbers_are_not_shown() {
    let recorder = Recorder::with([Answer::json(200, &call())]).await;
    let sid = CallSid::parse(&format!("CA{HEX}")).unwrap();
    let call = client(&recorder).calls().fetch(&sid).await.unwrap();
    assert_eq!(call.sid, sid);
    assert_eq!(call.status, Some(CallStatus::Completed));
    assert_eq!(call.direction, Some(Direction::OutboundApi));
    assert_eq!(
        (call.duration_s, call.start_time),
        (Some(12), Some(1_776_158_802))
    );
    assert_eq!(
        (call.end_time, call.forwarded_from.as_deref()),
        (None, None)
    );
    assert_eq!(call.price.as_deref(), Some("-0.0140"));
    assert!(!format!("{call:?}").contains("1202555"));
}

#[tokio::test]
async fn numbers_recordings_accounts_and_keys_are_read() {
    let number = json!({
        "sid": format!("PN{HEX}"), "phone_number": "+12025550100", "friendly_name": null,
        "capabilities": { "voice": true, "SMS": true, "mms": null }, "voice_url": "",
        "voice_application_sid": format!("AP{HEX}"), "beta": null,
    });
    let recording = json!({
        "sid": format!("RE{HEX}"), "call_sid": format!("CA{HEX}"), "status": "processing",
        "duration": "-1", "channels": 2, "source": "DialVerb", "conference_sid": null,
    });
    let account = json!({
        "sid": crate::ACCOUNT, "owner_account_sid": crate::ACCOUNT, "status": "suspended",
        "type": "Trial", "auth_token": "not to be seen", "friendly_name": "x",
    });
    let key =
        json!({ "sid": format!("SK{HEX}"), "friendly_name": "k", "secret": "not to be seen" });
    let balance = json!({ "account_sid": crate::ACCOUNT, "balance": "-1.50", "currency": "USD" });
    let answers = [number, recording, account, key, balance];
    let recorder = Recorder::with(answers.iter().map(|body| Answer::json(200, body))).await;
    let client = client(&recorder);

    let sid = NumberSid::parse(&format!("PN{HEX}")).unwrap();
    let number = client.numbers().fetch(&sid).await.unwrap();
    assert_eq!(number.phone_number, "+12025550100");
    assert!(number.capabilities.voice && number.capabilities.sms && !number.capabilities.mms);
    assert!(number.voice_url.is_none() && number.voice_application_sid.is_some());
    assert!(!format!("{number:?}").contains("1202555"));

    let sid = RecordingSid::parse(&format!("RE{HEX}")).unwrap();
    let recording = client.recordings().fetch(&sid).await.unwrap();
    assert_eq!((recording.duration_s, recording.channels), (None, Some(2)));
    assert_eq!(recording.source, Some(RecordingSource::DialVerb));
    assert_eq!(recording.known_status(), None);
    let completed = twilio::rest::Recording {
        status: "completed".into(),
        ..recording
    };
    assert_eq!(completed.known_status(), Some(RecordingStatus::Completed));

    let account = client.accounts().fetch().await.unwrap();
    assert_eq!(
        (account.status, account.kind.as_str()),
        (AccountStatus::Suspended, "Trial")
    );
    assert_eq!(
        account.auth_token.as_ref().unwrap().expose(),
        "not to be seen"
    );
    let key = client.keys().create(None).await.unwrap();
    assert_eq!(key.secret.as_ref().unwrap().expose(), "not to be seen");
    assert_eq!(key.key.friendly_name, "k");
    let seen = format!("{account:?} {key:?} {client:?}");
    assert!(
        !seen.contains("not to be seen") && !seen.contains(crate::AUTH_TOKEN),
        "{seen}"
    );

    let balance = client.accounts().balance().await.unwrap();
    let (account_sid, currency) = (crate::account(), "USD".to_owned());
    assert_eq!(
        balance,
        Balance {
            account_sid,
            balance: "-1.50".into(),
            currency
        }
    );
}

#[tokio::test]
async fn an_answer_of_another_kind_is_an_error_that_says_nothing_of_it() {
    let changed = |field: &str, value: Value| {
        let mut call = call();
        call[field] = value;
        Answer::json(200, &call)
    };
    let answers = [
        changed("sid", "CA1".into()),
        changed("status", "thinking".into()),
        changed("duration", "long".into()),
        changed("start_time", "+12025550101".into()),
        changed("to", 5.into()),
        Answer::json(200, &json!([])),
        Answer::Say(200, vec![], b"<html>".to_vec()),
        Answer::Say(200, vec![], vec![]),
    ];
    let count = answers.len();
    let recorder = Recorder::with(answers).await;
    let client = client(&recorder);
    let sid = CallSid::parse(&format!("CA{HEX}")).unwrap();
    for index in 0..count {
        let error = client.calls().fetch(&sid).await.unwrap_err();
        assert!(matches!(error, RestError::Answer(_)), "{index} {error:?}");
        assert!(
            !format!("{error} {error:?}").contains("+1202555"),
            "{error:?}"
        );
    }
    assert_eq!(recorder.seen().len(), count);
}

#[tokio::test]
async fn twilios_errors_say_what_happened_and_what_to_do() {
    let body = json!({
        "code": 21211, "message": "The 'To' number +12025550101 is not a valid phone number.",
        "more_info": "https://www.twilio.com/docs/errors/21211", "status": 400,
    });
    let recorder = Recorder::with([Answer::json(400, &body)]).await;
    let sid = CallSid::parse(&format!("CA{HEX}")).unwrap();
    let error = client(&recorder).calls().fetch(&sid).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "twilio error 21211 (HTTP 400): The number to call is not valid."
    );
    assert!(!format!("{error:?}").contains("+1202555"), "{error:?}");
    let twilio = error.twilio().unwrap();
    assert_eq!(twilio.kind(), ErrorKind::InvalidNumber);
    assert_eq!(
        twilio.remedy(),
        "Write it as + with country code and number, such as +12025550100."
    );
    assert!(twilio.message.contains("+12025550101"));
    assert_eq!(
        twilio.more_info.as_deref(),
        Some("https://www.twilio.com/docs/errors/21211")
    );
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_an_error_of_some_kind(status in 300u16..600, body: Vec<u8>, json in "[\\[{\":a-z0-9,}\\]]{0,30}") {
        for body in [body, json.into_bytes()] {
            let error = TwilioError::read(status, None, &body);
            proptest::prop_assert!(error.sentence().ends_with('.') && error.remedy().ends_with('.'));
            proptest::prop_assert!(error.to_string().contains(&status.to_string()));
        }
    }
}
