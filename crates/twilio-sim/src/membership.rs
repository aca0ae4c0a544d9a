//! Joining over HTTP: what a phone that joins asks for, and what it is given.

use crate::account::Urls;
use crate::faults::Faults;
use crate::lines::Line;
use crate::log::LogEntry;
use crate::sandbox::{PhoneCard, Sandbox};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a phone that joins asks for (`POST /sandbox/lines`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// What it registers as; without one the sandbox gives it one.
    pub name: Option<String>,
    /// Its webhooks.
    pub urls: Urls,
}

/// What it is given: all that a phone needs to know of an account. The account is the sandbox's
/// own, invented and worth nothing outside it; its secrets are given to whoever may control the
/// sandbox, and to nobody else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The account.
    pub account_sid: String,
    /// Signs the webhooks.
    pub auth_token: String,
    /// The API key that access tokens are made with.
    pub key_sid: String,
    /// Signs the access tokens.
    pub key_secret: String,
    /// The application that its calls follow.
    pub application_sid: String,
    /// What it registers as.
    pub name: String,
    /// Its number, E.164.
    pub number: String,
    /// `host:port` of the signalling.
    pub signalling: String,
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Membership")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Membership {
    pub(crate) fn new(sandbox: &Sandbox, line: Line) -> Self {
        let account = sandbox.account();
        Self {
            account_sid: account.account_sid.to_string(),
            auth_token: account.auth_token.expose().to_owned(),
            key_sid: account.key_sid.to_string(),
            key_secret: account.key_secret.expose().to_owned(),
            application_sid: line.application_sid.to_string(),
            name: line.name,
            number: line.number,
            signalling: sandbox.signalling().to_string(),
        }
    }
}

/// The sandbox at a glance (`GET /sandbox/panel`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// The phones that can be called.
    pub phones: Vec<PhoneCard>,
    /// The faults that are on.
    pub faults: Faults,
    /// The log's last lines, oldest first.
    pub log: Vec<LogEntry>,
}

impl Sandbox {
    /// The sandbox at a glance.
    #[must_use]
    pub fn panel(&self) -> Panel {
        Panel {
            phones: self.phones(),
            faults: self.faults(),
            log: self.log(),
        }
    }
}
