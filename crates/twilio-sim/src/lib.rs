//! Twilio, offline: signalling for the real Voice SDK, media, a TwiML player, signed webhooks,
//! scripted phones and faults.
//!
//! It plays Twilio from the outside and knows nothing of Handset. [`Sandbox::start`] opens the
//! signalling server; a device signals to it with a token signed by the sandbox's
//! [`Account`], calls are run by the TwiML that the application answers at its [`Urls`], and sound
//! flows by WebRTC. [`Sandbox::control_router`] has the HTTP interface to it all.
//!
//! - `signalling`: the WebSocket at `/signal`, its frames and sessions.
//! - `rest`: Twilio's REST API, on a listener of its own: [`Sandbox::rest`].
//! - `exchange`: legs, calls, dialling and bridging; it implements [`player::ports`].
//! - [`player`]: fetches and carries out TwiML. [`webhook`]: signed delivery.
//! - [`phones`]: the outside world, a table of scripted phones. [`speech`]: their sound.

pub mod phones;
pub mod player;
pub mod speech;
pub mod webhook;

mod account;
mod audio;
mod config;
mod control;
mod exchange;
mod faults;
mod lines;
mod log;
mod membership;
mod report;
mod rest;
mod sandbox;
mod signalling;
mod tape;

pub use account::{Account, Urls};
pub use config::{Config, Timing};
pub use faults::{BrokenWebhook, Faults};
pub use lines::{JoinError, Line};
pub use log::LogEntry;
pub use membership::{Membership, Panel, Wish};
pub use report::{CallReport, CallStatus, DigitsBy, ErrorReport, Heard, RecordingReport};
pub use sandbox::{CallMeError, PhoneCard, Sandbox, SimError};
