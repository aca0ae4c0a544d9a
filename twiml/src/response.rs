//! A whole document.

use crate::{Element, Node, ReadError, Verb, WriteError, element, parse, write};

/// A TwiML document: what Twilio is to do with a call, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The instructions.
    pub verbs: Vec<Verb>,
    /// Text that stood directly in it, where Twilio expects none.
    pub text: Option<String>,
    /// Attributes of `<Response>`; Twilio knows none.
    pub other: Vec<(String, String)>,
}

pub(crate) const NAME: &str = "Response";

impl Response {
    /// A document that says nothing: the call ends, or goes on as it was.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an instruction.
    pub fn push(&mut self, verb: impl Into<Verb>) {
        self.verbs.push(verb.into());
    }

    /// Adds an instruction, and gives the document back.
    #[must_use]
    pub fn with(mut self, verb: impl Into<Verb>) -> Self {
        self.push(verb);
        self
    }

    /// Writes it: an XML declaration and no white space between elements.
    ///
    /// # Errors
    /// When XML or Twilio cannot hold it; the error tells the place.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        write::document(&self.to_element(), false)
    }

    /// Writes it for people: one element a line, indented by two blanks, where white space has no
    /// meaning.
    ///
    /// # Errors
    /// When XML or Twilio cannot hold it; the error tells the place.
    pub fn to_pretty_xml(&self) -> Result<String, WriteError> {
        write::document(&self.to_element(), true)
    }

    fn to_element(&self) -> Element {
        let mut children: Vec<Node> = self
            .verbs
            .iter()
            .map(|verb| Node::Element(verb.to_element()))
            .collect();
        element::push_text(&mut children, self.text.as_deref().unwrap_or_default());
        Element {
            name: NAME.to_owned(),
            attributes: self.other.clone(),
            children,
        }
    }
}

impl FromIterator<Verb> for Response {
    fn from_iter<I: IntoIterator<Item = Verb>>(verbs: I) -> Self {
        Self {
            verbs: verbs.into_iter().collect(),
            ..Self::default()
        }
    }
}

/// Reads a document.
///
/// Comments and processing instructions are passed over; entities other than XML's own five are
/// refused, and so is a document type. Attributes and elements without a type here are kept.
/// White space around addresses and between verbs does not count.
///
/// # Errors
/// When it is not well-formed, not a `<Response>`, longer than [`crate::MAX_BYTES`] or deeper than
/// [`crate::MAX_DEPTH`]; the error tells line and column.
pub fn read(xml: &str) -> Result<Response, ReadError> {
    let mut root = parse::document(xml)?;
    let other = std::mem::take(&mut root.attributes);
    let (verbs, text) = root.into_parts();
    Ok(Response {
        verbs: verbs.into_iter().map(Verb::read).collect(),
        text,
        other,
    })
}
