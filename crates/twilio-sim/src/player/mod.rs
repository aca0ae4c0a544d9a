//! The TwiML player: fetches a call's instructions and carries them out on its leg.
//!
//! ```text
//! fetch (or fallback) -> verb -> verb -> … -> end of document: hang up
//!   ^                     |
//!   '---------------------'  Redirect, and the actions of Dial, Record and Gather
//! ```
//! What the sandbox does not do ends the call with an error that says so; attributes that it does
//! not do are passed over, and the log says that. Every verb ends at once when the leg hangs up.

mod asking;
mod control;
mod dial;
mod document;
mod gather;
pub mod ports;
mod recall;
mod record;
mod sounds;
mod summary;

use crate::{
    speech::Speech,
    webhook::{
        Deliverer, Kind, Target,
        params::{Params, call_status_of},
    },
};
pub(crate) use asking::deliver;
use document::{Content, Document};
use futures_util::FutureExt;
use ports::{CallError, DialCallStatus, Exchange, HungUp, Leg, RejectReason};
use recall::Dialling;
pub(crate) use record::{QUIET_DBFS, recording_url};
use std::time::Duration;
use tokio::task::JoinSet;
use twilio::{sid::AccountSid, webhook::CallStatus};
use twiml::Verb;
use url::Url;
use uuid::Uuid;

/// What is said when instructions cannot be had or followed.
const APOLOGY: &str = "An application error has occurred. Goodbye.";

/// Where a call's instructions are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instructions {
    /// What comes first.
    pub voice: Source,
    /// Asked when any document of the call cannot be had.
    pub fallback: Option<Target>,
    /// Told when the call is over.
    pub status_callback: Option<Target>,
}

/// Where a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// At an address.
    At(Target),
    /// Here: it came with the call.
    Inline(String),
}

impl From<Target> for Source {
    fn from(target: Target) -> Self {
        Self::At(target)
    }
}

/// What all calls of an account share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account.
    pub account_sid: AccountSid,
    /// Where recordings are said to be: the base of the account's REST API.
    pub api_url: Url,
    /// The voice.
    pub speech: Speech,
    /// So many documents are fetched in one call, and then it ends: a guard against loops.
    pub documents: usize,
    /// How long a second of TwiML lasts; shorter in tests.
    pub second: Duration,
}

impl Settings {
    /// Settings with a limit of 100 documents and true seconds.
    #[must_use]
    pub const fn new(account_sid: AccountSid, api_url: Url, speech: Speech) -> Self {
        Self {
            account_sid,
            api_url,
            speech,
            documents: 100,
            second: Duration::from_secs(1),
        }
    }
}

/// Carries out the instructions of a call until it is over, tells its status callback, and returns
/// when all webhooks of the call were delivered.
///
/// The leg is answered when the first verb needs it; a leg that is still there at the end of the
/// instructions is hung up.
pub async fn run<E: Exchange>(
    exchange: E,
    leg: E::Leg,
    instructions: Instructions,
    deliverer: Deliverer,
    settings: Settings,
) {
    let mut player = Player {
        exchange,
        leg,
        deliverer,
        settings,
        fallback: instructions.fallback,
        here: nowhere(),
        fetched: 0,
        call_token: format!("sandbox-{}", Uuid::new_v4().simple()),
        callbacks: JoinSet::new(),
        dialling: Dialling::new(),
        last_dial: None,
        rejected: None,
        failed: false,
    };
    let leg = player.leg.clone();
    let dialling = player.dialling.clone();
    let mut first = (Kind::Voice, instructions.voice);
    let ended = loop {
        let (kind, voice) = first;
        let instructed = async {
            let other = leg.instructed().await;
            dialling.end().await;
            other
        };
        tokio::select! {
            ended = player.call(kind, voice) => break ended,
            other = instructed => {
                player.exchange.log("the call is given other instructions".to_owned());
                drop(leg.stop_recording());
                player.fallback = other.fallback;
                first = (Kind::Redirect, other.voice);
            }
        }
    };
    match ended {
        Ok(()) | Err(Stop::HungUp) => player.leg.hang_up(None),
        Err(Stop::Failed(error)) => player.fail(error).await,
    }
    player.leg.hung_up().await;
    if let Some(target) = instructions.status_callback {
        player.tell_end(target).await;
    }
    while player.callbacks.join_next().await.is_some() {}
}

/// What comes after a verb.
enum Step {
    /// The next verb.
    Next,
    /// Another document.
    Goto(Goto),
    /// Nothing: the call ends.
    End,
}

/// Another document, and what its server is told.
struct Goto {
    kind: Kind,
    target: Target,
    params: Params,
}

/// Why the instructions are not followed to their end.
#[derive(Debug)]
enum Stop {
    /// The leg is over.
    HungUp,
    /// Something went wrong.
    Failed(CallError),
}

impl From<HungUp> for Stop {
    fn from(HungUp: HungUp) -> Self {
        Self::HungUp
    }
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        Self::Failed(error)
    }
}

struct Player<E: Exchange> {
    exchange: E,
    leg: E::Leg,
    deliverer: Deliverer,
    settings: Settings,
    fallback: Option<Target>,
    /// The current document; relative URLs are read against it.
    here: Target,
    fetched: usize,
    call_token: String,
    /// Webhooks that nobody waits for until the call's end.
    callbacks: JoinSet<()>,
    dialling: Dialling,
    last_dial: Option<DialCallStatus>,
    rejected: Option<RejectReason>,
    failed: bool,
}

impl<E: Exchange> Player<E> {
    async fn call(&mut self, kind: Kind, voice: Source) -> Result<(), Stop> {
        let mut document = match voice {
            Source::At(target) => {
                self.document(Goto {
                    kind,
                    target,
                    params: Params::new(),
                })
                .await?
            }
            Source::Inline(text) => Document {
                target: nowhere(),
                content: document::inline(&text)?,
            },
        };
        loop {
            if self.is_over() {
                return Err(Stop::HungUp);
            }
            match self.document_played(document).await? {
                Step::Next | Step::End => return Ok(()),
                Step::Goto(goto) => document = self.document(goto).await?,
            }
        }
    }

    async fn document_played(&mut self, document: Document) -> Result<Step, Stop> {
        self.here = document.target;
        let verbs = match document.content {
            Content::Verbs(verbs) => verbs,
            Content::Sound(pcm) => {
                self.leg.note_verb("Play");
                self.leg.answer().await?;
                self.leg.play(pcm).await?;
                return Ok(Step::End);
            }
        };
        self.exchange.log(format!("TwiML: {}", summary::of(&verbs)));
        for verb in &verbs {
            match self.verb(verb).await? {
                Step::Next => {}
                step @ (Step::Goto(_) | Step::End) => return Ok(step),
            }
        }
        Ok(Step::Next)
    }

    async fn verb(&mut self, verb: &Verb) -> Result<Step, Stop> {
        if self.is_over() {
            return Err(Stop::HungUp);
        }
        self.leg.note_verb(verb.name());
        match verb {
            Verb::Say(say) => self.say(say).await,
            Verb::Play(play) => self.play(play).await,
            Verb::Pause(pause) => self.pause(pause).await,
            Verb::Dial(dial) => self.dial(dial).await,
            Verb::Record(record) => self.record(record).await,
            Verb::Gather(gather) => self.gather(gather).await,
            Verb::Redirect(redirect) => self.redirect(redirect),
            Verb::Reject(reject) => Ok(self.reject(reject)),
            Verb::Hangup(_) => Ok(Step::End),
            Verb::Other(element) => Err(control::unknown_verb(&element.name).into()),
        }
    }

    fn status(&self) -> CallStatus {
        match (self.is_over(), self.leg.is_answered()) {
            (false, false) => CallStatus::Ringing,
            (false, true) => CallStatus::InProgress,
            (true, _) => self.final_status(),
        }
    }

    /// How the call ended: a call that was answered is completed, whatever came then.
    fn final_status(&self) -> CallStatus {
        if self.leg.is_answered() {
            return CallStatus::Completed;
        }
        match (self.rejected, self.last_dial) {
            (Some(RejectReason::Busy), _) => CallStatus::Busy,
            (Some(RejectReason::Rejected), _) => CallStatus::NoAnswer,
            (None, _) if self.failed => CallStatus::Failed,
            // Its caller gave up.
            (None, Some(DialCallStatus::Canceled) | None) => CallStatus::NoAnswer,
            (None, Some(status)) => call_status_of(status),
        }
    }

    fn is_over(&self) -> bool {
        self.leg.hung_up().now_or_never().is_some()
    }

    /// Writes an error down where people look for it.
    fn note(&self, error: &CallError) {
        self.exchange.log(error.to_string());
        self.leg.note_error(error);
    }

    /// Ends the call as Twilio does when it cannot go on: it says so, and hangs up.
    async fn fail(&mut self, error: CallError) {
        self.failed = true;
        self.note(&error);
        // If the leg hangs up meanwhile, that is as good.
        let _ = self.speak(APOLOGY, None).await;
        self.leg.hang_up(Some(error));
    }

    /// A URL of the current document: absolute, relative to it, or, if none, its own.
    fn resolve(&self, reference: Option<&str>) -> Result<Url, CallError> {
        match reference.map(str::trim) {
            None | Some("") if self.here.url.cannot_be_a_base() => Err(CallError {
                code: 11_100,
                message: "the call's own TwiML has no address; give the verb an action".to_owned(),
            }),
            None | Some("") => Ok(self.here.url.clone()),
            Some(reference) => self.here.url.join(reference).map_err(|_| CallError {
                code: 11_100,
                message: format!("the document has an address that is none: {reference:?}"),
            }),
        }
    }

    /// Says in the log which attributes are passed over.
    fn passed_over(&self, verb: &str, attributes: &[(&str, bool)]) {
        for (attribute, given) in attributes {
            if *given {
                self.exchange.log(format!(
                    "TwiML: {verb} {attribute} is passed over; the sandbox does not do it"
                ));
            }
        }
    }

    /// So many seconds of TwiML.
    fn seconds(&self, seconds: u32) -> Duration {
        // A day is longer than any call.
        self.settings.second * seconds.min(86_400)
    }
}

/// The address of a document that has none: nothing is relative to it.
fn nowhere() -> Target {
    Target::post(Url::parse("about:blank").expect("a valid URL"))
}

#[cfg(test)]
mod tests;
