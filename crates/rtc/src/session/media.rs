//! Sound and keys, in and out.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use str0m::rtp::{RtpPacket, RtpWrite};

use super::line::Heard;
use super::receiver::Ears;
use super::{PeerEvent, PeerStats, Session};
use crate::audio::Frame;

impl Session {
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
        if let Some(packet) = packet
            && let Some(stream) = engine.stream_tx_by_mid(line.mid, None)
        {
            self.figures.sent_ssrc = Some(*stream.ssrc());
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
        while let Some(tone) = self.sender.tone() {
            self.tell(Some(PeerEvent::Tone(tone)));
        }
    }

    /// The next 20 ms that were received, or `None` before sound has come for the first time.
    pub fn playout(&mut self) -> Option<Frame> {
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.pull()
    }

    /// The way to the received sound for another thread. It shares the sound with
    /// [`Session::playout`].
    pub(crate) fn ears(&self) -> Ears {
        Arc::clone(&self.receiver)
    }

    /// Queues key presses of 100 ms; characters that are no keys are skipped.
    pub fn press(&mut self, digits: &str) {
        self.sender.press(digits);
    }

    /// `insertDTMF`: replaces the keys that have not sounded. `,` is two seconds of silence;
    /// characters that are no keys are skipped. `duration` is held between 40 ms and 6 s, `gap`
    /// is at least 30 ms (W3C webrtc-pc, section 7); both are rounded to 20 ms.
    /// [`PeerEvent::Tone`] tells each key as it begins and then the end.
    pub fn insert_dtmf(&mut self, tones: &str, duration: Duration, gap: Duration) {
        self.sender.insert(tones, duration, gap);
    }

    /// The figures so far.
    pub fn stats(&self) -> PeerStats {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        PeerStats {
            packets_lost: receiver.lost(),
            codec: self.line.as_ref().map(|line| line.codec),
            ..self.stats
        }
    }

    /// Packets thrown away because too many waited.
    pub(super) fn discarded(&self) -> u64 {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.discarded()
    }

    pub(super) fn rtp(&mut self, packet: RtpPacket) {
        if packet.payload.is_empty() {
            return;
        }
        self.stats.packets_received += 1;
        self.stats.bytes_received += packet.payload.len() as u64;
        let header = &packet.header;
        let Some(line) = &self.line else { return };
        let key = match line.heard(header.payload_type) {
            None => None,
            Some(heard) => {
                let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
                match heard {
                    Heard::Sound(codec) => {
                        let figures = &mut self.figures;
                        figures.heard = Some((*header.ssrc, header.payload_type, codec));
                        receiver.hear(
                            codec,
                            *header.ssrc,
                            *packet.seq_no,
                            header.timestamp,
                            packet.payload,
                        );
                        None
                    }
                    Heard::Keys => receiver.key(header.timestamp, &packet.payload),
                }
            }
        };
        self.tell(key.map(PeerEvent::Dtmf));
    }
}
