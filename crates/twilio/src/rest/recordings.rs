//! Recordings.

use super::{
    Client, Listing, Media, MediaFormat, Method, RestError, de, form::Form, retry::Repeat,
    send::Request,
};
use crate::{
    sid::{CallSid, ConferenceSid, RecordingSid},
    webhook::{RecordingSource, RecordingStatus},
};
use serde::Deserialize;

/// The account's recordings.
#[derive(Clone, Copy, Debug)]
pub struct Recordings<'a>(pub(super) &'a Client);

/// The recordings of one call.
#[derive(Clone, Copy, Debug)]
pub struct CallRecordings<'a> {
    pub(super) client: &'a Client,
    pub(super) call: &'a CallSid,
}

/// A recording, without its audio.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Recording {
    /// Its SID.
    pub sid: RecordingSid,
    /// The call that was recorded.
    #[serde(default, deserialize_with = "de::optional")]
    pub call_sid: Option<CallSid>,
    /// The conference that was recorded.
    #[serde(default, deserialize_with = "de::optional")]
    pub conference_sid: Option<ConferenceSid>,
    /// How it is: `in-progress`, `completed`, `absent`, and words that only the API has, such as
    /// `processing` or `deleted`.
    #[serde(default, deserialize_with = "de::text")]
    pub status: String,
    /// What made it.
    #[serde(default, deserialize_with = "de::optional")]
    pub source: Option<RecordingSource>,
    /// How long it is, in seconds, once it is known.
    #[serde(rename = "duration", default, deserialize_with = "de::seconds")]
    pub duration_s: Option<u32>,
    /// 1, or 2 with each side in its own.
    #[serde(default, deserialize_with = "de::optional")]
    pub channels: Option<u32>,
    /// When it began, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub start_time: Option<u64>,
    /// When Twilio wrote it down, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub date_created: Option<u64>,
    /// Why it is absent.
    #[serde(default, deserialize_with = "de::optional")]
    pub error_code: Option<u32>,
}

impl Recording {
    /// Its state, if it is one that webhooks know too.
    #[must_use]
    pub fn known_status(&self) -> Option<RecordingStatus> {
        self.status.parse().ok()
    }
}

/// Which recordings to list.
#[derive(Clone, Debug, Default)]
pub struct RecordingFilter {
    /// Made before, in seconds since 1970-01-01 UTC.
    pub created_before: Option<u64>,
    /// Made at or after, in seconds since 1970-01-01 UTC.
    pub created_after: Option<u64>,
    /// Of this call.
    pub call: Option<CallSid>,
    /// Of this conference.
    pub conference: Option<ConferenceSid>,
    /// How many in one page, 1 to 1000; 50 when nothing is said.
    pub page_size: Option<u32>,
}

impl Recordings<'_> {
    /// Lists them, the newest first.
    #[must_use]
    pub fn list(&self, filter: &RecordingFilter) -> Listing<Recording> {
        let query = Form::new()
            .moment("DateCreated<", filter.created_before)
            .moment("DateCreated>", filter.created_after)
            .text("CallSid", filter.call.as_ref().map(CallSid::as_str))
            .text(
                "ConferenceSid",
                filter.conference.as_ref().map(ConferenceSid::as_str),
            )
            .shown("PageSize", filter.page_size);
        self.0.listing(
            "recordings",
            Request::get(self.0.path("Recordings"), &query),
        )
    }

    /// Reads one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self, sid: &RecordingSid) -> Result<Recording, RestError> {
        self.0
            .json(Request::get(self.path(sid), &Form::new()))
            .await
    }

    /// Begins to fetch the audio of one; `both_sides` keeps each side in a channel of its own,
    /// where it was recorded so.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn media(
        &self,
        sid: &RecordingSid,
        format: MediaFormat,
        both_sides: bool,
    ) -> Result<Media, RestError> {
        Media::fetch(self.0, sid, format, both_sides).await
    }

    /// Deletes one with its audio.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn delete(&self, sid: &RecordingSid) -> Result<(), RestError> {
        self.0.delete(self.path(sid)).await
    }

    fn path(&self, sid: &RecordingSid) -> String {
        self.0.path(&format!("Recordings/{sid}"))
    }
}

/// How to record a call that goes on.
#[derive(Clone, Debug, Default)]
pub struct NewRecording {
    /// Of what Twilio tells the callback; of the end only when it is empty.
    pub status_callback_events: Vec<RecordingStatus>,
    /// Whom Twilio tells.
    pub status_callback: Option<String>,
    /// How.
    pub status_callback_method: Option<Method>,
    /// Whether each side gets a channel of its own.
    pub both_sides: Option<bool>,
}

/// What a pause leaves in the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PauseBehavior {
    /// Nothing: the recording is shorter.
    Skip,
    /// Silence.
    Silence,
}

/// What to do with a recording that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Running {
    /// Pause.
    Pause(PauseBehavior),
    /// Go on.
    Resume,
    /// End.
    Stop,
}

impl CallRecordings<'_> {
    /// Lists them; so many in one page, 1 to 1000, or 50 when nothing is said.
    #[must_use]
    pub fn list(&self, page_size: Option<u32>) -> Listing<Recording> {
        let query = Form::new().shown("PageSize", page_size);
        let request = Request::get(self.path("Recordings"), &query);
        self.client.listing("recordings", request)
    }

    /// Begins to record the call.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn start(&self, recording: &NewRecording) -> Result<Recording, RestError> {
        let mut form = Form::new();
        for event in &recording.status_callback_events {
            form = form.text("RecordingStatusCallbackEvent", Some(event.as_str()));
        }
        let channels = recording
            .both_sides
            .map(|both| if both { "dual" } else { "mono" });
        let form = form
            .text(
                "RecordingStatusCallback",
                recording.status_callback.as_deref(),
            )
            .method(
                "RecordingStatusCallbackMethod",
                recording.status_callback_method,
            )
            .text("RecordingChannels", channels);
        let request = Request::post(self.path("Recordings"), &form, Repeat::IfRefused);
        self.client.json(request).await
    }

    /// Pauses, resumes or ends a recording; `None` is the one that runs.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn control(
        &self,
        recording: Option<&RecordingSid>,
        to: Running,
    ) -> Result<Recording, RestError> {
        let (status, pause) = match to {
            Running::Pause(PauseBehavior::Skip) => ("paused", Some("skip")),
            Running::Pause(PauseBehavior::Silence) => ("paused", Some("silence")),
            Running::Resume => ("in-progress", None),
            Running::Stop => ("stopped", None),
        };
        let form = Form::new()
            .text("Status", Some(status))
            .text("PauseBehavior", pause);
        let which = recording.map_or("Twilio.CURRENT", RecordingSid::as_str);
        let path = self.path(&format!("Recordings/{which}"));
        self.client
            .json(Request::post(path, &form, Repeat::Harmless))
            .await
    }

    fn path(&self, resource: &str) -> String {
        self.client.path(&format!("Calls/{}/{resource}", self.call))
    }
}
