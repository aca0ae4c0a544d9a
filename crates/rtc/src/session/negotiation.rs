//! Offers and answers.

use std::time::Instant;

use str0m::change::{SdpAnswer, SdpOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::Protocol;
use str0m::{Candidate, Rtc};

use super::line::{self, Line};
use super::sdp::{Description, Payload, Setup};
use super::{PeerError, SdpError, Session};

impl Session {
    /// Takes the far end's offer and gives the answer. A later offer with new ICE credentials
    /// restarts ICE; the sound goes on meanwhile.
    ///
    /// # Errors
    /// [`PeerError::Sdp`] when the offer cannot be used, [`PeerError::Engine`] when the engine
    /// refuses it, [`PeerError::Closed`] after the end.
    pub fn accept_offer(&mut self, sdp: &str, now: Instant) -> Result<String, PeerError> {
        let mut offer = Description::read(sdp)?;
        if offer.setup == Setup::ActPass && self.settings.ice_lite {
            // Given the choice, this end starts the handshake, as Twilio's does.
            offer.setup = Setup::Passive;
        }
        let wanted = self.usable(&offer)?;
        let rtc = self.engine(&wanted, now)?;
        let engine_offer = SdpOffer::from_sdp_string(&offer.to_engine())
            .map_err(|error| PeerError::Engine(error.into()))?;
        let answer = rtc.sdp_api().accept_offer(engine_offer);
        self.drain();
        let answer = Description::read(&answer.map_err(PeerError::Engine)?.to_sdp_string())?;
        self.pending = None;
        self.negotiated(&offer, Mid::from(answer.mid()));
        Ok(self.write(&answer))
    }

    /// Makes an offer; the first begins the session, a later one restarts ICE.
    ///
    /// # Errors
    /// [`PeerError::Engine`] when the engine refuses, [`PeerError::Closed`] after the end.
    pub fn create_offer(&mut self, now: Instant) -> Result<String, PeerError> {
        let wanted = line::offered(&self.settings.codecs);
        let mid = self.line.as_ref().map(|line| line.mid);
        let rtc = self.engine(&wanted, now)?;
        let mut changes = rtc.sdp_api();
        let mid = match mid {
            Some(mid) => {
                changes.ice_restart(true);
                mid
            }
            None => changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None),
        };
        let made = changes.apply();
        self.drain();
        let (offer, pending) = made.expect("a new medium and a restart both need an offer");
        self.pending = Some((pending, mid));
        let offer = Description::read(&offer.to_sdp_string())?;
        Ok(self.write(&offer))
    }

    /// Takes the far end's answer to the last [`Session::create_offer`].
    ///
    /// # Errors
    /// [`PeerError::NoOpenOffer`] without one, [`PeerError::Sdp`] when the answer cannot be
    /// used (the offer then stays open), [`PeerError::Engine`] when the engine refuses it,
    /// [`PeerError::Closed`] after the end.
    pub fn accept_answer(&mut self, sdp: &str, now: Instant) -> Result<(), PeerError> {
        if self.ended {
            return Err(PeerError::Closed);
        }
        if self.pending.is_none() {
            return Err(PeerError::NoOpenOffer);
        }
        let mut answer = Description::read(sdp)?;
        self.usable(&answer)?;
        let (Some((pending, mid)), Some(rtc)) = (self.pending.take(), self.rtc.as_mut()) else {
            return Err(PeerError::NoOpenOffer);
        };
        answer.mid = Some(mid.to_string());
        let engine_answer = SdpAnswer::from_sdp_string(&answer.to_engine())
            .map_err(|error| PeerError::Engine(error.into()))?;
        let accepted = rtc.sdp_api().accept_answer(pending, engine_answer);
        self.drain();
        accepted.map_err(PeerError::Engine)?;
        self.clock.advance(now);
        self.watch.negotiated(self.clock.now());
        self.negotiated(&answer, mid);
        Ok(())
    }

    /// What is spoken here of the far end's payloads, if it is the far end of before.
    fn usable(&self, remote: &Description) -> Result<Vec<Payload>, PeerError> {
        let known = self.remote_fingerprint.as_ref();
        if known.is_some_and(|known| !known.eq_ignore_ascii_case(&remote.fingerprint)) {
            // The handshake is done once; sound of another peer could never be decrypted.
            return Err(SdpError::OtherPeer.into());
        }
        line::common(&remote.payloads, &self.settings.codecs)
    }

    fn engine(&mut self, wanted: &[Payload], now: Instant) -> Result<&mut Rtc, PeerError> {
        if self.ended {
            return Err(PeerError::Closed);
        }
        self.clock.advance(now);
        if self.rtc.is_none() {
            let mut rtc = line::config(wanted, self.settings.ice_lite).build(self.clock.engine());
            let candidate = Candidate::host(self.settings.local, Protocol::Udp)
                .map_err(|error| PeerError::Engine(error.into()))?;
            rtc.add_local_candidate(candidate);
            self.rtc = Some(rtc);
        }
        // The engine must hear the time once before anything else, and be emptied after it.
        self.timeout(now);
        self.rtc.as_mut().ok_or(PeerError::Closed)
    }

    fn negotiated(&mut self, remote: &Description, mid: Mid) {
        let Some(rtc) = self.rtc.as_mut() else { return };
        self.line = Line::find(rtc, remote, mid);
        self.remote_fingerprint = Some(remote.fingerprint.clone());
        self.timeout(self.clock.now());
        if self.settings.ice_lite && !self.has_met {
            // An ICE-lite end has nothing to do before the far end's first check, which comes
            // a minute later if the answer waits for somebody to pick up. The engine's
            // handshake gives up after 31 s, so its clock stands until then.
            self.clock.stand();
        }
    }

    fn write(&mut self, ours: &Description) -> String {
        self.version += 1;
        ours.to_gateway(self.settings.local, self.version)
    }
}
