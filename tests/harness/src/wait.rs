//! Waiting for a state. Nothing here sleeps in the hope that something will have happened.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long anything may take: far more than it does, for a machine that is busy.
pub const BOUND: Duration = Duration::from_secs(30);

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(40);

/// Looks until `look` gives `Ok`, which is the result; `Err` is what was there instead.
///
/// # Panics
/// After `bound`, with `what` and what was there last.
#[track_caller]
pub fn within<T, E: Debug>(
    bound: Duration,
    what: impl Into<String>,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> impl Future<Output = T> {
    let what = what.into();
    let caller = std::panic::Location::caller();
    async move {
        let began = Instant::now();
        loop {
            // A look that never ends, as into a page that is frozen, is a finding too.
            let Ok(looked) = tokio::time::timeout(bound, look()).await else {
                panic!(
                    "no answer for {} s while waiting for {what} (at {caller})",
                    bound.as_secs()
                )
            };
            match looked {
                Ok(seen) => return seen,
                Err(last) if began.elapsed() > bound => panic!(
                    "waited {} s for {what}, but there was {last:?} (at {caller})",
                    bound.as_secs()
                ),
                Err(_) => tokio::time::sleep(INTERVAL).await,
            }
        }
    }
}

/// [`within`] the usual bound of 30 s.
///
/// # Panics
/// After the bound.
#[track_caller]
pub fn until<T, E: Debug>(
    what: impl Into<String>,
    look: impl AsyncFnMut() -> Result<T, E>,
) -> impl Future<Output = T> {
    within(BOUND, what, look)
}
