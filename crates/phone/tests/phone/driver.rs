//! Drives a phone by scripts of words, and writes down what it does.
//!
//! A step is `(input, outcome)`. The input is `<ms> <words>`; what is due before that moment
//! happens first, by `Input::Deadline`. The outcome is the effects, separated by `, `, then
//! ` | ` and the state if it changed: registration, calls, the ended call, the problem.

mod words;

use phone::{Effect, Input, Phone, Setup, Token, TokenProblem};
use protocol::{ClientName, Epoch, PageInfo, PhoneNumber, Timestamp, media::MediaPreference};

pub(crate) use words::sid;
use words::{effect_words, engine_event, intent, state_words, webhook};

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
            ice_servers: Vec::new(),
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
