//! How the engine is built, and how it is told of offers and answers.

use std::time::Instant;

use protocol::media::DescriptionKind;
use str0m::Rtc;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};

use super::line::{self, Line};
use super::sdp::{Description, Payload, Setup};
use super::{PeerError, PeerEvent, SdpError, Session};

/// An offer of ours in the engine.
pub(crate) struct OpenOffer {
    /// `None` when it changes nothing, so that the engine need not know.
    pending: Option<SdpPendingOffer>,
    mid: Mid,
}

impl Session {
    /// Has the engine make an offer.
    pub(super) fn engine_offer(
        &mut self,
        restart: bool,
        now: Instant,
    ) -> Result<Description, PeerError> {
        let wanted = line::offered(&self.settings.codecs, self.settings.ice_lite);
        let mid = self.line.as_ref().map(|line| line.mid);
        let last = self.signaling.current.local.as_ref();
        let last = last.map(|side| side.description.clone());
        let rtc = self.engine(&wanted, now)?;
        let mut changes = rtc.sdp_api();
        let mid = match mid {
            Some(mid) => {
                if restart {
                    changes.ice_restart(true);
                }
                mid
            }
            None => changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None),
        };
        let made = changes.apply();
        self.drain();
        let (mut offer, pending) = match (made, last) {
            (Some((offer, pending)), _) => {
                (Description::read(&offer.to_sdp_string())?, Some(pending))
            }
            (None, Some(last)) => (last, None),
            (None, None) => return Err(PeerError::InvalidState),
        };
        offer.setup = Setup::ActPass;
        if !self.settings.ice_lite {
            let told = self.signaling.current.local.as_ref();
            offer.mid = told.map_or(Some("0".to_owned()), |side| side.description.mid.clone());
            line::arrange(&mut offer.payloads, &self.preferred);
        }
        self.open_offer = Some(OpenOffer { pending, mid });
        Ok(offer)
    }

    /// Has the engine take the far end's offer and answer it.
    pub(super) fn engine_answer(
        &mut self,
        mut offer: Description,
        now: Instant,
    ) -> Result<Description, PeerError> {
        if offer.setup == Setup::ActPass {
            // Given the choice, this end starts the handshake, as browsers and Twilio do.
            offer.setup = Setup::Passive;
        }
        let wanted = self.usable(&offer)?;
        let told = offer.mid.clone();
        if let Some(line) = &self.line {
            // The engine knows the medium by a name that only our first offer did without.
            offer.mid = Some(line.mid.to_string());
        }
        let rtc = self.engine(&wanted, now)?;
        let engine_offer = SdpOffer::from_sdp_string(&offer.to_engine())
            .map_err(|error| PeerError::Engine(error.into()))?;
        let answer = rtc.sdp_api().accept_offer(engine_offer);
        self.drain();
        let mut answer = Description::read(&answer.map_err(PeerError::Engine)?.to_sdp_string())?;
        // The answer keeps the order of the offer, unless told otherwise.
        let place = |payload: &Payload| {
            let mut offered = offer.payloads.iter();
            offered.position(|offered| offered.number == payload.number)
        };
        answer.payloads.retain(|payload| place(payload).is_some());
        answer.payloads.sort_by_key(place);
        line::arrange(&mut answer.payloads, &self.preferred);
        self.answer_mid = Some(Mid::from(answer.mid()));
        answer.mid = told.or(answer.mid);
        Ok(answer)
    }

    /// Has the engine take the far end's answer.
    pub(super) fn engine_accept(
        &mut self,
        answer: &Description,
        now: Instant,
    ) -> Result<(), PeerError> {
        let (Some(offer), Some(rtc)) = (self.open_offer.as_mut(), self.rtc.as_mut()) else {
            return Err(PeerError::NoOpenOffer);
        };
        let Some(pending) = offer.pending.take() else {
            return Ok(());
        };
        let mut answer = answer.clone();
        answer.mid = Some(offer.mid.to_string());
        let engine_answer = SdpAnswer::from_sdp_string(&answer.to_engine())
            .map_err(|error| PeerError::Engine(error.into()))?;
        let accepted = rtc.sdp_api().accept_answer(pending, engine_answer);
        self.drain();
        accepted.map_err(PeerError::Engine)?;
        self.clock.advance(now);
        Ok(())
    }

    /// Takes back what the engine knows of an offer.
    pub(super) fn forget_offer(&mut self) {
        self.open_offer = None;
        self.answer_mid = None;
        if self.line.is_none() {
            // Nothing was agreed yet; another engine may have other payload types.
            self.rtc = None;
            self.engine_deadline = None;
        }
    }

    /// Both descriptions are there.
    pub(super) fn agree(&mut self) {
        let (Some(ours), Some(theirs)) = (self.signaling.local(), self.signaling.remote()) else {
            return;
        };
        let we_offered = ours.kind == DescriptionKind::Offer;
        let mid = if we_offered {
            self.open_offer.as_ref().map(|offer| offer.mid)
        } else {
            self.answer_mid
        };
        let (Some(rtc), Some(mid)) = (self.rtc.as_mut(), mid) else {
            return;
        };
        self.line = Line::find(rtc, &ours.description, &theirs.description, mid);
        self.remote_fingerprint = Some(theirs.description.fingerprint.clone());
        let theirs_sounds = theirs.description.direction.sends();
        if let Some(line) = &self.line {
            self.sender.agree(line);
        }
        if we_offered || !self.settings.ice_lite {
            // When the gateway answers, nobody tells when the answer gets there.
            let news = self.watch.negotiated(self.clock.now());
            self.tell(news);
        }
        if theirs_sounds && !self.told_track {
            self.told_track = true;
            self.tell(Some(PeerEvent::Track));
        }
        self.timeout(self.clock.now());
        if self.settings.ice_lite && !self.has_met {
            // An ICE-lite end has nothing to do before the far end's first check, which comes
            // a minute later if the answer waits for somebody to pick up. The engine's
            // handshake gives up after 31 s, so its clock stands until then.
            self.clock.stand();
        }
    }

    /// What is spoken here of the far end's payloads, if it is the far end of before.
    pub(super) fn usable(&self, remote: &Description) -> Result<Vec<Payload>, PeerError> {
        let known = self.remote_fingerprint.as_ref();
        if known.is_some_and(|known| !known.eq_ignore_ascii_case(&remote.fingerprint)) {
            // The handshake is done once; sound of another peer could never be decrypted.
            return Err(SdpError::OtherPeer.into());
        }
        line::common(&remote.payloads, &self.settings.codecs)
    }

    fn engine(&mut self, wanted: &[Payload], now: Instant) -> Result<&mut Rtc, PeerError> {
        self.clock.advance(now);
        if self.rtc.is_none() {
            let mut rtc = line::config(wanted, self.settings.ice_lite).build(self.clock.engine());
            for candidate in self.candidates.iter_mut() {
                candidate.add_to(&mut rtc);
            }
            self.rtc = Some(rtc);
        }
        // The engine must hear the time once before anything else, and be emptied after it.
        self.timeout(now);
        self.rtc.as_mut().ok_or(PeerError::Closed)
    }
}
