//! `<Gather>`: keys and speech.

use super::element;
use crate::{ChildOf, Node, Text, Verb, response, write};

element! {
    /// Asks for keys or speech.
    Gather = "Gather", text Absent, holds [Say Play Pause], as own
    content {
        /// What is said and played meanwhile: `<Say>`, `<Play>`, `<Pause>`.
        children: Vec<Verb>,
        /// Text that stood directly in it, where Twilio expects none.
        text: Option<Text>,
    }
    attributes {
        /// Where to post what was entered; the same document when it is not said.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text(Method) = "method",
        /// How many seconds without a key end it. Twilio also knows `auto`, which is in `other`.
        timeout_s: number(1, 4294967295, "auto") = "timeout",
        /// How many keys end it.
        num_digits: number(1, 4294967295) = "numDigits",
        /// The key that ends it; empty for none.
        finish_on_key: text = "finishOnKey",
        /// `dtmf`, `speech` or both; keys alone when it is not said.
        input: words(GatherInput) = "input",
        /// Whether `action` is asked even when nothing was entered.
        action_on_empty_result: flag = "actionOnEmptyResult",
        /// The language of the speech.
        language: text(GatherLanguages) = "language",
        /// Words to expect in the speech.
        hints: text = "hints",
        /// How many seconds of silence end the speech, or `auto`.
        speech_timeout: text = "speechTimeout",
        /// How many seconds the speech may last.
        max_speech_time_s: number = "maxSpeechTime",
        /// Which kind of speech the recognition is made for.
        speech_model: text = "speechModel",
        /// Whether the dearer recognition is used.
        enhanced: flag = "enhanced",
        /// Whether swear words are written with asterisks.
        profanity_filter: flag = "profanityFilter",
        /// Whether speech stops what is said and played.
        barge_in: flag = "bargeIn",
        /// Where to post what has been understood so far.
        partial_result_callback: text = "partialResultCallback",
        /// `GET` or `POST`, for `partial_result_callback`.
        partial_result_callback_method: text(Method) = "partialResultCallbackMethod",
        /// Whether Twilio notes how it went.
        debug: flag = "debug",
    }
}

impl Gather {
    /// Asks, saying nothing.
    #[must_use]
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds something to say or play meanwhile.
    #[must_use]
    #[inline]
    pub fn child(mut self, verb: impl ChildOf<Self>) -> Self {
        self.children.push(Verb::from(verb.into()));
        self
    }

    /// Adds something to say or play meanwhile; the same as [`child`](Self::child).
    #[must_use]
    #[inline]
    pub fn with(self, verb: impl ChildOf<Self>) -> Self {
        self.child(verb)
    }

    fn take_content(&mut self, content: Vec<Node>) {
        (self.children, self.text) = response::apart(content);
    }

    fn write_content(&self, writer: &mut write::Writer) -> write::Outcome {
        let text = self.text.as_deref().unwrap_or_default();
        let solid = text.is_empty() && !self.children.iter().any(Verb::is_text);
        writer.content(solid, |children| {
            let verbs = &mut self.children.iter();
            verbs.try_for_each(|verb| verb.write(children))?;
            children.text(text)
        })
    }

    pub(crate) fn text_into(&self, all: &mut String) {
        for verb in &self.children {
            verb.text_into(all);
        }
        all.push_str(self.text.as_deref().unwrap_or_default());
    }
}
