//! The phone itself: a pure state machine without clock or I/O.
//!
//! [`Phone::handle`] takes one [`Input`] and the present moment, and says what is to be done as a
//! list of [`Effect`]s. [`Phone::next_deadline`] says when it wants an [`Input::Deadline`]. Time is
//! an argument and nothing here waits, so that a call of minutes is a test of microseconds.

mod call;
mod cause;
pub mod dial_plan;
mod endings;
mod far;
pub mod input;
mod intents;
mod ledger;
mod phone;
mod problems;
mod registrar;
mod tokens;

pub use input::{
    CallStatus, DialCallStatus, Effect, Input, PlanKind, Setup, Token, TokenProblem, Webhook,
};
pub use phone::Phone;
