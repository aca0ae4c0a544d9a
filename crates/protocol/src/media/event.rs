//! What the engine tells.

use super::{Candidate, ConnectionState, GatheringState, PeerId, TrackId};
use serde::{Deserialize, Serialize};

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
    /// How loud it is, about ten times a second while [`MediaRequest::Levels`](super::MediaRequest::Levels) is on.
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
