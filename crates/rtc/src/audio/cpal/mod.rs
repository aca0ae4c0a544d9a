//! The real devices: PulseAudio and PipeWire, or ALSA without either; WASAPI; CoreAudio.
//!
//! What sound servers do when something breaks was measured with cpal 0.18 on PipeWire 0.3.65 and
//! PulseAudio 16.1 (2026-11): a removed device's stream goes on elsewhere without an error, so the
//! list is polled; a dead server's `Host` stays dead, so a new one is made; a frozen server
//! answers nothing, so every wait has a limit; dropping a stream can take many seconds, so each
//! has a thread of its own.
//!
//! What cpal 0.18.2 leaves no way to: its client of PulseAudio is named `cpal-pulseaudio-PID` in
//! the system's mixer; its `realtime` feature does nothing for PulseAudio's streams; and of a
//! device it tells neither card nor properties, so that [`Device::group`] stays empty.

#[cfg(target_os = "linux")]
mod cookie;
mod list;
mod shape;
mod stream;

use std::sync::Arc;

use super::backend::{
    AudioBackend, Changed, Device, DeviceId, DeviceKind, Ended, Heard, Said, SoundError, Stream,
};
use list::List;

/// The sound devices of this computer.
#[derive(Debug)]
pub struct CpalBackend {
    list: Arc<List>,
}

impl CpalBackend {
    /// Begins to watch the devices, from a thread of its own, until this is dropped. That there
    /// is no sound server is no error: it is looked for until there is.
    pub fn new() -> Self {
        Self {
            list: List::watch(),
        }
    }
}

impl Default for CpalBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for CpalBackend {
    fn drop(&mut self) {
        self.list.end();
    }
}

impl AudioBackend for CpalBackend {
    fn devices(&self) -> Result<Vec<Device>, SoundError> {
        self.list.fresh()
    }

    fn open_input(
        &self,
        device: &DeviceId,
        heard: Heard,
        ended: Ended,
    ) -> Result<Stream, SoundError> {
        let found = self.list.find(DeviceKind::Input, device)?;
        stream::open_input(found, heard, ended, self.list.in_use())
    }

    fn open_output(
        &self,
        device: &DeviceId,
        said: Said,
        ended: Ended,
    ) -> Result<Stream, SoundError> {
        let found = self.list.find(DeviceKind::Output, device)?;
        stream::open_output(found, said, ended, self.list.in_use())
    }

    fn on_change(&self, changed: Changed) {
        self.list.on_change(changed);
    }
}

/// What an error of cpal's means for us.
fn sound_error(error: &::cpal::Error) -> SoundError {
    use ::cpal::ErrorKind;
    let message = error.to_string();
    let kind = error.kind();
    // On Linux, an invalid stream is one whose server has gone.
    let no_server = kind == ErrorKind::HostUnavailable
        || cfg!(target_os = "linux") && kind == ErrorKind::StreamInvalidated;
    if no_server {
        SoundError::NoServer(message)
    } else if kind == ErrorKind::DeviceNotAvailable {
        SoundError::NoDevice
    } else if kind == ErrorKind::PermissionDenied {
        SoundError::NotAllowed(message)
    } else {
        SoundError::Device(message)
    }
}
