//! Where a call goes: pure rules, used by the webhook server for each call that Twilio asks about.

use crate::{DialCallStatus, PlanKind};
use protocol::{Address, AddressError, ClientName, PhoneNumber};

/// The line that calls come to and go from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The client name the phone registers as.
    pub identity: ClientName,
    /// Our own number, which those we call see.
    pub caller_id: Option<PhoneNumber>,
    /// How long the phone rings before the caller gets voicemail, in seconds.
    pub ring_timeout_s: u32,
}

/// What to do with a call from our client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutgoingPlan {
    /// Dial a number.
    Number {
        /// Which one.
        number: PhoneNumber,
        /// Whom it sees calling.
        caller_id: Option<PhoneNumber>,
    },
    /// Dial another client.
    Client {
        /// Its name.
        name: ClientName,
        /// Whom it sees calling: our own client name, to be written with `client:` before it.
        caller_id: ClientName,
    },
    /// Say why not, and hang up.
    Refuse(Refusal),
}

impl OutgoingPlan {
    /// Which kind it is, for [`crate::Webhook::Outgoing`].
    #[must_use]
    pub fn kind(&self) -> PlanKind {
        match self {
            Self::Number { .. } => PlanKind::Number,
            Self::Client { .. } => PlanKind::Client,
            Self::Refuse(_) => PlanKind::Refused,
        }
    }
}

/// Why a call from our client goes nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong with the address.
    pub reason: AddressError,
}

impl Refusal {
    /// What is said to the caller, in a sentence.
    #[must_use]
    pub fn spoken(&self) -> &'static str {
        match self.reason {
            AddressError::Empty => "There is no number to call.",
            AddressError::NotANumber => "This is not a number that can be called.",
            AddressError::NoCountryCode => "The number needs its country code.",
            AddressError::TooShort => "The number is too short.",
            AddressError::TooLong => "The number is too long.",
            AddressError::BadClientName => "There can be no client of this name.",
        }
    }
}

/// What to do with a call to our number. It is always offered to the client: what the phone last
/// knew of its registration may be stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingPlan {
    /// The client to dial.
    pub client: ClientName,
    /// How long it rings, in seconds.
    pub ring_timeout_s: u32,
}

/// What comes after the client was dialled for an incoming call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AfterDial {
    /// It was not answered: the caller may leave a message.
    Voicemail,
    /// It was answered: the call is over.
    Nothing,
}

/// Decides about a call from our client to `to`, as Twilio posted it.
#[must_use]
pub fn outgoing(to: &str, line: &Line) -> OutgoingPlan {
    match Address::parse(to, line.caller_id.as_ref()) {
        Ok(Address::Number(number)) => OutgoingPlan::Number {
            number,
            caller_id: line.caller_id.clone(),
        },
        Ok(Address::Client(name)) => OutgoingPlan::Client {
            name,
            caller_id: line.identity.clone(),
        },
        Err(reason) => OutgoingPlan::Refuse(Refusal { reason }),
    }
}

/// Decides about a call to our number.
#[must_use]
pub fn incoming(line: &Line) -> IncomingPlan {
    IncomingPlan {
        client: line.identity.clone(),
        ring_timeout_s: line.ring_timeout_s,
    }
}

/// Decides what the caller gets after the client was dialled.
#[must_use]
pub fn after_dial(status: DialCallStatus) -> AfterDial {
    match status {
        DialCallStatus::Completed | DialCallStatus::Answered => AfterDial::Nothing,
        DialCallStatus::Busy
        | DialCallStatus::NoAnswer
        | DialCallStatus::Failed
        | DialCallStatus::Canceled => AfterDial::Voicemail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(caller_id: &str) -> Line {
        Line {
            identity: ClientName::new("desk").unwrap(),
            caller_id: Some(PhoneNumber::e164(caller_id).unwrap()),
            ring_timeout_s: 25,
        }
    }

    #[track_caller]
    fn check(to: &str, expected: Result<&str, AddressError>) {
        let plan = outgoing(to, &line("+12025550100"));
        let got = match &plan {
            OutgoingPlan::Number { number, caller_id } => {
                assert_eq!(caller_id.as_ref().unwrap().as_str(), "+12025550100");
                assert_eq!(plan.kind(), PlanKind::Number);
                Ok(number.as_str().to_owned())
            }
            OutgoingPlan::Client { name, caller_id } => {
                assert_eq!(caller_id.as_str(), "desk");
                assert_eq!(plan.kind(), PlanKind::Client);
                Ok(format!("client {}", name.as_str()))
            }
            OutgoingPlan::Refuse(refusal) => {
                assert_eq!(plan.kind(), PlanKind::Refused);
                assert!(refusal.spoken().ends_with('.'));
                Err(refusal.reason)
            }
        };
        assert_eq!(got.as_deref(), expected.as_ref().map(|s| *s), "{to:?}");
    }

    #[test]
    fn dials_numbers_and_clients_and_refuses_the_rest() {
        check("+442079460018", Ok("+442079460018"));
        check("(202) 555-0101", Ok("+12025550101"));
        check("client:front_door", Ok("client front_door"));
        check("", Err(AddressError::Empty));
        check("premium<Sip>", Err(AddressError::NotANumber));
        check("+1", Err(AddressError::TooShort));
        check("client:a b", Err(AddressError::BadClientName));
    }

    #[test]
    fn always_offers_an_incoming_call_to_the_client() {
        let plan = incoming(&line("+12025550100"));
        assert_eq!((plan.client.as_str(), plan.ring_timeout_s), ("desk", 25));
    }

    #[test]
    fn gives_voicemail_exactly_when_nobody_answered() {
        for (status, after) in [
            (DialCallStatus::Completed, AfterDial::Nothing),
            (DialCallStatus::Answered, AfterDial::Nothing),
            (DialCallStatus::Busy, AfterDial::Voicemail),
            (DialCallStatus::NoAnswer, AfterDial::Voicemail),
            (DialCallStatus::Failed, AfterDial::Voicemail),
            (DialCallStatus::Canceled, AfterDial::Voicemail),
        ] {
            assert_eq!(after_dial(status), after, "{status:?}");
        }
    }
}
