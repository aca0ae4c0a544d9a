//! The way in to the Controller: cheap to clone, usable from any task.

use protocol::media::MediaEvent;
use protocol::{
    Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Rejection, ShellMessage, Snapshot,
};
use server::{Host, TokenUnavailable};
use tokio::sync::{mpsc, oneshot};

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
    Webhook(phone::Webhook),
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
}

impl Handle {
    pub(crate) fn new(commands: mpsc::UnboundedSender<Command>) -> Self {
        Self { commands }
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

    fn webhook(&self, webhook: phone::Webhook) {
        self.tell(Command::Webhook(webhook));
    }
}

fn closing() -> TokenUnavailable {
    TokenUnavailable("handset is closing".to_owned())
}
