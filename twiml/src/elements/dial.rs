//! `<Dial>`.

use super::element;
use crate::{Application, Client, Conference, Node, Noun, Number, Queue, Sip, Text, chars, write};

element! {
    /// Calls somebody and connects the two.
    Dial = "Dial", text Optional,
    holds [Number Client Sip Application Conference Queue Sim WhatsApp],
    as own
    content {
        /// Whom: all at once; the first that answers is connected.
        nouns: Vec<Noun>,
        /// A number that stands directly in it, before the nouns.
        text: Option<Text>,
        /// Text behind the first noun, where Twilio expects none.
        tail: Option<Text>,
    }
    attributes {
        /// How many seconds to ring.
        timeout_s: number(1, 600) = "timeout",
        /// Where to go on afterwards; with the next verb when it is not said.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
        /// Who is said to call: a number of the account, or `client:name`.
        caller_id: text = "callerId",
        /// Whether the caller's leg is answered only when the far end answers.
        answer_on_bridge: flag = "answerOnBridge",
        /// How many seconds the connection may last.
        time_limit_s: number(1, 86400) = "timeLimit",
        /// Whether the caller ends it by pressing `*`.
        hangup_on_star: flag = "hangupOnStar",
        /// What to record, such as `record-from-answer`; see [`DialRecord`](crate::DialRecord).
        record: text(DialRecord) = "record",
        /// Whose voice is recorded.
        recording_track: one(RecordingTrack) = "recordingTrack",
        /// Whether silence is cut off the recording.
        trim: one(Trim) = "trim",
        /// The country whose ringing the caller hears, such as `gb`.
        ring_tone: text(RingTones) = "ringTone",
        /// Whether the nouns are called one after the other.
        sequential: flag = "sequential",
        /// Where to post when the recording can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text(Method) = "recordingStatusCallbackMethod",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words(RecordingEvent) = "recordingStatusCallbackEvent",
        /// Which of the account's recording configurations applies.
        recording_configuration_id: text = "recordingConfigurationId",
        /// Where to ask when the far end wants to hand the call over by SIP REFER.
        refer_url: text = "referUrl",
        /// `GET` or `POST`, for `refer_url`.
        refer_method: text(Method) = "referMethod",
        /// Which news of the call are posted.
        events: one(DialEvents) = "events",
        /// Signed statements on who calls (SHAKEN), with commas between them.
        passports: text = "passports",
        /// What the called phone shows as the reason of the call. Twilio's documentation has it,
        /// its libraries do not.
        call_reason: text = "callReason",
    }
}

impl Dial {
    /// Calls nobody yet.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds somebody to call.
    #[must_use]
    #[inline]
    pub fn noun(mut self, noun: impl Into<Noun>) -> Self {
        self.nouns.push(noun.into());
        self
    }

    /// Adds a phone to call.
    #[must_use]
    #[inline]
    pub fn number(mut self, number: Number) -> Self {
        self.nouns.push(number.into());
        self
    }

    /// Adds a client to call.
    #[must_use]
    #[inline]
    pub fn client(mut self, client: Client) -> Self {
        self.nouns.push(client.into());
        self
    }

    /// Adds a SIP address to call.
    #[must_use]
    #[inline]
    pub fn sip(mut self, sip: Sip) -> Self {
        self.nouns.push(sip.into());
        self
    }

    /// Lets the caller into a conference.
    #[must_use]
    pub fn conference(mut self, conference: Conference) -> Self {
        self.nouns.push(conference.into());
        self
    }

    /// Connects with the caller who waits first in a queue.
    #[must_use]
    pub fn queue(mut self, queue: Queue) -> Self {
        self.nouns.push(queue.into());
        self
    }

    /// Adds an application to call.
    #[must_use]
    pub fn application(mut self, application: Application) -> Self {
        self.nouns.push(application.into());
        self
    }

    /// Calls a number that stands directly in the element.
    #[must_use]
    #[inline]
    pub fn text(mut self, number: impl Into<Text>) -> Self {
        self.text = Some(number.into());
        self
    }

    fn take_content(&mut self, content: Vec<Node>) {
        let mut tail = String::new();
        for node in content {
            match node.into_text() {
                Ok(text) if chars::is_blank(&text) => {}
                Ok(text) if self.nouns.is_empty() => {
                    self.text = Some(chars::trim(&text).to_owned().into());
                }
                Ok(text) => tail.push_str(&text),
                Err(element) => self.nouns.push(element.into()),
            }
        }
        self.tail = (!tail.is_empty()).then(|| tail.into());
    }

    fn write_content(&self, writer: &mut write::Writer) -> write::Outcome {
        let text = self.text.as_deref().unwrap_or_default();
        let tail = self.tail.as_deref().unwrap_or_default();
        let solid = text.is_empty() && tail.is_empty() && !self.nouns.iter().any(Noun::is_text);
        writer.content(solid, |children| {
            children.text(text)?;
            let nouns = &mut self.nouns.iter();
            nouns.try_for_each(|noun| noun.write(children))?;
            children.text(tail)
        })
    }

    pub(crate) fn text_into(&self, all: &mut String) {
        all.push_str(self.text.as_deref().unwrap_or_default());
        for noun in &self.nouns {
            noun.text_into(all);
        }
        all.push_str(self.tail.as_deref().unwrap_or_default());
    }
}
