//! The native media engine, as the page's stand-in for WebRTC asks it.

use protocol::media::{MediaAnswer, MediaError, MediaErrorKind, MediaRequest};
use protocol::{Answer, Epoch, Rejection};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// The engine that carries sound where the webview cannot. What it tells of itself goes to
/// [`crate::Handle::media`]. Nothing here waits: requests are answered later, and begun in order.
pub trait Media: Send + 'static {
    /// Whether there is one.
    fn is_there(&self) -> bool;

    /// Carries out a request of the page that attached as `epoch`.
    fn ask(&mut self, epoch: Epoch, request: MediaRequest, reply: MediaReply);

    /// Ends all that was opened so far: `epoch` has begun, or its page is gone. What is told of
    /// what was opened before is told as of an older epoch, or not at all.
    fn reset(&mut self, epoch: Epoch);
}

/// Takes the answer to one request. Dropped unused, it answers that the phone is closing.
#[derive(Debug)]
pub struct MediaReply(oneshot::Sender<Answer>);

impl MediaReply {
    /// One that answers by `reply`.
    #[must_use]
    pub fn new(reply: oneshot::Sender<Answer>) -> Self {
        Self(reply)
    }

    /// Answers.
    pub fn send(self, answer: MediaAnswer) {
        let _asker_left = self.0.send(Answer::Media(answer));
    }

    pub(crate) fn reject(self, rejection: Rejection) {
        let _asker_left = self.0.send(Answer::Rejected(rejection));
    }
}

/// No engine: pages carry sound by themselves or not at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMedia;

impl Media for NoMedia {
    fn is_there(&self) -> bool {
        false
    }

    fn ask(&mut self, _epoch: Epoch, _request: MediaRequest, reply: MediaReply) {
        reply.send(MediaAnswer::Refused(MediaError {
            kind: MediaErrorKind::Gone,
            message: "there is no media engine".to_owned(),
        }));
    }

    fn reset(&mut self, _epoch: Epoch) {}
}

/// Writes down what it was asked, in order, for tests, and answers when the test says so.
#[derive(Clone, Debug, Default)]
pub struct RecordingMedia {
    state: Arc<Mutex<Recorded>>,
}

#[derive(Debug, Default)]
struct Recorded {
    log: Vec<String>,
    waiting: Vec<MediaReply>,
}

impl RecordingMedia {
    /// What was asked so far, one line each.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.with(|state| state.log.clone())
    }

    /// Answers the request that has waited longest; false when none waits.
    pub fn answer(&self, answer: MediaAnswer) -> bool {
        let reply = self.with(|state| (!state.waiting.is_empty()).then(|| state.waiting.remove(0)));
        reply.map(|reply| reply.send(answer)).is_some()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Recorded) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Media for RecordingMedia {
    fn is_there(&self) -> bool {
        true
    }

    fn ask(&mut self, epoch: Epoch, request: MediaRequest, reply: MediaReply) {
        self.with(|state| {
            state.log.push(format!("{}: {request:?}", epoch.0));
            state.waiting.push(reply);
        });
    }

    fn reset(&mut self, epoch: Epoch) {
        self.with(|state| state.log.push(format!("{}: reset", epoch.0)));
    }
}
