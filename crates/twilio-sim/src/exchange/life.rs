//! When what happened to a call, and what is asked of it from outside while it runs.

use super::leg::lock;
use crate::log::now_ms;
use crate::player::Instructions;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use tokio::sync::{Notify, watch};

/// The moments of a call, and the wishes that the REST API has for it.
pub(crate) struct Life {
    created_ms: u64,
    answered_ms: OnceLock<u64>,
    ended_ms: watch::Sender<Option<u64>>,
    answered_by: OnceLock<&'static str>,
    hang_up: watch::Sender<bool>,
    /// Somebody waits for other instructions.
    follows: AtomicBool,
    other: Mutex<Option<Instructions>>,
    came: Notify,
}

impl Life {
    /// A life that begins now.
    pub(crate) fn new() -> Self {
        Self {
            created_ms: now_ms(),
            answered_ms: OnceLock::new(),
            ended_ms: watch::Sender::new(None),
            answered_by: OnceLock::new(),
            hang_up: watch::Sender::new(false),
            follows: AtomicBool::new(false),
            other: Mutex::new(None),
            came: Notify::new(),
        }
    }

    /// When it began, in milliseconds since 1970.
    pub(crate) const fn created_ms(&self) -> u64 {
        self.created_ms
    }

    /// When it was answered.
    pub(crate) fn answered_ms(&self) -> Option<u64> {
        self.answered_ms.get().copied()
    }

    /// When it ended.
    pub(crate) fn ended_ms(&self) -> Option<u64> {
        *self.ended_ms.borrow()
    }

    /// It is answered; only the first time counts.
    pub(crate) fn answer(&self) {
        self.answered_ms.get_or_init(now_ms);
    }

    /// Who answered, in Twilio's words, if that was looked for.
    pub(crate) fn answered_by(&self) -> Option<&'static str> {
        self.answered_by.get().copied()
    }

    /// It is known who answered.
    pub(super) fn set_answered_by(&self, who: &'static str) {
        self.answered_by.get_or_init(|| who);
    }

    /// It is over; only the first time counts.
    pub(crate) fn end(&self) {
        self.ended_ms.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert_with(now_ms);
            first
        });
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) {
        // The sender is borrowed here, so it lives.
        let _ = self.ended_ms.subscribe().wait_for(Option::is_some).await;
    }

    /// Asks for its end.
    pub(crate) fn ask_to_hang_up(&self) {
        self.hang_up.send_replace(true);
    }

    /// Waits until its end is asked for; returns at once if it was.
    pub(super) async fn asked_to_hang_up(&self) {
        // As above.
        let _ = self.hang_up.subscribe().wait_for(|asked| *asked).await;
    }

    /// Gives it other instructions; says whether there is anybody who follows them.
    pub(crate) fn instruct(&self, other: Instructions) -> bool {
        if !self.follows.load(Ordering::Relaxed) {
            return false;
        }
        *lock(&self.other) = Some(other);
        self.came.notify_one();
        true
    }

    /// Somebody follows other instructions from now on.
    pub(super) fn follow(&self) {
        self.follows.store(true, Ordering::Relaxed);
    }

    /// The next other instructions. Dropping the future loses none.
    pub(super) async fn instructed(&self) -> Instructions {
        loop {
            if let Some(other) = lock(&self.other).take() {
                return other;
            }
            self.came.notified().await;
        }
    }
}
