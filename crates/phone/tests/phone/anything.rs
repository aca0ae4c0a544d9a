//! What holds whatever happens.

mod story;

use crate::driver::Driver;
use phone::{Effect, Input, Phone, Token};
use proptest::prelude::*;
use protocol::{
    CallId, EngineEvent, EngineRequest, Epoch, PageInfo, Phase, Question, Registration, Snapshot,
    Timestamp,
};
use std::collections::BTreeSet;
use story::{Happening, story};

/// Watches a phone, and knows what must hold.
struct Watch {
    phone: Phone,
    attached: bool,
    /// The page of this epoch was asked to register.
    asked: bool,
    /// It said since then that it is registered, and nothing to the contrary.
    confirmed: bool,
    seen: BTreeSet<CallId>,
    over: BTreeSet<CallId>,
    rang: BTreeSet<CallId>,
    rings: BTreeSet<CallId>,
}

impl Watch {
    /// A phone that is ready, so that stories come to calls.
    fn ready() -> Self {
        let mut watch = Self {
            phone: Driver::new().phone,
            attached: false,
            asked: false,
            confirmed: false,
            seen: BTreeSet::new(),
            over: BTreeSet::new(),
            rang: BTreeSet::new(),
            rings: BTreeSet::new(),
        };
        let page = PageInfo {
            webrtc: true,
            window: true,
        };
        for happening in [
            Happening::Input(Input::Attached { page }),
            Happening::Token { life_s: 3600 },
            Happening::Engine(EngineEvent::Registered),
        ] {
            watch.happen(happening, Timestamp(0));
        }
        assert_eq!(watch.phone.snapshot().registration, Registration::Ready);
        watch
    }

    /// Lets time pass, with the deadlines that come due.
    fn advance(&mut self, to: Timestamp) {
        while let Some(due) = self.phone.next_deadline().filter(|due| *due <= to) {
            self.happen(Happening::Input(Input::Deadline), due);
            let next = self.phone.next_deadline();
            assert!(next.is_none_or(|next| next > due), "no progress at {due:?}");
        }
    }

    fn happen(&mut self, happening: Happening, now: Timestamp) {
        let before = self.phone.snapshot();
        let stale = matches!(happening, Happening::Stale(_));
        let intent = matches!(happening, Happening::Input(Input::Intent(_)));
        let input = self.input(happening, now);
        let effects = self.phone.handle(input, now);
        let after = self.phone.snapshot();
        if stale {
            assert_eq!((&effects, &after), (&Vec::new(), &before), "stale events");
        }
        for effect in &effects {
            self.check_effect(effect, &effects, &before, &after, intent);
        }
        self.check_calls(&after);
        self.check_snapshots(&before, &after);
        if after.registration == Registration::Ready {
            assert!(self.attached && self.confirmed, "ready means confirmed");
        }
    }

    fn input(&mut self, happening: Happening, now: Timestamp) -> Input {
        let epoch = self.phone.snapshot().epoch;
        match happening {
            Happening::Input(input) => {
                match &input {
                    Input::Attached { .. } | Input::Detached => {
                        self.attached = matches!(input, Input::Attached { .. });
                        (self.asked, self.confirmed) = (false, false);
                    }
                    Input::Intent(_)
                    | Input::Engine { .. }
                    | Input::Webhook(_)
                    | Input::Token(_)
                    | Input::Deadline
                    | Input::WokeUp => {}
                }
                input
            }
            Happening::Engine(event) => {
                match &event {
                    EngineEvent::Registered => self.confirmed = self.attached && self.asked,
                    EngineEvent::Registering | EngineEvent::Unregistered => self.confirmed = false,
                    EngineEvent::Destroyed
                    | EngineEvent::TokenWillExpire
                    | EngineEvent::DeviceError { .. }
                    | EngineEvent::Microphone { .. }
                    | EngineEvent::Incoming { .. }
                    | EngineEvent::Call { .. } => {}
                }
                Input::Engine { epoch, event }
            }
            Happening::Stale(event) => Input::Engine {
                epoch: Epoch(epoch.0 + 1 - 2 * (now.0 % 2)),
                event,
            },
            Happening::Token { life_s } => Input::Token(Ok(Token {
                jwt: "token".to_owned(),
                expires_at: now.plus_ms(life_s * 1000),
            })),
        }
    }

    fn check_effect(
        &mut self,
        effect: &Effect,
        all: &[Effect],
        before: &Snapshot,
        after: &Snapshot,
        intent: bool,
    ) {
        match effect {
            Effect::Engine(request) => {
                assert!(self.attached, "{request:?} without a page");
                self.check_request(request, before);
            }
            Effect::StartRing { call, .. } => {
                let named = |other: &Effect| matches!(other, Effect::Named { call: named, .. } if named == call);
                assert!(all.iter().any(named), "{call} is named before it rings");
                assert!(self.rang.insert(*call), "{call} rings once");
                assert!(self.rings.insert(*call));
            }
            Effect::StopRing { call } => assert!(self.rings.remove(call), "{call} rang"),
            Effect::Rejected(_) => {
                assert!(
                    intent && all.len() == 1,
                    "only an intent is rejected: {all:?}"
                );
                assert_eq!(before, after, "a rejected intent changes nothing");
            }
            Effect::Named { .. } | Effect::MintToken | Effect::OpenBrowser => {}
        }
    }

    fn check_request(&mut self, request: &EngineRequest, before: &Snapshot) {
        let phase_before = |id: &CallId| {
            let call = before.calls.iter().find(|call| call.id == *id);
            call.map(|call| call.phase)
        };
        match request {
            EngineRequest::Register { .. } => (self.asked, self.confirmed) = (true, false),
            EngineRequest::Connect { call, .. } => {
                assert_eq!(before.registration, Registration::Ready);
                assert!(!self.seen.contains(call), "{call} is new");
            }
            EngineRequest::Accept { call } | EngineRequest::Reject { call } => {
                assert_eq!(phase_before(call), Some(Phase::Offered));
            }
            EngineRequest::SendDigits { call, .. } => {
                assert_eq!(phase_before(call), Some(Phase::Active));
            }
            EngineRequest::Disconnect { call } | EngineRequest::Mute { call, .. } => {
                assert!(!matches!(phase_before(call), None | Some(Phase::Offered)));
            }
            EngineRequest::Destroy | EngineRequest::UpdateToken { .. } => {}
        }
    }

    fn check_calls(&mut self, after: &Snapshot) {
        let now: BTreeSet<_> = after.calls.iter().map(|call| call.id).collect();
        assert_eq!(now.len(), after.calls.len(), "ids are unique");
        assert!(
            now.is_disjoint(&self.over),
            "an ended call never comes back"
        );
        self.over.extend(self.seen.difference(&now));
        self.seen.extend(&now);
        let beyond = |call: &&protocol::CallView| call.phase != Phase::Offered;
        assert!(after.calls.iter().filter(beyond).count() <= 1);
        let audible: BTreeSet<_> = after
            .calls
            .iter()
            .filter(|call| call.phase == Phase::Offered && !call.silenced)
            .map(|call| call.id)
            .collect();
        assert_eq!(
            self.rings, audible,
            "it rings for these calls and no others"
        );
    }

    fn check_snapshots(&self, before: &Snapshot, after: &Snapshot) {
        let same = Snapshot {
            revision: after.revision,
            ..before.clone()
        } == *after;
        let expected = before.revision + u64::from(!same);
        assert_eq!(after.revision, expected, "each change is one revision");
        assert!(after.epoch >= before.epoch);
        for id in after.calls.iter().map(|call| call.id) {
            let _ = self.phone.answer(&Question::Reveal { call: id });
        }
    }
}

proptest! {
    #[test]
    fn the_rules_hold_whatever_happens(story in story()) {
        let mut watch = Watch::ready();
        let mut now = Timestamp(0);
        for (pause_ms, happening) in story {
            now = now.plus_ms(pause_ms);
            watch.advance(now);
            watch.happen(happening, now);
        }
        // Nothing more is heard: whatever is not a conversation ends by itself.
        watch.advance(now.plus_ms(3_600_000));
        for call in watch.phone.snapshot().calls {
            prop_assert_eq!(call.phase, Phase::Active);
        }
    }

    #[test]
    fn the_rules_hold_also_when_deadlines_come_late(story in story()) {
        let mut watch = Watch::ready();
        let mut now = Timestamp(0);
        for (pause_ms, happening) in story {
            now = now.plus_ms(pause_ms);
            watch.happen(happening, now);
        }
        watch.happen(Happening::Input(Input::Deadline), now);
        let next = watch.phone.next_deadline();
        prop_assert!(next.is_none_or(|next| next > now), "no progress");
    }
}
