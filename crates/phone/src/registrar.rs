//! Registration: gets the phone registered, keeps it so, and says honestly how it is.

mod heard;

pub(crate) use heard::DeviceError;

use crate::{Effect, Token, TokenProblem, tokens::Tokens};
use protocol::media::IceServer;
use protocol::{EngineRequest, ErrorCode, PageInfo, Problem, Registration, Timestamp};

/// A registration that is missing for so long is shown as offline.
const OFFLINE_AFTER_MS: u64 = 15_000;
/// A Device that does not register is replaced after this, doubling.
const SILENCE_MS: u64 = 20_000;
const SILENCE_MAX_MS: u64 = 120_000;
/// What the old Device says within this time of its replacement is not of the new one.
const REPLACING_MS: u64 = 2_000;
/// The SDK's code for a token that is not valid, said too when there is none.
const TOKEN_INVALID: ErrorCode = ErrorCode(20101);

/// How far the registration is.
///
/// ```text
///   NoPage --attached--> Waiting --token--> Unconfirmed --registered--> Registered
///                         ^  ^                |     ^                        |
///                         |  |   silent, with |     | unregistered, doubted, |
///                         |  +-- no fresh ----+     +---- destroyed ---------+
///                         |      token
///   SignedOut --Reconnect-+           from each of them:
///                                       detached -> NoPage
///                                       token expired -> Waiting, once
///                                       doubted, with no fresh token -> Waiting
///                                       token refused, no credentials -> SignedOut
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// No page is attached.
    NoPage,
    /// A token is needed first.
    Waiting,
    /// The SDK registers, or regains the registration. At `retry_at` the Device is replaced.
    Unconfirmed { retry_at: Timestamp },
    /// Twilio confirmed it. After a connection error that holds until `doubt_at` only.
    Registered { doubt_at: Option<Timestamp> },
    /// Twilio refused the token, and would do so again.
    SignedOut { code: ErrorCode },
}

/// The part of the phone that registers it.
#[derive(Debug)]
pub(crate) struct Registrar {
    signalling: Option<String>,
    ice_servers: Vec<IceServer>,
    tokens: Tokens,
    page: Option<PageInfo>,
    link: Link,
    /// It was registered in this epoch.
    was_ready: bool,
    offline: bool,
    offline_at: Option<Timestamp>,
    failures: u32,
    last_failure: Option<Timestamp>,
    /// The page was asked to make a Device in this epoch, and it was not destroyed.
    device: bool,
    /// Until then, what is heard may be of a Device that was replaced.
    replacing_until: Option<Timestamp>,
    replaced: u32,
    /// When the registration was last taken for lost without the SDK saying so.
    doubted_at: Option<Timestamp>,
    /// The Device is to be replaced as soon as that ends no call, unless it registers before.
    replace_after_calls: bool,
    /// The Device is to be replaced as soon as that ends no call.
    stuck: bool,
    /// A new token was asked for after Twilio said that it is expired.
    renewed_expired: bool,
}

impl Registrar {
    pub(crate) fn new(signalling: Option<String>, ice_servers: Vec<IceServer>) -> Self {
        Self {
            signalling,
            ice_servers,
            tokens: Tokens::new(),
            page: None,
            link: Link::NoPage,
            was_ready: false,
            offline: false,
            offline_at: None,
            failures: 0,
            last_failure: None,
            device: false,
            replacing_until: None,
            replaced: 0,
            doubted_at: None,
            replace_after_calls: false,
            stuck: false,
            renewed_expired: false,
        }
    }

    /// The page that is attached.
    pub(crate) fn page(&self) -> Option<&PageInfo> {
        self.page.as_ref()
    }

    /// How it is shown.
    pub(crate) fn registration(&self) -> Registration {
        match self.link {
            Link::Registered { .. } => Registration::Ready,
            Link::SignedOut { .. } => Registration::SignedOut,
            Link::NoPage | Link::Waiting | Link::Unconfirmed { .. } => {
                if self.offline {
                    Registration::Offline
                } else if self.was_ready {
                    Registration::Reconnecting
                } else {
                    Registration::Connecting
                }
            }
        }
    }

    /// What is wrong with it.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let retry_at = match self.link {
            Link::SignedOut { code } => return Some(Problem::TokenRefused { code }),
            Link::Registered { .. } => return None,
            Link::NoPage => None,
            Link::Waiting => self.tokens.retry_at(),
            Link::Unconfirmed { retry_at } => Some(retry_at),
        };
        self.offline.then_some(Problem::Offline { retry_at })
    }

    /// When it wants to be asked again.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let link = match self.link {
            Link::Unconfirmed { retry_at } => Some(retry_at),
            Link::Registered { doubt_at } => doubt_at,
            Link::NoPage | Link::Waiting | Link::SignedOut { .. } => None,
        };
        [link, self.tokens.next_deadline(), self.offline_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// A page attached, and has no Device yet.
    pub(crate) fn attach(&mut self, page: PageInfo, now: Timestamp, out: &mut Vec<Effect>) {
        *self = Self {
            page: Some(page),
            tokens: std::mem::replace(&mut self.tokens, Tokens::new()),
            ..Self::new(
                self.signalling.take(),
                std::mem::take(&mut self.ice_servers),
            )
        };
        self.tokens.rest();
        self.want_token(now, out);
    }

    /// The page went away.
    pub(crate) fn detach(&mut self, now: Timestamp) {
        self.page = None;
        self.device = false;
        self.replace_after_calls = false;
        self.stuck = false;
        self.tokens.rest();
        self.unconfirm(Link::NoPage, now);
    }

    /// A token was made, or not.
    pub(crate) fn token(
        &mut self,
        result: Result<Token, TokenProblem>,
        in_call: bool,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        match result {
            Ok(token) if token.expires_at > now => {
                self.tokens.made(token, now);
                self.use_token(in_call, now, out);
            }
            // The clock is wrong, or it took too long: as good as none.
            Ok(_) | Err(TokenProblem::Unavailable) => self.token_failed(now),
            Err(TokenProblem::NoCredentials) => {
                self.tokens.failed(false, now);
                if self.link == Link::Waiting {
                    self.sign_out(TOKEN_INVALID);
                }
            }
        }
    }

    fn use_token(&mut self, in_call: bool, now: Timestamp, out: &mut Vec<Effect>) {
        match self.link {
            Link::NoPage | Link::SignedOut { .. } => return,
            Link::Waiting if in_call && self.device => {
                self.update_token(out);
                self.replace(in_call, now, out);
            }
            Link::Waiting => self.register(now, out),
            Link::Unconfirmed { .. } | Link::Registered { .. } => self.update_token(out),
        }
        self.tokens.renew_in_time(now);
    }

    /// A deadline has come.
    pub(crate) fn deadline(&mut self, in_call: bool, now: Timestamp, out: &mut Vec<Effect>) {
        if self.offline_at.is_some_and(|at| at <= now) {
            self.offline_at = None;
            self.offline = true;
        }
        if self.tokens.deadline(now, out) {
            self.token_failed(now);
        }
        match self.link {
            Link::Unconfirmed { retry_at } if retry_at <= now => self.replace(in_call, now, out),
            Link::Registered { doubt_at: Some(at) } if at <= now => {
                // An SDK that is well says nothing more: it has to be asked.
                self.doubted_at = Some(now);
                self.replace(in_call, now, out);
            }
            Link::NoPage
            | Link::Waiting
            | Link::Unconfirmed { .. }
            | Link::Registered { .. }
            | Link::SignedOut { .. } => {}
        }
    }

    /// The user wants it tried again now.
    pub(crate) fn reconnect(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        match self.link {
            Link::Unconfirmed { .. } | Link::Waiting | Link::SignedOut { .. } => {
                self.renewed_expired = false;
                self.replaced = 0;
                self.tokens.forget_failures();
                self.want_token(now, out);
            }
            Link::NoPage | Link::Registered { .. } => {}
        }
    }

    /// The computer slept.
    pub(crate) fn woke_up(&mut self, in_call: bool, now: Timestamp, out: &mut Vec<Effect>) {
        self.replaced = 0;
        match self.link {
            Link::Unconfirmed { .. } | Link::Registered { .. } => self.replace(in_call, now, out),
            Link::Waiting | Link::SignedOut { .. } => self.reconnect(now, out),
            Link::NoPage => {}
        }
    }

    /// The SDK is in a state out of which only a new Device leads.
    pub(crate) fn device_is_stuck(&mut self) {
        self.stuck = true;
    }

    /// No call is in progress: the moment for what would have ended it.
    pub(crate) fn calls_are_over(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let due = self.replace_after_calls || self.stuck;
        self.replace_after_calls = false;
        self.stuck = false;
        if !due {
            return;
        }
        match self.link {
            Link::Unconfirmed { .. } | Link::Registered { .. } => self.replace(false, now, out),
            Link::NoPage | Link::Waiting | Link::SignedOut { .. } => {}
        }
    }

    /// Makes a new Device, when that ends no call and the token allows. (A Device that is destroyed
    /// hangs up, and declines what rings.)
    fn replace(&mut self, in_call: bool, now: Timestamp, out: &mut Vec<Effect>) {
        if in_call {
            self.replace_after_calls = true;
            self.lose(now);
        } else if self.tokens.is_fresh(now) {
            self.register(now, out);
        } else {
            self.want_token(now, out);
        }
    }

    fn register(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        let Some(jwt) = self.tokens.jwt() else {
            return;
        };
        if self.device {
            out.push(Effect::Engine(EngineRequest::Destroy));
            self.replacing_until = Some(now.plus_ms(REPLACING_MS));
        }
        out.push(Effect::Engine(EngineRequest::Register {
            token: jwt.to_owned(),
            signalling: self.signalling.clone(),
            ice_servers: self.ice_servers.clone(),
        }));
        self.device = true;
        self.replace_after_calls = false;
        self.stuck = false;
        let silence_ms = (SILENCE_MS << self.replaced.min(8)).min(SILENCE_MAX_MS);
        self.replaced = self.replaced.saturating_add(1);
        let retry_at = now.plus_ms(silence_ms);
        self.unconfirm(Link::Unconfirmed { retry_at }, now);
    }

    fn update_token(&self, out: &mut Vec<Effect>) {
        if let (Some(jwt), true) = (self.tokens.jwt(), self.device) {
            out.push(Effect::Engine(EngineRequest::UpdateToken {
                token: jwt.to_owned(),
            }));
        }
    }

    fn want_token(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        self.unconfirm(Link::Waiting, now);
        self.tokens.ask(now, out);
    }

    fn token_failed(&mut self, now: Timestamp) {
        let again = match self.link {
            Link::Waiting | Link::Unconfirmed { .. } | Link::Registered { .. } => true,
            Link::NoPage | Link::SignedOut { .. } => false,
        };
        self.tokens.failed(again, now);
    }

    fn lose(&mut self, now: Timestamp) {
        let retry_at = now.plus_ms(SILENCE_MS);
        self.unconfirm(Link::Unconfirmed { retry_at }, now);
    }

    /// Goes to a link that is not confirmed; the time without confirmation begins or goes on.
    fn unconfirm(&mut self, link: Link, now: Timestamp) {
        match self.link {
            Link::Registered { .. } | Link::SignedOut { .. } | Link::NoPage => {
                self.offline_at = Some(now.plus_ms(OFFLINE_AFTER_MS));
                self.offline = false;
                self.failures = 0;
            }
            Link::Waiting | Link::Unconfirmed { .. } => {}
        }
        self.link = link;
    }

    fn sign_out(&mut self, code: ErrorCode) {
        self.link = Link::SignedOut { code };
        self.offline = false;
        self.offline_at = None;
        self.tokens.rest();
    }
}
