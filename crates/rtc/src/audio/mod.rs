//! Where a peer's sound comes from and where it goes.

pub mod backend;
mod bridge;
#[cfg(feature = "devices")]
pub mod cpal;
mod echo;
mod meter;
mod pcm;
#[cfg(feature = "devices")]
pub mod processing;
mod spectrum;
mod synthetic;
mod tee;
mod tone;
pub mod wav;

pub use bridge::{BridgeSink, BridgeSource, bridge};
pub use echo::{EchoSink, EchoSource, echo};
pub use meter::{Meter, MeterSink, Reading, measure, meter};
pub use pcm::{PcmSource, Recorder, Recording, recorder};
pub use synthetic::Synthetic;
pub use tee::Tee;
pub use tone::{Silence, Tone};

/// Samples per second of every [`Frame`].
pub const SAMPLE_RATE_HZ: u32 = 48_000;

/// Milliseconds of sound in a [`Frame`].
pub const FRAME_MS: u64 = 20;

/// Samples in a [`Frame`]: 20 ms at 48 kHz.
pub const FRAME: usize = 960;

/// 20 ms of mono sound at 48 kHz, signed 16 bit samples.
pub type Frame = [i16; FRAME];

/// A frame in which nothing is heard.
pub const SILENCE: Frame = [0; FRAME];

/// Gives the sound that a peer sends.
pub trait AudioSource: Send + 'static {
    /// The next 20 ms, or `None` for silence.
    ///
    /// The driver calls this every 20 ms from its task, from the moment the peer exists; it
    /// must not block. Frames pulled before [`PeerEvent::Connected`](crate::PeerEvent) are not
    /// sent, so a greeting waits for that.
    fn pull(&mut self) -> Option<Frame>;
}

/// Takes the sound that a peer receives.
pub trait AudioSink: Send + 'static {
    /// Takes the next 20 ms.
    ///
    /// The driver calls this every 20 ms from its task once sound has arrived for the first
    /// time; gaps come as concealment or silence. It must not block.
    fn push(&mut self, frame: &Frame);
}

impl AudioSource for Box<dyn AudioSource> {
    fn pull(&mut self) -> Option<Frame> {
        (**self).pull()
    }
}

impl AudioSink for Box<dyn AudioSink> {
    fn push(&mut self, frame: &Frame) {
        (**self).push(frame);
    }
}
