//! The one audio line of a session: what was agreed, and how the engine is told of it.

use std::time::Duration;

use str0m::format::{Codec as EngineCodec, FormatParams};
use str0m::media::{Frequency, Mid, Pt};
use str0m::rtp::Ssrc;
use str0m::{Rtc, RtcConfig};

use super::sdp::{Description, Format, Payload, SdpError};
use super::{Codec, PeerError};

/// The payload types of our own offers, those of Twilio's and of browsers'.
const OPUS: u8 = 111;
const PCMU: u8 = 0;
const WIDE_EVENTS: u8 = 110;
const EVENTS: u8 = 126;

/// How often the engine tells its figures.
const STATS_INTERVAL: Duration = Duration::from_secs(1);

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
    /// What the far end wants of Opus.
    pub(crate) opus: OpusWishes,
    heard: Vec<(Pt, Heard)>,
}

/// What a description's `fmtp` line asks of an Opus sender (RFC 7587, section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OpusWishes {
    /// `useinbandfec`.
    pub(crate) spares: bool,
    /// `usedtx`.
    pub(crate) rests: bool,
    /// `maxaveragebitrate`, in bits per second, within what Opus can do.
    pub(crate) most_bits: Option<i32>,
    /// `maxplaybackrate`, in Hz.
    pub(crate) most_hz: Option<u32>,
    /// `cbr`.
    pub(crate) even: bool,
}

impl OpusWishes {
    fn read(parameters: &str) -> Self {
        let mut wishes = Self::default();
        for parameter in parameters.split(';') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value: Option<u32> = value.trim().parse().ok();
            match name.trim().to_ascii_lowercase().as_str() {
                "useinbandfec" => wishes.spares = value == Some(1),
                "usedtx" => wishes.rests = value == Some(1),
                "cbr" => wishes.even = value == Some(1),
                "maxaveragebitrate" => {
                    wishes.most_bits = value.map(|bits| bits.clamp(6_000, 510_000) as i32);
                }
                "maxplaybackrate" => wishes.most_hz = value.filter(|hz| *hz > 0),
                _ => {}
            }
        }
        wishes
    }
}

/// What a payload type carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Sound(Codec),
    Keys,
}

impl Line {
    /// Reads what the engine agreed to, in the order of the far end.
    pub(crate) fn find(
        rtc: &Rtc,
        local: &Description,
        remote: &Description,
        mid: Mid,
    ) -> Option<Self> {
        let media = rtc.media(mid)?;
        let engine = media.remote_pts();
        let is_ours = |format: Format| local.payloads.iter().any(|ours| ours.format == format);
        let agreed = remote.payloads.iter().filter(|payload| {
            engine.contains(&Pt::new_with_value(payload.number)) && is_ours(payload.format)
        });
        let wishes = agreed
            .clone()
            .find(|payload| payload.format == Format::Opus);
        let wishes = wishes.and_then(|payload| payload.parameters.as_deref());
        let agreed = agreed.map(|payload| (Pt::new_with_value(payload.number), payload.format));
        let agreed: Vec<(Pt, Format)> = agreed.collect();

        let heard = agreed.iter().map(|(pt, format)| match codec(*format) {
            Some(codec) => (*pt, Heard::Sound(codec)),
            None => (*pt, Heard::Keys),
        });
        let (payload_type, sends_codec) = agreed
            .iter()
            .find_map(|(pt, format)| Some((*pt, codec(*format)?)))?;
        let keys = agreed.iter().filter_map(|(pt, format)| match format {
            Format::Events(rate) => Some((*pt, (rate / 50) as u16)),
            Format::Opus | Format::Pcmu => None,
        });
        // Best on the clock of the sound (RFC 4733, section 2.1).
        let ticks = super::sender::frame_ticks(sends_codec);
        let keys = keys.min_by_key(|(_, key_ticks)| u32::from(*key_ticks) != ticks);
        Some(Self {
            mid,
            sends: media.direction().is_sending(),
            codec: sends_codec,
            payload_type,
            keys,
            opus: wishes.map_or_else(OpusWishes::default, OpusWishes::read),
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

/// What our own offers hold: keys on both clocks as a browser has them, or on one as Twilio.
pub(crate) fn offered(ours: &[Codec], ice_lite: bool) -> Vec<Payload> {
    let sound = ours.iter().map(|codec| match codec {
        Codec::Opus => (OPUS, Format::Opus),
        Codec::Pcmu => (PCMU, Format::Pcmu),
    });
    let wide =
        (!ice_lite && ours.contains(&Codec::Opus)).then_some((WIDE_EVENTS, Format::Events(48_000)));
    sound
        .chain(wide)
        .chain([(EVENTS, Format::Events(8_000))])
        .map(|(number, format)| Payload {
            number,
            format,
            parameters: None,
        })
        .collect()
}

/// Puts the preferred codecs first, in their order, and leaves the others out. Without
/// preferences, or when nothing would be left, all stays as it is.
pub(crate) fn arrange(payloads: &mut Vec<Payload>, preferred: &[Codec]) {
    let place = |payload: &Payload| match codec(payload.format) {
        Some(codec) => preferred.iter().position(|preferred| *preferred == codec),
        None => Some(usize::MAX),
    };
    let has_sound = |payload: &Payload| codec(payload.format).is_some() && place(payload).is_some();
    if payloads.iter().any(has_sound) {
        payloads.retain(|payload| place(payload).is_some());
        payloads.sort_by_key(place);
    }
}

/// An engine that speaks `payloads`, in this order.
pub(crate) fn config(payloads: &[Payload], ice_lite: bool) -> RtcConfig {
    // Whole RTP packets, because the jitter buffer is ours; no header extensions, because
    // Twilio has none.
    let mut config = RtcConfig::new()
        .set_rtp_mode(true)
        .set_ice_lite(ice_lite)
        .set_stats_interval(Some(STATS_INTERVAL))
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
    fn reads_what_the_far_end_wants_of_opus() {
        assert_eq!(OpusWishes::read(""), OpusWishes::default());
        let wishes = OpusWishes::read(
            "minptime=10; useinbandfec=1;usedtx=1;maxaveragebitrate=16000;cbr=1;maxplaybackrate=8000",
        );
        let expected = OpusWishes {
            spares: true,
            rests: true,
            most_bits: Some(16_000),
            most_hz: Some(8_000),
            even: true,
        };
        assert_eq!(wishes, expected);
        let wishes = OpusWishes::read("maxaveragebitrate=1;useinbandfec=0;maxplaybackrate=x");
        assert_eq!((wishes.most_bits, wishes.most_hz), (Some(6_000), None));
    }

    #[test]
    fn offers_the_preferred_codecs_in_their_order() {
        let numbers = |preferred: &[Codec]| {
            let mut payloads = offered(&[Codec::Opus, Codec::Pcmu], false);
            arrange(&mut payloads, preferred);
            payloads.iter().map(|p| p.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&[]), [111, 0, 110, 126]);
        assert_eq!(numbers(&[Codec::Pcmu, Codec::Opus]), [0, 111, 110, 126]);
        assert_eq!(numbers(&[Codec::Pcmu]), [0, 110, 126]);
        let gateway = offered(&[Codec::Opus], true);
        assert_eq!(
            gateway.iter().map(|p| p.number).collect::<Vec<_>>(),
            [111, 126]
        );
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
