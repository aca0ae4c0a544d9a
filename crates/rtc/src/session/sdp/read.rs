//! Reading.

use std::collections::HashMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::{Description, Direction, Format, Payload, SdpError, Setup};

/// Characters of an ICE user fragment. 256 are allowed (RFC 8839, section 5.4), but the engine
/// fails when two of them and a colon are more than 128.
const UFRAG: RangeInclusive<usize> = 4..=100;

/// Characters of an ICE password.
const PASSWORD: RangeInclusive<usize> = 22..=256;

/// RTP has seven bits for it (RFC 3550, section 5.1).
const LAST_PAYLOAD_TYPE: u8 = 127;

pub(super) fn read(text: &str) -> Result<Description, SdpError> {
    let text = super::mend(text);
    let mut reading = Reading::default();
    for line in text.lines() {
        match line.split_once('=') {
            Some(("o", value)) => reading.origin = value.split(' ').nth(1),
            Some(("m", value)) => {
                if reading.media.replace(value).is_some() {
                    return Err(SdpError::MoreThanAudio);
                }
            }
            Some(("a", value)) => {
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                reading.attribute(name, value);
            }
            Some(_) | None => {}
        }
    }
    reading.finish()
}

/// Session-level and media-level attributes count alike: there is one medium.
#[derive(Debug, Default)]
struct Reading<'a> {
    origin: Option<&'a str>,
    media: Option<&'a str>,
    ice_lite: bool,
    ufrag: Option<&'a str>,
    password: Option<&'a str>,
    fingerprint: Option<&'a str>,
    setup: Option<Setup>,
    mid: Option<&'a str>,
    direction: Option<Direction>,
    maps: HashMap<u8, &'a str>,
    parameters: HashMap<u8, &'a str>,
    candidates: Vec<&'a str>,
    msid: Option<&'a str>,
    ssrcs: Vec<(u32, &'a str)>,
}

impl<'a> Reading<'a> {
    fn attribute(&mut self, name: &str, value: &'a str) {
        match name {
            "ice-lite" => self.ice_lite = true,
            "ice-ufrag" => self.ufrag = Some(value),
            "ice-pwd" => self.password = Some(value),
            // Of several, SHA-256 is the one the engine makes itself.
            "fingerprint" if self.fingerprint.is_none() || value.starts_with("sha-256") => {
                self.fingerprint = Some(value);
            }
            "setup" => {
                self.setup = match value {
                    "actpass" => Some(Setup::ActPass),
                    "active" => Some(Setup::Active),
                    "passive" => Some(Setup::Passive),
                    _ => None,
                }
            }
            "mid" => self.mid = Some(value),
            "sendrecv" => self.direction = Some(Direction::SendRecv),
            "sendonly" => self.direction = Some(Direction::SendOnly),
            "recvonly" => self.direction = Some(Direction::RecvOnly),
            "inactive" => self.direction = Some(Direction::Inactive),
            "rtpmap" => self.maps.extend(numbered(value)),
            "fmtp" => self.parameters.extend(numbered(value)),
            "candidate" if is_usable(value) => self.candidates.push(value),
            "msid" => self.msid = Some(value),
            "ssrc" => {
                if let Some((number, rest)) = value.split_once(' ')
                    && let Ok(number) = number.parse()
                {
                    self.ssrcs.push((number, rest));
                }
            }
            _ => {}
        }
    }

    fn finish(self) -> Result<Description, SdpError> {
        let media = self.media.ok_or(SdpError::NoAudio)?;
        let mut fields = media.split_ascii_whitespace();
        if fields.next() != Some("audio") {
            return Err(SdpError::NoAudio);
        }
        match fields.next().and_then(|port| port.parse::<u16>().ok()) {
            None | Some(0) => return Err(SdpError::Refused),
            Some(_) => {}
        }
        if !matches!(fields.next(), Some("RTP/SAVPF" | "UDP/TLS/RTP/SAVPF")) {
            return Err(SdpError::Transport);
        }
        let mut payloads: Vec<Payload> = Vec::new();
        for number in fields.filter_map(|number| number.parse().ok()) {
            // A number or a format said twice would make the engine claim a number twice.
            let is_new = |new: &Payload| {
                let mut known = payloads.iter();
                !known.any(|known| known.number == new.number || known.format == new.format)
            };
            payloads.extend(self.payload(number).filter(is_new));
        }
        let is_sound = |payload: &Payload| matches!(payload.format, Format::Opus | Format::Pcmu);
        if !payloads.iter().any(is_sound) {
            return Err(SdpError::NoCodec);
        }
        let session_id = self
            .origin
            .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
        let fingerprint = self
            .fingerprint
            .filter(|value| value.split(' ').count() == 2)
            .ok_or(SdpError::NoFingerprint)?;
        let owned = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(str::to_owned);
        Ok(Description {
            session_id: session_id.unwrap_or("0").to_owned(),
            ice_lite: self.ice_lite,
            ufrag: credential(self.ufrag, UFRAG)?,
            password: credential(self.password, PASSWORD)?,
            fingerprint: fingerprint.to_owned(),
            setup: self.setup.unwrap_or(Setup::ActPass),
            mid: owned(self.mid),
            direction: self.direction.unwrap_or(Direction::SendRecv),
            payloads,
            candidates: self.candidates.into_iter().map(usable).collect(),
            msid: owned(self.msid),
            ssrcs: self
                .ssrcs
                .into_iter()
                .map(|(number, rest)| (number, rest.to_owned()))
                .collect(),
        })
    }

    fn payload(&self, number: u8) -> Option<Payload> {
        if number > LAST_PAYLOAD_TYPE {
            return None;
        }
        let format = match self.maps.get(&number) {
            Some(map) => format(map)?,
            // The one static payload type of interest may go without a map (RFC 3551).
            None if number == 0 => Format::Pcmu,
            None => return None,
        };
        Some(Payload {
            number,
            format,
            parameters: self.parameters.get(&number).map(|p| (*p).to_owned()),
        })
    }
}

/// An ICE credential (RFC 8839, section 5.4) of so many characters.
fn credential(text: Option<&str>, length: RangeInclusive<usize>) -> Result<String, SdpError> {
    let is_ice = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.filter(|text| length.contains(&text.len()) && text.bytes().all(is_ice))
        .map(str::to_owned)
        .ok_or(SdpError::NoIce)
}

fn numbered(value: &str) -> Option<(u8, &str)> {
    let (number, rest) = value.split_once(' ')?;
    Some((number.parse().ok()?, rest.trim()))
}

fn format(map: &str) -> Option<Format> {
    let mut fields = map.split('/');
    let name = fields.next()?.to_ascii_lowercase();
    let rate: u32 = fields.next()?.parse().ok()?;
    match (name.as_str(), rate) {
        ("opus", 48_000) => Some(Format::Opus),
        ("pcmu", 8_000) => Some(Format::Pcmu),
        ("telephone-event", 8_000 | 48_000) => Some(Format::Events(rate)),
        _ => None,
    }
}

/// Whether a candidate is UDP, of component 1 and has an address that needs no resolving.
fn is_usable(candidate: &str) -> bool {
    let fields: Vec<&str> = candidate.split(' ').collect();
    let [_, component, transport, _, address, port, typ, ..] = fields[..] else {
        return false;
    };
    component == "1"
        && transport.eq_ignore_ascii_case("udp")
        && address.parse::<IpAddr>().is_ok()
        && port.parse::<u16>().is_ok()
        && typ == "typ"
}

/// A usable candidate with its transport in lower case, as the engine wants it.
fn usable(candidate: &str) -> String {
    let mut fields: Vec<&str> = candidate.split(' ').collect();
    if let Some(transport) = fields.get_mut(2) {
        *transport = "udp";
    }
    fields.join(" ")
}
