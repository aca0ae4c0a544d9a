//! What the page's peer connection asks of the native media engine, and what the engine tells.
//!
//! A webview without WebRTC gets a stand-in for `RTCPeerConnection` and what belongs to it. The
//! stand-in keeps no media: each call of it is a [`MediaRequest`] (asked as
//! [`Question::Media`](crate::Question::Media)), each event a [`MediaEvent`] (down the one ordered
//! channel). Names and meanings are those of W3C webrtc-pc and mediacapture-streams.

mod answer;
mod event;
mod request;

pub use answer::{MediaAnswer, MediaError, MediaErrorKind};
pub use event::{MediaEvent, SoundTrouble};
pub use request::{IceServer, MediaRequest, Processing};

use serde::{Deserialize, Serialize};

/// A peer connection of the page, numbered by the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PeerId(pub u32);

/// A microphone track of the page (one `getUserMedia`), numbered by the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TrackId(pub u32);

/// A sound device by its stable id; `default` follows the system's choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeviceId(pub String);

impl DeviceId {
    /// The device that the system has chosen.
    pub fn system() -> Self {
        Self("default".to_owned())
    }
}

/// Who carries the sound of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaPath {
    /// The WebRTC of the browser or the webview.
    Webview,
    /// The native engine, by the stand-in.
    Native,
    /// Nobody: there is neither.
    Missing,
}

/// Who shall carry the sound of calls, as the user has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaPreference {
    /// The webview where it has WebRTC, else the native engine.
    #[default]
    Auto,
    /// The native engine, also where the webview has WebRTC.
    Native,
    /// The webview only.
    Webview,
}

/// It is none of `auto`, `native` and `webview`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("say auto, native or webview")]
pub struct UnknownPreference;

impl std::str::FromStr for MediaPreference {
    type Err = UnknownPreference;

    fn from_str(text: &str) -> Result<Self, UnknownPreference> {
        match text {
            "auto" => Ok(Self::Auto),
            "native" => Ok(Self::Native),
            "webview" => Ok(Self::Webview),
            _ => Err(UnknownPreference),
        }
    }
}

/// An `RTCSessionDescription`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: DescriptionKind,
    /// Its text; empty for a rollback.
    pub sdp: String,
}

/// An `RTCSdpType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DescriptionKind {
    /// An offer.
    Offer,
    /// An answer that may still change.
    Pranswer,
    /// The answer.
    Answer,
    /// Takes the open offer back.
    Rollback,
}

/// A sound device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Stable over restarts and replugging.
    pub id: DeviceId,
    /// What it does.
    pub kind: DeviceKind,
    /// What the system calls it.
    pub label: String,
    /// Devices of one piece of hardware share it; empty when unknown.
    pub group: String,
}

/// What a device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeviceKind {
    /// A microphone.
    #[serde(rename = "audioinput")]
    Input,
    /// A loudspeaker.
    #[serde(rename = "audiooutput")]
    Output,
}

/// `RTCSignalingState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignalingState {
    /// No offer is open.
    Stable,
    /// Ours is open.
    HaveLocalOffer,
    /// Theirs is open.
    HaveRemoteOffer,
    /// Ours got a provisional answer.
    HaveRemotePranswer,
    /// Theirs got a provisional answer of ours.
    HaveLocalPranswer,
    /// The end.
    Closed,
}

/// `RTCIceConnectionState` and `RTCPeerConnectionState` in one: how the path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionState {
    /// Nothing has begun.
    New,
    /// Looking for a path.
    Checking,
    /// Sound can flow.
    Connected,
    /// Nothing was heard for some seconds; it may come back.
    Disconnected,
    /// Nothing was heard for long; only an ICE restart helps.
    Failed,
    /// The end.
    Closed,
}

/// `RTCIceGatheringState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GatheringState {
    /// Nothing has begun.
    New,
    /// Candidates are looked for.
    Gathering,
    /// All are known.
    Complete,
}

/// An `RTCIceCandidate` of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The `candidate:` line without `a=`.
    pub candidate: String,
    /// `host`, `srflx` or `relay`.
    pub kind: String,
    /// Its address.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// Its priority.
    pub priority: u32,
    /// `udp` or `tcp`.
    pub protocol: String,
    /// The base's address, unless it is a host candidate.
    pub related_address: Option<String>,
    /// The base's port.
    pub related_port: Option<u16>,
}
