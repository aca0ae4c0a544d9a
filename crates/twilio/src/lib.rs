//! Twilio's rules, pure: SIDs, access tokens, request signatures and webhook parameters.
//!
//! Nothing here reads a clock, draws a random number or opens a socket: time and chance are
//! arguments. Two features add what does:
//!
//! - `rest`: the REST client `rest`, on reqwest and rustls.
//! - `tower`: the signature check as a layer before any service, `signature::SignatureLayer`.

mod date;
#[cfg(feature = "rest")]
pub mod rest;
mod secret;
pub mod sid;
pub mod signature;
pub mod token;
pub mod webhook;

pub use date::{parse_rfc2822, rfc2822};
pub use secret::Secret;
