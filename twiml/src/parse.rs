//! Reading XML into a tree, strictly and within bounds.

use crate::{Element, MAX_BYTES, MAX_DEPTH, chars, response};
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_xml_entity,
    events::{BytesRef, BytesStart, Event},
};

/// Why a document cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1. For something wrong in a tag, where the tag begins.
    pub column: usize,
    /// What is wrong there.
    pub kind: ReadErrorKind,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadErrorKind {
    /// Longer than Twilio takes.
    #[error("the document is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Elements too deep in each other.
    #[error("elements lie more than {MAX_DEPTH} deep in each other")]
    TooDeep,
    /// It has a document type, which could define entities without end.
    #[error("a document type (DTD) is not taken")]
    DocumentType,
    /// A character that XML cannot hold, as itself or by its number.
    #[error("U+{:04X} cannot stand in XML", u32::from(*.0))]
    Character(char),
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
    /// Something else that is not well-formed.
    #[error("not well-formed: {0}")]
    NotWellFormed(String),
}

/// How much of the document's own text an error repeats, in characters.
const QUOTED: usize = 40;
/// How much of the parser's own words an error repeats, in characters.
const EXPLAINED: usize = 160;

pub(crate) fn document(xml: &str) -> Result<Element, ReadError> {
    // The mark that some editors put first is not part of the document.
    let xml = xml.strip_prefix('\u{feff}').unwrap_or(xml);
    if xml.len() > MAX_BYTES {
        return Err(at(xml, MAX_BYTES, ReadErrorKind::TooLong));
    }
    if let Some((offset, c)) = xml.char_indices().find(|(_, c)| !chars::is_char(*c)) {
        return Err(at(xml, offset, ReadErrorKind::Character(c)));
    }
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_comments = true;
    let mut tree = Tree::default();
    loop {
        let offset = offset(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            at(
                xml,
                self::offset(reader.error_position()),
                not_well_formed(&error),
            )
        })?;
        match tree.take(event, offset) {
            Ok(Next::More) => {}
            Ok(Next::End) => break,
            Err(kind) => return Err(at(xml, offset, kind)),
        }
    }
    match (tree.open.pop(), tree.root) {
        (Some(open), _) => Err(at(
            xml,
            xml.len(),
            ReadErrorKind::NotClosed(quoted(&open.name)),
        )),
        (None, None) => Err(at(xml, xml.len(), ReadErrorKind::Empty)),
        (None, Some(root)) => Ok(root),
    }
}

/// Offsets fit: the document is at most 64 kB long.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

enum Next {
    More,
    End,
}

/// The document so far.
#[derive(Default)]
struct Tree {
    /// The elements that are open, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, offset: usize) -> Result<Next, ReadErrorKind> {
        match event {
            Event::Start(start) => self.start(&start)?,
            Event::Empty(start) => {
                self.start(&start)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => {
                if text.contains("]]>") {
                    let words = "]]> stands in text".to_owned();
                    return Err(ReadErrorKind::NotWellFormed(words));
                }
                self.text(&text.xml10_content(), false)?;
            }
            Event::CData(text) => self.text(&text.xml10_content(), true)?,
            Event::GeneralRef(reference) => self.text(&resolved(&reference)?, true)?,
            Event::Decl(_) if offset > 0 => {
                let words = "the XML declaration is not at the beginning".to_owned();
                return Err(ReadErrorKind::NotWellFormed(words));
            }
            Event::DocType(_) => return Err(ReadErrorKind::DocumentType),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return Ok(Next::End),
        }
        Ok(Next::More)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), ReadErrorKind> {
        let name = start.name().into_inner();
        if !chars::is_name(name) {
            return Err(ReadErrorKind::Name(quoted(name)));
        }
        if self.open.is_empty() {
            if self.root.is_some() {
                return Err(ReadErrorKind::Outside);
            }
            if name != response::NAME {
                return Err(ReadErrorKind::NotAResponse(quoted(name)));
            }
        }
        if self.open.len() == MAX_DEPTH {
            return Err(ReadErrorKind::TooDeep);
        }
        let mut element = Element::new(name);
        for attribute in start.attributes() {
            let attribute =
                attribute.map_err(|error| ReadErrorKind::NotWellFormed(words(&error)))?;
            let name = attribute.key.into_inner();
            if !chars::is_name(name) {
                return Err(ReadErrorKind::Name(quoted(name)));
            }
            if attribute.value.contains('<') {
                let words = "< stands in an attribute's value".to_owned();
                return Err(ReadErrorKind::NotWellFormed(words));
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| not_well_formed(&error))?;
            if let Some(c) = value.chars().find(|c| !chars::is_char(*c)) {
                return Err(ReadErrorKind::Character(c));
            }
            element
                .attributes
                .push((name.to_owned(), value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        // The parser has checked that every end has its beginning.
        if let Some(closed) = self.open.pop() {
            match self.open.last_mut() {
                Some(parent) => parent.children.push(crate::Node::Element(closed)),
                None => self.root = Some(closed),
            }
        }
    }

    /// `marked`: it is not plain text, so not even white space may stand outside of the root.
    fn text(&mut self, text: &str, marked: bool) -> Result<(), ReadErrorKind> {
        match self.open.last_mut() {
            Some(element) => element.push_text(text),
            None if !marked && chars::is_blank(text) => {}
            None => return Err(ReadErrorKind::Outside),
        }
        Ok(())
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, ReadErrorKind> {
    let unknown = || ReadErrorKind::Entity(quoted(reference));
    match reference.resolve_char_ref() {
        Ok(Some(c)) if chars::is_char(c) => Ok(c.to_string()),
        Ok(Some(c)) => Err(ReadErrorKind::Character(c)),
        Ok(None) => resolve_xml_entity(reference)
            .map(str::to_owned)
            .ok_or_else(unknown),
        Err(_) => Err(unknown()),
    }
}

fn at(xml: &str, offset: usize, kind: ReadErrorKind) -> ReadError {
    let mut end = offset.min(xml.len());
    while !xml.is_char_boundary(end) {
        end -= 1;
    }
    let before = &xml[..end];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    ReadError {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        kind,
    }
}

fn not_well_formed(error: &quick_xml::Error) -> ReadErrorKind {
    ReadErrorKind::NotWellFormed(words(error))
}

fn words(error: &dyn std::fmt::Display) -> String {
    shortened(&error.to_string(), EXPLAINED)
}

fn quoted(text: &str) -> String {
    shortened(text, QUOTED)
}

fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
