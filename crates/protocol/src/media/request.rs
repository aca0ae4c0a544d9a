//! What the stand-in wants of the engine.

use super::{Description, DeviceId, PeerId, TrackId};
use serde::{Deserialize, Serialize};

/// Something that the stand-in wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "media", rename_all = "snake_case")]
pub enum MediaRequest {
    /// The sound devices. Answered by [`MediaAnswer::Devices`](super::MediaAnswer::Devices).
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
    /// `createOffer`. Answered by [`MediaAnswer::Description`](super::MediaAnswer::Description).
    CreateOffer {
        /// Where.
        peer: PeerId,
        /// Whether new ICE credentials are wanted.
        ice_restart: bool,
    },
    /// `createAnswer`. Answered by [`MediaAnswer::Description`](super::MediaAnswer::Description).
    CreateAnswer {
        /// Where.
        peer: PeerId,
    },
    /// `setLocalDescription`. Answered by [`MediaAnswer::Signaling`](super::MediaAnswer::Signaling).
    SetLocalDescription {
        /// Where.
        peer: PeerId,
        /// What.
        description: Description,
    },
    /// `setRemoteDescription`. Answered by [`MediaAnswer::Signaling`](super::MediaAnswer::Signaling).
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
    /// `getStats`. Answered by [`MediaAnswer::Stats`](super::MediaAnswer::Stats).
    Stats {
        /// Whose.
        peer: PeerId,
    },
    /// Whether levels are told ([`MediaEvent::Levels`](super::MediaEvent::Levels)); off at first, and best off when nobody
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
