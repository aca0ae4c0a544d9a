//! What is known of each call, kept after its end.

use crate::audio::LegAudio;
use crate::exchange::Life;
use crate::player::ports::{CallError, Recording};
use rtc::{Codec, Peer};
use serde::{Serialize, Serializer};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use twilio::sid::CallSid;

/// Ended calls that are kept.
const KEPT: usize = 64;

/// How a call stands, in Twilio's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStatus {
    /// Made, not ringing yet.
    Queued,
    /// Ringing.
    Ringing,
    /// Answered.
    InProgress,
    /// Over, after it was answered.
    Completed,
    /// Turned away as busy.
    Busy,
    /// Could not be reached.
    Failed,
    /// Rang in vain.
    NoAnswer,
    /// Given up by the caller.
    Canceled,
}

impl CallStatus {
    /// As Twilio writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
        }
    }

    /// The call is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        match self {
            Self::Queued | Self::Ringing | Self::InProgress => false,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => true,
        }
    }
}

impl Serialize for CallStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How key presses came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitsBy {
    /// As `dtmf` messages.
    Signalling,
    /// As telephone-events in the sound stream.
    Rtp,
}

/// What was heard from the user's phone over the last 500 ms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Heard {
    /// Root mean square level, in dB relative to full scale.
    pub rms_dbfs: f64,
    /// Largest sample, in dB relative to full scale.
    pub peak_dbfs: f64,
    /// Strongest frequency, in hertz; 0 in silence.
    pub dominant_hz: f64,
    /// Frames of 20 ms that the figures are of, at most 25.
    pub frames: u32,
}

/// A recording that `<Record>` made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecordingReport {
    /// `RE` and 32 hexadecimal digits.
    pub sid: String,
    /// Whole seconds.
    pub duration_s: u32,
    /// How loud, in dB relative to full scale.
    pub rms_dbfs: f64,
}

/// Why a call went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorReport {
    /// Twilio's error number; 0 when only the sandbox cannot do it.
    pub code: u32,
    /// What went wrong and what to do.
    pub message: String,
}

/// What is known of a call.
///
/// Of the user's phone (`codec`, `digits`, `heard`): the device of this very leg, or else that of
/// the leg it is joined with, so both legs of a call tell the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallReport {
    /// Its id.
    pub call_sid: String,
    /// The call that dialled it.
    pub parent_call_sid: Option<String>,
    /// `inbound`, `outbound-dial` or `outbound-api`.
    pub direction: &'static str,
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// How it stands.
    pub status: CallStatus,
    /// `opus` or `pcmu`, once sound flows from or to the user's phone.
    pub codec: Option<&'static str>,
    /// The keys that the user pressed.
    pub digits: String,
    /// How the last of them came.
    pub digits_by: Option<DigitsBy>,
    /// The verbs that were executed.
    pub played: Vec<String>,
    /// What the user's phone sent in the last 500 ms; `None` before any sound.
    pub heard: Option<Heard>,
    /// Frames of 20 ms heard from the user's phone in all.
    pub heard_total_frames: u64,
    /// What was recorded.
    pub recordings: Vec<RecordingReport>,
    /// What went wrong.
    pub error: Option<ErrorReport>,
}

/// The user's phone at the end of a leg.
#[derive(Clone)]
pub(crate) struct UserEnd {
    pub(crate) audio: Arc<LegAudio>,
    pub(crate) peer: Peer,
}

/// The record of one call, written while it runs.
pub(crate) struct Record {
    pub(crate) call_sid: CallSid,
    pub(crate) parent: Option<CallSid>,
    pub(crate) direction: &'static str,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) life: Life,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    status: Option<CallStatus>,
    digits: String,
    digits_by: Option<DigitsBy>,
    played: Vec<String>,
    recordings: Vec<RecordingReport>,
    error: Option<ErrorReport>,
    user: Option<UserEnd>,
}

impl Record {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn status(&self) -> CallStatus {
        self.told().status.unwrap_or(CallStatus::Queued)
    }

    /// Sets the status; a call that is over stays so.
    pub(crate) fn set_status(&self, status: CallStatus) {
        let mut told = self.told();
        if told.status.is_some_and(CallStatus::is_over) {
            return;
        }
        told.status = Some(status);
        drop(told);
        if status == CallStatus::InProgress {
            self.life.answer();
        } else if status.is_over() {
            self.life.end();
        }
    }

    pub(crate) fn set_user(&self, user: UserEnd) {
        self.told().user = Some(user);
    }

    pub(crate) fn note_digit(&self, digit: char, by: DigitsBy) {
        let mut told = self.told();
        told.digits.push(digit);
        told.digits_by = Some(by);
    }

    pub(crate) fn note_verb(&self, verb: &str) {
        self.told().played.push(verb.to_owned());
    }

    pub(crate) fn note_recording(&self, recording: &Recording) {
        self.told().recordings.push(RecordingReport {
            sid: recording.sid.to_string(),
            duration_s: recording.duration_s,
            rms_dbfs: recording.rms_dbfs,
        });
    }

    /// Keeps the first error: what follows is mostly its consequence.
    pub(crate) fn note_error(&self, error: &CallError) {
        self.told().error.get_or_insert_with(|| ErrorReport {
            code: error.code,
            message: error.message.clone(),
        });
    }
}

/// All calls, oldest first; clones share it.
#[derive(Clone, Default)]
pub(crate) struct CallBook(Arc<Mutex<VecDeque<Arc<Record>>>>);

impl CallBook {
    fn records(&self) -> MutexGuard<'_, VecDeque<Arc<Record>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the record of a new call.
    pub(crate) fn open(
        &self,
        call_sid: CallSid,
        parent: Option<CallSid>,
        direction: &'static str,
        from: &str,
        to: &str,
    ) -> Arc<Record> {
        let record = Arc::new(Record {
            call_sid,
            parent,
            direction,
            from: from.to_owned(),
            to: to.to_owned(),
            life: Life::new(),
            told: Mutex::default(),
        });
        let mut records = self.records();
        let over = records
            .iter()
            .filter(|record| record.status().is_over())
            .count();
        if over >= KEPT
            && let Some(at) = records.iter().position(|record| record.status().is_over())
        {
            records.remove(at);
        }
        records.push_back(record.clone());
        record
    }

    /// The records of all calls, newest last.
    pub(crate) fn all(&self) -> Vec<Arc<Record>> {
        self.records().iter().cloned().collect()
    }

    /// The reports of all calls, newest last.
    pub(crate) fn reports(&self) -> Vec<CallReport> {
        let records = self.all();
        records
            .iter()
            .map(|record| report(record, &records))
            .collect()
    }
}

/// The record whose device is the user's phone in the call of `record`.
fn user_record<'a>(record: &'a Arc<Record>, all: &'a [Arc<Record>]) -> &'a Arc<Record> {
    let has_user = |one: &&Arc<Record>| one.told().user.is_some();
    if has_user(&record) {
        return record;
    }
    let child = all
        .iter()
        .filter(|other| other.parent.as_ref() == Some(&record.call_sid))
        .rfind(has_user);
    let parent = || {
        let parent = record.parent.as_ref()?;
        all.iter()
            .find(|other| &other.call_sid == parent)
            .filter(has_user)
    };
    child.or_else(parent).unwrap_or(record)
}

fn report(record: &Arc<Record>, all: &[Arc<Record>]) -> CallReport {
    let user_record = user_record(record, all);
    let (digits, digits_by, user) = {
        let told = user_record.told();
        (told.digits.clone(), told.digits_by, told.user.clone())
    };
    let codec = user
        .as_ref()
        .and_then(|user| user.peer.stats().codec)
        .map(|codec| match codec {
            Codec::Opus => "opus",
            Codec::Pcmu => "pcmu",
        });
    let heard = user.as_ref().and_then(|user| user.audio.heard());
    let heard_total_frames = user.as_ref().map_or(0, |user| user.audio.heard_frames());
    let told = record.told();
    CallReport {
        call_sid: record.call_sid.to_string(),
        parent_call_sid: record.parent.as_ref().map(ToString::to_string),
        direction: record.direction,
        from: record.from.clone(),
        to: record.to.clone(),
        status: told.status.unwrap_or(CallStatus::Queued),
        codec,
        digits,
        digits_by,
        played: told.played.clone(),
        heard,
        heard_total_frames,
        recordings: told.recordings.clone(),
        error: told.error.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{CallBook, CallStatus, KEPT};
    use twilio::sid::CallSid;

    #[test]
    fn ended_calls_are_kept_up_to_a_number_and_live_ones_always() {
        let book = CallBook::default();
        let live = book.open(CallSid::random([0; 16]), None, "inbound", "a", "b");
        live.set_status(CallStatus::InProgress);
        for call in 1..=KEPT as u8 + 5 {
            let record = book.open(CallSid::random([call; 16]), None, "inbound", "a", "b");
            record.set_status(CallStatus::Completed);
        }
        let reports = book.reports();
        assert_eq!(reports.len(), KEPT + 1);
        assert_eq!(reports[0].call_sid, live.call_sid.to_string());
        assert_eq!(
            reports.last().unwrap().call_sid,
            CallSid::random([KEPT as u8 + 5; 16]).to_string()
        );
    }

    #[test]
    fn a_call_that_is_over_stays_as_it_ended() {
        let book = CallBook::default();
        let record = book.open(CallSid::random([1; 16]), None, "inbound", "a", "b");
        assert_eq!(record.status(), CallStatus::Queued);
        record.set_status(CallStatus::Busy);
        record.set_status(CallStatus::InProgress);
        assert_eq!(record.status(), CallStatus::Busy);
    }

    #[test]
    fn reports_are_json_in_twilios_words() {
        let book = CallBook::default();
        let parent = CallSid::random([1; 16]);
        let record = book.open(
            CallSid::random([2; 16]),
            Some(parent.clone()),
            "outbound-dial",
            "+12025550100",
            "client:ann",
        );
        record.set_status(CallStatus::NoAnswer);
        record.note_verb("Dial");
        let json = serde_json::to_value(&book.reports()[0]).unwrap();
        assert_eq!(json["status"], "no-answer");
        assert_eq!(json["parent_call_sid"], parent.to_string());
        assert_eq!(json["played"], serde_json::json!(["Dial"]));
        assert_eq!(json["heard"], serde_json::Value::Null);
        assert_eq!(json["heard_total_frames"], 0);
        assert_eq!(json["digits"], "");
        assert_eq!(json["error"], serde_json::Value::Null);
    }
}
