//! Problems, and how they are told.

use crate::{MAX_BYTES, MAX_SAY_CHARS};
use std::fmt::{self, Display, Formatter};

/// Something that Twilio would refuse or ignore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The path to the element, such as `Response/Dial[2]/Number[1]`; behind it `/@url` for an
    /// attribute and `/text()` for text.
    pub place: String,
    /// What is wrong there. It displays as a sentence.
    pub kind: ProblemKind,
}

impl Problem {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.kind.severity()
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (severity, kind) = (self.severity(), &self.kind);
        write!(
            f,
            "line {}, column {}: {severity}: {kind}",
            self.line, self.column
        )
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Twilio goes on, but not as the document says.
    Warning,
    /// Twilio refuses the document, the verb or the value.
    Error,
}

impl Display for Severity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// An element that Twilio does not know.
    UnknownElement {
        /// Its name.
        name: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// An element that may not stand where it stands.
    Misplaced {
        /// Its name.
        name: &'static str,
        /// Where it stands.
        parent: &'static str,
        /// Where it may stand.
        parents: Vec<&'static str>,
    },
    /// An attribute that the element does not have.
    UnknownAttribute {
        /// The element.
        element: &'static str,
        /// The attribute.
        name: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// A value that is none of the words that the attribute takes.
    Word {
        /// The element.
        element: &'static str,
        /// The attribute.
        name: &'static str,
        /// The value.
        value: String,
        /// The words.
        words: &'static [&'static str],
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// A value that is none of the words that are known; Twilio adds to them.
    UnusualWord {
        /// The element.
        element: &'static str,
        /// The attribute.
        name: &'static str,
        /// The value.
        value: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// A value of the wrong kind.
    Value {
        /// The element.
        element: &'static str,
        /// The attribute.
        name: &'static str,
        /// The value.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// A number that is too small or too large.
    Range {
        /// The element.
        element: &'static str,
        /// The attribute.
        name: &'static str,
        /// The value.
        value: String,
        /// The smallest that Twilio takes.
        least: u32,
        /// The largest that Twilio takes.
        most: u32,
    },
    /// Text in an element that takes none.
    Text {
        /// The element.
        element: &'static str,
    },
    /// An element without the text that it is about.
    Hollow {
        /// The element.
        element: &'static str,
    },
    /// A verb behind one that ends the document.
    Unreached {
        /// That one.
        after: &'static str,
    },
    /// The document is longer than Twilio takes.
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A `<Say>` of more characters than Twilio speaks.
    SayTooLong {
        /// How many it has.
        characters: usize,
    },
}

impl ProblemKind {
    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::UnknownElement { .. }
            | Self::Misplaced { .. }
            | Self::Word { .. }
            | Self::Value { .. }
            | Self::Range { .. }
            | Self::Hollow { .. }
            | Self::TooLong { .. }
            | Self::SayTooLong { .. } => Severity::Error,
            Self::UnknownAttribute { .. }
            | Self::UnusualWord { .. }
            | Self::Text { .. }
            | Self::Unreached { .. } => Severity::Warning,
        }
    }
}

impl Display for ProblemKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownElement { name, near } => {
                write!(f, "Twilio knows no <{name}>")?;
                match near {
                    Some(near) => write!(f, "; did you mean <{near}>?"),
                    None => f.write_str("; take it out"),
                }
            }
            Self::Misplaced {
                name,
                parent,
                parents,
            } => {
                write!(f, "<{name}> cannot stand in <{parent}>; ")?;
                if parents.is_empty() {
                    return f.write_str("it is the whole document");
                }
                f.write_str("put it into ")?;
                listed(f, parents, |f, parent| write!(f, "<{parent}>"))
            }
            Self::UnknownAttribute {
                element,
                name,
                near,
            } => {
                write!(
                    f,
                    "<{element}> has no attribute {name} and Twilio ignores it"
                )?;
                meant(f, *near)
            }
            Self::Word {
                element,
                name,
                value,
                words,
                near,
            } => {
                write!(f, "{name}=\"{value}\" of <{element}> ")?;
                f.write_str("should be ")?;
                listed(f, words, |f, word| f.write_str(word))?;
                meant(f, *near)
            }
            Self::UnusualWord {
                element,
                name,
                value,
                near,
            } => {
                write!(
                    f,
                    "{name}=\"{value}\" of <{element}> is none that is known here; "
                )?;
                match near {
                    Some(near) => write!(f, "did you mean {near}?"),
                    None => f.write_str("see if Twilio has it"),
                }
            }
            Self::Value {
                element,
                name,
                value,
                expected,
            } => write!(f, "{name}=\"{value}\" of <{element}> should be {expected}"),
            Self::Range {
                element,
                name,
                value,
                least,
                most,
            } => {
                write!(f, "{name}=\"{value}\" of <{element}> should be ")?;
                match *most {
                    u32::MAX => write!(f, "at least {least}"),
                    most => write!(f, "from {least} to {most}"),
                }
            }
            Self::Text { element } => {
                write!(
                    f,
                    "<{element}> takes no text and Twilio ignores it; take it out"
                )
            }
            Self::Hollow { element } => {
                write!(
                    f,
                    "<{element}> is empty and means nothing; fill it or take it out"
                )
            }
            Self::Unreached { after } => {
                write!(
                    f,
                    "Twilio never comes here, since <{after}> stands before; take one out"
                )
            }
            Self::TooLong { bytes } => write!(
                f,
                "the document has {bytes} bytes and Twilio takes {MAX_BYTES}; \
                 split it by <Redirect>"
            ),
            Self::SayTooLong { characters } => write!(
                f,
                "<Say> has {characters} characters and Twilio speaks {MAX_SAY_CHARS}; \
                 split it into several"
            ),
        }
    }
}

fn meant(f: &mut Formatter<'_>, near: Option<&str>) -> fmt::Result {
    match near {
        Some(near) => write!(f, "; did you mean {near}?"),
        None => Ok(()),
    }
}

/// "a, b or c".
fn listed(
    f: &mut Formatter<'_>,
    words: &[&str],
    one: impl Fn(&mut Formatter<'_>, &str) -> fmt::Result,
) -> fmt::Result {
    for (index, word) in words.iter().enumerate() {
        match index {
            0 => {}
            _ if index + 1 == words.len() => f.write_str(" or ")?,
            _ => f.write_str(", ")?,
        }
        one(f, word)?;
    }
    Ok(())
}
