//! Session descriptions: those that come in made fit for the engine, those that go out given
//! the shape of Twilio's media gateway.
//!
//! The shape is that of the descriptions quoted in twilio-voice-ios issues 27 (2019) and 75
//! (2021): `s=Twilio Media Gateway`, `a=ice-lite`, `m=audio … RTP/SAVPF`, the candidate
//! inside, no direction. The engine reads only `UDP/TLS/RTP/SAVPF` and wants a direction, a
//! mid and a group, so what comes in is read into a [`Description`] and written anew.

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::net::SocketAddr;

/// One audio description, as far as this crate cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description {
    /// The session id of the `o=` line, digits only.
    pub(crate) session_id: String,
    pub(crate) ice_lite: bool,
    pub(crate) ufrag: String,
    pub(crate) password: String,
    /// Algorithm and digest, as written.
    pub(crate) fingerprint: String,
    pub(crate) setup: Setup,
    pub(crate) mid: Option<String>,
    pub(crate) direction: Direction,
    /// In the order of the `m=` line; only what this crate can speak.
    pub(crate) payloads: Vec<Payload>,
    /// UDP candidates with an IP address, as written after `a=candidate:`.
    pub(crate) candidates: Vec<String>,
    /// What follows `a=msid:`.
    pub(crate) msid: Option<String>,
    /// Each `a=ssrc` line's number and the rest.
    pub(crate) ssrcs: Vec<(u32, String)>,
}

/// Who starts the DTLS handshake (RFC 4145).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    ActPass,
    Active,
    Passive,
}

impl Setup {
    fn as_str(self) -> &'static str {
        match self {
            Self::ActPass => "actpass",
            Self::Active => "active",
            Self::Passive => "passive",
        }
    }
}

/// Which way the sound goes, seen from the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    /// Whether the writer sends.
    pub(crate) fn sends(self) -> bool {
        match self {
            Self::SendRecv | Self::SendOnly => true,
            Self::RecvOnly | Self::Inactive => false,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// What a payload type stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Opus,
    Pcmu,
    /// Telephone-events, with their clock rate in Hz.
    Events(u32),
}

/// One payload type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) number: u8,
    pub(crate) format: Format,
    /// What follows `a=fmtp:` and the number.
    pub(crate) parameters: Option<String>,
}

impl Payload {
    /// What follows `a=rtpmap:` and the number.
    fn map(&self) -> String {
        match self.format {
            Format::Opus => "opus/48000/2".to_owned(),
            Format::Pcmu => "PCMU/8000".to_owned(),
            Format::Events(rate) => format!("telephone-event/{rate}"),
        }
    }
}

/// What is wrong with a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// There is no `m=audio` line.
    #[error("it has no audio")]
    NoAudio,
    /// There is more than one `m=` line.
    #[error("it has more than one medium")]
    MoreThanAudio,
    /// The `m=` line's port is 0.
    #[error("the audio is refused")]
    Refused,
    /// The `m=` line's transport is not RTP over DTLS-SRTP.
    #[error("the transport is not rtp/savpf")]
    Transport,
    /// Neither Opus nor PCMU is in it.
    #[error("it has no codec in common")]
    NoCodec,
    /// ICE credentials are missing or malformed.
    #[error("the ice credentials are missing")]
    NoIce,
    /// The fingerprint is missing or malformed.
    #[error("the fingerprint is missing")]
    NoFingerprint,
    /// The fingerprint is not the one this session began with.
    #[error("it is of another peer connection")]
    OtherPeer,
}

impl Description {
    /// Reads a description as Chromium, Twilio or this crate writes it.
    ///
    /// # Errors
    /// [`SdpError`] when it is not one audio medium over DTLS-SRTP that this crate can speak.
    pub(crate) fn read(text: &str) -> Result<Self, SdpError> {
        read::read(text)
    }

    /// The mid, `0` if there is none.
    pub(crate) fn mid(&self) -> &str {
        self.mid.as_deref().unwrap_or("0")
    }

    /// Writes it as the engine wants it.
    pub(crate) fn to_engine(&self) -> String {
        write::engine(self)
    }

    /// Writes it as Twilio's media gateway does. `address` is where the sound is received,
    /// `candidates` are as written after `a=candidate:`, `version` grows with each description
    /// of a session.
    pub(crate) fn to_gateway(
        &self,
        address: SocketAddr,
        candidates: &[String],
        version: u32,
    ) -> String {
        write::gateway(self, address, candidates, version)
    }

    /// Writes it as Chromium does, with the `candidates` gathered so far.
    pub(crate) fn to_browser(&self, candidates: &[String], version: u32) -> String {
        write::browser(self, candidates, version)
    }
}

/// The text with the SDK's slip put right and every line ended by CRLF. The SDK (2.18.5) can
/// leave `\r` before a semicolon that it adds to an fmtp line, and end that line with `\n`.
pub(crate) fn mend(text: &str) -> String {
    let text = text.replace("\r;", ";");
    let lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\r\n"]).collect()
}
