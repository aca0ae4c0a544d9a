//! One native WebRTC audio peer: SDP, ICE, DTLS-SRTP, Opus and G.711, a jitter buffer, DTMF.
//!
//! The crate is a core without I/O or clock ([`session::Session`], time is an argument) and a
//! thin tokio driver ([`Peer`], one task each, and the sockets). Sound goes in and out as
//! [`Frame`]s of 20 ms at 48 kHz, pulled from an [`AudioSource`] and pushed into an
//! [`AudioSink`]; [`audio`] has ready ones (tone, echo, bridge, meter).
//!
//! In place of a source and a sink, [`Playout`] and [`Microphone`] follow the clock of sound
//! devices; [`engine`] joins them to devices and does what the page asks.
//!
//! A peer that is ICE-lite writes the SDP of Twilio's media gateway, so that whatever talks to
//! it meets that shape every day; any other peer writes the SDP of a browser.

pub mod audio;
mod device;
mod driver;
pub mod engine;
mod net;
mod peer;
pub mod session;

#[cfg(test)]
extern crate self as rtc;

pub use audio::{AudioSink, AudioSource, FRAME, FRAME_MS, Frame, SAMPLE_RATE_HZ, SILENCE};
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub use net::fuzz;

pub use device::{Microphone, Playout, TEN_MS};
pub use peer::{IceConfig, Interfaces, MediaMode, Peer, PeerConfig};
pub use session::{Codec, Liveness, Negotiation, PeerError, PeerEvent, PeerStats, SdpError};
