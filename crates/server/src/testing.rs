//! For the tests: a host that records, and routers served on loopback.

use crate::{Host, TokenUnavailable};
use axum::Router;
use protocol::media::MediaPath;
use protocol::{
    Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Registration, Rejection, ShellMessage,
    Snapshot,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc, watch},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// What a host was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Attach(PageInfo),
    Detach(Epoch),
    Submit(Intent),
    Ask(Question),
    Report(Epoch, EngineEvent),
    Webhook(phone::Webhook),
}

/// Records all it is told. Each attachment gets the next epoch, beginning with 1.
#[derive(Clone)]
pub(crate) struct RecordingHost {
    told: Arc<watch::Sender<Vec<Told>>>,
    pages: Arc<Mutex<Vec<mpsc::UnboundedSender<ShellMessage>>>>,
    pub(crate) token: Result<String, TokenUnavailable>,
    /// Each submission waits for a permit here.
    pub(crate) submissions: Arc<Semaphore>,
}

impl RecordingHost {
    pub(crate) fn new() -> Self {
        Self {
            told: Arc::new(watch::Sender::new(Vec::new())),
            pages: Arc::default(),
            token: Ok("header.claims.signature".to_owned()),
            submissions: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.borrow().clone()
    }

    /// Waits until it was told that; gives up after half a minute, so that a failing test ends.
    pub(crate) async fn hears(&self, wanted: &Told) {
        let mut told = self.told.subscribe();
        let heard = told.wait_for(|told| told.contains(wanted));
        if tokio::time::timeout(PATIENCE, heard).await.is_err() {
            panic!("it was told {:?}, not {wanted:?}", self.told());
        }
    }

    pub(crate) fn say(&self, message: ShellMessage) {
        let pages = self.pages.lock().unwrap();
        pages.last().unwrap().send(message).unwrap();
    }

    /// Drops the sender of the page that attached last, as when another takes its place.
    pub(crate) fn displace(&self) {
        self.pages.lock().unwrap().pop();
    }

    fn note(&self, told: Told) {
        self.told.send_modify(|all| all.push(told));
    }
}

impl Host for RecordingHost {
    async fn token(&self) -> Result<String, TokenUnavailable> {
        self.token.clone()
    }

    async fn attach(&self, page: PageInfo, down: mpsc::UnboundedSender<ShellMessage>) -> Snapshot {
        self.note(Told::Attach(page));
        let mut pages = self.pages.lock().unwrap();
        pages.push(down);
        snapshot(Epoch(pages.len() as u64))
    }

    fn detach(&self, epoch: Epoch) {
        self.note(Told::Detach(epoch));
    }

    async fn submit(&self, intent: Intent) -> Result<(), Rejection> {
        self.note(Told::Submit(intent.clone()));
        self.submissions.acquire().await.unwrap().forget();
        if intent == Intent::DismissEnded {
            Ok(())
        } else {
            Err(Rejection::Busy)
        }
    }

    async fn ask(&self, question: Question) -> Answer {
        self.note(Told::Ask(question));
        Answer::Number {
            written: "+1 (202) 555-0101".to_owned(),
        }
    }

    fn report(&self, epoch: Epoch, event: EngineEvent) {
        self.note(Told::Report(epoch, event));
    }

    async fn webhook(&self, webhook: phone::Webhook) {
        self.note(Told::Webhook(webhook));
    }
}

pub(crate) fn snapshot(epoch: Epoch) -> Snapshot {
    Snapshot {
        revision: 1,
        epoch,
        identity: "desk".to_owned(),
        line: None,
        registration: Registration::Connecting,
        media: MediaPath::Missing,
        problem: None,
        calls: Vec::new(),
        ended: None,
        privacy: true,
        sandbox: None,
    }
}

/// Serves what is made for the address on a free port of loopback until the test ends.
pub(crate) async fn serve(make: impl FnOnce(SocketAddr) -> Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = make(address);
    tokio::spawn(crate::serve(listener, router, std::future::pending()));
    address
}

/// A client that goes the direct way, whatever proxies the environment names.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
