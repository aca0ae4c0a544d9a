//! What Twilio knows, as data: made from the tables in `elements/`, looked up by the checker.
//!
//! ```
//! let dial = twiml::spec::Spec::of("Dial").expect("a verb");
//! assert!(dial.holds("Number") && !dial.holds("Say"));
//! assert_eq!(dial.attribute("timeout").expect("it has one").about, "How many seconds to ring.");
//! ```

pub use crate::known::Known;

use crate::{node, response};

/// An element as Twilio knows it.
#[derive(Debug)]
pub struct Spec {
    /// Its name, such as `Dial`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// Whether text stands in it.
    pub text: Text,
    /// The names of the elements that may stand in it.
    pub children: &'static [&'static str],
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

/// Whether text stands in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// None.
    Absent,
    /// It may.
    Optional,
    /// It must: without it the element means nothing.
    Required,
}

/// An attribute as Twilio knows it.
#[derive(Debug)]
pub struct Attribute {
    /// Its name, such as `timeLimit`.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub about: &'static str,
    /// What its value can be.
    pub kind: Kind,
}

/// What the value of an attribute can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Text,
    /// One of these words.
    Word(Known),
    /// Words with blanks between them, of a known set if there is one.
    Words(Option<Known>),
    /// A whole number.
    Number {
        /// The smallest that Twilio takes.
        least: u32,
        /// The largest that Twilio takes.
        most: u32,
        /// A word that may stand in its place, such as `auto`.
        or: Option<&'static str>,
    },
    /// Whole numbers with blanks between them.
    Numbers,
    /// `true` or `false`.
    Flag,
}

impl Spec {
    /// The element of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        Self::all().find(|spec| spec.name == name)
    }

    /// Every element, `<Response>` first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        std::iter::once(&response::SPEC).chain(node::SPECS.iter().copied())
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// Whether an element of this name may stand in it.
    #[must_use]
    pub fn holds(&self, child: &str) -> bool {
        self.children.contains(&child)
    }
}
