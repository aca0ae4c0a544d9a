//! The jitter buffer: packets go in as they come, and come out evenly and in order.
//!
//! Its time is virtual: one [`Jitter::pop`] is as long as the packet it gives, so the clock is
//! whoever plays the sound. Positions are RTP timestamps, not sequence numbers, because key
//! presses (RFC 4733) take sequence numbers that are no sound.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Frames held back before the first is played: 40 ms.
const PREFILL_FRAMES: i64 = 2;

/// Frames that may wait when the playout starts: 200 ms. What is more came before anybody
/// listened.
const BACKLOG_FRAMES: i64 = 10;

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
    /// The highest sequence number, and where its packet ended.
    newest: Option<(u64, i64)>,
    /// Where the playout stands; `None` while the buffer fills.
    next: Option<i64>,
    filling: i64,
    /// Where the packets ended and for how many frames there have been none.
    dry: Option<(i64, u32)>,
    excused: bool,
    /// Holes that are not losses: from, to.
    rests: VecDeque<(i64, i64)>,
    /// Whether the sender has said that silence begins.
    resting: bool,
    watched: u32,
    least_level: i64,
    lost: u64,
    discarded: u64,
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
            newest: None,
            excused: false,
            rests: VecDeque::new(),
            resting: false,
            watched: 0,
            least_level: i64::MAX,
            lost: 0,
            discarded: 0,
        }
    }

    /// Frames that never came or came too late.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Packets thrown away because too many waited.
    pub(crate) fn discarded(&self) -> u64 {
        self.discarded
    }

    /// Whether the last packet said that silence begins, so that none need follow.
    pub(crate) fn rest(&mut self, resting: bool) {
        self.resting = resting;
    }

    /// The sound has stopped for a key press: the hole that follows is not a loss.
    pub(crate) fn excuse(&mut self) {
        self.excused = true;
    }

    /// Takes a packet that lasts `ticks`. `sequence` does not roll over.
    pub(crate) fn push(&mut self, sequence: u64, timestamp: u32, ticks: u32, payload: Arc<[u8]>) {
        let ticks = i64::from(ticks);
        let mut at = self.unroll(timestamp);
        if let Some((_, last)) = self.last
            && (at - last).abs() > OTHER_STREAM_FRAMES * self.frame
        {
            *self = Self {
                lost: self.lost,
                discarded: self.discarded,
                ..Self::new(self.frame as u32)
            };
            at = i64::from(timestamp);
        }
        if self.last.is_none_or(|(_, last)| at > last) {
            self.last = Some((timestamp, at));
        }

        self.note_rest(sequence, at, ticks);
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

    /// Notes the hole before a packet if the sender made it: key presses took its place, or no
    /// sequence number is missing, as when silence is not sent.
    fn note_rest(&mut self, sequence: u64, at: i64, ticks: i64) {
        let Some((newest, end)) = self.newest else {
            self.newest = Some((sequence, at + ticks));
            return;
        };
        if sequence <= newest {
            return;
        }
        if at > end && (std::mem::take(&mut self.excused) || sequence == newest + 1) {
            self.rests.push_back((end, at));
            if self.rests.len() > MOST_FRAMES as usize {
                self.rests.pop_front();
            }
        }
        self.newest = Some((sequence, at + ticks));
    }

    /// Counts the frames of a hole that the playout passes.
    fn count_gap(&mut self, from: i64, to: i64) {
        let rested = self.rests.iter();
        let rested = rested.map(|(start, end)| (to.min(*end) - from.max(*start)).max(0));
        let missing = to - from - rested.sum::<i64>();
        if missing > 0 {
            self.lost += ((missing + self.frame / 2) / self.frame) as u64;
        }
    }

    /// Where the playout starts, once enough has come or the first has waited enough.
    fn filled(&mut self) -> Option<i64> {
        self.packets.first_key_value()?;
        if self.span() < PREFILL_FRAMES * self.frame && self.filling < PREFILL_FRAMES {
            self.filling += 1;
            return None;
        }
        self.filling = 0;
        if self.span() > BACKLOG_FRAMES * self.frame {
            while self.span() > PREFILL_FRAMES * self.frame && self.packets.len() > 1 {
                self.packets.pop_first();
                self.discarded += 1;
            }
        }
        self.packets.first_key_value().map(|(at, _)| *at)
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
        Some(if frames < CONCEAL_FRAMES || self.resting {
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
            self.discarded += 1;
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
mod tests;
