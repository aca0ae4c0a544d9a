//! All that a page draws: whole each time, so that a lost message cannot leave it wrong.

use crate::{CallId, Epoch, ErrorCode, Timestamp, media::MediaPath, sandbox::SandboxView};
use serde::{Deserialize, Serialize};

/// The phone as the page draws it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Grows with every change.
    pub revision: u64,
    /// The attachment this is for.
    pub epoch: Epoch,
    /// The client name the phone registers as.
    pub identity: String,
    /// Our own number (the caller id), as people write it; never masked.
    pub line: Option<String>,
    /// Whether the phone can be called.
    pub registration: Registration,
    /// Who carries the sound of calls in this page.
    pub media: MediaPath,
    /// The worst problem, for the banner.
    pub problem: Option<Problem>,
    /// Calls in progress, oldest first. At most one of them is not [`Phase::Offered`].
    pub calls: Vec<CallView>,
    /// The call that ended last, until the user goes on.
    pub ended: Option<EndedView>,
    /// Numbers are hidden.
    pub privacy: bool,
    /// The sandbox, when this phone is in it.
    pub sandbox: Option<SandboxView>,
}

/// Whether the phone can be called. Only a confirmation by Twilio makes it `Ready`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// On the way to the first confirmation.
    Connecting,
    /// Confirmed.
    Ready,
    /// It was confirmed, was lost, and is being regained.
    Reconnecting,
    /// No connection to Twilio; it is tried again.
    Offline,
    /// Twilio refused the token or its key; trying again would not help.
    SignedOut,
}

/// A call in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// The phone's name for it.
    pub id: CallId,
    /// Which way it goes.
    pub direction: Direction,
    /// The other end.
    pub party: Party,
    /// How far it is.
    pub phase: Phase,
    /// When it was dialled or offered.
    pub began: Timestamp,
    /// When sound was set up.
    pub answered: Option<Timestamp>,
    /// The microphone is muted.
    pub muted: bool,
    /// The ring was silenced by the user.
    pub silenced: bool,
    /// The digits sent so far in this call, as shown over the keypad; masked in privacy mode.
    pub digits: String,
    /// The caller's number was verified by STIR/SHAKEN.
    pub verified: bool,
}

/// Which way a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// We are called.
    Incoming,
    /// We call.
    Outgoing,
}

/// The other end of a call, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "party", rename_all = "snake_case")]
pub enum Party {
    /// A number, as people write it. Only when privacy mode is off.
    Number {
        /// Such as `+44 20 7946 0018`.
        written: String,
    },
    /// A number in privacy mode: the full one is not sent to the page.
    Masked {
        /// Such as `•••• ••18`.
        masked: String,
        /// Such as `number ending in 1 8`, for a screen reader.
        spoken: String,
    },
    /// A client of the same account, by its name.
    Client {
        /// Without `client:`.
        name: String,
    },
    /// The caller hides the number.
    Withheld,
}

/// How far a call is.
///
/// ```text
/// outgoing: Dialing -> Ringing -> Active <-> Reconnecting -> ended
/// incoming: Offered -> Answering -> Active <-> Reconnecting -> ended
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Asked for, no answer from Twilio yet.
    Dialing,
    /// The far end rings.
    Ringing,
    /// It rings here.
    Offered,
    /// Answered here, sound is being set up.
    Answering,
    /// Sound flows.
    Active,
    /// Signalling or sound was lost and is being regained.
    Reconnecting,
}

/// A call that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedView {
    /// The phone's name for it.
    pub id: CallId,
    /// Which way it went.
    pub direction: Direction,
    /// The other end.
    pub party: Party,
    /// Why it ended.
    pub cause: EndCause,
    /// How long people talked, in seconds; `None` when it was never answered.
    pub talked_s: Option<u64>,
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum EndCause {
    /// We hung up, or gave up dialling.
    HungUp,
    /// They hung up.
    TheyHungUp,
    /// Outgoing: the far end is busy.
    Busy,
    /// Outgoing: nobody answered. Incoming: it rang out.
    NoAnswer,
    /// Incoming: we declined.
    Declined,
    /// Incoming: the caller gave up.
    Cancelled,
    /// Outgoing: no such number, or it cannot be reached.
    NotInService,
    /// The number was not accepted by the dial plan.
    InvalidNumber,
    /// Twilio could not get instructions from our webhook server.
    WebhookUnreachable,
    /// The page was closed or reloaded in the call.
    PageClosed,
    /// Signalling or sound was lost for good.
    ConnectionLost,
    /// No microphone, or it is forbidden.
    Microphone,
    /// Anything else, with the SDK's code.
    Failed {
        /// Such as 31005.
        code: ErrorCode,
    },
}

/// What is wrong with the phone, for the banner. The worst wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// Twilio refused the token or key.
    TokenRefused {
        /// 20101, 20104, 20151, 31205 …
        code: ErrorCode,
    },
    /// Twilio's signalling cannot be reached.
    Offline {
        /// When it is tried next, if known.
        retry_at: Option<Timestamp>,
    },
    /// Calls out fail: Twilio cannot reach the webhook server.
    WebhookUnreachable,
    /// No microphone.
    MicrophoneMissing,
    /// The microphone is forbidden.
    MicrophoneDenied,
    /// This page's browser or webview has no WebRTC, and there is no native engine for it or it is
    /// not wanted: it rings, but cannot carry sound.
    NoWebRtc,
    /// Something else the SDK said.
    Sdk {
        /// Its code.
        code: ErrorCode,
        /// Its words.
        message: String,
    },
}
