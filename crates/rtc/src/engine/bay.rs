//! The patch bay: which microphone feeds which peer, and which peer is heard where.
//!
//! The engine's task plugs; the devices' threads carry blocks through. All of it is behind one
//! lock that nobody holds for longer than a block takes to decode.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::media::{MediaEvent, PeerId, Processing, TrackId};

use super::level::Level;
use super::tap::{Ear, Tap};
use crate::audio::backend::{BLOCK, BLOCK_MS, Block};

/// An open stream of a device, numbered by the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LineId(pub(super) u64);

/// Blocks of a loudspeaker's sound kept for the echo canceller: 200 ms.
const REFERENCE: usize = 20;

/// Takes the sound that a peer sends.
pub(super) trait Mouth: Send {
    fn push(&mut self, block: &Block);
}

impl Mouth for crate::Microphone {
    fn push(&mut self, block: &Block) {
        self.push(block);
    }
}

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Bay(Arc<Mutex<Plugs>>);

impl Bay {
    pub(super) fn lock(&self) -> MutexGuard<'_, Plugs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is plugged in.
#[derive(Default)]
pub(super) struct Plugs {
    tracks: BTreeMap<TrackId, Track>,
    peers: BTreeMap<PeerId, Far>,
    references: BTreeMap<LineId, Reference>,
}

struct Track {
    processing: Processing,
    enabled: bool,
    /// From where its sound comes; others are not heard.
    line: Option<LineId>,
    level: Level,
}

struct Far {
    mouth: Box<dyn Mouth>,
    tap: Tap,
    sends: Option<TrackId>,
    /// On which loudspeakers it is heard, and how far each has read.
    readers: BTreeMap<LineId, u64>,
}

/// What a loudspeaker said last.
#[derive(Default)]
struct Reference {
    blocks: VecDeque<Block>,
    said: u64,
}

impl Plugs {
    pub(super) fn add_track(&mut self, track: TrackId, processing: Processing) {
        let added = Track {
            processing,
            enabled: true,
            line: None,
            level: Level::default(),
        };
        self.tracks.insert(track, added);
    }

    pub(super) fn remove_track(&mut self, track: TrackId) {
        self.tracks.remove(&track);
        for far in self.peers.values_mut() {
            if far.sends == Some(track) {
                far.sends = None;
            }
        }
    }

    /// Whether there was such a track.
    pub(super) fn enable_track(&mut self, track: TrackId, enabled: bool) -> bool {
        let known = self.tracks.get_mut(&track);
        known.map(|known| known.enabled = enabled).is_some()
    }

    /// Where a track's sound comes from, from now on.
    pub(super) fn feed_track(&mut self, track: TrackId, line: Option<LineId>) {
        if let Some(known) = self.tracks.get_mut(&track) {
            known.line = line;
        }
    }

    pub(super) fn add_peer(
        &mut self,
        peer: PeerId,
        mouth: Box<dyn Mouth>,
        ear: Box<dyn Ear>,
        now: Instant,
    ) {
        let far = Far {
            mouth,
            tap: Tap::new(ear, now),
            sends: None,
            readers: BTreeMap::new(),
        };
        self.peers.insert(peer, far);
    }

    pub(super) fn remove_peer(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
    }

    /// What a peer sends; whether both are known.
    pub(super) fn send_track(&mut self, peer: PeerId, track: Option<TrackId>) -> bool {
        if track.is_some_and(|track| !self.tracks.contains_key(&track)) {
            return false;
        }
        let known = self.peers.get_mut(&peer);
        known.map(|far| far.sends = track).is_some()
    }

    /// On which lines a peer is heard; those it was on before go on where they are.
    pub(super) fn play(&mut self, peer: PeerId, lines: impl IntoIterator<Item = LineId>) {
        if let Some(far) = self.peers.get_mut(&peer) {
            let before = std::mem::take(&mut far.readers);
            let from = |line| before.get(&line).copied().unwrap_or(far.tap.head());
            far.readers = lines.into_iter().map(|line| (line, from(line))).collect();
        }
    }

    /// A loudspeaker is about to open.
    pub(super) fn expect_line(&mut self, line: LineId) {
        self.references.insert(line, Reference::default());
    }

    /// A line is closed.
    pub(super) fn forget_line(&mut self, line: LineId) {
        self.references.remove(&line);
        for far in self.peers.values_mut() {
            far.readers.remove(&line);
        }
        for track in self.tracks.values_mut() {
            if track.line == Some(line) {
                track.line = None;
            }
        }
    }

    /// What is done to the sound of `line` before it is [sent](Self::send).
    pub(super) fn wanted(&self, line: LineId) -> Vec<Processing> {
        let mut wanted = Vec::new();
        for track in self.tracks.values() {
            if track.line == Some(line) && !wanted.contains(&track.processing) {
                wanted.push(track.processing);
            }
        }
        wanted
    }

    /// Sends a block of a microphone to whoever it is for, processed as each track wants it.
    /// Muted tracks send silence.
    pub(super) fn send(&mut self, line: LineId, processed: impl Fn(Processing) -> Block) {
        let Self { tracks, peers, .. } = self;
        for (id, track) in tracks {
            if track.line != Some(line) {
                continue;
            }
            let block = if track.enabled {
                processed(track.processing)
            } else {
                [0; BLOCK]
            };
            track.level.add(&block);
            let sending = peers.values_mut().filter(|far| far.sends == Some(*id));
            sending.for_each(|far| far.mouth.push(&block));
        }
    }

    /// Gives a loudspeaker its next block: all that are heard on it.
    pub(super) fn mix(&mut self, line: LineId, out: &mut Block, now: Instant) {
        let mut sum = [0_i32; BLOCK];
        for far in self.peers.values_mut() {
            if let Some(at) = far.readers.get_mut(&line) {
                let block = far.tap.read(at, now);
                for (sum, sample) in sum.iter_mut().zip(block) {
                    *sum += i32::from(*sample);
                }
            }
        }
        for (out, sum) in out.iter_mut().zip(sum) {
            *out = sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
        // A loudspeaker that was closed may still be at its last block.
        let Some(reference) = self.references.get_mut(&line) else {
            return;
        };
        if reference.blocks.len() == REFERENCE {
            reference.blocks.pop_front();
        }
        reference.blocks.push_back(*out);
        reference.said += 1;
    }

    /// What the loudspeakers have said together since the last time, oldest first; `heard` is how
    /// far that was and where the caller keeps it.
    pub(super) fn said_since(&self, heard: &mut BTreeMap<LineId, u64>) -> Vec<Block> {
        let mut all: Vec<Block> = Vec::new();
        heard.retain(|line, _| self.references.contains_key(line));
        for (line, reference) in &self.references {
            let newest = reference.blocks.len() as u64;
            let from = heard.insert(*line, reference.said);
            let fresh = reference.said - from.unwrap_or(reference.said);
            let skip = (newest - fresh.min(newest)) as usize;
            for (at, block) in reference.blocks.iter().skip(skip).enumerate() {
                match all.get_mut(at) {
                    None => all.push(*block),
                    Some(sum) => {
                        for (sum, sample) in sum.iter_mut().zip(block) {
                            *sum = sum.saturating_add(*sample);
                        }
                    }
                }
            }
        }
        all
    }

    /// Passes the time of peers that nobody hears: what came is late when somebody does.
    pub(super) fn pass(&mut self, now: Instant) {
        const OVERDUE: Duration = Duration::from_millis(6 * BLOCK_MS);
        for far in self.peers.values_mut() {
            far.tap.pass(now, OVERDUE);
        }
    }

    /// How loud each track and each peer has been since the last time.
    pub(super) fn levels(&mut self) -> MediaEvent {
        let tracks = self.tracks.iter_mut();
        let peers = self.peers.iter_mut();
        MediaEvent::Levels {
            microphones: tracks
                .map(|(id, track)| (*id, track.level.take()))
                .collect(),
            peers: peers.map(|(id, far)| (*id, far.tap.level.take())).collect(),
        }
    }
}
