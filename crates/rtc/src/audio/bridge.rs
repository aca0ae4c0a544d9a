//! A sink that feeds another peer's source.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{AudioSink, AudioSource, Frame};

/// Frames held at most; older ones are dropped, so a bridge never lags more than 80 ms.
const DEPTH: usize = 4;

type Queue = Arc<Mutex<VecDeque<Frame>>>;

/// Joins a sink to a source: what is pushed into the first is pulled from the second.
///
/// The two ends may run on different clocks: an empty bridge gives silence, and a full one
/// (four frames) drops its oldest frame.
pub fn bridge() -> (BridgeSink, BridgeSource) {
    let queue = Queue::default();
    (
        BridgeSink {
            queue: queue.clone(),
        },
        BridgeSource { queue },
    )
}

/// The end of a [`bridge`] that takes sound.
#[derive(Debug)]
pub struct BridgeSink {
    queue: Queue,
}

/// The end of a [`bridge`] that gives sound.
#[derive(Debug)]
pub struct BridgeSource {
    queue: Queue,
}

impl AudioSink for BridgeSink {
    fn push(&mut self, frame: &Frame) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() == DEPTH {
            queue.pop_front();
        }
        queue.push_back(*frame);
    }
}

impl AudioSource for BridgeSource {
    fn pull(&mut self) -> Option<Frame> {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::FRAME;

    #[test]
    fn carries_frames_in_order_and_is_silent_when_empty() {
        let (mut sink, mut source) = bridge();
        assert_eq!(source.pull(), None);
        sink.push(&[1; FRAME]);
        sink.push(&[2; FRAME]);
        assert_eq!(source.pull(), Some([1; FRAME]));
        assert_eq!(source.pull(), Some([2; FRAME]));
        assert_eq!(source.pull(), None);
    }

    #[test]
    fn drops_the_oldest_frame_when_full() {
        let (mut sink, mut source) = bridge();
        for sample in 1..=(DEPTH as i16 + 2) {
            sink.push(&[sample; FRAME]);
        }
        assert_eq!(source.pull(), Some([3; FRAME]));
    }
}
