//! Requests of one object to the engine, one after the other.
//!
//! The way to the shell may carry two questions of the same moment in either order, and the engine
//! must not hear of a track before the connection that sends it. So the next is asked when the last
//! was answered.

use super::queue::Queue;
use crate::backend::{Later, Slot};
use protocol::media::{MediaAnswer, MediaRequest};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Asks the engine, in no order.
pub(super) type Asker = Rc<dyn Fn(MediaRequest) -> Later<MediaAnswer>>;

/// The requests of one object. Clones are the same line.
#[derive(Clone)]
pub(super) struct Line {
    ask: Asker,
    queue: Rc<RefCell<Queue<Waiting>>>,
    /// Something was answered already: the engine knows the object.
    known: Rc<Cell<bool>>,
}

struct Waiting {
    request: MediaRequest,
    slot: Slot<MediaAnswer>,
}

impl Line {
    pub(super) fn new(ask: Asker) -> Self {
        Self {
            ask,
            queue: Rc::new(RefCell::new(Queue::new())),
            known: Rc::default(),
        }
    }

    /// Asks when all before it is answered.
    pub(super) fn ask(&self, request: MediaRequest) -> Later<MediaAnswer> {
        let slot = Slot::new();
        let waiting = Waiting {
            request,
            slot: slot.clone(),
        };
        let first = self.queue.borrow_mut().push(waiting);
        if let Some(first) = first {
            let line = self.clone();
            spawn_local(async move { line.work_off(first).await });
        }
        Box::pin(slot)
    }

    /// The same where nobody waits for the answer.
    pub(super) fn tell(&self, request: MediaRequest) {
        // The question is asked whether its answer is awaited or not.
        drop(self.ask(request));
    }

    /// The last request of the object: what still waits is of no use any more, and what is being
    /// done does not hold it up.
    pub(super) fn end(&self, request: MediaRequest) {
        self.queue.borrow_mut().clear();
        if self.known.get() {
            let asked = (self.ask)(request);
            spawn_local(async move {
                asked.await;
            });
        } else {
            self.tell(request);
        }
    }

    async fn work_off(&self, first: Waiting) {
        let mut next = Some(first);
        while let Some(Waiting { request, slot }) = next {
            slot.fill((self.ask)(request).await);
            self.known.set(true);
            next = self.queue.borrow_mut().done();
        }
    }
}
