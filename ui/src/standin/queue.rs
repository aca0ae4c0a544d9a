//! Things to be done one after the other.

use std::collections::VecDeque;

/// What waits for its turn, and whether something is being done.
#[derive(Debug)]
pub(super) struct Queue<T> {
    waiting: VecDeque<T>,
    busy: bool,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            busy: false,
        }
    }

    /// Takes one more; gives it back when it is to be begun at once.
    pub(super) fn push(&mut self, item: T) -> Option<T> {
        if std::mem::replace(&mut self.busy, true) {
            self.waiting.push_back(item);
            return None;
        }
        Some(item)
    }

    /// What was begun is done; gives what is to be begun next.
    pub(super) fn done(&mut self) -> Option<T> {
        let next = self.waiting.pop_front();
        self.busy = next.is_some();
        next
    }

    /// Forgets all that waits.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_done_after_the_other_in_order() {
        let mut queue = Queue::new();
        assert_eq!(queue.push(1), Some(1));
        assert_eq!(queue.push(2), None);
        assert_eq!(queue.push(3), None);
        assert_eq!(queue.done(), Some(2));
        assert_eq!(queue.done(), Some(3));
        assert_eq!(queue.push(4), None, "the third is not done yet");
        assert_eq!(queue.done(), Some(4));
        assert_eq!(queue.done(), None);
        assert_eq!(queue.push(5), Some(5));
    }

    #[test]
    fn what_waits_can_be_forgotten() {
        let mut queue = Queue::new();
        queue.push(1);
        queue.push(2);
        queue.clear();
        assert_eq!(queue.push(3), None, "the first is still being done");
        assert_eq!(queue.done(), Some(3));
        assert_eq!(queue.done(), None);
    }
}
