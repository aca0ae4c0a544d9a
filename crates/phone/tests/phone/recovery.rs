//! It comes back: with an SDK that does its part, no sequence of connection errors keeps the phone
//! from being ready for long.

use crate::driver::{Driver, sid};
use phone::{Effect, Input, Phone, Token};
use proptest::prelude::*;
use protocol::{
    EngineEvent, EngineRequest, ErrorCode, Intent, PageInfo, Phase, Registration, Timestamp,
    engine::CallEvent,
};

/// How long the SDK takes to register, when the server is there.
const REGISTERING_MS: u64 = 500;
/// How long the phone may take beyond that, when there is no reason to wait.
const PROMPT_MS: u64 = 4_000;
/// After the last trouble the phone has this long to have its doubts.
const SETTLED_MS: u64 = 300_000;

/// What goes wrong, or on.
#[derive(Clone, Debug)]
enum Trouble {
    /// The SDK reports an error. It says nothing else of it, and is as registered as before.
    Error(u32),
    /// The connection breaks, and the SDK has it back after so long.
    Break { down_ms: u64 },
    /// The SDK destroys its Device.
    Destroyed,
    /// The computer slept.
    WokeUp,
    /// The page is loaded anew.
    Reloaded,
    /// The SDK says that the token expires.
    TokenWillExpire,
    /// The user wants to be connected now.
    Reconnect,
    /// The user calls, and it is answered.
    Call,
    /// The user is called.
    Ring(&'static str),
    /// What is in progress ends.
    CallsEnd,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let codes = vec![31000, 31001, 31003, 31005, 31009, 53000, 53001];
    prop_oneof![
        12 => prop::sample::select(codes).prop_map(Trouble::Error),
        4 => (0..60_000_u64).prop_map(|down_ms| Trouble::Break { down_ms }),
        1 => Just(Trouble::Destroyed),
        1 => Just(Trouble::WokeUp),
        1 => Just(Trouble::Reloaded),
        1 => Just(Trouble::TokenWillExpire),
        1 => Just(Trouble::Reconnect),
        4 => Just(Trouble::Call),
        1 => prop::sample::select(vec!["a", "b"]).prop_map(Trouble::Ring),
        2 => Just(Trouble::CallsEnd),
    ]
}

fn story() -> impl Strategy<Value = Vec<(u64, Trouble)>> {
    let pause_ms = prop_oneof![4 => 0..300_u64, 4 => 0..5_000_u64, 1 => 0..100_000_u64];
    prop::collection::vec((pause_ms, trouble()), 1..60)
}

/// A phone, and an SDK and a token server that do their part.
struct World {
    phone: Phone,
    now: Timestamp,
    /// What will be heard, and when.
    ahead: Vec<(Timestamp, Coming)>,
    /// There is a Device.
    device: bool,
    /// The Device has said that it is registered, and nothing since.
    registered: bool,
    /// Until then the server cannot be reached.
    down_until: Timestamp,
    /// So many Devices were made, or destroyed themselves, since the phone was ready.
    tries: u32,
    /// For how long the phone has not been ready since [`World::settle`].
    unready_ms: u64,
}

#[derive(Clone, Debug)]
enum Coming {
    Token,
    /// Of the Device that was destroyed last.
    Destroyed,
    /// Of the Device that there is.
    Device(EngineEvent),
}

impl World {
    /// A phone that is ready.
    fn new() -> Self {
        let mut world = Self {
            phone: Driver::new().phone,
            now: Timestamp(0),
            ahead: Vec::new(),
            device: false,
            registered: false,
            down_until: Timestamp(0),
            tries: 0,
            unready_ms: 0,
        };
        world.happen(Trouble::Reloaded);
        world.advance(5_000);
        assert_eq!(world.registration(), Registration::Ready);
        world
    }

    fn registration(&self) -> Registration {
        self.phone.snapshot().registration
    }

    fn happen(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::Error(code) => self.error(code),
            Trouble::Break { down_ms } => self.break_for(down_ms),
            Trouble::Destroyed => {
                if std::mem::take(&mut self.device) {
                    self.tries += 1;
                    self.forget_device();
                    self.hear(EngineEvent::Destroyed);
                }
            }
            Trouble::WokeUp => self.handle(Input::WokeUp),
            Trouble::Reloaded => {
                self.device = false;
                self.forget_device();
                self.ahead
                    .retain(|(_, coming)| matches!(coming, Coming::Token));
                let page = PageInfo {
                    webrtc: true,
                    window: true,
                };
                self.handle(Input::Attached { page });
            }
            Trouble::TokenWillExpire => self.hear(EngineEvent::TokenWillExpire),
            Trouble::Reconnect => self.handle(Input::Intent(Intent::Reconnect)),
            Trouble::Call => {
                let to = "client:bo".to_owned();
                self.handle(Input::Intent(Intent::Dial { to }));
                for call in self.phone.snapshot().calls {
                    let what = CallEvent::Accepted { call_sid: None };
                    self.hear(EngineEvent::Call {
                        call: call.id,
                        what,
                    });
                }
            }
            Trouble::Ring(leg) => self.hear(EngineEvent::Incoming {
                call_sid: sid(leg),
                from: "client:al".to_owned(),
                to: String::new(),
                verified: false,
            }),
            Trouble::CallsEnd => {
                for call in self.phone.snapshot().calls {
                    let call = match call.phase {
                        Phase::Offered => Intent::Decline { call: call.id },
                        Phase::Dialing
                        | Phase::Ringing
                        | Phase::Answering
                        | Phase::Active
                        | Phase::Reconnecting => Intent::HangUp { call: call.id },
                    };
                    self.handle(Input::Intent(call));
                }
            }
        }
    }

    fn error(&mut self, code: u32) {
        if self.device {
            self.hear(EngineEvent::DeviceError {
                code: ErrorCode(code),
                message: String::new(),
            });
        }
    }

    fn break_for(&mut self, down_ms: u64) {
        self.down_until = self.down_until.max(self.now.plus_ms(down_ms));
        if !self.device {
            return;
        }
        self.ahead
            .retain(|(_, coming)| !matches!(coming, Coming::Device(_)));
        if std::mem::take(&mut self.registered) {
            self.hear(EngineEvent::Unregistered);
        }
        self.error(31000);
        self.error(31005);
        // What was just heard may have led to another Device.
        if self.device {
            self.register();
        }
    }

    /// The Device registers, as soon as the server is there.
    fn register(&mut self) {
        self.forget_device();
        let at = self.now.max(self.down_until);
        for (ms, event) in [
            (10, EngineEvent::Registering),
            (REGISTERING_MS, EngineEvent::Registered),
        ] {
            self.ahead.push((at.plus_ms(ms), Coming::Device(event)));
        }
    }

    fn forget_device(&mut self) {
        self.registered = false;
        self.ahead
            .retain(|(_, coming)| !matches!(coming, Coming::Device(_)));
    }

    fn hear(&mut self, event: EngineEvent) {
        let epoch = self.phone.snapshot().epoch;
        self.handle(Input::Engine { epoch, event });
    }

    fn handle(&mut self, input: Input) {
        for effect in self.phone.handle(input, self.now) {
            match effect {
                Effect::Engine(EngineRequest::Destroy) => {
                    if std::mem::take(&mut self.device) {
                        self.forget_device();
                        self.ahead.push((self.now.plus_ms(5), Coming::Destroyed));
                    }
                }
                Effect::Engine(EngineRequest::Register { .. }) => {
                    self.device = true;
                    self.tries += 1;
                    self.register();
                }
                Effect::MintToken => self.ahead.push((self.now.plus_ms(50), Coming::Token)),
                Effect::Engine(
                    EngineRequest::UpdateToken { .. }
                    | EngineRequest::Connect { .. }
                    | EngineRequest::Accept { .. }
                    | EngineRequest::Reject { .. }
                    | EngineRequest::Disconnect { .. }
                    | EngineRequest::Mute { .. }
                    | EngineRequest::SendDigits { .. },
                )
                | Effect::Named { .. }
                | Effect::StartRing { .. }
                | Effect::StopRing { .. }
                | Effect::Rejected(_)
                | Effect::OpenBrowser => {}
            }
        }
        if self.registration() == Registration::Ready {
            self.tries = 0;
        }
    }

    /// Lets time pass, with all that comes in it.
    fn advance(&mut self, ms: u64) {
        let to = self.now.plus_ms(ms);
        loop {
            let deadline = self.phone.next_deadline();
            let next = self.ahead.iter().map(|(at, _)| *at).min();
            let Some(at) = deadline.into_iter().chain(next).min() else {
                break;
            };
            if at > to {
                break;
            }
            self.pass_until(at);
            match self.ahead.iter().position(|(due, _)| *due <= self.now) {
                Some(index) => {
                    let (_, coming) = self.ahead.remove(index);
                    self.come(coming);
                }
                None => self.handle(Input::Deadline),
            }
        }
        self.pass_until(to);
    }

    fn pass_until(&mut self, at: Timestamp) {
        if self.registration() != Registration::Ready {
            self.unready_ms += at.since_ms(self.now);
        }
        self.now = self.now.max(at);
    }

    fn come(&mut self, coming: Coming) {
        match coming {
            Coming::Token => self.handle(Input::Token(Ok(Token {
                jwt: "token".to_owned(),
                expires_at: self.now.plus_ms(3_600_000),
            }))),
            Coming::Destroyed => self.hear(EngineEvent::Destroyed),
            Coming::Device(event) => {
                self.registered = event == EngineEvent::Registered;
                self.hear(event);
            }
        }
    }

    /// No more trouble, and no call: for how long the phone is not ready from here on, once the
    /// server is there.
    fn settle(&mut self) -> u64 {
        self.happen(Trouble::CallsEnd);
        self.advance(self.down_until.since_ms(self.now));
        self.unready_ms = 0;
        self.advance(SETTLED_MS);
        self.unready_ms
    }
}

proptest! {
    #[test]
    fn is_ready_again_soon_after_any_connection_errors(story in story()) {
        let mut world = World::new();
        for (pause_ms, trouble) in story {
            world.advance(pause_ms);
            world.happen(trouble);
        }
        // After one that destroyed itself the next Device is made ever later.
        let patience_ms = if world.device {
            0
        } else {
            1_000 << world.tries.min(6)
        };
        let unready_ms = world.settle();
        prop_assert_eq!(world.registration(), Registration::Ready);
        prop_assert!(unready_ms <= PROMPT_MS + patience_ms, "not ready for {} ms", unready_ms);
    }
}
