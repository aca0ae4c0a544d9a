//! The tables: one entry for every verb, noun and SSML element, and in it one line for every
//! attribute. From an entry come the struct, its builder methods, how it is read and written, what
//! the checker knows of it, and its documentation.
//!
//! An entry says:
//! - the element's name, and whether text stands in it;
//! - which elements it `holds`, by their types;
//! - its `content`: the fields for what stands in it, and by `as` how they are read and written:
//!   - `nothing(rest)`: no text; white space between elements does not count;
//!   - `address(field, rest)`: text without the white space around it, and then `rest`;
//!   - `words(field, rest)`: text as it is up to the first element, and then `rest`;
//!   - `own`: the module says it itself;
//! - its `attributes`: field, kind of value, Twilio's name.
//!
//! Kinds of value: `text`, `text(Words)` (text, of which the checker knows the usual words),
//! `one(Enum)`, `words`, `words(Words)`, `number`, `number(least, most)`,
//! `number(least, most, "word")`, `numbers`, `flag`.
//!
//! Sources: names, nesting and words from the helper libraries twilio 9.13.0 (PyPI) and 6.2.0
//! (npm), which `tests/oracle.rs` compares. Bounds of numbers from Twilio's OpenAPI description of
//! the same settings in its REST API (ringing, machine detection, conferences, queues), its error
//! dictionary (13212, 13216, 13999: positive whole numbers), its announcement of calls of up to 24
//! hours, and its pages on `<Record>` and `<Pay>`; 2021 to 2026.

pub(crate) mod connect;
pub(crate) mod dial;
pub(crate) mod gather;
pub(crate) mod nouns;
pub(crate) mod pay;
pub(crate) mod relay;
pub(crate) mod ssml;
pub(crate) mod start;
pub(crate) mod verbs;

use crate::{
    Node,
    direct::Typed,
    write::{Outcome, Writer},
};
use std::borrow::Cow;

/// The attributes of an element as they are read: names, each once, and values.
pub(crate) type Attributes<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// An element that has a type.
pub(crate) trait Part: Typed + Default {
    /// Puts an attribute where it belongs; none of that name is in `other`.
    fn hold(&mut self, name: &str, value: Cow<'_, str>);

    /// Takes what stands in the element.
    fn fill(&mut self, content: Vec<Node>);

    fn write(&self, writer: &mut Writer) -> Outcome;
}

/// An element that may stand in a `P`, as the tables say. [`crate::Element`] may stand anywhere: it
/// is the way out for what Twilio has added since.
///
/// ```
/// use twiml::{Connect, Stream};
///
/// let _ = Connect::new().with(Stream::new().url("wss://media.example.com"));
/// ```
///
/// What Twilio would refuse does not compile:
///
/// ```compile_fail,E0277
/// use twiml::{Connect, Say};
///
/// let _ = Connect::new().with(Say::new("Hello"));
/// ```
///
/// ```compile_fail,E0277
/// use twiml::{Number, Response};
///
/// let _ = Response::new().with(Number::new("+12025550101"));
/// ```
pub trait ChildOf<P>: Into<Node> {}

/// The field's type for a kind of value.
macro_rules! field {
    (text $($of:tt)?) => { Option<crate::Text> };
    (one ($type:ident)) => { Option<crate::$type> };
    (words $($of:tt)?) => { Vec<crate::Text> };
    (number $($of:tt)?) => { Option<u32> };
    (numbers) => { Vec<u32> };
    (flag) => { Option<bool> };
}

/// What the checker knows of a kind of value.
macro_rules! kind {
    (text) => {
        crate::spec::Kind::Text
    };
    (text ($words:ident)) => {
        crate::spec::Kind::Word(crate::known::$words::KNOWN)
    };
    (one ($type:ident)) => {
        crate::spec::Kind::Word(crate::known::$type::KNOWN)
    };
    (words) => {
        crate::spec::Kind::Words(None)
    };
    (words ($words:ident)) => {
        crate::spec::Kind::Words(Some(crate::known::$words::KNOWN))
    };
    (number) => {
        crate::spec::Kind::Number {
            least: 0,
            most: u32::MAX,
            or: None,
        }
    };
    (number ($least:expr, $most:expr)) => {
        crate::spec::Kind::Number {
            least: $least,
            most: $most,
            or: None,
        }
    };
    (number ($least:expr, $most:expr, $or:literal)) => {
        crate::spec::Kind::Number {
            least: $least,
            most: $most,
            or: Some($or),
        }
    };
    (numbers) => {
        crate::spec::Kind::Numbers
    };
    (flag) => {
        crate::spec::Kind::Flag
    };
}

/// What the documentation says of a kind of value.
macro_rules! told {
    (text) => { "" };
    (text ($words:ident)) => { "" };
    (one ($type:ident)) => { "" };
    (words $(($words:ident))?) => { ": one word each" };
    (number) => { "" };
    (number ($least:expr, $most:expr $(, $or:literal)?)) => {
        concat!(": ", stringify!($least), " to ", stringify!($most) $(, ", or `", $or, "` by name")?)
    };
    (numbers) => { ": one number each" };
    (flag) => { "" };
}

/// The builder method for a kind of value.
macro_rules! setter {
    ($field:ident, $name:literal, text $($of:tt)?) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(mut self, value: impl Into<crate::Text>) -> Self {
            self.$field = Some(value.into());
            self
        }
    };
    ($field:ident, $name:literal, one ($type:ident)) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(mut self, value: crate::$type) -> Self {
            self.$field = Some(value);
            self
        }
    };
    ($field:ident, $name:literal, words $($of:tt)?) => {
        #[doc = concat!("Sets `", $name, "`: one word each.")]
        #[must_use]
        #[inline]
        pub fn $field<W: Into<crate::Text>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
            self.$field = words.into_iter().map(Into::into).collect();
            self
        }
    };
    ($field:ident, $name:literal, number $(($($of:tt)*))?) => {
        #[doc = concat!("Sets `", $name, "`", crate::elements::told!(number $(($($of)*))?), ".")]
        #[must_use]
        #[inline]
        pub fn $field(mut self, value: u32) -> Self {
            self.$field = Some(value);
            self
        }
    };
    ($field:ident, $name:literal, numbers) => {
        #[doc = concat!("Sets `", $name, "`: one number each.")]
        #[must_use]
        #[inline]
        pub fn $field(mut self, numbers: impl IntoIterator<Item = u32>) -> Self {
            self.$field = numbers.into_iter().collect();
            self
        }
    };
    ($field:ident, $name:literal, flag) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(mut self, value: bool) -> Self {
            self.$field = Some(value);
            self
        }
    };
}

/// The method by which an attribute is written at once; see [`crate::direct`].
macro_rules! direct {
    ($field:ident, $name:literal, text $($of:tt)?) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(self, value: impl AsRef<str>) -> Self {
            self.set_text(concat!(" ", $name, "=\""), value.as_ref())
        }
    };
    ($field:ident, $name:literal, one ($type:ident)) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(self, value: crate::$type) -> Self {
            self.set_text(concat!(" ", $name, "=\""), value.as_str())
        }
    };
    ($field:ident, $name:literal, words $($of:tt)?) => {
        #[doc = concat!("Sets `", $name, "`: one word each.")]
        #[must_use]
        #[inline]
        pub fn $field<W: AsRef<str>>(self, words: impl IntoIterator<Item = W>) -> Self {
            self.set_words(concat!(" ", $name, "=\""), words)
        }
    };
    ($field:ident, $name:literal, number $(($($of:tt)*))?) => {
        #[doc = concat!("Sets `", $name, "`", crate::elements::told!(number $(($($of)*))?), ".")]
        #[must_use]
        #[inline]
        pub fn $field(self, value: u32) -> Self {
            self.set(concat!(" ", $name, "=\""), &Some(value))
        }
    };
    ($field:ident, $name:literal, numbers) => {
        #[doc = concat!("Sets `", $name, "`: one number each.")]
        #[must_use]
        #[inline]
        pub fn $field(self, numbers: impl IntoIterator<Item = u32>) -> Self {
            let words = numbers.into_iter().map(|number| number.to_string());
            self.set_words(concat!(" ", $name, "=\""), words)
        }
    };
    ($field:ident, $name:literal, flag) => {
        #[doc = concat!("Sets `", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(self, value: bool) -> Self {
            self.set(concat!(" ", $name, "=\""), &Some(value))
        }
    };
}

/// Makes an element's type from its entry in the tables.
macro_rules! element {
    (
        $(#[doc = $doc:literal])*
        $type:ident = $xml:literal, text $text:ident, holds [$($child:ident)*],
        as $form:ident $(($($part:ident),+))?
        content { $($(#[doc = $cdoc:literal])* $cfield:ident: $ctype:ty,)* }
        attributes {
            $($(#[doc = $adoc:literal])* $afield:ident: $kind:ident $(($($of:tt)*))? = $aname:literal,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $type {
            $($(#[doc = $cdoc])* pub $cfield: $ctype,)*
            $(
                $(#[doc = $adoc])*
                ///
                #[doc = concat!(
                    "In a document: `", $aname, "`", crate::elements::told!($kind $(($($of)*))?), ".",
                )]
                pub $afield: crate::elements::field!($kind $(($($of)*))?),
            )*
            /// Attributes that have no field here, or a value that their field cannot hold.
            pub other: Vec<(String, String)>,
        }

        impl $type {
            /// The element's name in a document.
            pub const NAME: &'static str = $xml;

            pub(crate) const SPEC: crate::spec::Spec = crate::spec::Spec {
                name: $xml,
                about: concat!($($doc),*).trim_ascii(),
                text: crate::spec::Text::$text,
                children: &[$(crate::$child::NAME),*],
                attributes: &[$(crate::spec::Attribute {
                    name: $aname,
                    about: concat!($($adoc),*).trim_ascii(),
                    kind: crate::elements::kind!($kind $(($($of)*))?),
                }),*],
            };

            $(crate::elements::setter!($afield, $aname, $kind $(($($of)*))?);)*

            /// Sets any attribute by Twilio's name for it.
            ///
            /// It goes to its field when it has one that can hold the value, else to `other`.
            #[must_use]
            pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                let (name, value) = (name.into(), value.into());
                self.other.retain(|(other, _)| *other != name);
                crate::elements::Part::hold(&mut self, &name, value.into());
                self
            }
        }

        impl crate::direct::Typed for $type {
            const NAME: &'static str = $xml;
        }

        impl crate::direct::Attributes<'_, $type> {
            $(crate::elements::direct!($afield, $aname, $kind $(($($of)*))?);)*
        }

        impl crate::elements::Part for $type {

            fn hold(&mut self, name: &str, value: std::borrow::Cow<'_, str>) {
                match name {
                    $($aname => match crate::value::Value::read(value) {
                        Ok(held) => self.$afield = held,
                        Err(value) => {
                            self.$afield = Default::default();
                            self.other.push((name.to_owned(), value.into_owned()));
                        }
                    },)*
                    _ => self.other.push((name.to_owned(), value.into_owned())),
                }
            }

            fn fill(&mut self, content: Vec<crate::Node>) {
                self.take_content(content);
            }

            fn write(&self, writer: &mut crate::write::Writer) -> crate::write::Outcome {
                writer.begin($xml)?;
                $(crate::value::Value::write(
                    &self.$afield,
                    concat!(" ", $aname, "=\""),
                    writer,
                )?;)*
                writer.others(&self.other, |name| match name {
                    $($aname => crate::value::Value::is_set(&self.$afield),)*
                    _ => false,
                })?;
                self.write_content(writer)?;
                writer.end($xml);
                Ok(())
            }
        }

        $(impl crate::ChildOf<$type> for crate::$child {})*

        crate::content::content!($form $(($($part),+))? $type [$($child)*]);
    };
}

pub(crate) use {direct, element, field, kind, setter, told};
