//! Nouns of `<Dial>`: whom it calls. The module `client` says how a `<Client>` holds its name.

use super::element;
use crate::{Node, Text};

element! {
    /// A phone to call.
    Number = "Number", text Required, holds [], as address(number, other_content)
    content {
        /// Its number, in E.164.
        number: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words(CallEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
        /// Keys to play when it is answered.
        send_digits: text = "sendDigits",
        /// The trunk of one's own that carries the call.
        byoc: text = "byoc",
        /// Whether to find out if a machine answers: `Enable` or `DetectMessageEnd`.
        machine_detection: text = "machineDetection",
        /// How many seconds to try to find out.
        machine_detection_timeout_s: number(3, 59) = "machineDetectionTimeout",
        /// How many milliseconds of speech are a machine's.
        machine_detection_speech_threshold_ms: number(1000, 6000) =
            "machineDetectionSpeechThreshold",
        /// How many milliseconds of silence end the speech.
        machine_detection_speech_end_threshold_ms: number(500, 5000) =
            "machineDetectionSpeechEndThreshold",
        /// How many milliseconds of silence at first leave it open who answers.
        machine_detection_silence_timeout_ms: number(2000, 10000) =
            "machineDetectionSilenceTimeout",
        /// Where to post who answers.
        amd_status_callback: text = "amdStatusCallback",
        /// `GET` or `POST`, for `amd_status_callback`.
        amd_status_callback_method: text(Method) = "amdStatusCallbackMethod",
    }
}

element! {
    /// A client of the account to call.
    Client = "Client", text Optional, holds [Identity Parameter], as own
    content {
        /// Its name, without `client:`.
        identity: Text,
        /// Parameters that its `incoming` event carries: name and value.
        parameters: Vec<(Text, Text)>,
        /// Anything else that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words(CallEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
        /// Where to post what the client is told. Twilio's documentation has it, its libraries do
        /// not.
        client_notification_url: text = "clientNotificationUrl",
    }
}

element! {
    /// The name of a client, where parameters stand beside it.
    Identity = "Identity", text Required, holds [], as address(name, other_content)
    content {
        /// The name, without `client:`.
        name: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// A SIP address to call.
    Sip = "Sip", text Optional, holds [Uri Headers], as address(uri, children)
    content {
        /// The address, such as `sip:kate@example.com`; empty when several stand in it.
        uri: Text,
        /// What stands in it besides: [`Uri`] and [`Headers`].
        children: Vec<Node>,
    }
    attributes {
        /// The user name that the far end asks for.
        username: text = "username",
        /// The password that the far end asks for.
        password: text = "password",
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words(CallEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
        /// Whether to find out if a machine answers: `Enable` or `DetectMessageEnd`.
        machine_detection: text = "machineDetection",
        /// How many seconds to try to find out.
        machine_detection_timeout_s: number(3, 59) = "machineDetectionTimeout",
        /// How many milliseconds of speech are a machine's.
        machine_detection_speech_threshold_ms: number(1000, 6000) =
            "machineDetectionSpeechThreshold",
        /// How many milliseconds of silence end the speech.
        machine_detection_speech_end_threshold_ms: number(500, 5000) =
            "machineDetectionSpeechEndThreshold",
        /// How many milliseconds of silence at first leave it open who answers.
        machine_detection_silence_timeout_ms: number(2000, 10000) =
            "machineDetectionSilenceTimeout",
        /// Where to post who answers.
        amd_status_callback: text = "amdStatusCallback",
        /// `GET` or `POST`, for `amd_status_callback`.
        amd_status_callback_method: text(Method) = "amdStatusCallbackMethod",
    }
}

element! {
    /// One of several addresses of a `<Sip>`.
    Uri = "Uri", text Optional, holds [], as address(uri, other_content)
    content {
        /// The address.
        uri: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// Which addresses are tried first.
        priority: text = "priority",
        /// How often it is chosen among those of the same priority.
        weight: text = "weight",
        /// The user name that the far end asks for.
        username: text = "username",
        /// The password that the far end asks for.
        password: text = "password",
    }
}

element! {
    /// SIP headers to send.
    Headers = "Headers", text Absent, holds [Header], as nothing(children)
    content {
        /// What stands in it: [`Header`].
        children: Vec<Node>,
    }
    attributes {}
}

element! {
    /// A SIP header.
    Header = "Header", text Absent, holds [], as nothing(other_content)
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
    /// A TwiML application to call.
    Application = "Application", text Optional, holds [ApplicationSid Parameter],
    as address(sid, children)
    content {
        /// Its SID; empty when it stands in an [`ApplicationSid`].
        sid: Text,
        /// What stands in it besides: [`ApplicationSid`] and [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {
        /// Who calls it.
        customer_id: text = "customerId",
        /// Whether it is told the number that was called, and not its own SID, as `To`.
        copy_parent_to: flag = "copyParentTo",
        /// A document in place of the application's own.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words(CallEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
    }
}

element! {
    /// The SID of an application, where parameters stand beside it.
    ApplicationSid = "ApplicationSid", text Required, holds [], as address(sid, other_content)
    content {
        /// The SID.
        sid: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// A room in which callers talk together.
    Conference = "Conference", text Required, holds [], as address(name, other_content)
    content {
        /// Its name.
        name: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// Whether the caller cannot be heard.
        muted: flag = "muted",
        /// When it beeps.
        beep: one(ConferenceBeep) = "beep",
        /// Whether it begins when this caller comes.
        start_conference_on_enter: flag = "startConferenceOnEnter",
        /// Whether it ends when this caller goes.
        end_conference_on_exit: flag = "endConferenceOnExit",
        /// What is played until it begins.
        wait_url: text = "waitUrl",
        /// `GET` or `POST`, for `wait_url`.
        wait_method: text(Method) = "waitMethod",
        /// How many callers it may hold.
        max_participants: number(2, 250) = "maxParticipants",
        /// A name for this caller in it.
        participant_label: text = "participantLabel",
        /// The call that hears this caller, alone.
        coach: text = "coach",
        /// Whether it is recorded.
        record: one(ConferenceRecord) = "record",
        /// Whether silence is cut off the recording.
        trim: one(Trim) = "trim",
        /// Where it is mixed.
        region: one(ConferenceRegion) = "region",
        /// How much an unsteady network is evened out.
        jitter_buffer_size: one(JitterBuffer) = "jitterBufferSize",
        /// Where to post what happens in it.
        status_callback: text = "statusCallback",
        /// What to post.
        status_callback_event: words(ConferenceEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
        /// Where to post when the recording can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words(RecordingEvent) = "recordingStatusCallbackEvent",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text(Method) = "recordingStatusCallbackMethod",
        /// Which of the account's recording configurations applies.
        recording_configuration_id: text = "recordingConfigurationId",
        /// Where Twilio once posted what happened in it; `status_callback` has replaced it.
        event_callback_url: text = "eventCallbackUrl",
    }
}

element! {
    /// The caller who waits first in a queue.
    Queue = "Queue", text Required, holds [], as address(name, other_content)
    content {
        /// The queue's name.
        name: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// A document for the caller who waited, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// The TaskRouter reservation that is answered.
        reservation_sid: text = "reservationSid",
        /// What the TaskRouter worker does afterwards.
        post_work_activity_sid: text = "postWorkActivitySid",
    }
}

element! {
    /// A SIM of the account to call.
    Sim = "Sim", text Required, holds [], as address(sid, other_content)
    content {
        /// Its SID.
        sid: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// A WhatsApp user to call.
    WhatsApp = "WhatsApp", text Required, holds [], as address(number, other_content)
    content {
        /// The number, in E.164.
        number: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text(Method) = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words(CallEvent) = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
    }
}
