//! Offer and answer in one step each, for whoever holds both ends of its own negotiation.

use std::time::Instant;

use protocol::media::{Description, DescriptionKind, SignalingState};

use super::{PeerError, Session};

impl Session {
    /// Takes the far end's offer and gives the answer. A later offer with new ICE credentials
    /// restarts ICE; the sound goes on meanwhile. An open offer of ours is taken back.
    ///
    /// # Errors
    /// [`PeerError::Sdp`] when the offer cannot be used, [`PeerError::Engine`] when the engine
    /// refuses it, [`PeerError::Closed`] after the end.
    pub fn accept_offer(&mut self, sdp: &str, now: Instant) -> Result<String, PeerError> {
        self.set_remote(&description(DescriptionKind::Offer, sdp), now)?;
        let answered = self
            .make_answer(now)
            .and_then(|answer| self.set_local(&description(DescriptionKind::Answer, &answer), now));
        if let Err(error) = answered {
            // The offer is of no use; what was before goes on.
            self.set_remote(&description(DescriptionKind::Rollback, ""), now)?;
            return Err(error);
        }
        self.local_text()
    }

    /// Makes an offer; the first begins the session, a later one restarts ICE.
    ///
    /// # Errors
    /// [`PeerError::Engine`] when the engine refuses, [`PeerError::Closed`] after the end.
    pub fn create_offer(&mut self, now: Instant) -> Result<String, PeerError> {
        let offer = self.make_offer(true, now)?;
        self.set_local(&description(DescriptionKind::Offer, &offer), now)?;
        self.local_text()
    }

    /// Takes the far end's answer to the last [`Session::create_offer`].
    ///
    /// # Errors
    /// [`PeerError::NoOpenOffer`] without one, [`PeerError::Sdp`] when the answer cannot be
    /// used (the offer then stays open), [`PeerError::Engine`] when the engine refuses it,
    /// [`PeerError::Closed`] after the end.
    pub fn accept_answer(&mut self, sdp: &str, now: Instant) -> Result<(), PeerError> {
        if !self.ended && self.signaling.state != SignalingState::HaveLocalOffer {
            return Err(PeerError::NoOpenOffer);
        }
        self.set_remote(&description(DescriptionKind::Answer, sdp), now)
    }

    fn local_text(&self) -> Result<String, PeerError> {
        let local = self.negotiation().local;
        local.map(|local| local.sdp).ok_or(PeerError::InvalidState)
    }
}

fn description(kind: DescriptionKind, sdp: &str) -> Description {
    Description {
        kind,
        sdp: sdp.to_owned(),
    }
}
