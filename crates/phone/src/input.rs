//! What the phone hears and what it wants done.

use protocol::media::{IceServer, MediaPath, MediaPreference};
use protocol::{
    CallId, CallSid, ClientName, EngineEvent, EngineRequest, Epoch, Intent, PageInfo, Party,
    PhoneNumber, Rejection, Timestamp,
};

/// What a phone is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// The client name it registers as.
    pub identity: ClientName,
    /// Our own number, for the page and for reading national numbers.
    pub line: Option<PhoneNumber>,
    /// Numbers are hidden from the start.
    pub privacy: bool,
    /// `host:port` of the sandbox's signalling; `None` is Twilio itself.
    pub signalling: Option<String>,
    /// Servers for NAT, for the sound of calls.
    pub ice_servers: Vec<IceServer>,
    /// Who shall carry the sound of calls.
    pub media: MediaPreference,
    /// Whether there is a native engine for the window.
    pub native_media: bool,
}

impl Setup {
    /// Who carries the sound of calls in a page. The native engine is the window's only: a browser
    /// may be on another computer.
    pub(crate) fn media_path(&self, page: &PageInfo) -> MediaPath {
        let native = self.native_media && page.window;
        match (self.media, page.webrtc, native) {
            (MediaPreference::Auto | MediaPreference::Webview, true, _) => MediaPath::Webview,
            (MediaPreference::Auto | MediaPreference::Native, _, true) => MediaPath::Native,
            (MediaPreference::Native, true, false) => MediaPath::Webview,
            (MediaPreference::Auto | MediaPreference::Native, false, false)
            | (MediaPreference::Webview, false, _) => MediaPath::Missing,
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A page attached; it replaces the one before, and begins a new epoch.
    Attached {
        /// What it is.
        page: PageInfo,
    },
    /// The page of the current epoch went away. Of an older page this must not be said.
    Detached,
    /// The user wants something.
    Intent(Intent),
    /// The SDK said something.
    Engine {
        /// The attachment in which it was said; of another than the current one it is ignored.
        epoch: Epoch,
        /// What.
        event: EngineEvent,
    },
    /// Twilio called our webhook server, with a valid signature.
    Webhook(Webhook),
    /// The answer to [`Effect::MintToken`].
    Token(Result<Token, TokenProblem>),
    /// [`crate::Phone::next_deadline`] has come.
    Deadline,
    /// The computer slept, and connections made before are not to be trusted.
    WokeUp,
}

/// An access token. It is a secret: its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The JWT.
    pub jwt: String,
    /// Until when Twilio takes it.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("jwt", &"…")
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

/// Why there is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// There are no credentials to make one with, or they are malformed. It is not tried again
    /// before the user asks for it.
    #[error("there are no credentials to make an access token with")]
    NoCredentials,
    /// It could not be made just now, and is tried again.
    #[error("the access token could not be made")]
    Unavailable,
}

/// Something to be done, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this to the page of the current epoch. Only emitted while one is attached.
    Engine(EngineRequest),
    /// Tell the page what an incoming call is called; comes before any request about it.
    Named {
        /// The SDK's name.
        call_sid: CallSid,
        /// The phone's name.
        call: CallId,
    },
    /// Make an access token and answer with [`Input::Token`]. One at a time.
    MintToken,
    /// Ring for an incoming call. Exactly one [`Effect::StopRing`] follows.
    StartRing {
        /// Which one.
        call: CallId,
        /// Who calls, as it may be shown.
        party: Party,
    },
    /// Stop ringing for this call.
    StopRing {
        /// Which one.
        call: CallId,
    },
    /// The intent just handled was not taken, and changed nothing.
    Rejected(Rejection),
    /// Open the dialer in the system's browser.
    OpenBrowser,
}

/// What a webhook told, of one call leg. The phone learns nothing from it that the engine says
/// better: it annotates, and ends a call only when the engine stays silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Webhook {
    /// Twilio asked what to do with a call from our client.
    Outgoing {
        /// The leg of our client.
        call_sid: CallSid,
        /// The `To` that came with it, as it was.
        to: String,
        /// What it was answered.
        plan: PlanKind,
    },
    /// Twilio asked what to do with a call to our number.
    Incoming {
        /// The leg of the caller (the SDK knows another one, its child).
        call_sid: CallSid,
        /// `From` as it was.
        from: String,
    },
    /// A `<Dial>` is over: the action of an outgoing or an incoming call.
    DialResult {
        /// The leg whose TwiML dialled.
        call_sid: CallSid,
        /// The leg that was dialled, if there was one.
        dialled: Option<CallSid>,
        /// How it went.
        status: DialCallStatus,
        /// How long they talked, in seconds.
        duration_s: Option<u64>,
    },
    /// A status callback.
    Status {
        /// The leg it is of.
        call_sid: CallSid,
        /// The leg whose TwiML dialled it.
        parent: Option<CallSid>,
        /// Its status.
        status: CallStatus,
        /// How long it lasted, in seconds.
        duration_s: Option<u64>,
        /// Its place in the order of that leg's callbacks, from 0; they may arrive in another.
        sequence: Option<u64>,
    },
}

/// What the webhook server answered to a call from our client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlanKind {
    /// It dials a number.
    Number,
    /// It dials a client.
    Client,
    /// It refuses in words.
    Refused,
}

/// How a `<Dial>` went. Source: Twilio's documentation of `<Dial action>`, `DialCallStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialCallStatus {
    /// `completed`: they talked.
    Completed,
    /// `answered`: they talked, and the leg lives on.
    Answered,
    /// `busy`.
    Busy,
    /// `no-answer`: it rang until the timeout.
    NoAnswer,
    /// `failed`: no such number, or it cannot be reached.
    Failed,
    /// `canceled`: it was given up while it rang.
    Canceled,
}

/// The status of a leg. Source: Twilio's documentation of the Call resource, `CallStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallStatus {
    /// `queued`.
    Queued,
    /// `initiated`.
    Initiated,
    /// `ringing`.
    Ringing,
    /// `in-progress`.
    InProgress,
    /// `completed`.
    Completed,
    /// `busy`.
    Busy,
    /// `no-answer`.
    NoAnswer,
    /// `failed`.
    Failed,
    /// `canceled`.
    Canceled,
}
