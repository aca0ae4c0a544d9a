//! Two clocks: the one outside, and the engine's, which can be made to stand.

use std::time::{Duration, Instant};

/// Keeps the engine's clock behind the one outside by as long as it stood.
#[derive(Debug)]
pub(crate) struct Clock {
    now: Instant,
    /// How far the engine is behind, apart from standing now.
    lag: Duration,
    stands_since: Option<Instant>,
}

impl Clock {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            now,
            lag: Duration::ZERO,
            stands_since: None,
        }
    }

    /// Tells the time outside; it never goes back.
    pub(crate) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// The time outside.
    pub(crate) fn now(&self) -> Instant {
        self.now
    }

    /// The engine's time.
    pub(crate) fn engine(&self) -> Instant {
        self.stands_since.unwrap_or(self.now) - self.lag
    }

    /// When the engine's clock will show `at`, or `None` while it stands.
    pub(crate) fn outside(&self, at: Instant) -> Option<Instant> {
        match self.stands_since {
            Some(_) => None,
            None => Some(at + self.lag),
        }
    }

    /// Stops the engine's clock, if it runs.
    pub(crate) fn stand(&mut self) {
        self.stands_since.get_or_insert(self.now);
    }

    /// Lets the engine's clock run on from where it stands.
    pub(crate) fn go_on(&mut self) {
        if let Some(since) = self.stands_since.take() {
            self.lag += self.now - since;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_time_it_stood_out() {
        let start = Instant::now();
        let s = |seconds| start + Duration::from_secs(seconds);
        let mut clock = Clock::new(start);
        clock.advance(s(1));
        assert_eq!(clock.engine(), s(1));
        clock.stand();
        clock.advance(s(5));
        clock.stand();
        clock.advance(s(11));
        assert_eq!((clock.now(), clock.engine()), (s(11), s(1)));
        assert_eq!(clock.outside(s(2)), None);
        clock.go_on();
        clock.go_on();
        assert_eq!(clock.engine(), s(1));
        assert_eq!(clock.outside(s(2)), Some(s(12)));
        clock.advance(s(13));
        clock.advance(s(12));
        assert_eq!(clock.engine(), s(3));
    }
}
