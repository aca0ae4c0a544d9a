//! All kinds of webhook in one type, for a server with one door.

use super::{
    CalleeRequest, ClientRequest, ConferenceEvent, DialAction, FallbackRequest, GatherAction,
    Params, RecordAction, RecordingCallback, ReferRequest, StatusCallback, TranscribeCallback,
    VoiceRequest, WebhookError,
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($event:ident) $word:literal $answer:ident,)+) => {
        /// The kinds of webhook. Which kind a request is, its URL tells, not its parameters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        /// A webhook of any kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Webhook {
            $($(#[$doc])* $kind($event),)+
        }

        impl Kind {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// Its name, in `snake_case`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $word,)+
                }
            }

            /// What Twilio wants to hear.
            #[must_use]
            pub fn expects(self) -> Answer {
                match self {
                    $(Self::$kind => Answer::$answer,)+
                }
            }
        }

        impl Webhook {
            /// Reads the parameters of a request of a kind.
            ///
            /// # Errors
            /// Names the first parameter that is missing or not understood.
            pub fn read(kind: Kind, params: Params) -> Result<Self, WebhookError> {
                Ok(match kind {
                    $(Kind::$kind => Self::$kind($event::from_params(params)?),)+
                })
            }

            /// Which kind it is.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }
        }
    };
}

/// What Twilio wants to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// A TwiML document.
    Twiml,
    /// That it arrived: 204, or 200 with an empty `<Response/>`.
    Receipt,
}

kinds! {
    /// A call came to a number.
    Incoming(VoiceRequest) "voice_request_incoming_pstn" Twiml,
    /// A Voice SDK device called.
    Outgoing(ClientRequest) "voice_request_outgoing_from_client" Twiml,
    /// What the called leg is to hear first.
    Callee(CalleeRequest) "voice_request_callee_client_or_number_url" Twiml,
    /// A `<Dial>` is over.
    DialAction(DialAction) "dial_action" Twiml,
    /// A call of a number or application is over.
    CallStatus(StatusCallback) "call_status_callback_number_level" Receipt,
    /// A leg whose progress was asked for moved on.
    CallProgress(StatusCallback) "call_progress_event" Receipt,
    /// A recording began, is ready or is missing.
    Recording(RecordingCallback) "recording_status_callback" Receipt,
    /// A `<Record>` is over.
    RecordAction(RecordAction) "record_action" Twiml,
    /// A recording's text is ready.
    Transcribe(TranscribeCallback) "transcribe_callback" Receipt,
    /// A `<Gather>` is over.
    GatherAction(GatherAction) "gather_action" Twiml,
    /// The far end asked for a transfer.
    Refer(ReferRequest) "refer_url" Twiml,
    /// Something happened in a conference.
    Conference(ConferenceEvent) "conference_status" Receipt,
    /// Another URL failed.
    Fallback(FallbackRequest) "fallback_request" Twiml,
}

impl Webhook {
    /// Everything that came, known or not.
    #[must_use]
    pub fn params(&self) -> &Params {
        match self {
            Self::Incoming(voice) => &voice.params,
            Self::Outgoing(client) => &client.voice.params,
            Self::Callee(callee) => &callee.voice.params,
            Self::DialAction(dial) => &dial.voice.params,
            Self::CallStatus(status) | Self::CallProgress(status) => &status.voice.params,
            Self::Recording(recording) => &recording.params,
            Self::RecordAction(record) => &record.voice.params,
            Self::Transcribe(transcribe) => &transcribe.voice.params,
            Self::GatherAction(gather) => &gather.voice.params,
            Self::Refer(refer) => &refer.voice.params,
            Self::Conference(conference) => &conference.params,
            Self::Fallback(fallback) => &fallback.voice.params,
        }
    }
}
