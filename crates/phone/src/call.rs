//! One call: its phase, and what is known of it.

mod heard;

pub(crate) use heard::{Gone, Heard};

use crate::{
    cause::ERROR_BELONGS_MS,
    far::Far,
    ledger::{Entry, Ledger},
};
use protocol::{
    CallId, CallSid, CallView, Direction, EndCause, EngineRequest, ErrorCode, Phase, Timestamp,
};

/// Twilio may ask two webhook servers for 15 s each before it rings.
const DIALING_MS: u64 = 45_000;
/// `<Dial timeout>` is 600 s at most.
const RINGING_MS: u64 = 630_000;
/// From the answer here to sound both ways.
const ANSWERING_MS: u64 = 20_000;
/// The SDK itself gives up after 30 s.
const RECONNECTING_MS: u64 = 45_000;

/// A call in progress.
///
/// ```text
///      Dial                                   `incoming`
///       |                                         |
///       v       ringing                           v         Answer
///    Dialing ------------> Ringing             Offered ---------------> Answering
///       |                     |                                             |
///       |  accept             |  accept                             accept  |
///       +------------------>  v  <------------------------------------------+
///                          Active
///            reconnecting   |  ^   reconnected
///                           v  |
///                       Reconnecting
///
///    from each of them to the end: HangUp or Decline; cancel, reject, disconnect; lost; the
///    page closed; the phase's limit in time; the webhooks, when the engine stays silent
/// ```
///
/// An ended call is no value of [`Phase`]: it is kept apart, as [`protocol::EndedView`] shows it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) kind: Kind,
    pub(crate) far: Far,
    pub(crate) phase: Phase,
    pub(crate) began: Timestamp,
    pub(crate) answered: Option<Timestamp>,
    /// Twilio's name for our leg, once the engine said it.
    pub(crate) sid: Option<CallSid>,
    pub(crate) muted: bool,
    /// What the user asked of the microphone and the engine has not confirmed.
    pub(crate) mute_wish: Option<bool>,
    pub(crate) silenced: bool,
    /// A ring was started for it and not stopped.
    pub(crate) rings: bool,
    pub(crate) digits: String,
    /// When its phase has lasted too long.
    pub(crate) limit: Option<Timestamp>,
    pub(crate) closing: Option<Closing>,
    error: Option<(ErrorCode, Timestamp)>,
}

/// What only one direction has.
#[derive(Debug)]
pub(crate) enum Kind {
    /// We call.
    Outgoing {
        /// `To` as the webhook gets it.
        to: String,
    },
    /// We are called.
    Incoming {
        /// `From` as it came.
        from: String,
        /// STIR/SHAKEN holds.
        verified: bool,
    },
}

/// A call that is over by one account, and waits a moment for another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Closing {
    /// The engine says so; the reason may still come.
    EngineGone {
        /// Until when to wait.
        at: Timestamp,
    },
    /// The webhooks say so; the engine has not.
    EngineSilent {
        /// Until when to wait.
        at: Timestamp,
    },
}

impl Call {
    /// A call that the user dials.
    pub(crate) fn dialled(id: CallId, to: String, far: Far, now: Timestamp) -> Self {
        Self::new(id, Kind::Outgoing { to }, far, Phase::Dialing, now)
    }

    /// A call that rings here.
    pub(crate) fn offered(
        id: CallId,
        sid: CallSid,
        from: String,
        verified: bool,
        now: Timestamp,
    ) -> Self {
        let far = Far::read(&from);
        let kind = Kind::Incoming { from, verified };
        Self {
            sid: Some(sid),
            rings: true,
            ..Self::new(id, kind, far, Phase::Offered, now)
        }
    }

    fn new(id: CallId, kind: Kind, far: Far, phase: Phase, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            far,
            phase,
            began: now,
            answered: None,
            sid: None,
            muted: false,
            mute_wish: None,
            silenced: false,
            rings: false,
            digits: String::new(),
            limit: limit_of(phase, now),
            closing: None,
            error: None,
        }
    }

    /// Which way it goes.
    pub(crate) fn direction(&self) -> Direction {
        match self.kind {
            Kind::Outgoing { .. } => Direction::Outgoing,
            Kind::Incoming { .. } => Direction::Incoming,
        }
    }

    /// Whether it is more than a ring: only one call at a time may be.
    pub(crate) fn is_beyond_offered(&self) -> bool {
        match self.phase {
            Phase::Offered => false,
            Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Active
            | Phase::Reconnecting => true,
        }
    }

    /// Whether the engine has said that it is over.
    pub(crate) fn engine_is_gone(&self) -> bool {
        match self.closing {
            Some(Closing::EngineGone { .. }) => true,
            Some(Closing::EngineSilent { .. }) | None => false,
        }
    }

    /// When it must be looked at.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        let closing = self.closing.map(|closing| match closing {
            Closing::EngineGone { at } | Closing::EngineSilent { at } => at,
        });
        closing.into_iter().chain(self.limit).min()
    }

    /// The request that makes the SDK let go of it.
    pub(crate) fn letting_go(&self) -> EngineRequest {
        match self.phase {
            Phase::Offered => EngineRequest::Reject { call: self.id },
            Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Active
            | Phase::Reconnecting => EngineRequest::Disconnect { call: self.id },
        }
    }

    /// Goes to another phase, with its own limit in time.
    pub(crate) fn enter(&mut self, phase: Phase, now: Timestamp) {
        self.phase = phase;
        self.limit = limit_of(phase, now);
    }

    /// The last error, whatever came of it.
    pub(crate) fn error(&self) -> Option<ErrorCode> {
        self.error.map(|(code, _)| code)
    }

    /// The error that ended it: before the answer any, later only one that came with the end.
    pub(crate) fn error_of_the_end(&self, now: Timestamp) -> Option<ErrorCode> {
        let (code, at) = self.error?;
        (self.answered.is_none() || now.since_ms(at) <= ERROR_BELONGS_MS).then_some(code)
    }

    /// What the webhooks told of it, if it is an outgoing call.
    pub(crate) fn entry<'a>(&self, ledger: &'a Ledger) -> Option<&'a Entry> {
        match &self.kind {
            Kind::Outgoing { to } => ledger.outgoing(self.sid.as_ref(), to, self.began),
            Kind::Incoming { .. } => None,
        }
    }

    /// Whether the webhooks say that it rang here until the timeout.
    pub(crate) fn rang_out(&self, ledger: &Ledger) -> bool {
        match (&self.kind, &self.sid) {
            (Kind::Incoming { from, .. }, Some(sid)) => ledger.rang_out(sid, from, self.began),
            (Kind::Incoming { .. }, None) | (Kind::Outgoing { .. }, _) => false,
        }
    }

    /// Of an incoming call that was not answered: its leg, its caller, and when it began.
    pub(crate) fn unanswered(&self) -> Option<(CallSid, String, Timestamp)> {
        match (&self.kind, &self.sid, self.answered) {
            (Kind::Incoming { from, .. }, Some(sid), None) => {
                Some((sid.clone(), from.clone(), self.began))
            }
            (Kind::Incoming { .. } | Kind::Outgoing { .. }, _, _) => None,
        }
    }

    /// Why it ends when its phase has lasted too long.
    pub(crate) fn cause_of_limit(&self) -> EndCause {
        match self.phase {
            Phase::Ringing | Phase::Offered => EndCause::NoAnswer,
            Phase::Dialing | Phase::Answering | Phase::Active | Phase::Reconnecting => {
                EndCause::ConnectionLost
            }
        }
    }

    /// Whether the webhooks say that it is over.
    pub(crate) fn is_over(&self, ledger: &Ledger) -> bool {
        match (&self.kind, &self.sid) {
            (Kind::Outgoing { .. }, _) => self
                .entry(ledger)
                .is_some_and(|entry| ledger.outgoing_is_over(entry)),
            (Kind::Incoming { .. }, Some(sid)) => ledger.incoming_is_over(sid),
            (Kind::Incoming { .. }, None) => false,
        }
    }

    /// As the page draws it.
    pub(crate) fn view(&self, privacy: bool) -> CallView {
        let digits = if privacy {
            "•".repeat(self.digits.len())
        } else {
            self.digits.clone()
        };
        CallView {
            id: self.id,
            direction: self.direction(),
            party: self.far.party(privacy),
            phase: self.phase,
            began: self.began,
            answered: self.answered,
            muted: self.muted,
            silenced: self.silenced,
            digits,
            verified: match self.kind {
                Kind::Incoming { verified, .. } => verified,
                Kind::Outgoing { .. } => false,
            },
        }
    }
}

fn limit_of(phase: Phase, now: Timestamp) -> Option<Timestamp> {
    let ms = match phase {
        Phase::Dialing => DIALING_MS,
        Phase::Ringing | Phase::Offered => RINGING_MS,
        Phase::Answering => ANSWERING_MS,
        Phase::Reconnecting => RECONNECTING_MS,
        Phase::Active => return None,
    };
    Some(now.plus_ms(ms))
}
