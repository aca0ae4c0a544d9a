//! How late packets come, and how long the playout should wait for them.

use std::collections::VecDeque;

/// Packets looked back over: 8 s of 20 ms packets.
const PACKETS: usize = 400;

/// Packets needed before anything is said: 400 ms.
const FEWEST: usize = 20;

/// Packets after which it is reckoned anew.
const EVERY: u32 = 10;

/// Of a thousand packets so many should come in time.
const IN_TIME: usize = 970;

/// Remembers by how much the playout's clock was ahead of each packet when it came. Only
/// differences of such figures mean anything.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    recent: VecDeque<i64>,
    unreckoned: u32,
    wanted: Option<i64>,
}

impl Lateness {
    /// Takes a packet's figure; `least` and `most` bound the wait beyond the earliest packet.
    pub(super) fn note(&mut self, late: i64, least: i64, most: i64) {
        if self.recent.len() == PACKETS {
            self.recent.pop_front();
        }
        self.recent.push_back(late);
        self.unreckoned += 1;
        if self.recent.len() < FEWEST || (self.wanted.is_some() && self.unreckoned < EVERY) {
            return;
        }
        self.unreckoned = 0;
        let mut sorted: Vec<i64> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        let earliest = sorted[0];
        let in_time = sorted[(sorted.len() - 1) * IN_TIME / 1_000];
        self.wanted = Some(in_time.clamp(earliest + least, earliest + most));
    }

    /// By how much the playout should be behind, in the same figures, once that is known.
    pub(super) fn wanted(&self) -> Option<i64> {
        self.wanted
    }

    /// Begins anew: the playout's clock stood.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(figures: impl IntoIterator<Item = i64>) -> Option<i64> {
        let mut lateness = Lateness::default();
        for late in figures {
            lateness.note(late, 10, 100);
        }
        lateness.wanted()
    }

    #[test]
    fn says_nothing_before_it_has_seen_enough() {
        assert_eq!(wanted(vec![5; FEWEST - 1]), None);
        assert_eq!(wanted(vec![5; FEWEST]), Some(15));
    }

    #[test]
    fn waits_for_nearly_all() {
        // Of 100 packets 2 come very late, which is not worth waiting for.
        let figures = (0..100).map(|at| if at % 50 == 0 { 90 } else { at % 40 });
        assert_eq!(wanted(figures), Some(39));
        let figures = (0..100).map(|at| if at % 10 == 0 { 90 } else { 0 });
        assert_eq!(wanted(figures), Some(90));
    }

    #[test]
    fn waits_no_longer_than_it_may_and_forgets() {
        assert_eq!(wanted((0..100).map(|at| at * 10)), Some(100));
        let old = vec![90; PACKETS];
        assert_eq!(wanted(old.into_iter().chain(vec![0; PACKETS])), Some(10));
    }
}
