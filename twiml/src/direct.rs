//! Documents written while they are told: nothing is kept but the text, so this is the fastest way
//! to answer a call. The types are those of the crate; what may stand where is checked by the
//! compiler as it is for them.
//!
//! ```
//! use twiml::{Dial, Hangup, Number, direct};
//!
//! let xml = direct::document(|response| {
//!     response
//!         .element::<Dial>(
//!             |dial| dial.timeout_s(20).caller_id("+12025550100"),
//!             |dial| dial.element::<Number>(|number| number, |number| number.text("+12025550101")),
//!         )
//!         .with(Hangup::new())
//! })?;
//! assert_eq!(
//!     xml,
//!     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Dial timeout=\"20\" \
//!      callerId=\"+12025550100\"><Number>+12025550101</Number></Dial><Hangup/></Response>"
//! );
//! # Ok::<(), twiml::WriteError>(())
//! ```
//!
//! A wrong nesting does not compile:
//!
//! ```compile_fail,E0277
//! use twiml::{Number, direct};
//!
//! let _ = direct::document(|response| response.element::<Number>(|a| a, |n| n.text("1")));
//! ```

use crate::{
    ChildOf, MAX_BYTES, Response, WriteError, chars,
    value::Value,
    write::{Children, Fault, Outcome, Writer},
};
use std::marker::PhantomData;

/// An element that has a type.
pub trait Typed {
    /// Its name in a document.
    const NAME: &'static str;
}

/// Writes a document: an XML declaration and no white space between elements.
///
/// # Errors
/// When XML or Twilio cannot hold it; the error tells the place.
pub fn document(
    build: impl FnOnce(Content<'_, Response>) -> Content<'_, Response>,
) -> Result<String, WriteError> {
    let mut pen = Pen {
        writer: Writer::new(),
        fault: None,
    };
    pen.element::<Response>(0, |attributes| attributes, build);
    if let Some(fault) = pen.fault {
        return Err(fault.into_error());
    }
    let text = pen.writer.into_text();
    match text.len() {
        bytes if bytes > MAX_BYTES => Err(WriteError::TooLong { bytes }),
        _ => Ok(text),
    }
}

struct Pen {
    writer: Writer,
    /// The first thing that could not be written; nothing is written after it.
    fault: Option<Box<Fault>>,
}

impl Pen {
    #[inline]
    fn element<E: Typed>(
        &mut self,
        number: usize,
        attributes: impl FnOnce(Attributes<'_, E>) -> Attributes<'_, E>,
        content: impl FnOnce(Content<'_, E>) -> Content<'_, E>,
    ) {
        if self.fault.is_some() {
            return;
        }
        let begun = self.writer.begin(E::NAME);
        self.note(begun);
        if self.fault.is_none() {
            let start = self.writer.position();
            attributes(Attributes {
                pen: self,
                start,
                seen: 0,
                element: PhantomData,
            });
        }
        if self.fault.is_none() {
            content(Content {
                pen: self,
                number: 0,
                element: PhantomData,
            });
        }
        match self.fault.take() {
            None => self.writer.end(E::NAME),
            Some(fault) => self.fault = Some(fault.within(E::NAME, number)),
        }
    }

    #[inline]
    fn note(&mut self, outcome: Outcome) {
        if let Err(fault) = outcome {
            self.fault = Some(fault);
        }
    }
}

/// The attributes of an `E`, being written. Each has a method, as `E` itself has.
pub struct Attributes<'w, E> {
    pen: &'w mut Pen,
    /// Where they begin in the text.
    start: usize,
    /// A bit for each name that has been written, though several names share one.
    seen: u64,
    element: PhantomData<fn() -> E>,
}

impl<E> Attributes<'_, E> {
    /// Sets any attribute by Twilio's name for it.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        if !chars::is_name(name) {
            self.pen.note(Err(Fault::bad_attribute_name()));
        } else if self.is_new(&format!(" {name}=\"")) {
            let lead = format!(" {name}=\"");
            let outcome = self.pen.writer.attribute(&lead, value);
            self.pen.note(outcome);
        }
        self
    }

    /// Writes the value behind `lead`, which is ` name="`.
    #[inline]
    pub(crate) fn set(self, lead: &'static str, value: &impl Value) -> Self {
        self.put(lead, |writer| value.write(lead, writer))
    }

    #[inline]
    pub(crate) fn set_text(self, lead: &'static str, value: &str) -> Self {
        self.put(lead, |writer| writer.attribute(lead, value))
    }

    #[inline]
    pub(crate) fn set_words<W: AsRef<str>>(
        self,
        lead: &'static str,
        words: impl IntoIterator<Item = W>,
    ) -> Self {
        self.put(lead, |writer| writer.attribute_words(lead, words))
    }

    #[inline]
    fn put(mut self, lead: &'static str, write: impl FnOnce(&mut Writer) -> Outcome) -> Self {
        if self.is_new(lead) {
            let outcome = write(&mut self.pen.writer);
            self.pen.note(outcome);
        }
        self
    }

    /// Whether an attribute can be written: nothing is wrong yet, and none of its name has been.
    #[inline]
    fn is_new(&mut self, lead: &str) -> bool {
        let bit = 1 << (hash(lead) % u64::BITS);
        let is_known = self.seen & bit != 0;
        self.seen |= bit;
        if self.pen.fault.is_some() {
            return false;
        }
        if is_known && self.pen.writer.has_since(self.start, lead) {
            self.pen.note(Err(Fault::twice(lead)));
            return false;
        }
        true
    }
}

/// A number for a name, for a literal found by the compiler.
#[inline]
fn hash(text: &str) -> u32 {
    let add = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    let hash = text.as_bytes().iter().fold(0x811c_9dc5, add);
    hash >> 16
}

/// What stands in an `E`, being written.
pub struct Content<'w, E> {
    pen: &'w mut Pen,
    /// How many elements have been written.
    number: usize,
    element: PhantomData<fn() -> E>,
}

impl<E> Content<'_, E> {
    /// Adds an element: first its attributes, then what stands in it.
    #[must_use]
    #[inline]
    pub fn element<C: Typed + ChildOf<E>>(
        mut self,
        attributes: impl FnOnce(Attributes<'_, C>) -> Attributes<'_, C>,
        content: impl FnOnce(Content<'_, C>) -> Content<'_, C>,
    ) -> Self {
        self.number += 1;
        self.pen.writer.seal();
        self.pen.element(self.number, attributes, content);
        self
    }

    /// Adds an element that is there already.
    #[must_use]
    pub fn with(mut self, child: impl ChildOf<E>) -> Self {
        if self.pen.fault.is_none() {
            let mut children = Children::after(&mut self.pen.writer, self.number);
            let outcome = child.into().write(&mut children);
            self.number = children.number();
            self.pen.note(outcome);
        }
        self
    }

    /// Adds text.
    #[must_use]
    #[inline]
    pub fn text(self, text: &str) -> Self {
        if self.pen.fault.is_none() {
            let outcome = self.pen.writer.text(text);
            self.pen.note(outcome);
        }
        self
    }
}
