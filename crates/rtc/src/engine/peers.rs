//! One peer of the page: its negotiation, in order, and what it tells.

use std::time::Duration;

use protocol::media::{
    ConnectionState, Description, DescriptionKind, IceServer, MediaAnswer, MediaErrorKind,
    MediaEvent, PeerId,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{News, refused};
use crate::audio::{Silence, meter};
use crate::{
    Codec, IceConfig, Interfaces, MediaMode, Microphone, Negotiation, Peer, PeerConfig, PeerError,
    PeerEvent, Playout,
};

/// How long a step of the negotiation may take. Gathering on a relay is the longest.
const STEP: Duration = Duration::from_secs(20);

/// Something to do with a peer, one after the other.
pub(super) enum Step {
    Offer { restart: bool },
    Answer,
    Local(Description),
    Remote(Description),
    Prefer(Vec<Codec>),
    Press(String, Duration, Duration),
    Stats,
}

type Queue = mpsc::UnboundedSender<(Step, oneshot::Sender<MediaAnswer>)>;

/// A running peer. Dropping it ends the peer, whatever it is at.
pub(super) struct Line {
    pub(super) number: u64,
    peer: Peer,
    queue: Queue,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Line {
    fn drop(&mut self) {
        self.peer.close();
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Line {
    /// Makes a peer like a browser's, by the clocks of the sound devices.
    pub(super) async fn open(
        (id, number): (PeerId, u64),
        servers: Vec<IceServer>,
        relay_only: bool,
        news: mpsc::UnboundedSender<News>,
    ) -> Result<(Self, Microphone, Playout), PeerError> {
        let ice = IceConfig {
            servers,
            relay_only,
            interfaces: Interfaces::All,
            ..IceConfig::default()
        };
        let config = PeerConfig {
            ice_lite: false,
            ice,
            media: MediaMode::Device,
            ..PeerConfig::default()
        };
        let (sink, _) = meter();
        let (peer, mut events) = Peer::new(config, Box::new(Silence), Box::new(sink)).await?;
        let (queue, steps) = mpsc::unbounded_channel();
        let telling = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if news.send(News::Peer(id, number, Box::new(event))).is_err() {
                    return;
                }
            }
        });
        let working = tokio::spawn(work(peer.clone(), steps));
        let (microphone, playout) = (peer.microphone(), peer.playout());
        let line = Self {
            number,
            peer,
            queue,
            tasks: [telling, working],
        };
        Ok((line, microphone, playout))
    }

    /// Does something after all that was to be done before.
    pub(super) fn step(&self, step: Step, reply: oneshot::Sender<MediaAnswer>) {
        // If the worker is gone, so is the reply, and that says it.
        drop(self.queue.send((step, reply)));
    }
}

async fn work(
    peer: Peer,
    mut steps: mpsc::UnboundedReceiver<(Step, oneshot::Sender<MediaAnswer>)>,
) {
    while let Some((step, reply)) = steps.recv().await {
        let done = tokio::time::timeout(STEP, take(&peer, step)).await;
        let late = || refused(MediaErrorKind::Failed, "it took too long");
        drop(reply.send(done.unwrap_or_else(|_| late())));
    }
}

async fn take(peer: &Peer, step: Step) -> MediaAnswer {
    match step {
        Step::Offer { restart } => made(DescriptionKind::Offer, peer.make_offer(restart).await),
        Step::Answer => made(DescriptionKind::Answer, peer.make_answer().await),
        Step::Local(description) => signaling(peer.set_local(description).await),
        Step::Remote(description) => signaling(peer.set_remote(description).await),
        Step::Prefer(codecs) => {
            peer.prefer_codecs(codecs);
            MediaAnswer::Done
        }
        Step::Press(tones, duration, gap) => {
            peer.insert_dtmf(&tones, duration, gap);
            MediaAnswer::Done
        }
        Step::Stats => {
            let report = serde_json::Value::Array(peer.stats_report().await);
            MediaAnswer::Stats(report.to_string())
        }
    }
}

fn made(kind: DescriptionKind, sdp: Result<String, PeerError>) -> MediaAnswer {
    match sdp {
        Ok(sdp) => MediaAnswer::Description(Description { kind, sdp }),
        Err(error) => no(&error),
    }
}

fn signaling(negotiation: Result<Negotiation, PeerError>) -> MediaAnswer {
    match negotiation {
        Ok(Negotiation {
            state,
            local,
            remote,
        }) => MediaAnswer::Signaling {
            state,
            local,
            remote,
        },
        Err(error) => no(&error),
    }
}

/// The refusal that a peer's error is for the page, with what lies behind it.
pub(super) fn no(error: &PeerError) -> MediaAnswer {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    refused(error.kind(), message)
}

/// What the page hears of a peer's event, if anything.
pub(super) fn told(peer: PeerId, event: PeerEvent) -> Option<MediaEvent> {
    let connection = |state| MediaEvent::Connection { peer, state };
    Some(match event {
        PeerEvent::Checking => connection(ConnectionState::Checking),
        PeerEvent::Connected => connection(ConnectionState::Connected),
        PeerEvent::Disconnected => connection(ConnectionState::Disconnected),
        PeerEvent::Failed => connection(ConnectionState::Failed),
        PeerEvent::Closed => connection(ConnectionState::Closed),
        PeerEvent::Gathering(state) => MediaEvent::Gathering { peer, state },
        PeerEvent::Candidate(candidate) => MediaEvent::Candidate { peer, candidate },
        PeerEvent::SelectedPair { local, remote } => MediaEvent::SelectedPair {
            peer,
            local,
            remote,
        },
        PeerEvent::Track => MediaEvent::Track { peer },
        PeerEvent::Tone(tone) => MediaEvent::Tone { peer, tone },
        // A browser does not tell keys of the far end.
        PeerEvent::Dtmf(_) => return None,
    })
}

/// The codec of a MIME type, if we speak it.
pub(super) fn codec(mime_type: &str) -> Option<Codec> {
    let name = mime_type
        .get(..6)
        .filter(|kind| kind.eq_ignore_ascii_case("audio/"));
    let name = name.and_then(|_| mime_type.get(6..))?;
    let spoken = [Codec::Opus, Codec::Pcmu];
    spoken
        .into_iter()
        .find(|codec| codec.name().eq_ignore_ascii_case(name))
}
