use super::*;
use serde_json::Value;
use twilio::webhook::{
    DialAction, GatherAction, Params as Read, RecordAction, StatusCallback, VoiceRequest,
};

/// Parameter names by kind of webhook; the file says which documents they are from.
fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/parameters.json")).unwrap()
}

fn names(list: &Value) -> Vec<String> {
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

fn account() -> AccountSid {
    AccountSid::random([1; 16])
}

fn call() -> CallSid {
    CallSid::random([2; 16])
}

fn child() -> CallSid {
    CallSid::random([3; 16])
}

fn incoming() -> LegFacts {
    LegFacts {
        call_sid: call(),
        parent_call_sid: None,
        from: "+12025550142".to_owned(),
        to: "+12025550100".to_owned(),
        direction: "inbound",
        application_sid: None,
        params: Vec::new(),
    }
}

fn from_client(to: &str, params: &[(&str, &str)]) -> LegFacts {
    LegFacts {
        from: "client:desk_2".to_owned(),
        to: to.to_owned(),
        application_sid: Some("AP00000000000000000000000000000000".to_owned()),
        params: params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..incoming()
    }
}

fn base() -> Params {
    voice(&incoming(), &account(), CallStatus::Ringing, "token")
}

fn get<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    let mut found = params.iter().filter(|(held, _)| held == name);
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} is there twice");
    value
}

/// Everything the documents say is always or usually there is there, and nothing that they do not
/// speak of (`more` aside).
#[track_caller]
fn check(kind: &str, params: &Params, more: &[&str]) {
    let fixture = fixture();
    let mut known = names(&fixture["always"][kind]);
    known.extend(names(&fixture["usually"][kind]));
    assert!(!known.is_empty(), "{kind} is not in the fixture");
    for name in &known {
        assert!(get(params, name).is_some(), "{kind} lacks {name}");
    }
    known.extend(names(&fixture["conditional"][kind]));
    known.extend(names(&fixture["geographic"]));
    for voice in [
        "voice_request_incoming_pstn",
        "voice_request_outgoing_from_client",
    ] {
        known.extend(names(&fixture["always"][voice]));
        known.extend(names(&fixture["usually"][voice]));
        known.extend(names(&fixture["conditional"][voice]));
    }
    for (name, _) in params {
        assert!(
            known.contains(name) || more.contains(&name.as_str()),
            "{kind} has {name}, of which no document speaks"
        );
    }
}

fn with(more: Params) -> Params {
    base().into_iter().chain(more).collect()
}

#[test]
fn a_call_from_the_telephone_network_has_its_parameters() {
    let params = base();
    check("voice_request_incoming_pstn", &params, &[]);
    for name in names(&fixture()["geographic"]) {
        assert!(get(&params, &name).is_some(), "{name}");
    }
    assert_eq!(get(&params, "CallStatus"), Some("ringing"));
    assert_eq!(get(&params, "Direction"), Some("inbound"));
    assert_eq!(get(&params, "Caller"), Some("+12025550142"));
    assert_eq!(get(&params, "Called"), Some("+12025550100"));
    let read = VoiceRequest::from_params(Read(params)).unwrap();
    assert_eq!(read.call_sid, call());
}

#[test]
fn a_call_from_a_client_has_its_parameters_and_those_given_to_connect() {
    let leg = from_client(
        "",
        &[("To", "+12025550101"), ("note", "a&b"), ("From", "me")],
    );
    let params = voice(&leg, &account(), CallStatus::Ringing, "token");
    check("voice_request_outgoing_from_client", &params, &["note"]);
    assert_eq!(get(&params, "To"), Some("+12025550101"));
    assert_eq!(get(&params, "Called"), Some("+12025550101"));
    assert_eq!(get(&params, "From"), Some("client:desk_2"));
    assert_eq!(get(&params, "note"), Some("a&b"));
    assert_eq!(get(&params, "FromCountry"), None);
    assert_eq!(get(&params, "CallToken"), None);
}

#[test]
fn a_call_from_a_client_to_nobody_has_an_empty_to() {
    let params = voice(&from_client("", &[]), &account(), CallStatus::Ringing, "");
    assert_eq!(get(&params, "To"), Some(""));
    assert_eq!(get(&params, "Called"), Some(""));
}

#[test]
fn the_action_of_a_dial_says_how_it_went() {
    let outcome = DialOutcome {
        status: DialCallStatus::NoAnswer,
        child: Some(child()),
        duration_s: 0,
        bridged: false,
        parent_hung_up: false,
    };
    let params = with(dial_action(&outcome));
    check("dial_action", &params, &[]);
    let read = DialAction::from_params(Read(params)).unwrap();
    assert_eq!(read.dial_call_status.as_str(), "no-answer");
    assert_eq!(read.dial_call_sid, Some(child()));
    assert_eq!(read.dial_bridged, Some(false));
}

#[test]
fn the_end_of_a_call_is_told_with_its_length() {
    let params = with(call_status(61, 1_776_158_802));
    check("call_status_callback_number_level", &params, &[]);
    assert_eq!(get(&params, "CallDuration"), Some("61"));
    assert_eq!(get(&params, "Duration"), Some("2"));
    assert_eq!(
        get(&params, "Timestamp"),
        Some("Tue, 14 Apr 2026 09:26:42 +0000")
    );
    let read = StatusCallback::from_params(Read(params)).unwrap();
    assert_eq!(read.call_duration_s, Some(61));
}

#[test]
fn the_events_of_a_dialled_leg_have_their_parameters() {
    let completed = |status| ChildProgress::Completed {
        status,
        duration_s: 7,
    };
    for (event, status, sip) in [
        (ChildProgress::Initiated, "initiated", None),
        (ChildProgress::Ringing, "ringing", None),
        (ChildProgress::Answered, "in-progress", None),
        (
            completed(DialCallStatus::Completed),
            "completed",
            Some("200"),
        ),
        (completed(DialCallStatus::Busy), "busy", Some("486")),
        (completed(DialCallStatus::Failed), "failed", Some("404")),
        (
            completed(DialCallStatus::NoAnswer),
            "no-answer",
            Some("487"),
        ),
        (completed(DialCallStatus::Canceled), "canceled", Some("487")),
    ] {
        let event = ChildEvent {
            target: 0,
            call_sid: child(),
            from: "+12025550142".to_owned(),
            to: "client:desk_2".to_owned(),
            event,
        };
        let params = progress(&event, &call(), &account(), 2, 1_776_158_802);
        check("call_progress_event", &params, &[]);
        assert_eq!(get(&params, "CallStatus"), Some(status));
        assert_eq!(get(&params, "SipResponseCode"), sip);
        assert_eq!(get(&params, "SequenceNumber"), Some("2"));
        assert_eq!(get(&params, "CallDuration").is_some(), sip.is_some());
        let read = StatusCallback::from_params(Read(params)).unwrap();
        assert_eq!(read.voice.parent_call_sid, Some(call()));
        assert_eq!(read.voice.direction.as_str(), "outbound-dial");
    }
}

fn recording() -> RecordingFacts {
    RecordingFacts {
        sid: RecordingSid::random([4; 16]),
        url: "http://127.0.0.1:1/recording".to_owned(),
        duration_s: 5,
        channels: 1,
        source: twilio::webhook::RecordingSource::RecordVerb,
        track: None,
    }
}

#[test]
fn the_action_of_a_record_says_what_ended_it() {
    let params = with(record_action(&recording(), Some("hangup")));
    check("record_action", &params, &["RecordingSid"]);
    let read = RecordAction::from_params(Read(params)).unwrap();
    assert_eq!(read.recording_duration_s, 5);
    assert_eq!(read.digits.as_deref(), Some("hangup"));
    assert_eq!(get(&record_action(&recording(), None), "Digits"), None);
}

#[test]
fn the_callback_of_a_recording_has_its_parameters() {
    for (status, word) in [
        (RecordingStatus::InProgress, "in-progress"),
        (RecordingStatus::Completed, "completed"),
        (RecordingStatus::Absent, "absent"),
    ] {
        let params = recording_status(&recording(), status, &call(), &account());
        check("recording_status_callback", &params, &[]);
        assert_eq!(get(&params, "RecordingStatus"), Some(word));
        assert_eq!(get(&params, "ErrorCode").is_some(), word == "absent");
    }
}

#[test]
fn the_action_of_a_gather_has_the_digits() {
    let params = with(gather_action("12#"));
    let read = GatherAction::from_params(Read(params)).unwrap();
    assert_eq!(read.digits.as_deref(), Some("12#"));
}

#[test]
fn the_fallback_is_told_what_failed_and_where() {
    let params = with(fallback(11_205, "http://127.0.0.1:1/voice"));
    check("fallback_request", &params, &[]);
    assert_eq!(get(&params, "ErrorCode"), Some("11205"));
    assert_eq!(get(&params, "ErrorUrl"), Some("http://127.0.0.1:1/voice"));
}
