//! What is taken down of a whole leg: both what its user says and what its user hears.

use rtc::{FRAME, Frame};
use std::ops::Range;
use tokio::time::Instant;

/// The longest recording of a call, in samples: ten minutes.
const LIMIT: usize = 600 * 48_000;

/// Gaps are filled once they are so long, in samples: 60 ms.
const GAP: usize = 3 * FRAME;

/// Silence is trimmed in steps of 20 ms.
const STEP: usize = FRAME;

/// A running recording; the two sides are as long as the time that has passed.
pub(crate) struct Tape {
    begun: Instant,
    said: Vec<i16>,
    heard: Vec<i16>,
}

/// The two sides of a leg, equally long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sides {
    /// What its user said.
    pub(crate) said: Vec<i16>,
    /// What its user heard.
    pub(crate) heard: Vec<i16>,
}

impl Tape {
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            said: Vec::new(),
            heard: Vec::new(),
        }
    }

    /// The user said this.
    pub(crate) fn said(&mut self, frame: &Frame) {
        add(self.begun, &mut self.said, frame);
    }

    /// The user heard this.
    pub(crate) fn heard(&mut self, frame: &Frame) {
        add(self.begun, &mut self.heard, frame);
    }

    /// Ends it.
    pub(crate) fn end(self) -> Sides {
        let (mut said, mut heard) = (self.said, self.heard);
        let length = said.len().max(heard.len());
        said.resize(length, 0);
        heard.resize(length, 0);
        Sides { said, heard }
    }
}

/// Adds a frame where it belongs in time: a side from which nothing came was silent.
fn add(begun: Instant, side: &mut Vec<i16>, frame: &Frame) {
    let now = begun.elapsed().as_millis() * 48;
    let now = usize::try_from(now).unwrap_or(LIMIT).min(LIMIT);
    if side.len() + GAP < now {
        side.resize(now - FRAME, 0);
    }
    let room = LIMIT.saturating_sub(side.len()).min(FRAME);
    side.extend_from_slice(&frame[..room]);
}

impl Sides {
    /// Both in one.
    pub(crate) fn mixed(&self) -> Vec<i16> {
        let both = self.said.iter().zip(&self.heard);
        both.map(|(said, heard)| said.saturating_add(*heard))
            .collect()
    }

    /// Only this part of both.
    pub(crate) fn part(&self, part: Range<usize>) -> Self {
        Self {
            said: self.said[part.clone()].to_vec(),
            heard: self.heard[part].to_vec(),
        }
    }
}

/// What is left when the silence at both ends is cut off; empty when all of it is silence.
pub(crate) fn loud_part(pcm: &[i16], quiet_dbfs: f64) -> Range<usize> {
    let loud = |step: &[i16]| crate::speech::rms_dbfs(step) >= quiet_dbfs;
    let Some(first) = pcm.chunks(STEP).position(loud) else {
        return 0..0;
    };
    let last = pcm.chunks(STEP).rposition(loud).unwrap_or(first);
    first * STEP..((last + 1) * STEP).min(pcm.len())
}

#[cfg(test)]
mod tests {
    use super::{FRAME, GAP, STEP, Sides, Tape, loud_part};
    use crate::speech::steady;
    use std::time::Duration;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn a_side_that_was_silent_for_a_while_keeps_its_place() {
        let mut tape = Tape::new();
        for _ in 0..50 {
            tape.heard(&[5; FRAME]);
            advance(Duration::from_millis(20)).await;
        }
        tape.said(&[3; FRAME]);
        let sides = tape.end();
        assert_eq!(sides.heard.len(), 50 * FRAME);
        assert_eq!(sides.said.len(), 50 * FRAME);
        let spoken: Vec<usize> = (0..50).filter(|at| sides.said[at * FRAME] == 3).collect();
        assert_eq!(spoken, [49]);
        assert_eq!(sides.mixed()[0], 5);
        assert_eq!(sides.mixed()[49 * FRAME], 8);
    }

    #[tokio::test(start_paused = true)]
    async fn frames_that_come_a_little_unevenly_leave_no_holes() {
        let mut tape = Tape::new();
        advance(Duration::from_millis(40)).await;
        tape.said(&[3; FRAME]);
        tape.said(&[3; FRAME]);
        let sides = tape.end();
        assert_eq!(sides.said, [3; 2 * FRAME]);
        assert_eq!(sides.heard, [0; 2 * FRAME]);
        const { assert!(GAP > 2 * FRAME) };
    }

    #[test]
    fn silence_is_trimmed_at_both_ends_only() {
        let tone = steady(440);
        let gap = vec![3_i16; 5 * STEP];
        let sound: Vec<i16> = [&gap[..], &tone, &gap, &tone, &gap[..STEP + 7]].concat();
        let kept = loud_part(&sound, -50.0);
        assert_eq!(kept, gap.len()..2 * (gap.len() + tone.len()));
        let sides = Sides {
            said: sound.clone(),
            heard: sound,
        };
        assert_eq!(sides.part(kept).said[..tone.len()], tone[..]);
    }

    #[test]
    fn of_silence_nothing_is_left() {
        assert!(loud_part(&vec![2_i16; 10 * STEP], -50.0).is_empty());
        assert!(loud_part(&[], -50.0).is_empty());
    }
}
