//! Writing, straight to one string, and refusing what cannot be written.

mod fault;

pub use fault::WriteError;
pub(crate) use fault::{Fault, Outcome};

use crate::{MAX_BYTES, MAX_DEPTH, Node, Response, chars, elements::Part};
use fault::Cause;
use std::collections::HashSet;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Room for a usual document, so that it is written without moving.
const USUAL_BYTES: usize = 512;

/// So many attributes by name are compared with each other; more are put into a set.
const FEW: usize = 16;

pub(crate) fn document(response: &Response, pretty: bool) -> Result<String, WriteError> {
    let text = unbounded(response, pretty)?;
    match text.len() {
        bytes if bytes > MAX_BYTES => Err(WriteError::TooLong { bytes }),
        _ => Ok(text),
    }
}

/// A document that may be longer than Twilio takes.
pub(crate) fn unbounded(response: &Response, pretty: bool) -> Result<String, WriteError> {
    let mut writer = Writer::new();
    writer.spread = pretty;
    if pretty {
        writer.out.push('\n');
    }
    response
        .write(&mut writer)
        .map_err(|fault| fault.within(Response::NAME, 0).into_error())?;
    if pretty {
        writer.out.push('\n');
    }
    Ok(writer.out)
}

pub(crate) struct Writer {
    out: String,
    /// Whether each element of the one at hand gets a line of its own.
    spread: bool,
    /// How many elements are open.
    depth: usize,
    /// Whether the last start tag still has to be closed, by `>` or `/>`.
    is_open: bool,
}

impl Writer {
    /// Begins a document.
    pub(crate) fn new() -> Self {
        let mut out = String::with_capacity(USUAL_BYTES);
        out.push_str(DECLARATION);
        Self {
            out,
            spread: false,
            depth: 0,
            is_open: false,
        }
    }

    /// What has been written.
    pub(crate) fn into_text(self) -> String {
        self.out
    }

    /// How much has been written, in bytes.
    pub(crate) fn position(&self) -> usize {
        self.out.len()
    }

    /// Whether an attribute has been written from there on. Values hold no quotation marks, so
    /// `lead`, which is ` name="`, is found in no value.
    pub(crate) fn has_since(&self, position: usize, lead: &str) -> bool {
        self.out[position..].contains(lead)
    }

    /// Begins an element; attributes may follow, then text and elements.
    #[inline]
    pub(crate) fn begin(&mut self, name: &str) -> Outcome {
        if self.depth == MAX_DEPTH {
            return Err(Fault::around(Cause::TooDeep));
        }
        self.depth += 1;
        self.out.push('<');
        self.out.push_str(name);
        self.is_open = true;
        Ok(())
    }

    /// Ends the element.
    #[inline]
    pub(crate) fn end(&mut self, name: &str) {
        self.depth -= 1;
        if self.is_open {
            self.out.push_str("/>");
            self.is_open = false;
        } else {
            self.out.push_str("</");
            self.out.push_str(name);
            self.out.push('>');
        }
    }

    /// Adds an attribute; `lead` is ` name="`, and is copied fast where it is known beforehand.
    #[inline]
    pub(crate) fn attribute(&mut self, lead: &str, value: &str) -> Outcome {
        self.out.push_str(lead);
        self.value(lead, value)
    }

    /// Adds an attribute whose value has nothing in it to escape.
    #[inline]
    pub(crate) fn plain(&mut self, lead: &str, value: &str) -> Outcome {
        self.out.push_str(lead);
        self.out.push_str(value);
        self.out.push('"');
        Ok(())
    }

    #[inline(never)]
    fn value(&mut self, lead: &str, value: &str) -> Outcome {
        let pushed = chars::push_value(&mut self.out, value);
        self.out.push('"');
        pushed.map_err(|unfit| Fault::in_attribute(lead, unfit))
    }

    /// Adds an attribute of words, none when there are no words.
    #[inline]
    pub(crate) fn attribute_words<W: AsRef<str>>(
        &mut self,
        lead: &str,
        words: impl IntoIterator<Item = W>,
    ) -> Outcome {
        let mut words = words.into_iter();
        let Some(first) = words.next() else {
            return Ok(());
        };
        self.out.push_str(lead);
        let start = self.out.len();
        let mut pushed = chars::push_value(&mut self.out, first.as_ref());
        for word in words {
            if pushed.is_ok() {
                self.out.push(' ');
                pushed = chars::push_value(&mut self.out, word.as_ref());
            }
        }
        self.out.push('"');
        pushed.map_err(|unfit| Fault::in_words(lead, unfit, &self.out[start..]))
    }

    /// Adds attributes given by name; `is_written` tells those that have been.
    #[inline]
    pub(crate) fn others(
        &mut self,
        others: &[(String, String)],
        is_written: impl Fn(&str) -> bool,
    ) -> Outcome {
        if others.is_empty() {
            return Ok(());
        }
        self.some_others(others, is_written)
    }

    #[cold]
    fn some_others(
        &mut self,
        others: &[(String, String)],
        is_written: impl Fn(&str) -> bool,
    ) -> Outcome {
        let many = others.len() > FEW;
        let mut seen = HashSet::new();
        for (index, (name, value)) in others.iter().enumerate() {
            if !chars::is_name(name) {
                return Err(Fault::here(Cause::Name));
            }
            let twice = is_written(name)
                || if many {
                    !seen.insert(name)
                } else {
                    others[..index].iter().any(|(before, _)| before == name)
                };
            if twice {
                return Err(Fault::here(Cause::Twice(name.clone())));
            }
            self.out.push(' ');
            self.out.push_str(name);
            self.attribute("=\"", value).map_err(|mut fault| {
                fault.part = format!("/@{name}");
                fault
            })?;
        }
        Ok(())
    }

    /// Adds text; it may be empty.
    #[inline]
    pub(crate) fn text(&mut self, text: &str) -> Outcome {
        if text.is_empty() {
            return Ok(());
        }
        self.seal();
        self.some_text(text)
    }

    #[inline(never)]
    fn some_text(&mut self, text: &str) -> Outcome {
        chars::push_text(&mut self.out, text).map_err(Fault::in_text)
    }

    /// Adds what stands in an element in which white space may have a meaning.
    pub(crate) fn nodes(&mut self, nodes: &[Node]) -> Outcome {
        if nodes.is_empty() {
            return Ok(());
        }
        self.content(false, |children| children.nodes(nodes))
    }

    /// Adds what stands in an element in which white space has no meaning beside elements.
    pub(crate) fn container(&mut self, nodes: &[Node]) -> Outcome {
        if nodes.is_empty() {
            return Ok(());
        }
        let elements_only = nodes.iter().all(|node| !matches!(node, Node::Text(_)));
        self.content(elements_only, |children| children.nodes(nodes))
    }

    /// Adds the children of an element. `solid`: they are elements only, and white space between
    /// them has no meaning.
    #[inline]
    pub(crate) fn content(
        &mut self,
        solid: bool,
        write: impl FnOnce(&mut Children<'_>) -> Outcome,
    ) -> Outcome {
        let around = self.spread;
        self.spread = around && solid;
        let mut children = Children {
            writer: self,
            number: 0,
        };
        write(&mut children)?;
        if self.spread && !self.is_open {
            self.line(self.depth - 1);
        }
        self.spread = around;
        Ok(())
    }

    /// Closes the start tag, if it is still open.
    #[inline]
    pub(crate) fn seal(&mut self) {
        if self.is_open {
            self.out.push('>');
            self.is_open = false;
        }
    }

    #[cold]
    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        for _ in 0..indent {
            self.out.push_str("  ");
        }
    }
}

/// The children of an element, as they are written.
pub(crate) struct Children<'w> {
    writer: &'w mut Writer,
    /// How many elements have been written.
    number: usize,
}

impl<'w> Children<'w> {
    /// Further children of an element that has some.
    pub(crate) fn after(writer: &'w mut Writer, number: usize) -> Self {
        Self { writer, number }
    }

    /// How many elements have been written.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// Adds an element that has a type.
    #[inline]
    pub(crate) fn part<P: Part>(&mut self, part: &P) -> Outcome {
        self.element(P::NAME, |writer| part.write(writer))
    }

    /// Adds an element of this name.
    #[inline]
    pub(crate) fn element(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Writer) -> Outcome,
    ) -> Outcome {
        self.writer.seal();
        if self.writer.spread {
            self.writer.line(self.writer.depth);
        }
        self.number += 1;
        write(self.writer).map_err(|fault| fault.within(name, self.number))
    }

    /// Adds text; it may be empty.
    #[inline]
    pub(crate) fn text(&mut self, text: &str) -> Outcome {
        self.writer.text(text)
    }

    /// Adds nodes.
    pub(crate) fn nodes(&mut self, nodes: &[Node]) -> Outcome {
        nodes.iter().try_for_each(|node| node.write(self))
    }
}
