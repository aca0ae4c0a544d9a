//! `<Start>` and `<Stop>`: what goes on beside a call.

use super::element;
use crate::Node;

element! {
    /// Begins something that goes on beside the call.
    Start = "Start", text Absent, holds [Stream Recording Siprec Transcription],
    as nothing(children)
    content {
        /// What stands in it: [`Stream`](crate::Stream), [`Recording`], [`Siprec`],
        /// [`Transcription`].
        children: Vec<Node>,
    }
    attributes {
        /// Where to go on afterwards.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
    }
}

element! {
    /// Ends what was begun by `<Start>`; the names tell which.
    Stop = "Stop", text Absent, holds [Stream Siprec Transcription], as nothing(children)
    content {
        /// What stands in it: [`Stream`](crate::Stream), [`Siprec`], [`Transcription`].
        children: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Records the call.
    Recording = "Recording", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Whether both voices are in one channel.
        channels: one(Channels) = "channels",
        /// Whose voice is recorded.
        track: one(RecordingTrack) = "track",
        /// Whether silence is cut off.
        trim: one(Trim) = "trim",
        /// Where to post when it can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words(RecordingEvent) = "recordingStatusCallbackEvent",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text(Method) = "recordingStatusCallbackMethod",
        /// Which of the account's recording configurations applies.
        recording_configuration_id: text = "recordingConfigurationId",
    }
}

element! {
    /// Sends the call to a recorder by SIPREC.
    Siprec = "Siprec", text Absent, holds [Parameter], as nothing(children)
    content {
        /// What stands in it: [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {
        /// A name for it, to end it by.
        name: text = "name",
        /// Which of the account's connectors records.
        connector_name: text = "connectorName",
        /// Whose voice is sent.
        track: one(Track) = "track",
        /// Where to post how it goes.
        status_callback: text = "statusCallback",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
    }
}

element! {
    /// Writes down what is said, as it is said.
    Transcription = "Transcription", text Absent, holds [Config Parameter], as nothing(children)
    content {
        /// What stands in it: [`Config`](crate::Config), [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {
        /// A name for it, to end it by.
        name: text = "name",
        /// Whose voice is written down.
        track: one(Track) = "track",
        /// Where to post what was said.
        status_callback_url: text = "statusCallbackUrl",
        /// `GET` or `POST`, for `status_callback_url`.
        status_callback_method: text(Method) = "statusCallbackMethod",
        /// What the caller's side is called.
        inbound_track_label: text = "inboundTrackLabel",
        /// What the other side is called.
        outbound_track_label: text = "outboundTrackLabel",
        /// Whether what has been understood so far is posted too.
        partial_results: flag = "partialResults",
        /// The language of the speech.
        language_code: text = "languageCode",
        /// Who recognises the speech.
        transcription_engine: text = "transcriptionEngine",
        /// Which kind of speech the recognition is made for.
        speech_model: text = "speechModel",
        /// Words to expect in the speech.
        hints: text = "hints",
        /// Whether swear words are written with asterisks.
        profanity_filter: flag = "profanityFilter",
        /// Whether full stops and commas are set.
        enable_automatic_punctuation: flag = "enableAutomaticPunctuation",
        /// Which of the account's Conversational Intelligence services gets it.
        intelligence_service: text = "intelligenceService",
    }
}
