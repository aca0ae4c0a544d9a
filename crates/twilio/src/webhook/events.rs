//! One type for each kind of webhook.

use super::{CallStatus, DialCallStatus, Direction, Params, Problem, WebhookError};
use crate::sid::{AccountSid, ApplicationSid, CallSid, RecordingSid};
use std::fmt;

/// What every voice webhook carries; alone, a request for TwiML.
///
/// `Debug` shows no phone number.
#[derive(Clone, PartialEq, Eq)]
pub struct VoiceRequest {
    /// `CallSid`: the leg this is about.
    pub call_sid: CallSid,
    /// `AccountSid`.
    pub account_sid: AccountSid,
    /// `From`: E.164, `client:<identity>`, a SIP address, or a word such as `anonymous`; empty when
    /// Twilio does not know.
    pub from: String,
    /// `To`; empty for a call of a client that gave none.
    pub to: String,
    /// `CallStatus`.
    pub call_status: CallStatus,
    /// `Direction`.
    pub direction: Direction,
    /// `ApplicationSid`, when a client called.
    pub application_sid: Option<ApplicationSid>,
    /// `ParentCallSid`, when `<Dial>` made this leg.
    pub parent_call_sid: Option<CallSid>,
    /// `ForwardedFrom`: the number that forwarded the call here, if its carrier says so.
    pub forwarded_from: Option<String>,
    /// `CallerName`, when look-up is on.
    pub caller_name: Option<String>,
    /// `StirVerstat`: the caller's STIR/SHAKEN attestation, such as `TN-Validation-Passed-A`.
    pub stir_verstat: Option<String>,
    /// `CallToken`: shows Twilio that a call made now carries on this one, with its caller's number.
    pub call_token: Option<String>,
    /// `ErrorCode`: why Twilio asks the fallback URL.
    pub error_code: Option<u32>,
    /// `ErrorUrl`: the URL that failed.
    pub error_url: Option<String>,
    /// Everything that came, with what the page gave to `connect`.
    pub params: Params,
}

impl VoiceRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            call_sid: params.required("CallSid", Problem::NotASid)?,
            account_sid: params.required("AccountSid", Problem::NotASid)?,
            from: params.text("From")?.unwrap_or_default(),
            to: params.text("To")?.unwrap_or_default(),
            call_status: params.required("CallStatus", Problem::UnknownWord)?,
            direction: params.required("Direction", Problem::UnknownWord)?,
            application_sid: params.parsed("ApplicationSid", Problem::NotASid)?,
            parent_call_sid: params.parsed("ParentCallSid", Problem::NotASid)?,
            forwarded_from: params.text("ForwardedFrom")?,
            caller_name: params.text("CallerName")?,
            stir_verstat: params.text("StirVerstat")?,
            call_token: params.text("CallToken")?,
            error_code: params.number("ErrorCode")?,
            error_url: params.text("ErrorUrl")?,
            params,
        })
    }

    /// Where the number in `from` is, as far as Twilio knows.
    #[must_use]
    pub fn from_place(&self) -> Place<'_> {
        Place::of(
            &self.params,
            ["FromCity", "FromState", "FromZip", "FromCountry"],
        )
    }

    /// Where the number in `to` is, as far as Twilio knows.
    #[must_use]
    pub fn to_place(&self) -> Place<'_> {
        Place::of(&self.params, ["ToCity", "ToState", "ToZip", "ToCountry"])
    }
}

/// Where a number is at home; of where its phone is it says nothing.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// City, in capitals.
    pub city: Option<&'a str>,
    /// State or province.
    pub state: Option<&'a str>,
    /// Postal code.
    pub zip: Option<&'a str>,
    /// Country, two letters.
    pub country: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(params: &'a Params, names: [&str; 4]) -> Self {
        let [city, state, zip, country] =
            names.map(|name| params.get(name).filter(|value| !value.is_empty()));
        Self {
            city,
            state,
            zip,
            country,
        }
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VoiceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceRequest")
            .field("call_sid", &self.call_sid)
            .field("call_status", &self.call_status)
            .field("direction", &self.direction)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// The request to the `action` of a `<Dial>` that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialAction {
    /// About the leg that dialled.
    pub voice: VoiceRequest,
    /// `DialCallStatus`.
    pub dial_call_status: DialCallStatus,
    /// `DialCallSid`: the leg that was dialled; not for a conference.
    pub dial_call_sid: Option<CallSid>,
    /// `DialCallDuration`, in seconds.
    pub dial_call_duration_s: Option<u32>,
    /// `DialBridged`: whether the two were connected.
    pub dial_bridged: Option<bool>,
    /// `RecordingUrl`, when the `<Dial>` recorded.
    pub recording_url: Option<String>,
}

impl DialAction {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            dial_call_status: params.required("DialCallStatus", Problem::UnknownWord)?,
            dial_call_sid: params.parsed("DialCallSid", Problem::NotASid)?,
            dial_call_duration_s: params.number("DialCallDuration")?,
            dial_bridged: params.parsed("DialBridged", Problem::NotABoolean)?,
            recording_url: params.text("RecordingUrl")?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

/// A status callback: a leg changed. They may arrive in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCallback {
    /// About the leg that changed; its `call_status` is the news.
    pub voice: VoiceRequest,
    /// `SequenceNumber`: from 0, in the order in which things happened.
    pub sequence_number: Option<u32>,
    /// `CallDuration`, in seconds, when the leg is over.
    pub call_duration_s: Option<u32>,
    /// `Timestamp`: when it happened, in seconds since 1970-01-01 UTC.
    pub timestamp_s: Option<u64>,
    /// `SipResponseCode`, when the leg is over, such as 404 or 487.
    pub sip_response_code: Option<u32>,
    /// `RecordingUrl`, when the leg was recorded.
    pub recording_url: Option<String>,
    /// `RecordingSid`, when the leg was recorded.
    pub recording_sid: Option<RecordingSid>,
    /// `RecordingDuration`, in seconds, when the leg was recorded.
    pub recording_duration_s: Option<u32>,
    /// `Duration`, in minutes as they are billed, when the leg is over.
    pub billed_min: Option<u32>,
    /// `AnsweredBy`, when answering machines are looked for, such as `human`.
    pub answered_by: Option<String>,
    /// `StirStatus`: the attestation with which the call went out: `A`, `B` or `C`.
    pub stir_status: Option<String>,
}

impl StatusCallback {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            sequence_number: params.number("SequenceNumber")?,
            call_duration_s: params.number("CallDuration")?,
            timestamp_s: params.moment("Timestamp")?,
            sip_response_code: params.number("SipResponseCode")?,
            recording_url: params.text("RecordingUrl")?,
            recording_sid: params.parsed("RecordingSid", Problem::NotASid)?,
            recording_duration_s: params.known_number("RecordingDuration")?,
            billed_min: params.number("Duration")?,
            answered_by: params.text("AnsweredBy")?,
            stir_status: params.text("StirStatus")?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

/// The request to the `action` of a `<Record>` that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAction {
    /// About the leg that was recorded.
    pub voice: VoiceRequest,
    /// `RecordingUrl`.
    pub recording_url: String,
    /// `RecordingDuration`, in seconds.
    pub recording_duration_s: u32,
    /// `Digits`: the key that ended it, or `hangup`.
    pub digits: Option<String>,
}

impl RecordAction {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        let reason = Problem::Missing;
        let field = "RecordingDuration";
        Ok(Self {
            recording_url: params.required_text("RecordingUrl")?,
            recording_duration_s: params
                .number(field)?
                .ok_or(WebhookError { field, reason })?,
            digits: params.text("Digits")?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

/// The request to the `action` of a `<Gather>` that is over.
///
/// `Debug` shows neither keys nor words: they may be a PIN.
#[derive(Clone, PartialEq)]
pub struct GatherAction {
    /// About the leg that was asked.
    pub voice: VoiceRequest,
    /// `Digits`: the keys pressed, without the one that ended it.
    pub digits: Option<String>,
    /// `SpeechResult`: what was understood.
    pub speech_result: Option<String>,
    /// `Confidence`: how sure of it, from 0 to 1; it may be missing.
    pub confidence: Option<f64>,
}

impl GatherAction {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        let confidence: Option<f64> = params.parsed("Confidence", Problem::NotAFraction)?;
        if confidence.is_some_and(|c| !(0.0..=1.0).contains(&c)) {
            return Err(WebhookError {
                field: "Confidence",
                reason: Problem::NotAFraction,
            });
        }
        Ok(Self {
            digits: params.text("Digits")?,
            speech_result: params.text("SpeechResult")?,
            confidence,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

impl fmt::Debug for GatherAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatherAction")
            .field("voice", &self.voice)
            .field("confidence", &self.confidence)
            .finish_non_exhaustive()
    }
}
