//! The tokio driver: one task and one UDP socket per peer.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::audio::{AudioSink, AudioSource, FRAME_MS};
use crate::session::{Output, PeerError, PeerEvent, PeerStats, Session, Settings};

/// Events that fit in the channel; further ones wait in the driver.
pub(crate) const EVENTS: usize = 64;

/// Datagrams read before the rest gets its turn.
const READS: usize = 64;

/// Bytes of the largest datagram a peer may meet.
const LARGEST_DATAGRAM: usize = 2_048;

const TICK: Duration = Duration::from_millis(FRAME_MS);

/// Sound that is this late is skipped, not caught up with (a machine that slept).
const LATEST: Duration = Duration::from_millis(500);

/// What a handle asks of its peer.
#[derive(Debug)]
pub(crate) enum Command {
    AcceptOffer(String, oneshot::Sender<Result<String, PeerError>>),
    CreateOffer(oneshot::Sender<Result<String, PeerError>>),
    AcceptAnswer(String, oneshot::Sender<Result<(), PeerError>>),
    BlackHole(bool),
    Press(String),
    Close,
}

/// One peer's task.
pub(crate) struct Driver {
    session: Session,
    socket: UdpSocket,
    source: Box<dyn AudioSource>,
    sink: Box<dyn AudioSink>,
    events: mpsc::Sender<PeerEvent>,
    waiting: VecDeque<PeerEvent>,
    stats: Arc<Mutex<PeerStats>>,
}

impl Driver {
    pub(crate) fn new(
        settings: Settings,
        socket: UdpSocket,
        source: Box<dyn AudioSource>,
        sink: Box<dyn AudioSink>,
        events: mpsc::Sender<PeerEvent>,
        stats: Arc<Mutex<PeerStats>>,
    ) -> Result<Self, PeerError> {
        Ok(Self {
            session: Session::new(settings, now())?,
            socket,
            source,
            sink,
            events,
            waiting: VecDeque::new(),
            stats,
        })
    }

    /// Runs until the session ends or the last handle is gone.
    pub(crate) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        let mut next_tick = now() + TICK;
        while !self.session.has_ended() {
            let wake = self
                .session
                .deadline()
                .map_or(next_tick, |at| at.min(next_tick));
            tokio::select! {
                // The socket first, so that a late tick finds what has come meanwhile.
                biased;
                readable = self.socket.readable() => match readable {
                    Ok(()) => self.read(),
                    Err(error) => {
                        tracing::warn!(%error, "the udp socket failed");
                        self.session.close();
                    }
                },
                order = orders.recv() => self.obey(order.unwrap_or(Command::Close)),
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
            self.flush();
        }
        let Self {
            events, waiting, ..
        } = self;
        for event in waiting {
            if events.send(event).await.is_err() {
                return;
            }
        }
    }

    fn read(&mut self) {
        let mut buffer = [0; LARGEST_DATAGRAM];
        for _ in 0..READS {
            match self.socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => self.session.datagram(from, &buffer[..length], now()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // What a port that nobody listens at any more answers comes as an error.
                Err(error) => tracing::trace!(%error, "a datagram could not be read"),
            }
        }
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
            Command::BlackHole(on) => self.session.set_black_hole(on),
            Command::Press(digits) => self.session.press(&digits),
            Command::Close => self.session.close(),
        }
    }

    fn tick(&mut self, now: Instant) {
        let frame = self.source.pull();
        self.session.capture(frame.as_ref(), now);
        if let Some(frame) = self.session.playout() {
            self.sink.push(&frame);
        }
    }

    /// Does what the session wants done.
    fn flush(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send { to, data } => {
                    // A full socket buffer is a lossy path like any other.
                    if let Err(error) = self.socket.try_send_to(&data, to) {
                        tracing::trace!(%error, "a datagram could not be sent");
                    }
                }
                Output::Event(event) => self.waiting.push_back(event),
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
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner) = self.session.stats();
    }
}

/// The clock of the runtime, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
