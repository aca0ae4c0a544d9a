//! What cannot be written, and where.

use crate::{MAX_BYTES, MAX_DEPTH, chars};

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

pub(crate) type Outcome = Result<(), Box<Fault>>;

/// What cannot be written, with the way to it, which grows as it is handed out.
pub(crate) struct Fault {
    cause: Cause,
    /// The part of the innermost element, such as `/@url`.
    pub(super) part: String,
    /// The elements around, innermost first, each with its number among its siblings; 0 for none.
    steps: Vec<(String, usize)>,
    /// Whether the place is the element around the one that finds it.
    is_around: bool,
}

pub(super) enum Cause {
    Character(chars::Unfit),
    Name,
    Twice(String),
    TooDeep,
}

impl Fault {
    pub(super) fn here(cause: Cause) -> Box<Self> {
        Box::new(Self {
            cause,
            part: String::new(),
            steps: Vec::new(),
            is_around: false,
        })
    }

    pub(super) fn around(cause: Cause) -> Box<Self> {
        let mut fault = Self::here(cause);
        fault.is_around = true;
        fault
    }

    /// An element's name that is no XML name.
    pub(crate) fn bad_name() -> Box<Self> {
        Self::around(Cause::Name)
    }

    /// An attribute's name that is no XML name.
    pub(crate) fn bad_attribute_name() -> Box<Self> {
        Self::here(Cause::Name)
    }

    /// An attribute that has been written before.
    pub(crate) fn twice(lead: &str) -> Box<Self> {
        Self::here(Cause::Twice(named(lead).to_owned()))
    }

    #[cold]
    pub(super) fn in_attribute(lead: &str, unfit: chars::Unfit) -> Box<Self> {
        let mut fault = Self::here(Cause::Character(unfit));
        fault.part = format!("/@{}", named(lead));
        fault
    }

    #[cold]
    pub(super) fn in_text(unfit: chars::Unfit) -> Box<Self> {
        let mut fault = Self::here(Cause::Character(unfit));
        fault.part = "/text()".to_owned();
        fault
    }

    /// A word that cannot be written; `written` are the words before it, escaped.
    #[cold]
    pub(super) fn in_words(lead: &str, mut unfit: chars::Unfit, written: &str) -> Box<Self> {
        if let Some((before, _)) = written.rsplit_once(' ') {
            unfit.position += unescaped(before) + 1;
        }
        Self::in_attribute(lead, unfit)
    }

    #[cold]
    pub(crate) fn within(mut self: Box<Self>, name: &str, number: usize) -> Box<Self> {
        if self.is_around {
            self.is_around = false;
        } else {
            self.steps.push((name.to_owned(), number));
        }
        self
    }

    /// The path, such as `Response/Dial[2]/Number[1]`.
    pub(crate) fn into_error(self) -> WriteError {
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

/// The name in ` name="`.
fn named(lead: &str) -> &str {
    lead.trim_matches([' ', '=', '"'])
}

/// How many characters a value had before it was escaped.
fn unescaped(value: &str) -> usize {
    let mut is_reference = false;
    let counts = |c: &char| {
        let counted = !is_reference;
        is_reference = (is_reference || *c == '&') && *c != ';';
        counted
    };
    value.chars().filter(counts).count()
}
