//! The exchange: legs, calls, dialling and joining.

mod api;
mod branch;
mod calls;
mod created;
mod device;
mod dial;
mod keys;
mod leg;
mod life;
mod line;
mod media;
mod phone;
mod registry;
mod teller;

pub(crate) use api::{Callback, Outgoing};
pub(crate) use calls::direct_client;
pub(crate) use created::{Detection, Recorder, Track};
pub(crate) use leg::Leg;
pub(crate) use life::Life;

use crate::account::{Account, hex};
use crate::config::Config;
use crate::faults::FaultBoard;
use crate::log::Log;
use crate::report::CallBook;
use crate::rest::Rest;
use crate::signalling::SessionList;
use crate::speech::Speech;
use crate::webhook::Deliverer;
use rand::{Rng, SeedableRng, rngs::StdRng};
use registry::Registry;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use twilio::sid::CallSid;

/// A pause among keys; no key.
pub(crate) const KEY_PAUSE: char = 'w';

/// The exchange and all that it works with; clones share it.
#[derive(Clone)]
pub(crate) struct Switchboard(Arc<Inner>);

struct Inner {
    config: Config,
    account: Account,
    log: Log,
    faults: FaultBoard,
    book: CallBook,
    sessions: SessionList,
    registry: Registry,
    deliverer: Deliverer,
    speech: Speech,
    rest: Rest,
    /// Fingerprints of tokens that were made to expire.
    expired: Mutex<HashSet<u64>>,
    /// Reconnect tokens and the legs that they take up again.
    tokens: Mutex<HashMap<String, Leg>>,
    /// The calls that run, by their first legs.
    running: Mutex<HashMap<CallSid, Leg>>,
    chance: Mutex<StdRng>,
}

impl Switchboard {
    pub(crate) fn new(config: Config, account: Account, speech: Speech, rest: Rest) -> Self {
        let faults = FaultBoard::new();
        let watched = faults.clone();
        let deliverer = Deliverer::new(
            account.auth_token.clone(),
            crate::webhook::Limits::default(),
            move || watched.get(),
        );
        Self(Arc::new(Inner {
            chance: Mutex::new(StdRng::seed_from_u64(config.seed.wrapping_add(1))),
            config,
            account,
            log: Log::new(),
            faults,
            book: CallBook::default(),
            sessions: SessionList::default(),
            registry: Registry::default(),
            deliverer,
            speech,
            rest,
            expired: Mutex::default(),
            tokens: Mutex::default(),
            running: Mutex::default(),
        }))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(crate) fn account(&self) -> &Account {
        &self.0.account
    }

    pub(crate) fn log(&self) -> &Log {
        &self.0.log
    }

    pub(crate) fn faults(&self) -> &FaultBoard {
        &self.0.faults
    }

    pub(crate) fn book(&self) -> &CallBook {
        &self.0.book
    }

    pub(crate) fn sessions(&self) -> &SessionList {
        &self.0.sessions
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub(crate) fn deliverer(&self) -> &Deliverer {
        &self.0.deliverer
    }

    pub(crate) fn speech(&self) -> &Speech {
        &self.0.speech
    }

    /// What the account has: its numbers, applications, keys and recordings.
    pub(crate) fn rest(&self) -> &Rest {
        &self.0.rest
    }

    /// Whether the token with this fingerprint was made to expire.
    pub(crate) fn is_expired(&self, token_mark: u64) -> bool {
        leg::lock(&self.0.expired).contains(&token_mark)
    }

    /// Makes the token of every connection expire now.
    pub(crate) fn expire_tokens(&self) {
        self.log().say("fault: the token has expired");
        for session in self.sessions().all() {
            if let Some(mark) = session.token_mark() {
                leg::lock(&self.0.expired).insert(mark);
                self.registry().remove(&session);
                session.refuse(20104, "the access token has expired");
            }
        }
    }

    /// Cuts every connection.
    pub(crate) fn drop_sessions(&self) {
        self.log().say("fault: connection dropped");
        for session in self.sessions().all() {
            session.cut();
        }
    }

    pub(crate) fn random(&self) -> [u8; 16] {
        leg::lock(&self.0.chance).random()
    }

    fn new_call_sid(&self) -> CallSid {
        CallSid::random(self.random())
    }

    fn new_token(&self) -> String {
        format!("RT{}", hex(self.random()))
    }

    fn keep_token(&self, leg: &Leg) {
        if let Some(device) = leg.device() {
            leg::lock(&self.0.tokens).insert(device.token().to_owned(), leg.clone());
        }
    }

    fn forget_token(&self, token: &str) {
        leg::lock(&self.0.tokens).remove(token);
    }

    fn leg_of_token(&self, token: &str) -> Option<Leg> {
        leg::lock(&self.0.tokens).get(token).cloned()
    }

    fn keep_running(&self, leg: &Leg) {
        leg::lock(&self.0.running).insert(leg.0.facts.call_sid.clone(), leg.clone());
    }

    fn forget_running(&self, leg: &Leg) {
        leg::lock(&self.0.running).remove(&leg.0.facts.call_sid);
    }

    /// How many calls run.
    fn running(&self) -> usize {
        leg::lock(&self.0.running).len()
    }

    /// Ends every call, for the end of the sandbox.
    pub(crate) fn hang_up_all(&self) {
        let legs: Vec<Leg> = leg::lock(&self.0.running).values().cloned().collect();
        for leg in legs {
            leg.end(None);
        }
        for record in self.book().all() {
            record.life.ask_to_hang_up();
        }
    }
}

/// How long a `<Dial>` without a time limit may last: four hours, Twilio's own.
const TIME_LIMIT: Duration = Duration::from_secs(4 * 60 * 60);
