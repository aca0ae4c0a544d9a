//! The parameters of Twilio's voice webhooks, typed.
//!
//! Source: Twilio documentation of TwiML requests, `<Dial>`, `<Record>`, `<Gather>` and of the
//! call resource's status callbacks, read in 2026.

mod events;
mod params;
pub mod status;

pub use events::{DialAction, GatherAction, RecordAction, StatusCallback, VoiceRequest};
pub use params::{FormError, Params, Problem, WebhookError};
pub use status::{CallStatus, DialCallStatus, Direction};
