//! Drives a phone by scripts of words, and writes down what it does.
//!
//! A step is `(input, outcome)`. The input is `<ms> <words>`; what is due before that moment
//! happens first, by `Input::Deadline`. The outcome is the effects, separated by `, `, then
//! ` | ` and the state if it changed: registration, calls, the ended call, the problem.

use phone::{
    CallStatus, DialCallStatus, Effect, Input, Phone, PlanKind, Setup, Token, TokenProblem, Webhook,
};
use protocol::{
    CallId, CallSid, CallView, ClientName, EndCause, EndedView, EngineEvent, EngineRequest, Epoch,
    ErrorCode, Intent, PageInfo, Party, Phase, PhoneNumber, Problem, Registration, Snapshot,
    Timestamp,
    engine::{CallEvent, Microphone},
    media::MediaPreference,
};

/// The steps of a script.
pub(crate) type Script<'a> = &'a [(&'a str, &'a str)];

/// How a phone becomes ready.
pub(crate) const READY: Script<'static> = &[
    ("0 attach", "mint | connecting"),
    ("0 token 3600", "register token-1"),
    ("100 registering", ""),
    ("200 registered", "| ready"),
];

/// Checks that a phone which does `before` does what the script says.
#[track_caller]
pub(crate) fn check_after(before: Script<'_>, script: Script<'_>) {
    let mut driver = Driver::new();
    for (input, outcome) in before.iter().chain(script) {
        let got = driver.step(input);
        let so_far = driver.trace.join("\n    ");
        assert_eq!(got.as_str(), *outcome, "after {input:?} in\n    {so_far}\n");
    }
}

/// Checks that a phone that is ready does what the script says.
#[track_caller]
pub(crate) fn check(script: Script<'_>) {
    check_after(READY, script);
}

/// A phone and what was seen of it.
pub(crate) struct Driver {
    pub(crate) phone: Phone,
    tokens: u32,
    now: Timestamp,
    state: String,
    trace: Vec<String>,
}

impl Driver {
    pub(crate) fn new() -> Self {
        let setup = Setup {
            identity: ClientName::new("desk").expect("it is one"),
            line: Some(PhoneNumber::e164("+12025550100").expect("it is one")),
            privacy: false,
            signalling: None,
            media: MediaPreference::Auto,
            native_media: false,
        };
        Self {
            phone: Phone::new(setup),
            tokens: 0,
            now: Timestamp(0),
            state: String::new(),
            trace: Vec::new(),
        }
    }

    /// Does one step and says what came of it.
    pub(crate) fn step(&mut self, line: &str) -> String {
        let (ms, words) = line.split_once(' ').expect("a step is `<ms> <words>`");
        let at = Timestamp(ms.parse().expect("a step begins with milliseconds"));
        assert!(at >= self.now, "time does not go back, at {line:?}");
        // A computer that sleeps hears no deadline.
        let mut effects = match words {
            "sleep-and-wake" => Vec::new(),
            _ => self.advance(at),
        };
        self.now = at;
        if words != "wait" {
            let input = self.read(words);
            effects.extend(self.phone.handle(input, at));
        }
        let effects: Vec<_> = effects.iter().map(effect_words).collect();
        let state = state_words(&self.phone.snapshot());
        let mut outcome = effects.join(", ");
        if state != self.state {
            outcome = format!("{outcome} | {state}").trim_start().to_owned();
            self.state = state;
        }
        self.trace.push(format!("{line:<40} -> {outcome}"));
        outcome
    }

    /// Lets time pass until `at`, with the deadlines that come due.
    fn advance(&mut self, at: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(due) = self.phone.next_deadline().filter(|due| *due <= at) {
            effects.extend(self.phone.handle(Input::Deadline, due));
            let next = self.phone.next_deadline();
            assert!(next.is_none_or(|next| next > due), "no progress at {due:?}");
        }
        effects
    }

    fn read(&mut self, words: &str) -> Input {
        let (first, rest) = words.split_once(' ').unwrap_or((words, ""));
        let page = |webrtc| Input::Attached {
            page: PageInfo {
                webrtc,
                window: true,
            },
        };
        match first {
            "attach" => page(true),
            "attach-no-webrtc" => page(false),
            "detach" => Input::Detached,
            "wake" | "sleep-and-wake" => Input::WokeUp,
            "token" => {
                self.tokens += 1;
                let life_s: u64 = rest.parse().expect("the token's life in seconds");
                Input::Token(Ok(Token {
                    jwt: format!("token-{}", self.tokens),
                    expires_at: self.now.plus_ms(life_s * 1000),
                }))
            }
            "no-token" => Input::Token(Err(TokenProblem::Unavailable)),
            "no-credentials" => Input::Token(Err(TokenProblem::NoCredentials)),
            "hook" => Input::Webhook(webhook(rest)),
            "old" => Input::Engine {
                epoch: Epoch(self.phone.snapshot().epoch.0 - 1),
                event: engine_event(rest).expect("an engine event"),
            },
            _ => match engine_event(words) {
                Some(event) => Input::Engine {
                    epoch: self.phone.snapshot().epoch,
                    event,
                },
                None => Input::Intent(intent(first, rest)),
            },
        }
    }
}

/// The SID that scripts call by one letter.
pub(crate) fn sid(letter: &str) -> CallSid {
    CallSid(format!("CA{}", letter.repeat(32)))
}

fn call(number: &str) -> CallId {
    CallId(number.parse().expect("a call's number"))
}

fn code(number: &str) -> ErrorCode {
    ErrorCode(number.parse().expect("an error code"))
}

fn engine_event(words: &str) -> Option<EngineEvent> {
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

fn intent(first: &str, rest: &str) -> Intent {
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

fn webhook(words: &str) -> Webhook {
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

fn effect_words(effect: &Effect) -> String {
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

fn party_words(party: &Party) -> String {
    match party {
        Party::Number { written } => written.clone(),
        Party::Masked { masked, .. } => masked.clone(),
        Party::Client { name } => name.clone(),
        Party::Withheld => "withheld".to_owned(),
    }
}

fn state_words(snapshot: &Snapshot) -> String {
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

fn call_words(call: &CallView) -> String {
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

fn ended_words(ended: &EndedView) -> String {
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

fn problem_words(problem: &Problem) -> String {
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
