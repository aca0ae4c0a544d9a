//! Offer and answer as W3C webrtc-pc has them (section 4.4.1.5, 2023): make, set, roll back.
//!
//! The engine knows one step less: it answers an offer when it takes it. So an offer that comes
//! in only waits here until [`Session::make_answer`], whose answer is kept until it is set.

use std::time::Instant;

use protocol::media::{Description, DescriptionKind, SignalingState};

use super::sdp::{self, Payload};
use super::{Negotiation, Output, PeerError, Session};

/// A description that was set.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    pub(crate) kind: DescriptionKind,
    pub(crate) description: sdp::Description,
    /// The far end's, mended.
    pub(crate) text: String,
}

/// The two descriptions of one negotiation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sides {
    pub(crate) local: Option<Side>,
    pub(crate) remote: Option<Side>,
}

/// What was made and not yet set.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    kind: DescriptionKind,
    description: sdp::Description,
}

/// Where the negotiation stands.
#[derive(Debug)]
pub(crate) struct Signaling {
    pub(crate) state: SignalingState,
    /// The last negotiation that was completed, and the open one.
    pub(crate) current: Sides,
    pub(crate) open: Sides,
    made: Option<Made>,
}

impl Signaling {
    pub(crate) fn new() -> Self {
        Self {
            state: SignalingState::Stable,
            current: Sides::default(),
            open: Sides::default(),
            made: None,
        }
    }

    /// `localDescription`: the open one, or the last.
    pub(crate) fn local(&self) -> Option<&Side> {
        self.open.local.as_ref().or(self.current.local.as_ref())
    }

    /// `remoteDescription`: the open one, or the last.
    pub(crate) fn remote(&self) -> Option<&Side> {
        self.open.remote.as_ref().or(self.current.remote.as_ref())
    }

    /// What was made, if it is of this kind.
    fn made(&self, kind: DescriptionKind) -> Option<&Made> {
        self.made.as_ref().filter(|made| made.kind == kind)
    }

    fn complete(&mut self) {
        self.current = std::mem::take(&mut self.open);
        self.state = SignalingState::Stable;
        self.made = None;
    }
}

impl Session {
    /// `createOffer`: makes an offer and changes nothing until [`Session::set_local`]. `restart`
    /// asks for new ICE credentials; the first offer has new ones anyhow. A later offer takes the
    /// place of one that was not set.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`] while the far end's offer is open, [`PeerError::Engine`] when
    /// the engine refuses, [`PeerError::Closed`] after the end.
    pub fn make_offer(&mut self, restart: bool, now: Instant) -> Result<String, PeerError> {
        self.alive()?;
        let description = match (self.signaling.state, self.line.is_some() && restart) {
            (SignalingState::HaveLocalOffer, false) => {
                // The one that is open says all there is to say.
                let open = self.signaling.open.local.as_ref();
                open.ok_or(PeerError::InvalidState)?.description.clone()
            }
            (SignalingState::Stable | SignalingState::HaveLocalOffer, restart) => {
                self.engine_offer(restart, now)?
            }
            (
                SignalingState::HaveRemoteOffer
                | SignalingState::HaveRemotePranswer
                | SignalingState::HaveLocalPranswer
                | SignalingState::Closed,
                _,
            ) => return Err(PeerError::InvalidState),
        };
        Ok(self.keep(DescriptionKind::Offer, description))
    }

    /// `createAnswer` to the open offer of the far end; a second call gives the same again.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`] without such an offer, [`PeerError::Engine`] when the engine
    /// refuses it, [`PeerError::Closed`] after the end.
    pub fn make_answer(&mut self, now: Instant) -> Result<String, PeerError> {
        self.alive()?;
        match self.signaling.state {
            SignalingState::HaveRemoteOffer | SignalingState::HaveLocalPranswer => {}
            SignalingState::Stable
            | SignalingState::HaveLocalOffer
            | SignalingState::HaveRemotePranswer
            | SignalingState::Closed => return Err(PeerError::InvalidState),
        }
        if let Some(made) = self.signaling.made(DescriptionKind::Answer) {
            return Ok(self.write(&made.description));
        }
        let offer = self.signaling.open.remote.as_ref();
        let offer = offer.ok_or(PeerError::InvalidState)?.description.clone();
        let answer = self.engine_answer(offer, now)?;
        Ok(self.keep(DescriptionKind::Answer, answer))
    }

    /// `setLocalDescription`: of an offer, an answer or a rollback. The order of payloads and
    /// the parameters may have been changed since it was made; an empty text means the one made
    /// last.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`] in the wrong state, [`PeerError::NotMade`] when it is another
    /// than the one made last, [`PeerError::Sdp`] when it cannot be read, [`PeerError::Closed`]
    /// after the end.
    pub fn set_local(&mut self, description: &Description, now: Instant) -> Result<(), PeerError> {
        use SignalingState::{
            Closed, HaveLocalOffer, HaveLocalPranswer, HaveRemoteOffer, HaveRemotePranswer, Stable,
        };
        self.alive()?;
        self.clock.advance(now);
        let kind = description.kind;
        match (kind, self.signaling.state) {
            (DescriptionKind::Rollback, _) => return self.roll_back(),
            (DescriptionKind::Offer, Stable | HaveLocalOffer)
            | (
                DescriptionKind::Answer | DescriptionKind::Pranswer,
                HaveRemoteOffer | HaveLocalPranswer,
            ) => {}
            (
                DescriptionKind::Offer,
                HaveRemoteOffer | HaveLocalPranswer | HaveRemotePranswer | Closed,
            )
            | (
                DescriptionKind::Answer | DescriptionKind::Pranswer,
                Stable | HaveLocalOffer | HaveRemotePranswer | Closed,
            ) => return Err(PeerError::InvalidState),
        }
        let made = match kind {
            DescriptionKind::Offer => DescriptionKind::Offer,
            DescriptionKind::Answer | DescriptionKind::Pranswer | DescriptionKind::Rollback => {
                DescriptionKind::Answer
            }
        };
        if description.sdp.is_empty() && self.signaling.made(made).is_none() {
            match made {
                DescriptionKind::Offer => self.make_offer(false, now)?,
                DescriptionKind::Answer | DescriptionKind::Pranswer | DescriptionKind::Rollback => {
                    self.make_answer(now)?
                }
            };
        }
        let made = self.signaling.made(made).ok_or(PeerError::NotMade)?;
        let ours = changed(&made.description, &description.sdp)?;
        self.signaling.open.local = Some(Side {
            kind,
            description: ours,
            text: String::new(),
        });
        match kind {
            DescriptionKind::Offer => {
                self.signaling.state = HaveLocalOffer;
                self.signaling.open.remote = None;
            }
            DescriptionKind::Pranswer => {
                self.signaling.state = HaveLocalPranswer;
                self.agree();
            }
            DescriptionKind::Answer | DescriptionKind::Rollback => {
                self.agree();
                self.signaling.complete();
            }
        }
        self.begin_gathering();
        Ok(())
    }

    /// `setRemoteDescription`: of an offer, an answer or a rollback. An offer takes an open one
    /// of ours back.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`] or [`PeerError::NoOpenOffer`] in the wrong state,
    /// [`PeerError::Sdp`] when it cannot be used (nothing changes then), [`PeerError::Engine`]
    /// when the engine refuses it, [`PeerError::Closed`] after the end.
    pub fn set_remote(&mut self, description: &Description, now: Instant) -> Result<(), PeerError> {
        self.alive()?;
        self.clock.advance(now);
        match description.kind {
            DescriptionKind::Rollback => self.roll_back(),
            DescriptionKind::Offer => self.take_offer(&description.sdp),
            kind @ (DescriptionKind::Answer | DescriptionKind::Pranswer) => {
                self.take_answer(kind, &description.sdp, now)
            }
        }
    }

    /// How the negotiation stands.
    pub fn negotiation(&self) -> Negotiation {
        let state = if self.ended {
            SignalingState::Closed
        } else {
            self.signaling.state
        };
        let local = self.signaling.local().map(|side| Description {
            kind: side.kind,
            sdp: self.write_with_candidates(&side.description),
        });
        let remote = self.signaling.remote().map(|side| Description {
            kind: side.kind,
            sdp: side.text.clone(),
        });
        Negotiation {
            state,
            local,
            remote,
        }
    }

    fn take_offer(&mut self, sdp: &str) -> Result<(), PeerError> {
        match self.signaling.state {
            SignalingState::Stable
            | SignalingState::HaveLocalOffer
            | SignalingState::HaveRemoteOffer => {}
            SignalingState::HaveLocalPranswer
            | SignalingState::HaveRemotePranswer
            | SignalingState::Closed => return Err(PeerError::InvalidState),
        }
        let side = read(DescriptionKind::Offer, sdp)?;
        self.usable(&side.description)?;
        self.roll_back_open();
        self.signaling.open.remote = Some(side);
        self.signaling.state = SignalingState::HaveRemoteOffer;
        Ok(())
    }

    fn take_answer(
        &mut self,
        kind: DescriptionKind,
        sdp: &str,
        now: Instant,
    ) -> Result<(), PeerError> {
        match self.signaling.state {
            SignalingState::HaveLocalOffer | SignalingState::HaveRemotePranswer => {}
            SignalingState::Stable
            | SignalingState::HaveRemoteOffer
            | SignalingState::HaveLocalPranswer
            | SignalingState::Closed => return Err(PeerError::NoOpenOffer),
        }
        let side = read(kind, sdp)?;
        self.usable(&side.description)?;
        self.engine_accept(&side.description, now)?;
        self.signaling.open.remote = Some(side);
        self.agree();
        if kind == DescriptionKind::Answer {
            self.signaling.complete();
        } else {
            self.signaling.state = SignalingState::HaveRemotePranswer;
        }
        Ok(())
    }

    fn roll_back(&mut self) -> Result<(), PeerError> {
        match self.signaling.state {
            SignalingState::HaveLocalOffer | SignalingState::HaveRemoteOffer => {
                self.roll_back_open();
                Ok(())
            }
            SignalingState::Stable
            | SignalingState::HaveLocalPranswer
            | SignalingState::HaveRemotePranswer
            | SignalingState::Closed => Err(PeerError::InvalidState),
        }
    }

    /// Takes the open offer, whosesoever, back.
    fn roll_back_open(&mut self) {
        self.signaling.open = Sides::default();
        self.signaling.made = None;
        self.signaling.state = SignalingState::Stable;
        self.forget_offer();
    }

    /// Keeps what was made and writes it.
    fn keep(&mut self, kind: DescriptionKind, description: sdp::Description) -> String {
        self.version += 1;
        let text = self.write(&description);
        self.signaling.made = Some(Made { kind, description });
        text
    }

    fn alive(&self) -> Result<(), PeerError> {
        if self.ended {
            Err(PeerError::Closed)
        } else {
            Ok(())
        }
    }

    /// Writes a description of ours without its candidates, unless it is the gateway's, which
    /// always holds them.
    fn write(&self, ours: &sdp::Description) -> String {
        if self.settings.ice_lite {
            self.write_with_candidates(ours)
        } else {
            ours.to_browser(&[], self.version)
        }
    }

    fn write_with_candidates(&self, ours: &sdp::Description) -> String {
        let candidates = self.candidate_lines();
        if self.settings.ice_lite {
            ours.to_gateway(self.gateway_address(), &candidates, self.version)
        } else {
            ours.to_browser(&candidates, self.version)
        }
    }

    /// Whoever runs the session looks for candidates from now on.
    fn begin_gathering(&mut self) {
        let ufrag = self.signaling.local().map(|side| &side.description.ufrag);
        if ufrag.is_some() && self.gathered_for.as_ref() != ufrag {
            self.gathered_for = ufrag.cloned();
            self.start_gathering();
            self.out.push_back(Output::Gather);
        }
    }
}

fn read(kind: DescriptionKind, sdp: &str) -> Result<Side, PeerError> {
    Ok(Side {
        kind,
        description: sdp::Description::read(sdp)?,
        text: sdp::mend(sdp),
    })
}

/// What was made, with the payloads as the page has arranged them since.
fn changed(made: &sdp::Description, text: &str) -> Result<sdp::Description, PeerError> {
    if text.is_empty() {
        return Ok(made.clone());
    }
    let theirs = sdp::Description::read(text)?;
    let same = theirs.ufrag == made.ufrag
        && theirs.password == made.password
        && theirs.fingerprint.eq_ignore_ascii_case(&made.fingerprint);
    if !same {
        return Err(PeerError::NotMade);
    }
    let is_made = |payload: &Payload| {
        let mut all = made.payloads.iter();
        all.any(|made| made.number == payload.number && made.format == payload.format)
    };
    let payloads = theirs.payloads.into_iter().filter(is_made).collect();
    Ok(sdp::Description {
        payloads,
        ..made.clone()
    })
}
