//! One peer's sound for several loudspeakers, each by its own clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::level::Level;
use crate::audio::backend::{BLOCK, BLOCK_MS, Block};

/// Blocks kept for the slower loudspeakers: 80 ms. Who is further behind skips.
const KEPT: usize = 8;

/// Gives the sound that a peer receives.
pub(super) trait Ear: Send {
    /// The next 10 ms; whether there is anything in them.
    fn pull(&mut self, block: &mut Block) -> bool;
}

impl Ear for crate::Playout {
    fn pull(&mut self, block: &mut Block) -> bool {
        self.pull(block)
    }
}

/// See the module: the fastest reader sets the pace, and each reads everything.
pub(super) struct Tap {
    ear: Box<dyn Ear>,
    kept: VecDeque<Block>,
    /// Blocks pulled so far.
    pulled: u64,
    pulled_at: Instant,
    pub(super) level: Level,
}

impl Tap {
    pub(super) fn new(ear: Box<dyn Ear>, now: Instant) -> Self {
        Self {
            ear,
            kept: VecDeque::new(),
            pulled: 0,
            pulled_at: now,
            level: Level::default(),
        }
    }

    /// Where a new reader begins.
    pub(super) fn head(&self) -> u64 {
        self.pulled
    }

    /// The block at `at`, which moves on.
    pub(super) fn read(&mut self, at: &mut u64, now: Instant) -> &Block {
        let oldest = self.pulled - self.kept.len() as u64;
        if *at < oldest {
            *at = self.pulled - 1;
        }
        if *at >= self.pulled {
            *at = self.pulled;
            self.pull(now);
        }
        let kept = (*at + self.kept.len() as u64 - self.pulled) as usize;
        *at += 1;
        &self.kept[kept]
    }

    /// Pulls what nobody has pulled in time.
    pub(super) fn pass(&mut self, now: Instant, overdue: Duration) {
        const TURN: Duration = Duration::from_millis(BLOCK_MS);
        if now.saturating_duration_since(self.pulled_at) < overdue {
            return;
        }
        // After a long sleep of the machine there is nothing to catch up with.
        let oldest = now.checked_sub(Duration::from_secs(1));
        self.pulled_at = self.pulled_at.max(oldest.unwrap_or(self.pulled_at));
        while self.pulled_at + TURN <= now {
            let at = self.pulled_at + TURN;
            self.pull(at);
        }
    }

    fn pull(&mut self, now: Instant) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        let mut block = [0; BLOCK];
        self.ear.pull(&mut block);
        self.level.add(&block);
        self.kept.push_back(block);
        self.pulled += 1;
        self.pulled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(i16);

    impl Ear for Count {
        fn pull(&mut self, block: &mut Block) -> bool {
            block.fill(self.0);
            self.0 += 1;
            true
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn lets_a_slow_reader_skip_to_what_is_new() {
        let now = Instant::now();
        let mut tap = Tap::new(Box::new(Count(0)), now);
        let (mut fast, mut slow) = (tap.head(), tap.head());
        for expected in 0..20 {
            assert_eq!(tap.read(&mut fast, now)[0], expected);
        }
        assert_eq!(tap.read(&mut slow, now)[0], 19);
        assert_eq!(tap.read(&mut slow, now)[0], 20);
        assert_eq!(tap.read(&mut fast, now)[0], 20);
    }

    #[test]
    fn passes_the_time_when_nobody_listens() {
        let start = Instant::now();
        let mut tap = Tap::new(Box::new(Count(0)), start);
        tap.pass(start + ms(50), ms(60));
        assert_eq!(tap.head(), 0, "somebody may still come");
        tap.pass(start + ms(65), ms(60));
        assert_eq!(tap.head(), 6);
        tap.pass(start + ms(130), ms(60));
        assert_eq!(tap.head(), 13);
        let mut reader = tap.head();
        assert_eq!(tap.read(&mut reader, start + ms(140))[0], 13);
        tap.pass(start + ms(190), ms(60));
        assert_eq!(tap.head(), 14, "somebody listens");
        tap.pass(start + Duration::from_secs(3_600), ms(60));
        assert_eq!(tap.head(), 114, "an hour's sleep is not caught up with");
    }
}
