//! Microphones that the page has stopped after they were gone, while a call still sent them.
//!
//! The SDK (2.18.5) stops a microphone that is gone in a call, the second time, and opens no other
//! when it is back. So it stays with the call, and the engine feeds it again.

use protocol::media::TrackId;
use std::collections::BTreeSet;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Left(BTreeSet<TrackId>);

impl Left {
    /// The page stops a microphone; `kept` when it had ended by itself and a connection sends it.
    /// Gives whether it is to be closed at once.
    pub(super) fn stop(&mut self, track: TrackId, kept: bool) -> bool {
        if kept {
            self.0.insert(track);
        }
        !kept
    }

    /// Takes those that no connection sends any more: they are to be closed.
    pub(super) fn take_unsent(&mut self, sent: impl Fn(TrackId) -> bool) -> Vec<TrackId> {
        let all = std::mem::take(&mut self.0);
        let (kept, unsent) = all.into_iter().partition(|track| sent(*track));
        self.0 = kept;
        BTreeSet::into_iter(unsent).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: TrackId = TrackId(1);

    #[test]
    fn one_that_no_call_sends_is_closed_at_once() {
        let mut left = Left::default();
        assert!(left.stop(ONE, false));
        assert_eq!(left.take_unsent(|_| false), [], "it is closed already");
    }

    #[test]
    fn one_that_a_call_sends_is_closed_when_it_does_no_more() {
        let mut left = Left::default();
        assert!(!left.stop(ONE, true));
        assert_eq!(left.take_unsent(|track| track == ONE), []);
        assert_eq!(left.take_unsent(|_| false), [ONE]);
        assert_eq!(left.take_unsent(|_| false), [], "once");
    }
}
