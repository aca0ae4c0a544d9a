//! The words of the scripts.

use phone::{CallStatus, DialCallStatus, Effect, PlanKind, Webhook};
use protocol::{
    CallId, CallSid, CallView, EndCause, EndedView, EngineEvent, EngineRequest, ErrorCode, Intent,
    Party, Phase, Problem, Registration, Snapshot,
    engine::{CallEvent, Microphone},
};

/// The SID that scripts call by one letter.
pub(crate) fn sid(letter: &str) -> CallSid {
    CallSid(format!("CA{}", letter.repeat(32)))
}

pub(super) fn call(number: &str) -> CallId {
    CallId(number.parse().expect("a call's number"))
}

pub(super) fn code(number: &str) -> ErrorCode {
    ErrorCode(number.parse().expect("an error code"))
}

pub(super) fn engine_event(words: &str) -> Option<EngineEvent> {
    let mut parts = words.split(' ');
    let mut next = || parts.next().unwrap_or_default();
    let event = match next() {
        "registering" => EngineEvent::Registering,
        "registered" => EngineEvent::Registered,
        "unregistered" => EngineEvent::Unregistered,
        "destroyed" => EngineEvent::Destroyed,
        "expires" => EngineEvent::TokenWillExpire,
        "error" => EngineEvent::DeviceError {
            code: code(next()),
            message: "call +12025550142 failed".to_owned(),
        },
        "microphone" => EngineEvent::Microphone {
            state: match next() {
                "missing" => Microphone::Missing,
                "denied" => Microphone::Denied,
                _ => Microphone::Present,
            },
        },
        "incoming" => EngineEvent::Incoming {
            call_sid: sid(next()),
            from: next().to_owned(),
            to: "client:desk".to_owned(),
            verified: next() == "verified",
        },
        first => EngineEvent::Call {
            call: call(first.strip_prefix("call-")?),
            what: match next() {
                "ringing" => CallEvent::Ringing {
                    call_sid: sid(next()),
                    early_media: false,
                },
                "accepted" => CallEvent::Accepted { call_sid: None },
                "cancelled" => CallEvent::Cancelled,
                "rejected" => CallEvent::Rejected,
                "disconnected" => CallEvent::Disconnected,
                "reconnecting" => CallEvent::Reconnecting { code: code(next()) },
                "reconnected" => CallEvent::Reconnected,
                "muted" => CallEvent::Muted { on: next() == "on" },
                "error" => CallEvent::Error {
                    code: code(next()),
                    message: String::new(),
                },
                "lost" => CallEvent::Lost,
                other => panic!("unknown call event {other:?}"),
            },
        },
    };
    Some(event)
}

pub(super) fn intent(first: &str, rest: &str) -> Intent {
    let (one, two) = rest.split_once(' ').unwrap_or((rest, ""));
    match first {
        "dial" => Intent::Dial {
            to: rest.to_owned(),
        },
        "answer" => Intent::Answer { call: call(one) },
        "decline" => Intent::Decline { call: call(one) },
        "silence" => Intent::Silence { call: call(one) },
        "hangup" => Intent::HangUp { call: call(one) },
        "mute" => Intent::Mute {
            call: call(one),
            on: two == "on",
        },
        "digits" => Intent::Digits {
            call: call(one),
            digits: two.to_owned(),
        },
        "dismiss-ended" => Intent::DismissEnded,
        "dismiss-problem" => Intent::DismissProblem,
        "reconnect" => Intent::Reconnect,
        "privacy" => Intent::SetPrivacy { on: one == "on" },
        "browser" => Intent::OpenInBrowser,
        other => panic!("unknown step {other:?}"),
    }
}

pub(super) fn webhook(words: &str) -> Webhook {
    let parts: Vec<_> = words.split(' ').collect();
    let call_sid = sid(parts[1]);
    let word = parts[2].to_owned();
    let more = parts.get(3).copied();
    match parts[0] {
        "outgoing" => Webhook::Outgoing {
            call_sid,
            to: word,
            plan: match more {
                Some("refused") => PlanKind::Refused,
                Some("client") => PlanKind::Client,
                _ => PlanKind::Number,
            },
        },
        "incoming" => Webhook::Incoming {
            call_sid,
            from: word,
        },
        "result" => Webhook::DialResult {
            call_sid,
            dialled: more.map(sid),
            status: match word.as_str() {
                "completed" => DialCallStatus::Completed,
                "answered" => DialCallStatus::Answered,
                "busy" => DialCallStatus::Busy,
                "no-answer" => DialCallStatus::NoAnswer,
                "failed" => DialCallStatus::Failed,
                "canceled" => DialCallStatus::Canceled,
                other => panic!("unknown result {other:?}"),
            },
            duration_s: None,
        },
        "status" => Webhook::Status {
            call_sid,
            parent: more.filter(|letter| *letter != "-").map(sid),
            status: match word.as_str() {
                "ringing" => CallStatus::Ringing,
                "in-progress" => CallStatus::InProgress,
                "completed" => CallStatus::Completed,
                "busy" => CallStatus::Busy,
                "no-answer" => CallStatus::NoAnswer,
                "failed" => CallStatus::Failed,
                "canceled" => CallStatus::Canceled,
                other => panic!("unknown status {other:?}"),
            },
            duration_s: None,
            sequence: parts.get(4).map(|n| n.parse().expect("a sequence number")),
        },
        other => panic!("unknown webhook {other:?}"),
    }
}

pub(super) fn effect_words(effect: &Effect) -> String {
    match effect {
        Effect::Engine(request) => match request {
            EngineRequest::Register { token, .. } => format!("register {token}"),
            EngineRequest::UpdateToken { token } => format!("update {token}"),
            EngineRequest::Destroy => "destroy".to_owned(),
            EngineRequest::Connect { call, params } => {
                let params: Vec<_> = params.iter().map(|(k, v)| format!("{k}={v}")).collect();
                format!("connect {call} {}", params.join(" "))
            }
            EngineRequest::Accept { call } => format!("accept {call}"),
            EngineRequest::Reject { call } => format!("reject {call}"),
            EngineRequest::Disconnect { call } => format!("disconnect {call}"),
            EngineRequest::Mute { call, on } => {
                format!("{} {call}", if *on { "mute" } else { "unmute" })
            }
            EngineRequest::SendDigits { call, digits } => format!("send {call} {digits}"),
        },
        Effect::Named { call_sid, call } => format!("name {} {call}", &call_sid.0[2..3]),
        Effect::MintToken => "mint".to_owned(),
        Effect::StartRing { call, party } => format!("ring {call} {}", party_words(party)),
        Effect::StopRing { call } => format!("quiet {call}"),
        Effect::Rejected(rejection) => format!("no: {rejection}"),
        Effect::OpenBrowser => "browser".to_owned(),
    }
}

pub(super) fn party_words(party: &Party) -> String {
    match party {
        Party::Number { written } => written.clone(),
        Party::Masked { masked, .. } => masked.clone(),
        Party::Client { name } => name.clone(),
        Party::Withheld => "withheld".to_owned(),
    }
}

pub(super) fn state_words(snapshot: &Snapshot) -> String {
    let registration = match snapshot.registration {
        Registration::Connecting => "connecting",
        Registration::Ready => "ready",
        Registration::Reconnecting => "reconnecting",
        Registration::Offline => "offline",
        Registration::SignedOut => "signed out",
    };
    let calls = snapshot.calls.iter().map(call_words);
    let ended = snapshot.ended.iter().map(ended_words);
    let problem = snapshot.problem.iter().map(problem_words);
    std::iter::once(registration.to_owned())
        .chain(calls)
        .chain(ended)
        .chain(problem)
        .collect::<Vec<_>>()
        .join("; ")
}

pub(super) fn call_words(call: &CallView) -> String {
    let phase = match call.phase {
        Phase::Dialing => "dialing",
        Phase::Ringing => "ringing",
        Phase::Offered => "offered",
        Phase::Answering => "answering",
        Phase::Active => "active",
        Phase::Reconnecting => "reconnecting",
    };
    let mut words = format!("{} {phase} {}", call.id, party_words(&call.party));
    for (on, word) in [
        (call.muted, " muted"),
        (call.silenced, " silenced"),
        (call.verified, " verified"),
    ] {
        words.push_str(if on { word } else { "" });
    }
    if !call.digits.is_empty() {
        words.push_str(&format!(" [{}]", call.digits));
    }
    words
}

pub(super) fn ended_words(ended: &EndedView) -> String {
    let cause = match ended.cause {
        EndCause::HungUp => "hung up".to_owned(),
        EndCause::TheyHungUp => "they hung up".to_owned(),
        EndCause::Busy => "busy".to_owned(),
        EndCause::NoAnswer => "no answer".to_owned(),
        EndCause::Declined => "declined".to_owned(),
        EndCause::Cancelled => "cancelled".to_owned(),
        EndCause::NotInService => "not in service".to_owned(),
        EndCause::InvalidNumber => "invalid number".to_owned(),
        EndCause::WebhookUnreachable => "webhook unreachable".to_owned(),
        EndCause::PageClosed => "page closed".to_owned(),
        EndCause::ConnectionLost => "connection lost".to_owned(),
        EndCause::Microphone => "microphone".to_owned(),
        EndCause::Failed { code } => format!("failed {}", code.0),
    };
    match ended.talked_s {
        Some(s) => format!("{} ended: {cause} after {s} s", ended.id),
        None => format!("{} ended: {cause}", ended.id),
    }
}

pub(super) fn problem_words(problem: &Problem) -> String {
    match problem {
        Problem::TokenRefused { code } => format!("! token refused {}", code.0),
        Problem::Offline { retry_at } => match retry_at {
            Some(at) => format!("! offline until {}", at.0),
            None => "! offline".to_owned(),
        },
        Problem::WebhookUnreachable => "! webhook unreachable".to_owned(),
        Problem::MicrophoneMissing => "! microphone missing".to_owned(),
        Problem::MicrophoneDenied => "! microphone denied".to_owned(),
        Problem::NoWebRtc => "! no webrtc".to_owned(),
        Problem::Sdk { code, message } => format!("! sdk {} {message}", code.0),
    }
}
