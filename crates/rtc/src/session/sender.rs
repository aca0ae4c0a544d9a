//! What goes out: sound or key presses, numbered.

use std::time::Duration;

use str0m::media::Pt;

use super::codec::Encoder;
use super::dtmf::Keys;
use super::line::Line;
use super::pace::Pace;
use super::{Codec, PeerError};
use crate::audio::{Frame, SILENCE};

/// One RTP packet to send.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) payload_type: Pt,
    pub(crate) sequence: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Vec<u8>,
}

/// Makes an RTP stream of frames.
pub(crate) struct Sender {
    encoder: Encoder,
    keys: Keys,
    sequence: u64,
    timestamp: u32,
    /// Whether the next packet of sound is the first of a stretch.
    starts: bool,
    loss: f32,
    pace: Pace,
}

impl Sender {
    pub(crate) fn new(seed: u64) -> Result<Self, PeerError> {
        Ok(Self {
            encoder: Encoder::new()?,
            keys: Keys::default(),
            // In the lower half, so that the far end sees no rollover at once.
            sequence: seed & 0x7fff,
            timestamp: (seed >> 32) as u32,
            starts: true,
            loss: 0.0,
            pace: Pace::new(),
        })
    }

    /// What was agreed on.
    pub(crate) fn agree(&mut self, line: &Line) {
        self.encoder.agree(&line.opus);
    }

    /// The far end reports which share of packets it misses, from 0 to 1, and how long the
    /// round trip takes.
    pub(crate) fn hear_report(&mut self, share: f32, round_trip: Option<Duration>) {
        let bits = self.pace.report(share, round_trip);
        self.encoder.pace(bits);
        // Grows at once and shrinks slowly: losses come in groups.
        self.loss = share.max(self.loss * 0.8);
        self.encoder.expect_loss(self.loss);
    }

    /// A check of the path took so long.
    pub(crate) fn hear_path(&mut self, round_trip: Duration) {
        self.pace.path(round_trip);
    }

    pub(crate) fn press(&mut self, digits: &str) {
        self.keys.press(digits);
    }

    /// Replaces the keys that have not sounded.
    pub(crate) fn insert(&mut self, tones: &str, duration: Duration, gap: Duration) {
        self.keys.insert(tones, duration, gap);
    }

    /// The next key of [`Sender::insert`] that began to sound; empty at the end.
    pub(crate) fn tone(&mut self) -> Option<String> {
        self.keys.tone()
    }

    /// The packet for the next 20 ms, unless the silence goes on.
    pub(crate) fn next(
        &mut self,
        line: &Line,
        frame: Option<&Frame>,
    ) -> Result<Option<Packet>, PeerError> {
        let timestamp = self.timestamp;
        let ticks = frame_ticks(line.codec);
        self.timestamp = timestamp.wrapping_add(ticks);

        // Without keys on the line they pass unheard.
        let key_ticks = line.keys.map_or(1, |(_, key_ticks)| key_ticks);
        let key = self.keys.next(key_ticks);
        let sequence = self.sequence + 1;
        let packet = match (key, line.keys) {
            (Some(event), Some((payload_type, _))) => {
                self.starts = true;
                Packet {
                    payload_type,
                    sequence,
                    timestamp: timestamp.wrapping_sub(event.frames_since_start * ticks),
                    marker: event.first,
                    payload: event.payload.to_vec(),
                }
            }
            (Some(_), None) | (None, Some(_) | None) => {
                let frame = frame.unwrap_or(&SILENCE);
                let Some(payload) = self.encoder.encode(line.codec, frame)? else {
                    self.starts = true;
                    return Ok(None);
                };
                Packet {
                    payload_type: line.payload_type,
                    sequence,
                    timestamp,
                    marker: std::mem::take(&mut self.starts),
                    payload,
                }
            }
        };
        self.sequence = sequence;
        Ok(Some(packet))
    }
}

/// RTP ticks of 20 ms.
pub(crate) fn frame_ticks(codec: Codec) -> u32 {
    match codec {
        Codec::Opus => 960,
        Codec::Pcmu => 160,
    }
}
