//! TwiML: build it, write it, read it.
//!
//! A [`Response`] holds [`Verb`]s. Each verb and noun is a struct whose attributes stand in one
//! table: a name as Twilio writes it, and the type of its value.
//! Whatever the types do not know (attributes, elements, text in odd places) is kept as it is, so
//! a document that was read can be written again.
//!
//! ```
//! use twiml::{Dial, Number, Response, Say};
//!
//! let response = Response::new()
//!     .with(Say::new("One moment.").voice("alice"))
//!     .with(Dial::new().timeout_s(20).number(Number::new("+12025550101")));
//! let xml = response.to_xml()?;
//! assert_eq!(
//!     xml,
//!     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say voice=\"alice\">One moment.</Say>\
//!      <Dial timeout=\"20\"><Number>+12025550101</Number></Dial></Response>"
//! );
//! assert_eq!(twiml::read(&xml)?, response);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source of verbs, nouns and attributes: Twilio documentation of TwiML for Voice, and the helper
//! libraries of 2026 (see `tests/fixtures`).

mod chars;
mod dial;
mod element;
mod parse;
mod response;
mod table;
mod verbs;
mod write;

pub use dial::{Client, Dial, Noun, Number, Sip};
pub use element::{Element, Node};
pub use parse::{ReadError, ReadErrorKind};
pub use response::{Response, read};
pub use table::RejectReason;
pub use verbs::{Gather, Hangup, Pause, Play, Record, Redirect, Reject, Say, Verb};
pub use write::WriteError;

/// The longest document that is read or written, in bytes; Twilio takes no longer one.
///
/// Source: Twilio's error dictionary, 11750 (TwiML response body too large: 64 kB).
pub const MAX_BYTES: usize = 64 * 1024;

/// How deep elements may lie in each other, `<Response>` counted.
pub const MAX_DEPTH: usize = 32;
