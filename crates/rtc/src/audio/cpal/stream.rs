//! One open stream, and the thread that builds and drops it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ::cpal::traits::{DeviceTrait, StreamTrait};
use ::cpal::{
    BufferSize, Data, Device, ErrorKind, SampleFormat, StreamConfig, SupportedBufferSize,
    SupportedStreamConfig, SupportedStreamConfigRange,
};

use super::shape::{Inlet, Outlet};
use super::sound_error;
use crate::audio::SAMPLE_RATE_HZ;
use crate::audio::backend::{Ended, Heard, Said, SoundError, Stream};

/// How long building a stream may take. A sleeping microphone takes up to two seconds to wake.
const BUILDING: Duration = Duration::from_secs(4);

/// Opens a microphone; its blocks come until the stream is dropped.
pub(super) fn open_input(
    device: Device,
    mut heard: Heard,
    ended: Ended,
    in_use: Arc<AtomicUsize>,
) -> Result<Stream, SoundError> {
    open(ended, in_use, move |closed, failed| {
        let device = apart(device)?;
        let wanted = device.supported_input_configs().map(Iterator::collect);
        let config = choose(wanted, device.default_input_config())?;
        let (format, config) = shape(&config);
        let inlet = Inlet::new(config.sample_rate, config.channels);
        let mut inlet = inlet.map_err(|error| SoundError::Device(error.to_string()))?;
        let take = move |data: &Data, _: &::cpal::InputCallbackInfo| {
            if closed.load(Ordering::Relaxed) {
                return;
            }
            if let Some(samples) = data.as_slice::<i16>() {
                inlet.take(samples, &mut heard);
            } else if let Some(samples) = data.as_slice::<f32>() {
                inlet.take(samples, &mut heard);
            } else if let Some(samples) = data.as_slice::<i32>() {
                inlet.take(samples, &mut heard);
            }
        };
        let built = device.build_input_stream_raw(config, format, take, failed, Some(BUILDING));
        built.map_err(|error| sound_error(&error))
    })
}

/// Opens a loudspeaker; it is filled until the stream is dropped.
pub(super) fn open_output(
    device: Device,
    mut said: Said,
    ended: Ended,
    in_use: Arc<AtomicUsize>,
) -> Result<Stream, SoundError> {
    open(ended, in_use, move |closed, failed| {
        let device = apart(device)?;
        let wanted = device.supported_output_configs().map(Iterator::collect);
        let config = choose(wanted, device.default_output_config())?;
        let (format, config) = shape(&config);
        let outlet = Outlet::new(config.sample_rate, config.channels);
        let mut outlet = outlet.map_err(|error| SoundError::Device(error.to_string()))?;
        let fill = move |data: &mut Data, _: &::cpal::OutputCallbackInfo| {
            let mut said = |block: &mut _| {
                if !closed.load(Ordering::Relaxed) {
                    said(block);
                }
            };
            if let Some(samples) = data.as_slice_mut::<i16>() {
                outlet.fill(samples, &mut said);
            } else if let Some(samples) = data.as_slice_mut::<f32>() {
                outlet.fill(samples, &mut said);
            } else if let Some(samples) = data.as_slice_mut::<i32>() {
                outlet.fill(samples, &mut said);
            }
        };
        let built = device.build_output_stream_raw(config, format, fill, failed, Some(BUILDING));
        built.map_err(|error| sound_error(&error))
    })
}

/// The device over a connection of its own. Over a shared one PulseAudio takes all playback
/// streams of cpal's for synchronised, and refuses a second on another sink as an "invalid
/// argument" (cpal 0.18.2 with PulseAudio 16.1, 2026-11).
#[cfg(target_os = "linux")]
fn apart(device: Device) -> Result<Device, SoundError> {
    use ::cpal::HostId;
    use ::cpal::traits::HostTrait;

    let id = device.id().map_err(|error| sound_error(&error))?;
    if id.host() != HostId::PulseAudio {
        return Ok(device);
    }
    let host = ::cpal::host_from_id(HostId::PulseAudio);
    let host = host.map_err(|error| SoundError::NoServer(error.to_string()))?;
    let mut all = host.devices().map_err(|error| sound_error(&error))?;
    // Equal as a sink or a source of this name; a source may be named like a sink.
    let found = all.find(|other| *other == device);
    found.ok_or(SoundError::NoDevice)
}

#[cfg(not(target_os = "linux"))]
fn apart(device: Device) -> Result<Device, SoundError> {
    Ok(device)
}

/// What makes a stream: it is given whether the stream is closed, and what to tell errors to.
trait Build: FnOnce(Arc<AtomicBool>, Box<dyn FnMut(::cpal::Error) + Send>) -> Built {}
impl<T: FnOnce(Arc<AtomicBool>, Box<dyn FnMut(::cpal::Error) + Send>) -> Built> Build for T {}

type Built = Result<::cpal::Stream, SoundError>;

/// Builds a stream in a thread of its own, which keeps it, and drops it when its time has come.
fn open(
    ended: Ended,
    in_use: Arc<AtomicUsize>,
    build: impl Build + Send + 'static,
) -> Result<Stream, SoundError> {
    let closed = Arc::new(AtomicBool::new(false));
    let (close, closing) = channel();
    let guard = Guard {
        closed: closed.clone(),
        in_use,
        _close: close,
    };
    guard.in_use.fetch_add(1, Ordering::Relaxed);
    let failed = on_error(closed.clone(), ended);
    let (opened, result) = sync_channel(1);
    let thread = thread::Builder::new().name("sound stream".to_owned());
    let spawned = thread.spawn(move || {
        let built = build(closed, failed).and_then(|stream| {
            let played = stream.play().map_err(|error| sound_error(&error));
            played.map(|()| stream)
        });
        match built {
            Ok(stream) => {
                if opened.send(Ok(())).is_ok() {
                    // Nothing is ever sent: it ends when the guard is gone.
                    let _: Result<(), _> = closing.recv();
                }
                drop(stream);
            }
            // Whoever no longer waits does not want it.
            Err(error) => drop(opened.send(Err(error))),
        }
    });
    spawned.map_err(|error| SoundError::Device(error.to_string()))?;
    match result.recv_timeout(BUILDING) {
        Ok(opened) => opened.map(|()| Stream::new(guard)),
        Err(_) => Err(SoundError::NoServer("it does not answer".to_owned())),
    }
}

/// Closes the stream when dropped: nothing passes any more, and its thread takes the time it
/// needs.
struct Guard {
    closed: Arc<AtomicBool>,
    in_use: Arc<AtomicUsize>,
    _close: Sender<()>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        self.in_use.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tells the first error that ends a stream. cpal tells some twice.
fn on_error(closed: Arc<AtomicBool>, ended: Ended) -> Box<dyn FnMut(::cpal::Error) + Send> {
    let ended = Mutex::new(Some(ended));
    Box::new(move |error| {
        let goes_on = matches!(
            error.kind(),
            ErrorKind::Xrun | ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged
        );
        if goes_on || closed.load(Ordering::Relaxed) {
            tracing::debug!(%error, "a sound stream had an error");
            return;
        }
        let told = ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = told {
            ended(sound_error(&error));
        }
    })
}

/// How a device is opened. A sound server converts, so it is asked for exactly what we have;
/// hardware is taken as it is set.
fn choose(
    supported: Result<Vec<SupportedStreamConfigRange>, ::cpal::Error>,
    default: Result<SupportedStreamConfig, ::cpal::Error>,
) -> Result<SupportedStreamConfig, SoundError> {
    let supported = supported.unwrap_or_default();
    let known = [SampleFormat::I16, SampleFormat::F32, SampleFormat::I32];
    let usable = |format| known.iter().position(|known| *known == format);
    if let Ok(default) = &default
        && usable(default.sample_format()).is_some()
        && !cfg!(target_os = "linux")
    {
        return Ok(*default);
    }
    let fits = supported.into_iter().filter_map(|range| {
        let rank = (range.channels(), usable(range.sample_format())?);
        Some((rank, range.try_with_sample_rate(SAMPLE_RATE_HZ)?))
    });
    if let Some((_, best)) = fits.min_by_key(|(rank, _)| *rank) {
        return Ok(best);
    }
    let default = default.map_err(|error| sound_error(&error))?;
    match usable(default.sample_format()) {
        Some(_) => Ok(default),
        None => {
            let format = default.sample_format();
            Err(SoundError::Device(format!("its samples are {format}")))
        }
    }
}

/// The stream's settings: blocks of 10 ms. Left to itself, PulseAudio buffers two seconds.
fn shape(config: &SupportedStreamConfig) -> (SampleFormat, StreamConfig) {
    let ten_ms = config.sample_rate() / 100;
    let mut shape = config.config();
    shape.buffer_size = match *config.buffer_size() {
        SupportedBufferSize::Range { min, max } => {
            BufferSize::Fixed(ten_ms.clamp(min, max.max(min)))
        }
        // Who cannot say what it can do has a period of its own, of some ten milliseconds.
        SupportedBufferSize::Unknown => BufferSize::Default,
    };
    (config.sample_format(), shape)
}
