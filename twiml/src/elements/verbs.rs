//! Verbs that speak, play, wait, record, and end or move a call.

use super::element;
use crate::{Node, Text};

element! {
    /// Speaks text to the caller.
    Say = "Say", text Optional,
    holds [Break Emphasis Lang Paragraph Phoneme Prosody Sentence SayAs Substitute Word],
    as words(text, ssml)
    content {
        /// What to say, up to the first SSML element.
        text: Text,
        /// SSML elements such as `<break>`, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {
        /// The voice, such as `alice` or `Polly.Joanna`.
        voice: text(SayVoices) = "voice",
        /// The language, such as `en-GB`.
        language: text(SayLanguages) = "language",
        /// How many times; 0 is for ever.
        loop_count: number = "loop",
    }
}

impl Say {
    /// All the words, without SSML.
    #[must_use]
    pub fn spoken(&self) -> String {
        let mut all = String::new();
        self.text_into(&mut all);
        all
    }
}

element! {
    /// Plays a sound file, or keys.
    Play = "Play", text Optional, holds [], as address(url, other_content)
    content {
        /// The file's URL; empty when keys are played.
        url: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// How many times; 0 is for ever.
        loop_count: number = "loop",
        /// Keys to play, of `0-9 * # w`; `w` is half a second of silence.
        digits: text = "digits",
    }
}

element! {
    /// Waits.
    Pause = "Pause", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// How long, in seconds; Twilio takes 1 when it is not said.
        length_s: number(1, 4294967295) = "length",
    }
}

element! {
    /// Records what the caller says.
    Record = "Record", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Where to go on afterwards; the same document when it is not said.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
        /// How many seconds of silence end it.
        timeout_s: number(1, 4294967295) = "timeout",
        /// How many seconds it may last.
        max_length_s: number(1, 14400) = "maxLength",
        /// Which keys end it.
        finish_on_key: text = "finishOnKey",
        /// Whether a beep comes first.
        play_beep: flag = "playBeep",
        /// `trim-silence` or `do-not-trim`.
        trim: text(Trim) = "trim",
        /// Where to post when the recording can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text(Method) = "recordingStatusCallbackMethod",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words(RecordingEvent) = "recordingStatusCallbackEvent",
        /// Which of the account's recording configurations applies.
        recording_configuration_id: text = "recordingConfigurationId",
        /// Whether it is to be written down.
        transcribe: flag = "transcribe",
        /// Where to post what was written down.
        transcribe_callback: text = "transcribeCallback",
    }
}

element! {
    /// Goes on at another URL.
    Redirect = "Redirect", text Required, holds [], as address(url, other_content)
    content {
        /// The URL.
        url: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// `GET` or `POST`.
        method: text(Method) = "method",
    }
}

element! {
    /// Refuses the call without answering it.
    Reject = "Reject", text Absent, holds [Parameter], as nothing(children)
    content {
        /// What stands in it: [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {
        /// What the caller hears.
        reason: one(RejectReason) = "reason",
    }
}

element! {
    /// Ends the call.
    Hangup = "Hangup", text Absent, holds [Parameter], as nothing(children)
    content {
        /// What stands in it: [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Sends the caller's voice back, to hear how late it comes.
    Echo = "Echo", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Takes the caller out of the queue.
    Leave = "Leave", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Puts the caller into a queue.
    Enqueue = "Enqueue", text Optional, holds [Task], as address(name, children)
    content {
        /// The queue's name; empty when a workflow chooses it.
        name: Text,
        /// What stands in it: [`Task`].
        children: Vec<Node>,
    }
    attributes {
        /// Where to go on when the caller has left the queue.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
        /// How many callers the queue may hold.
        max_queue_size: number(1, 5000) = "maxQueueSize",
        /// The document that is played while the caller waits.
        wait_url: text = "waitUrl",
        /// `GET` or `POST`, for `wait_url`.
        wait_url_method: text(Method) = "waitUrlMethod",
        /// The TaskRouter workflow that finds somebody.
        workflow_sid: text = "workflowSid",
    }
}

element! {
    /// What TaskRouter is to know of a caller.
    Task = "Task", text Required, holds [], as words(body, other_content)
    content {
        /// A JSON object.
        body: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// Which tasks come first.
        priority: number = "priority",
        /// After how many seconds it is given up.
        timeout_s: number = "timeout",
    }
}

element! {
    /// Sends a text message.
    Sms = "Sms", text Required, holds [], as words(message, other_content)
    content {
        /// The message.
        message: Text,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// Whom to send it to.
        to: text = "to",
        /// The number of the account that sends it.
        from: text = "from",
        /// Where to go on afterwards.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
        /// Where to post what becomes of it.
        status_callback: text = "statusCallback",
    }
}

element! {
    /// Hands the call over to another SIP address.
    Refer = "Refer", text Absent, holds [Sip], as nothing(children)
    content {
        /// What stands in it: [`Sip`](crate::Sip).
        children: Vec<Node>,
    }
    attributes {
        /// Where to go on afterwards.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
    }
}
