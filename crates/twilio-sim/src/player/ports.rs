//! What the TwiML player needs of the exchange it runs in: a leg to act on, and other legs to dial.

use super::Instructions;
pub use crate::speech::Pcm;
use std::future::Future;
use tokio::sync::{mpsc, watch};
use twilio::sid::{CallSid, RecordingSid};

/// What is known of a leg from its first moment, and never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegFacts {
    /// The call's id.
    pub call_sid: CallSid,
    /// The call that dialled this leg, if one did.
    pub parent_call_sid: Option<CallSid>,
    /// Who calls: E.164, or `client:<identity>`.
    pub from: String,
    /// Who is called: E.164, `client:<identity>`, or empty when the client named nobody.
    pub to: String,
    /// `inbound`, `outbound-dial` or `outbound-api`, as Twilio writes it.
    pub direction: &'static str,
    /// The TwiML application, when the leg came from the Voice SDK.
    pub application_sid: Option<String>,
    /// What `device.connect({params})` and the token's grant gave, as they were, or who answered a
    /// call of the REST API, if that was looked for; sent with every request for instructions.
    pub params: Vec<(String, String)>,
}

/// The leg is over: nothing more can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the leg has hung up")]
pub struct HungUp;

/// Why a call went wrong: one of Twilio's numbers, or [`CallError::SANDBOX`], and a text for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", number(*.code))]
pub struct CallError {
    /// Twilio's error number, such as 11200.
    pub code: u32,
    /// What went wrong and what to do, in a sentence.
    pub message: String,
}

impl CallError {
    /// The number of "Twilio could, the sandbox cannot"; Twilio has no such number.
    pub const SANDBOX: u32 = 0;
}

fn number(code: u32) -> String {
    if code == CallError::SANDBOX {
        String::new()
    } else {
        format!("error {code}: ")
    }
}

/// How a call that was not answered is turned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RejectReason {
    /// As if the number were not in service.
    #[default]
    Rejected,
    /// As if the line were busy.
    Busy,
}

/// What `<Record>` took down of a leg.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Its name.
    pub sid: RecordingSid,
    /// The sound.
    pub pcm: Pcm,
    /// Whole seconds, rounded.
    pub duration_s: u32,
    /// How loud, in dB relative to full scale; silence is [`crate::speech::SILENCE_DBFS`].
    pub rms_dbfs: f64,
}

/// One leg of a call, as the player handles it.
pub trait Leg: Clone + Send + Sync + 'static {
    /// What is known of it.
    fn facts(&self) -> LegFacts;
    /// Answers it; answering an answered leg does nothing.
    fn answer(&self) -> impl Future<Output = Result<(), HungUp>> + Send;
    /// It was answered (and may have ended since).
    fn is_answered(&self) -> bool;
    /// Turns it away unanswered; it is over then.
    fn reject(&self, reason: RejectReason);
    /// Plays sound to the leg's user; returns when the last sample went out or
    /// [`Leg::stop_playing`] was called. Dropping the future stops the sound as well.
    fn play(&self, pcm: Pcm) -> impl Future<Output = Result<(), HungUp>> + Send;
    /// Ends the sound that plays now.
    fn stop_playing(&self);
    /// The next key the leg's user pressed (`0`-`9`, `*`, `#`), in order, buffered since the
    /// answer. Dropping the future loses no key.
    fn next_digit(&self) -> impl Future<Output = Result<char, HungUp>> + Send;
    /// Begins to take down what the leg's user says.
    fn start_recording(&self);
    /// How loud the leg's user was over about the last 200 ms, in dB relative to full scale.
    fn loudness_dbfs(&self) -> f64;
    /// Ends the recording and gives it: what was heard until now, also after a hang-up; empty if
    /// none was begun.
    fn stop_recording(&self) -> Pcm;
    /// Returns when the leg is over, whoever ended it; at once if it is.
    fn hung_up(&self) -> impl Future<Output = ()> + Send;
    /// Returns when somebody outside gives the call other instructions; never, unless a leg does
    /// it. Dropping the future loses none.
    fn instructed(&self) -> impl Future<Output = Instructions> + Send {
        std::future::pending()
    }
    /// Whole seconds from the answer until now or until its end; 0 if never answered.
    fn answered_for_s(&self) -> u32;
    /// Ends it, with what the user's phone is told went wrong.
    fn hang_up(&self, error: Option<CallError>);
    /// A verb is being executed ("Say", "Dial", …); for the report of the call.
    fn note_verb(&self, verb: &str);
    /// A recording was made; for the report of the call.
    fn note_recording(&self, recording: &Recording);
    /// Something went wrong; for the report of the call.
    fn note_error(&self, error: &CallError);
}

/// Whom a `<Dial>` calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialTarget {
    /// A telephone number, E.164.
    Number(String),
    /// A client of the Voice SDK.
    Client {
        /// Its identity, without `client:`.
        name: String,
        /// The custom parameters for it.
        parameters: Vec<(String, String)>,
    },
    /// A SIP address: never reachable here.
    Sip(String),
}

/// How a `<Dial>` calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialHow {
    /// How long it may ring, in seconds.
    pub timeout_s: u32,
    /// Whom the called see; the parent's caller if none.
    pub caller_id: Option<String>,
    /// The parent is answered only when a target answers (the exchange does that; otherwise the
    /// player answered it before, and the exchange plays ringback to it).
    pub answer_on_bridge: bool,
    /// How long the two may talk, in seconds.
    pub time_limit_s: Option<u32>,
    /// The parent's `*` ends the dialled leg.
    pub hangup_on_star: bool,
}

/// How a dialled leg, or a whole `<Dial>`, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialCallStatus {
    /// Answered, and talked to its end.
    Completed,
    /// Turned away as busy.
    Busy,
    /// Rang in vain.
    NoAnswer,
    /// Could not be reached.
    Failed,
    /// The parent hung up while it rang, or another target answered first.
    Canceled,
}

impl DialCallStatus {
    /// As Twilio writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// Something happened to a dialled leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildEvent {
    /// Which of the targets, counted from 0.
    pub target: usize,
    /// The dialled leg.
    pub call_sid: CallSid,
    /// Whom the called see.
    pub from: String,
    /// Who is called: E.164, `client:<identity>` or `sip:…`.
    pub to: String,
    /// What happened.
    pub event: ChildProgress,
}

/// What happens to a dialled leg, in this order; the middle ones may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildProgress {
    /// It is being called.
    Initiated,
    /// It rings.
    Ringing,
    /// It answered.
    Answered,
    /// It is over; always the last.
    Completed {
        /// How it ended.
        status: DialCallStatus,
        /// Whole seconds since its answer.
        duration_s: u32,
    },
}

/// Tells a `<Dial>` that its call is given other instructions, so that the dialled legs are to end.
#[derive(Clone, Debug)]
pub struct Recall(watch::Receiver<bool>);

impl Recall {
    /// Follows `wanted`, which turns true when that is so.
    #[must_use]
    pub const fn new(wanted: watch::Receiver<bool>) -> Self {
        Self(wanted)
    }

    /// Returns when that is so; at once if it is, and never if nobody can say so any more.
    pub async fn recalled(&self) {
        let mut wanted = self.0.clone();
        if wanted.wait_for(|wanted| *wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// What came of a `<Dial>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialOutcome {
    /// How it ended.
    pub status: DialCallStatus,
    /// The leg that answered, or else the last that was tried.
    pub child: Option<CallSid>,
    /// Whole seconds that the two talked.
    pub duration_s: u32,
    /// The two heard each other.
    pub bridged: bool,
    /// The parent is over.
    pub parent_hung_up: bool,
}

/// The exchange: what can call others.
pub trait Exchange: Clone + Send + Sync + 'static {
    /// Its legs.
    type Leg: Leg;
    /// Rings all targets, joins the first that answers to the parent, and returns when that is
    /// over, whoever ended it, or the call is recalled. Everything that happens to the dialled legs goes to `progress`
    /// before this returns, and the sender is dropped then. Dropping the future ends the legs.
    fn dial(
        &self,
        parent: &Self::Leg,
        targets: Vec<DialTarget>,
        how: DialHow,
        progress: mpsc::UnboundedSender<ChildEvent>,
        recall: Recall,
    ) -> impl Future<Output = DialOutcome> + Send;
    /// Writes a line to the sandbox's log; numbers in it are masked by the caller.
    fn log(&self, text: String);
}
