//! What the user wants, what the page may ask, and how it is answered.

use crate::media::{MediaAnswer, MediaRequest};
use crate::{AddressError, CallId, Epoch, sandbox::SandboxIntent};
use serde::{Deserialize, Serialize};

/// A wish of the user, wherever it was expressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "intent", rename_all = "snake_case")]
pub enum Intent {
    /// Call what was typed or pasted; the phone normalises it.
    Dial {
        /// As typed.
        to: String,
    },
    /// Answer an incoming call.
    Answer {
        /// Which one.
        call: CallId,
    },
    /// Decline an incoming call.
    Decline {
        /// Which one.
        call: CallId,
    },
    /// Stop the ring of an incoming call, which goes on being offered.
    Silence {
        /// Which one.
        call: CallId,
    },
    /// End a call, or give up an outgoing one.
    HangUp {
        /// Which one.
        call: CallId,
    },
    /// Mute or unmute.
    Mute {
        /// Which one.
        call: CallId,
        /// True mutes.
        on: bool,
    },
    /// Send DTMF.
    Digits {
        /// Which one.
        call: CallId,
        /// Of `0-9 * #`.
        digits: String,
    },
    /// The user has read how the last call ended.
    DismissEnded,
    /// The user has read the banner.
    DismissProblem,
    /// Try to register again now.
    Reconnect,
    /// Hide or show numbers.
    SetPrivacy {
        /// True hides.
        on: bool,
    },
    /// Open the dialer in the system's browser.
    OpenInBrowser,
    /// Something of the sandbox.
    Sandbox(SandboxIntent),
}

/// Why an intent was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "rejection", rename_all = "snake_case")]
pub enum Rejection {
    /// What was typed cannot be called.
    #[error("not a number that can be called: {reason}")]
    Address {
        /// Why not.
        reason: AddressError,
    },
    /// There is a call already; one at a time.
    #[error("another call is in progress")]
    Busy,
    /// No such call, or it is over.
    #[error("no such call")]
    NoSuchCall,
    /// The call is not in a phase in which this can be done.
    #[error("the call is not in a state for that")]
    WrongPhase,
    /// No page is attached, or it cannot carry sound.
    #[error("no page that can carry sound is attached")]
    NoEngine,
    /// The phone is not registered, so it cannot call.
    #[error("the phone is not connected")]
    NotConnected,
    /// Characters that are not DTMF digits.
    #[error("only 0 to 9, * and # can be sent")]
    BadDigits,
    /// This phone is not in the sandbox.
    #[error("not in the sandbox")]
    NoSandbox,
    /// The sandbox did not take it.
    #[error("the sandbox refused: {message}")]
    Sandbox {
        /// Its words.
        message: String,
    },
    /// The shell is closing.
    #[error("handset is closing")]
    Closing,
}

/// A question of the page. The phone answers at once, the media engine when it has done it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum Question {
    /// The full number of a call's other party, for the moment that the user holds Alt.
    Reveal {
        /// Which call: one in progress or the last one that ended.
        call: CallId,
    },
    /// How what was typed would be read.
    Check {
        /// As typed.
        typed: String,
    },
    /// Something that the stand-in wants of the media engine.
    Media {
        /// The attachment in which it is wanted; of another than the present one it is refused.
        epoch: Epoch,
        /// What.
        request: MediaRequest,
    },
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// As people write it.
    Number {
        /// Such as `+44 20 7946 0018`.
        written: String,
    },
    /// It can be called.
    Callable {
        /// As people write it.
        written: String,
    },
    /// What the media engine answers.
    Media(MediaAnswer),
    /// It was not taken.
    Rejected(Rejection),
}
