//! How the engine answers.

use super::{Description, Device, SignalingState};
use serde::{Deserialize, Serialize};

/// The answer to a [`MediaRequest`](super::MediaRequest).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "media", content = "value", rename_all = "snake_case")]
pub enum MediaAnswer {
    /// It was done.
    Done,
    /// The sound devices, the system's choice first.
    Devices(Vec<Device>),
    /// The description that was made.
    Description(Description),
    /// How the negotiation stands now.
    Signaling {
        /// `signalingState`.
        state: SignalingState,
        /// `localDescription`, with the candidates gathered so far.
        local: Option<Description>,
        /// `remoteDescription`.
        remote: Option<Description>,
    },
    /// The `RTCStatsReport` as a JSON array of its entries (W3C webrtc-stats names and units).
    Stats(String),
    /// It was refused.
    Refused(MediaError),
}

/// Why it was refused; `name` is that of the `DOMException` a browser would throw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaErrorKind {
    /// The system does not let us use the microphone.
    NotAllowed,
    /// There is no such device.
    NotFound,
    /// The device or the sound server does not work.
    NotReadable,
    /// Not in this state of the negotiation.
    InvalidState,
    /// The session description cannot be used.
    InvalidDescription,
    /// The argument makes no sense.
    InvalidArgument,
    /// The peer or track is gone, or was never there.
    Gone,
    /// The engine failed.
    Failed,
}

impl MediaErrorKind {
    /// The `DOMException.name` of a browser in the same case.
    pub fn dom_name(self) -> &'static str {
        match self {
            Self::NotAllowed => "NotAllowedError",
            Self::NotFound => "NotFoundError",
            Self::NotReadable => "NotReadableError",
            Self::InvalidState | Self::Gone => "InvalidStateError",
            Self::InvalidDescription => "InvalidAccessError",
            Self::InvalidArgument => "TypeError",
            Self::Failed => "OperationError",
        }
    }
}

/// Why it was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaError {
    /// What kind.
    pub kind: MediaErrorKind,
    /// One sentence.
    pub message: String,
}
