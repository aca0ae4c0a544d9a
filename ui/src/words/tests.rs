//! The words.

use super::*;
use protocol::media::MediaPath;
use protocol::{CallId, Epoch, ErrorCode, Timestamp};

fn snapshot(registration: Registration, problem: Option<Problem>) -> Snapshot {
    Snapshot {
        revision: 1,
        epoch: Epoch(1),
        identity: "desk-2".into(),
        line: None,
        registration,
        media: MediaPath::Webview,
        problem,
        calls: Vec::new(),
        ended: None,
        privacy: true,
        sandbox: None,
    }
}

fn ended_view(cause: EndCause, talked_s: Option<u64>) -> EndedView {
    EndedView {
        id: CallId(1),
        direction: Direction::Outgoing,
        party: Party::Withheld,
        cause,
        talked_s,
    }
}

#[test]
fn says_ready_only_when_registered_and_whole() {
    let all = [
        Registration::Connecting,
        Registration::Ready,
        Registration::Reconnecting,
        Registration::Offline,
        Registration::SignedOut,
    ];
    for registration in all {
        let (light, word) = status(&snapshot(registration, None));
        let ready = registration == Registration::Ready;
        assert_eq!(word == "Ready", ready, "{registration:?}");
        assert_eq!(light == Light::Ok, ready, "{registration:?}");
    }
    let problem = Some(Problem::MicrophoneMissing);
    let (light, word) = status(&snapshot(Registration::Ready, problem));
    assert_eq!((light, word), (Light::Warn, "No microphone"));
}

#[test]
fn says_how_a_call_ended() {
    let said = |cause, talked| ended(&ended_view(cause, talked));
    assert_eq!(said(EndCause::HungUp, Some(134)), "Call ended · 2:14");
    assert_eq!(said(EndCause::HungUp, None), "Call cancelled");
    assert_eq!(said(EndCause::TheyHungUp, Some(3)), "They hung up · 0:03");
    assert_eq!(said(EndCause::Busy, None), "Busy");
    let code = ErrorCode(31005);
    assert_eq!(said(EndCause::Failed { code }, None), "Call failed (31005)");
    assert_eq!(
        ended_spoken(&ended_view(EndCause::HungUp, Some(134))),
        "Call ended, 2 minutes 14 seconds"
    );
    let missed = EndedView {
        direction: Direction::Incoming,
        ..ended_view(EndCause::NoAnswer, None)
    };
    assert_eq!(ended(&missed), "Missed call");
}

#[test]
fn speaks_of_a_hidden_number_without_its_dots() {
    let masked = Party::Masked {
        masked: "•••• ••18".into(),
        spoken: "number ending in 1 8".into(),
    };
    assert_eq!(party(&masked), "•••• ••18");
    let call = CallView {
        id: CallId(1),
        direction: Direction::Incoming,
        party: masked,
        phase: Phase::Offered,
        began: Timestamp(0),
        answered: None,
        muted: false,
        silenced: false,
        digits: String::new(),
        verified: false,
    };
    assert_eq!(
        call_spoken(&call),
        "Incoming call from number ending in 1 8"
    );
}

#[test]
fn tags_are_what_the_wire_says() {
    let tag = |value: serde_json::Value| value.as_str().map(str::to_owned);
    for cause in [
        EndCause::HungUp,
        EndCause::TheyHungUp,
        EndCause::WebhookUnreachable,
        EndCause::Failed { code: ErrorCode(1) },
    ] {
        let json = serde_json::to_value(cause).unwrap();
        assert_eq!(
            tag(json["cause"].clone()).as_deref(),
            Some(cause_tag(cause))
        );
    }
    for problem in [
        Problem::NoWebRtc,
        Problem::MicrophoneDenied,
        Problem::TokenRefused { code: ErrorCode(1) },
    ] {
        let json = serde_json::to_value(&problem).unwrap();
        let expected = problem_tag(&problem);
        assert_eq!(tag(json["problem"].clone()).as_deref(), Some(expected));
    }
    for phase in [Phase::Dialing, Phase::Reconnecting] {
        let json = serde_json::to_value(phase).unwrap();
        assert_eq!(tag(json).as_deref(), Some(phase_tag(phase)));
    }
    for registration in [Registration::SignedOut, Registration::Ready] {
        let json = serde_json::to_value(registration).unwrap();
        assert_eq!(tag(json).as_deref(), Some(registration_tag(registration)));
    }
}

#[test]
fn field_errors_fit_under_the_field() {
    for error in [
        AddressError::Empty,
        AddressError::NotANumber,
        AddressError::NoCountryCode,
        AddressError::TooShort,
        AddressError::TooLong,
        AddressError::BadClientName,
    ] {
        assert!(address_error(error).len() <= 52, "{error:?}");
    }
}
