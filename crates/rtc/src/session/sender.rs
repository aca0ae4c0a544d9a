//! What goes out: sound or key presses, numbered.

use str0m::media::Pt;

use super::codec::Encoder;
use super::dtmf::Keys;
use super::line::Line;
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
        })
    }

    pub(crate) fn press(&mut self, digits: &str) {
        self.keys.press(digits);
    }

    /// The packet for the next 20 ms.
    pub(crate) fn next(&mut self, line: &Line, frame: Option<&Frame>) -> Result<Packet, PeerError> {
        let timestamp = self.timestamp;
        let ticks = frame_ticks(line.codec);
        self.timestamp = timestamp.wrapping_add(ticks);

        let key = line
            .keys
            .and_then(|(pt, key_ticks)| Some((pt, self.keys.next(key_ticks)?)));
        let sequence = self.sequence + 1;
        let packet = match key {
            Some((payload_type, event)) => Packet {
                payload_type,
                sequence,
                timestamp: timestamp.wrapping_sub(event.frames_since_start * ticks),
                marker: event.first,
                payload: event.payload.to_vec(),
            },
            None => Packet {
                payload_type: line.payload_type,
                sequence,
                timestamp,
                marker: self.starts,
                payload: self.encoder.encode(line.codec, frame.unwrap_or(&SILENCE))?,
            },
        };
        self.starts = key.is_some();
        self.sequence = sequence;
        Ok(packet)
    }
}

/// RTP ticks of 20 ms.
pub(crate) fn frame_ticks(codec: Codec) -> u32 {
    match codec {
        Codec::Opus => 960,
        Codec::Pcmu => 160,
    }
}
