//! The usual ways in which an element holds what stands in it; see the tables in `elements`.

use crate::{Node, chars};

/// Makes how an element's content is read and written, its `new`, and `with` when the tables let
/// other elements stand in it.
macro_rules! content {
    (own $type:ident [$($child:ident)*]) => {};
    (nothing($rest:ident) $type:ident [$($child:ident)*]) => {
        impl $type {
            #[doc = concat!("`<", stringify!($type), ">` as Twilio does it when nothing is said.")]
            #[must_use]
            #[inline]
            pub fn new() -> Self {
                Self::default()
            }

            fn take_content(&mut self, content: Vec<crate::Node>) {
                self.$rest = crate::content::solid(content);
            }

            fn write_content(&self, writer: &mut crate::write::Writer) -> crate::write::Outcome {
                writer.container(&self.$rest)
            }

            pub(crate) fn text_into(&self, all: &mut String) {
                crate::node::text_into(&self.$rest, all);
            }
        }
        crate::content::adder!($rest $type [$($child)*]);
    };
    (address($field:ident, $rest:ident) $type:ident [$($child:ident)*]) => {
        impl $type {
            #[doc = concat!("`<", stringify!($type), ">` of this `", stringify!($field), "`.")]
            #[must_use]
            #[inline]
            pub fn new($field: impl Into<crate::Text>) -> Self {
                Self { $field: $field.into(), ..Self::default() }
            }

            fn take_content(&mut self, content: Vec<crate::Node>) {
                let (lead, rest) = crate::content::lead(content);
                self.$field = crate::content::trimmed(lead).into();
                self.$rest = crate::content::solid(rest);
            }

            fn write_content(&self, writer: &mut crate::write::Writer) -> crate::write::Outcome {
                writer.text(&self.$field)?;
                writer.nodes(&self.$rest)
            }

            pub(crate) fn text_into(&self, all: &mut String) {
                all.push_str(&self.$field);
                crate::node::text_into(&self.$rest, all);
            }
        }
        crate::content::adder!($rest $type [$($child)*]);
    };
    (words($field:ident, $rest:ident) $type:ident [$($child:ident)*]) => {
        impl $type {
            #[doc = concat!("`<", stringify!($type), ">` of these words.")]
            #[must_use]
            #[inline]
            pub fn new($field: impl Into<crate::Text>) -> Self {
                Self { $field: $field.into(), ..Self::default() }
            }

            fn take_content(&mut self, content: Vec<crate::Node>) {
                let (lead, rest) = crate::content::lead(content);
                (self.$field, self.$rest) = (lead.into(), rest);
            }

            fn write_content(&self, writer: &mut crate::write::Writer) -> crate::write::Outcome {
                writer.text(&self.$field)?;
                writer.nodes(&self.$rest)
            }

            pub(crate) fn text_into(&self, all: &mut String) {
                all.push_str(&self.$field);
                crate::node::text_into(&self.$rest, all);
            }
        }
        crate::content::adder!($rest $type [$($child)*]);
        crate::content::mixed!($field $rest $type [$($child)*]);
    };
}

/// Makes `with` for an element that holds others.
macro_rules! adder {
    ($rest:ident $type:ident []) => {};
    ($rest:ident $type:ident [$($child:ident)+]) => {
        impl $type {
            /// Adds an element that may stand in it:
            #[doc = concat!($("[`", stringify!($child), "`](crate::", stringify!($child), ") "),+)]
            #[must_use]
            #[inline]
            pub fn with(mut self, child: impl crate::ChildOf<Self>) -> Self {
                self.$rest.push(child.into());
                self
            }
        }
    };
}

/// Makes how words go on after an element among them.
macro_rules! mixed {
    ($field:ident $rest:ident $type:ident []) => {};
    ($field:ident $rest:ident $type:ident [$($child:ident)+]) => {
        impl $type {
            /// Adds words at the end.
            #[must_use]
            pub fn words(mut self, words: impl AsRef<str>) -> Self {
                if self.$rest.is_empty() {
                    self.$field.to_mut().push_str(words.as_ref());
                } else {
                    crate::node::push_text(&mut self.$rest, words.as_ref());
                }
                self
            }
        }
    };
}

pub(crate) use {adder, content, mixed};

/// The content without the white space between elements.
pub(crate) fn solid(mut content: Vec<Node>) -> Vec<Node> {
    content.retain(|node| !matches!(node, Node::Text(text) if chars::is_blank(text)));
    content
}

/// The text before the first element, and everything from there on.
pub(crate) fn lead(mut content: Vec<Node>) -> (String, Vec<Node>) {
    match content.first_mut() {
        Some(Node::Text(text)) => {
            let lead = std::mem::take(text);
            content.remove(0);
            (lead, content)
        }
        _ => (String::new(), content),
    }
}

/// The text without the white space around it.
pub(crate) fn trimmed(text: String) -> String {
    let solid = chars::trim(&text);
    if solid.len() == text.len() {
        text
    } else {
        solid.to_owned()
    }
}
