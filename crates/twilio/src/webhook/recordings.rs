//! Callbacks about recordings and their transcriptions.

use super::{
    Params, Problem, RecordingSource, RecordingStatus, TranscriptionStatus, VoiceRequest,
    WebhookError,
};
use crate::sid::{AccountSid, CallSid, ConferenceSid, RecordingSid, TranscriptionSid};

/// The callback about a recording that began, is ready or is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingCallback {
    /// `AccountSid`.
    pub account_sid: AccountSid,
    /// `CallSid`: the parent leg of a call of two; none for a conference.
    pub call_sid: Option<CallSid>,
    /// `ConferenceSid`, when a conference was recorded.
    pub conference_sid: Option<ConferenceSid>,
    /// `RecordingSid`.
    pub recording_sid: RecordingSid,
    /// `RecordingStatus`.
    pub status: RecordingStatus,
    /// `RecordingUrl`; the audio is there once it is completed.
    pub url: Option<String>,
    /// `RecordingDuration`, in seconds, once it is known.
    pub duration_s: Option<u32>,
    /// `RecordingChannels`: 1, or 2 with each side in its own.
    pub channels: Option<u32>,
    /// `RecordingSource`.
    pub source: Option<RecordingSource>,
    /// `RecordingStartTime`, in seconds since 1970-01-01 UTC.
    pub start_s: Option<u64>,
    /// `RecordingTrack`: `inbound`, `outbound` or `both`.
    pub track: Option<String>,
    /// `ErrorCode`: why it is absent.
    pub error_code: Option<u32>,
    /// Everything that came.
    pub params: Params,
}

impl RecordingCallback {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            account_sid: params.required("AccountSid", Problem::NotASid)?,
            call_sid: params.parsed("CallSid", Problem::NotASid)?,
            conference_sid: params.parsed("ConferenceSid", Problem::NotASid)?,
            recording_sid: params.required("RecordingSid", Problem::NotASid)?,
            status: params.required("RecordingStatus", Problem::UnknownWord)?,
            url: params.text("RecordingUrl")?,
            duration_s: params.known_number("RecordingDuration")?,
            channels: params.number("RecordingChannels")?,
            source: params.parsed("RecordingSource", Problem::UnknownWord)?,
            start_s: params.moment("RecordingStartTime")?,
            track: params.text("RecordingTrack")?,
            error_code: params.number("ErrorCode")?,
            params,
        })
    }
}

/// The callback with the text of a `<Record transcribe>`.
#[derive(Clone, PartialEq, Eq)]
pub struct TranscribeCallback {
    /// About the leg that was recorded.
    pub voice: VoiceRequest,
    /// `TranscriptionSid`.
    pub transcription_sid: TranscriptionSid,
    /// `TranscriptionStatus`.
    pub status: TranscriptionStatus,
    /// `TranscriptionText`; none when it failed.
    pub text: Option<String>,
    /// `TranscriptionUrl`.
    pub url: Option<String>,
    /// `RecordingSid`.
    pub recording_sid: RecordingSid,
    /// `RecordingUrl`.
    pub recording_url: Option<String>,
}

impl TranscribeCallback {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            transcription_sid: params.required("TranscriptionSid", Problem::NotASid)?,
            status: params.required("TranscriptionStatus", Problem::UnknownWord)?,
            text: params.text("TranscriptionText")?,
            url: params.text("TranscriptionUrl")?,
            recording_sid: params.required("RecordingSid", Problem::NotASid)?,
            recording_url: params.text("RecordingUrl")?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

/// Shows nothing of what was said.
impl std::fmt::Debug for TranscribeCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TranscribeCallback")
            .field("transcription_sid", &self.transcription_sid)
            .field("status", &self.status)
            .field("recording_sid", &self.recording_sid)
            .field("voice", &self.voice)
            .finish_non_exhaustive()
    }
}
