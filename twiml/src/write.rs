//! Writing, straight to one string, and refusing what cannot be written.

use crate::{MAX_BYTES, MAX_DEPTH, Node, Response, chars, elements::Part};
use std::collections::HashSet;

/// Why a document cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A character that XML 1.0 cannot hold, not even by its number.
    #[error("{place} has U+{:04X} as character {position}, which XML cannot hold", u32::from(*.character))]
    Character {
        /// Where: the path to an element's text, or to an attribute.
        place: String,
        /// Which.
        character: char,
        /// Its position in that text or value, from 1.
        position: usize,
    },
    /// An element or attribute whose name is no XML name.
    #[error("{place} has a part whose name is not an XML name")]
    Name {
        /// The path to the element it stands in, or that has it.
        place: String,
    },
    /// An attribute given twice, as by a field and by `other`.
    #[error("{place} has the attribute {name} twice")]
    Twice {
        /// The path to the element.
        place: String,
        /// The attribute.
        name: String,
    },
    /// Elements lie deeper in each other than Twilio's ever do.
    #[error("{place} has elements more than {MAX_DEPTH} deep")]
    TooDeep {
        /// The path to the element.
        place: String,
    },
    /// The document is longer than Twilio takes.
    #[error("the document has {bytes} bytes; Twilio takes {MAX_BYTES}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
}

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
    let mut writer = Writer {
        out: String::with_capacity(USUAL_BYTES),
        spread: pretty,
        depth: 0,
        is_open: false,
    };
    writer.out.push_str(DECLARATION);
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
    /// Begins an element; attributes may follow, then text and elements.
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

    /// Adds an attribute; `lead` is ` name="`.
    pub(crate) fn attribute(&mut self, lead: &str, value: &str) -> Outcome {
        self.out.push_str(lead);
        let pushed = chars::push_value(&mut self.out, value);
        self.out.push('"');
        pushed.map_err(|unfit| Fault::in_attribute(lead, unfit, 0))
    }

    /// Adds an attribute of words, none when there are no words.
    pub(crate) fn attribute_words(&mut self, lead: &str, words: &[String]) -> Outcome {
        let Some((first, more)) = words.split_first() else {
            return Ok(());
        };
        self.attribute(lead, first)?;
        for (index, word) in more.iter().enumerate() {
            // In place of the closing quote.
            self.out.pop();
            self.out.push(' ');
            chars::push_value(&mut self.out, word).map_err(|unfit| {
                let before = words[..=index].iter();
                let before = before.map(|word| word.chars().count() + 1).sum();
                Fault::in_attribute(lead, unfit, before)
            })?;
            self.out.push('"');
        }
        Ok(())
    }

    /// Adds attributes given by name; `is_written` tells those that have been.
    pub(crate) fn others(
        &mut self,
        others: &[(String, String)],
        is_written: impl Fn(&str) -> bool,
    ) -> Outcome {
        if others.is_empty() {
            return Ok(());
        }
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
    pub(crate) fn text(&mut self, text: &str) -> Outcome {
        if text.is_empty() {
            return Ok(());
        }
        self.seal();
        chars::push_text(&mut self.out, text).map_err(|unfit| {
            let mut fault = Fault::here(Cause::Character(unfit));
            fault.part = "/text()".to_owned();
            fault
        })
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
    fn seal(&mut self) {
        if self.is_open {
            self.out.push('>');
            self.is_open = false;
        }
    }

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

impl Children<'_> {
    /// Adds an element that has a type.
    pub(crate) fn part<P: Part>(&mut self, part: &P) -> Outcome {
        self.element(P::NAME, |writer| part.write(writer))
    }

    /// Adds an element of this name.
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
    pub(crate) fn text(&mut self, text: &str) -> Outcome {
        self.writer.text(text)
    }

    /// Adds nodes.
    pub(crate) fn nodes(&mut self, nodes: &[Node]) -> Outcome {
        nodes.iter().try_for_each(|node| node.write(self))
    }
}

pub(crate) type Outcome = Result<(), Box<Fault>>;

/// What cannot be written, with the way to it, which grows as it is handed out.
pub(crate) struct Fault {
    cause: Cause,
    /// The part of the innermost element, such as `/@url`.
    part: String,
    /// The elements around, innermost first, each with its number among its siblings; 0 for none.
    steps: Vec<(String, usize)>,
    /// Whether the place is the element around the one that finds it.
    is_around: bool,
}

enum Cause {
    Character(chars::Unfit),
    Name,
    Twice(String),
    TooDeep,
}

impl Fault {
    fn here(cause: Cause) -> Box<Self> {
        Box::new(Self {
            cause,
            part: String::new(),
            steps: Vec::new(),
            is_around: false,
        })
    }

    fn around(cause: Cause) -> Box<Self> {
        let mut fault = Self::here(cause);
        fault.is_around = true;
        fault
    }

    /// An element's name that is no XML name.
    pub(crate) fn bad_name() -> Box<Self> {
        Self::around(Cause::Name)
    }

    #[cold]
    fn in_attribute(lead: &str, unfit: chars::Unfit, before: usize) -> Box<Self> {
        let unfit = chars::Unfit {
            position: unfit.position + before,
            ..unfit
        };
        let mut fault = Self::here(Cause::Character(unfit));
        fault.part = format!("/@{}", lead.trim_matches([' ', '=', '"']));
        fault
    }

    fn within(mut self: Box<Self>, name: &str, number: usize) -> Box<Self> {
        if self.is_around {
            self.is_around = false;
        } else {
            self.steps.push((name.to_owned(), number));
        }
        self
    }

    /// The path, such as `Response/Dial[2]/Number[1]`.
    fn into_error(self) -> WriteError {
        let mut place = String::new();
        for (name, number) in self.steps.iter().rev() {
            match number {
                0 => place.push_str(name),
                _ => place.push_str(&format!("/{name}[{number}]")),
            }
        }
        place.push_str(&self.part);
        match self.cause {
            Cause::Character(unfit) => WriteError::Character {
                place,
                character: unfit.character,
                position: unfit.position,
            },
            Cause::Name => WriteError::Name { place },
            Cause::Twice(name) => WriteError::Twice { place, name },
            Cause::TooDeep => WriteError::TooDeep { place },
        }
    }
}
