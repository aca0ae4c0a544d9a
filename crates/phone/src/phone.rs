//! The phone: one value that knows all, and one function that changes it.

use crate::{Effect, Input, Setup};
use protocol::{Answer, Epoch, Question, Registration, Rejection, Snapshot, Timestamp};

/// The phone. See the crate's page for how it is driven.
#[derive(Debug)]
pub struct Phone {
    setup: Setup,
}

impl Phone {
    /// A phone that waits for its first page.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self { setup }
    }

    /// Takes one input at the moment `now` and says what is to be done, in order.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        let _ = (input, now);
        Vec::new()
    }

    /// When the phone wants an [`Input::Deadline`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// The phone as the page draws it. Its `sandbox` is `None`: that is for the caller to add.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            revision: 0,
            epoch: Epoch(0),
            identity: self.setup.identity.as_str().to_owned(),
            line: self.setup.line.as_ref().map(|line| line.written()),
            registration: Registration::Connecting,
            problem: None,
            calls: Vec::new(),
            ended: None,
            privacy: self.setup.privacy,
            sandbox: None,
        }
    }

    /// Answers a question of the page.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Answer {
        let _ = question;
        Answer::Rejected(Rejection::NoSuchCall)
    }
}
