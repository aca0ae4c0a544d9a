//! What the page wants of the devices.

use std::time::{Duration, Instant};

use protocol::media::{DeviceId, DeviceKind, MediaAnswer, MediaEvent, PeerId, Processing, TrackId};

use super::{Reply, Server, Sound, refuse};
use crate::audio::backend::SoundError;
use crate::engine::bay::LineId;

/// How long `getUserMedia` waits for sound.
const PATIENCE: Duration = Duration::from_secs(8);

/// A track: a microphone is wanted.
pub(super) struct Wish {
    device: DeviceId,
    /// From where its sound comes.
    pub(super) line: Option<LineId>,
    /// Its line has gone and no other came.
    pub(super) lost: bool,
    /// The page was told that its device is gone.
    ended: bool,
    waiting: Option<(Reply, Instant)>,
}

impl Wish {
    /// Whether the page still waits for its first sound.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    pub(super) fn lose(&mut self, line: LineId) {
        if self.line == Some(line) {
            self.line = None;
            self.lost = true;
        }
    }
}

/// A peer is to be heard.
#[derive(Default)]
pub(super) struct Ear {
    devices: Vec<DeviceId>,
    /// On which lines it is heard, or will be.
    pub(super) lines: Vec<LineId>,
    /// A line of it has gone and none took its place.
    pub(super) lost: bool,
}

impl Ear {
    pub(super) fn lose(&mut self, line: LineId) {
        let before = self.lines.len();
        self.lines.retain(|known| *known != line);
        self.lost |= self.lines.len() < before;
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.devices.is_empty()
    }
}

impl Sound {
    /// Opens a microphone for a track; answers when its sound flows.
    pub(in super::super) fn open_microphone(
        &mut self,
        track: TrackId,
        device: DeviceId,
        processing: Processing,
        reply: Reply,
    ) {
        let now = Instant::now();
        self.close_microphone(track);
        self.bay.lock().add_track(track, processing);
        let wish = Wish {
            device,
            line: None,
            lost: false,
            ended: false,
            waiting: Some((reply, now + PATIENCE)),
        };
        self.tracks.insert(track, wish);
        self.list();
        self.settle(now);
    }

    /// Ends a track; whether there was one.
    pub(in super::super) fn close_microphone(&mut self, track: TrackId) -> bool {
        self.bay.lock().remove_track(track);
        let was = self.tracks.remove(&track).is_some();
        self.settle(Instant::now());
        was
    }

    /// On which loudspeakers a peer is heard; refused when one is not there.
    pub(in super::super) fn play(&mut self, peer: PeerId, devices: Vec<DeviceId>, reply: Reply) {
        let known = |device: &DeviceId| self.has(DeviceKind::Output, device);
        if self.server == Server::Up && devices.iter().all(known) {
            self.hear(peer, devices);
            drop(reply.send(MediaAnswer::Done));
        } else {
            self.plays.push((peer, devices, reply));
            self.list();
        }
    }

    fn hear(&mut self, peer: PeerId, devices: Vec<DeviceId>) {
        self.peers.entry(peer).or_default().devices = devices;
        self.settle(Instant::now());
    }

    /// A peer is gone.
    pub(in super::super) fn forget_peer(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
        self.plays.retain(|(one, _, _)| *one != peer);
        self.settle(Instant::now());
    }

    /// Nothing is wanted any more.
    pub(in super::super) fn reset(&mut self) {
        let tracks = std::mem::take(&mut self.tracks);
        for track in tracks.keys() {
            self.bay.lock().remove_track(*track);
        }
        self.peers.clear();
        self.plays.clear();
        self.settle(Instant::now());
    }

    /// Whether the wish can be met as it is.
    fn has(&self, kind: DeviceKind, device: &DeviceId) -> bool {
        let listed = |d: &protocol::media::Device| d.kind == kind && d.id == *device;
        *device == DeviceId::system() || self.devices.iter().any(listed)
    }

    /// The device itself, or the system's choice.
    fn resolve(&self, kind: DeviceKind, device: &DeviceId) -> Option<DeviceId> {
        let mut of_kind = self.devices.iter().filter(|d| d.kind == kind);
        let exact = of_kind.clone().find(|d| d.id == *device);
        exact.or_else(|| of_kind.next()).map(|d| d.id.clone())
    }

    /// What a track's microphone is now. Who still waits for one gets what was asked for or none.
    fn target(&self, wish: &Wish) -> Option<DeviceId> {
        if wish.waiting.is_some() && !self.has(DeviceKind::Input, &wish.device) {
            return None;
        }
        self.resolve(DeviceKind::Input, &wish.device)
    }

    /// The loudspeakers of a peer now, each once.
    fn targets(&self, ear: &Ear) -> Vec<DeviceId> {
        let mut targets = Vec::new();
        for device in &ear.devices {
            if let Some(device) = self.resolve(DeviceKind::Output, device)
                && !targets.contains(&device)
            {
                targets.push(device);
            }
        }
        targets
    }

    /// All devices that should be open.
    pub(super) fn needed(&self) -> Vec<(DeviceKind, DeviceId)> {
        let inputs = self.tracks.values().filter_map(|wish| self.target(wish));
        let inputs = inputs.map(|device| (DeviceKind::Input, device));
        let outputs = self.peers.values().flat_map(|ear| self.targets(ear));
        let outputs = outputs.map(|device| (DeviceKind::Output, device));
        inputs.chain(outputs).collect()
    }

    /// Feeds each track from its microphone, as soon as that flows.
    pub(super) fn feed_tracks(&mut self, now: Instant) {
        let ids: Vec<TrackId> = self.tracks.keys().copied().collect();
        for id in ids {
            let Some(wish) = self.tracks.get(&id) else {
                continue;
            };
            let target = self.target(wish);
            let there = target.is_some();
            let line = target.and_then(|device| self.line_on(DeviceKind::Input, &device));
            let line = line.filter(|line| self.flowing(*line, now));
            let is_up = self.server == Server::Up;
            let Some(wish) = self.tracks.get_mut(&id) else {
                continue;
            };
            if line.is_some() {
                if wish.line != line {
                    wish.line = line;
                    self.bay.lock().feed_track(id, line);
                }
                (wish.lost, wish.ended) = (false, false);
                if let Some((reply, _)) = wish.waiting.take() {
                    drop(reply.send(MediaAnswer::Done));
                }
            } else if !there && is_up && wish.waiting.is_none() && !wish.ended {
                wish.ended = true;
                let event = MediaEvent::MicrophoneEnded { track: id };
                drop(self.events.send(event));
            }
        }
    }

    /// Has each peer heard on its loudspeakers, and on those before until they flow.
    pub(super) fn play_peers(&mut self, now: Instant) {
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(ear) = self.peers.get(&id) else {
                continue;
            };
            let targets = self.targets(ear);
            let on = targets.iter();
            let on = on.filter_map(|device| self.line_on(DeviceKind::Output, device));
            let mut lines: Vec<LineId> = on.collect();
            let flow = |line: &LineId| self.flowing(*line, now);
            let all_flow = lines.len() == targets.len() && lines.iter().all(flow);
            let some_flow = lines.iter().any(flow);
            if !all_flow {
                let before = ear.lines.iter().filter(|line| !lines.contains(line));
                let before: Vec<LineId> = before.copied().collect();
                lines.extend(before);
            }
            let Some(ear) = self.peers.get_mut(&id) else {
                continue;
            };
            if some_flow {
                ear.lost = false;
            }
            if ear.lines != lines {
                ear.lines = lines.clone();
                self.bay.lock().play(id, lines);
            }
        }
    }

    /// Decides, after a new list, about wishes that the one before could not meet.
    pub(super) fn verify(&mut self, now: Instant) {
        let error = match self.server {
            Server::Up => SoundError::NoDevice,
            Server::Down => SoundError::NoServer("it does not answer".to_owned()),
            Server::Unknown => return,
        };
        let up = self.server == Server::Up;
        self.refuse_if(&error, |sound, wish| {
            !up || !sound.has(DeviceKind::Input, &wish.device) || sound.target(wish).is_none()
        });
        for (peer, devices, reply) in std::mem::take(&mut self.plays) {
            let known = |device: &DeviceId| self.has(DeviceKind::Output, device);
            // Without a server nobody knows; it is played when it comes back.
            if self.server == Server::Up && !devices.iter().all(known) {
                drop(reply.send(refuse(&SoundError::NoDevice)));
            } else {
                self.hear(peer, devices);
                drop(reply.send(MediaAnswer::Done));
            }
        }
        self.settle(now);
    }

    /// A device failed: who waits for it waits in vain.
    pub(super) fn refuse_waiting(&mut self, what: &(DeviceKind, DeviceId), error: &SoundError) {
        let (kind, device) = what;
        self.refuse_if(error, |sound, wish| {
            *kind == DeviceKind::Input && sound.target(wish).as_ref() == Some(device)
        });
    }

    /// Refuses those who have waited too long.
    pub(super) fn expire(&mut self, now: Instant) {
        let error = SoundError::Device("it makes no sound".to_owned());
        self.refuse_if(&error, |_, wish| {
            wish.waiting
                .as_ref()
                .is_some_and(|(_, until)| now >= *until)
        });
    }

    /// Refuses the microphones that are waited for and of which this holds, and forgets them.
    fn refuse_if(&mut self, error: &SoundError, holds: impl Fn(&Self, &Wish) -> bool) {
        let waiting = self
            .tracks
            .iter()
            .filter(|(_, wish)| wish.waiting.is_some());
        let refused = waiting.filter(|(_, wish)| holds(self, wish));
        let refused: Vec<TrackId> = refused.map(|(track, _)| *track).collect();
        for track in refused {
            self.bay.lock().remove_track(track);
            let wish = self.tracks.remove(&track);
            if let Some((reply, _)) = wish.and_then(|wish| wish.waiting) {
                drop(reply.send(refuse(error)));
            }
        }
    }
}
