//! The closed sets of words in webhooks.

use std::{fmt, str::FromStr};

/// A word that is not among those Twilio documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value that Twilio documents")]
pub struct UnknownWord;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$each])* $variant,)+
        }

        impl $name {
            /// Every one, in the documentation's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word that Twilio uses.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|v| v.as_str() == word).ok_or(UnknownWord)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// How a call leg is (`CallStatus`).
    CallStatus {
        /// Waiting to be dialled.
        Queued = "queued",
        /// Being dialled.
        Initiated = "initiated",
        /// The far end rings.
        Ringing = "ringing",
        /// Answered.
        InProgress = "in-progress",
        /// Answered, and over.
        Completed = "completed",
        /// The far end was busy.
        Busy = "busy",
        /// It could not be connected.
        Failed = "failed",
        /// Nobody answered.
        NoAnswer = "no-answer",
        /// The caller gave up first.
        Canceled = "canceled",
    }
);

impl CallStatus {
    /// Whether the leg is over.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => false,
            Self::Completed | Self::Busy | Self::Failed | Self::NoAnswer | Self::Canceled => true,
        }
    }
}

words!(
    /// How a `<Dial>` went (`DialCallStatus`).
    DialCallStatus {
        /// Answered, and over.
        Completed = "completed",
        /// Answered; a conference was joined.
        Answered = "answered",
        /// The far end was busy.
        Busy = "busy",
        /// Nobody answered within the timeout.
        NoAnswer = "no-answer",
        /// It could not be connected, such as a number that does not exist.
        Failed = "failed",
        /// The caller hung up first.
        Canceled = "canceled",
    }
);

words!(
    /// Where a call leg comes from (`Direction`).
    Direction {
        /// From a phone or a client.
        Inbound = "inbound",
        /// Made by the REST API.
        OutboundApi = "outbound-api",
        /// Made by `<Dial>`.
        OutboundDial = "outbound-dial",
        /// To a SIP trunk.
        TrunkingTerminating = "trunking-terminating",
        /// From a SIP trunk.
        TrunkingOriginating = "trunking-originating",
    }
);

words!(
    /// How a recording is (`RecordingStatus`).
    RecordingStatus {
        /// Being made.
        InProgress = "in-progress",
        /// Made; it can be fetched.
        Completed = "completed",
        /// Nothing was recorded, such as of a call that was not answered.
        Absent = "absent",
        /// It could not be made.
        Failed = "failed",
    }
);

words!(
    /// What made a recording (`RecordingSource`).
    RecordingSource {
        /// `<Dial record>`.
        DialVerb = "DialVerb",
        /// A conference that records.
        Conference = "Conference",
        /// A call of the REST API with `Record`.
        OutboundApi = "OutboundAPI",
        /// A SIP trunk that records.
        Trunking = "Trunking",
        /// `<Record>`.
        RecordVerb = "RecordVerb",
        /// The REST API, during a call.
        StartCallRecordingApi = "StartCallRecordingAPI",
        /// The REST API, during a conference.
        StartConferenceRecordingApi = "StartConferenceRecordingAPI",
    }
);

words!(
    /// How a transcription went (`TranscriptionStatus`).
    TranscriptionStatus {
        /// There is a text.
        Completed = "completed",
        /// There is none.
        Failed = "failed",
    }
);

words!(
    /// What happened in a conference (`StatusCallbackEvent`).
    ConferenceChange {
        /// Two are in it.
        Start = "conference-start",
        /// It is over.
        End = "conference-end",
        /// Somebody came.
        Join = "participant-join",
        /// Somebody left.
        Leave = "participant-leave",
        /// Somebody was muted.
        Mute = "participant-mute",
        /// Somebody is heard again.
        Unmute = "participant-unmute",
        /// Somebody was put on hold.
        Hold = "participant-hold",
        /// Somebody is back from hold.
        Unhold = "participant-unhold",
        /// Somebody's settings were changed.
        Modify = "participant-modify",
        /// Somebody began to speak.
        SpeechStart = "participant-speech-start",
        /// Somebody ceased to speak.
        SpeechStop = "participant-speech-stop",
        /// An announcement was played.
        AnnouncementEnd = "announcement-end",
        /// An announcement could not be played.
        AnnouncementFail = "announcement-fail",
    }
);
