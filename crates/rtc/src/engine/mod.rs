//! Carries out what the page's stand-in for WebRTC asks: peers, tracks and devices.
//!
//! An [`Engine`] owns one task, which alone knows what is wanted. Sound does not pass through
//! that task: the devices' own threads carry it through a patch bay, straight between
//! microphones, peers and loudspeakers, so that a busy runtime is not heard.
//!
//! Whatever happens to the devices, calls go on: a peer whose microphone has gone sends silence,
//! one whose loudspeaker has gone is not heard, and sound is back as soon as the devices are.

mod bay;
mod chain;
mod desk;
mod level;
mod lines;
mod peers;
mod sound;
mod tap;

use std::sync::Arc;
use std::time::Duration;

use protocol::media::{
    Device, MediaAnswer, MediaError, MediaErrorKind, MediaEvent, MediaRequest, PeerId,
};
use tokio::sync::{mpsc, oneshot};

use crate::PeerEvent;
use crate::audio::backend::{AudioBackend, SoundError, Stream};
use bay::LineId;

/// How long an answer may take. Nothing should need it: each step has a limit of its own.
const PATIENCE: Duration = Duration::from_secs(30);

/// A handle on the running engine; clones share it, and it ends with the last.
#[derive(Debug, Clone)]
pub struct Engine {
    orders: mpsc::UnboundedSender<Order>,
}

/// What handles say to the task.
enum Order {
    Ask(MediaRequest, oneshot::Sender<MediaAnswer>),
    Reset(oneshot::Sender<()>),
}

/// What the world says to the task.
enum News {
    /// The devices may have changed.
    Changed,
    Listed(Result<Vec<Device>, SoundError>),
    Opened(LineId, Result<Stream, SoundError>),
    Flows(LineId),
    Ended(LineId, SoundError),
    /// Of the peer with this number, which tells one apart from a later one of the same id.
    Peer(PeerId, u64, Box<PeerEvent>),
}

impl Engine {
    /// Starts the engine on the caller's tokio runtime. What happens is told to `events`; that
    /// nobody listens does no harm.
    pub fn start(
        backend: Arc<dyn AudioBackend>,
        events: mpsc::UnboundedSender<MediaEvent>,
    ) -> Self {
        let (orders, asked) = mpsc::unbounded_channel();
        tokio::spawn(desk::Desk::new(backend, events).run(asked));
        Self { orders }
    }

    /// Carries out one request. Requests of one peer are carried out in the order in which this
    /// is called; a slow one does not hold up other peers. It always answers, within 30 seconds
    /// at the latest.
    pub async fn handle(&self, request: MediaRequest) -> MediaAnswer {
        let (reply, answer) = oneshot::channel();
        if self.orders.send(Order::Ask(request, reply)).is_err() {
            return refused(MediaErrorKind::Failed, "the engine has ended");
        }
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            // Whoever had the question was closed.
            Ok(Err(_)) => refused(MediaErrorKind::Gone, "it was closed"),
            Err(_) => refused(MediaErrorKind::Failed, "the engine gave no answer in time"),
        }
    }

    /// Ends all peers and tracks and closes the devices, as when the page is gone.
    pub async fn reset(&self) {
        let (reply, done) = oneshot::channel();
        if self.orders.send(Order::Reset(reply)).is_ok() {
            // An engine that ends meanwhile has nothing left to close.
            let _ = done.await;
        }
    }
}

fn refused(kind: MediaErrorKind, message: impl Into<String>) -> MediaAnswer {
    MediaAnswer::Refused(MediaError {
        kind,
        message: message.into(),
    })
}
