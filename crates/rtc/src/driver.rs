//! The tokio driver: one task per peer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use protocol::media::Description;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::audio::{AudioSink, AudioSource, FRAME_MS, Frame};
use crate::net::{Arrival, Network, Wake};
use crate::peer::MediaMode;
use crate::session::{Codec, Negotiation, Output, PeerError, PeerEvent, PeerStats, Session};

/// Events that fit in the channel; further ones wait in the driver.
pub(crate) const EVENTS: usize = 64;

/// Frames of a microphone that fit in the channel: 160 ms. More are late anyhow.
pub(crate) const FRAMES: usize = 8;

const TICK: Duration = Duration::from_millis(FRAME_MS);

/// Sound that is this late is skipped, not caught up with (a machine that slept).
const LATEST: Duration = Duration::from_millis(500);

/// A microphone that gives nothing for so long is replaced by silence.
const MUTE: Duration = Duration::from_millis(100);

type Reply<T> = oneshot::Sender<Result<T, PeerError>>;

/// What a handle asks of its peer.
#[derive(Debug)]
pub(crate) enum Command {
    AcceptOffer(String, Reply<String>),
    CreateOffer(Reply<String>),
    AcceptAnswer(String, Reply<()>),
    MakeOffer {
        restart: bool,
        reply: Reply<String>,
    },
    MakeAnswer(Reply<String>),
    SetLocal(Description, Reply<Negotiation>),
    SetRemote(Description, Reply<Negotiation>),
    PreferCodecs(Vec<Codec>),
    BlackHole(bool),
    Press(String),
    InsertDtmf {
        tones: String,
        duration: Duration,
        gap: Duration,
    },
    Report(oneshot::Sender<Vec<serde_json::Value>>),
    Close,
}

/// What the handles of a peer read without asking.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) stats: PeerStats,
    /// The report at the end.
    pub(crate) last_report: Vec<serde_json::Value>,
}

/// Where a peer's sound comes from and goes to.
pub(crate) struct Sound {
    pub(crate) mode: MediaMode,
    pub(crate) source: Box<dyn AudioSource>,
    pub(crate) sink: Box<dyn AudioSink>,
    pub(crate) microphone: mpsc::Receiver<Frame>,
}

/// One peer's task.
pub(crate) struct Driver {
    session: Session,
    network: Network,
    sound: Sound,
    events: mpsc::Sender<PeerEvent>,
    waiting: VecDeque<PeerEvent>,
    shared: Arc<Mutex<Shared>>,
    /// With relayed candidates only, who waits for them.
    wants_candidates: Vec<Reply<Negotiation>>,
    relay_only: bool,
}

impl Driver {
    pub(crate) fn new(
        mut session: Session,
        network: Network,
        sound: Sound,
        relay_only: bool,
        events: mpsc::Sender<PeerEvent>,
        shared: Arc<Mutex<Shared>>,
    ) -> Self {
        for address in network.hosts() {
            session.add_candidate(address, now());
        }
        Self {
            session,
            network,
            sound,
            events,
            waiting: VecDeque::new(),
            shared,
            wants_candidates: Vec::new(),
            relay_only,
        }
    }

    /// Runs until the session ends or the last handle is gone.
    pub(crate) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        let mut next_tick = now() + TICK;
        while !self.session.has_ended() {
            let deadlines = [self.session.deadline(), self.network.deadline()];
            let wake = deadlines
                .into_iter()
                .flatten()
                .fold(next_tick, Instant::min);
            tokio::select! {
                // The network first, so that a late tick finds what has come meanwhile.
                biased;
                ready = self.network.ready() => self.read(ready),
                order = orders.recv() => self.obey(order.unwrap_or(Command::Close)),
                Some(frame) = self.sound.microphone.recv() => {
                    self.session.capture(Some(&frame), now());
                    next_tick = now() + MUTE;
                }
                () = tokio::time::sleep_until(wake.into()) => {}
            }
            let now = now();
            if now >= next_tick {
                self.tick(now);
                next_tick += TICK;
                if now >= next_tick + LATEST {
                    next_tick = now + TICK;
                }
            }
            if self.session.deadline().is_some_and(|at| now >= at) {
                self.session.timeout(now);
            }
            if self.network.deadline().is_some_and(|at| now >= at) {
                let session = &mut self.session;
                self.network
                    .timeout(now, &mut |arrival| take(session, arrival));
            }
            self.flush();
        }
        self.finish().await;
    }

    fn read(&mut self, wake: Wake) {
        let session = &mut self.session;
        self.network
            .read(wake, now(), &mut |arrival| take(session, arrival));
    }

    fn obey(&mut self, order: Command) {
        // Whoever no longer waits for an answer does not want it.
        match order {
            Command::AcceptOffer(sdp, reply) => {
                let _ = reply.send(self.session.accept_offer(&sdp, now()));
            }
            Command::CreateOffer(reply) => {
                let _ = reply.send(self.session.create_offer(now()));
            }
            Command::AcceptAnswer(sdp, reply) => {
                let _ = reply.send(self.session.accept_answer(&sdp, now()));
            }
            Command::MakeOffer { restart, reply } => {
                let _ = reply.send(self.session.make_offer(restart, now()));
            }
            Command::MakeAnswer(reply) => {
                let _ = reply.send(self.session.make_answer(now()));
            }
            Command::SetLocal(description, reply) => self.set_local(&description, reply),
            Command::SetRemote(description, reply) => {
                let set = self.session.set_remote(&description, now());
                if self.session.wants_loopback() {
                    for address in self.network.add_loopback() {
                        self.session.add_candidate(address, now());
                    }
                }
                let _ = reply.send(set.map(|()| self.session.negotiation()));
            }
            Command::PreferCodecs(codecs) => self.session.prefer_codecs(&codecs),
            Command::BlackHole(on) => self.session.set_black_hole(on),
            Command::Press(digits) => self.session.press(&digits),
            Command::InsertDtmf {
                tones,
                duration,
                gap,
            } => self.session.insert_dtmf(&tones, duration, gap),
            Command::Report(reply) => {
                let _ = reply.send(self.session.report(unix_ms()));
            }
            Command::Close => self.session.close(),
        }
    }

    /// The answer holds the candidates of this machine; relayed ones are waited for when there
    /// will be no others, because nobody trickles them.
    fn set_local(&mut self, description: &Description, reply: Reply<Negotiation>) {
        if let Err(error) = self.session.set_local(description, now()) {
            let _ = reply.send(Err(error));
            return;
        }
        self.flush();
        if self.relay_only && !self.session.has_gathered() {
            self.wants_candidates.push(reply);
        } else {
            let _ = reply.send(Ok(self.session.negotiation()));
        }
    }

    fn tick(&mut self, now: Instant) {
        match self.sound.mode {
            MediaMode::Driver => {
                let frame = self.sound.source.pull();
                self.session.capture(frame.as_ref(), now);
                if let Some(frame) = self.session.playout() {
                    self.sound.sink.push(&frame);
                }
            }
            MediaMode::Device => self.session.capture(None, now),
        }
    }

    /// Does what the session wants done.
    fn flush(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send { from, to, data } => self.network.send(from, to, &data),
                Output::Gather => {
                    let session = &mut self.session;
                    self.network
                        .gather(now(), &mut |arrival| take(session, arrival));
                }
                Output::Event(event) => self.waiting.push_back(event),
            }
        }
        if self.session.has_gathered() || self.session.has_ended() {
            for reply in self.wants_candidates.drain(..) {
                let _ = reply.send(Ok(self.session.negotiation()));
            }
        }
        while let Some(event) = self.waiting.pop_front() {
            match self.events.try_send(event) {
                Ok(()) | Err(TrySendError::Closed(_)) => {}
                Err(TrySendError::Full(event)) => {
                    self.waiting.push_front(event);
                    break;
                }
            }
        }
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.stats = self.session.stats();
    }

    async fn finish(self) {
        let report = self.session.report(unix_ms());
        {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.last_report = report;
        }
        for event in self.waiting {
            if self.events.send(event).await.is_err() {
                return;
            }
        }
    }
}

fn take(session: &mut Session, arrival: Arrival<'_>) {
    match arrival {
        Arrival::Datagram { from, to, data } => session.datagram(from, to, data, now()),
        Arrival::Found(address) => session.add_candidate(address, now()),
        Arrival::Gathered => session.gathered(),
    }
}

/// The clock of the runtime, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Milliseconds since 1970, as statistics are stamped with.
fn unix_ms() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64() * 1_000.0)
}
