//! The jitter buffer: packets go in as they come, and come out evenly and in order.
//!
//! Its time is virtual: one [`Jitter::pop`] is as long as the packet it gives, so the clock is
//! whoever plays the sound. Positions are RTP timestamps, not sequence numbers, because key
//! presses (RFC 4733) take sequence numbers that are no sound.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Frames held back before the first is played: 40 ms.
const PREFILL_FRAMES: i64 = 2;

/// Frames held at most: 400 ms. What comes on top pushes the oldest out.
const MOST_FRAMES: i64 = 20;

/// How far a late packet may turn the playout back, in frames: 200 ms.
const REWIND_FRAMES: i64 = 10;

/// A hole of more frames than this is jumped over, not concealed: 500 ms.
const JUMP_FRAMES: i64 = 25;

/// Concealed frames after which nothing is better than more of the same: 100 ms.
const CONCEAL_FRAMES: u32 = 5;

/// Frames without a packet after which the buffer fills up anew: 2 s.
const DRY_FRAMES: u32 = 100;

/// Frames over which the buffer must be too full before it gives up delay: 500 ms.
const WATCH_FRAMES: u32 = 25;

/// A jump of the timestamp (in frames) that means another stream: 60 s.
const OTHER_STREAM_FRAMES: i64 = 3_000;

/// What to play next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// This packet.
    Packet(Arc<[u8]>),
    /// Two packets in the time of one, because too many wait.
    Squeeze(Arc<[u8]>, Arc<[u8]>),
    /// One lost frame, of which this, the packet after it, may hold a spare copy.
    Spare(Arc<[u8]>),
    /// One frame made up from what was heard before.
    Conceal,
    /// One frame of silence.
    Silence,
}

#[derive(Debug)]
struct Packet {
    ticks: i64,
    payload: Arc<[u8]>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Jitter {
    /// RTP ticks in 20 ms.
    frame: i64,
    packets: BTreeMap<i64, Packet>,
    /// The last timestamp that came in, as it was and unrolled.
    last: Option<(u32, i64)>,
    /// Where the playout stands; `None` while the buffer fills.
    next: Option<i64>,
    filling: i64,
    /// Where the packets ended and for how many frames there have been none.
    dry: Option<(i64, u32)>,
    excused: bool,
    /// What is missing before this position is not a loss.
    excused_before: i64,
    watched: u32,
    least_level: i64,
    lost: u64,
}

impl Jitter {
    /// A buffer for a stream whose 20 ms are `frame_ticks` of its RTP clock.
    pub(crate) fn new(frame_ticks: u32) -> Self {
        Self {
            frame: i64::from(frame_ticks),
            packets: BTreeMap::new(),
            last: None,
            next: None,
            filling: 0,
            dry: None,
            excused: false,
            excused_before: i64::MIN,
            watched: 0,
            least_level: i64::MAX,
            lost: 0,
        }
    }

    /// Frames that never came or came too late.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// The sound has stopped for a key press: the hole that follows is not a loss.
    pub(crate) fn excuse(&mut self) {
        self.excused = true;
    }

    /// Takes a packet that lasts `ticks`.
    pub(crate) fn push(&mut self, timestamp: u32, ticks: u32, payload: Arc<[u8]>) {
        let ticks = i64::from(ticks);
        let mut at = self.unroll(timestamp);
        if let Some((_, last)) = self.last
            && (at - last).abs() > OTHER_STREAM_FRAMES * self.frame
        {
            *self = Self {
                lost: self.lost,
                ..Self::new(self.frame as u32)
            };
            at = i64::from(timestamp);
        }
        if self.last.is_none_or(|(_, last)| at > last) {
            self.last = Some((timestamp, at));
        }

        if self.excused {
            self.excused = false;
            self.excused_before = at;
        }
        if let Some((since, frames)) = self.dry {
            let passed = self.next.map_or(at, |next| next.min(at));
            self.count_gap(since, passed);
            self.dry = Some((passed.max(since), frames));
        }
        if let Some(next) = self.next
            && at + ticks <= next
        {
            // Late. If the playout has nothing else, it goes back and lives with more delay.
            let is_welcome = self.packets.is_empty()
                && self.dry.is_some_and(|(since, _)| at >= since)
                && next - at <= REWIND_FRAMES * self.frame;
            if !is_welcome {
                // Its place was or will be counted where the playout passes it.
                return;
            }
            self.next = Some(at);
        }
        self.dry = None;
        self.packets.entry(at).or_insert(Packet { ticks, payload });
        self.shorten();
    }

    /// What to play now, or `None` when nothing has come yet (or for two seconds).
    pub(crate) fn pop(&mut self) -> Option<Next> {
        let next = match self.next {
            Some(next) => next,
            None => self.filled()?,
        };
        let Some(first) = self.packets.first_key_value().map(|(at, _)| *at) else {
            return self.run_dry(next);
        };
        let hole = first - next;
        if hole > 0 && hole <= JUMP_FRAMES * self.frame {
            self.next = Some(next + self.frame.min(hole));
            self.count_gap(next, next + self.frame.min(hole));
            self.watch();
            let spare = hole <= self.frame;
            let payload = &self.packets[&first].payload;
            return Some(if spare {
                Next::Spare(payload.clone())
            } else {
                Next::Conceal
            });
        }
        self.count_gap(next, first);
        let packet = self.take_first()?;
        if self.watch() && self.packets.len() > 1 {
            // Too much waits: play this packet and the one after it together.
            if let Some(second) = self.take_first() {
                return Some(Next::Squeeze(packet, second));
            }
        }
        Some(Next::Packet(packet))
    }

    /// The timestamp on an axis that does not roll over.
    fn unroll(&self, timestamp: u32) -> i64 {
        match self.last {
            None => i64::from(timestamp),
            Some((last, at)) => at + i64::from(timestamp.wrapping_sub(last) as i32),
        }
    }

    /// Counts the frames of a hole that the playout passes.
    fn count_gap(&mut self, from: i64, to: i64) {
        if from >= self.excused_before && to > from {
            self.lost += ((to - from + self.frame / 2) / self.frame) as u64;
        }
    }

    /// Where the playout starts, once enough has come or the first has waited enough.
    fn filled(&mut self) -> Option<i64> {
        let (first, _) = self.packets.first_key_value()?;
        let (last, packet) = self.packets.last_key_value()?;
        let buffered = last + packet.ticks - first;
        if buffered < PREFILL_FRAMES * self.frame && self.filling < PREFILL_FRAMES {
            self.filling += 1;
            return None;
        }
        self.filling = 0;
        Some(*first)
    }

    fn run_dry(&mut self, next: i64) -> Option<Next> {
        let (since, frames) = self.dry.unwrap_or((next, 0));
        self.dry = Some((since, frames + 1));
        self.watched = 0;
        self.least_level = i64::MAX;
        if frames >= DRY_FRAMES {
            self.next = None;
            return None;
        }
        self.next = Some(next + self.frame);
        Some(if frames < CONCEAL_FRAMES {
            Next::Conceal
        } else {
            Next::Silence
        })
    }

    fn take_first(&mut self) -> Option<Arc<[u8]>> {
        let (at, packet) = self.packets.pop_first()?;
        self.next = Some(at + packet.ticks);
        Some(packet.payload)
    }

    /// Whether the buffer has been needlessly full for the whole watch.
    fn watch(&mut self) -> bool {
        self.least_level = self.least_level.min(self.level());
        self.watched += 1;
        if self.watched < WATCH_FRAMES {
            return false;
        }
        let too_full = self.least_level >= PREFILL_FRAMES * self.frame;
        self.watched = 0;
        self.least_level = i64::MAX;
        too_full
    }

    /// Ticks of sound that wait.
    fn level(&self) -> i64 {
        match (self.next, self.packets.last_key_value()) {
            (Some(next), Some((last, packet))) => last + packet.ticks - next,
            (Some(_) | None, Some(_) | None) => 0,
        }
    }

    /// Throws the oldest out while too much waits.
    fn shorten(&mut self) {
        while self.span() > MOST_FRAMES * self.frame {
            let Some((at, packet)) = self.packets.pop_first() else {
                return;
            };
            self.lost += 1;
            if self.next.is_some() {
                self.next = Some(at + packet.ticks);
            }
        }
    }

    /// Ticks from the first packet's beginning to the last one's end.
    fn span(&self) -> i64 {
        match (
            self.packets.first_key_value(),
            self.packets.last_key_value(),
        ) {
            (Some((first, _)), Some((last, packet))) => last + packet.ticks - first,
            (Some(_) | None, Some(_) | None) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: u32 = 960;

    fn payload(number: u32) -> Arc<[u8]> {
        number.to_be_bytes().into()
    }

    /// A buffer and a sender that counts its packets from `start`.
    struct Stream {
        jitter: Jitter,
        start: u32,
    }

    impl Stream {
        fn new() -> Self {
            // Close to the rollover of the timestamp, so that every test crosses it.
            Self {
                jitter: Jitter::new(FRAME),
                start: u32::MAX - 5 * FRAME,
            }
        }

        fn push(&mut self, number: u32) {
            let timestamp = self.start.wrapping_add(number * FRAME);
            self.jitter.push(timestamp, FRAME, payload(number));
        }

        fn push_all(&mut self, numbers: impl IntoIterator<Item = u32>) {
            numbers.into_iter().for_each(|number| self.push(number));
        }

        /// What comes out, in words: `7` packet, `6+7` both, `(7)` spare in 7, `~`, `_`, `.`.
        fn pop(&mut self) -> String {
            let number = |p: Arc<[u8]>| u32::from_be_bytes(p[..].try_into().unwrap());
            match self.jitter.pop() {
                Some(Next::Packet(p)) => number(p).to_string(),
                Some(Next::Squeeze(a, b)) => format!("{}+{}", number(a), number(b)),
                Some(Next::Spare(p)) => format!("({})", number(p)),
                Some(Next::Conceal) => "~".into(),
                Some(Next::Silence) => "_".into(),
                None => ".".into(),
            }
        }

        fn pops(&mut self, count: usize) -> String {
            (0..count).map(|_| self.pop()).collect::<Vec<_>>().join(" ")
        }

        /// Pushes each number and pops once after it.
        fn steady(&mut self, numbers: std::ops::Range<u32>) -> String {
            let popped = numbers.map(|number| {
                self.push(number);
                self.pop()
            });
            popped.collect::<Vec<_>>().join(" ")
        }
    }

    #[test]
    fn holds_back_40_ms_then_plays_in_step() {
        let mut stream = Stream::new();
        assert_eq!(stream.pops(2), ". .");
        assert_eq!(stream.steady(0..8), ". 0 1 2 3 4 5 6");
        assert_eq!(stream.jitter.lost(), 0);
    }

    #[test]
    fn plays_a_lone_packet_after_waiting() {
        let mut stream = Stream::new();
        stream.push(0);
        assert_eq!(stream.pops(5), ". . 0 ~ ~");
    }

    #[test]
    fn puts_reordered_packets_in_order_and_drops_copies() {
        let mut stream = Stream::new();
        stream.push_all([1, 0, 0, 3, 2, 1]);
        assert_eq!(stream.pops(4), "0 1 2 3");
        assert_eq!(stream.jitter.lost(), 0);
    }

    #[test]
    fn offers_the_spare_copy_of_a_single_loss() {
        let mut stream = Stream::new();
        stream.push_all([0, 1, 3, 4]);
        assert_eq!(stream.pops(5), "0 1 (3) 3 4");
        assert_eq!(stream.jitter.lost(), 1);
    }

    #[test]
    fn conceals_a_longer_loss_up_to_its_last_frame() {
        let mut stream = Stream::new();
        stream.push_all([0, 1, 5]);
        assert_eq!(stream.pops(6), "0 1 ~ ~ (5) 5");
        assert_eq!(stream.jitter.lost(), 3);
    }

    #[test]
    fn goes_back_for_packets_that_are_merely_late() {
        let mut stream = Stream::new();
        stream.push_all(0..2);
        assert_eq!(stream.pops(5), "0 1 ~ ~ ~");
        stream.push_all(2..7);
        assert_eq!(stream.pops(5), "2 3 4 5 6");
        assert_eq!(stream.jitter.lost(), 0);
    }

    #[test]
    fn falls_silent_and_fills_anew_when_nothing_comes() {
        let mut stream = Stream::new();
        stream.push_all(0..2);
        assert_eq!(stream.pops(9), "0 1 ~ ~ ~ ~ ~ _ _");
        while stream.pop() != "." {}
        stream.push_all([300]);
        assert_eq!(stream.pops(3), ". . 300");
        assert_eq!(stream.jitter.lost(), 298);
    }

    #[test]
    fn counts_no_loss_across_a_key_press() {
        let mut stream = Stream::new();
        stream.push_all(0..2);
        stream.jitter.excuse();
        assert_eq!(stream.pops(6), "0 1 ~ ~ ~ ~");
        stream.push_all(6..8);
        assert_eq!(stream.pops(2), "6 7");
        assert_eq!(stream.jitter.lost(), 0);
        stream.push_all([9]);
        stream.pops(2);
        assert_eq!(stream.jitter.lost(), 1);
    }

    #[test]
    fn gives_up_delay_that_is_not_needed() {
        let mut stream = Stream::new();
        stream.push_all(0..6);
        let popped = stream.steady(6..206);
        let squeezed = popped.matches('+').count();
        // From six waiting frames down to one, once each half second.
        assert_eq!(squeezed, 5, "{popped}");
        assert!(!popped.contains(['~', '(']), "{popped}");
        assert!(popped.ends_with(" 204"), "{popped}");
    }

    #[test]
    fn holds_400_ms_at_most() {
        let mut stream = Stream::new();
        stream.push_all(0..100);
        assert_eq!(stream.pop(), "80");
    }

    #[test]
    fn starts_anew_with_another_stream() {
        let mut stream = Stream::new();
        stream.push_all(0..2);
        assert_eq!(stream.pops(2), "0 1");
        stream.start = 77;
        stream.push_all(1_000_000..1_000_002);
        assert_eq!(stream.pops(2), "1000000 1000001");
        assert_eq!(stream.jitter.lost(), 0);
    }

    #[test]
    fn holds_a_sender_whose_clock_is_slow() {
        // 1 % slow is thirty times worse than a bad sound card.
        let mut stream = Stream::new();
        let mut popped = Vec::new();
        for number in 0..500 {
            stream.push(number);
            popped.push(stream.pop());
            if number % 100 == 99 {
                popped.push(stream.pop());
            }
        }
        let concealed = popped.iter().filter(|p| p.contains(['~', '('])).count();
        assert!(concealed <= 5, "{popped:?}");
        assert_eq!(stream.jitter.lost(), 0, "{popped:?}");
    }

    proptest! {
        #[test]
        fn plays_each_packet_at_most_once_and_in_order(
            steps in prop::collection::vec((0u32..40, 0usize..3), 1..300)
        ) {
            let mut stream = Stream::new();
            let mut last = None;
            for (at, (ahead, pops)) in steps.into_iter().enumerate() {
                stream.push(at as u32 + ahead);
                for _ in 0..pops {
                    let popped = stream.pop();
                    for number in popped.split('+').filter_map(|n| n.parse::<u32>().ok()) {
                        prop_assert!(last.is_none_or(|last| number > last), "{number} after {last:?}");
                        last = Some(number);
                    }
                }
                prop_assert!(stream.jitter.packets.len() <= MOST_FRAMES as usize + 1);
            }
        }
    }
}
