//! Frames of sound to payloads and back.

use std::sync::Arc;

use opus::{Application, Bandwidth, Bitrate, Channels, Signal};

use super::g711;
use super::jitter::Next;
use super::line::OpusWishes;
use super::pace::MOST_BITS;
use super::resample::{Down, NARROW_FRAME, Up};
use super::{Codec, PeerError};
use crate::audio::{FRAME, Frame, SAMPLE_RATE_HZ, SILENCE};

/// Share of packets the encoder expects to be lost, in percent: how much it spends on spares.
/// The far end's reports move it between these.
const OPUS_EXPECTED_LOSS: std::ops::RangeInclusive<i32> = 5..=40;

/// Samples of the longest Opus packet: 120 ms at 48 kHz.
const OPUS_LONGEST: usize = 5_760;

/// An Opus packet of at most so many bytes says that silence begins (RFC 6716, section 2.1.9).
pub(crate) const OPUS_REST: usize = 2;

/// By how much PCMU's concealment fades with each frame.
const FADE: f32 = 0.5;

/// Turns frames into payloads, whichever codec is asked for.
pub(crate) struct Encoder {
    opus: opus::Encoder,
    /// Whether silence need not be sent, and whether it is being left out.
    rests: bool,
    resting: bool,
    /// Bits per second that the path carries, and that the far end wants at most.
    pace: i32,
    wanted: i32,
    down: Down,
}

impl Encoder {
    pub(crate) fn new() -> Result<Self, PeerError> {
        let mut opus = opus::Encoder::new(SAMPLE_RATE_HZ, Channels::Mono, Application::Voip)
            .map_err(PeerError::Opus)?;
        opus.set_bitrate(Bitrate::Bits(MOST_BITS))
            .and_then(|()| opus.set_inband_fec(true))
            .and_then(|()| opus.set_packet_loss_perc(*OPUS_EXPECTED_LOSS.start()))
            .and_then(|()| opus.set_complexity(5))
            // Only the speech modes of Opus have spare copies (RFC 6716, section 2.1.7).
            .and_then(|()| opus.set_signal(Signal::Voice))
            .map_err(PeerError::Opus)?;
        Ok(Self {
            opus,
            rests: false,
            resting: false,
            pace: MOST_BITS,
            wanted: MOST_BITS,
            down: Down::new(),
        })
    }

    /// Hears which share of its packets the far end misses, from 0 to 1.
    pub(crate) fn expect_loss(&mut self, share: f32) {
        let (least, most) = OPUS_EXPECTED_LOSS.into_inner();
        let percent = ((share * 100.0) as i32).clamp(least, most);
        if let Err(error) = self.opus.set_packet_loss_perc(percent) {
            tracing::debug!(%error, "opus does not expect a loss");
        }
    }

    /// Spends no more than so many bits per second.
    pub(crate) fn pace(&mut self, bits: i32) {
        self.pace = bits;
        let bits = Bitrate::Bits(self.wanted.min(bits));
        if let Err(error) = self.opus.set_bitrate(bits) {
            tracing::debug!(%error, "opus keeps its pace");
        }
    }

    /// Heeds what the far end wants of Opus.
    pub(crate) fn agree(&mut self, wishes: &OpusWishes) {
        self.wanted = wishes.most_bits.unwrap_or(MOST_BITS);
        let bits = self.wanted.min(self.pace);
        // The widths of RFC 7587, section 3.1.1.
        let width = match wishes.most_hz {
            None | Some(24_001..) => Bandwidth::Fullband,
            Some(16_001..) => Bandwidth::Superwideband,
            Some(12_001..) => Bandwidth::Wideband,
            Some(8_001..) => Bandwidth::Mediumband,
            Some(_) => Bandwidth::Narrowband,
        };
        self.rests = wishes.rests;
        self.resting = false;
        let heeded = self
            .opus
            .set_bitrate(Bitrate::Bits(bits))
            .and_then(|()| self.opus.set_inband_fec(wishes.spares))
            .and_then(|()| self.opus.set_dtx(wishes.rests))
            .and_then(|()| self.opus.set_vbr(!wishes.even))
            .and_then(|()| self.opus.set_max_bandwidth(width));
        if let Err(error) = heeded {
            tracing::warn!(%error, "opus does not do what the far end wants");
        }
    }

    /// The payload of one frame; `None` while a silence goes on that need not be sent.
    pub(crate) fn encode(
        &mut self,
        codec: Codec,
        frame: &Frame,
    ) -> Result<Option<Vec<u8>>, PeerError> {
        match codec {
            Codec::Opus => {
                // 1,275 bytes are the most a frame can take (RFC 6716, section 3.4).
                let payload = self
                    .opus
                    .encode_vec(frame, 1_275)
                    .map_err(PeerError::Opus)?;
                let rests = self.rests && payload.len() <= OPUS_REST;
                // The first tells the far end that silence begins.
                let silent = rests && self.resting;
                self.resting = rests;
                Ok((!silent).then_some(payload))
            }
            Codec::Pcmu => {
                let narrow = self.down.process(frame);
                Ok(Some(narrow.into_iter().map(g711::encode).collect()))
            }
        }
    }
}

/// Turns what the jitter buffer gives into samples.
pub(crate) enum Decoder {
    Opus(Box<opus::Decoder>),
    Pcmu { up: Up, last: Vec<i16> },
}

impl Decoder {
    pub(crate) fn new(codec: Codec) -> Result<Self, PeerError> {
        match codec {
            Codec::Opus => opus::Decoder::new(SAMPLE_RATE_HZ, Channels::Mono)
                .map(|decoder| Self::Opus(Box::new(decoder)))
                .map_err(PeerError::Opus),
            Codec::Pcmu => Ok(Self::Pcmu {
                up: Up::new(),
                last: vec![0; NARROW_FRAME],
            }),
        }
    }

    /// The samples (48 kHz) of what is to be played; silence for a payload that is damaged.
    pub(crate) fn decode(&mut self, next: &Next) -> Vec<i16> {
        match next {
            Next::Packet(payload) => self.packet(payload),
            Next::Squeeze(first, second) => squeeze(&self.packet(first), self.packet(second)),
            Next::Spare(following) => self.spare(following),
            Next::Conceal => self.conceal(),
            Next::Silence => SILENCE.to_vec(),
        }
    }

    fn packet(&mut self, payload: &Arc<[u8]>) -> Vec<i16> {
        match self {
            Self::Opus(decoder) => run_opus(decoder, payload, OPUS_LONGEST, false),
            Self::Pcmu { up, last } => {
                let narrow: Vec<i16> = payload.iter().map(|byte| g711::decode(*byte)).collect();
                let wide = up.process(&narrow);
                *last = narrow;
                wide
            }
        }
    }

    fn spare(&mut self, following: &Arc<[u8]>) -> Vec<i16> {
        match self {
            Self::Opus(decoder) => {
                // Less room than the packet holds, and Opus takes no copy from it.
                let room = ticks(Codec::Opus, following).map_or(FRAME, |ticks| ticks as usize);
                run_opus(decoder, following, room.max(FRAME), true)
            }
            Self::Pcmu { .. } => self.conceal(),
        }
    }

    fn conceal(&mut self) -> Vec<i16> {
        match self {
            Self::Opus(decoder) => run_opus(decoder, &[], FRAME, false),
            Self::Pcmu { up, last } => {
                last.resize(NARROW_FRAME, 0);
                for sample in last.iter_mut() {
                    *sample = (f32::from(*sample) * FADE) as i16;
                }
                up.process(last)
            }
        }
    }
}

/// The length of a payload in ticks of its RTP clock, or `None` when it is damaged.
pub(crate) fn ticks(codec: Codec, payload: &[u8]) -> Option<u32> {
    let ticks = match codec {
        Codec::Opus => opus::packet::get_nb_samples(payload, SAMPLE_RATE_HZ).ok()?,
        Codec::Pcmu => payload.len(),
    };
    u32::try_from(ticks).ok().filter(|ticks| *ticks > 0)
}

fn run_opus(decoder: &mut opus::Decoder, payload: &[u8], room: usize, spare: bool) -> Vec<i16> {
    let mut samples = vec![0; room];
    match decoder.decode(payload, &mut samples, spare) {
        Ok(count) => samples.truncate(count),
        Err(error) => {
            tracing::debug!(%error, "an opus packet is damaged");
            samples = SILENCE.to_vec();
        }
    }
    samples
}

/// The second sound, faded in from the first.
fn squeeze(first: &[i16], mut second: Vec<i16>) -> Vec<i16> {
    let length = second.len().max(1) as f32;
    for (at, (sample, before)) in second.iter_mut().zip(first).enumerate() {
        let share = at as f32 / length;
        let mixed = f32::from(*before) * (1.0 - share) + f32::from(*sample) * share;
        *sample = mixed as i16;
    }
    second
}

#[cfg(test)]
mod tests;
