//! The one audio line of a session: what was agreed, and how the engine is told of it.

use str0m::format::{Codec as EngineCodec, FormatParams};
use str0m::media::{Frequency, Mid, Pt};
use str0m::rtp::Ssrc;
use str0m::{Rtc, RtcConfig};

use super::sdp::{Description, Format, Payload, SdpError};
use super::{Codec, PeerError};

/// The payload types of our own offers, those of Twilio's.
const OPUS: u8 = 111;
const PCMU: u8 = 0;
const EVENTS: u8 = 126;

/// What the two ends agreed on.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) mid: Mid,
    /// Whether the far end wants to hear.
    pub(crate) sends: bool,
    /// What this end sends, with its payload type.
    pub(crate) codec: Codec,
    pub(crate) payload_type: Pt,
    /// The payload type and the ticks per 20 ms of key presses, if there are any.
    pub(crate) keys: Option<(Pt, u16)>,
    heard: Vec<(Pt, Heard)>,
}

/// What a payload type carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Sound(Codec),
    Keys,
}

impl Line {
    /// Reads what the engine agreed to, in the order of the far end.
    pub(crate) fn find(rtc: &Rtc, remote: &Description, mid: Mid) -> Option<Self> {
        let media = rtc.media(mid)?;
        let agreed = media.remote_pts();
        let payloads = remote.payloads.iter();
        let payloads = payloads.map(|payload| (Pt::new_with_value(payload.number), payload.format));
        let agreed: Vec<(Pt, Format)> = payloads.filter(|(pt, _)| agreed.contains(pt)).collect();

        let heard = agreed.iter().map(|(pt, format)| match codec(*format) {
            Some(codec) => (*pt, Heard::Sound(codec)),
            None => (*pt, Heard::Keys),
        });
        let (payload_type, sends_codec) = agreed
            .iter()
            .find_map(|(pt, format)| Some((*pt, codec(*format)?)))?;
        let keys = agreed.iter().find_map(|(pt, format)| match format {
            Format::Events(rate) => Some((*pt, (rate / 50) as u16)),
            Format::Opus | Format::Pcmu => None,
        });
        Some(Self {
            mid,
            sends: media.direction().is_sending(),
            codec: sends_codec,
            payload_type,
            keys,
            heard: heard.collect(),
        })
    }

    /// What this payload type carries.
    pub(crate) fn heard(&self, payload_type: Pt) -> Option<Heard> {
        let found = self.heard.iter().find(|(pt, _)| *pt == payload_type);
        found.map(|(_, heard)| *heard)
    }
}

fn codec(format: Format) -> Option<Codec> {
    match format {
        Format::Opus => Some(Codec::Opus),
        Format::Pcmu => Some(Codec::Pcmu),
        Format::Events(_) => None,
    }
}

/// Those of the far end's payloads that are spoken here, in its order. Of several clock rates
/// for key presses, 8 kHz is kept, as by Twilio.
pub(crate) fn common(theirs: &[Payload], ours: &[Codec]) -> Result<Vec<Payload>, PeerError> {
    let has_8_khz = theirs.iter().any(|p| p.format == Format::Events(8_000));
    let common: Vec<Payload> = theirs
        .iter()
        .filter(|payload| match (codec(payload.format), payload.format) {
            (Some(codec), _) => ours.contains(&codec),
            (None, format) => !has_8_khz || format == Format::Events(8_000),
        })
        .cloned()
        .collect();
    if common.iter().any(|payload| codec(payload.format).is_some()) {
        Ok(common)
    } else {
        Err(SdpError::NoCodec.into())
    }
}

/// What our own offers hold.
pub(crate) fn offered(ours: &[Codec]) -> Vec<Payload> {
    let sound = ours.iter().map(|codec| match codec {
        Codec::Opus => (OPUS, Format::Opus),
        Codec::Pcmu => (PCMU, Format::Pcmu),
    });
    sound
        .chain([(EVENTS, Format::Events(8_000))])
        .map(|(number, format)| Payload {
            number,
            format,
            parameters: None,
        })
        .collect()
}

/// An engine that speaks `payloads`, in this order.
pub(crate) fn config(payloads: &[Payload], ice_lite: bool) -> RtcConfig {
    // Whole RTP packets, because the jitter buffer is ours; no header extensions, because
    // Twilio has none.
    let mut config = RtcConfig::new()
        .set_rtp_mode(true)
        .set_ice_lite(ice_lite)
        .clear_codecs()
        .clear_extension_map();
    for payload in payloads {
        let pt = Pt::new_with_value(payload.number);
        let (codec, rate, channels) = match payload.format {
            Format::Opus => (EngineCodec::Opus, Frequency::FORTY_EIGHT_KHZ, Some(2)),
            Format::Pcmu => (EngineCodec::PCMU, Frequency::EIGHT_KHZ, None),
            Format::Events(48_000) => (EngineCodec::Tele, Frequency::FORTY_EIGHT_KHZ, None),
            Format::Events(_) => (EngineCodec::Tele, Frequency::EIGHT_KHZ, None),
        };
        let mut format = FormatParams::default();
        if payload.format == Format::Opus {
            format.min_p_time = Some(10);
            format.use_inband_fec = Some(true);
        }
        config
            .codec_config()
            .add_config(pt, None, codec, rate, channels, format);
    }
    config
}

/// The SSRC of a datagram that is RTP (RFC 5761 and RFC 7983 tell the kinds apart).
pub(crate) fn rtp_ssrc(datagram: &[u8]) -> Option<Ssrc> {
    let [first, second, ..] = *datagram else {
        return None;
    };
    let is_rtp = (128..192).contains(&first) && !(192..224).contains(&second);
    let ssrc = datagram.get(8..12)?.try_into().ok()?;
    is_rtp.then(|| u32::from_be_bytes(ssrc).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_rtp_from_what_else_comes() {
        let mut datagram = [0; 12];
        datagram[8..].copy_from_slice(&7u32.to_be_bytes());
        let mut check = |first, second, expected: Option<u32>| {
            datagram[0] = first;
            datagram[1] = second;
            assert_eq!(
                rtp_ssrc(&datagram),
                expected.map(Ssrc::from),
                "{first} {second}"
            );
        };
        check(0x80, 111, Some(7));
        check(0x80, 0x80 | 111, Some(7));
        check(0x80, 200, None); // RTCP sender report
        check(0x00, 1, None); // STUN
        check(22, 254, None); // DTLS
        assert_eq!(rtp_ssrc(&[0x80, 111, 0, 0]), None);
    }

    #[test]
    fn keeps_the_order_of_the_offer_and_one_clock_for_keys() {
        let payload = |number, format| Payload {
            number,
            format,
            parameters: None,
        };
        let theirs = [
            payload(0, Format::Pcmu),
            payload(96, Format::Opus),
            payload(110, Format::Events(48_000)),
            payload(126, Format::Events(8_000)),
        ];
        let numbers = |ours: &[Codec]| {
            let common = common(&theirs, ours).unwrap();
            common.iter().map(|p| p.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&[Codec::Opus, Codec::Pcmu]), [0, 96, 126]);
        assert_eq!(numbers(&[Codec::Opus]), [96, 126]);
        assert!(matches!(
            common(&theirs[..1], &[Codec::Opus]),
            Err(PeerError::Sdp(SdpError::NoCodec))
        ));
    }
}
