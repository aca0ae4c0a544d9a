//! Stories: anything that can happen to a phone, in any order.

use crate::driver::sid;
use phone::{CallStatus, DialCallStatus, Input, PlanKind, TokenProblem, Webhook};
use proptest::prelude::*;
use protocol::{
    CallId, EngineEvent, ErrorCode, Intent, PageInfo,
    engine::{CallEvent, Microphone},
};

/// Something that happens at a moment.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Input(Input),
    /// In the current epoch.
    Engine(EngineEvent),
    /// In another one.
    Stale(EngineEvent),
    Token {
        life_s: u64,
    },
}

fn call_id() -> impl Strategy<Value = CallId> {
    prop_oneof![4 => 1..4_u64, 1 => 0..12_u64].prop_map(CallId)
}

fn leg() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "d"])
}

fn address() -> impl Strategy<Value = String> {
    let some = ["client:bo", "+12025550101", "client:al", "anonymous", "12"];
    prop::sample::select(some.to_vec()).prop_map(str::to_owned)
}

fn code() -> impl Strategy<Value = ErrorCode> {
    let some = [
        20101, 20104, 20151, 31000, 31005, 31009, 31205, 31206, 31401, 31402, 31404, 31486, 53001,
        53405, 99999,
    ];
    prop::sample::select(some.to_vec()).prop_map(ErrorCode)
}

fn call_event() -> impl Strategy<Value = CallEvent> {
    prop_oneof![
        leg().prop_map(|leg| CallEvent::Ringing {
            call_sid: sid(leg),
            early_media: false,
        }),
        Just(CallEvent::Accepted { call_sid: None }),
        Just(CallEvent::Accepted { call_sid: None }),
        Just(CallEvent::Cancelled),
        Just(CallEvent::Rejected),
        Just(CallEvent::Disconnected),
        code().prop_map(|code| CallEvent::Reconnecting { code }),
        Just(CallEvent::Reconnected),
        any::<bool>().prop_map(|on| CallEvent::Muted { on }),
        code().prop_map(|code| CallEvent::Error {
            code,
            message: String::new(),
        }),
        Just(CallEvent::Lost),
    ]
}

fn engine_event() -> impl Strategy<Value = EngineEvent> {
    let incoming = (leg(), address(), any::<bool>());
    prop_oneof![
        1 => Just(EngineEvent::Registering),
        4 => Just(EngineEvent::Registered),
        1 => Just(EngineEvent::Unregistered),
        1 => Just(EngineEvent::Destroyed),
        1 => Just(EngineEvent::TokenWillExpire),
        2 => code().prop_map(|code| EngineEvent::DeviceError {
            code,
            message: "words".to_owned(),
        }),
        1 => prop::sample::select(vec![
            Microphone::Present,
            Microphone::Missing,
            Microphone::Denied,
        ])
        .prop_map(|state| EngineEvent::Microphone { state }),
        5 => incoming.prop_map(|(leg, from, verified)| EngineEvent::Incoming {
            call_sid: sid(leg),
            from,
            to: String::new(),
            verified,
        }),
        12 => (call_id(), call_event()).prop_map(|(call, what)| EngineEvent::Call { call, what }),
    ]
}

fn intent() -> impl Strategy<Value = Intent> {
    prop_oneof![
        6 => address().prop_map(|to| Intent::Dial { to }),
        5 => call_id().prop_map(|call| Intent::Answer { call }),
        1 => call_id().prop_map(|call| Intent::Decline { call }),
        2 => call_id().prop_map(|call| Intent::Silence { call }),
        2 => call_id().prop_map(|call| Intent::HangUp { call }),
        1 => (call_id(), any::<bool>()).prop_map(|(call, on)| Intent::Mute { call, on }),
        1 => (call_id(), "[0-9*#a]{0,3}").prop_map(|(call, digits)| Intent::Digits { call, digits }),
        1 => Just(Intent::DismissEnded),
        1 => Just(Intent::DismissProblem),
        1 => Just(Intent::Reconnect),
        1 => any::<bool>().prop_map(|on| Intent::SetPrivacy { on }),
        1 => Just(Intent::OpenInBrowser),
    ]
}

fn webhook() -> impl Strategy<Value = Webhook> {
    let results = [
        DialCallStatus::Completed,
        DialCallStatus::Answered,
        DialCallStatus::Busy,
        DialCallStatus::NoAnswer,
        DialCallStatus::Failed,
        DialCallStatus::Canceled,
    ];
    let statuses = [
        CallStatus::Queued,
        CallStatus::Ringing,
        CallStatus::InProgress,
        CallStatus::Completed,
        CallStatus::Busy,
        CallStatus::NoAnswer,
    ];
    let plans = [PlanKind::Number, PlanKind::Client, PlanKind::Refused];
    let leg_or_none = || proptest::option::of(leg());
    prop_oneof![
        (leg(), address(), prop::sample::select(plans.to_vec())).prop_map(|(leg, to, plan)| {
            Webhook::Outgoing {
                call_sid: sid(leg),
                to,
                plan,
            }
        }),
        (leg(), address()).prop_map(|(leg, from)| Webhook::Incoming {
            call_sid: sid(leg),
            from,
        }),
        (leg(), leg_or_none(), prop::sample::select(results.to_vec())).prop_map(
            |(leg, dialled, status)| Webhook::DialResult {
                call_sid: sid(leg),
                dialled: dialled.map(sid),
                status,
                duration_s: None,
            }
        ),
        (
            leg(),
            leg_or_none(),
            prop::sample::select(statuses.to_vec()),
            proptest::option::of(0..4_u64)
        )
            .prop_map(|(leg, parent, status, sequence)| Webhook::Status {
                call_sid: sid(leg),
                parent: parent.map(sid),
                status,
                duration_s: None,
                sequence,
            }),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let page = (prop::bool::weighted(0.9), any::<bool>());
    prop_oneof![
        2 => page.prop_map(|(webrtc, window)| Happening::Input(Input::Attached {
            page: PageInfo { webrtc, window },
        })),
        1 => Just(Happening::Input(Input::Detached)),
        1 => Just(Happening::Input(Input::WokeUp)),
        1 => Just(Happening::Input(Input::Deadline)),
        4 => prop::sample::select(vec![0, 1, 20, 60, 3600])
            .prop_map(|life_s| Happening::Token { life_s }),
        1 => prop::sample::select(vec![TokenProblem::NoCredentials, TokenProblem::Unavailable])
            .prop_map(|problem| Happening::Input(Input::Token(Err(problem)))),
        25 => intent().prop_map(|intent| Happening::Input(Input::Intent(intent))),
        4 => webhook().prop_map(|webhook| Happening::Input(Input::Webhook(webhook))),
        1 => engine_event().prop_map(Happening::Stale),
        30 => engine_event().prop_map(Happening::Engine),
    ]
}

pub(super) fn story() -> impl Strategy<Value = Vec<(u64, Happening)>> {
    let pause_ms = prop_oneof![6 => 0..300_u64, 2 => 0..5_000_u64, 1 => 0..700_000_u64];
    prop::collection::vec((pause_ms, happening()), 0..120)
}
