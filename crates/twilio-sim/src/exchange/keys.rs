//! Keys that were pressed and wait to be read.

use super::leg::lock;
use std::collections::VecDeque;
use std::sync::Mutex;
use tokio::sync::Notify;

/// Keys in order, for one reader.
#[derive(Default)]
pub(super) struct Keys {
    waiting: Mutex<VecDeque<char>>,
    came: Notify,
}

impl Keys {
    pub(super) fn push(&self, key: char) {
        lock(&self.waiting).push_back(key);
        self.came.notify_one();
    }

    fn take(&self) -> Option<char> {
        lock(&self.waiting).pop_front()
    }

    pub(super) async fn next(&self) -> char {
        loop {
            if let Some(key) = self.take() {
                return key;
            }
            self.came.notified().await;
        }
    }
}
