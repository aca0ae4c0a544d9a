//! The sandbox of another phone, by the HTTP interface on its private listener.

use super::JoinProblem;
use super::invitation::{Door, Invitation};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use twilio_sim::{Membership, Panel, Urls, Wish};

/// How often it is looked whether the sandbox has changed. Both phones are on one computer.
const LOOK: Duration = Duration::from_secs(1);

/// The first phone answers at once, if it does.
const PATIENCE: Duration = Duration::from_secs(10);

/// A sandbox that was joined; clones share it.
#[derive(Clone)]
pub(crate) struct Remote {
    way: Way,
    membership: Arc<Membership>,
    panel: Arc<Mutex<Panel>>,
    changed: watch::Sender<u64>,
    looking: Arc<JoinHandle<()>>,
}

/// The way there.
#[derive(Clone)]
pub(super) struct Way {
    client: reqwest::Client,
    door: Door,
}

impl Way {
    /// A request to the sandbox, let in.
    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut url = self.door.base.clone();
        url.set_path(&format!("/sandbox/{path}"));
        let request = self.client.request(method, url);
        request.bearer_auth(self.door.secret.expose())
    }

    /// Asks, and reads the answer.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, JoinProblem> {
        let answer = self.order(method, path, body).await?;
        answer.json().await.map_err(|_| JoinProblem::Foreign)
    }

    /// Asks, and is done when it was done.
    async fn order(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<reqwest::Response, JoinProblem> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(JoinProblem::NoAnswer)?;
        match answer.status() {
            status if status.is_success() => Ok(answer),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(JoinProblem::Refused(
                "the secret in the invitation is not its own".to_owned(),
            )),
            StatusCode::NOT_FOUND => Err(JoinProblem::Refused("it has no sandbox".to_owned())),
            status => {
                let said: Option<serde_json::Value> = answer.json().await.ok();
                let said = said.and_then(|said| Some(said.get("error")?.as_str()?.to_owned()));
                let said = said.unwrap_or_else(|| format!("it answers {status}"));
                Err(JoinProblem::Refused(said))
            }
        }
    }
}

const NOTHING: Option<&()> = None;

impl Remote {
    /// Joins as `name`, or as whom the sandbox says.
    ///
    /// # Errors
    /// When the invitation leads nowhere, or we are not let in.
    pub(crate) async fn join(
        invitation: &Invitation,
        name: Option<String>,
        urls: Urls,
    ) -> Result<Self, JoinProblem> {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
        let way = Way {
            client: client.build().map_err(JoinProblem::NoAnswer)?,
            door: invitation.door()?,
        };
        let wish = Wish { name, urls };
        let membership: Membership = way.ask(Method::POST, "lines", Some(&wish)).await?;
        let panel = way.ask(Method::GET, "panel", NOTHING).await?;
        let panel = Arc::new(Mutex::new(panel));
        let changed = watch::Sender::new(0);
        let looking = tokio::spawn(look(way.clone(), panel.clone(), changed.clone()));
        Ok(Self {
            way,
            membership: Arc::new(membership),
            panel,
            changed,
            looking: Arc::new(looking),
        })
    }

    pub(crate) fn membership(&self) -> &Membership {
        &self.membership
    }

    pub(super) fn way(&self) -> &Way {
        &self.way
    }

    /// The sandbox as it was a moment ago.
    pub(crate) fn panel(&self) -> Panel {
        let panel = self.panel.lock().unwrap_or_else(PoisonError::into_inner);
        panel.clone()
    }

    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Makes a phone call our number.
    pub(crate) async fn call_me(&self, from: &str) -> Result<(), JoinProblem> {
        let call = json!({ "from": from, "to": self.membership.number });
        let called = self.way.order(Method::POST, "calls", Some(&call));
        called.await.map(drop)
    }

    pub(crate) async fn set_faults(&self, faults: &twilio_sim::Faults) -> Result<(), JoinProblem> {
        let set = self.way.order(Method::PUT, "faults", Some(faults));
        set.await.map(drop)
    }

    /// Does a fault that happens once: `drop-socket` or `expire-token`.
    pub(crate) async fn fault_once(&self, which: &str) -> Result<(), JoinProblem> {
        let path = format!("faults/{which}");
        self.way.order(Method::POST, &path, NOTHING).await.map(drop)
    }

    /// Gives the number and the application back.
    pub(crate) async fn leave(&self) {
        self.looking.abort();
        let path = format!("lines/{}", self.membership.application_sid);
        if let Err(error) = self.way.order(Method::DELETE, &path, NOTHING).await {
            tracing::debug!(%error, "the sandbox is gone before us");
        }
    }
}

/// Looks for ever whether the sandbox has changed.
async fn look(way: Way, panel: Arc<Mutex<Panel>>, changed: watch::Sender<u64>) {
    let mut there = true;
    loop {
        tokio::time::sleep(LOOK).await;
        match way.ask::<Panel>(Method::GET, "panel", NOTHING).await {
            Ok(now) => {
                there = true;
                let mut panel = panel.lock().unwrap_or_else(PoisonError::into_inner);
                if *panel != now {
                    *panel = now;
                    drop(panel);
                    changed.send_modify(|revision| *revision += 1);
                }
            }
            Err(error) if there => {
                there = false;
                tracing::warn!(%error, "the sandbox that was joined does not answer");
            }
            Err(_) => {}
        }
    }
}
