//! What can be made to go wrong.

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Which faults are on. All off is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Sockets that are open when it is switched on go silent for good; later ones work, but get
    /// no heartbeats.
    pub mute_heartbeats: bool,
    /// No sound either way.
    pub black_hole_media: bool,
    /// Webhooks are delivered so much later, in milliseconds.
    pub delay_webhooks_ms: u64,
    /// How webhooks go wrong.
    pub break_webhooks: Option<BrokenWebhook>,
    /// The code with which registration is refused: 20101, 20104 or 20151.
    pub refuse_registration: Option<u32>,
}

/// How a webhook goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokenWebhook {
    /// Twilio gets a 500 in place of the answer.
    Answer500,
    /// The signature is wrong.
    WrongSignature,
    /// Nothing listens at the address.
    Unreachable,
}

/// The codes with which registration can be refused.
const REFUSALS: [u32; 3] = [20101, 20104, 20151];

impl Faults {
    /// What is wrong with these settings, in a sentence that says what to do.
    pub(crate) fn problem(&self) -> Option<String> {
        match self.refuse_registration {
            Some(code) if !REFUSALS.contains(&code) => Some(format!(
                "refuse_registration is {code}; use 20101, 20104, 20151 or null"
            )),
            Some(_) | None => None,
        }
    }

    /// The log's lines for the change from `before` to these.
    pub(crate) fn changes(&self, before: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |changed: bool, on: bool, what: &str| {
            if changed {
                lines.push(format!("fault {}: {what}", if on { "on" } else { "off" }));
            }
        };
        say(
            self.mute_heartbeats != before.mute_heartbeats,
            self.mute_heartbeats,
            "heartbeats stopped",
        );
        say(
            self.black_hole_media != before.black_hole_media,
            self.black_hole_media,
            "sound lost",
        );
        say(
            self.delay_webhooks_ms != before.delay_webhooks_ms,
            self.delay_webhooks_ms > 0,
            &format!(
                "webhooks delayed by {} ms",
                match self.delay_webhooks_ms {
                    0 => before.delay_webhooks_ms,
                    now => now,
                }
            ),
        );
        let broken = match self.break_webhooks.or(before.break_webhooks) {
            Some(BrokenWebhook::Answer500) => "webhooks answer 500",
            Some(BrokenWebhook::WrongSignature) => "webhooks signed wrongly",
            Some(BrokenWebhook::Unreachable) => "webhooks unreachable",
            None => "",
        };
        say(
            self.break_webhooks != before.break_webhooks,
            self.break_webhooks.is_some(),
            broken,
        );
        say(
            self.refuse_registration != before.refuse_registration,
            self.refuse_registration.is_some(),
            &self.refuse_registration.map_or_else(
                || "registration refused".to_owned(),
                |code| format!("registration refused ({code})"),
            ),
        );
        lines
    }
}

/// The faults as they are now; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct FaultBoard(watch::Sender<Faults>);

impl FaultBoard {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Faults::default()))
    }

    pub(crate) fn get(&self) -> Faults {
        self.0.borrow().clone()
    }

    /// Sets all faults and gives those before.
    pub(crate) fn set(&self, faults: Faults) -> Faults {
        self.0.send_replace(faults)
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Faults> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::{BrokenWebhook, Faults};

    #[track_caller]
    fn check(before: &Faults, after: &Faults, expected: &[&str]) {
        assert_eq!(after.changes(before), expected);
    }

    #[test]
    fn the_log_says_which_faults_were_switched() {
        let off = Faults::default();
        let dead = Faults {
            mute_heartbeats: true,
            delay_webhooks_ms: 3_000,
            ..Faults::default()
        };
        check(&off, &off, &[]);
        check(
            &off,
            &dead,
            &[
                "fault on: heartbeats stopped",
                "fault on: webhooks delayed by 3000 ms",
            ],
        );
        check(
            &dead,
            &off,
            &[
                "fault off: heartbeats stopped",
                "fault off: webhooks delayed by 3000 ms",
            ],
        );
        let broken = Faults {
            break_webhooks: Some(BrokenWebhook::Answer500),
            refuse_registration: Some(20104),
            black_hole_media: true,
            ..Faults::default()
        };
        check(
            &off,
            &broken,
            &[
                "fault on: sound lost",
                "fault on: webhooks answer 500",
                "fault on: registration refused (20104)",
            ],
        );
    }

    #[test]
    fn registration_is_refused_with_a_code_that_twilio_uses() {
        let faults = |code| Faults {
            refuse_registration: code,
            ..Faults::default()
        };
        assert_eq!(faults(None).problem(), None);
        assert_eq!(faults(Some(20104)).problem(), None);
        assert!(faults(Some(31000)).problem().is_some());
    }

    #[test]
    fn faults_are_plain_json_with_defaults() {
        let read: Faults = serde_json::from_str(r#"{"break_webhooks":"answer500"}"#).unwrap();
        assert_eq!(read.break_webhooks, Some(BrokenWebhook::Answer500));
        assert!(!read.mute_heartbeats);
        assert!(serde_json::from_str::<Faults>(r#"{"mute_heartbeat":true}"#).is_err());
    }
}
