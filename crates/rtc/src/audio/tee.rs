//! One sound into two sinks.

use super::{AudioSink, Frame};

/// A sink that gives every frame to two others, for instance a meter and an echo.
#[derive(Debug)]
pub struct Tee<A, B>(
    /// Takes each frame first.
    pub A,
    /// Takes each frame second.
    pub B,
);

impl<A: AudioSink, B: AudioSink> AudioSink for Tee<A, B> {
    fn push(&mut self, frame: &Frame) {
        self.0.push(frame);
        self.1.push(frame);
    }
}
