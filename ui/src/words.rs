//! What the page says: one place for all words, so that they stay short, plain and the same.

mod problem;

pub use problem::{Banner, Remedy, Severity, banner, sdk_code, sound_banner, sound_tag};

use crate::format;
use protocol::{
    AddressError, CallView, Direction, EndCause, EndedView, Party, Phase, Problem, Registration,
    Rejection, Snapshot,
};

/// The shape of the light beside the state; each has its own colour too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// A disc.
    Ok,
    /// An open ring that turns.
    Busy,
    /// A triangle.
    Warn,
    /// An octagon.
    Bad,
    /// A hollow ring.
    Idle,
}

/// The light and the word for whether the phone can be called. Only a confirmed registration
/// without a problem says that it is ready.
#[must_use]
pub fn status(snapshot: &Snapshot) -> (Light, &'static str) {
    match snapshot.registration {
        Registration::Connecting => (Light::Busy, "Connecting…"),
        Registration::Reconnecting => (Light::Busy, "Reconnecting…"),
        Registration::Offline => (Light::Idle, "Offline"),
        Registration::SignedOut => (Light::Bad, "Signed out"),
        Registration::Ready => match &snapshot.problem {
            Some(Problem::MicrophoneMissing) => (Light::Warn, "No microphone"),
            Some(Problem::MicrophoneDenied) => (Light::Warn, "Microphone not allowed"),
            Some(Problem::NoWebRtc) => (Light::Warn, "No sound in this window"),
            Some(Problem::WebhookUnreachable) => (Light::Warn, "Calls fail"),
            Some(Problem::TokenRefused { .. } | Problem::Offline { .. } | Problem::Sdk { .. })
            | None => (Light::Ok, "Ready"),
        },
    }
}

/// The tag of a registration, for `data-registration`.
#[must_use]
pub fn registration_tag(registration: Registration) -> &'static str {
    match registration {
        Registration::Connecting => "connecting",
        Registration::Ready => "ready",
        Registration::Reconnecting => "reconnecting",
        Registration::Offline => "offline",
        Registration::SignedOut => "signed_out",
    }
}

/// The tag of a phase, for `data-phase`.
#[must_use]
pub fn phase_tag(phase: Phase) -> &'static str {
    match phase {
        Phase::Dialing => "dialing",
        Phase::Ringing => "ringing",
        Phase::Offered => "offered",
        Phase::Answering => "answering",
        Phase::Active => "active",
        Phase::Reconnecting => "reconnecting",
    }
}

/// The tag of a cause, for `data-cause`.
#[must_use]
pub fn cause_tag(cause: EndCause) -> &'static str {
    match cause {
        EndCause::HungUp => "hung_up",
        EndCause::TheyHungUp => "they_hung_up",
        EndCause::Busy => "busy",
        EndCause::NoAnswer => "no_answer",
        EndCause::Declined => "declined",
        EndCause::Cancelled => "cancelled",
        EndCause::NotInService => "not_in_service",
        EndCause::InvalidNumber => "invalid_number",
        EndCause::WebhookUnreachable => "webhook_unreachable",
        EndCause::PageClosed => "page_closed",
        EndCause::ConnectionLost => "connection_lost",
        EndCause::Microphone => "microphone",
        EndCause::Failed { .. } => "failed",
    }
}

/// The tag of a problem, for `data-problem`.
#[must_use]
pub fn problem_tag(problem: &Problem) -> &'static str {
    match problem {
        Problem::TokenRefused { .. } => "token_refused",
        Problem::Offline { .. } => "offline",
        Problem::WebhookUnreachable => "webhook_unreachable",
        Problem::MicrophoneMissing => "microphone_missing",
        Problem::MicrophoneDenied => "microphone_denied",
        Problem::NoWebRtc => "no_web_rtc",
        Problem::Sdk { .. } => "sdk",
    }
}

/// A party's name or number as it is shown.
#[must_use]
pub fn party(party: &Party) -> String {
    match party {
        Party::Number { written } => written.clone(),
        Party::Masked { masked, .. } => masked.clone(),
        Party::Client { name } => name.clone(),
        Party::Withheld => "Hidden number".to_owned(),
    }
}

/// A party's name or number as it is said.
#[must_use]
pub fn party_spoken(party: &Party) -> String {
    match party {
        Party::Masked { spoken, .. } => spoken.clone(),
        Party::Number { .. } | Party::Client { .. } | Party::Withheld => self::party(party),
    }
}

/// The words under a call's party while there is no time to show, and whether they mean waiting.
#[must_use]
pub fn call_state(call: &CallView) -> Option<&'static str> {
    match call.phase {
        Phase::Dialing => Some("Calling…"),
        Phase::Ringing => Some("Ringing…"),
        Phase::Offered => Some("Incoming call"),
        Phase::Answering => Some("Connecting…"),
        Phase::Reconnecting => Some("Reconnecting… They cannot hear you"),
        Phase::Active => None,
    }
}

/// What a screen reader says once when a call gets into its phase.
#[must_use]
pub fn call_spoken(call: &CallView) -> String {
    let who = party_spoken(&call.party);
    match call.phase {
        Phase::Dialing => format!("Calling {who}"),
        Phase::Ringing => "Ringing".to_owned(),
        Phase::Offered => format!("Incoming call from {who}"),
        Phase::Answering => "Connecting".to_owned(),
        Phase::Active if call.muted => format!("In a call with {who}, muted"),
        Phase::Active => format!("In a call with {who}"),
        Phase::Reconnecting => "Reconnecting. They cannot hear you".to_owned(),
    }
}

/// How a call ended, in a few words: `Call ended · 2:14`.
#[must_use]
pub fn ended(view: &EndedView) -> String {
    let how = match view.cause {
        EndCause::HungUp => match view.talked_s {
            Some(_) => "Call ended",
            None => "Call cancelled",
        },
        EndCause::TheyHungUp => "They hung up",
        EndCause::Busy => "Busy",
        EndCause::NoAnswer => match view.direction {
            Direction::Outgoing => "No answer",
            Direction::Incoming => "Missed call",
        },
        EndCause::Declined => "Declined",
        EndCause::Cancelled => "Missed call",
        EndCause::NotInService => "Number not in service",
        EndCause::InvalidNumber => "Number not accepted",
        EndCause::WebhookUnreachable | EndCause::Failed { .. } => "Call failed",
        EndCause::PageClosed => "Call ended",
        EndCause::ConnectionLost => "Connection lost",
        EndCause::Microphone => "No microphone",
    };
    match (view.cause, view.talked_s) {
        (EndCause::Failed { code }, _) => format!("{how} ({})", code.0),
        (_, Some(seconds)) => format!("{how} · {}", format::timer(seconds)),
        (_, None) => how.to_owned(),
    }
}

/// The same for a screen reader: `Call ended, 2 minutes 14 seconds`.
#[must_use]
pub fn ended_spoken(view: &EndedView) -> String {
    let written = ended(view);
    match (written.split_once(" · "), view.talked_s) {
        (Some((how, _)), Some(seconds)) => format!("{how}, {}", format::spoken(seconds)),
        (Some(_) | None, Some(_) | None) => written,
    }
}

/// Why it ended and what to do, where that is not plain from the few words.
#[must_use]
pub fn ended_detail(cause: EndCause) -> Option<String> {
    let text = match cause {
        EndCause::HungUp
        | EndCause::TheyHungUp
        | EndCause::Busy
        | EndCause::NoAnswer
        | EndCause::Declined
        | EndCause::Cancelled => return None,
        EndCause::NotInService => "Nobody can be reached at this number. Check it.",
        EndCause::InvalidNumber => "The dial plan did not accept this number. Check it.",
        EndCause::WebhookUnreachable => {
            "Twilio got no instructions from this phone's webhook server. See that it runs and \
             that its public address is right."
        }
        EndCause::PageClosed => "The page that carried the call was closed or loaded again.",
        EndCause::ConnectionLost => {
            "The connection to Twilio was lost for too long. Check the network."
        }
        EndCause::Microphone => {
            "The microphone could not be used. Plug one in, or allow it in the system settings."
        }
        EndCause::Failed { code } => return Some(sdk_code(code).to_owned()),
    };
    Some(text.to_owned())
}

/// Whether the ended call may leave the screen by itself: nothing is left to read or do.
#[must_use]
pub fn leaves_by_itself(cause: EndCause) -> bool {
    match cause {
        EndCause::HungUp | EndCause::TheyHungUp | EndCause::Declined => true,
        EndCause::Busy
        | EndCause::NoAnswer
        | EndCause::Cancelled
        | EndCause::NotInService
        | EndCause::InvalidNumber
        | EndCause::WebhookUnreachable
        | EndCause::PageClosed
        | EndCause::ConnectionLost
        | EndCause::Microphone
        | EndCause::Failed { .. } => false,
    }
}

/// Why what was typed cannot be called, as one sentence.
#[must_use]
pub fn address_error(error: AddressError) -> &'static str {
    match error {
        AddressError::Empty => "Type a number first.",
        AddressError::NotANumber => "A number has only digits, spaces and + - ( ) . /",
        AddressError::NoCountryCode => "Start with + and the country code.",
        AddressError::TooShort => "This number is too short.",
        AddressError::TooLong => "This number is too long.",
        AddressError::BadClientName => "A client name has letters, digits, _ - and . only.",
    }
}

/// Why an intent was not taken, as one sentence.
#[must_use]
pub fn rejection(rejection: &Rejection) -> String {
    let text = match rejection {
        Rejection::Address { reason } => address_error(*reason),
        Rejection::Busy => "End the other call first.",
        Rejection::NoSuchCall => "This call is over.",
        Rejection::WrongPhase => "That cannot be done at this moment of the call.",
        Rejection::NoEngine => "This window cannot carry sound.",
        Rejection::NotConnected => "Not connected to Twilio yet.",
        Rejection::BadDigits => "Only 0 to 9, * and # can be sent.",
        Rejection::NoSandbox => "This phone is not in the sandbox.",
        Rejection::Sandbox { message } => return format!("The sandbox refused: {message}"),
        Rejection::Closing => "Handset is closing.",
    };
    text.to_owned()
}

/// The line under the dial field while there is nothing else to say.
#[must_use]
pub fn dial_hint(snapshot: &Snapshot) -> &'static str {
    match snapshot.registration {
        Registration::Ready => match snapshot.problem {
            Some(Problem::MicrophoneMissing | Problem::MicrophoneDenied) => {
                "Incoming calls still ring."
            }
            Some(
                Problem::TokenRefused { .. }
                | Problem::Offline { .. }
                | Problem::WebhookUnreachable
                | Problem::NoWebRtc
                | Problem::Sdk { .. },
            )
            | None => "Type, paste or press keys. Enter calls.",
        },
        Registration::Connecting => "Connecting to Twilio…",
        Registration::Reconnecting => "Reconnecting to Twilio…",
        Registration::Offline => "Calls start again when the network is back.",
        Registration::SignedOut => "Calls start again when the key is mended.",
    }
}

#[cfg(test)]
mod tests;
