//! All 13 kinds of webhook, with the parameters that Twilio's documentation names.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use twilio::webhook::{
    Answer, Answers, Arrival, ConferenceChange, IdempotencyToken, Kind, Params, Problem,
    RecordingSource, RecordingStatus, Sequences, Try, Webhook, WebhookError,
};

#[derive(Deserialize)]
struct Fixture {
    kinds: BTreeMap<String, Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    always: Vec<String>,
    sometimes: Vec<String>,
}

fn documented() -> BTreeMap<String, Parameters> {
    let json = include_str!("fixtures/webhook_kinds.json");
    serde_json::from_str::<Fixture>(json).unwrap().kinds
}

/// A value that such a parameter can have.
fn value(kind: Kind, name: &str) -> &'static str {
    match name {
        "CallSid" | "DialCallSid" => "CA0123456789abcdef0123456789abcdef",
        "ParentCallSid" | "CallSidEndingConference" => "CAffffffffffffffffffffffffffffffff",
        "AccountSid" => "AC0123456789abcdef0123456789abcdef",
        "ApplicationSid" => "AP0123456789abcdef0123456789abcdef",
        "RecordingSid" => "RE0123456789abcdef0123456789abcdef",
        "ConferenceSid" => "CF0123456789abcdef0123456789abcdef",
        "TranscriptionSid" => "TR0123456789abcdef0123456789abcdef",
        "From" | "Caller" if kind == Kind::Outgoing => "client:desk",
        "From" | "Caller" => "+12025550142",
        "To" | "Called" => "+12025550100",
        "CallStatus" | "ParticipantCallStatus" => "in-progress",
        "Direction" if kind == Kind::Callee => "outbound-dial",
        "Direction" => "inbound",
        "DialCallStatus" | "RecordingStatus" | "TranscriptionStatus" => "completed",
        "DialBridged" | "Muted" | "Hold" | "Coaching" => "true",
        "EndConferenceOnExit" | "StartConferenceOnEnter" => "false",
        "Timestamp" | "RecordingStartTime" => "Tue, 14 Apr 2026 09:26:42 +0000",
        "StatusCallbackEvent" => "participant-join",
        "RecordingSource" => "DialVerb",
        "Confidence" => "0.5",
        "SequenceNumber" | "CallDuration" | "Duration" | "DialCallDuration"
        | "RecordingDuration" | "RecordingChannels" | "ErrorCode" | "SipResponseCode" => "7",
        _ => "text",
    }
}

fn form(kind: Kind) -> Params {
    let documented = documented();
    let parameters = &documented[kind.as_str()];
    let names = parameters.always.iter().chain(&parameters.sometimes);
    let own = names.map(|name| (name.clone(), value(kind, name).to_owned()));
    let unknown = ("NewIn2027".to_owned(), "kept".to_owned());
    own.chain([unknown]).collect()
}

fn changed(params: &Params, field: &str, value: Option<&str>) -> Params {
    let kept = params.pairs().iter().filter(|(name, _)| name != field);
    let new = value.map(|value| (field.to_owned(), value.to_owned()));
    kept.cloned().chain(new).collect()
}

#[test]
fn every_documented_kind_is_read_and_nothing_of_it_is_lost() {
    let documented = documented();
    assert_eq!(documented.len(), 13);
    let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert!(
        documented.keys().all(|name| names.contains(&name.as_str())),
        "{names:?}"
    );
    for &kind in Kind::ALL {
        let params = form(kind);
        let webhook = Webhook::read(kind, params.clone()).unwrap();
        assert_eq!(webhook.kind(), kind);
        assert_eq!(webhook.params(), &params, "{kind:?}");
        let seen = format!("{webhook:?}");
        assert!(!seen.contains("1202555"), "{seen}");
        // Only with what is always there it is read too.
        let always = &documented[kind.as_str()].always;
        let few = params
            .pairs()
            .iter()
            .filter(|(name, _)| always.contains(name));
        let read = Webhook::read(kind, few.cloned().collect());
        assert!(read.is_ok(), "{kind:?} {read:?}");
    }
}

#[test]
fn questions_are_told_from_news() {
    let receipts: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| kind.expects() == Answer::Receipt)
        .map(|kind| kind.as_str())
        .collect();
    assert_eq!(
        receipts,
        [
            "call_status_callback_number_level",
            "call_progress_event",
            "recording_status_callback",
            "transcribe_callback",
            "conference_status"
        ]
    );
}

#[track_caller]
fn refused(kind: Kind, field: &'static str, value: Option<&str>, reason: Problem) {
    let error = Webhook::read(kind, changed(&form(kind), field, value)).unwrap_err();
    assert_eq!(error, WebhookError { field, reason }, "{value:?}");
}

#[test]
fn what_is_missing_or_not_understood_is_named() {
    refused(Kind::Outgoing, "ApplicationSid", None, Problem::Missing);
    refused(
        Kind::Outgoing,
        "From",
        Some("+12025550142"),
        Problem::NotAClient,
    );
    refused(Kind::Outgoing, "From", Some("client:"), Problem::NotAClient);
    refused(Kind::Callee, "ParentCallSid", None, Problem::Missing);
    refused(Kind::Fallback, "ErrorCode", None, Problem::Missing);
    refused(Kind::Fallback, "ErrorCode", Some("x"), Problem::NotANumber);
    refused(Kind::Fallback, "ErrorUrl", Some(""), Problem::Missing);
    refused(Kind::Refer, "ReferTransferTarget", None, Problem::Missing);
    refused(Kind::Recording, "RecordingSid", None, Problem::Missing);
    refused(
        Kind::Recording,
        "RecordingStatus",
        Some("done"),
        Problem::UnknownWord,
    );
    refused(
        Kind::Recording,
        "RecordingDuration",
        Some("-2"),
        Problem::NotANumber,
    );
    refused(
        Kind::Recording,
        "RecordingSource",
        Some("Mic"),
        Problem::UnknownWord,
    );
    refused(
        Kind::Recording,
        "RecordingStartTime",
        Some("now"),
        Problem::NotADate,
    );
    refused(
        Kind::Transcribe,
        "TranscriptionSid",
        Some("RE"),
        Problem::NotASid,
    );
    refused(
        Kind::Transcribe,
        "TranscriptionStatus",
        None,
        Problem::Missing,
    );
    refused(Kind::Conference, "ConferenceSid", None, Problem::Missing);
    refused(
        Kind::Conference,
        "StatusCallbackEvent",
        Some("join"),
        Problem::UnknownWord,
    );
    refused(Kind::Conference, "Muted", Some("1"), Problem::NotABoolean);
    refused(
        Kind::CallProgress,
        "Duration",
        Some("1.5"),
        Problem::NotANumber,
    );
}

#[test]
fn recordings_conferences_and_transfers_say_what_came() {
    let Ok(Webhook::Recording(recording)) = Webhook::read(Kind::Recording, form(Kind::Recording))
    else {
        panic!("not a recording");
    };
    assert_eq!(recording.status, RecordingStatus::Completed);
    assert_eq!(recording.source, Some(RecordingSource::DialVerb));
    assert_eq!(
        (recording.duration_s, recording.channels),
        (Some(7), Some(7))
    );
    assert_eq!(recording.start_s, Some(1_776_158_802));
    let begins = changed(&form(Kind::Recording), "RecordingDuration", Some("-1"));
    let begins = Webhook::read(Kind::Recording, begins).unwrap();
    assert!(matches!(begins, Webhook::Recording(r) if r.duration_s.is_none()));

    let Ok(Webhook::Conference(event)) = Webhook::read(Kind::Conference, form(Kind::Conference))
    else {
        panic!("not a conference");
    };
    assert_eq!(event.change, ConferenceChange::Join);
    let participant = event.participant.unwrap();
    assert_eq!(
        (participant.muted, participant.ends_conference),
        (Some(true), Some(false))
    );

    let Ok(Webhook::Outgoing(client)) = Webhook::read(Kind::Outgoing, form(Kind::Outgoing)) else {
        panic!("not a client's call");
    };
    assert_eq!(client.identity, "desk");
    let Ok(Webhook::Incoming(voice)) = Webhook::read(Kind::Incoming, form(Kind::Incoming)) else {
        panic!("not a call");
    };
    assert_eq!(voice.from_place().city, Some("text"));
    assert_eq!(voice.to_place().country, Some("text"));
    assert_eq!(voice.call_token.as_deref(), Some("text"));
}

#[test]
fn sequence_numbers_tell_news_from_old_news() {
    let mut sequences = Sequences::new(2);
    let mut arrive = |leg: &str, number| sequences.arrive(&leg.to_owned(), number);
    assert_eq!(arrive("a", Some(0)), Arrival::News);
    assert_eq!(arrive("a", Some(2)), Arrival::NewsAfterGap(1));
    assert_eq!(arrive("a", Some(1)), Arrival::Late);
    assert_eq!(arrive("a", Some(1)), Arrival::Repeated);
    assert_eq!(arrive("a", Some(2)), Arrival::Repeated);
    assert_eq!(arrive("a", Some(3)), Arrival::News);
    assert_eq!(arrive("a", None), Arrival::News);
    assert_eq!(arrive("b", Some(3)), Arrival::NewsAfterGap(3));
    assert_eq!(
        arrive("b", Some(u32::MAX)),
        Arrival::NewsAfterGap(u32::MAX - 4)
    );
    assert_eq!(
        arrive("b", Some(3)),
        Arrival::Late,
        "too far back to remember"
    );
    // A third leg makes the first forgotten.
    assert_eq!(arrive("c", Some(0)), Arrival::News);
    assert_eq!(arrive("a", Some(0)), Arrival::News);
    assert!(Arrival::NewsAfterGap(1).is_news() && !Arrival::Late.is_news());
}

#[test]
fn a_retry_is_answered_as_the_first_time() {
    let token = |text: &str| IdempotencyToken::parse(text).unwrap();
    let mut answers: Answers<_> = Answers::new(2, 1_000);
    assert_eq!(answers.arrive(&token("a"), 0), Try::First);
    assert_eq!(answers.arrive(&token("a"), 1), Try::InProgress);
    answers.answered(&token("a"), "hello");
    assert_eq!(answers.arrive(&token("a"), 999), Try::Again("hello"));
    assert_eq!(answers.arrive(&token("a"), 1_000), Try::First, "too old");
    answers.forget(&token("a"));
    assert_eq!(answers.arrive(&token("a"), 1_001), Try::First);
    answers.answered(&token("a"), "a");
    assert_eq!(answers.arrive(&token("b"), 1_001), Try::First);
    assert_eq!(answers.arrive(&token("c"), 1_001), Try::First);
    answers.answered(&token("nobody"), "lost");
    assert_eq!(
        answers.arrive(&token("a"), 1_001),
        Try::First,
        "only two are kept"
    );
    assert!(!format!("{answers:?}").contains("hello"));
    let long = "x".repeat(129);
    for bad in ["", " ", "a b", "é", "a\n", long.as_str()] {
        assert!(IdempotencyToken::parse(bad).is_err(), "{bad:?}");
    }
    assert_eq!(token("0b4f7a").as_str(), "0b4f7a");
}

#[test]
fn a_token_that_is_used_for_two_requests_gets_each_its_own_answer() {
    let token = IdempotencyToken::parse("0b4f7a").unwrap();
    let signed = |signature| (token.clone(), signature);
    let mut answers: Answers<_, (IdempotencyToken, &str)> = Answers::new(2, 1_000);
    for (signature, answer) in [("s1=", "one"), ("s2=", "two")] {
        assert_eq!(answers.arrive(&signed(signature), 0), Try::First);
        answers.answered(&signed(signature), answer);
    }
    assert_eq!(answers.arrive(&signed("s1="), 1), Try::Again("one"));
    assert_eq!(answers.arrive(&signed("s2="), 1), Try::Again("two"));
}

proptest! {
    #[test]
    fn a_rubbish_value_is_refused_by_name_or_kept(
        kind in prop::sample::select(Kind::ALL), at: prop::sample::Index, value in any::<String>(),
    ) {
        let form = form(kind);
        let field = at.get(form.pairs()).0.clone();
        match Webhook::read(kind, changed(&form, &field, Some(&value))) {
            Ok(webhook) => prop_assert_eq!(webhook.params().get(&field), Some(value.as_str())),
            Err(error) => prop_assert_eq!(error.field, field),
        }
    }

    #[test]
    fn no_bytes_panic(kind in prop::sample::select(Kind::ALL), bytes: Vec<u8>) {
        prop_assert!(Webhook::read(kind, Params::parse_form(&bytes)).is_err());
    }

    #[test]
    fn every_number_is_news_once(numbers in proptest::collection::vec(0u32..60, 1..80)) {
        let mut sequences = Sequences::new(1);
        let mut seen = std::collections::BTreeSet::new();
        for number in numbers {
            let newest = seen.last().copied();
            let arrival = sequences.arrive(&(), Some(number));
            let expected = if seen.contains(&number) {
                Arrival::Repeated
            } else if newest.is_some_and(|newest| newest > number) {
                Arrival::Late
            } else {
                match number - newest.map_or(0, |newest| newest + 1) {
                    0 => Arrival::News,
                    missing => Arrival::NewsAfterGap(missing),
                }
            };
            prop_assert_eq!(arrival, expected);
            seen.insert(number);
        }
    }

    #[test]
    fn rubbish_is_a_token_or_not(text in any::<String>()) {
        if let Ok(token) = IdempotencyToken::parse(&text) {
            prop_assert_eq!(token.as_str(), text);
        }
    }
}
