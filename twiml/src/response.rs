//! A whole document.

use crate::{
    Node, Problem, ReadError, Verb, WriteError, chars, check,
    direct::Typed,
    read::document,
    spec::{Spec, Text},
    write::{self, Outcome, Writer},
};

/// A TwiML document: what Twilio is to do with a call, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The instructions.
    pub verbs: Vec<Verb>,
    /// Text that stood directly in it, where Twilio expects none.
    pub text: Option<crate::Text>,
    /// Attributes of `<Response>`; Twilio knows none.
    pub other: Vec<(String, String)>,
}

pub(crate) const SPEC: Spec = Spec {
    name: Response::NAME,
    about: "The document: what Twilio is to do with a call, in order.",
    text: Text::Absent,
    children: Verb::NAMES,
    attributes: &[],
};

impl Response {
    /// The element's name in a document.
    pub const NAME: &'static str = "Response";

    /// A document that says nothing: the call ends, or goes on as it was.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an instruction.
    #[inline]
    pub fn push(&mut self, verb: impl Into<Verb>) {
        self.verbs.push(verb.into());
    }

    /// Adds an instruction, and gives the document back.
    #[must_use]
    #[inline]
    pub fn with(mut self, verb: impl Into<Verb>) -> Self {
        self.push(verb);
        self
    }

    /// Writes it: an XML declaration and no white space between elements.
    ///
    /// # Errors
    /// When XML or Twilio cannot hold it; the error tells the place.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        write::document(self, false)
    }

    /// Writes it for people: one element a line, indented by two blanks, where white space has no
    /// meaning.
    ///
    /// # Errors
    /// When XML or Twilio cannot hold it; the error tells the place.
    pub fn to_pretty_xml(&self) -> Result<String, WriteError> {
        write::document(self, true)
    }

    /// Lists what Twilio would refuse or ignore, with lines and columns as
    /// [`to_pretty_xml`](Self::to_pretty_xml) would have them.
    ///
    /// # Errors
    /// When XML cannot hold it; the error tells the place.
    pub fn check(&self) -> Result<Vec<Problem>, WriteError> {
        let xml = write::unbounded(self, true)?;
        Ok(check::problems(&xml, usize::MAX).expect("what was written can be read"))
    }

    pub(crate) fn write(&self, writer: &mut Writer) -> Outcome {
        writer.begin(Self::NAME)?;
        writer.others(&self.other, |_| false)?;
        let text = self.text.as_deref().unwrap_or_default();
        let solid = text.is_empty() && !self.verbs.iter().any(Verb::is_text);
        writer.content(solid, |children| {
            self.verbs
                .iter()
                .try_for_each(|verb| verb.write(children))?;
            children.text(text)
        })?;
        writer.end(Self::NAME);
        Ok(())
    }
}

impl Typed for Response {
    const NAME: &'static str = Self::NAME;
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
    let (attributes, content) = document(xml)?;
    let other = attributes
        .into_iter()
        .map(|(name, value)| (name.into_owned(), value.into_owned()));
    let (verbs, text) = apart(content);
    Ok(Response {
        verbs,
        text,
        other: other.collect(),
    })
}

/// The elements in an element, and its own text without the white space around it.
pub(crate) fn apart<E: From<Node>>(content: Vec<Node>) -> (Vec<E>, Option<crate::Text>) {
    let mut elements = Vec::with_capacity(content.len());
    let mut text = String::new();
    for node in content {
        match node.into_text() {
            Ok(more) => text.push_str(&more),
            Err(element) => elements.push(element.into()),
        }
    }
    let text = chars::trim(&text);
    (elements, (!text.is_empty()).then(|| text.to_owned().into()))
}
