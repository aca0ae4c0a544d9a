//! The list of devices, kept fresh by a thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use ::cpal::Host;
#[cfg(target_os = "linux")]
use ::cpal::HostId;
use ::cpal::traits::{DeviceTrait, HostTrait};

use super::sound_error;
use crate::audio::backend::{Changed, Device, DeviceId, DeviceKind, SoundError};

/// How often the devices are looked at while nothing is open.
const IDLE: Duration = Duration::from_secs(1);

/// How often while something is. A microphone that was pulled out may go on as the monitor of our
/// own loudspeaker; for this long at most.
const IN_USE: Duration = Duration::from_millis(250);

/// How often ALSA's devices are looked at, which takes ten milliseconds.
const UNSERVED: Duration = Duration::from_secs(5);

/// How long after a failure the server is looked for again.
const RETRY: Duration = Duration::from_millis(300);

/// How long a fresh list is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// See the module.
pub(super) struct List {
    state: Mutex<State>,
    changed: Condvar,
    listeners: Mutex<Vec<Changed>>,
    in_use: Arc<AtomicUsize>,
}

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    error: Option<SoundError>,
    /// Looks that were begun, and the last of them that has ended.
    begun: u64,
    done: u64,
    /// Somebody waits for the next look.
    wanted: bool,
    ended: bool,
}

/// A device, and cpal's handle on it.
struct Entry {
    device: Device,
    handle: ::cpal::Device,
}

impl List {
    /// Starts the thread.
    pub(super) fn watch() -> Arc<Self> {
        let list = Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            listeners: Mutex::default(),
            in_use: Arc::default(),
        });
        let watching = list.clone();
        let thread = thread::Builder::new().name("sound devices".to_owned());
        if let Err(error) = thread.spawn(move || watching.run()) {
            tracing::error!(%error, "the sound devices cannot be watched");
        }
        list
    }

    /// Ends the thread, as soon as the server lets it.
    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// Counts the open streams.
    pub(super) fn in_use(&self) -> Arc<AtomicUsize> {
        self.in_use.clone()
    }

    pub(super) fn on_change(&self, changed: Changed) {
        let listeners = self.listeners.lock();
        let mut listeners = listeners.unwrap_or_else(PoisonError::into_inner);
        listeners.push(changed);
    }

    /// The devices as they are now.
    pub(super) fn fresh(&self) -> Result<Vec<Device>, SoundError> {
        let mut state = self.lock();
        let before = state.begun;
        state.wanted = true;
        self.changed.notify_all();
        let stale = |state: &mut State| state.done <= before;
        let (state, _) = self
            .changed
            .wait_timeout_while(state, PATIENCE, stale)
            .unwrap_or_else(PoisonError::into_inner);
        if state.done <= before {
            return Err(SoundError::NoServer("it does not answer".to_owned()));
        }
        match &state.error {
            Some(error) => Err(error.clone()),
            None => Ok(state.entries.iter().map(|e| e.device.clone()).collect()),
        }
    }

    /// The device of this very id, as last listed.
    pub(super) fn find(
        &self,
        kind: DeviceKind,
        id: &DeviceId,
    ) -> Result<::cpal::Device, SoundError> {
        let state = self.lock();
        if let Some(error) = &state.error {
            return Err(error.clone());
        }
        let is_it = |entry: &&Entry| entry.device.kind == kind && entry.device.id == *id;
        let found = state.entries.iter().find(is_it);
        let found = found.ok_or(SoundError::NoDevice)?;
        Ok(found.handle.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut server = ServerHandle::default();
        loop {
            {
                let mut state = self.lock();
                state.begun += 1;
                state.wanted = false;
            }
            let listed = server.list();
            let pause = match &listed {
                Err(_) => RETRY,
                Ok(_) if server.is_bare() => UNSERVED,
                Ok(_) if self.in_use.load(Ordering::Relaxed) > 0 => IN_USE,
                Ok(_) => IDLE,
            };
            if self.publish(listed) {
                let listeners = self.listeners.lock();
                let listeners = listeners.unwrap_or_else(PoisonError::into_inner);
                listeners.iter().for_each(|changed| changed());
            }
            let quiet = |state: &mut State| !state.wanted && !state.ended;
            let (state, _) = self
                .changed
                .wait_timeout_while(self.lock(), pause, quiet)
                .unwrap_or_else(PoisonError::into_inner);
            if state.ended {
                return;
            }
        }
    }

    /// Whether anything is different now.
    fn publish(&self, listed: Result<Vec<Entry>, SoundError>) -> bool {
        let mut state = self.lock();
        state.done = state.begun;
        let before: Vec<Device> = state.entries.iter().map(|e| e.device.clone()).collect();
        let had_error = state.error.is_some();
        match listed {
            Ok(entries) => {
                state.entries = entries;
                state.error = None;
            }
            Err(error) => state.error = Some(error),
        }
        let same = state.entries.iter().map(|e| &e.device).eq(&before);
        let differs = !same || had_error != state.error.is_some();
        drop(state);
        self.changed.notify_all();
        differs
    }
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("List")
    }
}

/// The connection to the sound server, made anew when it broke.
#[derive(Default)]
struct ServerHandle {
    host: Option<Host>,
    /// There was a PulseAudio or PipeWire: ALSA would only get in its way.
    #[cfg(target_os = "linux")]
    has_met_pulse: bool,
}

impl ServerHandle {
    fn list(&mut self) -> Result<Vec<Entry>, SoundError> {
        if self
            .host
            .as_ref()
            .is_none_or(|host| self.is_second_best(host))
        {
            self.connect()?;
        }
        let Some(host) = &self.host else {
            return Err(SoundError::NoServer("there is none".to_owned()));
        };
        let listed = entries(host).map_err(|error| sound_error(&error));
        if let Err(error) = &listed {
            tracing::debug!(%error, "the sound devices cannot be listed");
            // What is dead stays dead, and may take its time to be dropped.
            let dead = self.host.take();
            drop(thread::spawn(move || drop(dead)));
            return Err(SoundError::NoServer(error.to_string()));
        }
        listed
    }

    /// Whether there is no sound server, only ALSA.
    fn is_bare(&self) -> bool {
        self.host.as_ref().is_some_and(is_alsa)
    }

    #[cfg(target_os = "linux")]
    fn is_second_best(&self, host: &Host) -> bool {
        host.id() != HostId::PulseAudio && ::cpal::available_hosts().contains(&HostId::PulseAudio)
    }

    #[cfg(target_os = "linux")]
    fn connect(&mut self) -> Result<(), SoundError> {
        if ::cpal::available_hosts().contains(&HostId::PulseAudio) {
            super::cookie::make_if_missing();
        }
        let pulse = ::cpal::host_from_id(HostId::PulseAudio);
        self.has_met_pulse |= pulse.is_ok();
        let host = match pulse {
            Err(_) if !self.has_met_pulse => ::cpal::host_from_id(HostId::Alsa),
            pulse => pulse,
        };
        let host = host.map_err(|error| SoundError::NoServer(error.to_string()))?;
        if self.host.as_ref().is_none_or(|now| now.id() != host.id()) {
            tracing::info!(host = %host.id(), "sound goes through it");
            self.host = Some(host);
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn is_second_best(&self, _: &Host) -> bool {
        false
    }

    #[cfg(not(target_os = "linux"))]
    fn connect(&mut self) -> Result<(), SoundError> {
        self.host = Some(::cpal::default_host());
        Ok(())
    }
}

/// All devices, the default first of each kind.
fn entries(host: &Host) -> Result<Vec<Entry>, ::cpal::Error> {
    let handles: Vec<::cpal::Device> = host.devices()?.collect();
    let mut entries = Vec::new();
    let defaults = [
        (DeviceKind::Input, host.default_input_device()),
        (DeviceKind::Output, host.default_output_device()),
    ];
    for (kind, default) in defaults {
        let of_kind = handles.iter().filter(|handle| match kind {
            DeviceKind::Input => handle.supports_input(),
            DeviceKind::Output => handle.supports_output(),
        });
        let mut listed: Vec<Entry> = of_kind.filter_map(|h| entry(kind, h)).collect();
        if is_alsa(host) {
            keep_hardware(&mut listed);
        }
        let default = default.and_then(|handle| handle.id().ok());
        let default = default.map(|id| id.to_string());
        // Stable: the others keep their order.
        listed.sort_by_key(|entry| Some(&entry.device.id.0) != default.as_ref());
        entries.append(&mut listed);
    }
    Ok(entries)
}

fn entry(kind: DeviceKind, handle: &::cpal::Device) -> Option<Entry> {
    // A device that goes while it is looked at is none.
    let id = handle.id().ok()?;
    let description = handle.description().ok()?;
    let is_listed = match kind {
        DeviceKind::Input => !is_monitor(id.id()),
        DeviceKind::Output => true,
    };
    (is_listed && !is_dummy(id.id())).then(|| Entry {
        device: Device {
            id: DeviceId(id.to_string()),
            kind,
            label: description.name().to_owned(),
            group: String::new(),
        },
        handle: handle.clone(),
    })
}

#[cfg(target_os = "linux")]
fn is_alsa(host: &Host) -> bool {
    host.id() == HostId::Alsa
}

#[cfg(not(target_os = "linux"))]
fn is_alsa(_: &Host) -> bool {
    false
}

/// Leaves ALSA's default and its cards, each once, of the many names and plugins that it lists;
/// without a card the default is nothing either.
fn keep_hardware(entries: &mut Vec<Entry>) {
    let is_card = |entry: &Entry| entry.device.id.0.starts_with("alsa:plughw:");
    let some = entries.iter().any(is_card);
    entries.retain(|entry| some && (is_card(entry) || entry.device.id.0 == "alsa:default"));
}

/// Whether a PulseAudio or PipeWire source records what a loudspeaker says: both name it so.
fn is_monitor(id: &str) -> bool {
    id.ends_with(".monitor")
}

/// Whether nothing is behind it: what sound servers have when there is no device at all.
fn is_dummy(id: &str) -> bool {
    id == "auto_null"
}
