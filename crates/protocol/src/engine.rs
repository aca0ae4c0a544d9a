//! What the shell asks of the engine (the Twilio Voice JS SDK in the page) and what it reports.

use crate::media::IceServer;
use crate::{CallId, CallSid};
use serde::{Deserialize, Serialize};

/// An error code of the Twilio Voice SDK or of Twilio, such as 31005 or 20104.
///
/// Source: Twilio's error and warning dictionary; which ones the SDK knows is in its source,
/// `lib/twilio/errors` of `@twilio/voice-sdk` 2.18.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ErrorCode(pub u32);

/// What a page says of itself when it attaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageInfo {
    /// Whether the page can carry sound by itself: its browser or webview has `RTCPeerConnection`.
    pub webrtc: bool,
    /// Whether the page is the program's own window; false in a browser.
    pub window: bool,
}

/// A wish of the phone, carried out by the page on the SDK.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum EngineRequest {
    /// Make the Device and register it.
    Register {
        /// The access token (a JWT).
        token: String,
        /// `host:port` of the sandbox's signalling; `None` is Twilio itself.
        signalling: Option<String>,
        /// Servers for NAT, for the sound of all calls; none is the usual.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ice_servers: Vec<IceServer>,
    },
    /// Give the Device a fresh token.
    UpdateToken {
        /// The access token (a JWT).
        token: String,
    },
    /// Unregister and destroy the Device.
    Destroy,
    /// Start an outgoing call.
    Connect {
        /// The phone's name for it.
        call: CallId,
        /// Custom parameters; Twilio posts them to the voice URL as they are. `To` is among them.
        params: Vec<(String, String)>,
    },
    /// Answer an incoming call.
    Accept {
        /// Which one.
        call: CallId,
    },
    /// Decline an incoming call.
    Reject {
        /// Which one.
        call: CallId,
    },
    /// Hang up a call, or give up an outgoing one.
    Disconnect {
        /// Which one.
        call: CallId,
    },
    /// Mute or unmute the microphone in a call.
    Mute {
        /// Which one.
        call: CallId,
        /// True mutes.
        on: bool,
    },
    /// Send DTMF digits.
    SendDigits {
        /// Which one.
        call: CallId,
        /// Of `0-9 * # w` only; `w` is a pause of half a second.
        digits: String,
    },
}

impl std::fmt::Debug for EngineRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Register { signalling, .. } => write!(f, "Register {{ {signalling:?} }}"),
            Self::UpdateToken { .. } => f.write_str("UpdateToken"),
            Self::Destroy => f.write_str("Destroy"),
            Self::Connect { call, .. } => write!(f, "Connect {{ {call} }}"),
            Self::Accept { call } => write!(f, "Accept {{ {call} }}"),
            Self::Reject { call } => write!(f, "Reject {{ {call} }}"),
            Self::Disconnect { call } => write!(f, "Disconnect {{ {call} }}"),
            Self::Mute { call, on } => write!(f, "Mute {{ {call}, {on} }}"),
            Self::SendDigits { call, digits } => {
                write!(f, "SendDigits {{ {call}, {} digits }}", digits.len())
            }
        }
    }
}

/// Something the SDK said, in the order it said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EngineEvent {
    /// Device `registering`.
    Registering,
    /// Device `registered`.
    Registered,
    /// Device `unregistered`.
    Unregistered,
    /// Device `destroyed`, or it could not be made.
    Destroyed,
    /// Device `tokenWillExpire`.
    TokenWillExpire,
    /// Device `error` that belongs to no call.
    DeviceError {
        /// The SDK's code.
        code: ErrorCode,
        /// The SDK's words, for the log and for codes we do not know.
        message: String,
    },
    /// The microphone cannot be used, before any call.
    Microphone {
        /// Whether there is one.
        state: Microphone,
    },
    /// Device `incoming`. The page has kept the call's handle under `call_sid` and learns the
    /// phone's `CallId` by the next [`crate::ShellMessage::Named`].
    Incoming {
        /// Twilio's name for this leg.
        call_sid: CallSid,
        /// `From` as Twilio gave it: a number, or `client:name`.
        from: String,
        /// `To` as Twilio gave it.
        to: String,
        /// The caller's number passed STIR/SHAKEN (`callerInfo.isVerified`).
        verified: bool,
    },
    /// Something about one call.
    Call {
        /// Which one.
        call: CallId,
        /// What.
        what: CallEvent,
    },
}

/// Whether the page has a microphone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Microphone {
    /// There is one.
    Present,
    /// There is none.
    Missing,
    /// The user or the system forbids it.
    Denied,
}

/// An event of the SDK's Call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallEvent {
    /// `ringing`: the far end rings; `early_media` when its sound is heard already.
    Ringing {
        /// Twilio's name for the call, now known.
        call_sid: CallSid,
        /// Sound is heard before the answer.
        early_media: bool,
    },
    /// `accept`: sound is set up both ways.
    Accepted {
        /// Twilio's name for the call.
        call_sid: Option<CallSid>,
    },
    /// `cancel`: the caller gave up, or another device answered.
    Cancelled,
    /// `reject`: we declined it.
    Rejected,
    /// `disconnect`: it is over.
    Disconnected,
    /// `reconnecting`, with the cause's code.
    Reconnecting {
        /// The SDK's code, 53001 for signalling and 53405 for media.
        code: ErrorCode,
    },
    /// `reconnected`.
    Reconnected,
    /// `mute`: the state now.
    Muted {
        /// True when muted.
        on: bool,
    },
    /// `error` of the call.
    Error {
        /// The SDK's code.
        code: ErrorCode,
        /// The SDK's words.
        message: String,
    },
    /// The SDK lost the call without saying so (signalling dropped while it was pending, or with
    /// no reconnect token): its handle is gone.
    Lost,
}
