//! What stands in an element: text, any element that the tables know, or any other.

use crate::{
    ChildOf,
    elements::{
        Attributes, Part,
        connect::{
            AiSession, Autopilot, Config, Connect, Conversation, ConversationRelaySession,
            Parameter, Room, Stream, VirtualAgent,
        },
        dial::Dial,
        gather::Gather,
        nouns::{
            Application, ApplicationSid, Client, Conference, Header, Headers, Identity, Number,
            Queue, Sim, Sip, Uri, WhatsApp,
        },
        pay::{Pay, Prompt},
        relay::{ConversationRelay, Language},
        ssml::{
            Break, Emphasis, Lang, Paragraph, Phoneme, Prosody, SayAs, Sentence, Substitute, Word,
        },
        start::{Recording, Siprec, Start, Stop, Transcription},
        verbs::{
            Echo, Enqueue, Hangup, Leave, Pause, Play, Record, Redirect, Refer, Reject, Say, Sms,
            Task,
        },
    },
    spec::Spec,
    write::{Children, Fault, Outcome, Writer},
};
use std::{borrow::Cow, ops::Deref};

/// What an element is called in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name, such as `Conference`.
    pub name: Cow<'static, str>,
}

impl Tag {
    const fn known(name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
        }
    }
}

/// An element of any name, as it stands in a document: the way to write what Twilio has added
/// since. Its name is the field `name` of its [`Tag`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    tag: Tag,
    /// Its attributes in order, each name once.
    pub attributes: Vec<(String, String)>,
    /// What stands in it, in order.
    pub children: Vec<Node>,
}

impl Deref for Element {
    type Target = Tag;

    fn deref(&self) -> &Tag {
        &self.tag
    }
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            tag: Tag {
                name: Cow::Owned(name.into()),
            },
            attributes: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// Adds text at the end.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        push_text(&mut self.children, text.as_ref());
        self
    }

    /// Adds an element at the end; it gets its type when it has one.
    #[must_use]
    pub fn child(mut self, child: impl Into<Node>) -> Self {
        match child.into().into_text() {
            Ok(text) => push_text(&mut self.children, &text),
            Err(element) => self.children.push(element),
        }
        self
    }

    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All text in it and in the elements in it.
    #[must_use]
    pub fn all_text(&self) -> String {
        let mut all = String::new();
        text_into(&self.children, &mut all);
        all
    }

    fn write(&self, writer: &mut Writer) -> Outcome {
        if !crate::chars::is_name(&self.name) {
            return Err(Fault::bad_name());
        }
        writer.begin(&self.name)?;
        writer.others(&self.attributes, |_| false)?;
        writer.nodes(&self.children)?;
        writer.end(&self.name);
        Ok(())
    }
}

/// Makes the list of all elements.
macro_rules! nodes {
    ($($type:ident)*) => {
        /// Text or an element: one of those that Twilio knows, or any other.
        ///
        /// It lends the [`Tag`] of what it is, so that `node.name` is its name in every case;
        /// text is called `#text`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Node {
            /// Text, its references resolved.
            Text(String),
            $(#[doc = concat!("See [`crate::", stringify!($type), "`].")] $type(Box<$type>),)*
            /// An element that Twilio does not know.
            Element(Box<Element>),
        }

        pub(crate) const SPECS: &[&Spec] = &[$(&$type::SPEC),*];

        impl Deref for Node {
            type Target = Tag;

            fn deref(&self) -> &Tag {
                match self {
                    Self::Text(_) => const { &Tag::known("#text") },
                    $(Self::$type(_) => const { &Tag::known($type::NAME) },)*
                    Self::Element(element) => &element.tag,
                }
            }
        }

        impl Node {
            /// An element that has been read.
            pub(crate) fn assembled(
                name: &str,
                attributes: Attributes<'_>,
                content: Vec<Self>,
            ) -> Self {
                match name {
                    $($type::NAME => Self::$type(assembled(attributes, content)),)*
                    _ => Self::Element(Box::new(untyped(name, attributes, content))),
                }
            }

            pub(crate) fn write(&self, children: &mut Children<'_>) -> Outcome {
                match self {
                    Self::Text(text) => children.text(text),
                    $(Self::$type(part) => children.part(&**part),)*
                    Self::Element(element) => {
                        children.element(&element.name, |writer| element.write(writer))
                    }
                }
            }

            /// All text in it and in the elements in it.
            #[must_use]
            pub fn all_text(&self) -> String {
                let mut all = String::new();
                self.text_into(&mut all);
                all
            }

            pub(crate) fn text_into(&self, all: &mut String) {
                match self {
                    Self::Text(text) => all.push_str(text),
                    $(Self::$type(part) => part.text_into(all),)*
                    Self::Element(element) => text_into(&element.children, all),
                }
            }
        }

        $(impl From<$type> for Node {
            #[inline]
            fn from(part: $type) -> Self {
                Self::$type(Box::new(part))
            }
        })*
    };
}

nodes! {
    Say Play Pause Dial Record Gather Redirect Reject Hangup Connect Echo Enqueue Leave Pay Prompt
    Queue Refer Sms Start Stop Number Client Sip Application Conference Sim WhatsApp Identity
    Parameter ApplicationSid Uri Headers Header Task AiSession Autopilot Conversation
    ConversationRelay ConversationRelaySession Room Stream VirtualAgent Language Config Recording
    Siprec Transcription Break Emphasis Lang Paragraph Phoneme Prosody Sentence SayAs Substitute
    Word
}

impl Node {
    /// The text, or what it is if it is an element.
    pub(crate) fn into_text(self) -> Result<String, Self> {
        if let Self::Text(text) = self {
            Ok(text)
        } else {
            Err(self)
        }
    }
}

impl<P> ChildOf<P> for Element {}
impl<P> ChildOf<P> for Node {}

/// An element gets its type when it has one.
impl From<Element> for Node {
    fn from(element: Element) -> Self {
        if !SPECS.iter().any(|spec| spec.name == element.name) {
            return Self::Element(Box::new(element));
        }
        let attributes = element.attributes.into_iter();
        let attributes = attributes.map(|(name, value)| (name.into(), value.into()));
        Self::assembled(&element.tag.name, attributes.collect(), element.children)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Kept apart for each type, so that reading an element takes no more stack than its own type does.
#[inline(never)]
fn assembled<P: Part>(attributes: Attributes<'_>, content: Vec<Node>) -> Box<P> {
    let mut part = Box::<P>::default();
    for (name, value) in attributes {
        part.hold(&name, value);
    }
    part.fill(content);
    part
}

fn untyped(name: &str, attributes: Attributes<'_>, children: Vec<Node>) -> Element {
    let attributes = attributes.into_iter();
    let attributes = attributes.map(|(name, value)| (name.into_owned(), value.into_owned()));
    Element {
        attributes: attributes.collect(),
        children,
        ..Element::new(name)
    }
}

/// Adds text at the end, to the text that stands there already if any does.
pub(crate) fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Node::Text(last)) = nodes.last_mut() {
        last.push_str(text);
    } else {
        nodes.push(Node::Text(text.to_owned()));
    }
}

/// Adds all text in these nodes and in the elements among them.
pub(crate) fn text_into(nodes: &[Node], all: &mut String) {
    for node in nodes {
        node.text_into(all);
    }
}
