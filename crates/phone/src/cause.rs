//! Why a call ended, from all that was said of it.

use crate::{
    DialCallStatus, PlanKind,
    call::{Call, Kind},
    ledger::Ledger,
};
use protocol::{Direction, EndCause, ErrorCode, Phase, Timestamp};

/// An error belongs to the end of a call when it came so shortly before or after it.
pub(crate) const ERROR_BELONGS_MS: u64 = 3_000;

/// A call to which Twilio answered without asking our webhook server plays an error message and
/// ends; that takes less than this.
const ERROR_MESSAGE_MS: u64 = 15_000;

/// What a hang-up with a code that the SDK does not know reaches us as.
const UNKNOWN_TO_THE_SDK: ErrorCode = ErrorCode(31005);

/// What an SDK error code says of a call that it ended.
///
/// Source: `lib/twilio/errors/generated.ts` of `@twilio/voice-sdk` 2.18.5. A hang-up with a code
/// that the SDK does not know reaches us as 31005.
pub(crate) fn of_code(code: ErrorCode) -> EndCause {
    match code.0 {
        31000 | 31003 | 31005 | 31009 | 31209 | 53000 | 53001 | 53405 => EndCause::ConnectionLost,
        31008 => EndCause::Cancelled,
        31401 | 31402 => EndCause::Microphone,
        31404 | 31480 => EndCause::NotInService,
        31486 | 31603 => EndCause::Busy,
        _ => EndCause::Failed { code },
    }
}

/// Whether the code says that the microphone cannot be used.
pub(crate) fn is_microphone(code: ErrorCode) -> bool {
    of_code(code) == EndCause::Microphone
}

/// Why a call ended that the engine says is disconnected, by what is known now. `None` when more
/// may come that is worth a short wait.
pub(crate) fn known(
    call: &Call,
    ledger: &Ledger,
    signalling_up: bool,
    now: Timestamp,
) -> Option<EndCause> {
    match call.direction() {
        Direction::Outgoing => outgoing(call, ledger, signalling_up, now),
        Direction::Incoming => incoming(call, ledger, now),
    }
}

/// Why a call ended, when nothing more is to be waited for.
pub(crate) fn at_last(
    call: &Call,
    ledger: &Ledger,
    signalling_up: bool,
    now: Timestamp,
) -> EndCause {
    if let Some(cause) = known(call, ledger, signalling_up, now) {
        return cause;
    }
    match call.phase {
        Phase::Dialing => match (asked(call, ledger), signalling_up || call.sid.is_some()) {
            // Asked, but Twilio made nothing of the answer; or taken, and nobody was asked.
            (true, _) | (false, true) => EndCause::WebhookUnreachable,
            (false, false) => EndCause::ConnectionLost,
        },
        Phase::Ringing if asked(call, ledger) => call
            .error_of_the_end(now)
            .map_or(EndCause::NoAnswer, of_code),
        Phase::Ringing => EndCause::WebhookUnreachable,
        Phase::Offered | Phase::Answering => EndCause::Cancelled,
        Phase::Active => EndCause::TheyHungUp,
        Phase::Reconnecting => EndCause::ConnectionLost,
    }
}

fn outgoing(call: &Call, ledger: &Ledger, signalling_up: bool, now: Timestamp) -> Option<EndCause> {
    let entry = call.entry(ledger);
    if let Some(status) = entry.and_then(|entry| ledger.outcome(entry)) {
        return Some(match status {
            // Twilio says so too of a call that ended because sound or signalling was lost.
            DialCallStatus::Completed | DialCallStatus::Answered | DialCallStatus::Canceled
                if call.phase == Phase::Reconnecting =>
            {
                EndCause::ConnectionLost
            }
            DialCallStatus::Completed | DialCallStatus::Answered | DialCallStatus::Canceled => {
                EndCause::TheyHungUp
            }
            DialCallStatus::Busy => EndCause::Busy,
            DialCallStatus::NoAnswer => EndCause::NoAnswer,
            DialCallStatus::Failed => EndCause::NotInService,
        });
    }
    if entry.and_then(|entry| entry.plan()) == Some(PlanKind::Refused) {
        return Some(EndCause::InvalidNumber);
    }
    let asked = asked(call, ledger);
    let error = call.error_of_the_end(now).map(of_code);
    match (error, call.answered) {
        // The signalling may be well: this is also how the SDK says that Twilio ended the call
        // with an error of its own, such as a webhook that failed.
        (Some(EndCause::ConnectionLost), None) if !asked && signalling_up => {
            Some(EndCause::WebhookUnreachable)
        }
        (Some(EndCause::ConnectionLost), None) if asked => None,
        // The same after Twilio played its error message, for which it answers the call.
        (Some(EndCause::ConnectionLost), Some(answered))
            if signalling_up
                && call.error_of_the_end(now) == Some(UNKNOWN_TO_THE_SDK)
                && !entry.is_some_and(|entry| ledger.has_dialled(entry))
                && now.since_ms(answered) < ERROR_MESSAGE_MS =>
        {
            Some(EndCause::WebhookUnreachable)
        }
        (Some(cause), _) => Some(cause),
        (None, Some(answered)) => {
            if !asked && now.since_ms(answered) < ERROR_MESSAGE_MS {
                Some(EndCause::WebhookUnreachable)
            } else if call.phase == Phase::Reconnecting {
                None
            } else {
                Some(EndCause::TheyHungUp)
            }
        }
        (None, None) => None,
    }
}

fn incoming(call: &Call, ledger: &Ledger, now: Timestamp) -> Option<EndCause> {
    if let Some(code) = call.error_of_the_end(now) {
        return Some(of_code(code));
    }
    match call.phase {
        Phase::Offered if call.rang_out(ledger) => Some(EndCause::NoAnswer),
        Phase::Offered => Some(EndCause::Cancelled),
        Phase::Active => Some(EndCause::TheyHungUp),
        // A failing microphone says so only after the disconnect, and so does lost sound.
        Phase::Answering | Phase::Reconnecting => None,
        Phase::Dialing | Phase::Ringing => None,
    }
}

/// Whether Twilio asked our webhook server about this outgoing call.
fn asked(call: &Call, ledger: &Ledger) -> bool {
    match &call.kind {
        Kind::Outgoing { .. } => call
            .entry(ledger)
            .is_some_and(|entry| entry.plan().is_some()),
        Kind::Incoming { .. } => false,
    }
}
