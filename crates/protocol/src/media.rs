//! What the page's peer connection asks of the native media engine, and what the engine tells.
//!
//! A webview without WebRTC gets a stand-in for `RTCPeerConnection` and what belongs to it. The
//! stand-in keeps no media: each call of it is a [`MediaRequest`] (asked as
//! [`Question::Media`](crate::Question::Media)), each event a [`MediaEvent`] (down the one ordered
//! channel). Names and meanings are those of W3C webrtc-pc and mediacapture-streams.

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

/// Something that the stand-in wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "media", rename_all = "snake_case")]
pub enum MediaRequest {
    /// The sound devices. Answered by [`MediaAnswer::Devices`].
    Devices,
    /// Opens a microphone (`getUserMedia`). Answered by `Done` when sound flows.
    OpenMicrophone {
        /// What the page calls it.
        track: TrackId,
        /// Which; [`DeviceId::system`] unless a device was asked for.
        device: DeviceId,
        /// What is done to its sound.
        processing: Processing,
    },
    /// Mutes a track (true silence) or lets it be heard again (`track.enabled`).
    EnableMicrophone {
        /// Which.
        track: TrackId,
        /// Whether it is heard.
        enabled: bool,
    },
    /// Ends a track (`track.stop()`); its device closes when it was the last.
    CloseMicrophone {
        /// Which.
        track: TrackId,
    },
    /// Makes a peer connection.
    OpenPeer {
        /// What the page calls it.
        peer: PeerId,
        /// Servers for NAT.
        ice_servers: Vec<IceServer>,
        /// Whether only relayed candidates may be used (`iceTransportPolicy: "relay"`).
        relay_only: bool,
    },
    /// Which track is sent (`addTrack`, `replaceTrack`); `None` sends silence.
    SendTrack {
        /// From where.
        peer: PeerId,
        /// What.
        track: Option<TrackId>,
    },
    /// `setCodecPreferences`: MIME types, best first (`audio/opus`, `audio/PCMU`).
    PreferCodecs {
        /// Where.
        peer: PeerId,
        /// Best first.
        mime_types: Vec<String>,
    },
    /// `createOffer`. Answered by [`MediaAnswer::Description`].
    CreateOffer {
        /// Where.
        peer: PeerId,
        /// Whether new ICE credentials are wanted.
        ice_restart: bool,
    },
    /// `createAnswer`. Answered by [`MediaAnswer::Description`].
    CreateAnswer {
        /// Where.
        peer: PeerId,
    },
    /// `setLocalDescription`. Answered by [`MediaAnswer::Signaling`].
    SetLocalDescription {
        /// Where.
        peer: PeerId,
        /// What.
        description: Description,
    },
    /// `setRemoteDescription`. Answered by [`MediaAnswer::Signaling`].
    SetRemoteDescription {
        /// Where.
        peer: PeerId,
        /// What.
        description: Description,
    },
    /// On which loudspeakers the far end is heard (audio elements and their `setSinkId`). None
    /// keeps it silent.
    Play {
        /// Whose sound.
        peer: PeerId,
        /// Where; each device once.
        devices: Vec<DeviceId>,
    },
    /// `dtmf.insertDTMF`: replaces what has not been played.
    InsertDtmf {
        /// Where.
        peer: PeerId,
        /// `0`–`9`, `*`, `#`, `A`–`D`, and `,` for two seconds of silence.
        tones: String,
        /// How long each is, in milliseconds.
        duration_ms: u32,
        /// The silence between, in milliseconds.
        gap_ms: u32,
    },
    /// `getStats`. Answered by [`MediaAnswer::Stats`].
    Stats {
        /// Whose.
        peer: PeerId,
    },
    /// Whether levels are told ([`MediaEvent::Levels`]); off at first, and best off when nobody
    /// looks.
    Levels {
        /// Whether.
        on: bool,
    },
    /// `close`. Nothing is told of the peer after it.
    ClosePeer {
        /// Which.
        peer: PeerId,
    },
}

/// What the microphone's sound goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Processing {
    /// Takes the loudspeaker's sound out.
    pub echo_cancellation: bool,
    /// Takes steady noise out.
    pub noise_suppression: bool,
    /// Evens loud and quiet.
    pub auto_gain_control: bool,
}

impl Default for Processing {
    /// All on, as browsers have it.
    fn default() -> Self {
        Self {
            echo_cancellation: true,
            noise_suppression: true,
            auto_gain_control: true,
        }
    }
}

/// An `RTCIceServer`. Its credential is a secret of Twilio's for some hours: Debug hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:`, `turn:` and `turns:` URLs (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
}

impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let credential = self.credential.as_ref().map(|_| "…");
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .field("username", &self.username)
            .field("credential", &credential)
            .finish()
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

/// The answer to a [`MediaRequest`].
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

/// Something that the engine tells the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "media", rename_all = "snake_case")]
pub enum MediaEvent {
    /// `iceconnectionstatechange` and `connectionstatechange`.
    Connection {
        /// Of which.
        peer: PeerId,
        /// What it is now.
        state: ConnectionState,
    },
    /// `icegatheringstatechange`.
    Gathering {
        /// Of which.
        peer: PeerId,
        /// What it is now.
        state: GatheringState,
    },
    /// `icecandidate`; `None` after the last.
    Candidate {
        /// Of which.
        peer: PeerId,
        /// What was found.
        candidate: Option<Candidate>,
    },
    /// `track`: the far end's sound has a stream.
    Track {
        /// Of which.
        peer: PeerId,
    },
    /// `selectedcandidatepairchange`.
    SelectedPair {
        /// Of which.
        peer: PeerId,
        /// Ours.
        local: Candidate,
        /// Theirs.
        remote: Candidate,
    },
    /// `tonechange`: this key begins to sound; an empty one says that all are played.
    Tone {
        /// Of which.
        peer: PeerId,
        /// Which key, or none.
        tone: String,
    },
    /// `devicechange`.
    Devices,
    /// The track's device is gone (`ended`); its sound is silence until another is opened.
    MicrophoneEnded {
        /// Which.
        track: TrackId,
    },
    /// How sound stands: told on each change, so that the page can say it.
    Sound {
        /// What is wrong, if anything.
        trouble: Option<SoundTrouble>,
    },
    /// How loud it is, about ten times a second while [`MediaRequest::Levels`] is on.
    Levels {
        /// Each open track: root mean square of what is sent, in thousandths of full scale.
        microphones: Vec<(TrackId, u16)>,
        /// Each peer: the same of what is heard.
        peers: Vec<(PeerId, u16)>,
    },
}

/// What is wrong with the sound on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoundTrouble {
    /// The sound server cannot be reached or does not answer; it is tried again.
    NoServer,
    /// The microphone in use has gone and no other took its place.
    MicrophoneGone,
    /// The loudspeaker in use has gone and no other took its place.
    LoudspeakerGone,
}
