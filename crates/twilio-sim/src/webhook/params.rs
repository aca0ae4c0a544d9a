//! The parameters of each kind of webhook.
//!
//! Source: Twilio's documentation ("TwiML for Programmable Voice: Twilio's request to your
//! application", and the pages of `<Dial>`, `<Record>`, `<Gather>`, `<Client>` and of the Call
//! resource, read 2026). A call that comes from a client has no geographic parameters.

use crate::player::ports::{ChildEvent, ChildProgress, DialCallStatus, DialOutcome, LegFacts};
use twilio::{
    rfc2822,
    sid::{AccountSid, CallSid, RecordingSid},
    webhook::{CallStatus, RecordingSource},
};

/// Names and values, in the order in which they are sent.
pub type Params = Vec<(String, String)>;

const API_VERSION: &str = "2010-04-01";

fn put(params: &mut Params, name: &str, value: impl Into<String>) {
    params.push((name.to_owned(), value.into()));
}

/// The request for instructions, whose parameters nearly every other webhook has as well.
///
/// What `device.connect({params})` gave follows as it is; names that Twilio itself uses are not
/// overwritten, except that `To` fills an empty one.
#[must_use]
pub fn voice(leg: &LegFacts, account: &AccountSid, status: CallStatus, call_token: &str) -> Params {
    let given_to = leg.params.iter().find(|(name, _)| name == "To");
    let to = match given_to {
        Some((_, given)) if leg.to.is_empty() => given,
        Some(_) | None => &leg.to,
    };
    let mut params = party(&leg.from, to);
    put(&mut params, "CallSid", leg.call_sid.as_str());
    put(&mut params, "AccountSid", account.as_str());
    put(&mut params, "CallStatus", status.as_str());
    put(&mut params, "ApiVersion", API_VERSION);
    put(&mut params, "Direction", leg.direction);
    if let Some(parent) = &leg.parent_call_sid {
        put(&mut params, "ParentCallSid", parent.as_str());
    }
    match &leg.application_sid {
        Some(application) => put(&mut params, "ApplicationSid", application),
        None if leg.direction == "inbound" => put(&mut params, "CallToken", call_token),
        None => {}
    }
    for (name, value) in &leg.params {
        if params.iter().all(|(taken, _)| taken != name) {
            put(&mut params, name, value);
        }
    }
    params
}

/// `From`, `To`, the same by their older names, and, of telephone numbers, where they are from.
fn party(from: &str, to: &str) -> Params {
    let mut params = Vec::new();
    for (name, value) in [("From", from), ("To", to), ("Caller", from), ("Called", to)] {
        put(&mut params, name, value);
        // A call is from or to the telephone network when its caller has a number.
        if from.starts_with('+') && value.starts_with('+') {
            for part in ["City", "State", "Zip"] {
                put(&mut params, &format!("{name}{part}"), "");
            }
            let country = if value.starts_with("+1") { "US" } else { "" };
            put(&mut params, &format!("{name}Country"), country);
        }
    }
    params
}

/// What the fallback address is told besides: why, and where it failed.
#[must_use]
pub fn fallback(error_code: u32, error_url: &str) -> Params {
    vec![
        ("ErrorCode".to_owned(), error_code.to_string()),
        ("ErrorUrl".to_owned(), error_url.to_owned()),
    ]
}

/// What a `<Dial>`'s action is told besides.
#[must_use]
pub fn dial_action(outcome: &DialOutcome) -> Params {
    let mut params = Vec::new();
    put(&mut params, "DialCallStatus", outcome.status.as_str());
    if let Some(child) = &outcome.child {
        put(&mut params, "DialCallSid", child.as_str());
    }
    put(
        &mut params,
        "DialCallDuration",
        outcome.duration_s.to_string(),
    );
    put(&mut params, "DialBridged", outcome.bridged.to_string());
    params
}

/// What the callback for the end of a call is told besides.
#[must_use]
pub fn call_status(duration_s: u32, now_s: u64) -> Params {
    let mut params = Vec::new();
    durations(&mut params, duration_s);
    stamp(&mut params, 0, now_s);
    params
}

fn durations(params: &mut Params, duration_s: u32) {
    put(params, "CallDuration", duration_s.to_string());
    put(params, "Duration", duration_s.div_ceil(60).to_string());
}

fn stamp(params: &mut Params, sequence: u32, now_s: u64) {
    put(params, "Timestamp", rfc2822(now_s));
    put(params, "CallbackSource", "call-progress-events");
    put(params, "SequenceNumber", sequence.to_string());
}

/// All that the callback for an event of a dialled leg is told; `sequence` counts from 0.
#[must_use]
pub fn progress(
    event: &ChildEvent,
    parent: &CallSid,
    account: &AccountSid,
    sequence: u32,
    now_s: u64,
) -> Params {
    let mut params = party(&event.from, &event.to);
    put(&mut params, "CallSid", event.call_sid.as_str());
    put(&mut params, "ParentCallSid", parent.as_str());
    put(&mut params, "AccountSid", account.as_str());
    put(&mut params, "ApiVersion", API_VERSION);
    put(&mut params, "Direction", "outbound-dial");
    let status = match event.event {
        ChildProgress::Initiated => CallStatus::Initiated,
        ChildProgress::Ringing => CallStatus::Ringing,
        ChildProgress::Answered => CallStatus::InProgress,
        ChildProgress::Completed { status, .. } => call_status_of(status),
    };
    put(&mut params, "CallStatus", status.as_str());
    stamp(&mut params, sequence, now_s);
    if let ChildProgress::Completed { status, duration_s } = event.event {
        durations(&mut params, duration_s);
        put(&mut params, "SipResponseCode", sip_response(status));
    }
    params
}

/// What became of a call that the REST API made.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// `CallStatus`, in Twilio's words.
    pub status: &'static str,
    /// Whole seconds since the answer, once it is over.
    pub duration_s: Option<u32>,
    /// `AnsweredBy`, if machines were looked for.
    pub answered_by: Option<&'a str>,
    /// What was recorded of it, once it is over.
    pub recording: Option<&'a RecordingFacts>,
    /// Counts from 0.
    pub sequence: u32,
    /// Seconds since 1970.
    pub now_s: u64,
}

/// All that the callback of such a call is told.
#[must_use]
pub fn api_progress(leg: &LegFacts, account: &AccountSid, progress: &Progress<'_>) -> Params {
    let mut params = party(&leg.from, &leg.to);
    put(&mut params, "CallSid", leg.call_sid.as_str());
    put(&mut params, "AccountSid", account.as_str());
    put(&mut params, "CallStatus", progress.status);
    put(&mut params, "ApiVersion", API_VERSION);
    put(&mut params, "Direction", leg.direction);
    if let Some(duration_s) = progress.duration_s {
        durations(&mut params, duration_s);
    }
    if let Some(answered_by) = progress.answered_by {
        put(&mut params, "AnsweredBy", answered_by);
    }
    if let Some(recording) = progress.recording {
        put(&mut params, "RecordingUrl", &recording.url);
        put(&mut params, "RecordingSid", recording.sid.as_str());
        let duration_s = recording.duration_s.to_string();
        put(&mut params, "RecordingDuration", duration_s);
    }
    stamp(&mut params, progress.sequence, progress.now_s);
    params
}

/// All that the callback of a detection in the background is told.
///
/// Source: Twilio's documentation, "Answering Machine Detection", read 2026.
#[must_use]
pub fn detection(call: &CallSid, account: &AccountSid, answered_by: &str, took_ms: u64) -> Params {
    let mut params = Vec::new();
    put(&mut params, "CallSid", call.as_str());
    put(&mut params, "AccountSid", account.as_str());
    put(&mut params, "AnsweredBy", answered_by);
    put(&mut params, "MachineDetectionDuration", took_ms.to_string());
    params
}

/// How a leg that ended so is, by itself.
#[must_use]
pub const fn call_status_of(status: DialCallStatus) -> CallStatus {
    match status {
        DialCallStatus::Completed => CallStatus::Completed,
        DialCallStatus::Busy => CallStatus::Busy,
        DialCallStatus::NoAnswer => CallStatus::NoAnswer,
        DialCallStatus::Failed => CallStatus::Failed,
        DialCallStatus::Canceled => CallStatus::Canceled,
    }
}

const fn sip_response(status: DialCallStatus) -> &'static str {
    match status {
        DialCallStatus::Completed => "200",
        DialCallStatus::Busy => "486",
        DialCallStatus::Failed => "404",
        DialCallStatus::NoAnswer | DialCallStatus::Canceled => "487",
    }
}

/// A recording, as webhooks speak of it.
#[derive(Clone, Debug)]
pub struct RecordingFacts {
    /// Its name.
    pub sid: RecordingSid,
    /// Where it can be had.
    pub url: String,
    /// How long it is, in whole seconds.
    pub duration_s: u32,
    /// 1, or 2 with each side in its own.
    pub channels: u32,
    /// What made it.
    pub source: RecordingSource,
    /// `inbound`, `outbound` or `both`, of a call.
    pub track: Option<&'static str>,
}

/// What a `<Record>`'s action is told besides; `digits` is the key that ended it, or `hangup`.
#[must_use]
pub fn record_action(recording: &RecordingFacts, digits: Option<&str>) -> Params {
    let mut params = Vec::new();
    put(&mut params, "RecordingUrl", &recording.url);
    put(&mut params, "RecordingSid", recording.sid.as_str());
    put(
        &mut params,
        "RecordingDuration",
        recording.duration_s.to_string(),
    );
    if let Some(digits) = digits {
        put(&mut params, "Digits", digits);
    }
    params
}

/// What becomes of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingStatus {
    /// It has begun.
    InProgress,
    /// It is there.
    Completed,
    /// Nothing was heard, so there is none.
    Absent,
}

impl RecordingStatus {
    /// As Twilio writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Absent => "absent",
        }
    }
}

/// All that the callback for a recording is told.
#[must_use]
pub fn recording_status(
    recording: &RecordingFacts,
    status: RecordingStatus,
    call: &CallSid,
    account: &AccountSid,
) -> Params {
    let mut params = Vec::new();
    put(&mut params, "AccountSid", account.as_str());
    put(&mut params, "CallSid", call.as_str());
    put(&mut params, "RecordingSid", recording.sid.as_str());
    put(&mut params, "RecordingUrl", &recording.url);
    put(&mut params, "RecordingStatus", status.as_str());
    put(
        &mut params,
        "RecordingDuration",
        recording.duration_s.to_string(),
    );
    let channels = recording.channels.to_string();
    put(&mut params, "RecordingChannels", channels);
    put(&mut params, "RecordingSource", recording.source.as_str());
    if let Some(track) = recording.track {
        put(&mut params, "RecordingTrack", track);
    }
    if status == RecordingStatus::Absent {
        put(&mut params, "ErrorCode", ABSENT_RECORDING);
    }
    params
}

/// The error of a recording in which nothing was heard. Twilio's documentation names the
/// parameter, but no number; this is the sandbox's own.
const ABSENT_RECORDING: &str = "0";

/// What a `<Gather>`'s action is told besides.
#[must_use]
pub fn gather_action(digits: &str) -> Params {
    vec![("Digits".to_owned(), digits.to_owned())]
}

#[cfg(test)]
#[path = "params_tests.rs"]
mod tests;
