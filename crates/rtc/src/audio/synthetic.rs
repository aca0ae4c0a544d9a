//! Devices that exist in memory only, and all that can go wrong with them.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::backend::{
    AudioBackend, BLOCK, BLOCK_MS, Block, Changed, Device, DeviceId, DeviceKind, Ended, Heard,
    Said, SoundError, Stream,
};
use super::{AudioSink, AudioSource, FRAME, Frame, SILENCE};

/// How long a call waits for a frozen server.
const PATIENCE: Duration = Duration::from_secs(2);

/// How late the devices may be before they skip instead of catching up.
const LATEST: Duration = Duration::from_millis(200);

/// A sound server for tests: virtual microphones that play a source, virtual loudspeakers that
/// fill a sink, driven by one thread in real time. It starts without devices.
///
/// Clones share the server; it ends with the last. The first device of a kind that is plugged in
/// is the default until another is [chosen](Self::choose).
#[derive(Clone)]
pub struct Synthetic {
    server: Arc<Server>,
    _alive: Arc<Alive>,
}

/// Ends the thread when the last handle is gone.
struct Alive(Arc<Server>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.state().ended = true;
        self.0.thawed.notify_all();
    }
}

struct Server {
    state: Mutex<State>,
    thawed: Condvar,
    listeners: Mutex<Vec<Changed>>,
}

#[derive(Default)]
struct State {
    devices: Vec<Plugged>,
    streams: Vec<Open>,
    next: u64,
    dead: bool,
    frozen: bool,
    ended: bool,
}

struct Plugged {
    device: Device,
    refuses: Option<SoundError>,
    end: End,
}

/// A device deals in frames, its streams in blocks: two turns make a frame.
enum End {
    Microphone(Box<dyn AudioSource>, Frame, bool),
    Loudspeaker(Box<dyn AudioSink>, Frame, bool),
}

struct Open {
    number: u64,
    asked: DeviceId,
    device: DeviceId,
    flow: Flow,
    ended: Option<Ended>,
}

enum Flow {
    In(Heard),
    Out(Said),
}

impl Default for Synthetic {
    fn default() -> Self {
        Self::new()
    }
}

impl Synthetic {
    /// A server without devices.
    pub fn new() -> Self {
        let server = Arc::new(Server {
            state: Mutex::default(),
            thawed: Condvar::new(),
            listeners: Mutex::default(),
        });
        let clock = server.clone();
        thread::spawn(move || clock.run());
        let alive = Arc::new(Alive(server.clone()));
        Self {
            server,
            _alive: alive,
        }
    }

    /// Plugs in a microphone that hears `source`.
    pub fn plug_microphone(&self, id: &str, source: impl AudioSource) {
        let end = End::Microphone(Box::new(source), SILENCE, false);
        self.plug(id, DeviceKind::Input, end);
    }

    /// Plugs in a loudspeaker that plays into `sink`, silence when nothing is open.
    pub fn plug_loudspeaker(&self, id: &str, sink: impl AudioSink) {
        let end = End::Loudspeaker(Box::new(sink), SILENCE, false);
        self.plug(id, DeviceKind::Output, end);
    }

    fn plug(&self, id: &str, kind: DeviceKind, end: End) {
        let device = Device {
            id: DeviceId(id.to_owned()),
            kind,
            label: format!("The {id}"),
            group: String::new(),
        };
        self.change(|state| {
            state.devices.push(Plugged {
                device,
                refuses: None,
                end,
            });
        });
    }

    /// Takes a device away. Streams on it say nothing any more, and do not end.
    pub fn unplug(&self, id: &str) {
        self.change(|state| state.devices.retain(|plugged| plugged.device.id.0 != id));
    }

    /// Takes a device away and moves its streams to another without a word, as sound servers do;
    /// `to` may be one of the other kind's monitor in all but name: plug it in as a microphone.
    pub fn unplug_and_move(&self, id: &str, to: &str) {
        self.change(|state| {
            state.devices.retain(|plugged| plugged.device.id.0 != id);
            for open in &mut state.streams {
                if open.device.0 == id {
                    open.device = DeviceId(to.to_owned());
                }
            }
        });
    }

    /// Makes a device the system's choice of its kind.
    pub fn choose(&self, id: &str) {
        self.change(|state| {
            if let Some(at) = state.devices.iter().position(|p| p.device.id.0 == id) {
                let chosen = state.devices.remove(at);
                state.devices.insert(0, chosen);
            }
        });
    }

    /// Refuses to open a device from now on; `None` opens it again.
    pub fn refuse(&self, id: &str, error: Option<SoundError>) {
        self.change(|state| {
            let named = state.devices.iter_mut().find(|p| p.device.id.0 == id);
            if let Some(plugged) = named {
                plugged.refuses = error;
            }
        });
    }

    /// Kills the server: streams end, nothing can be opened.
    pub fn kill(&self) {
        let streams = {
            let mut state = self.server.state();
            state.dead = true;
            state.frozen = false;
            std::mem::take(&mut state.streams)
        };
        self.server.thawed.notify_all();
        for open in streams {
            if let Some(ended) = open.ended {
                ended(SoundError::NoServer("killed".to_owned()));
            }
        }
        self.server.tell();
    }

    /// Starts the server again, with the same devices.
    pub fn revive(&self) {
        self.change(|state| state.dead = false);
    }

    /// Freezes the server: no sound, no answer, no error.
    pub fn freeze(&self) {
        self.server.state().frozen = true;
    }

    /// Lets the server go on.
    pub fn thaw(&self) {
        self.server.state().frozen = false;
        self.server.thawed.notify_all();
    }

    /// On which devices streams were asked for and are open, in the order of opening.
    pub fn open(&self) -> Vec<DeviceId> {
        let state = self.server.state();
        state
            .streams
            .iter()
            .map(|open| open.asked.clone())
            .collect()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.server.state());
        self.server.tell();
    }

    fn open_stream(
        &self,
        device: &DeviceId,
        flow: Flow,
        ended: Ended,
    ) -> Result<Stream, SoundError> {
        let kind = match flow {
            Flow::In(_) => DeviceKind::Input,
            Flow::Out(_) => DeviceKind::Output,
        };
        let mut state = self.server.answering()?;
        let known = |p: &&Plugged| p.device.id == *device && p.device.kind == kind;
        let plugged = state.devices.iter().find(known);
        let plugged = plugged.ok_or(SoundError::NoDevice)?;
        if let Some(error) = &plugged.refuses {
            return Err(error.clone());
        }
        state.next += 1;
        let number = state.next;
        state.streams.push(Open {
            number,
            asked: device.clone(),
            device: device.clone(),
            flow,
            ended: Some(ended),
        });
        Ok(Stream::new(Close(self.server.clone(), number)))
    }
}

impl std::fmt::Debug for Synthetic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Synthetic")
    }
}

impl AudioBackend for Synthetic {
    fn devices(&self) -> Result<Vec<Device>, SoundError> {
        let state = self.server.answering()?;
        Ok(state.devices.iter().map(|p| p.device.clone()).collect())
    }

    fn open_input(
        &self,
        device: &DeviceId,
        heard: Heard,
        ended: Ended,
    ) -> Result<Stream, SoundError> {
        self.open_stream(device, Flow::In(heard), ended)
    }

    fn open_output(
        &self,
        device: &DeviceId,
        said: Said,
        ended: Ended,
    ) -> Result<Stream, SoundError> {
        self.open_stream(device, Flow::Out(said), ended)
    }

    fn on_change(&self, changed: Changed) {
        let mut listeners = lock(&self.server.listeners);
        listeners.push(changed);
    }
}

/// Closes a stream when dropped.
struct Close(Arc<Server>, u64);

impl Drop for Close {
    fn drop(&mut self) {
        let mut state = self.0.state();
        // Dropped after the lock is gone: what it holds may lock something of its own.
        let at = state.streams.iter().position(|open| open.number == self.1);
        let gone = at.map(|at| state.streams.remove(at));
        drop(state);
        drop(gone);
    }
}

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn tell(&self) {
        for changed in lock(&self.listeners).iter() {
            changed();
        }
    }

    /// The state, once the server answers.
    fn answering(&self) -> Result<MutexGuard<'_, State>, SoundError> {
        let (state, _) = self
            .thawed
            .wait_timeout_while(self.state(), PATIENCE, |state| state.frozen)
            .unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State { dead: true, .. } => Err(SoundError::NoServer("dead".to_owned())),
            State { frozen: true, .. } => Err(SoundError::NoServer("no answer".to_owned())),
            _ => Ok(state),
        }
    }

    /// The clock of all devices.
    fn run(&self) {
        let turn = Duration::from_millis(BLOCK_MS);
        let mut next = Instant::now() + turn;
        loop {
            thread::sleep(next.saturating_duration_since(Instant::now()));
            next += turn;
            if next + LATEST < Instant::now() {
                next = Instant::now() + turn;
            }
            let mut state = self.state();
            if state.ended {
                return;
            }
            if !state.dead && !state.frozen {
                state.turn();
            }
        }
    }
}

impl State {
    /// Passes 10 ms on every device.
    fn turn(&mut self) {
        let Self {
            devices, streams, ..
        } = self;
        for plugged in devices {
            let streams = streams
                .iter_mut()
                .filter(|open| open.device == plugged.device.id);
            let flows = streams.map(|open| &mut open.flow);
            match &mut plugged.end {
                End::Microphone(source, frame, second) => {
                    if !*second {
                        *frame = source.pull().unwrap_or(SILENCE);
                    }
                    let block = half(frame, *second);
                    *second = !*second;
                    for flow in flows {
                        if let Flow::In(heard) = flow {
                            heard(&block);
                        }
                    }
                }
                End::Loudspeaker(sink, frame, second) => {
                    let mut mixed = [0_i16; BLOCK];
                    for flow in flows {
                        if let Flow::Out(said) = flow {
                            let mut block = [0; BLOCK];
                            said(&mut block);
                            for (to, from) in mixed.iter_mut().zip(block) {
                                *to = to.saturating_add(from);
                            }
                        }
                    }
                    let from = if *second { BLOCK } else { 0 };
                    frame[from..from + BLOCK].copy_from_slice(&mixed);
                    if *second {
                        sink.push(frame);
                    }
                    *second = !*second;
                }
            }
        }
    }
}

fn half(frame: &Frame, second: bool) -> Block {
    const { assert!(FRAME == 2 * BLOCK) };
    let from = if second { BLOCK } else { 0 };
    let mut block = [0; BLOCK];
    block.copy_from_slice(&frame[from..from + BLOCK]);
    block
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
