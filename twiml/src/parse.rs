//! Reading XML as a sequence of events, strictly and within bounds.
//!
//! Source: W3C, XML 1.0 (fifth edition). A document type is refused, so there are no entities but
//! XML's own five, no default attributes and no attribute types.

mod reference;

use crate::{
    MAX_DEPTH, Response, chars,
    error::{ReadError, ReadErrorKind, error, quoted},
};
use reference::referred;
use std::{borrow::Cow, collections::HashSet};

/// So many attributes of a tag are compared with each other; more are put into a set.
const FEW: usize = 16;

pub(crate) enum Event<'a> {
    Start(Tag<'a>),
    /// Text of an element, references resolved, and where it begins. Text that stands together
    /// may come in several.
    Text(Cow<'a, str>, usize),
    End,
    Eof,
}

pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    /// Where its `<` is, in bytes.
    pub(crate) at: usize,
    pub(crate) attributes: Vec<Attribute<'a>>,
}

pub(crate) struct Attribute<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Cow<'a, str>,
    /// Where its name begins, in bytes.
    pub(crate) at: usize,
}

pub(crate) struct Parser<'a> {
    xml: &'a str,
    at: usize,
    /// The names of the elements that are open, outermost first.
    open: Vec<&'a str>,
    /// Whether the tag just read ends its element itself.
    is_ended: bool,
    has_root: bool,
}

impl<'a> Parser<'a> {
    /// A reader of documents of at most `most` bytes.
    pub(crate) fn new(xml: &'a str, most: usize) -> Result<Self, ReadError> {
        // The mark that some editors put first is not part of the document.
        let xml = xml.strip_prefix('\u{feff}').unwrap_or(xml);
        if xml.len() > most {
            return Err(error(xml, most, ReadErrorKind::TooLong(most)));
        }
        if let Some((at, c)) = chars::first_unfit(xml) {
            return Err(error(xml, at, ReadErrorKind::Character(u32::from(c))));
        }
        let mut parser = Self {
            xml,
            at: 0,
            open: Vec::new(),
            is_ended: false,
            has_root: false,
        };
        if let Some(rest) = xml.strip_prefix("<?xml")
            && rest.starts_with(chars::is_space)
        {
            parser.skip_past("?>", "the XML declaration does not end")?;
        }
        Ok(parser)
    }

    /// The document without the mark that may stand before it; positions count in it.
    pub(crate) fn text(&self) -> &'a str {
        self.xml
    }

    pub(crate) fn next(&mut self) -> Result<Event<'a>, ReadError> {
        if self.is_ended {
            self.is_ended = false;
            self.open.pop();
            return Ok(Event::End);
        }
        loop {
            let rest = self.rest();
            let Some(first) = rest.bytes().next() else {
                return self.eof();
            };
            if first != b'<' {
                if let Some(text) = self.characters()? {
                    return Ok(text);
                }
            } else if rest.starts_with("</") {
                return self.end();
            } else if rest.starts_with("<!--") {
                self.comment()?;
            } else if rest.starts_with("<![CDATA[") {
                return self.marked();
            } else if rest.starts_with("<!DOCTYPE") {
                return Err(self.fault(ReadErrorKind::DocumentType));
            } else if rest.starts_with("<!") {
                return Err(self.bad("<! begins nothing that XML knows"));
            } else if rest.starts_with("<?") {
                self.instruction()?;
            } else {
                return self.start();
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.xml[self.at..]
    }

    fn eof(&self) -> Result<Event<'a>, ReadError> {
        match self.open.last() {
            Some(name) => Err(self.fault(ReadErrorKind::NotClosed(quoted(name)))),
            None if self.has_root => Ok(Event::Eof),
            None => Err(self.fault(ReadErrorKind::Empty)),
        }
    }

    /// Text up to the next tag; none outside of the root, where only white space may stand.
    fn characters(&mut self) -> Result<Option<Event<'a>>, ReadError> {
        let rest = self.rest();
        let raw = &rest[..rest.find('<').unwrap_or(rest.len())];
        let at = self.at;
        if self.open.is_empty() {
            let Some(solid) = raw.find(|c| !chars::is_space(c)) else {
                self.at += raw.len();
                return Ok(None);
            };
            self.at += solid;
            return Err(self.fault(ReadErrorKind::Outside));
        }
        if let Some(mark) = raw.find("]]>") {
            self.at += mark;
            return Err(self.bad("]]> stands in text"));
        }
        let text = self.resolved(raw, at, "\n")?;
        self.at += raw.len();
        Ok(Some(Event::Text(text, at)))
    }

    /// `<![CDATA[…]]>`.
    fn marked(&mut self) -> Result<Event<'a>, ReadError> {
        if self.open.is_empty() {
            return Err(self.fault(ReadErrorKind::Outside));
        }
        let at = self.at;
        let raw = self.skip_past("]]>", "<![CDATA[ does not end")?;
        let raw = &raw["<![CDATA[".len()..raw.len() - "]]>".len()];
        let text = if raw.contains('\r') {
            Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(raw)
        };
        Ok(Event::Text(text, at))
    }

    fn comment(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        let raw = self.skip_past("-->", "a comment does not end")?;
        let inside = raw.get("<!--".len()..raw.len() - "-->".len());
        // `<!-->` ends with the dashes that it begins with.
        match inside.map(|inside| inside.contains("--") || inside.ends_with('-')) {
            Some(false) => Ok(()),
            Some(true) | None => {
                self.at = start;
                Err(self.bad("-- stands in a comment"))
            }
        }
    }

    fn instruction(&mut self) -> Result<(), ReadError> {
        let start = self.at;
        let raw = self.skip_past("?>", "a processing instruction does not end")?;
        let inside = raw.get(2..raw.len() - 2).unwrap_or_default();
        let target = &inside[..inside.find(chars::is_space).unwrap_or(inside.len())];
        if chars::is_name(target) && !target.eq_ignore_ascii_case("xml") {
            return Ok(());
        }
        self.at = start;
        if target.eq_ignore_ascii_case("xml") {
            return Err(self.bad("the XML declaration is not at the beginning"));
        }
        Err(self.fault(ReadErrorKind::Name(quoted(target))))
    }

    fn end(&mut self) -> Result<Event<'a>, ReadError> {
        let inside = &self.rest()[2..];
        let Some(length) = inside.find('>') else {
            return Err(self.bad("a tag does not end"));
        };
        let name = inside[..length].trim_end_matches(chars::is_space);
        match self.open.last() {
            Some(open) if *open == name => {
                self.open.pop();
                self.at += 2 + length + 1;
                Ok(Event::End)
            }
            Some(open) => Err(self.fault(ReadErrorKind::WrongEnd {
                found: quoted(name),
                expected: quoted(open),
            })),
            None => Err(self.bad("an element ends that has not begun")),
        }
    }

    fn start(&mut self) -> Result<Event<'a>, ReadError> {
        let at = self.at;
        self.at += 1;
        let name = self.name();
        if name.is_empty() && self.rest().is_empty() {
            self.at = at;
            return Err(self.bad("a tag does not end"));
        }
        let wrong = if !chars::is_name(name) {
            Some(ReadErrorKind::Name(quoted(name)))
        } else if self.open.is_empty() && self.has_root {
            Some(ReadErrorKind::Outside)
        } else if self.open.is_empty() && name != Response::NAME {
            Some(ReadErrorKind::NotAResponse(quoted(name)))
        } else if self.open.len() == MAX_DEPTH {
            Some(ReadErrorKind::TooDeep)
        } else {
            None
        };
        if let Some(kind) = wrong {
            self.at = at;
            return Err(self.fault(kind));
        }
        let attributes = self.attributes(at)?;
        self.has_root = true;
        self.open.push(name);
        Ok(Event::Start(Tag {
            name,
            at,
            attributes,
        }))
    }

    /// The attributes of a tag that begins at `start`, and its end.
    fn attributes(&mut self, start: usize) -> Result<Vec<Attribute<'a>>, ReadError> {
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let is_apart = self.skip_space();
            let rest = self.rest();
            if rest.starts_with('>') {
                self.at += 1;
                return Ok(attributes);
            }
            if rest.starts_with("/>") {
                self.at += 2;
                self.is_ended = true;
                return Ok(attributes);
            }
            if rest.is_empty() {
                self.at = start;
                return Err(self.bad("a tag does not end"));
            }
            if !is_apart {
                return Err(self.bad("an attribute needs a blank before it"));
            }
            let attribute = self.attribute()?;
            let name = attribute.name;
            let twice = if attributes.len() < FEW {
                attributes.iter().any(|before| before.name == name)
            } else {
                if seen.is_empty() {
                    seen.extend(attributes.iter().map(|before| before.name));
                }
                !seen.insert(name)
            };
            if twice {
                self.at = attribute.at;
                return Err(self.fault(ReadErrorKind::Twice(quoted(name))));
            }
            attributes.push(attribute);
        }
    }

    fn attribute(&mut self) -> Result<Attribute<'a>, ReadError> {
        let at = self.at;
        let name = self.name();
        if !chars::is_name(name) {
            self.at = at;
            return Err(self.fault(ReadErrorKind::Name(quoted(name))));
        }
        self.skip_space();
        if !self.rest().starts_with('=') {
            self.at = at;
            return Err(self.bad("an attribute has no value"));
        }
        self.at += 1;
        self.skip_space();
        let quote = match self.rest().bytes().next() {
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            Some(_) | None => return Err(self.bad("an attribute's value is not in quotes")),
        };
        let inside = &self.rest()[1..];
        let Some(length) = inside.find(quote) else {
            return Err(self.bad("an attribute's value does not end"));
        };
        let (raw, start) = (&inside[..length], self.at + 1);
        if let Some(mark) = raw.find('<') {
            self.at = start + mark;
            return Err(self.bad("< stands in an attribute's value"));
        }
        let value = self.resolved(raw, start, " ")?;
        self.at = start + length + 1;
        Ok(Attribute { name, value, at })
    }

    /// Everything up to what cannot be in a name.
    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let ends = |c| chars::is_space(c) || matches!(c, '=' | '/' | '>' | '<' | '"' | '\'');
        let name = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += name.len();
        name
    }

    fn skip_space(&mut self) -> bool {
        let solid = self.rest().trim_start_matches(chars::is_space);
        let start = self.at;
        self.at = self.xml.len() - solid.len();
        self.at > start
    }

    /// Goes on behind `end`, and gives what was passed, `end` included.
    fn skip_past(&mut self, end: &str, without: &'static str) -> Result<&'a str, ReadError> {
        let rest = self.rest();
        let Some(found) = rest.find(end) else {
            return Err(self.bad(without));
        };
        let passed = &rest[..found + end.len()];
        self.at += passed.len();
        Ok(passed)
    }

    /// Text or a value that begins at `at`, its references resolved. `feed` is what a line feed
    /// is read as; where that is a blank, a tab is too.
    fn resolved(&self, raw: &'a str, at: usize, feed: &str) -> Result<Cow<'a, str>, ReadError> {
        let is_value = feed == " ";
        let is_marked = |b: u8| b == b'&' || b == b'\r' || (is_value && matches!(b, b'\n' | b'\t'));
        if !raw.bytes().any(is_marked) {
            return Ok(Cow::Borrowed(raw));
        }
        let mut text = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(mark) = rest.bytes().position(is_marked) {
            text.push_str(&rest[..mark]);
            rest = &rest[mark..];
            if let Some(reference) = rest.strip_prefix('&') {
                let here = at + raw.len() - rest.len();
                let fault = |kind| error(self.xml, here, kind);
                let Some(length) = reference.find(';') else {
                    let words = "& stands alone; write &amp;";
                    return Err(fault(ReadErrorKind::NotWellFormed(words)));
                };
                text.push(referred(&reference[..length]).map_err(fault)?);
                rest = &reference[length + 1..];
            } else {
                text.push_str(feed);
                let passed = if rest.starts_with("\r\n") { 2 } else { 1 };
                rest = &rest[passed..];
            }
        }
        text.push_str(rest);
        Ok(Cow::Owned(text))
    }

    fn bad(&self, words: &'static str) -> ReadError {
        self.fault(ReadErrorKind::NotWellFormed(words))
    }

    fn fault(&self, kind: ReadErrorKind) -> ReadError {
        error(self.xml, self.at, kind)
    }
}
