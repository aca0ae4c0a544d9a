//! The handle on a running peer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

use crate::audio::{AudioSink, AudioSource};
use crate::driver::{self, Command, Driver};
use crate::session::{Codec, Liveness, PeerError, PeerEvent, PeerStats, Settings};

/// How a [`Peer`] is set up. Write `..PeerConfig::default()` for what you do not name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerConfig {
    /// Local address of the UDP socket (its port is the system's choice) and of the one host
    /// candidate, so an address of an interface, not the unspecified one.
    pub bind: IpAddr,
    /// Whether this end is ICE-lite, as Twilio's is.
    pub ice_lite: bool,
    /// Codecs this end speaks, best first. An answer keeps the order of the offer.
    pub codecs: Vec<Codec>,
    /// When a silent connection counts as disturbed and as lost.
    pub liveness: Liveness,
}

impl Default for PeerConfig {
    /// Loopback, ICE-lite, Opus before PCMU.
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            ice_lite: true,
            codecs: vec![Codec::Opus, Codec::Pcmu],
            liveness: Liveness::default(),
        }
    }
}

/// A handle on one running audio peer. Clones share the peer; it ends with [`Peer::close`] or
/// when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Peer {
    commands: mpsc::UnboundedSender<Command>,
    stats: Arc<Mutex<PeerStats>>,
}

impl Peer {
    /// Opens the socket and starts the peer's task on the tokio runtime of the caller.
    ///
    /// Events wait until they are read; a receiver that is dropped loses them and nothing else.
    ///
    /// # Errors
    /// [`PeerError::Socket`] or [`PeerError::Opus`] when either cannot be had.
    pub async fn new(
        config: PeerConfig,
        source: Box<dyn AudioSource>,
        sink: Box<dyn AudioSink>,
    ) -> Result<(Self, mpsc::Receiver<PeerEvent>), PeerError> {
        let socket = UdpSocket::bind((config.bind, 0))
            .await
            .map_err(PeerError::Socket)?;
        let settings = Settings {
            local: socket.local_addr().map_err(PeerError::Socket)?,
            ice_lite: config.ice_lite,
            codecs: config.codecs,
            liveness: config.liveness,
            seed: rand::random(),
        };
        let (commands, orders) = mpsc::unbounded_channel();
        let (events, news) = mpsc::channel(driver::EVENTS);
        let stats = Arc::new(Mutex::new(PeerStats::default()));
        let driver = Driver::new(settings, socket, source, sink, events, stats.clone())?;
        tokio::spawn(driver.run(orders));
        Ok((Self { commands, stats }, news))
    }

    /// Takes the far end's offer and gives the answer. A later offer with new ICE credentials
    /// restarts ICE; one of another peer connection (another fingerprint) is refused.
    ///
    /// # Errors
    /// [`PeerError::Sdp`] when the offer cannot be used, [`PeerError::Closed`] after the end.
    pub async fn accept_offer(&self, sdp: &str) -> Result<String, PeerError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::AcceptOffer(sdp.to_owned(), reply), answer)
            .await
    }

    /// Makes an offer; the first begins the session, a later one restarts ICE.
    ///
    /// # Errors
    /// [`PeerError::Closed`] after the end.
    pub async fn create_offer(&self) -> Result<String, PeerError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::CreateOffer(reply), answer).await
    }

    /// Takes the far end's answer to the last [`Peer::create_offer`].
    ///
    /// # Errors
    /// [`PeerError::NoOpenOffer`] without one, [`PeerError::Sdp`] when the answer cannot be
    /// used, [`PeerError::Closed`] after the end.
    pub async fn accept_answer(&self, sdp: &str) -> Result<(), PeerError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::AcceptAnswer(sdp.to_owned(), reply), answer)
            .await
    }

    /// While on, drops everything that comes in and everything that would go out.
    pub fn black_hole(&self, on: bool) {
        self.tell(Command::BlackHole(on));
    }

    /// Sends key presses as telephone-events (RFC 4733), one after the other; characters that
    /// are not keys (`0`–`9`, `*`, `#`, `A`–`D`) are skipped.
    pub fn send_dtmf(&self, digits: &str) {
        self.tell(Command::Press(digits.to_owned()));
    }

    /// The peer's figures so far; they stay readable after the end.
    pub fn stats(&self) -> PeerStats {
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the peer; [`PeerEvent::Closed`] follows. Does nothing when it has ended.
    pub fn close(&self) {
        self.tell(Command::Close);
    }

    fn tell(&self, command: Command) {
        // A peer that has ended has nothing left to do.
        let _ = self.commands.send(command);
    }

    async fn ask<T>(
        &self,
        command: Command,
        answer: oneshot::Receiver<Result<T, PeerError>>,
    ) -> Result<T, PeerError> {
        self.commands.send(command).map_err(|_| PeerError::Closed)?;
        answer.await.map_err(|_| PeerError::Closed)?
    }
}
