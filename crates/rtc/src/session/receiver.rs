//! What comes in: packets to frames, and to keys.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::Codec;
use super::codec::{Decoder, OPUS_REST, ticks};
use super::dtmf::Presses;
use super::jitter::Jitter;
use super::sender::frame_ticks;
use crate::audio::{Frame, SILENCE};

/// What was received, for the session and whoever plays it on another thread.
pub(crate) type Ears = Arc<Mutex<Receiver>>;

/// Makes frames of an RTP stream.
#[derive(Default)]
pub(crate) struct Receiver {
    stream: Option<Stream>,
    presses: Presses,
    has_played: bool,
    lost_before: u64,
}

struct Stream {
    codec: Codec,
    ssrc: u32,
    jitter: Jitter,
    decoder: Decoder,
    /// Decoded and not yet played: less than a frame, but for packets longer than one.
    samples: VecDeque<i16>,
}

impl Receiver {
    /// Takes a packet of sound.
    pub(crate) fn hear(
        &mut self,
        codec: Codec,
        ssrc: u32,
        sequence: u64,
        timestamp: u32,
        payload: Arc<[u8]>,
    ) {
        let Some(ticks) = ticks(codec, &payload) else {
            return;
        };
        let is_known = |stream: &Stream| stream.codec == codec && stream.ssrc == ssrc;
        if !self.stream.as_ref().is_some_and(is_known) {
            self.lost_before = self.lost();
            self.stream = match Decoder::new(codec) {
                Ok(decoder) => Some(Stream {
                    codec,
                    ssrc,
                    jitter: Jitter::new(frame_ticks(codec)),
                    decoder,
                    samples: VecDeque::new(),
                }),
                Err(error) => {
                    tracing::warn!(%error, "a stream cannot be decoded");
                    None
                }
            };
        }
        if let Some(stream) = self.stream.as_mut() {
            let rests = codec == Codec::Opus && payload.len() <= OPUS_REST;
            stream.jitter.push(sequence, timestamp, ticks, payload);
            stream.jitter.rest(rests);
        }
    }

    /// Takes a packet of a key press; gives the key when the press is new.
    pub(crate) fn key(&mut self, timestamp: u32, payload: &[u8]) -> Option<char> {
        if let Some(stream) = self.stream.as_mut() {
            stream.jitter.excuse();
        }
        self.presses.hear(timestamp, payload)
    }

    /// The next 20 ms, or `None` before sound has come for the first time.
    pub(crate) fn pull(&mut self) -> Option<Frame> {
        let mut frame = SILENCE;
        self.fill(&mut frame).then_some(frame)
    }

    /// Fills `out` with what comes next, or with silence; says whether sound has ever come.
    pub(crate) fn fill(&mut self, out: &mut [i16]) -> bool {
        let filled = match self.stream.as_mut() {
            Some(stream) => stream.fill(out),
            None => false,
        };
        if !filled {
            out.fill(0);
        }
        self.has_played |= filled;
        self.has_played
    }

    /// Packets of this stream thrown away because too many waited.
    pub(crate) fn discarded(&self) -> u64 {
        let stream = self.stream.as_ref();
        stream.map_or(0, |stream| stream.jitter.discarded())
    }

    /// Frames that never came or came too late.
    pub(crate) fn lost(&self) -> u64 {
        let now = self
            .stream
            .as_ref()
            .map_or(0, |stream| stream.jitter.lost());
        self.lost_before + now
    }
}

impl Stream {
    /// Whether there was enough.
    fn fill(&mut self, out: &mut [i16]) -> bool {
        while self.samples.len() < out.len() {
            let Some(next) = self.jitter.pop() else {
                return false;
            };
            self.samples.extend(self.decoder.decode(&next));
        }
        let wanted = out.len();
        let ready = self.samples.drain(..wanted);
        for (to, from) in out.iter_mut().zip(ready) {
            *to = from;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn plays_any_packets_without_harm(
            packets in prop::collection::vec(
                (any::<bool>(), 0u32..3, 0u64..200, any::<u32>(), prop::collection::vec(any::<u8>(), 0..300), 0usize..4),
                0..60,
            )
        ) {
            let mut receiver = Receiver::default();
            let mut played = 0;
            for (opus, ssrc, sequence, timestamp, payload, pulls) in packets {
                // Half of them near each other, so that some belong together.
                let timestamp = if sequence % 2 == 0 { timestamp } else { sequence as u32 * 960 };
                let codec = if opus { Codec::Opus } else { Codec::Pcmu };
                receiver.hear(codec, ssrc, sequence, timestamp, payload.clone().into());
                receiver.key(timestamp, &payload);
                for _ in 0..pulls {
                    let mut out = [1; 480];
                    played += usize::from(receiver.fill(&mut out));
                }
            }
            prop_assert!(played <= 60 * 4);
            prop_assert!(receiver.lost() < 60 * 5_000, "{}", receiver.lost());
        }
    }
}
