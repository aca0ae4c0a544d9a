//! Microphones and loudspeakers, whoever drives them.
//!
//! An [`AudioBackend`] lists devices and opens streams; it decides nothing. Which device is used,
//! what happens when it goes and when it is tried again is the engine's business.

use std::fmt;

pub use protocol::media::{Device, DeviceId, DeviceKind};

/// Samples in a [`Block`]: 10 ms at 48 kHz.
pub const BLOCK: usize = 480;

/// Milliseconds of sound in a [`Block`].
pub const BLOCK_MS: u64 = 10;

/// 10 ms of mono sound at 48 kHz, signed 16 bit samples.
pub type Block = [i16; BLOCK];

/// Takes what a microphone hears; called from the device's thread, must not block.
pub type Heard = Box<dyn FnMut(&Block) + Send>;

/// Writes what a loudspeaker says next over what is in the block; called from the device's
/// thread, must not block.
pub type Said = Box<dyn FnMut(&mut Block) + Send>;

/// Told once, from any thread, when a stream ends by itself.
pub type Ended = Box<dyn FnOnce(SoundError) + Send>;

/// Told, from any thread, when the list of devices or the server's state may have changed.
pub type Changed = Box<dyn Fn() + Send + Sync>;

/// Drives the sound devices of a computer.
///
/// All calls may block for some seconds (a sound server can be frozen), but not for ever: make
/// them from a thread that may wait. The functions given to it must not call it.
pub trait AudioBackend: Send + Sync + 'static {
    /// The devices there are, the system's choice first of each kind. What records a loudspeaker
    /// (a monitor, a loopback) is no microphone and is not listed.
    ///
    /// # Errors
    /// [`SoundError::NoServer`] when nobody can tell.
    fn devices(&self) -> Result<Vec<Device>, SoundError>;

    /// Opens the microphone that [`AudioBackend::devices`] lists under this very id.
    ///
    /// # Errors
    /// [`SoundError`] when it cannot be opened.
    fn open_input(
        &self,
        device: &DeviceId,
        heard: Heard,
        ended: Ended,
    ) -> Result<Stream, SoundError>;

    /// Opens the loudspeaker that [`AudioBackend::devices`] lists under this very id.
    ///
    /// # Errors
    /// [`SoundError`] when it cannot be opened.
    fn open_output(
        &self,
        device: &DeviceId,
        said: Said,
        ended: Ended,
    ) -> Result<Stream, SoundError>;

    /// Has a function called at changes, for as long as the backend lives. It may be called when
    /// nothing changed.
    fn on_change(&self, changed: Changed);
}

/// An open stream. Dropping it closes the stream, at once as far as the owner can tell.
pub struct Stream(#[expect(dead_code, reason = "kept to be dropped")] Box<dyn Send>);

impl Stream {
    /// A stream that is open until `closes` is dropped.
    pub fn new(closes: impl Send + 'static) -> Self {
        Self(Box::new(closes))
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

/// Why there is no sound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    /// The sound server cannot be reached, or died.
    #[error("the sound server cannot be reached ({0})")]
    NoServer(String),
    /// There is no such device, or it has gone.
    #[error("there is no such device")]
    NoDevice,
    /// The system does not let us.
    #[error("the system does not allow it ({0})")]
    NotAllowed(String),
    /// The device is there but does not work.
    #[error("the device does not work ({0})")]
    Device(String),
}
