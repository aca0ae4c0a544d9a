//! The jitter buffer: packets go in as they come, and come out evenly and in order.
//!
//! Its time is virtual: one [`Jitter::pop`] is as long as the packet it gives, so the clock is
//! whoever plays the sound. Positions are RTP timestamps, not sequence numbers, because key
//! presses (RFC 4733) take sequence numbers that are no sound.

mod lateness;
mod losses;
mod next;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use lateness::Lateness;
use losses::Losses;
pub(crate) use next::Next;

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

/// Frames over which the buffer must be too full before it gives up 20 ms of delay: 500 ms, or
/// 100 ms when it is far too full.
const WATCH_FRAMES: u32 = 25;
const SHORT_WATCH_FRAMES: u32 = 5;

/// Frames between two that are made up to gain delay: 200 ms.
const STRETCH_FRAMES: u32 = 10;

/// What is far too full, in frames: 100 ms.
const FAR_FRAMES: i64 = 5;

/// The least and the most that packets are waited for beyond the earliest, in frames: 20 ms and
/// 320 ms.
const LEAST_WAIT_FRAMES: i64 = 1;
const MOST_WAIT_FRAMES: i64 = 16;

/// A jump of the timestamp (in frames) that means another stream: 60 s.
const OTHER_STREAM_FRAMES: i64 = 3_000;

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
    /// Ticks that the playout's clock has gone, and that what was given last takes.
    clock: i64,
    lasts: i64,
    lateness: Lateness,
    watched: u32,
    /// The least that was too much while watching, in ticks.
    least_excess: i64,
    unstretched: u32,
    losses: Losses,
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
            clock: 0,
            lasts: i64::from(frame_ticks),
            lateness: Lateness::default(),
            watched: 0,
            least_excess: i64::MAX,
            unstretched: 0,
            losses: Losses::default(),
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
                clock: self.clock,
                losses: self.losses,
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
        let (least, most) = (
            LEAST_WAIT_FRAMES * self.frame,
            MOST_WAIT_FRAMES * self.frame,
        );
        self.lateness.note(self.clock - at, least, most);
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
        self.lasts = self.frame;
        let popped = self.choose();
        self.clock += self.lasts;
        self.losses.pass();
        popped
    }

    fn choose(&mut self) -> Option<Next> {
        let next = match self.next {
            Some(next) => next,
            None => self.filled()?,
        };
        self.unstretched += 1;
        let Some(first) = self.packets.first_key_value().map(|(at, _)| *at) else {
            return self.run_dry(next);
        };
        let hole = first - next;
        let is_hole = hole > 0 && hole <= JUMP_FRAMES * self.frame;
        if self.stretches(next, is_hole) {
            self.next = Some(next);
            return Some(Next::Conceal);
        }
        if is_hole {
            // The copy is of as much sound as the packet holds, just before it.
            let Packet { ticks, payload } = &self.packets[&first];
            let longest = self.frame.max(*ticks);
            let spare = (hole <= longest).then(|| payload.clone());
            self.lasts = if spare.is_some() { longest } else { self.frame };
            let passed = next + self.lasts.min(hole);
            self.next = Some(passed);
            self.count_gap(next, passed);
            self.watch(next);
            return Some(spare.map_or(Next::Conceal, Next::Spare));
        }
        self.count_gap(next, first);
        let packet = self.take_first()?;
        if self.watch(first) && self.packets.contains_key(&self.next.unwrap_or(first)) {
            // Too much waits: play this packet and the one after it together.
            if let Some(second) = self.take_first() {
                return Some(Next::Squeeze(packet, second));
            }
        }
        Some(Next::Packet(packet))
    }

    /// Whether a frame is made up now, so that later packets come in time: at once where one
    /// would be made up anyhow, otherwise now and then.
    fn stretches(&mut self, next: i64, is_hole: bool) -> bool {
        let Some(wanted) = self.wanted() else {
            return false;
        };
        let missing = wanted - (self.clock - next);
        let is_time = is_hole || self.unstretched > STRETCH_FRAMES;
        let stretches = missing >= self.frame && is_time;
        if stretches {
            self.unstretched = 0;
        }
        stretches
    }

    /// By how much the playout should be behind.
    fn wanted(&self) -> Option<i64> {
        // The packet after a lost one, with its spare copy, comes a frame later.
        let spare = self.frame * i64::from(self.losses.are_many());
        self.lateness.wanted().map(|wanted| wanted + spare)
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
            let frames = ((missing + self.frame / 2) / self.frame) as u64;
            self.lost += frames;
            self.losses.note(frames);
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
            self.lateness.forget();
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
        self.least_excess = i64::MAX;
        if frames >= DRY_FRAMES {
            self.next = None;
            return None;
        }
        let waits = frames < CONCEAL_FRAMES && self.stretches(next, true);
        self.next = Some(if waits { next } else { next + self.frame });
        Some(if frames < CONCEAL_FRAMES || self.resting {
            Next::Conceal
        } else {
            Next::Silence
        })
    }

    fn take_first(&mut self) -> Option<Arc<[u8]>> {
        let (at, packet) = self.packets.pop_first()?;
        self.next = Some(at + packet.ticks);
        self.lasts = packet.ticks;
        Some(packet.payload)
    }

    /// Whether the playout is needlessly late, now that it is at `next`.
    fn watch(&mut self, next: i64) -> bool {
        let excess = match self.wanted() {
            Some(wanted) => self.clock - next - wanted,
            None => self.level() - LEAST_WAIT_FRAMES * self.frame,
        };
        self.least_excess = self.least_excess.min(excess);
        self.watched += 1;
        let far = self.least_excess >= FAR_FRAMES * self.frame;
        let frames = [WATCH_FRAMES, SHORT_WATCH_FRAMES][usize::from(far)];
        if self.watched < frames {
            return false;
        }
        let too_late = self.least_excess >= self.frame;
        self.watched = 0;
        self.least_excess = i64::MAX;
        too_late
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
            // The playout's clock has stood, or will have to make up for it.
            self.lateness.forget();
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
