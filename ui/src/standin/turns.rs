//! One after the other: who is in the middle of something lets others wait, in order.

use super::queue::Queue;
use crate::backend::Slot;
use std::cell::RefCell;
use std::rc::Rc;

/// Gives turns. Clones give the same ones.
#[derive(Clone)]
pub(super) struct Turns(Rc<RefCell<Queue<Slot<()>>>>);

/// A turn; it ends when dropped.
pub(super) struct Turn(Turns);

impl Turns {
    pub(super) fn new() -> Self {
        Self(Rc::new(RefCell::new(Queue::new())))
    }

    /// Waits for a turn. Who begins to wait must wait to the end.
    pub(super) async fn take(&self) -> Turn {
        let slot = Slot::new();
        let first = self.0.borrow_mut().push(slot.clone());
        if first.is_none() {
            slot.await;
        }
        Turn(self.clone())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = self.0.0.borrow_mut().done();
        if let Some(next) = next {
            next.fill(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn who_comes_later_waits_until_the_turn_before_has_ended() {
        let turns = Turns::new();
        let mut context = Context::from_waker(Waker::noop());
        let (mut one, mut two, mut three) =
            (pin!(turns.take()), pin!(turns.take()), pin!(turns.take()));
        let Poll::Ready(first) = one.as_mut().poll(&mut context) else {
            panic!("the first waits");
        };
        assert!(two.as_mut().poll(&mut context).is_pending());
        assert!(three.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert!(three.as_mut().poll(&mut context).is_pending());
        let Poll::Ready(second) = two.as_mut().poll(&mut context) else {
            panic!("the second waits still");
        };
        drop(second);
        assert!(three.as_mut().poll(&mut context).is_ready());
    }
}
