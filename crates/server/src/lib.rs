//! The two HTTP faces of the phone, and nothing that decides about calls.
//!
//! The public router answers Twilio's webhooks and is what a tunnel exposes. The private router is
//! for this machine only: the token, the browser dialer and its socket. They are served on two
//! listeners, never on one.
//!
//! Architecture invariant: this crate knows the phone only by [`Host`], and no route of one router
//! is reachable by the other.

mod headers;
mod host;
mod listener;
mod private;
mod public;
mod refusal;
mod serving;
mod stall;
#[cfg(test)]
mod testing;

pub use host::{Host, TokenUnavailable};
pub use listener::{BindError, Face, bind};
pub use private::{Private, private_router};
pub use public::{Webhooks, public_router};
pub use serving::serve;
