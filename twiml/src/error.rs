//! Why a document cannot be read, and where.

use crate::MAX_DEPTH;

/// Why a document cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub kind: ReadErrorKind,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadErrorKind {
    /// Longer than is read.
    #[error("the document is longer than {0} bytes")]
    TooLong(usize),
    /// Elements too deep in each other.
    #[error("elements lie more than {MAX_DEPTH} deep in each other")]
    TooDeep,
    /// It has a document type, which could define entities without end.
    #[error("a document type (DTD) is not taken")]
    DocumentType,
    /// A character that XML cannot hold, as itself or by its number.
    #[error("U+{0:04X} cannot stand in XML")]
    Character(u32),
    /// A reference to something other than XML's five entities or a character.
    #[error("&{0}; is not known")]
    Entity(String),
    /// An element or attribute whose name is no XML name.
    #[error("{0:?} is not an XML name")]
    Name(String),
    /// The root is not `<Response>`.
    #[error("the document is <{0}>, not <Response>")]
    NotAResponse(String),
    /// No element at all.
    #[error("there is no <Response>")]
    Empty,
    /// Something that is not white space before or after `<Response>`.
    #[error("something stands outside of <Response>")]
    Outside,
    /// An element that does not end.
    #[error("<{0}> is not closed")]
    NotClosed(String),
    /// An end without its beginning.
    #[error("</{found}> stands where </{expected}> should")]
    WrongEnd {
        /// The name in the end tag.
        found: String,
        /// The element that is open.
        expected: String,
    },
    /// An attribute that stands twice in one tag.
    #[error("the attribute {0} stands twice")]
    Twice(String),
    /// Something else that is not well-formed.
    #[error("not well-formed: {0}")]
    NotWellFormed(&'static str),
}

/// How much of the document's own text an error repeats, in characters.
const QUOTED: usize = 40;

pub(crate) fn error(xml: &str, at: usize, kind: ReadErrorKind) -> ReadError {
    let (line, column) = position(xml, at);
    ReadError { line, column, kind }
}

/// Line and column of a byte, from 1; the column in characters.
pub(crate) fn position(xml: &str, at: usize) -> (usize, usize) {
    let mut end = at.min(xml.len());
    while !xml.is_char_boundary(end) {
        end -= 1;
    }
    let before = &xml[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// The document's own words, shortened.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
