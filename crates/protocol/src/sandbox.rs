//! What the page shows of the sandbox, and what it can ask of it.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// The sandbox's panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxView {
    /// The phones of its outside world.
    pub phones: Vec<ScriptedPhone>,
    /// The faults that are on.
    pub faults: Faults,
    /// The last lines of its log, oldest first, numbers masked; at most 200.
    pub log: Vec<LogLine>,
}

/// A phone of the sandbox's outside world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptedPhone {
    /// E.164, such as `+12025550101`.
    pub number: String,
    /// Whose it is, if that matters: "Tobin Vale".
    pub name: Option<String>,
    /// What it does, in a few words: "Answers and echoes what you say".
    pub does: String,
    /// It can be asked to call us ("Call me").
    pub calls_us: bool,
}

/// A line of the sandbox's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Grows by one with every line.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What, readable alone.
    pub text: String,
}

/// Which faults are on. All off is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// The server sends no heartbeats and nothing else.
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

/// A wish of the user to the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sandbox", rename_all = "snake_case")]
pub enum SandboxIntent {
    /// Make a scripted phone call us.
    CallMe {
        /// Its number, or any other E.164 number.
        from: String,
    },
    /// Set all faults at once.
    SetFaults(Faults),
    /// Drop every signalling socket, once.
    DropSocket,
    /// Expire the token now, without the usual warning.
    ExpireToken,
}
