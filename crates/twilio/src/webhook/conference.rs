//! Callbacks about conferences.

use super::{CallStatus, ConferenceChange, Params, Problem, WebhookError};
use crate::sid::{AccountSid, CallSid, ConferenceSid};

/// The callback about something that happened in a conference. They may arrive in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceEvent {
    /// `ConferenceSid`.
    pub conference_sid: ConferenceSid,
    /// `AccountSid`.
    pub account_sid: AccountSid,
    /// `FriendlyName`: what the TwiML called it.
    pub friendly_name: Option<String>,
    /// `StatusCallbackEvent`: what happened.
    pub change: ConferenceChange,
    /// `SequenceNumber`: in the order in which things happened.
    pub sequence_number: Option<u32>,
    /// `Timestamp`: when it happened, in seconds since 1970-01-01 UTC.
    pub timestamp_s: Option<u64>,
    /// To whom it happened, unless to all.
    pub participant: Option<Participant>,
    /// Why it ended: `ReasonConferenceEnded`.
    pub reason_ended: Option<String>,
    /// Whose leaving ended it: `CallSidEndingConference`.
    pub ended_by: Option<CallSid>,
    /// `ReasonParticipantLeft`.
    pub reason_left: Option<String>,
    /// `ReasonAnnouncementFailed`.
    pub reason_announcement_failed: Option<String>,
    /// Everything that came.
    pub params: Params,
}

/// One who is in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// `CallSid`.
    pub call_sid: CallSid,
    /// `ParticipantLabel`.
    pub label: Option<String>,
    /// `ParticipantCallStatus`, when the participant leaves.
    pub call_status: Option<CallStatus>,
    /// `Muted`.
    pub muted: Option<bool>,
    /// `Hold`.
    pub hold: Option<bool>,
    /// `Coaching`: heard by one other only.
    pub coaching: Option<bool>,
    /// `StartConferenceOnEnter`.
    pub starts_conference: Option<bool>,
    /// `EndConferenceOnExit`.
    pub ends_conference: Option<bool>,
}

impl ConferenceEvent {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        let flag = |field| params.parsed(field, Problem::NotABoolean);
        let call_sid: Option<CallSid> = params.parsed("CallSid", Problem::NotASid)?;
        let participant = match call_sid {
            None => None,
            Some(call_sid) => Some(Participant {
                call_sid,
                label: params.text("ParticipantLabel")?,
                call_status: params.parsed("ParticipantCallStatus", Problem::UnknownWord)?,
                muted: flag("Muted")?,
                hold: flag("Hold")?,
                coaching: flag("Coaching")?,
                starts_conference: flag("StartConferenceOnEnter")?,
                ends_conference: flag("EndConferenceOnExit")?,
            }),
        };
        Ok(Self {
            conference_sid: params.required("ConferenceSid", Problem::NotASid)?,
            account_sid: params.required("AccountSid", Problem::NotASid)?,
            friendly_name: params.text("FriendlyName")?,
            change: params.required("StatusCallbackEvent", Problem::UnknownWord)?,
            sequence_number: params.number("SequenceNumber")?,
            timestamp_s: params.moment("Timestamp")?,
            participant,
            reason_ended: params.text("ReasonConferenceEnded")?,
            ended_by: params.parsed("CallSidEndingConference", Problem::NotASid)?,
            reason_left: params.text("ReasonParticipantLeft")?,
            reason_announcement_failed: params.text("ReasonAnnouncementFailed")?,
            params,
        })
    }
}
