//! The way in to the Controller: cheap to clone, usable from any task.

use protocol::media::MediaEvent;
use protocol::{
    Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Rejection, ShellMessage, Snapshot,
};
use server::{Host, TokenUnavailable};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// What the Controller is told. Only [`Handle`] makes these.
#[derive(Debug)]
pub(crate) enum Command {
    Attach {
        page: PageInfo,
        down: mpsc::UnboundedSender<ShellMessage>,
        reply: oneshot::Sender<Snapshot>,
    },
    Detach(Epoch),
    Submit {
        intent: Intent,
        reply: oneshot::Sender<Result<(), Rejection>>,
    },
    Ask {
        question: Question,
        reply: oneshot::Sender<Answer>,
    },
    Report {
        epoch: Epoch,
        event: EngineEvent,
    },
    Webhook {
        webhook: phone::Webhook,
        /// Its place in the queue, which is given back when the phone has heard of it.
        place: Option<OwnedSemaphorePermit>,
    },
    Token(oneshot::Sender<Result<String, TokenUnavailable>>),
    Media {
        epoch: Epoch,
        event: MediaEvent,
    },
    WokeUp,
    Close(oneshot::Sender<()>),
}

/// The way in to the Controller.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::UnboundedSender<Command>,
    /// The places of webhooks in the queue.
    places: Arc<Semaphore>,
}

/// How many webhooks may wait for the phone. Whoever brings one more waits with it, so that a flood
/// of them fills neither the memory nor the queue before what the user wants.
const PLACES: usize = 256;

impl Handle {
    pub(crate) fn new(commands: mpsc::UnboundedSender<Command>) -> Self {
        Self {
            commands,
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }

    fn tell(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::debug!("told a phone that has closed");
        }
    }

    async fn request<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.tell(command(reply));
        answer.await.ok()
    }

    /// Tells the page that attached as `epoch` what the media engine says.
    pub fn media(&self, epoch: Epoch, event: MediaEvent) {
        self.tell(Command::Media { epoch, event });
    }

    /// Tells the phone that the computer was asleep.
    pub fn woke_up(&self) {
        self.tell(Command::WokeUp);
    }

    /// Hangs up, unregisters and ends the Controller; returns when the page was told.
    pub async fn close(&self) {
        let _closed: Option<()> = self.request(Command::Close).await;
    }
}

impl Host for Handle {
    async fn token(&self) -> Result<String, TokenUnavailable> {
        self.request(Command::Token)
            .await
            .unwrap_or_else(|| Err(closing()))
    }

    async fn attach(&self, page: PageInfo, down: mpsc::UnboundedSender<ShellMessage>) -> Snapshot {
        match self
            .request(|reply| Command::Attach { page, down, reply })
            .await
        {
            Some(snapshot) => snapshot,
            // The phone has closed and the program is ending: there is nothing to attach to.
            None => std::future::pending().await,
        }
    }

    fn detach(&self, epoch: Epoch) {
        self.tell(Command::Detach(epoch));
    }

    async fn submit(&self, intent: Intent) -> Result<(), Rejection> {
        self.request(|reply| Command::Submit { intent, reply })
            .await
            .unwrap_or(Err(Rejection::Closing))
    }

    async fn ask(&self, question: Question) -> Answer {
        self.request(|reply| Command::Ask { question, reply })
            .await
            .unwrap_or(Answer::Rejected(Rejection::Closing))
    }

    fn report(&self, epoch: Epoch, event: EngineEvent) {
        self.tell(Command::Report { epoch, event });
    }

    async fn webhook(&self, webhook: phone::Webhook) {
        // The semaphore is never closed.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        self.tell(Command::Webhook { webhook, place });
    }
}

fn closing() -> TokenUnavailable {
    TokenUnavailable("handset is closing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::Future, pin::pin, task::Context};

    #[test]
    fn who_brings_one_webhook_too_many_waits_for_the_phone() {
        let (commands, mut inbox) = mpsc::unbounded_channel();
        let handle = Handle::new(commands);
        let webhook = || phone::Webhook::Incoming {
            call_sid: protocol::CallSid("CA1".to_owned()),
            from: "+12025550142".to_owned(),
        };
        let mut context = Context::from_waker(std::task::Waker::noop());
        for _ in 0..PLACES {
            let mut told = pin!(handle.webhook(webhook()));
            assert!(told.as_mut().poll(&mut context).is_ready());
        }
        let mut waits = pin!(handle.webhook(webhook()));
        assert!(waits.as_mut().poll(&mut context).is_pending());
        assert_eq!(inbox.len(), PLACES);
        // What the user wants goes before.
        handle.woke_up();
        assert_eq!(inbox.len(), PLACES + 1);
        drop(inbox.try_recv().unwrap());
        assert!(waits.as_mut().poll(&mut context).is_ready());
    }
}
