//! Putting the phone together. Whether Twilio or the sandbox is behind it is chosen here and
//! nowhere else.

use crate::choice::{Choice, choose};
use crate::join::{Invitation, JoinProblem, Remote, forward};
use crate::options::Options;
use crate::sandbox::Backend;
use crate::sleep::watch_for_sleep;
use crate::started::Started;
use app::ports::{Attention, Media, NoSandbox, SystemClock};
use app::{Account, ConfigProblems, Handle, Parts};
use phone::dial_plan::Line;
use protocol::media::IceServer;
use protocol::{ClientName, PhoneNumber};
use server::{BindError, Face, Private, Webhooks};
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use twilio::Secret;
use twilio::sid::{AccountSid, ApplicationSid, KeySid};
use url::Url;

/// How long a caller hears it ring here before voicemail answers, in seconds.
const RING_TIMEOUT_S: u32 = 25;

/// A phone that stands.
pub struct Running {
    handle: Handle,
    started: Started,
    stop: watch::Sender<bool>,
    sleep_watch: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
    backend: Backend,
}

/// Why the phone could not be put together. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The configuration is missing or malformed.
    #[error(transparent)]
    Configuration(#[from] ConfigProblems),
    /// A listener could not be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The system refused something else.
    #[error("handset cannot start: the system refused a listener's address")]
    Io(#[from] std::io::Error),
    /// The sandbox could not start.
    #[error("the sandbox cannot start: {0}")]
    Sandbox(#[from] twilio_sim::SimError),
    /// The sandbox of another phone could not be joined.
    #[error("the sandbox cannot be joined: {0}")]
    Join(#[from] JoinProblem),
}

impl ComposeError {
    /// Whether the user's configuration is to blame: the exit code is 2 then.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        match self {
            Self::Configuration(_)
            | Self::Bind(BindError::NotLoopback { .. })
            | Self::Join(JoinProblem::Invitation(_)) => true,
            Self::Bind(BindError::Taken { .. } | BindError::Refused { .. })
            | Self::Io(_)
            | Self::Sandbox(_)
            | Self::Join(
                JoinProblem::NoAnswer(_) | JoinProblem::Refused(_) | JoinProblem::Foreign,
            ) => false,
        }
    }
}

/// What differs between Twilio and the sandbox.
struct Far {
    account: Account,
    public_url: Url,
    backend: Backend,
    /// `host:port` of the sandbox's.
    signalling: Option<String>,
    control: axum::Router,
}

/// Puts the phone together and starts it. `var` looks up environment variables. `outside` is given
/// the way in to the phone and makes what is the program's own: the ways to the user, and the
/// native media engine.
///
/// # Errors
/// When the configuration is wrong (all problems at once) or a listener cannot be had.
pub async fn compose<A: Attention, M: Media>(
    options: &Options,
    var: impl Fn(&str) -> Option<String>,
    outside: impl FnOnce(Handle) -> (A, M),
) -> Result<Running, ComposeError> {
    let choices = choose(options, &var)?;
    let private = server::bind(Face::Private, options.private_address()).await?;
    let public = server::bind(Face::Public, options.public_address()).await?;
    let far = match choices.far {
        Choice::Twilio {
            account,
            public_url,
        } => twilio(account, public_url),
        Choice::Sandbox {
            identity,
            public_url,
        } => {
            let public_url = match public_url {
                Some(given) => given,
                None => listener_url(public.local_addr()?),
            };
            sandbox(options, identity, public_url).await?
        }
        Choice::Joined {
            invitation,
            identity,
            public_url,
        } => {
            let public_url = match public_url {
                Some(given) => given,
                None => listener_url(public.local_addr()?),
            };
            joined(&invitation, identity, public_url).await?
        }
    };
    start(options, far, choices.ice_servers, outside, private, public)
}

fn twilio(account: Account, public_url: Url) -> Far {
    Far {
        account,
        public_url,
        backend: Backend::Twilio(NoSandbox::default()),
        signalling: None,
        control: axum::Router::new(),
    }
}

/// The public listener's own address, as the sandbox reaches it.
fn listener_url(listener: SocketAddr) -> Url {
    Url::parse(&format!("http://{listener}")).expect("an address and port make a URL")
}

/// The webhooks of a phone with this public URL.
fn webhooks(public_url: &Url) -> twilio_sim::Urls {
    let base = public_url.as_str().trim_end_matches('/');
    twilio_sim::Urls {
        voice_url_application: format!("{base}/voice/outgoing"),
        voice_url_number: format!("{base}/voice/incoming"),
        fallback_url: None,
        status_callback: Some(format!("{base}/voice/status")),
    }
}

async fn sandbox(
    options: &Options,
    identity: ClientName,
    public_url: Url,
) -> Result<Far, ComposeError> {
    // Its secrets are as hard to guess as an account's.
    let config = twilio_sim::Config {
        seed: rand::random(),
        media: options.sandbox_media,
        ..twilio_sim::Config::default()
    };
    let sandbox = twilio_sim::Sandbox::start(config).await?;
    let given = sandbox.account().clone();
    let account = Account {
        account_sid: given.account_sid,
        auth_token: given.auth_token,
        key_sid: given.key_sid,
        key_secret: given.key_secret,
        application_sid: given.application_sid,
        caller_id: PhoneNumber::e164(&given.number).expect("the sandbox's own number is E.164"),
        identity,
    };
    sandbox.set_webhooks(webhooks(&public_url));
    sandbox.name_our_line(account.identity.as_str());
    Ok(Far {
        account,
        public_url,
        signalling: Some(sandbox.signalling().to_string()),
        control: sandbox.control_router(),
        backend: Backend::Sandbox(sandbox),
    })
}

async fn joined(
    invitation: &Invitation,
    identity: Option<ClientName>,
    public_url: Url,
) -> Result<Far, ComposeError> {
    let name = identity.map(|identity| identity.as_str().to_owned());
    let remote = Remote::join(invitation, name, webhooks(&public_url)).await?;
    let given = remote.membership();
    let account = account_of(given).ok_or(JoinProblem::Foreign)?;
    Ok(Far {
        account,
        public_url,
        signalling: Some(given.signalling.clone()),
        control: forward(&remote),
        backend: Backend::Joined(remote),
    })
}

/// The account of a phone that joined; `None` when it is none.
fn account_of(given: &twilio_sim::Membership) -> Option<Account> {
    Some(Account {
        account_sid: AccountSid::parse(&given.account_sid).ok()?,
        auth_token: Secret::new(given.auth_token.clone()),
        key_sid: KeySid::parse(&given.key_sid).ok()?,
        key_secret: Secret::new(given.key_secret.clone()),
        application_sid: ApplicationSid::parse(&given.application_sid).ok()?,
        caller_id: PhoneNumber::e164(&given.number).ok()?,
        identity: ClientName::new(&given.name).ok()?,
    })
}

fn start<A: Attention, M: Media>(
    options: &Options,
    far: Far,
    ice_servers: Vec<IceServer>,
    outside: impl FnOnce(Handle) -> (A, M),
    private: TcpListener,
    public: TcpListener,
) -> Result<Running, ComposeError> {
    let secret = session_secret();
    let address = private.local_addr()?;
    let public_listener = public.local_addr()?;
    let signalling = far.signalling;
    let dialer_url = format!("http://{address}/#{secret}");
    let webhooks = Webhooks::new(
        far.public_url.clone(),
        &far.account.auth_token,
        far.account.account_sid.clone(),
        Line {
            identity: far.account.identity.clone(),
            caller_id: Some(far.account.caller_id.clone()),
            ring_timeout_s: RING_TIMEOUT_S,
        },
    );
    let backend = far.backend.clone();
    let (handle, controller) = app::start(|handle| {
        let (attention, media) = outside(handle);
        Parts {
            account: far.account,
            signalling: signalling.clone(),
            ice_servers,
            token_ttl_s: options.token_ttl,
            privacy: true,
            dialer_url: dialer_url.clone(),
            clock: SystemClock,
            attention,
            sandbox: far.backend,
            media,
            media_preference: options.media,
        }
    });
    let guard = Private {
        secret: Secret::new(secret.clone()),
        allowed_origins: options.allow_origin.clone(),
        address,
        signalling: signalling.clone(),
    };
    // The sender is dropped: in this version the public URL is fixed for the run.
    let (_fixed, webhooks) = watch::channel(Arc::new(webhooks));
    let (stop, stopped) = watch::channel(false);
    let public_router = server::public_router(handle.clone(), webhooks);
    let private_router = server::private_router(handle.clone(), guard, far.control);
    let tasks = vec![
        controller,
        tokio::spawn(serve_until(public, public_router, stopped.clone())),
        tokio::spawn(serve_until(private, private_router, stopped)),
    ];
    let started = Started {
        private_url: dialer_url,
        session_secret: secret,
        public_url: far.public_url.as_str().trim_end_matches('/').to_owned(),
        public_listener: public_listener.to_string(),
        signalling_url: signalling.map(|address| format!("ws://{address}/signal")),
    };
    Ok(Running {
        sleep_watch: tokio::spawn(watch_for_sleep(handle.clone())),
        handle,
        started,
        stop,
        tasks,
        backend,
    })
}

async fn serve_until(listener: TcpListener, router: axum::Router, mut stop: watch::Receiver<bool>) {
    let stopped = async move {
        // An error means that the phone was dropped: that is a reason to stop as well.
        let _dropped = stop.wait_for(|stop| *stop).await;
    };
    server::serve(listener, router, stopped).await;
}

/// 32 random bytes in hexadecimal: fits in an address and in a WebSocket subprotocol.
fn session_secret() -> String {
    let bytes: [u8; 32] = rand::random();
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written");
        text
    })
}

impl Running {
    /// The way in to the phone.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The phone's addresses.
    #[must_use]
    pub fn started(&self) -> &Started {
        &self.started
    }

    /// Hangs up, unregisters and stops the listeners.
    pub async fn close(self) {
        self.sleep_watch.abort();
        self.handle.close().await;
        let _all_stopped = self.stop.send(true);
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("a part of the phone panicked");
            }
        }
        self.backend.close().await;
    }
}
