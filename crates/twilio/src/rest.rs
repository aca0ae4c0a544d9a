//! The REST client: what a softphone needs of Twilio's API 2010-04-01, over https.
//!
//! ```no_run
//! # async fn example() -> Result<(), twilio::rest::RestError> {
//! use futures_util::TryStreamExt;
//! use twilio::{Secret, rest::{Client, Credentials, NumberFilter}, sid::AccountSid};
//!
//! let account = AccountSid::random([0; 16]);
//! let credentials = Credentials::AuthToken(Secret::new("the account's auth token"));
//! let client = Client::builder(account, credentials).build()?;
//! let mut numbers = client.numbers().list(&NumberFilter::default());
//! while let Some(number) = numbers.try_next().await? {
//!     let _ = number.phone_number;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - **Lists** are streams that fetch a page when it is needed.
//! - **Retries**: a request that Twilio refused because of its rate (429), and one that cannot have
//!   an effect twice (reading, setting, deleting) after an error of Twilio's (5xx) or of the line,
//!   is sent again after a while that doubles, with chance in it; see [`Retry`]. What makes
//!   something new is sent again only if it was refused. A purchase is *never* sent again.
//! - **Errors**: [`TwilioError`] has Twilio's code, a plain sentence and what to do.
//! - **Other resources** than the typed ones: [`Client::other`].
//!
//! Source: Twilio's OpenAPI of the API 2010-04-01; the requests are those of Twilio's own clients
//! (see `tests/fixtures/rest_wire.json`).

mod accounts;
mod applications;
mod available;
mod calls;
mod client;
mod codes;
mod de;
mod error;
mod form;
mod keys;
mod media;
mod numbers;
mod other;
mod page;
mod recordings;
mod retry;
mod send;

pub use accounts::{Account, AccountFilter, AccountStatus, Accounts, Balance};
pub use applications::{Application, ApplicationFilter, ApplicationSettings, Applications};
pub use available::{Available, AvailableNumber, Country, NumberKind, Search};
pub use calls::{
    CallFilter, CallResource, CallSettings, CallUpdate, Calls, Instructions, NewCall, Progress,
};
pub use client::{Builder, Client, Credentials, Timeouts};
pub use codes::ErrorKind;
pub use error::{RestError, TwilioError};
pub use form::Method;
pub use keys::{Key, Keys, NewKey};
pub use media::{Media, MediaFormat};
pub use numbers::{
    Capabilities, IncomingNumber, NumberFilter, NumberSettings, Numbers, Purchase, Which,
};
pub use other::Other;
pub use page::Listing;
pub use recordings::{
    CallRecordings, NewRecording, PauseBehavior, Recording, RecordingFilter, Recordings, Running,
};
pub use retry::Retry;
