//! The open streams of devices, and whether they are alive.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use protocol::media::{DeviceId, DeviceKind};
use tokio::sync::mpsc::UnboundedSender;

use super::News;
use super::bay::{Bay, LineId};
use super::chain::Chain;
use crate::audio::backend::{AudioBackend, Block, SoundError, Stream};

/// A device that says nothing for so long has stalled.
const STALLED: Duration = Duration::from_secs(1);

/// A device that was opened lately is given longer: PulseAudio hiccups for a second when another
/// stream opens (16.1, 2026-11).
const YOUNG: Duration = Duration::from_secs(5);
const YOUNG_STALLED: Duration = Duration::from_millis(2_500);

/// A device that says nothing at first for so long does not work: opening a microphone of a
/// sleeping sound server takes up to two seconds.
const NEVER: Duration = Duration::from_secs(4);

/// An opening that takes longer has failed.
const OPENING: Duration = Duration::from_secs(6);

/// A stream that is being opened, or is open.
pub(super) struct Line {
    pub(super) kind: DeviceKind,
    pub(super) device: DeviceId,
    stream: Option<Stream>,
    since: Instant,
    beat: Arc<Beat>,
    /// It has stalled at this time.
    pub(super) stalled: Option<Instant>,
}

/// How a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// It is being opened, or has not made a sound yet.
    Opening,
    /// Sound flows.
    Flowing,
    /// Sound has flowed and does no more.
    Stalled,
    /// It could not be opened in time.
    Overdue,
}

impl Line {
    /// Begins to open a device; [`News::Opened`] follows, and [`News::Flows`] with the first
    /// sound.
    pub(super) fn open(
        id: LineId,
        (kind, device): (DeviceKind, DeviceId),
        backend: Arc<dyn AudioBackend>,
        bay: Bay,
        news: UnboundedSender<News>,
    ) -> Self {
        let now = Instant::now();
        let beat = Arc::new(Beat::new(now));
        let line = Self {
            kind,
            device: device.clone(),
            stream: None,
            since: now,
            beat: beat.clone(),
            stalled: None,
        };
        if kind == DeviceKind::Output {
            bay.lock().expect_line(id);
        }
        let told = news.clone();
        let first = move || drop(told.send(News::Flows(id)));
        let told = news.clone();
        let ended = Box::new(move |error| drop(told.send(News::Ended(id, error))));
        tokio::task::spawn_blocking(move || {
            let opened = match kind {
                DeviceKind::Input => {
                    let mut chain = Chain::new(bay, id);
                    let heard = move |block: &Block| {
                        beat.mark(&first);
                        chain.carry(block);
                    };
                    backend.open_input(&device, Box::new(heard), ended)
                }
                DeviceKind::Output => {
                    let said = move |block: &mut Block| {
                        beat.mark(&first);
                        bay.lock().mix(id, block, Instant::now());
                    };
                    backend.open_output(&device, Box::new(said), ended)
                }
            };
            // If nobody waits any more, the stream closes here.
            drop(news.send(News::Opened(id, opened)));
        });
        line
    }

    pub(super) fn opened(&mut self, stream: Stream, now: Instant) {
        self.stream = Some(stream);
        self.since = now;
    }

    pub(super) fn health(&self, now: Instant) -> Health {
        let waited = now.saturating_duration_since(self.since);
        let patience = if waited < YOUNG {
            YOUNG_STALLED
        } else {
            STALLED
        };
        match (self.beat.last(), &self.stream) {
            (Some(last), Some(_)) if now.saturating_duration_since(last) >= patience => {
                Health::Stalled
            }
            (Some(_), Some(_)) => Health::Flowing,
            (None, Some(_)) if waited >= NEVER => Health::Overdue,
            (_, None) if waited >= OPENING => Health::Overdue,
            (None, Some(_)) | (_, None) => Health::Opening,
        }
    }

    pub(super) fn flows(&self, now: Instant) -> bool {
        self.health(now) == Health::Flowing
    }
}

/// When a device's thread was last heard of.
struct Beat {
    start: Instant,
    /// Milliseconds since the start and one more; 0 before the first.
    last: AtomicU64,
}

impl Beat {
    fn new(start: Instant) -> Self {
        Self {
            start,
            last: AtomicU64::new(0),
        }
    }

    fn mark(&self, first: &impl Fn()) {
        let ms = self.start.elapsed().as_millis() as u64 + 1;
        if self.last.swap(ms, Ordering::Relaxed) == 0 {
            first();
        }
    }

    fn last(&self) -> Option<Instant> {
        let ms = self.last.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.start + Duration::from_millis(ms))
    }
}

/// What becomes of a wish when its device cannot be opened.
pub(super) fn is_of_the_server(error: &SoundError) -> bool {
    match error {
        SoundError::NoServer(_) => true,
        SoundError::NoDevice | SoundError::NotAllowed(_) | SoundError::Device(_) => false,
    }
}
