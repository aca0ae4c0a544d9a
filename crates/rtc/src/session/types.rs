//! What a session is set up with, and what it says.

use std::io;
use std::net::SocketAddr;

use protocol::media::{Candidate, Description, GatheringState, MediaErrorKind, SignalingState};

use super::{Liveness, SdpError};

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

/// How a [`Session`](super::Session) is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Whether this end is ICE-lite. It then writes descriptions as Twilio's media gateway does,
    /// otherwise as a browser does.
    pub ice_lite: bool,
    /// Whether only relayed candidates may be used.
    pub relay_only: bool,
    /// Codecs this end speaks, best first.
    pub codecs: Vec<Codec>,
    /// When a silent connection counts as disturbed and as lost.
    pub liveness: Liveness,
    /// Chance: where RTP sequence numbers and timestamps start. (The engine draws its keys
    /// and credentials itself.)
    pub seed: u64,
}

/// What a session wants done, or says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this datagram.
    Send {
        /// From which address of those told to [`Session::add_candidate`](super::Session).
        from: SocketAddr,
        /// Where to.
        to: SocketAddr,
        /// Its content.
        data: Vec<u8>,
    },
    /// Look for candidates, tell each to [`Session::add_candidate`](super::Session), and at the
    /// end call [`Session::gathered`](super::Session).
    Gather,
    /// Something happened.
    Event(PeerEvent),
}

/// How a negotiation stands, as `MediaAnswer::Signaling` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiation {
    /// `signalingState`.
    pub state: SignalingState,
    /// `localDescription`, with the candidates gathered so far.
    pub local: Option<Description>,
    /// `remoteDescription`, mended.
    pub remote: Option<Description>,
}

/// What happens to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerEvent {
    /// Both descriptions are there: the path is looked for (`checking`).
    Checking,
    /// Sound can flow: for the first time, or again after `Disconnected` or `Failed`.
    Connected,
    /// Nothing was received for [`Liveness::disconnected_after`].
    Disconnected,
    /// Nothing was received for [`Liveness::failed_after`]. The peer still lives, and an ICE
    /// restart (or the path's return) can connect it again.
    Failed,
    /// The far end pressed a key: `0`–`9`, `*`, `#`, `A`–`D`, once per press (RFC 4733).
    Dtmf(char),
    /// `icegatheringstatechange`.
    Gathering(GatheringState),
    /// `icecandidate`: one of ours; `None` after the last.
    Candidate(Option<Candidate>),
    /// `selectedcandidatepairchange`.
    SelectedPair {
        /// Ours.
        local: Candidate,
        /// Theirs.
        remote: Candidate,
    },
    /// `track`: the far end's sound has a stream.
    Track,
    /// `tonechange`: this key of `insertDTMF` begins to
    /// sound; an empty one says that all are played.
    Tone(String),
    /// The peer ended: closed here, the far end closed DTLS, or the DTLS handshake failed.
    /// The last event.
    Closed,
}

/// Figures of a peer since its start. RTP only, without headers of the layers below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeerStats {
    /// RTP packets sent (sound and DTMF), also those a black hole swallowed.
    pub packets_sent: u64,
    /// RTP payload bytes sent.
    pub bytes_sent: u64,
    /// RTP packets received (sound and DTMF).
    pub packets_received: u64,
    /// RTP payload bytes received.
    pub bytes_received: u64,
    /// Frames of sound that never came, or came too late to be played.
    pub packets_lost: u64,
    /// The codec this end sends, once the negotiation ended.
    pub codec: Option<Codec>,
}

/// Why a peer refused to do something.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The UDP socket could not be opened.
    #[error("cannot open a udp socket")]
    Socket(#[source] io::Error),
    /// The Opus codec could not be set up, or refused a frame.
    #[error("opus refused")]
    Opus(#[source] opus::Error),
    /// The session description is not one this peer can use.
    #[error("the session description cannot be used")]
    Sdp(#[from] SdpError),
    /// The engine refused.
    #[error("the webrtc engine refused")]
    Engine(#[source] str0m::RtcError),
    /// Not in this state of the negotiation.
    #[error("not in this state of the negotiation")]
    InvalidState,
    /// The description to set locally is not the one that was made last.
    #[error("the description is not the one that was made")]
    NotMade,
    /// An answer came, but no offer of ours is open.
    #[error("there is no open offer to answer")]
    NoOpenOffer,
    /// The peer has ended.
    #[error("the peer is closed")]
    Closed,
}

impl PeerError {
    /// What kind of refusal it is for the page.
    pub fn kind(&self) -> MediaErrorKind {
        match self {
            Self::Socket(_) | Self::Opus(_) => MediaErrorKind::Failed,
            Self::Sdp(_) | Self::Engine(_) | Self::NotMade => MediaErrorKind::InvalidDescription,
            Self::InvalidState | Self::NoOpenOffer => MediaErrorKind::InvalidState,
            Self::Closed => MediaErrorKind::Gone,
        }
    }
}
