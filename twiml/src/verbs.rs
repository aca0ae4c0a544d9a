//! The verbs: what stands directly in a `<Response>`.

use crate::{Dial, Element, Node, chars, element, table::element};

element! {
    /// Speaks text to the caller.
    Say = "Say"
    content {
        /// What to say, up to the first SSML element.
        text: String,
        /// SSML elements such as `<break>`, from the first one on, and the text after each.
        ssml: Vec<Node>,
    }
    attributes {
        /// The voice, such as `alice` or `Polly.Joanna`.
        voice: text = "voice",
        /// The language, such as `en-GB`.
        language: text = "language",
        /// How many times; 0 is for ever.
        loop_count: number = "loop",
    }
}

impl Say {
    /// Says `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// All the words, without SSML.
    #[must_use]
    pub fn spoken(&self) -> String {
        format!("{}{}", self.text, element::all_text(&self.ssml))
    }

    fn read(mut element: Element) -> Self {
        let this = Self::taking_attributes(&mut element);
        let (text, ssml) = element.into_lead();
        Self { text, ssml, ..this }
    }

    fn to_element(&self) -> Element {
        self.with_children(lead(&self.text, &self.ssml))
    }
}

element! {
    /// Plays a sound file, or keys.
    Play = "Play"
    content {
        /// The file's URL; empty when keys are played.
        url: String,
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
    /// Goes on at another URL.
    Redirect = "Redirect"
    content {
        /// The URL.
        url: String,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// `GET` or `POST`.
        method: text = "method",
    }
}

element! {
    /// Waits.
    Pause = "Pause"
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// How long, in seconds; Twilio takes 1 when it is not said.
        length_s: number = "length",
    }
}

element! {
    /// Records what the caller says.
    Record = "Record"
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Where to go on afterwards; the same document when it is not said.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text = "method",
        /// How many seconds of silence end it.
        timeout_s: number = "timeout",
        /// How many seconds it may last.
        max_length_s: number = "maxLength",
        /// Which keys end it.
        finish_on_key: text = "finishOnKey",
        /// Whether a beep comes first.
        play_beep: flag = "playBeep",
        /// `trim-silence` or `do-not-trim`.
        trim: text = "trim",
        /// Where to post when the recording can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text = "recordingStatusCallbackMethod",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words = "recordingStatusCallbackEvent",
        /// Whether it is to be written down.
        transcribe: flag = "transcribe",
        /// Where to post what was written down.
        transcribe_callback: text = "transcribeCallback",
    }
}

element! {
    /// Refuses the call without answering it.
    Reject = "Reject"
    content {
        /// Anything that stood in it, such as `<Parameter>`.
        other_content: Vec<Node>,
    }
    attributes {
        /// What the caller hears.
        reason: reason = "reason",
    }
}

element! {
    /// Ends the call.
    Hangup = "Hangup"
    content {
        /// Anything that stood in it, such as `<Parameter>`.
        other_content: Vec<Node>,
    }
    attributes {}
}

element! {
    /// Asks for keys or speech.
    Gather = "Gather"
    content {
        /// What is said and played meanwhile: `<Say>`, `<Play>`, `<Pause>`.
        children: Vec<Verb>,
        /// Text that stood directly in it, where Twilio expects none.
        text: Option<String>,
    }
    attributes {
        /// Where to post what was entered; the same document when it is not said.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text = "method",
        /// How many seconds without a key end it. Twilio also knows `auto`, which is in `other`.
        timeout_s: number = "timeout",
        /// How many keys end it.
        num_digits: number = "numDigits",
        /// The key that ends it; empty for none.
        finish_on_key: text = "finishOnKey",
        /// `dtmf`, `speech` or both; keys alone when it is not said.
        input: words = "input",
        /// Whether `action` is asked even when nothing was entered.
        action_on_empty_result: flag = "actionOnEmptyResult",
        /// The language of the speech.
        language: text = "language",
        /// Words to expect in the speech.
        hints: text = "hints",
        /// How many seconds of silence end the speech, or `auto`.
        speech_timeout: text = "speechTimeout",
        /// Whether speech stops what is said and played.
        barge_in: flag = "bargeIn",
    }
}

impl Gather {
    /// Asks, saying nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds something to say or play meanwhile.
    #[must_use]
    pub fn child(mut self, verb: impl Into<Verb>) -> Self {
        self.children.push(verb.into());
        self
    }

    fn read(mut element: Element) -> Self {
        let this = Self::taking_attributes(&mut element);
        let (children, text) = element.into_parts();
        Self {
            children: children.into_iter().map(Verb::read_in_gather).collect(),
            text,
            ..this
        }
    }

    fn to_element(&self) -> Element {
        let mut children: Vec<Node> = self
            .children
            .iter()
            .map(|verb| Node::Element(verb.to_element()))
            .collect();
        element::push_text(&mut children, self.text.as_deref().unwrap_or_default());
        self.with_children(children)
    }
}

/// An element that holds one address, white space around it not counted.
macro_rules! address {
    ($($type:ident),*) => {$(
        impl $type {
            #[doc = concat!("`<", stringify!($type), ">` of this URL.")]
            #[must_use]
            pub fn new(url: impl Into<String>) -> Self {
                Self { url: url.into(), ..Self::default() }
            }

            fn read(mut element: Element) -> Self {
                let this = Self::taking_attributes(&mut element);
                let (url, other_content) = element.into_lead();
                Self { url: chars::trim(&url).to_owned(), other_content, ..this }
            }

            fn to_element(&self) -> Element {
                self.with_children(lead(&self.url, &self.other_content))
            }
        }
    )*};
}

address!(Play, Redirect);

/// An element that holds nothing.
macro_rules! hollow {
    ($($type:ident),*) => {$(
        impl $type {
            #[doc = concat!("`<", stringify!($type), ">` as Twilio does it when nothing is said.")]
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            fn read(mut element: Element) -> Self {
                let this = Self::taking_attributes(&mut element);
                Self { other_content: element.into_solid(), ..this }
            }

            fn to_element(&self) -> Element {
                self.with_children(self.other_content.clone())
            }
        }
    )*};
}

hollow!(Pause, Record, Reject, Hangup);

/// Text, and then the rest.
pub(crate) fn lead(text: &str, rest: &[Node]) -> Vec<Node> {
    let mut nodes = Vec::with_capacity(rest.len() + 1);
    element::push_text(&mut nodes, text);
    nodes.extend(rest.iter().cloned());
    nodes
}

/// Makes the enum of verbs from the list of their types.
macro_rules! verbs {
    ($($(#[$doc:meta])* $type:ident,)*) => {
        /// One instruction.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Verb {
            $($(#[$doc])* $type($type),)*
            /// A verb that has no type here.
            Other(Element),
        }

        impl Verb {
            /// Its name in a document, such as `Say`.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$type(_) => $type::NAME,)*
                    Self::Other(element) => &element.name,
                }
            }

            pub(crate) fn read(element: Element) -> Self {
                match element.name.as_str() {
                    $($type::NAME => Self::$type($type::read(element)),)*
                    _ => Self::Other(element),
                }
            }

            pub(crate) fn to_element(&self) -> Element {
                match self {
                    $(Self::$type(verb) => verb.to_element(),)*
                    Self::Other(element) => element.clone(),
                }
            }
        }

        $(impl From<$type> for Verb {
            fn from(verb: $type) -> Self {
                Self::$type(verb)
            }
        })*

        impl From<Element> for Verb {
            fn from(element: Element) -> Self {
                Self::read(element)
            }
        }
    };
}

verbs! {
    /// Speaks text.
    Say,
    /// Plays a sound file.
    Play,
    /// Waits.
    Pause,
    /// Calls somebody and connects the two.
    Dial,
    /// Records the caller.
    Record,
    /// Asks for keys or speech.
    Gather,
    /// Goes on elsewhere.
    Redirect,
    /// Refuses the call.
    Reject,
    /// Ends the call.
    Hangup,
}

impl Verb {
    /// In a `<Gather>` only these have a meaning; the others are kept as they are.
    fn read_in_gather(element: Element) -> Self {
        match element.name.as_str() {
            Say::NAME | Play::NAME | Pause::NAME => Self::read(element),
            _ => Self::Other(element),
        }
    }
}
