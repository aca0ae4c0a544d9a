//! The peer without I/O and without a clock.
//!
//! A [`Session`] is told of datagrams, frames of sound and the time, and gives datagrams,
//! frames and [`PeerEvent`]s; the driver in the crate's root does the rest.

mod candidates;
mod clock;
mod codec;
mod dtmf;
mod engine;
mod g711;
mod jitter;
mod line;
mod liveness;
mod media;
mod negotiation;
mod pace;
mod receiver;
mod report;
mod resample;
mod sdp;
mod sender;
mod signaling;
#[cfg(test)]
mod tests;
mod types;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use protocol::media::GatheringState;
use str0m::media::Mid;
use str0m::net::{Protocol, Receive};
use str0m::rtp::Ssrc;
use str0m::{Event, Input, Rtc};

pub use candidates::LocalAddress;
pub use liveness::Liveness;
pub use sdp::SdpError;
pub use types::{Codec, Negotiation, Output, PeerError, PeerEvent, PeerStats, Settings};

use candidates::OwnCandidate;
use clock::Clock;
use engine::OpenOffer;
use line::Line;
use liveness::Watch;
pub(crate) use receiver::Ears;
use report::Figures;
use sender::Sender;
use signaling::Signaling;

/// Streams that no description named and that are listened to at the same time.
const MOST_UNNAMED_STREAMS: usize = 4;

/// One audio peer: SDP, ICE, DTLS-SRTP, codecs, jitter buffer, DTMF.
///
/// Whatever is done to it, call [`Session::poll`] until it gives `None`, then come back at
/// [`Session::deadline`] at the latest.
pub struct Session {
    settings: Settings,
    /// Made with the first description, because an answer keeps the order of the offer.
    rtc: Option<Rtc>,
    signaling: Signaling,
    open_offer: Option<OpenOffer>,
    answer_mid: Option<Mid>,
    /// What `setCodecPreferences` said; empty when it said nothing.
    preferred: Vec<Codec>,
    candidates: Vec<OwnCandidate>,
    gathering: GatheringState,
    /// The ICE user fragment that candidates were last gathered for.
    gathered_for: Option<String>,
    /// From where to where sound goes.
    pair: Option<(SocketAddr, SocketAddr)>,
    /// Where the far end was before, the newest last.
    past: VecDeque<SocketAddr>,
    line: Option<Line>,
    told_track: bool,
    remote_fingerprint: Option<String>,
    sender: Sender,
    receiver: Ears,
    unnamed: VecDeque<Ssrc>,
    watch: Watch,
    out: VecDeque<Output>,
    engine_deadline: Option<Instant>,
    clock: Clock,
    has_met: bool,
    version: u32,
    black_hole: bool,
    ended: bool,
    stats: PeerStats,
    figures: Figures,
}

impl Session {
    /// A session that has met nobody yet.
    ///
    /// # Errors
    /// [`PeerError::Opus`] when the codec cannot be set up.
    pub fn new(settings: Settings, now: Instant) -> Result<Self, PeerError> {
        Ok(Self {
            sender: Sender::new(settings.seed)?,
            receiver: Ears::default(),
            watch: Watch::new(settings.liveness, now),
            settings,
            rtc: None,
            signaling: Signaling::new(),
            open_offer: None,
            answer_mid: None,
            preferred: Vec::new(),
            candidates: Vec::new(),
            gathering: GatheringState::New,
            gathered_for: None,
            pair: None,
            past: VecDeque::new(),
            line: None,
            told_track: false,
            remote_fingerprint: None,
            unnamed: VecDeque::new(),
            out: VecDeque::new(),
            engine_deadline: None,
            clock: Clock::new(now),
            has_met: false,
            version: 0,
            black_hole: false,
            ended: false,
            stats: PeerStats::default(),
            figures: Figures::default(),
        })
    }

    /// `setCodecPreferences`: best first; those left out are not offered. An empty list brings
    /// [`Settings::codecs`] back.
    pub fn prefer_codecs(&mut self, codecs: &[Codec]) {
        self.preferred = codecs.to_vec();
    }

    /// Takes a datagram that came from `from` to `to`, an address that was told to
    /// [`Session::add_candidate`] (of a relayed one, the server's).
    pub fn datagram(&mut self, from: SocketAddr, to: SocketAddr, data: &[u8], now: Instant) {
        self.clock.advance(now);
        // While ICE restarts, the engine forgets where sound came from, but it goes on coming.
        let late = self.watch.is_connected() && Output::is_payload(data) && self.is_far_end(from);
        let Some(rtc) = self.rtc.as_mut() else { return };
        if self.black_hole || self.ended {
            return;
        }
        let Ok(receive) = Receive::new(Protocol::Udp, from, to, data) else {
            return;
        };
        let input = Input::Receive(self.clock.engine(), receive);
        if !rtc.accepts(&input) && !late {
            return;
        }
        if !self.has_met {
            self.has_met = true;
            self.clock.go_on();
            // Catch up only now, so that nothing times out for want of a far end.
            self.datagram(from, to, data, now);
            return;
        }
        if let Some(line) = &self.line
            && let Some(ssrc) = line::rtp_ssrc(data)
            && rtc.direct_api().stream_rx(&ssrc).is_none()
        {
            // The engine drops streams that no description named.
            rtc.direct_api()
                .expect_stream_rx(ssrc, None, line.mid, None);
            self.unnamed.push_back(ssrc);
            if self.unnamed.len() > MOST_UNNAMED_STREAMS
                && let Some(oldest) = self.unnamed.pop_front()
            {
                rtc.direct_api().remove_stream_rx(oldest);
            }
        }
        if let Err(error) = rtc.handle_input(input) {
            tracing::debug!(%error, "a datagram was not understood");
        }
        if self.line.is_some() {
            let news = self.watch.packet(self.clock.now());
            self.tell(news);
        }
        self.drain();
    }

    /// Tells the time; do so at [`Session::deadline`].
    pub fn timeout(&mut self, now: Instant) {
        self.clock.advance(now);
        if self.ended {
            return;
        }
        if let Some(rtc) = self.rtc.as_mut()
            && let Err(error) = rtc.handle_input(Input::Timeout(self.clock.engine()))
        {
            tracing::warn!(%error, "the webrtc engine failed");
            self.end();
            return;
        }
        self.drain();
        let news = self.watch.check(self.clock.now());
        self.tell(news);
    }

    /// When [`Session::timeout`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        if self.ended {
            return None;
        }
        let engine = self.engine_deadline.and_then(|at| self.clock.outside(at));
        let deadlines = [engine, self.watch.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// The next thing to do, until `None`.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// While on, drops all datagrams, in and out.
    pub fn set_black_hole(&mut self, on: bool) {
        self.black_hole = on;
    }

    /// Ends the session; [`PeerEvent::Closed`] is the last output.
    pub fn close(&mut self) {
        if self.ended {
            return;
        }
        if let Some(rtc) = self.rtc.as_mut()
            && let Err(error) = rtc.close()
        {
            tracing::debug!(%error, "the webrtc engine did not close cleanly");
        }
        self.drain();
        self.end();
    }

    /// Whether [`PeerEvent::Closed`] has been given out or is about to be.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Empties the engine. Every change to it is followed by this.
    fn drain(&mut self) {
        while let Some(rtc) = self.rtc.as_mut() {
            match rtc.poll_output() {
                Ok(str0m::Output::Timeout(at)) => {
                    self.engine_deadline = Some(at);
                    return;
                }
                Ok(str0m::Output::Transmit(datagram)) => {
                    let data: Vec<u8> = datagram.contents.into();
                    if Output::is_payload(&data) {
                        self.note_pair(datagram.source, datagram.destination);
                    }
                    if !self.black_hole {
                        self.out.push_back(Output::Send {
                            from: datagram.source,
                            to: datagram.destination,
                            data,
                        });
                    }
                }
                Ok(str0m::Output::Event(event)) => self.event(event),
                Err(error) => {
                    tracing::warn!(%error, "the webrtc engine failed");
                    self.end();
                    return;
                }
            }
        }
    }

    fn event(&mut self, event: Event) {
        if let Event::RtpPacket(packet) = event {
            self.rtp(packet);
        } else if let Event::MediaEgressStats(told) = event {
            if let Some(share) = told.loss {
                self.sender.hear_report(share, told.rtt);
            }
            self.figures.egress(told);
        } else if let Event::MediaIngressStats(told) = event {
            self.figures.ingress(told);
        } else if let Event::PeerStats(told) = event {
            let path = told.selected_candidate_pair;
            if let Some(rtt) = path.as_ref().and_then(|path| path.current_round_trip_time) {
                self.sender.hear_path(rtt);
            }
            self.figures.path(path);
        } else if let Event::Connected = event {
            let news = self.watch.connected(self.clock.now());
            self.tell(news);
        } else if let Event::Closed = event {
            tracing::debug!("the far end closed the connection");
            self.end();
        } else if let Event::IceConnectionStateChange(state) = event {
            tracing::debug!(?state, "the ice state changed");
        }
    }

    fn tell(&mut self, event: Option<PeerEvent>) {
        self.out.extend(event.map(Output::Event));
    }

    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.tell(Some(PeerEvent::Closed));
        }
    }
}
