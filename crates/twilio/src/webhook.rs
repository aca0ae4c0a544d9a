//! The parameters of Twilio's voice webhooks, typed.
//!
//! Source: Twilio documentation of TwiML requests, `<Dial>`, `<Record>`, `<Gather>`,
//! `<Conference>` and of the call resource's status callbacks, read in 2026.

mod conference;
mod events;
mod kind;
mod legs;
mod order;
mod params;
mod recordings;
pub mod status;

pub use conference::{ConferenceEvent, Participant};
pub use events::{DialAction, GatherAction, Place, RecordAction, StatusCallback, VoiceRequest};
pub use kind::{Answer, Kind, Webhook};
pub use legs::{CalleeRequest, ClientRequest, FallbackRequest, ReferRequest};
pub use order::{Answers, Arrival, BadToken, IDEMPOTENCY_HEADER, IdempotencyToken, Sequences, Try};
pub use params::{FormError, Params, Problem, WebhookError};
pub use recordings::{RecordingCallback, TranscribeCallback};
pub use status::{
    CallStatus, ConferenceChange, DialCallStatus, Direction, RecordingSource, RecordingStatus,
    TranscriptionStatus,
};
