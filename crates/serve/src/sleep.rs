//! Noticing that the computer slept: the time of day went on while the program stood still.

use app::Handle;
use app::ports::{Clock, SystemClock};
use protocol::Timestamp;
use std::time::Duration;

/// How often it is looked, in milliseconds.
const LOOK_MS: u64 = 5_000;

/// A look that comes so much too late was held up by sleep, not by a busy computer.
const SLEPT_MS: u64 = 15_000;

/// Tells the phone of each wake, for ever. A clock that is set forward looks the same, and asks for
/// the same: tokens and deadlines are to be looked at again.
pub(crate) async fn watch_for_sleep(phone: Handle) {
    let clock = SystemClock;
    let mut looked = clock.now();
    loop {
        // Monotonic time, which stands still while the computer sleeps.
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        let now = clock.now();
        if slept(looked, now) {
            tracing::info!(away_ms = now.since_ms(looked), "the computer slept");
            phone.woke_up();
        }
        looked = now;
    }
}

fn slept(looked: Timestamp, now: Timestamp) -> bool {
    now.since_ms(looked) > LOOK_MS + SLEPT_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_look_is_no_sleep_and_a_lost_minute_is() {
        let looked = Timestamp(1_000_000);
        assert!(!slept(looked, looked.plus_ms(LOOK_MS)));
        assert!(!slept(looked, looked.plus_ms(LOOK_MS + 3_000)));
        assert!(slept(looked, looked.plus_ms(65_000)));
        assert!(!slept(looked, Timestamp(0)), "a clock set back is no sleep");
    }
}
