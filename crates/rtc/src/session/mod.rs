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
mod negotiation;
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

use str0m::change::SdpPendingOffer;
use str0m::media::Mid;
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite, Ssrc};
use str0m::{Event, Input, Rtc};

pub use liveness::Liveness;
pub use sdp::SdpError;
pub use types::{Codec, Negotiation, Output, PeerError, PeerEvent, PeerStats, Settings};

use crate::audio::Frame;
use clock::Clock;
use line::{Heard, Line};
use liveness::Watch;
use receiver::Receiver;
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
