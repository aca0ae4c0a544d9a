//! The client and how it is set up.

use super::{
    Accounts, Applications, Available, CallRecordings, Calls, Keys, Numbers, Other, Recordings,
    RestError, Retry,
};
use crate::{
    Secret,
    sid::{AccountSid, CallSid, KeySid},
};
use std::{fmt, sync::Arc, time::Duration};
use url::{Host, Url};

const PUBLIC_API: &str = "https://api.twilio.com";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// With what the client signs in.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The account's auth token.
    AuthToken(Secret),
    /// An API key, which can be revoked alone. Making keys and accounts needs a Main key.
    Key {
        /// The key.
        sid: KeySid,
        /// Its secret.
        secret: Secret,
    },
}

/// How long a request may take, each time it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is there; for a recording's audio, until more of it is.
    pub answer: Duration,
}

impl Default for Timeouts {
    /// 5 s and 30 s.
    fn default() -> Self {
        Self {
            connect: CONNECT_TIMEOUT,
            answer: Duration::from_secs(30),
        }
    }
}

/// Twilio's REST API for one account. Cheap to clone; clones share their connections.
///
/// `Debug` shows no secret.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
    account: AccountSid,
}

pub(super) struct Shared {
    pub(super) http: reqwest::Client,
    /// Scheme, host and port, without a slash at the end.
    pub(super) origin: String,
    pub(super) user: String,
    pub(super) password: Secret,
    pub(super) retry: Retry,
    pub(super) timeouts: Timeouts,
}

impl Client {
    /// Begins to set up a client.
    #[must_use]
    pub fn builder(account: AccountSid, credentials: Credentials) -> Builder {
        Builder {
            account,
            credentials,
            origin: PUBLIC_API.to_owned(),
            edge: None,
            region: None,
            retry: Retry::default(),
            timeouts: Timeouts::default(),
        }
    }

    /// The account it asks about.
    #[must_use]
    pub fn account_sid(&self) -> &AccountSid {
        &self.account
    }

    /// The same client for another account, such as a subaccount.
    #[must_use]
    pub fn for_account(&self, account: AccountSid) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            account,
        }
    }

    /// The account itself, its subaccounts and its balance.
    #[must_use]
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    /// The account's phone numbers.
    #[must_use]
    pub fn numbers(&self) -> Numbers<'_> {
        Numbers(self)
    }

    /// Phone numbers that can be bought.
    #[must_use]
    pub fn available(&self) -> Available<'_> {
        Available(self)
    }

    /// TwiML applications.
    #[must_use]
    pub fn applications(&self) -> Applications<'_> {
        Applications(self)
    }

    /// API keys.
    #[must_use]
    pub fn keys(&self) -> Keys<'_> {
        Keys(self)
    }

    /// Calls.
    #[must_use]
    pub fn calls(&self) -> Calls<'_> {
        Calls(self)
    }

    /// The recordings of one call.
    #[must_use]
    pub fn call_recordings<'a>(&'a self, call: &'a CallSid) -> CallRecordings<'a> {
        CallRecordings { client: self, call }
    }

    /// Recordings.
    #[must_use]
    pub fn recordings(&self) -> Recordings<'_> {
        Recordings(self)
    }

    /// Any other resource of the account, by its path without `.json`, such as `Queues` or
    /// `Conferences/CF…/Participants`.
    ///
    /// # Errors
    /// When the path has other characters than letters, digits, `.`, `_`, `-` and `/`, or a part
    /// of it is empty or only dots.
    pub fn other(&self, path: &str) -> Result<Other<'_>, RestError> {
        Other::new(self, path)
    }

    /// The path of a resource of the account.
    pub(super) fn path(&self, resource: &str) -> String {
        format!("/2010-04-01/Accounts/{}/{resource}.json", self.account)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.account)
            .field("origin", &self.shared.origin)
            .finish_non_exhaustive()
    }
}

/// Sets up a [`Client`].
#[derive(Clone, Debug)]
pub struct Builder {
    account: AccountSid,
    credentials: Credentials,
    origin: String,
    edge: Option<String>,
    region: Option<String>,
    retry: Retry,
    timeouts: Timeouts,
}

impl Builder {
    /// Another place than `https://api.twilio.com`, such as a simulator: scheme, host and port.
    ///
    /// It must be https, or http to this machine.
    #[must_use]
    pub fn origin(mut self, origin: &str) -> Self {
        origin.clone_into(&mut self.origin);
        self
    }

    /// Twilio's edge, such as `dublin`.
    #[must_use]
    pub fn edge(mut self, edge: &str) -> Self {
        self.edge = Some(edge.to_owned());
        self
    }

    /// Twilio's region, such as `ie1`; `us1` when there is an edge only.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// How often a request is sent.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How long a request may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// When the origin would send the credentials in clear over a network or is no origin, edge or
    /// region are no names, the secret is empty, or TLS could not be set up.
    pub fn build(self) -> Result<Client, RestError> {
        let origin = self.checked_origin()?;
        let (user, password) = match self.credentials {
            Credentials::AuthToken(token) => (self.account.to_string(), token),
            Credentials::Key { sid, secret } => (sid.to_string(), secret),
        };
        if password.expose().is_empty() {
            let (field, reason) = ("credentials", "the secret is empty");
            return Err(RestError::Argument { field, reason });
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("handset-twilio/", env!("CARGO_PKG_VERSION")))
            // Where an answer leads is looked at before the credentials could go there.
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request may be sent twice is decided here alone.
            .retry(reqwest::retry::never())
            .connect_timeout(self.timeouts.connect)
            .build()
            .map_err(RestError::Setup)?;
        Ok(Client {
            account: self.account,
            shared: Arc::new(Shared {
                http,
                origin,
                user,
                password,
                retry: self.retry,
                timeouts: self.timeouts,
            }),
        })
    }

    fn checked_origin(&self) -> Result<String, RestError> {
        let wrong = |field, reason| RestError::Argument { field, reason };
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        for (field, name) in [("edge", &self.edge), ("region", &self.region)] {
            if name.as_deref().is_some_and(|name| !is_name(name)) {
                return Err(wrong(field, "not a name of letters, digits and -"));
            }
        }
        let url = Url::parse(&self.origin).map_err(|_| wrong("origin", "not a URL"))?;
        let is_origin = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_origin {
            return Err(wrong("origin", "more than scheme, host and port"));
        }
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            return Err(wrong("origin", "neither https nor this machine"));
        }
        let origin = match (self.origin == PUBLIC_API, &self.edge, &self.region) {
            (true, Some(edge), region) => {
                let region = region.as_deref().unwrap_or("us1");
                format!("https://api.{edge}.{region}.twilio.com")
            }
            (true, None, Some(region)) => format!("https://api.{region}.twilio.com"),
            (true, None, None) | (false, _, _) => url.origin().ascii_serialization(),
        };
        Ok(origin)
    }
}
