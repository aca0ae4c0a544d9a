//! Webhook parameters as Twilio's documentation has them, and what is wrong with others.

#![expect(clippy::unwrap_used, reason = "checks that helpers make fail the test")]

use proptest::prelude::*;
use twilio::webhook::{
    CallStatus, DialAction, DialCallStatus, Direction, FormError, GatherAction, Params, Problem,
    RecordAction, StatusCallback, VoiceRequest, WebhookError,
};

/// What every voice webhook carries, as a form.
const VOICE: &str = "CallSid=CA0123456789abcdef0123456789abcdef\
    &AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B12025550142&To=%2B12025550100\
    &CallStatus=ringing&ApiVersion=2010-04-01&Direction=inbound&Caller=%2B12025550142\
    &FromCity=&FromZip=";

fn form(more: &str) -> Params {
    Params::parse_form(format!("{VOICE}&{more}").as_bytes())
}

/// The form with one parameter changed, or left out.
fn changed(form: &Params, field: &str, value: Option<&str>) -> Params {
    let kept = form.pairs().iter().filter(|(name, _)| name != field);
    let new = value.map(|value| (field.to_owned(), value.to_owned()));
    kept.cloned().chain(new).collect()
}

#[test]
fn a_request_for_twiml_is_read() {
    let voice = VoiceRequest::from_params(form(
        "StirVerstat=TN-Validation-Passed-A&CallerName=TOBIN+VALE&ForwardedFrom=%2B12025550199",
    ))
    .unwrap();
    assert_eq!(
        voice.call_sid.as_str(),
        "CA0123456789abcdef0123456789abcdef"
    );
    assert_eq!(
        voice.account_sid.as_str(),
        "AC0123456789abcdef0123456789abcdef"
    );
    assert_eq!(
        (voice.from.as_str(), voice.to.as_str()),
        ("+12025550142", "+12025550100")
    );
    assert_eq!(voice.call_status, CallStatus::Ringing);
    assert_eq!(voice.direction, Direction::Inbound);
    assert_eq!(
        voice.stir_verstat.as_deref(),
        Some("TN-Validation-Passed-A")
    );
    assert_eq!(voice.caller_name.as_deref(), Some("TOBIN VALE"));
    assert_eq!(voice.forwarded_from.as_deref(), Some("+12025550199"));
    assert_eq!((voice.parent_call_sid, voice.application_sid), (None, None));
    assert_eq!(voice.params.get("FromCity"), Some(""));
    assert_eq!(voice.params.get("fromcity"), None);
}

#[test]
fn a_call_of_a_client_carries_what_the_page_gave() {
    let params = Params::parse_form(
        b"CallSid=CA0123456789abcdef0123456789abcdef\
          &AccountSid=AC0123456789abcdef0123456789abcdef&From=client%3Adesk&Caller=client%3Adesk\
          &To=&Called=&CallStatus=ringing&ApiVersion=2010-04-01&Direction=inbound\
          &ApplicationSid=AP0123456789abcdef0123456789abcdef&to=%2B12025550101&mood=good+%26+well",
    );
    let voice = VoiceRequest::from_params(params).unwrap();
    assert_eq!(
        (voice.from.as_str(), voice.to.as_str()),
        ("client:desk", "")
    );
    let application = voice.application_sid.unwrap();
    assert_eq!(application.as_str(), "AP0123456789abcdef0123456789abcdef");
    assert_eq!(voice.params.get("mood"), Some("good & well"));
    assert_eq!(voice.params.get_any_case("MOOD"), Some("good & well"));
    assert_eq!(voice.params.get_any_case("To"), Some(""));
}

#[test]
fn the_fallback_url_hears_why() {
    let voice = VoiceRequest::from_params(form(
        "ErrorCode=11200&ErrorUrl=https%3A%2F%2Fe.com%2Fvoice%2Fincoming",
    ))
    .unwrap();
    assert_eq!(voice.error_code, Some(11200));
    assert_eq!(
        voice.error_url.as_deref(),
        Some("https://e.com/voice/incoming")
    );
}

#[test]
fn the_end_of_a_dial_is_read() {
    let dial = DialAction::from_params(form(
        "DialCallStatus=completed&DialCallSid=CAffffffffffffffffffffffffffffffff\
         &DialCallDuration=12&DialBridged=true&RecordingUrl=https%3A%2F%2Fe.com%2Fr",
    ))
    .unwrap();
    assert_eq!(dial.dial_call_status, DialCallStatus::Completed);
    assert_eq!(
        dial.dial_call_sid.unwrap().as_str(),
        "CAffffffffffffffffffffffffffffffff"
    );
    assert_eq!(dial.dial_call_duration_s, Some(12));
    assert_eq!(dial.dial_bridged, Some(true));
    assert_eq!(dial.recording_url.as_deref(), Some("https://e.com/r"));
    assert_eq!(dial.voice.from, "+12025550142");

    let alone = DialAction::from_params(form("DialCallStatus=no-answer")).unwrap();
    assert_eq!(alone.dial_call_status, DialCallStatus::NoAnswer);
    assert_eq!((alone.dial_call_sid, alone.dial_bridged), (None, None));
}

#[test]
fn a_status_callback_is_read() {
    let status = StatusCallback::from_params(changed(
        &form(
            "Timestamp=Tue%2C+14+Apr+2026+09%3A26%3A42+%2B0000&CallbackSource=call-progress-events\
             &SequenceNumber=3&CallDuration=7&Duration=1&SipResponseCode=487\
             &ParentCallSid=CAffffffffffffffffffffffffffffffff\
             &RecordingSid=RE0123456789abcdef0123456789abcdef",
        ),
        "CallStatus",
        Some("completed"),
    ))
    .unwrap();
    assert_eq!(status.voice.call_status, CallStatus::Completed);
    assert!(status.voice.call_status.is_final());
    assert_eq!(status.sequence_number, Some(3));
    assert_eq!(status.call_duration_s, Some(7));
    assert_eq!(status.timestamp_s, Some(1_776_158_802));
    assert_eq!(status.sip_response_code, Some(487));
    let recording = status.recording_sid.unwrap();
    assert_eq!(recording.as_str(), "RE0123456789abcdef0123456789abcdef");
    let parent = status.voice.parent_call_sid.unwrap();
    assert_eq!(parent.as_str(), "CAffffffffffffffffffffffffffffffff");
}

#[test]
fn recordings_and_entered_keys_are_read() {
    let record = RecordAction::from_params(form(
        "RecordingUrl=https%3A%2F%2Fe.com%2Fr&RecordingDuration=9&Digits=hangup",
    ))
    .unwrap();
    assert_eq!(record.recording_url, "https://e.com/r");
    assert_eq!(record.recording_duration_s, 9);
    assert_eq!(record.digits.as_deref(), Some("hangup"));

    let gather =
        GatherAction::from_params(form("Digits=12%23&SpeechResult=yes&Confidence=0.92")).unwrap();
    assert_eq!(gather.digits.as_deref(), Some("12#"));
    assert_eq!(gather.speech_result.as_deref(), Some("yes"));
    assert_eq!(gather.confidence, Some(0.92));
    assert_eq!(GatherAction::from_params(form("")).unwrap().digits, None);
}

type Read = fn(Params) -> Result<(), WebhookError>;

const VOICE_REQUEST: Read = |params| VoiceRequest::from_params(params).map(|_| ());
const DIAL: Read = |params| DialAction::from_params(params).map(|_| ());
const STATUS: Read = |params| StatusCallback::from_params(params).map(|_| ());
const RECORD: Read = |params| RecordAction::from_params(params).map(|_| ());
const GATHER: Read = |params| GatherAction::from_params(params).map(|_| ());

/// A form that each of the five takes.
fn full() -> Params {
    form("DialCallStatus=busy&RecordingUrl=r&RecordingDuration=1")
}

#[track_caller]
fn refused(read: Read, field: &'static str, value: Option<&str>, reason: Problem) {
    assert_eq!(
        read(full()),
        Ok(()),
        "the form is right before it is changed"
    );
    let error = read(changed(&full(), field, value)).unwrap_err();
    assert_eq!(error, WebhookError { field, reason }, "{value:?}");
}

#[test]
fn what_is_missing_or_not_understood_is_named() {
    refused(VOICE_REQUEST, "CallSid", None, Problem::Missing);
    refused(VOICE_REQUEST, "CallSid", Some(""), Problem::Missing);
    refused(VOICE_REQUEST, "CallSid", Some("CA1"), Problem::NotASid);
    refused(VOICE_REQUEST, "AccountSid", None, Problem::Missing);
    refused(
        VOICE_REQUEST,
        "CallStatus",
        Some("Ringing"),
        Problem::UnknownWord,
    );
    refused(
        VOICE_REQUEST,
        "Direction",
        Some("sideways"),
        Problem::UnknownWord,
    );
    refused(
        VOICE_REQUEST,
        "ApplicationSid",
        Some("AC"),
        Problem::NotASid,
    );
    refused(VOICE_REQUEST, "ParentCallSid", Some("x"), Problem::NotASid);
    refused(
        VOICE_REQUEST,
        "ErrorCode",
        Some("+11200"),
        Problem::NotANumber,
    );
    refused(DIAL, "DialCallStatus", None, Problem::Missing);
    refused(
        DIAL,
        "DialCallStatus",
        Some("ringing"),
        Problem::UnknownWord,
    );
    refused(DIAL, "DialCallDuration", Some("-1"), Problem::NotANumber);
    refused(
        DIAL,
        "DialCallDuration",
        Some("4294967296"),
        Problem::NotANumber,
    );
    refused(DIAL, "DialBridged", Some("yes"), Problem::NotABoolean);
    refused(DIAL, "DialCallSid", Some("AC"), Problem::NotASid);
    refused(DIAL, "CallSid", None, Problem::Missing);
    refused(STATUS, "SequenceNumber", Some("first"), Problem::NotANumber);
    refused(STATUS, "CallDuration", Some("1.5"), Problem::NotANumber);
    refused(STATUS, "Timestamp", Some("2026-04-14"), Problem::NotADate);
    refused(STATUS, "RecordingSid", Some("RE"), Problem::NotASid);
    refused(RECORD, "RecordingUrl", None, Problem::Missing);
    refused(RECORD, "RecordingDuration", None, Problem::Missing);
    refused(
        RECORD,
        "RecordingDuration",
        Some("long"),
        Problem::NotANumber,
    );
    refused(GATHER, "Confidence", Some("1.01"), Problem::NotAFraction);
    refused(GATHER, "Confidence", Some("NaN"), Problem::NotAFraction);
    let error = WebhookError {
        field: "DialCallStatus",
        reason: Problem::UnknownWord,
    };
    assert_eq!(
        error.to_string(),
        "webhook parameter DialCallStatus: not a value that Twilio documents"
    );
}

#[test]
fn a_parameter_given_twice_must_say_the_same() {
    assert!(VoiceRequest::from_params(form("CallStatus=ringing")).is_ok());
    for (field, value) in [("CallStatus", "busy"), ("From", "client:x"), ("To", "")] {
        let error = VoiceRequest::from_params(form(&format!("{field}={value}"))).unwrap_err();
        let reason = Problem::Repeated;
        assert_eq!(error, WebhookError { field, reason });
    }
}

#[test]
fn no_phone_number_is_seen_in_debug() {
    let dial = DialAction::from_params(form("DialCallStatus=busy")).unwrap();
    let seen = format!("{dial:?}");
    assert!(
        seen.contains("CA0123456789abcdef0123456789abcdef"),
        "{seen}"
    );
    assert!(seen.contains("\"From\""), "{seen}");
    assert!(!seen.contains("1202555"), "{seen}");
}

#[test]
fn no_pin_is_seen_in_debug() {
    let gather = GatherAction::from_params(form("Digits=4711&SpeechResult=sesame")).unwrap();
    let seen = format!("{gather:?}");
    assert!(!seen.contains("4711") && !seen.contains("sesame"), "{seen}");
}

#[test]
fn every_word_reads_back() {
    for status in CallStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(*status));
    }
    for status in DialCallStatus::ALL {
        assert_eq!(status.as_str().parse(), Ok(*status));
    }
    for direction in Direction::ALL {
        assert_eq!(direction.as_str().parse(), Ok(*direction));
    }
    let ended = CallStatus::ALL.iter().filter(|status| status.is_final());
    let ended: Vec<&str> = ended.map(|status| status.as_str()).collect();
    assert_eq!(
        ended,
        ["completed", "busy", "failed", "no-answer", "canceled"]
    );
}

#[test]
fn a_form_that_twilio_would_not_write_is_refused_by_its_place() {
    let read = |form: &[u8]| Params::try_parse_form(form).map(|params| params.0);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        read(b"a=1&&b&=c&d=%2B+%C3%A9=").unwrap(),
        [
            pair("a", "1"),
            pair("b", ""),
            pair("", "c"),
            pair("d", "+ é=")
        ]
    );
    assert_eq!(read(b"a=1&b=%4"), Err(FormError::Escape { index: 1 }));
    assert_eq!(read(b"%4g"), Err(FormError::Escape { index: 0 }));
    assert_eq!(read(b"a=1&b=2&%FF=3"), Err(FormError::NotUtf8 { index: 2 }));
}

proptest! {
    #[test]
    fn a_strict_reading_is_the_lenient_one(bytes: Vec<u8>, form in "[a-c%+=&2F]{0,20}") {
        for bytes in [bytes, form.into_bytes()] {
            if let Ok(params) = Params::try_parse_form(&bytes) {
                prop_assert_eq!(params, Params::parse_form(&bytes));
            }
        }
    }

    #[test]
    fn no_bytes_panic(
        bytes: Vec<u8>,
        pairs in proptest::collection::vec((any::<String>(), any::<String>()), 0..5),
    ) {
        let read = Params::parse_form(&bytes);
        for params in [read, Params(pairs)] {
            for read in [VOICE_REQUEST, DIAL, STATUS, RECORD, GATHER] {
                let _ = read(params.clone());
            }
            prop_assert_eq!(&Params::parse_form(params.to_form().as_bytes()), &params);
        }
    }

    #[test]
    fn a_rubbish_value_is_refused_by_name_or_kept(
        field in prop::sample::select(vec![
            "CallSid", "From", "To", "CallStatus", "Direction", "DialCallStatus", "DialBridged",
            "Timestamp", "SequenceNumber", "RecordingDuration", "Confidence", "Digits", "Other",
        ]),
        value in any::<String>(),
    ) {
        for read in [VOICE_REQUEST, DIAL, STATUS, RECORD, GATHER] {
            match read(changed(&full(), field, Some(&value))) {
                Ok(()) => {}
                Err(error) => prop_assert_eq!(error.field, field),
            }
        }
    }
}
