//! The engine's task.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::media::{IceServer, MediaAnswer, MediaErrorKind, MediaEvent, MediaRequest, PeerId};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

use super::bay::Bay;
use super::peers::{self, Line, Step};
use super::sound::Sound;
use super::{News, Order, refused};
use crate::audio::backend::AudioBackend;

/// How often time is passed for peers that nobody hears.
const TURN: Duration = Duration::from_millis(20);

/// Turns between looks at the devices.
const LOOK: u32 = 5;

/// Turns between levels: 100 ms.
const LEVELS: u32 = 5;

/// How long making a peer may take.
const MAKING: Duration = Duration::from_secs(5);

type Reply = oneshot::Sender<MediaAnswer>;

/// Owns the peers and the devices.
pub(super) struct Desk {
    bay: Bay,
    sound: Sound,
    peers: BTreeMap<PeerId, Line>,
    made: u64,
    levels: bool,
    events: mpsc::UnboundedSender<MediaEvent>,
    news: mpsc::UnboundedSender<News>,
    heard: mpsc::UnboundedReceiver<News>,
}

impl Desk {
    pub(super) fn new(
        backend: Arc<dyn AudioBackend>,
        events: mpsc::UnboundedSender<MediaEvent>,
    ) -> Self {
        let (news, heard) = mpsc::unbounded_channel();
        let bay = Bay::default();
        Self {
            sound: Sound::new(backend, bay.clone(), news.clone(), events.clone()),
            bay,
            peers: BTreeMap::new(),
            made: 0,
            levels: false,
            events,
            news,
            heard,
        }
    }

    /// Runs until the last handle is gone.
    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut turns = tokio::time::interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut turn: u32 = 0;
        loop {
            let busy = self.sound.is_busy() || !self.peers.is_empty();
            tokio::select! {
                biased;
                order = orders.recv() => match order {
                    Some(Order::Ask(request, reply)) => self.ask(request, reply).await,
                    Some(Order::Reset(reply)) => {
                        self.reset();
                        // Whoever does not wait for it does not want it.
                        let _ = reply.send(());
                    }
                    None => break,
                },
                Some(news) = self.heard.recv() => self.hear(news),
                _ = turns.tick(), if busy => {
                    turn = turn.wrapping_add(1);
                    self.turn(turn);
                }
            }
        }
        self.reset();
    }

    fn reset(&mut self) {
        let peers = std::mem::take(&mut self.peers);
        for id in peers.keys() {
            self.bay.lock().remove_peer(*id);
        }
        self.levels = false;
        self.sound.reset();
    }

    fn turn(&mut self, turn: u32) {
        let now = Instant::now();
        self.bay.lock().pass(now);
        if turn.is_multiple_of(LOOK) {
            self.sound.tick(now);
        }
        if self.levels && turn.is_multiple_of(LEVELS) {
            let levels = self.bay.lock().levels();
            self.tell(levels);
        }
    }

    fn tell(&self, event: MediaEvent) {
        // That nobody listens does no harm.
        drop(self.events.send(event));
    }

    fn hear(&mut self, news: News) {
        let now = Instant::now();
        match news {
            News::Changed => self.sound.changed(),
            News::Listed(listed) => self.sound.listed(listed, now),
            News::Opened(line, opened) => self.sound.opened(line, opened, now),
            News::Flows(line) => self.sound.flows(line, now),
            News::Ended(line, error) => self.sound.ended(line, &error, now),
            News::Peer(id, number, event) => {
                let is_it = |line: &Line| line.number == number;
                if self.peers.get(&id).is_some_and(is_it)
                    && let Some(event) = peers::told(id, *event)
                {
                    self.tell(event);
                }
            }
        }
    }

    async fn ask(&mut self, request: MediaRequest, reply: Reply) {
        match request {
            MediaRequest::Devices => self.sound.tell_devices(reply),
            MediaRequest::OpenMicrophone {
                track,
                device,
                processing,
            } => self.sound.open_microphone(track, device, processing, reply),
            MediaRequest::EnableMicrophone { track, enabled } => {
                let known = self.bay.lock().enable_track(track, enabled);
                answer(reply, known);
            }
            MediaRequest::CloseMicrophone { track } => {
                let known = self.sound.close_microphone(track);
                answer(reply, known);
            }
            MediaRequest::OpenPeer {
                peer,
                ice_servers,
                relay_only,
            } => {
                let made = self.open_peer(peer, ice_servers, relay_only).await;
                drop(reply.send(made));
            }
            MediaRequest::SendTrack { peer, track } => {
                let known = self.bay.lock().send_track(peer, track);
                answer(reply, known);
            }
            MediaRequest::PreferCodecs { peer, mime_types } => {
                let codecs = mime_types.iter().filter_map(|name| peers::codec(name));
                self.step(peer, Step::Prefer(codecs.collect()), reply);
            }
            MediaRequest::CreateOffer { peer, ice_restart } => {
                let restart = ice_restart;
                self.step(peer, Step::Offer { restart }, reply);
            }
            MediaRequest::CreateAnswer { peer } => self.step(peer, Step::Answer, reply),
            MediaRequest::SetLocalDescription { peer, description } => {
                self.step(peer, Step::Local(description), reply);
            }
            MediaRequest::SetRemoteDescription { peer, description } => {
                self.step(peer, Step::Remote(description), reply);
            }
            MediaRequest::Play { peer, devices } => {
                if self.peers.contains_key(&peer) {
                    self.sound.play(peer, devices, reply);
                } else {
                    answer(reply, false);
                }
            }
            MediaRequest::InsertDtmf {
                peer,
                tones,
                duration_ms,
                gap_ms,
            } => {
                if !tones.chars().all(is_key) {
                    let what = "a tone is one of 0-9, *, #, A-D and the comma";
                    drop(reply.send(refused(MediaErrorKind::InvalidArgument, what)));
                    return;
                }
                let ms = |ms: u32| Duration::from_millis(ms.into());
                let press = Step::Press(tones, ms(duration_ms), ms(gap_ms));
                self.step(peer, press, reply);
            }
            MediaRequest::Stats { peer } => self.step(peer, Step::Stats, reply),
            MediaRequest::Levels { on } => {
                if on && !self.levels {
                    // What was heard before nobody asked is not told.
                    drop(self.bay.lock().levels());
                }
                self.levels = on;
                answer(reply, true);
            }
            MediaRequest::ClosePeer { peer } => {
                let known = self.close_peer(peer);
                answer(reply, known);
            }
        }
    }

    async fn open_peer(
        &mut self,
        id: PeerId,
        servers: Vec<IceServer>,
        relay_only: bool,
    ) -> MediaAnswer {
        self.close_peer(id);
        self.made += 1;
        let opening = Line::open((id, self.made), servers, relay_only, self.news.clone());
        match tokio::time::timeout(MAKING, opening).await {
            Ok(Ok((line, microphone, playout))) => {
                let (mouth, ear) = (Box::new(microphone), Box::new(playout));
                self.bay.lock().add_peer(id, mouth, ear, Instant::now());
                self.peers.insert(id, line);
                MediaAnswer::Done
            }
            Ok(Err(error)) => peers::no(&error),
            Err(_) => refused(MediaErrorKind::Failed, "it took too long"),
        }
    }

    /// Whether there was one.
    fn close_peer(&mut self, id: PeerId) -> bool {
        let was = self.peers.remove(&id).is_some();
        self.bay.lock().remove_peer(id);
        self.sound.forget_peer(id);
        was
    }

    fn step(&self, id: PeerId, step: Step, reply: Reply) {
        match self.peers.get(&id) {
            Some(line) => line.step(step, reply),
            None => answer(reply, false),
        }
    }
}

/// Whether `insertDTMF` takes it (webrtc-pc, 7.2).
fn is_key(tone: char) -> bool {
    tone.is_ascii_digit() || "*#ABCDabcd,".contains(tone)
}

/// Answers that it was done, or that what it was about is not there.
fn answer(reply: Reply, known: bool) {
    let gone = || refused(MediaErrorKind::Gone, "there is no such peer or track");
    let answer = if known { MediaAnswer::Done } else { gone() };
    // Whoever no longer waits does not want it.
    drop(reply.send(answer));
}
