//! The peer without I/O and without a clock.

pub mod sdp;

use std::io;
use std::time::Duration;

/// A codec a peer can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Opus, 48 kHz (RFC 6716, RFC 7587).
    Opus,
    /// G.711 µ-law, 8 kHz (ITU-T G.711, RFC 3551).
    Pcmu,
}

impl Codec {
    /// The encoding name as SDP writes it: `opus` or `PCMU`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Pcmu => "PCMU",
        }
    }
}

/// How long without a packet until the connection counts as disturbed or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liveness {
    /// Age of the last packet at which [`PeerEvent::Disconnected`] comes.
    pub disconnected_after: Duration,
    /// Age of the last packet at which [`PeerEvent::Failed`] comes; also the time a first
    /// connection may take.
    pub failed_after: Duration,
}

impl Default for Liveness {
    /// 5 s and 30 s.
    fn default() -> Self {
        Self {
            disconnected_after: Duration::from_secs(5),
            failed_after: Duration::from_secs(30),
        }
    }
}

/// What happens to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerEvent {
    /// Sound can flow: for the first time, or again after `Disconnected` or `Failed`.
    Connected,
    /// Nothing was received for [`Liveness::disconnected_after`].
    Disconnected,
    /// Nothing was received for [`Liveness::failed_after`]. The peer still lives, and an ICE
    /// restart (or the path's return) can connect it again.
    Failed,
    /// The far end pressed a key: `0`–`9`, `*`, `#`, `A`–`D`, once per press (RFC 4733).
    Dtmf(char),
    /// The peer ended: closed here, or the far end closed DTLS. The last event.
    Closed,
}

/// Figures of a peer since its start. RTP only, without headers of the layers below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeerStats {
    /// RTP packets sent (sound and DTMF).
    pub packets_sent: u64,
    /// RTP payload bytes sent.
    pub bytes_sent: u64,
    /// RTP packets received (sound and DTMF).
    pub packets_received: u64,
    /// RTP payload bytes received.
    pub bytes_received: u64,
    /// Frames of sound that never came, or came too late to be played.
    pub packets_lost: u64,
    /// The codec in use, once sound flowed in or the negotiation ended.
    pub codec: Option<Codec>,
}

/// Why a peer refused to do something.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The UDP socket could not be opened.
    #[error("cannot open a udp socket")]
    Socket(#[source] io::Error),
    /// The Opus codec could not be made.
    #[error("cannot set up opus")]
    Opus(#[source] opus::Error),
    /// The SDP is not one this peer can answer.
    #[error("the session description cannot be used: {0}")]
    Sdp(String),
    /// The engine refused.
    #[error("the webrtc engine refused")]
    Engine(#[source] str0m::RtcError),
    /// An answer came, but no offer of ours is open.
    #[error("there is no open offer to answer")]
    NoOpenOffer,
    /// The peer has ended.
    #[error("the peer is closed")]
    Closed,
}
