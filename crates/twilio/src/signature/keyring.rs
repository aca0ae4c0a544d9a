//! What signatures are checked against.

use super::{Algorithm, Settings, SigningKey, url::without_user};
use crate::Secret;
use std::collections::BTreeMap;

/// The secrets with which Twilio may sign: the account's auth token and shared keys by name.
#[derive(Clone, Debug)]
pub struct Keyring {
    auth_token: SigningKey,
    shared: BTreeMap<String, SigningKey>,
}

impl Keyring {
    /// Takes the account's primary auth token.
    #[must_use]
    pub fn new(auth_token: &Secret) -> Self {
        Self {
            auth_token: SigningKey::new(auth_token),
            shared: BTreeMap::new(),
        }
    }

    /// Adds a shared key, by the name that the settings header gives.
    #[must_use]
    pub fn shared(mut self, name: impl Into<String>, secret: &Secret) -> Self {
        self.shared.insert(name.into(), SigningKey::new(secret));
        self
    }

    /// The key and algorithm of a request, if the header is understood and the key known.
    pub(super) fn find(&self, settings_header: Option<&str>) -> Option<(&SigningKey, Algorithm)> {
        let settings = Settings::parse(settings_header).ok()?;
        let key = match settings.key {
            None => &self.auth_token,
            Some(name) => self.shared.get(&name)?,
        };
        Some((key, settings.algorithm))
    }
}

/// Who may sign, and for which address.
#[derive(Clone, Debug)]
pub struct Trust {
    pub(super) keyring: Keyring,
    pub(super) public_url: String,
}

impl Trust {
    /// Trusts what these keys have signed for `public_url` and what lies below it.
    ///
    /// `public_url` is what stands before the path that the service sees, such as
    /// `https://phone.example.com`: behind a proxy or tunnel a server cannot see it, and what a
    /// request says of it proves nothing. It has neither query nor fragment.
    #[must_use]
    pub fn new(keyring: Keyring, public_url: &str) -> Self {
        Self {
            keyring,
            public_url: without_user(public_url.trim_end_matches('/')),
        }
    }
}
