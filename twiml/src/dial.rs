//! `<Dial>` and whom it calls.

use crate::{Element, Node, chars, element, table::element, verbs::lead};

element! {
    /// Calls somebody and connects the two.
    Dial = "Dial"
    content {
        /// Whom: all at once; the first that answers is connected.
        nouns: Vec<Noun>,
        /// A number that stands directly in it.
        text: Option<String>,
    }
    attributes {
        /// How many seconds to ring.
        timeout_s: number = "timeout",
        /// Where to go on afterwards; with the next verb when it is not said.
        action: text = "action",
        /// `GET` or `POST`, for `action`.
        method: text = "method",
        /// Who is said to call: a number of the account, or `client:name`.
        caller_id: text = "callerId",
        /// Whether the caller's leg is answered only when the far end answers.
        answer_on_bridge: flag = "answerOnBridge",
        /// How many seconds the connection may last.
        time_limit_s: number = "timeLimit",
        /// Whether the caller ends it by pressing `*`.
        hangup_on_star: flag = "hangupOnStar",
        /// What to record, such as `record-from-answer`.
        record: text = "record",
        /// The country whose ringing the caller hears, such as `gb`.
        ring_tone: text = "ringTone",
        /// Whether the nouns are called one after the other.
        sequential: flag = "sequential",
        /// Where to post when the recording can be fetched.
        recording_status_callback: text = "recordingStatusCallback",
        /// `GET` or `POST`, for `recording_status_callback`.
        recording_status_callback_method: text = "recordingStatusCallbackMethod",
        /// When to post: `in-progress`, `completed`, `absent`.
        recording_status_callback_event: words = "recordingStatusCallbackEvent",
    }
}

impl Dial {
    /// Calls nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds somebody to call.
    #[must_use]
    pub fn noun(mut self, noun: impl Into<Noun>) -> Self {
        self.nouns.push(noun.into());
        self
    }

    /// Adds a phone to call.
    #[must_use]
    pub fn number(self, number: Number) -> Self {
        self.noun(number)
    }

    /// Adds a client to call.
    #[must_use]
    pub fn client(self, client: Client) -> Self {
        self.noun(client)
    }

    /// Adds a SIP address to call.
    #[must_use]
    pub fn sip(self, sip: Sip) -> Self {
        self.noun(sip)
    }

    /// Calls a number that stands directly in the element.
    #[must_use]
    pub fn text(mut self, number: impl Into<String>) -> Self {
        self.text = Some(number.into());
        self
    }

    pub(crate) fn read(mut element: Element) -> Self {
        let this = Self::taking_attributes(&mut element);
        let (nouns, text) = element.into_parts();
        Self {
            nouns: nouns.into_iter().map(Noun::read).collect(),
            text,
            ..this
        }
    }

    pub(crate) fn to_element(&self) -> Element {
        let nouns: Vec<Node> = self
            .nouns
            .iter()
            .map(|noun| Node::Element(noun.to_element()))
            .collect();
        self.with_children(lead(self.text.as_deref().unwrap_or_default(), &nouns))
    }
}

/// Somebody to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noun {
    /// A phone.
    Number(Number),
    /// A client of the account.
    Client(Client),
    /// A SIP address.
    Sip(Sip),
    /// A noun that has no type here, such as `<Conference>`.
    Other(Element),
}

impl Noun {
    /// Its name in a document, such as `Number`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Number(_) => Number::NAME,
            Self::Client(_) => Client::NAME,
            Self::Sip(_) => Sip::NAME,
            Self::Other(element) => &element.name,
        }
    }

    fn read(element: Element) -> Self {
        match element.name.as_str() {
            Number::NAME => Self::Number(Number::read(element)),
            Client::NAME => Self::Client(Client::read(element)),
            Sip::NAME => Self::Sip(Sip::read(element)),
            _ => Self::Other(element),
        }
    }

    fn to_element(&self) -> Element {
        match self {
            Self::Number(number) => number.to_element(),
            Self::Client(client) => client.to_element(),
            Self::Sip(sip) => sip.to_element(),
            Self::Other(element) => element.clone(),
        }
    }
}

impl From<Number> for Noun {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<Client> for Noun {
    fn from(client: Client) -> Self {
        Self::Client(client)
    }
}

impl From<Sip> for Noun {
    fn from(sip: Sip) -> Self {
        Self::Sip(sip)
    }
}

impl From<Element> for Noun {
    fn from(element: Element) -> Self {
        Self::read(element)
    }
}

element! {
    /// A phone to call.
    Number = "Number"
    content {
        /// Its number, in E.164.
        number: String,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text = "statusCallbackMethod",
        /// Keys to play when it is answered.
        send_digits: text = "sendDigits",
    }
}

element! {
    /// A SIP address to call.
    Sip = "Sip"
    content {
        /// The address, such as `sip:kate@example.com`.
        uri: String,
        /// Anything else that stood in it, from the first element on.
        other_content: Vec<Node>,
    }
    attributes {
        /// The user name that the far end asks for.
        username: text = "username",
        /// The password that the far end asks for.
        password: text = "password",
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text = "statusCallbackMethod",
    }
}

/// A noun that holds one address, white space around it not counted.
macro_rules! address {
    ($($type:ident { $field:ident })*) => {$(
        impl $type {
            #[doc = concat!("`<", stringify!($type), ">` of this address.")]
            #[must_use]
            pub fn new($field: impl Into<String>) -> Self {
                Self { $field: $field.into(), ..Self::default() }
            }

            fn read(mut element: Element) -> Self {
                let this = Self::taking_attributes(&mut element);
                let (lead, other_content) = element.into_lead();
                Self { $field: chars::trim(&lead).to_owned(), other_content, ..this }
            }

            fn to_element(&self) -> Element {
                self.with_children(lead(&self.$field, &self.other_content))
            }
        }
    )*};
}

address!(Number { number } Sip { uri });

element! {
    /// A client of the account to call.
    Client = "Client"
    content {
        /// Its name, without `client:`.
        identity: String,
        /// Parameters that its `incoming` event carries: name and value.
        parameters: Vec<(String, String)>,
        /// Anything else that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// A document for the called leg, before the two are connected.
        url: text = "url",
        /// `GET` or `POST`, for `url`.
        method: text = "method",
        /// Where to post how the called leg is.
        status_callback: text = "statusCallback",
        /// When to post: `initiated`, `ringing`, `answered`, `completed`.
        status_callback_event: words = "statusCallbackEvent",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text = "statusCallbackMethod",
    }
}

const IDENTITY: &str = "Identity";
const PARAMETER: &str = "Parameter";

impl Client {
    /// The client of this name.
    #[must_use]
    pub fn new(identity: impl Into<String>) -> Self {
        Self {
            identity: identity.into(),
            ..Self::default()
        }
    }

    /// Adds a parameter that its `incoming` event carries.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Reads `<Client>name</Client>` and `<Client><Identity>name</Identity>…</Client>`.
    fn read(mut element: Element) -> Self {
        let mut this = Self::taking_attributes(&mut element);
        let (lead, rest) = element.into_lead();
        chars::trim(&lead).clone_into(&mut this.identity);
        let mut named = !this.identity.is_empty();
        for node in rest {
            match node {
                Node::Text(text) if chars::is_blank(&text) => {}
                Node::Text(text) => element::push_text(&mut this.other_content, &text),
                Node::Element(child) => {
                    if let Some(name) = identity(&child).filter(|_| !named) {
                        this.identity = name;
                        named = true;
                    } else if let Some(parameter) = parameter(&child) {
                        this.parameters.push(parameter);
                    } else {
                        this.other_content.push(Node::Element(child));
                    }
                }
            }
        }
        this
    }

    /// A name alone is written as text; with anything beside it, in `<Identity>`, as Twilio's
    /// documentation has it.
    fn to_element(&self) -> Element {
        if self.parameters.is_empty() && self.other_content.is_empty() {
            return self.with_children(lead(&self.identity, &[]));
        }
        let mut children = Vec::new();
        // Without a name, text that comes first would be taken for one.
        let text_first =
            self.parameters.is_empty() && matches!(self.other_content.first(), Some(Node::Text(_)));
        if !self.identity.is_empty() || text_first {
            children.push(Node::Element(
                Element::new(IDENTITY).text(self.identity.as_str()),
            ));
        }
        for (name, value) in &self.parameters {
            children.push(Node::Element(
                Element::new(PARAMETER)
                    .attribute("name", name)
                    .attribute("value", value),
            ));
        }
        children.extend(self.other_content.iter().cloned());
        self.with_children(children)
    }
}

/// The name in an `<Identity>` that holds nothing else.
fn identity(element: &Element) -> Option<String> {
    if element.name != IDENTITY || !element.attributes.is_empty() {
        return None;
    }
    match element.children.as_slice() {
        [] => Some(String::new()),
        [Node::Text(name)] => Some(chars::trim(name).to_owned()),
        [_, ..] => None,
    }
}

/// Name and value of a `<Parameter>` that has nothing else.
fn parameter(element: &Element) -> Option<(String, String)> {
    let plain = element.name == PARAMETER
        && element.attributes.len() == 2
        && element.children.iter().all(|node| match node {
            Node::Text(text) => chars::is_blank(text),
            Node::Element(_) => false,
        });
    let pair = (element.get("name")?, element.get("value")?);
    plain.then(|| (pair.0.to_owned(), pair.1.to_owned()))
}
