//! Sends back what is heard.

use super::{AudioSink, AudioSource, BridgeSink, BridgeSource, Frame, bridge};

/// An echo: give the sink and the source to the same peer, and it sends back what it hears.
pub fn echo() -> (EchoSink, EchoSource) {
    let (sink, source) = bridge();
    (EchoSink(sink), EchoSource(source))
}

/// The end of an [`echo`] that hears.
#[derive(Debug)]
pub struct EchoSink(BridgeSink);

/// The end of an [`echo`] that speaks.
#[derive(Debug)]
pub struct EchoSource(BridgeSource);

impl AudioSink for EchoSink {
    fn push(&mut self, frame: &Frame) {
        self.0.push(frame);
    }
}

impl AudioSource for EchoSource {
    fn pull(&mut self) -> Option<Frame> {
        self.0.pull()
    }
}
