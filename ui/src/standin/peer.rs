//! The state of one stand-in peer connection, and which of its handlers are called when.
//! Source of names and order: W3C webrtc-pc, sections 4.3, 4.4 and 5.

use protocol::media::{
    Candidate, ConnectionState, Description, DescriptionKind, GatheringState, MediaEvent,
    SignalingState,
};

/// A handler that is to be called; the state that it looks at is set already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fired {
    /// `onsignalingstatechange`.
    Signaling,
    /// `onicegatheringstatechange`.
    Gathering,
    /// `oniceconnectionstatechange`.
    IceConnection,
    /// `onconnectionstatechange`, and `onstatechange` of the DTLS transport.
    Connection,
    /// `onicecandidate`.
    Candidate(Option<Candidate>),
    /// `ontrack`.
    Track,
    /// `onselectedcandidatepairchange` of the ICE transport.
    SelectedPair,
    /// `ontonechange`.
    Tone(String),
}

/// What the page can read of the connection.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) signaling: SignalingState,
    pub(super) connection: ConnectionState,
    pub(super) gathering: GatheringState,
    pub(super) local: Option<Description>,
    pub(super) remote: Option<Description>,
    /// Ours and theirs.
    pub(super) pair: Option<(Candidate, Candidate)>,
    tracked: bool,
    /// Descriptions that are being set: events wait, so that the page does not hear of what
    /// follows from a description before it is set.
    setting: u32,
    held: Vec<MediaEvent>,
}

impl Peer {
    pub(super) fn new() -> Self {
        Self {
            signaling: SignalingState::Stable,
            connection: ConnectionState::New,
            gathering: GatheringState::New,
            local: None,
            remote: None,
            pair: None,
            tracked: false,
            setting: 0,
            held: Vec::new(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.signaling == SignalingState::Closed
    }

    /// A description is about to be set.
    pub(super) fn begin_setting(&mut self) {
        self.setting += 1;
    }

    /// It was set, or not. Gives the events that waited.
    pub(super) fn end_setting(&mut self) -> Vec<MediaEvent> {
        self.setting = self.setting.saturating_sub(1);
        if self.setting > 0 {
            return Vec::new();
        }
        std::mem::take(&mut self.held)
    }

    /// A description was set, and this is how the negotiation stands now.
    pub(super) fn negotiated(
        &mut self,
        state: SignalingState,
        local: Option<Description>,
        remote: Option<Description>,
    ) -> Vec<Fired> {
        if self.is_closed() {
            return Vec::new();
        }
        let mut fired = Vec::new();
        (self.local, self.remote) = (local, remote);
        if self.signaling != state {
            self.signaling = state;
            fired.push(Fired::Signaling);
        }
        let speaks = |remote: &Description| match remote.kind {
            DescriptionKind::Offer | DescriptionKind::Answer | DescriptionKind::Pranswer => true,
            DescriptionKind::Rollback => false,
        };
        if self.remote.as_ref().is_some_and(speaks) {
            fired.extend(self.track());
        }
        fired
    }

    /// The engine told something. It waits while a description is being set.
    pub(super) fn hear(&mut self, event: MediaEvent) -> Vec<Fired> {
        if self.is_closed() {
            return Vec::new();
        }
        if self.setting > 0 {
            self.held.push(event);
            return Vec::new();
        }
        match event {
            MediaEvent::Connection { state, .. } => {
                if self.connection == state {
                    return Vec::new();
                }
                self.connection = state;
                vec![Fired::IceConnection, Fired::Connection]
            }
            MediaEvent::Gathering { state, .. } => {
                if self.gathering == state {
                    return Vec::new();
                }
                self.gathering = state;
                vec![Fired::Gathering]
            }
            MediaEvent::Candidate { candidate, .. } => vec![Fired::Candidate(candidate)],
            MediaEvent::Track { .. } => self.track(),
            MediaEvent::SelectedPair { local, remote, .. } => {
                self.pair = Some((local, remote));
                vec![Fired::SelectedPair]
            }
            MediaEvent::Tone { tone, .. } => vec![Fired::Tone(tone)],
            MediaEvent::Devices
            | MediaEvent::MicrophoneEnded { .. }
            | MediaEvent::Sound { .. }
            | MediaEvent::Levels { .. } => Vec::new(),
        }
    }

    /// `close`: no handler is called for it, and none after it.
    pub(super) fn close(&mut self) {
        self.signaling = SignalingState::Closed;
        self.connection = ConnectionState::Closed;
        self.held.clear();
    }

    fn track(&mut self) -> Vec<Fired> {
        if std::mem::replace(&mut self.tracked, true) {
            return Vec::new();
        }
        vec![Fired::Track]
    }

    /// `signalingState`.
    pub(super) fn signaling_name(&self) -> &'static str {
        match self.signaling {
            SignalingState::Stable => "stable",
            SignalingState::HaveLocalOffer => "have-local-offer",
            SignalingState::HaveRemoteOffer => "have-remote-offer",
            SignalingState::HaveRemotePranswer => "have-remote-pranswer",
            SignalingState::HaveLocalPranswer => "have-local-pranswer",
            SignalingState::Closed => "closed",
        }
    }

    /// `iceConnectionState`.
    pub(super) fn ice_name(&self) -> &'static str {
        match self.connection {
            ConnectionState::New => "new",
            ConnectionState::Checking => "checking",
            ConnectionState::Connected => "connected",
            ConnectionState::Disconnected => "disconnected",
            ConnectionState::Failed => "failed",
            ConnectionState::Closed => "closed",
        }
    }

    /// `connectionState`.
    pub(super) fn connection_name(&self) -> &'static str {
        match self.connection {
            ConnectionState::Checking => "connecting",
            ConnectionState::New
            | ConnectionState::Connected
            | ConnectionState::Disconnected
            | ConnectionState::Failed
            | ConnectionState::Closed => self.ice_name(),
        }
    }

    /// `state` of the DTLS transport: it outlives a path that is lost.
    pub(super) fn transport_name(&self) -> &'static str {
        match self.connection {
            ConnectionState::New => "new",
            ConnectionState::Checking => "connecting",
            ConnectionState::Connected
            | ConnectionState::Disconnected
            | ConnectionState::Failed => "connected",
            ConnectionState::Closed => "closed",
        }
    }

    /// `iceGatheringState`.
    pub(super) fn gathering_name(&self) -> &'static str {
        match self.gathering {
            GatheringState::New => "new",
            GatheringState::Gathering => "gathering",
            GatheringState::Complete => "complete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::media::PeerId;

    const PEER: PeerId = PeerId(1);

    fn connection(state: ConnectionState) -> MediaEvent {
        MediaEvent::Connection { peer: PEER, state }
    }

    fn description(kind: DescriptionKind) -> Option<Description> {
        Some(Description {
            kind,
            sdp: "v=0\r\n".to_owned(),
        })
    }

    #[test]
    fn an_outgoing_call_hears_of_its_states_in_the_browsers_order() {
        let mut peer = Peer::new();
        assert_eq!(peer.signaling_name(), "stable");
        let offer = description(DescriptionKind::Offer);
        let fired = peer.negotiated(SignalingState::HaveLocalOffer, offer.clone(), None);
        assert_eq!(fired, [Fired::Signaling]);
        assert_eq!(peer.signaling_name(), "have-local-offer");
        let answer = description(DescriptionKind::Answer);
        let fired = peer.negotiated(SignalingState::Stable, offer, answer);
        assert_eq!(fired, [Fired::Signaling, Fired::Track]);
        assert_eq!(peer.hear(MediaEvent::Track { peer: PEER }), [], "once");
        let fired = peer.hear(connection(ConnectionState::Checking));
        assert_eq!(fired, [Fired::IceConnection, Fired::Connection]);
        assert_eq!(
            (peer.ice_name(), peer.connection_name()),
            ("checking", "connecting")
        );
        assert_eq!(peer.hear(connection(ConnectionState::Checking)), []);
    }

    #[test]
    fn an_incoming_call_has_its_track_with_the_offer() {
        let mut peer = Peer::new();
        let offer = description(DescriptionKind::Offer);
        let fired = peer.negotiated(SignalingState::HaveRemoteOffer, None, offer.clone());
        assert_eq!(fired, [Fired::Signaling, Fired::Track]);
        let answer = description(DescriptionKind::Answer);
        let fired = peer.negotiated(SignalingState::Stable, answer, offer);
        assert_eq!(fired, [Fired::Signaling]);
    }

    #[test]
    fn what_follows_from_a_description_is_heard_after_it() {
        let mut peer = Peer::new();
        peer.begin_setting();
        assert_eq!(peer.hear(connection(ConnectionState::Connected)), []);
        assert_eq!(peer.ice_name(), "new");
        let held = peer.end_setting();
        assert_eq!(held, [connection(ConnectionState::Connected)]);
        for event in held {
            assert_eq!(peer.hear(event).len(), 2);
        }
        assert_eq!(peer.ice_name(), "connected");
    }

    #[test]
    fn a_lost_path_does_not_end_the_transport() {
        let mut peer = Peer::new();
        for (state, ice, transport) in [
            (ConnectionState::Connected, "connected", "connected"),
            (ConnectionState::Disconnected, "disconnected", "connected"),
            (ConnectionState::Failed, "failed", "connected"),
        ] {
            peer.hear(connection(state));
            assert_eq!((peer.ice_name(), peer.transport_name()), (ice, transport));
        }
    }

    #[test]
    fn a_closed_connection_is_silent() {
        let mut peer = Peer::new();
        peer.begin_setting();
        peer.hear(connection(ConnectionState::Connected));
        peer.close();
        assert_eq!(peer.end_setting(), []);
        assert_eq!(peer.hear(connection(ConnectionState::Connected)), []);
        assert_eq!(peer.negotiated(SignalingState::Stable, None, None), []);
        assert_eq!(peer.signaling_name(), "closed");
        assert_eq!(peer.connection_name(), "closed");
        assert_eq!(peer.transport_name(), "closed");
    }
}
