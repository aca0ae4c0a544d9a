//! A call that is given other instructions in the middle of a `<Dial>`.
//!
//! Source: Twilio's changelog, "Changes to `<Dial>` behavior for Enhanced Programmable SIP Feature
//! accounts" (2021-05-24): the action of the `<Dial>` is told, as at the `<Dial>`'s own end, but
//! what it answers is not played.

use super::ports::Recall;
use tokio::sync::watch;

/// What the player and its `<Dial>` say to each other.
#[derive(Clone)]
pub(super) struct Dialling {
    wanted: watch::Sender<bool>,
    going_on: watch::Sender<bool>,
}

impl Dialling {
    pub(super) fn new() -> Self {
        Self {
            wanted: watch::Sender::new(false),
            going_on: watch::Sender::new(false),
        }
    }

    /// A `<Dial>` goes on until the guard is dropped.
    pub(super) fn begin(&self) -> GoingOn {
        self.going_on.send_replace(true);
        GoingOn(self.going_on.clone())
    }

    /// What the exchange follows meanwhile.
    pub(super) fn recall(&self) -> Recall {
        Recall::new(self.wanted.subscribe())
    }

    /// The call is given other instructions.
    pub(super) fn is_recalled(&self) -> bool {
        *self.wanted.borrow()
    }

    /// Ends the `<Dial>`, if there is one, and waits until it has told what it must.
    pub(super) async fn end(&self) {
        self.wanted.send_replace(true);
        // The sender is borrowed here, so it lives.
        let _ = self.going_on.subscribe().wait_for(|on| !on).await;
        self.wanted.send_replace(false);
    }
}

/// A `<Dial>` that goes on.
pub(super) struct GoingOn(watch::Sender<bool>);

impl Drop for GoingOn {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}
