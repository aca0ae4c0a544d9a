//! How many bits are spent, so that a narrow path is not filled up.
//!
//! A path that is too narrow first makes packets wait, then loses them; one that merely loses
//! does not make them wait. Only the first is helped by sending less.

use std::time::Duration;

/// Bits per second of Opus: enough for speech at full width, and the least that is speech.
pub(crate) const MOST_BITS: i32 = 32_000;
const LEAST_BITS: i32 = 8_000;

/// Bits per second more with each report of a free path.
const STEP_BITS: i32 = 2_000;

/// A round trip this much longer than the shortest means that packets wait.
const WAITING: Duration = Duration::from_millis(100);

/// By how much the shortest round trip is forgotten each second: the path may be another.
const FORGOTTEN: Duration = Duration::from_millis(1);

/// A loss above this share of packets counts.
const LOSS: f32 = 0.02;

/// Reckons by the far end's reports, which come each few seconds.
#[derive(Debug)]
pub(crate) struct Pace {
    bits: i32,
    shortest: Option<Duration>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            bits: MOST_BITS,
            shortest: None,
        }
    }

    /// Takes how long a check of the path took, about once a second. Checks begin before any
    /// sound fills the path up.
    pub(crate) fn path(&mut self, round_trip: Duration) {
        let known = self.shortest.map(|shortest| shortest + FORGOTTEN);
        self.shortest = Some(known.map_or(round_trip, |known| known.min(round_trip)));
    }

    /// Takes a report: the share of packets lost, and how long the round trip took. Gives the
    /// bits per second to spend.
    pub(crate) fn report(&mut self, loss: f32, round_trip: Option<Duration>) -> i32 {
        let Some(round_trip) = round_trip else {
            return self.bits;
        };
        let shortest = self.shortest.map_or(round_trip, |s| s.min(round_trip));
        self.shortest = Some(shortest);
        let waits = round_trip > shortest + WAITING;
        let next = match (waits, loss > LOSS) {
            (true, true) => self.bits * 7 / 10,
            (true, false) | (false, true) => self.bits,
            (false, false) => self.bits + STEP_BITS,
        };
        self.bits = next.clamp(LEAST_BITS, MOST_BITS);
        self.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Option<Duration> {
        Some(Duration::from_millis(ms))
    }

    #[test]
    fn spends_less_while_packets_wait_and_are_lost() {
        let mut pace = Pace::new();
        assert_eq!(pace.report(0.0, ms(40)), MOST_BITS);
        assert_eq!(pace.report(0.3, ms(500)), 22_400);
        for _ in 0..10 {
            pace.report(0.3, ms(500));
        }
        assert_eq!(pace.report(0.3, ms(500)), LEAST_BITS);
        assert_eq!(pace.report(0.0, ms(300)), LEAST_BITS);
        assert_eq!(pace.report(0.0, ms(50)), LEAST_BITS + STEP_BITS);
    }

    #[test]
    fn spends_all_on_a_path_that_merely_loses_or_is_merely_long() {
        let mut pace = Pace::new();
        for _ in 0..10 {
            assert_eq!(pace.report(0.5, ms(250)), MOST_BITS);
            assert_eq!(pace.report(0.0, ms(300)), MOST_BITS);
            assert_eq!(pace.report(0.5, None), MOST_BITS);
        }
    }

    #[test]
    fn knows_a_narrow_path_from_before_the_sound_and_learns_a_longer_one() {
        let mut pace = Pace::new();
        pace.path(Duration::from_millis(40));
        assert_eq!(pace.report(0.3, ms(500)), 22_400);
        // A path that stays long is no narrow one.
        for _ in 0..400 {
            pace.path(Duration::from_millis(500));
        }
        assert_eq!(pace.report(0.3, ms(500)), 22_400);
        assert_eq!(pace.report(0.0, ms(500)), 24_400);
    }
}
