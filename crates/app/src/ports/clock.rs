//! The time of day, and waiting for it.

use protocol::Timestamp;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// The time of day, and waiting for it.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns at `deadline`, or at once when it has passed.
    fn wait_until(&self, deadline: Timestamp) -> impl Future<Output = ()> + Send;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
    }

    async fn wait_until(&self, deadline: Timestamp) {
        // A day at most at a time: a clock that is set back must not make us sleep for ever.
        const LONGEST_MS: u64 = 24 * 3600 * 1000;
        let ms = deadline.since_ms(self.now()).min(LONGEST_MS);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

/// A clock that stands still until a test sets it.
#[derive(Clone, Debug)]
pub struct ManualClock {
    now: Arc<watch::Sender<Timestamp>>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: Arc::new(watch::Sender::new(now)),
        }
    }

    /// Sets it `ms` milliseconds forward.
    pub fn advance_ms(&self, ms: u64) {
        self.now.send_modify(|now| *now = now.plus_ms(ms));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn wait_until(&self, deadline: Timestamp) {
        let mut now = self.now.subscribe();
        if now.wait_for(|now| *now >= deadline).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
