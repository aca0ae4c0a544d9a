//! The handle on a running peer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::media::{Description, IceServer};
use tokio::sync::{mpsc, oneshot};

use crate::audio::{AudioSink, AudioSource, Frame};
use crate::device::{Microphone, Playout};
use crate::driver::{self, Command, Driver, Shared, Sound};
use crate::net::Network;
use crate::session::{
    Codec, Ears, Liveness, Negotiation, PeerError, PeerEvent, PeerStats, Session, Settings,
};

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
    /// Servers and interfaces.
    pub ice: IceConfig,
    /// Whose clock the sound follows.
    pub media: MediaMode,
}

impl Default for PeerConfig {
    /// Loopback, ICE-lite, Opus before PCMU.
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            ice_lite: true,
            codecs: vec![Codec::Opus, Codec::Pcmu],
            liveness: Liveness::default(),
            ice: IceConfig::default(),
            media: MediaMode::default(),
        }
    }
}

/// Which addresses of this machine take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interfaces {
    /// [`PeerConfig::bind`] alone.
    #[default]
    Bind,
    /// Every usable IPv4 and IPv6 address, looked up anew at each gathering. Loopback takes part
    /// only when there is nothing else or the far end has a loopback candidate.
    All,
}

/// How a peer finds a path through NAT (`RTCConfiguration`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IceConfig {
    /// STUN and TURN servers.
    pub servers: Vec<IceServer>,
    /// Whether only relayed candidates may be used.
    pub relay_only: bool,
    /// Which addresses of this machine take part.
    pub interfaces: Interfaces,
    /// Certificate authorities (DER) that `turns:` servers are believed by besides the system's.
    pub more_roots: Vec<Vec<u8>>,
}

/// Whose clock the sound follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MediaMode {
    /// The driver's: it pulls the source and pushes the sink every 20 ms.
    #[default]
    Driver,
    /// The sound devices': [`Peer::playout`] is pulled and [`Peer::microphone`] pushed by their
    /// threads. While nothing is pushed, silence is sent.
    Device,
}

/// A handle on one running audio peer. Clones share the peer; it ends with [`Peer::close`] or
/// when the last handle is dropped.
#[derive(Clone)]
pub struct Peer {
    commands: mpsc::UnboundedSender<Command>,
    shared: Arc<Mutex<Shared>>,
    ears: Ears,
    microphone: mpsc::Sender<Frame>,
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
        let network = Network::new(config.bind, config.ice.clone()).map_err(PeerError::Socket)?;
        let settings = Settings {
            ice_lite: config.ice_lite,
            relay_only: config.ice.relay_only,
            codecs: config.codecs,
            liveness: config.liveness,
            seed: rand::random(),
        };
        let session = Session::new(settings, tokio::time::Instant::now().into_std())?;
        let ears = session.ears();
        let (commands, orders) = mpsc::unbounded_channel();
        let (events, news) = mpsc::channel(driver::EVENTS);
        let (microphone, frames) = mpsc::channel(driver::FRAMES);
        let sound = Sound {
            mode: config.media,
            source,
            sink,
            microphone: frames,
        };
        let shared = Arc::new(Mutex::new(Shared::default()));
        let driver = Driver::new(
            session,
            network,
            sound,
            config.ice.relay_only,
            events,
            shared.clone(),
        );
        tokio::spawn(driver.run(orders));
        let peer = Self {
            commands,
            shared,
            ears,
            microphone,
        };
        Ok((peer, news))
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

    /// `createOffer`: makes an offer and changes nothing until [`Peer::set_local`]. With `restart`
    /// it has new ICE credentials.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`] while the far end's offer is open, [`PeerError::Closed`] after
    /// the end.
    pub async fn make_offer(&self, restart: bool) -> Result<String, PeerError> {
        let (reply, offer) = oneshot::channel();
        self.ask(Command::MakeOffer { restart, reply }, offer).await
    }

    /// `createAnswer` to the far end's open offer.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`] without one, [`PeerError::Sdp`] when it cannot be answered,
    /// [`PeerError::Closed`] after the end.
    pub async fn make_answer(&self) -> Result<String, PeerError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::MakeAnswer(reply), answer).await
    }

    /// `setLocalDescription`, rollback included. The first begins to gather candidates.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`], [`PeerError::NotMade`], [`PeerError::Sdp`],
    /// [`PeerError::Closed`].
    pub async fn set_local(&self, description: Description) -> Result<Negotiation, PeerError> {
        let (reply, set) = oneshot::channel();
        self.ask(Command::SetLocal(description, reply), set).await
    }

    /// `setRemoteDescription`, rollback included.
    ///
    /// # Errors
    /// [`PeerError::InvalidState`], [`PeerError::Sdp`], [`PeerError::Closed`].
    pub async fn set_remote(&self, description: Description) -> Result<Negotiation, PeerError> {
        let (reply, set) = oneshot::channel();
        self.ask(Command::SetRemote(description, reply), set).await
    }

    /// `setCodecPreferences`: best first; those left out are not offered. An empty list brings
    /// [`PeerConfig::codecs`] back.
    pub fn prefer_codecs(&self, codecs: Vec<Codec>) {
        self.tell(Command::PreferCodecs(codecs));
    }

    /// `insertDTMF`: replaces what has not been played. `,` is two seconds of silence;
    /// [`PeerEvent::Tone`] tells each as it sounds.
    pub fn insert_dtmf(&self, tones: &str, duration: Duration, gap: Duration) {
        self.tell(Command::InsertDtmf {
            tones: tones.to_owned(),
            duration,
            gap,
        });
    }

    /// `getStats`: the entries of a W3C report. Never fails; empty before there is anything, the
    /// last one after the end.
    pub async fn stats_report(&self) -> Vec<serde_json::Value> {
        let (reply, report) = oneshot::channel();
        self.tell(Command::Report(reply));
        match report.await {
            Ok(report) => report,
            Err(_) => self.shared().last_report.clone(),
        }
    }

    /// The far end's sound, for one loudspeaker's thread. One at a time: two would share the
    /// sound between them.
    pub fn playout(&self) -> Playout {
        Playout(self.ears.clone())
    }

    /// The way in for the microphone's thread.
    pub fn microphone(&self) -> Microphone {
        Microphone {
            frames: self.microphone.clone(),
            half: None,
        }
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
        self.shared().stats
    }

    /// Ends the peer; [`PeerEvent::Closed`] follows. Does nothing when it has ended.
    pub fn close(&self) {
        self.tell(Command::Close);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
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

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").finish_non_exhaustive()
    }
}
