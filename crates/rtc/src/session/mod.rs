//! The peer without I/O and without a clock.
//!
//! A [`Session`] is told of datagrams, frames of sound and the time, and gives datagrams,
//! frames and [`PeerEvent`]s; the driver in the crate's root does the rest.

mod clock;
mod codec;
mod dtmf;
mod g711;
mod jitter;
mod line;
mod liveness;
mod receiver;
mod resample;
mod sdp;
mod sender;
#[cfg(test)]
mod tests;
mod types;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite, Ssrc};
use str0m::{Candidate, Event, Input, Rtc};

pub use liveness::Liveness;
pub use sdp::SdpError;
pub use types::{Codec, Output, PeerError, PeerEvent, PeerStats, Settings};

use crate::audio::Frame;
use clock::Clock;
use line::{Heard, Line};
use liveness::Watch;
use receiver::Receiver;
use sdp::{Description, Payload, Setup};
use sender::Sender;

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
    pending: Option<(SdpPendingOffer, Mid)>,
    line: Option<Line>,
    remote_fingerprint: Option<String>,
    sender: Sender,
    receiver: Receiver,
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
}

impl Session {
    /// A session that has met nobody yet.
    ///
    /// # Errors
    /// [`PeerError::Opus`] when the codec cannot be set up.
    pub fn new(settings: Settings, now: Instant) -> Result<Self, PeerError> {
        Ok(Self {
            sender: Sender::new(settings.seed)?,
            receiver: Receiver::default(),
            watch: Watch::new(settings.liveness, now),
            settings,
            rtc: None,
            pending: None,
            line: None,
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
        })
    }

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

    /// Takes a datagram that came from `from`.
    pub fn datagram(&mut self, from: SocketAddr, data: &[u8], now: Instant) {
        self.clock.advance(now);
        let Some(rtc) = self.rtc.as_mut() else { return };
        if self.black_hole || self.ended {
            return;
        }
        let Ok(receive) = Receive::new(Protocol::Udp, from, self.settings.local, data) else {
            return;
        };
        let input = Input::Receive(self.clock.engine(), receive);
        if !rtc.accepts(&input) {
            return;
        }
        if !self.has_met {
            self.has_met = true;
            self.clock.go_on();
            // Catch up only now, so that nothing times out for want of a far end.
            self.datagram(from, data, now);
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
        let news = self.watch.packet(self.clock.now());
        self.tell(news);
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

    /// Sends the next 20 ms (`None` for silence), or a piece of a key press instead. Without
    /// a connection the frame is lost.
    pub fn capture(&mut self, frame: Option<&Frame>, now: Instant) {
        self.clock.advance(now);
        let (Some(rtc), Some(line)) = (self.rtc.as_mut(), self.line.as_ref()) else {
            return;
        };
        if self.ended || !self.watch.is_connected() || !line.sends {
            return;
        }
        let packet = match self.sender.next(line, frame) {
            Ok(packet) => packet,
            Err(error) => {
                tracing::warn!(%error, "a frame could not be encoded");
                return;
            }
        };
        let mut engine = rtc.direct_api();
        let Some(stream) = engine.stream_tx_by_mid(line.mid, None) else {
            return;
        };
        self.stats.packets_sent += 1;
        self.stats.bytes_sent += packet.payload.len() as u64;
        let write = RtpWrite::new(
            packet.payload_type,
            packet.sequence.into(),
            packet.timestamp,
            self.clock.engine(),
            packet.payload,
        );
        stream.write_rtp(write.marker(packet.marker));
        self.timeout(now);
    }

    /// The next 20 ms that were received, or `None` before sound has come for the first time.
    pub fn playout(&mut self) -> Option<Frame> {
        self.receiver.pull()
    }

    /// Queues key presses; characters that are no keys are skipped.
    pub fn press(&mut self, digits: &str) {
        self.sender.press(digits);
    }

    /// While on, drops all datagrams, in and out.
    pub fn set_black_hole(&mut self, on: bool) {
        self.black_hole = on;
    }

    /// The figures so far.
    pub fn stats(&self) -> PeerStats {
        PeerStats {
            packets_lost: self.receiver.lost(),
            codec: self.line.as_ref().map(|line| line.codec),
            ..self.stats
        }
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

    /// Empties the engine. Every change to it is followed by this.
    fn drain(&mut self) {
        while let Some(rtc) = self.rtc.as_mut() {
            match rtc.poll_output() {
                Ok(str0m::Output::Timeout(at)) => {
                    self.engine_deadline = Some(at);
                    return;
                }
                Ok(str0m::Output::Transmit(datagram)) => {
                    if !self.black_hole {
                        self.out.push_back(Output::Send {
                            to: datagram.destination,
                            data: datagram.contents.into(),
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

    fn rtp(&mut self, packet: RtpPacket) {
        if packet.payload.is_empty() {
            return;
        }
        self.stats.packets_received += 1;
        self.stats.bytes_received += packet.payload.len() as u64;
        let header = &packet.header;
        let Some(line) = &self.line else { return };
        match line.heard(header.payload_type) {
            None => {}
            Some(Heard::Sound(codec)) => {
                self.receiver
                    .hear(codec, *header.ssrc, header.timestamp, packet.payload);
            }
            Some(Heard::Keys) => {
                let key = self.receiver.key(header.timestamp, &packet.payload);
                self.tell(key.map(PeerEvent::Dtmf));
            }
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
