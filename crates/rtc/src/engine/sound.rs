//! Which devices are wanted, which are open, and what is done about the difference.
//!
//! Everything that happens ends in [`Sound::settle`], which compares the two. A wish names a
//! device; while that is not there, the system's choice stands in for it. A new line is opened
//! before the old one is closed, unless the old one's device has gone: a sound server may have
//! moved its stream to something else, and what that hears is not for the far end.

mod trouble;
mod wishes;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::media::{
    Device, DeviceId, DeviceKind, MediaAnswer, MediaErrorKind, MediaEvent, PeerId, SoundTrouble,
    TrackId,
};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

use super::bay::{Bay, LineId};
use super::lines::{Health, Line, is_of_the_server};
use super::{News, refused};
use crate::audio::backend::{AudioBackend, SoundError, Stream};
use wishes::{Ear, Wish};

/// How long after a failure a device or the server is tried again.
const RETRY: Duration = Duration::from_millis(300);

/// How long a line may stall while the server answers before it is opened anew.
const STUCK: Duration = Duration::from_secs(2);

type Reply = oneshot::Sender<MediaAnswer>;

/// See the module.
pub(super) struct Sound {
    backend: Arc<dyn AudioBackend>,
    bay: Bay,
    news: UnboundedSender<News>,
    events: UnboundedSender<MediaEvent>,
    server: Server,
    listing: Listing,
    /// As last listed.
    devices: Vec<Device>,
    tracks: BTreeMap<TrackId, Wish>,
    peers: BTreeMap<PeerId, Ear>,
    lines: BTreeMap<LineId, Line>,
    next_line: u64,
    /// Not to be tried before.
    failed: HashMap<(DeviceKind, DeviceId), Instant>,
    /// Who waits for the next list.
    asked: Vec<Reply>,
    /// Wishes about which only the next list can tell.
    plays: Vec<(PeerId, Vec<DeviceId>, Reply)>,
    told: Option<SoundTrouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Unknown,
    Up,
    Down,
}

struct Listing {
    under_way: bool,
    /// A change came meanwhile.
    again: bool,
    /// When the last one came, or was asked for.
    at: Instant,
}

impl Sound {
    pub(super) fn new(
        backend: Arc<dyn AudioBackend>,
        bay: Bay,
        news: UnboundedSender<News>,
        events: UnboundedSender<MediaEvent>,
    ) -> Self {
        let told = news.clone();
        backend.on_change(Box::new(move || drop(told.send(News::Changed))));
        let mut sound = Self {
            backend,
            bay,
            news,
            events,
            server: Server::Unknown,
            listing: Listing {
                under_way: false,
                again: false,
                at: Instant::now(),
            },
            devices: Vec::new(),
            tracks: BTreeMap::new(),
            peers: BTreeMap::new(),
            lines: BTreeMap::new(),
            next_line: 0,
            failed: HashMap::new(),
            asked: Vec::new(),
            plays: Vec::new(),
            told: None,
        };
        sound.list();
        sound
    }

    /// Whether anything is in use, so that [`Sound::tick`] has something to do.
    pub(super) fn is_busy(&self) -> bool {
        !(self.tracks.is_empty() && self.peers.is_empty() && self.lines.is_empty())
    }

    /// Answers with the list of devices.
    pub(super) fn tell_devices(&mut self, reply: Reply) {
        self.asked.push(reply);
        self.list();
    }

    pub(super) fn changed(&mut self) {
        self.list();
    }

    fn list(&mut self) {
        self.listing.again = self.listing.under_way;
        if self.listing.under_way {
            return;
        }
        self.listing.under_way = true;
        let (backend, news) = (self.backend.clone(), self.news.clone());
        tokio::task::spawn_blocking(move || drop(news.send(News::Listed(backend.devices()))));
    }

    pub(super) fn listed(&mut self, listed: Result<Vec<Device>, SoundError>, now: Instant) {
        self.listing.under_way = false;
        self.listing.at = now;
        if self.listing.again {
            self.list();
        }
        for reply in std::mem::take(&mut self.asked) {
            let answer = match &listed {
                Ok(devices) => MediaAnswer::Devices(devices.clone()),
                Err(error) => refuse(error),
            };
            drop(reply.send(answer));
        }
        let mut differ = false;
        match listed {
            Ok(devices) => {
                if self.server == Server::Down {
                    self.failed.clear();
                }
                let known = self.server != Server::Unknown;
                self.server = Server::Up;
                let before = std::mem::replace(&mut self.devices, devices);
                differ = known && before != self.devices;
            }
            Err(error) => {
                if self.server != Server::Down {
                    tracing::warn!(%error, "the sound server does not answer");
                }
                self.server = Server::Down;
            }
        }
        self.verify(now);
        self.settle(now);
        if differ {
            // After the microphones that ended with it: the page decides by them what it does.
            drop(self.events.send(MediaEvent::Devices));
        }
    }

    /// A line was opened, or not.
    pub(super) fn opened(&mut self, id: LineId, opened: Result<Stream, SoundError>, now: Instant) {
        // What has meanwhile been given up closes by being dropped.
        match (self.lines.get_mut(&id), opened) {
            (Some(line), Ok(stream)) => line.opened(stream, now),
            (Some(_), Err(error)) => self.fail(id, &error, now),
            (None, _) => {}
        }
        self.settle(now);
    }

    /// A line made its first sound.
    pub(super) fn flows(&mut self, id: LineId, now: Instant) {
        if let Some(line) = self.lines.get(&id) {
            self.failed.remove(&(line.kind, line.device.clone()));
        }
        self.settle(now);
    }

    /// A line ended by itself.
    pub(super) fn ended(&mut self, id: LineId, error: &SoundError, now: Instant) {
        if self.lines.contains_key(&id) {
            self.fail(id, error, now);
            self.list();
            self.settle(now);
        }
    }

    /// A line has failed: its device is tried again later, or never for who waits for it.
    fn fail(&mut self, id: LineId, error: &SoundError, now: Instant) {
        let Some(line) = self.lines.get(&id) else {
            return;
        };
        let what = (line.kind, line.device.clone());
        tracing::warn!(%error, device = %what.1.0, "a sound device failed");
        if is_of_the_server(error) {
            self.server = Server::Down;
            self.list();
        }
        self.refuse_waiting(&what, error);
        self.failed.insert(what, now + RETRY);
        self.lose(id);
    }

    /// Closes a line that is of no more use.
    fn lose(&mut self, id: LineId) {
        self.lines.remove(&id);
        self.bay.lock().forget_line(id);
        for wish in self.tracks.values_mut() {
            wish.lose(id);
        }
        for ear in self.peers.values_mut() {
            ear.lose(id);
        }
    }

    /// Looks after the lines; several times a second while [busy](Self::is_busy).
    pub(super) fn tick(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.listing.at);
        let ids: Vec<LineId> = self.lines.keys().copied().collect();
        let mut unsure = self.server == Server::Down;
        for id in ids {
            let Some(line) = self.lines.get_mut(&id) else {
                continue;
            };
            match line.health(now) {
                Health::Opening => {}
                Health::Flowing => line.stalled = None,
                Health::Stalled => {
                    unsure = true;
                    let stalled = *line.stalled.get_or_insert(now);
                    let is_stuck = now.saturating_duration_since(stalled) >= STUCK;
                    if is_stuck && self.server == Server::Up && self.listing.at > stalled {
                        self.lose(id);
                    }
                }
                Health::Overdue => {
                    let error = SoundError::Device("it makes no sound".to_owned());
                    self.fail(id, &error, now);
                }
            }
        }
        if unsure && since >= RETRY && !self.listing.under_way {
            self.list();
        }
        self.expire(now);
        self.settle(now);
    }

    /// Makes what is open what is wanted.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.server == Server::Up {
            let gone = |line: &Line| {
                let is_it = |d: &Device| d.kind == line.kind && d.id == line.device;
                !self.devices.iter().any(is_it)
            };
            let gone = self.lines.iter().filter(|(_, line)| gone(line));
            let gone: Vec<LineId> = gone.map(|(id, _)| *id).collect();
            gone.into_iter().for_each(|id| self.lose(id));
        }
        let needed = self.needed();
        for (kind, device) in &needed {
            self.want(*kind, device, now);
        }
        self.feed_tracks(now);
        self.play_peers(now);
        let used = |id: &LineId, line: &Line| {
            let is_needed = needed.contains(&(line.kind, line.device.clone()));
            let by_track = self.tracks.values().any(|wish| wish.line == Some(*id));
            is_needed || by_track || self.peers.values().any(|ear| ear.lines.contains(id))
        };
        let idle = self.lines.iter().filter(|(id, line)| !used(id, line));
        let idle: Vec<LineId> = idle.map(|(id, _)| *id).collect();
        for id in idle {
            self.lines.remove(&id);
            self.bay.lock().forget_line(id);
        }
        self.tell_trouble(now);
    }

    /// Opens a device unless it is, or has just failed.
    fn want(&mut self, kind: DeviceKind, device: &DeviceId, now: Instant) {
        let is_it = |line: &Line| line.kind == kind && line.device == *device;
        let what = (kind, device.clone());
        if self.server != Server::Up
            || self.lines.values().any(is_it)
            || self.failed.get(&what).is_some_and(|until| now < *until)
        {
            return;
        }
        self.next_line += 1;
        let id = LineId(self.next_line);
        let (backend, bay) = (self.backend.clone(), self.bay.clone());
        let line = Line::open(id, what, backend, bay, self.news.clone());
        self.lines.insert(id, line);
    }

    /// The line on a device, if there is one.
    fn line_on(&self, kind: DeviceKind, device: &DeviceId) -> Option<LineId> {
        let is_it = |line: &Line| line.kind == kind && line.device == *device;
        let mut lines = self.lines.iter();
        lines.find(|(_, line)| is_it(line)).map(|(id, _)| *id)
    }

    fn flowing(&self, id: LineId, now: Instant) -> bool {
        self.lines.get(&id).is_some_and(|line| line.flows(now))
    }
}

/// Why a device cannot be had.
fn refuse(error: &SoundError) -> MediaAnswer {
    let kind = match error {
        SoundError::NoServer(_) | SoundError::Device(_) => MediaErrorKind::NotReadable,
        SoundError::NoDevice => MediaErrorKind::NotFound,
        SoundError::NotAllowed(_) => MediaErrorKind::NotAllowed,
    };
    refused(kind, error.to_string())
}
