//! The signalling server that the Voice SDK's devices connect to: `GET /signal`, a WebSocket with
//! JSON text frames and `"\n"` as heartbeat.
//!
//! Source: `lib/twilio/pstream.ts`, `device.ts` and `call.ts` of `@twilio/voice-sdk` 2.18.5, and
//! frames captured from it.

mod admission;
pub(crate) mod frames;
mod handling;
mod server;
mod session;

pub(crate) use server::router;
pub(crate) use session::{Session, SessionList};
