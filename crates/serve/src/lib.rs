//! The composition that the window and `handset-server` share: flags, configuration, the choice
//! between Twilio and the sandbox, the two listeners, the Controller.

mod choice;
mod compose;
mod ice;
mod join;
mod options;
mod process;
mod sandbox;
mod sleep;
mod started;

pub use compose::{ComposeError, Running, compose};
pub use join::{BadInvitation, Invitation, JoinProblem};
pub use options::Options;
pub use process::{log_to_stderr, stop_signal};
pub use started::Started;
