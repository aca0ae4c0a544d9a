//! TwiML: build it, write it, read it, check it.
//!
//! A [`Response`] holds [`Verb`]s. Every verb, noun and SSML element of Twilio's is a struct; its
//! attributes stand in one table: a name as Twilio writes it, and the type of its value. Builders
//! take only what may stand where, and any attribute or [`Element`] by name besides.
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
//! Where speed counts, [`direct`] writes a document while it is told, and keeps nothing.
//!
//! What Twilio would refuse or ignore is told before Twilio sees it:
//!
//! ```
//! let problems = twiml::check("<Response>\n  <Dial timeuot='20'>+12025550101</Dial>\n</Response>")?;
//! assert_eq!(
//!     problems[0].to_string(),
//!     "line 2, column 9: warning: <Dial> has no attribute timeuot and Twilio ignores it; \
//!      did you mean timeout?"
//! );
//! # Ok::<(), twiml::ReadError>(())
//! ```

mod chars;
mod check;
mod client;
mod content;
pub mod direct;
mod elements;
mod error;
mod known;
mod node;
mod parse;
mod read;
mod response;
pub mod spec;
mod value;
mod verb;
mod write;

pub use check::{Problem, ProblemKind, Severity, check};
pub use elements::{
    ChildOf,
    connect::{
        AiSession, Autopilot, Config, Connect, Conversation, ConversationRelaySession, Parameter,
        Room, Stream, VirtualAgent,
    },
    dial::Dial,
    gather::Gather,
    nouns::{
        Application, ApplicationSid, Client, Conference, Header, Headers, Identity, Number, Queue,
        Sim, Sip, Uri, WhatsApp,
    },
    pay::{Pay, Prompt},
    relay::{ConversationRelay, Language},
    ssml::{Break, Emphasis, Lang, Paragraph, Phoneme, Prosody, SayAs, Sentence, Substitute, Word},
    start::{Recording, Siprec, Start, Stop, Transcription},
    verbs::{
        Echo, Enqueue, Hangup, Leave, Pause, Play, Record, Redirect, Refer, Reject, Say, Sms, Task,
    },
};
pub use error::{ReadError, ReadErrorKind};
pub use known::{
    BankAccountType, BreakStrength, CallEvent, CardType, Channels, ConferenceBeep, ConferenceEvent,
    ConferenceRecord, ConferenceRegion, ConversationEvent, ConversationRecord, DateFormat,
    DialEvents, DialRecord, EmphasisLevel, GatherInput, InterpretAs, JitterBuffer, Method,
    PayInput, PaymentMethod, PhonemeAlphabet, PromptError, PromptFor, RecordingEvent,
    RecordingTrack, RejectReason, TokenType, Track, Trim,
};
pub use node::{Element, Node, Tag};
pub use response::{Response, read};
pub use verb::{Noun, Verb};
pub use write::WriteError;

/// Text as a document holds it: a literal is kept without a copy, a [`String`] is owned. Text that
/// is borrowed for a while only is made one's own first:
///
/// ```
/// use twiml::{Number, Say};
///
/// fn call(number: &str) -> Number {
///     Number::new(number.to_owned()).method("POST")
/// }
/// assert_eq!(call("+12025550101").number, "+12025550101");
/// assert_eq!(Say::new(format!("{} calls", 2)).voice("alice").voice.as_deref(), Some("alice"));
/// ```
pub type Text = std::borrow::Cow<'static, str>;

/// The longest document that is read or written, in bytes; Twilio takes no longer one.
///
/// Source: Twilio's error dictionary, 11750 (TwiML response body too large: 64 kB).
pub const MAX_BYTES: usize = 64 * 1024;

/// How deep elements may lie in each other, `<Response>` counted.
pub const MAX_DEPTH: usize = 32;

/// The most characters that one `<Say>` may speak.
///
/// Source: Twilio's documentation of `<Say>`, limits, 2026.
pub const MAX_SAY_CHARS: usize = 4_000;
