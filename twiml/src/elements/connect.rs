//! `<Connect>`: what takes a call over.

use super::element;
use crate::{Node, Text};

element! {
    /// Hands the call over to a program, a room or an agent, until that lets go.
    Connect = "Connect", text Absent,
    holds [
        AiSession Autopilot Conversation ConversationRelay ConversationRelaySession Room Stream
        VirtualAgent
    ],
    as nothing(children)
    content {
        /// What takes the call over, such as [`Stream`].
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
    /// Sends the sound of the call over a WebSocket.
    Stream = "Stream", text Absent, holds [Parameter], as nothing(children)
    content {
        /// What stands in it: [`Parameter`].
        children: Vec<Node>,
    }
    attributes {
        /// A name for it, to end it by.
        name: text = "name",
        /// Where to, such as `wss://media.example.com`.
        url: text = "url",
        /// Whose voice is sent.
        track: one(Track) = "track",
        /// Which of the account's connectors takes it, in place of a URL.
        connector_name: text = "connectorName",
        /// How the sound is coded.
        audio_format: text = "audioFormat",
        /// How many samples a second.
        sample_rate: text = "sampleRate",
        /// Where to post how it goes.
        status_callback: text = "statusCallback",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
    }
}

impl Stream {
    /// Adds a parameter that the far end is told.
    #[must_use]
    #[inline]
    pub fn parameter(self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.with(Parameter::new().name(name).value(value))
    }
}

element! {
    /// Something to tell the far end.
    Parameter = "Parameter", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Its name.
        name: text = "name",
        /// Its value.
        value: text = "value",
    }
}

element! {
    /// A setting of a virtual agent or a transcription.
    Config = "Config", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Its name.
        name: text = "name",
        /// Its value.
        value: text = "value",
    }
}

element! {
    /// A video room.
    Room = "Room", text Required, holds [], as address(name, other_content)
    content {
        /// Its name.
        name: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// What the caller is called in it.
        participant_identity: text = "participantIdentity",
    }
}

element! {
    /// An agent of another vendor.
    VirtualAgent = "VirtualAgent", text Absent, holds [Config Parameter], as nothing(children)
    content {
        /// What stands in it: [`Config`], [`Parameter`].
        children: Vec<Node>,
    }
    attributes {
        /// Which of the account's connectors leads to it.
        connector_name: text = "connectorName",
        /// The language of the speech.
        language: text = "language",
        /// Whether it is found out how the caller feels.
        sentiment_analysis: flag = "sentimentAnalysis",
        /// Where to post how it goes.
        status_callback: text = "statusCallback",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
    }
}

element! {
    /// A session of Twilio's AI.
    AiSession = "AiSession", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Which of the account's connectors leads to it.
        ai_connector: text = "aiConnector",
        /// Which configuration it has.
        ai_session_configuration: text = "aiSessionConfiguration",
    }
}

element! {
    /// A bot of Twilio Autopilot.
    Autopilot = "Autopilot", text Required, holds [], as address(name, other_content)
    content {
        /// Its name or SID.
        name: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// A session of ConversationRelay that was configured before.
    ConversationRelaySession = "ConversationRelaySession", text Absent, holds [],
    as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Which of the account's connectors leads to it.
        connector: text = "connector",
        /// Which configuration it has.
        session_configuration: text = "sessionConfiguration",
    }
}

element! {
    /// A conversation of Twilio Conversations.
    Conversation = "Conversation", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Which of the account's services has it.
        service_instance_sid: text = "serviceInstanceSid",
        /// Whether one is made when there is none.
        inbound_autocreation: flag = "inboundAutocreation",
        /// How many seconds to wait for it to be routed.
        routing_assignment_timeout_s: number = "routingAssignmentTimeout",
        /// How many seconds to wait for somebody to answer.
        inbound_timeout_s: number = "inboundTimeout",
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// What to record, and from when on.
        record: one(ConversationRecord) = "record",
        /// Whether silence is cut off the recording.
        trim: one(Trim) = "trim",
        /// Where to post when the recording can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words(RecordingEvent) = "recordingStatusCallbackEvent",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text(Method) = "recordingStatusCallbackMethod",
        /// Where to post how the call is.
        status_callback: text = "statusCallback",
        /// What to post.
        status_callback_event: words(ConversationEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
    }
}
