//! Writing a tree, and refusing what cannot be written.

use crate::{Element, MAX_BYTES, MAX_DEPTH, Node, chars, dial, response, verbs};
use std::{collections::HashSet, fmt::Write as _};

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

pub(crate) fn document(root: &Element, pretty: bool) -> Result<String, WriteError> {
    let mut writer = Writer {
        out: DECLARATION.to_owned(),
        pretty,
        path: Vec::new(),
    };
    if pretty {
        writer.out.push('\n');
    }
    writer.element(root, 1)?;
    if pretty {
        writer.out.push('\n');
    }
    match writer.out.len() {
        bytes if bytes > MAX_BYTES => Err(WriteError::TooLong { bytes }),
        _ => Ok(writer.out),
    }
}

struct Writer<'a> {
    out: String,
    pretty: bool,
    /// The elements around, each with its number among its siblings.
    path: Vec<(&'a str, usize)>,
}

impl<'a> Writer<'a> {
    fn element(&mut self, element: &'a Element, number: usize) -> Result<(), WriteError> {
        if !chars::is_name(&element.name) {
            return Err(WriteError::Name {
                place: self.place(),
            });
        }
        if self.path.len() == MAX_DEPTH {
            return Err(WriteError::TooDeep {
                place: self.place(),
            });
        }
        self.path.push((&element.name, number));
        self.out.push('<');
        self.out.push_str(&element.name);
        self.attributes(element)?;
        if element.children.iter().all(is_empty) {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.children(element)?;
            let _ = write!(self.out, "</{}>", element.name);
        }
        self.path.pop();
        Ok(())
    }

    fn attributes(&mut self, element: &Element) -> Result<(), WriteError> {
        let mut seen = HashSet::new();
        for (name, value) in &element.attributes {
            if !chars::is_name(name) {
                return Err(WriteError::Name {
                    place: self.place(),
                });
            }
            if !seen.insert(name) {
                return Err(WriteError::Twice {
                    place: self.place(),
                    name: name.clone(),
                });
            }
            self.check(value, || format!("/@{name}"))?;
            let _ = write!(self.out, " {name}=\"");
            chars::push_value(&mut self.out, value);
            self.out.push('"');
        }
        Ok(())
    }

    fn children(&mut self, element: &'a Element) -> Result<(), WriteError> {
        let spread = self.pretty
            && self.path.iter().all(|(name, _)| is_container(name))
            && element
                .children
                .iter()
                .all(|node| matches!(node, Node::Element(_)));
        let mut number = 0;
        for node in &element.children {
            match node {
                Node::Element(child) => {
                    if spread {
                        self.line(self.path.len());
                    }
                    number += 1;
                    self.element(child, number)?;
                }
                Node::Text(text) => {
                    self.check(text, || "/text()".to_owned())?;
                    chars::push_text(&mut self.out, text);
                }
            }
        }
        if spread {
            self.line(self.path.len() - 1);
        }
        Ok(())
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        for _ in 0..indent {
            self.out.push_str("  ");
        }
    }

    fn check(&self, text: &str, part: impl FnOnce() -> String) -> Result<(), WriteError> {
        match text.chars().enumerate().find(|(_, c)| !chars::is_char(*c)) {
            None => Ok(()),
            Some((index, character)) => Err(WriteError::Character {
                place: self.place() + &part(),
                character,
                position: index + 1,
            }),
        }
    }

    /// The path to the element at hand, such as `Response/Dial[2]/Number[1]`.
    fn place(&self) -> String {
        let mut place = String::new();
        for (depth, (name, number)) in self.path.iter().enumerate() {
            let _ = match depth {
                0 => write!(place, "{name}"),
                _ => write!(place, "/{name}[{number}]"),
            };
        }
        if place.is_empty() {
            place.push_str("the document");
        }
        place
    }
}

fn is_empty(node: &Node) -> bool {
    match node {
        Node::Element(_) => false,
        Node::Text(text) => text.is_empty(),
    }
}

/// Whether white space between the elements in an element of this name has no meaning.
fn is_container(name: &str) -> bool {
    [
        response::NAME,
        dial::Dial::NAME,
        verbs::Gather::NAME,
        dial::Client::NAME,
    ]
    .contains(&name)
}
