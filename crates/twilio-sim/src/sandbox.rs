//! The sandbox as a whole: start it, look at it, make things happen in it, end it.

use crate::account::{Account, Urls};
use crate::config::Config;
use crate::exchange::Switchboard;
use crate::faults::Faults;
use crate::lines::{JoinError, Line, Lines};
use crate::log::LogEntry;
use crate::phones;
use crate::report::CallReport;
use crate::rest::{self, Rest};
use crate::speech::Speech;
use crate::webhook::Delivery;
use crate::{control, signalling};
use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use twilio::sid::CallSid;

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A port could not be opened.
    #[error("cannot listen at {address}; is the port taken?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Why no phone calls us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallMeError {
    /// The caller is no number.
    #[error("the caller must be a number such as +12025550142, or client:name")]
    BadFrom,
    /// Nobody has the number that is called.
    #[error("nobody has that number; call our line {line} or client:name")]
    UnknownTo {
        /// Our line.
        line: String,
    },
    /// Nobody was told where the webhooks go.
    #[error("no webhooks are set; set the sandbox's URLs first")]
    NoWebhooks,
}

/// A phone of the sandbox, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCard {
    /// E.164.
    pub number: String,
    /// Whose it is, if that matters.
    pub name: Option<String>,
    /// What it does, in a few words.
    pub does: String,
    /// It can be asked to call us.
    pub calls_us: bool,
}

/// An offline Twilio that runs; clones share it.
#[derive(Clone)]
pub struct Sandbox {
    board: Switchboard,
    signalling: SocketAddr,
    rest: SocketAddr,
    lines: Arc<Lines>,
    server: Arc<Mutex<Option<Server>>>,
}

struct Server {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Opens the signalling server, and that of the REST API.
    ///
    /// # Errors
    /// When an address cannot be listened at.
    pub async fn start(config: Config) -> Result<Self, SimError> {
        let (listener, signalling) = listen(config.listen, config.port).await?;
        // The API never leaves the machine: it gives out recordings and secrets.
        let loopback = if config.listen.is_loopback() {
            config.listen
        } else {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        };
        let (rest_listener, rest) = listen(loopback, config.rest_port).await?;
        let account = Account::from_seed(config.seed);
        let speech = if config.voice {
            Speech::detect()
        } else {
            Speech::chimes()
        };
        let has = Rest::new(&account, rest, config.seed);
        let lines = Lines::new(account.number.clone(), account.application_sid.clone());
        let board = Switchboard::new(config, account, speech, has);
        let (stop, stopped) = watch::channel(false);
        let router = signalling::router(board.clone());
        let tasks = vec![
            tokio::spawn(serve(listener, router, stopped.clone())),
            tokio::spawn(serve(rest_listener, rest::router(board.clone()), stopped)),
        ];
        Ok(Self {
            board,
            signalling,
            rest,
            lines: Arc::new(lines),
            server: Arc::new(Mutex::new(Some(Server { stop, tasks }))),
        })
    }

    /// The account it plays Twilio for.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.board.account()
    }

    /// Where devices signal to: `ws://<this>/signal`.
    #[must_use]
    pub const fn signalling(&self) -> SocketAddr {
        self.signalling
    }

    /// Where Twilio's REST API is served: the base URL for clients is `http://<this>`.
    #[must_use]
    pub const fn rest(&self) -> SocketAddr {
        self.rest
    }

    /// Sets where the webhooks of our line and of the account's application go; the REST API may
    /// change that later.
    #[expect(clippy::needless_pass_by_value, reason = "the URLs are given over")]
    pub fn set_webhooks(&self, urls: Urls) {
        self.board.rest().set_urls(self.account(), &urls);
    }

    /// Says which client our own line's phone registers as: those that join can see and call it.
    pub fn name_our_line(&self, name: &str) {
        self.lines.name_ours(name);
    }

    /// Lets another phone share the sandbox: gives it a number and an application with these
    /// webhooks. Without a name it is given one.
    ///
    /// # Errors
    /// When the name is none or taken, or too many have joined.
    pub fn join(&self, name: Option<&str>, urls: &Urls) -> Result<Line, JoinError> {
        self.lines.join(&self.board, name, urls)
    }

    /// Takes the number and the application of a phone back; whether it had any.
    pub fn leave(&self, application_sid: &str) -> bool {
        self.lines.leave(&self.board, application_sid)
    }

    /// Makes a phone call one of our numbers or `client:<identity>`; returns while it rings.
    ///
    /// # Errors
    /// When the caller is no number, nobody has the called one, or no webhooks are set.
    // Async by contract: calls may need to wait for the exchange one day.
    #[expect(clippy::unused_async, reason = "the contract leaves room for waiting")]
    pub async fn call_me(&self, from: &str, to: &str) -> Result<CallSid, CallMeError> {
        if !is_number(from) && client(from).is_none() {
            return Err(CallMeError::BadFrom);
        }
        if let Some(name) = client(to) {
            return Ok(self.board.call_client(from, name));
        }
        if !self.board.rest().owns(to) {
            return Err(CallMeError::UnknownTo {
                line: self.account().number.clone(),
            });
        }
        if self.board.rest().voice_of_number(to).is_none() {
            return Err(CallMeError::NoWebhooks);
        }
        Ok(self.board.call_number(from, to))
    }

    /// The faults that are on.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.board.faults().get()
    }

    /// Sets all faults.
    pub fn set_faults(&self, faults: Faults) {
        let before = self.board.faults().set(faults.clone());
        for line in faults.changes(&before) {
            self.board.log().say(line);
        }
        self.board.log().bump();
    }

    /// Cuts every signalling connection, once.
    pub fn drop_sockets(&self) {
        self.board.drop_sessions();
    }

    /// Makes the token of every connection expire now, without the usual warning.
    pub fn expire_token(&self) {
        self.board.expire_tokens();
    }

    /// The phones that share the sandbox and have a name, then the scripted ones.
    #[must_use]
    pub fn phones(&self) -> Vec<PhoneCard> {
        let scripted = phones::TABLE.iter().map(|phone| PhoneCard {
            number: phone.number.to_owned(),
            name: phone.name.map(str::to_owned),
            does: phone.does.to_owned(),
            calls_us: phone.calls_us.is_some(),
        });
        self.lines.cards().into_iter().chain(scripted).collect()
    }

    /// The log's last lines, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.board.log().entries()
    }

    /// A number that grows whenever the log or the faults change.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.board.log().changed()
    }

    /// All calls that run and the last that ended, newest last.
    #[must_use]
    pub fn calls(&self) -> Vec<CallReport> {
        self.board.book().reports()
    }

    /// The last webhooks that were delivered, newest last.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.board.deliverer().history()
    }

    /// The HTTP interface at `/sandbox/*`; whoever mounts it guards it.
    pub fn control_router(&self) -> axum::Router {
        control::router(self.clone())
    }

    /// Ends it: hangs up all calls, closes all connections, frees the port.
    pub async fn shutdown(&self) {
        self.board.hang_up_all();
        let server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(server) = server else { return };
        server.stop.send_replace(true);
        for session in self.board.sessions().all() {
            session.cut();
        }
        for task in server.tasks {
            // A task that panicked has ended as well.
            let _ = task.await;
        }
    }
}

async fn listen(ip: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), SimError> {
    let address = SocketAddr::new(ip, port);
    let failed = |source| SimError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

async fn serve(listener: TcpListener, router: axum::Router, mut stopped: watch::Receiver<bool>) {
    // Signalling frames are small and follow each other: none waits for an acknowledgement.
    let prompt = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow for small frames");
        }
    });
    let serving = axum::serve(prompt, router).with_graceful_shutdown(async move {
        // An ended sender is an ended sandbox as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    });
    if let Err(error) = serving.await {
        tracing::warn!(%error, "a server of the sandbox ended");
    }
}

/// `+` and 4 to 15 digits.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (4..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The name of a client as a party.
fn client(text: &str) -> Option<&str> {
    text.strip_prefix("client:").filter(|name| !name.is_empty())
}
