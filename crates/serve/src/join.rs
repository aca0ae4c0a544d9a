//! Joining the sandbox of another phone: as whom, by which invitation, and its controls from here.

mod forward;
mod invitation;
mod remote;

pub(crate) use forward::forward;
pub use invitation::{BadInvitation, Invitation};
pub(crate) use remote::Remote;

/// Why a sandbox could not be joined. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum JoinProblem {
    /// The invitation leads nowhere.
    #[error(transparent)]
    Invitation(#[from] BadInvitation),
    /// Nobody answers there.
    #[error("nobody answers at the address of the invitation: does the first phone still run?")]
    NoAnswer(#[source] reqwest::Error),
    /// It does not let us in.
    #[error("the first phone does not let us in: {0}")]
    Refused(String),
    /// What it answers is not what a sandbox of this version answers.
    #[error("the first phone answers in words that this version does not know")]
    Foreign,
}
