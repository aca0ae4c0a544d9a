//! What is wrong with the sound, told when it changes.

use std::time::Instant;

use protocol::media::{DeviceKind, MediaEvent, SoundTrouble};

use super::wishes::{Ear, Wish};
use super::{Server, Sound};
use crate::engine::bay::LineId;

impl Sound {
    pub(super) fn tell_trouble(&mut self, now: Instant) {
        let trouble = self.trouble(now);
        if trouble != self.told {
            self.told = trouble;
            tracing::info!(?trouble, "how sound stands has changed");
            drop(self.events.send(MediaEvent::Sound { trouble }));
        }
    }

    /// What is wrong, as far as somebody needs it.
    fn trouble(&self, now: Instant) -> Option<SoundTrouble> {
        let mut speaking = self.tracks.values().filter(|wish| !wish.is_waiting());
        let mut heard = self.peers.values().filter(|ear| ear.is_wanted());
        let flows = |line: LineId| self.flowing(line, now);
        let silent = |wish: &&Wish| !wish.line.is_some_and(flows);
        let mute = |ear: &&Ear| !ear.lines.iter().copied().any(flows);
        let (silent, mute) = (speaking.find(silent), heard.find(mute));
        if silent.is_none() && mute.is_none() {
            return None;
        }
        let stalled = self.lines.values().any(|line| line.stalled.is_some());
        match self.server {
            Server::Up if !stalled => {}
            Server::Up | Server::Down => return Some(SoundTrouble::NoServer),
            Server::Unknown => return None,
        }
        // What is merely being opened is no trouble.
        let none = |kind| !self.devices.iter().any(|device| device.kind == kind);
        let fails = |kind| self.failed.keys().any(|(failed, _)| *failed == kind);
        let gone = |kind, lost| lost || none(kind) || fails(kind);
        if silent.is_some_and(|wish| gone(DeviceKind::Input, wish.lost)) {
            return Some(SoundTrouble::MicrophoneGone);
        }
        let mute = mute.is_some_and(|ear| gone(DeviceKind::Output, ear.lost));
        mute.then_some(SoundTrouble::LoudspeakerGone)
    }
}
