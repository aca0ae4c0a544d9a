//! What Twilio would refuse or ignore in a document, found by the tables.
//!
//! Sources: the tables (see `elements`), and Twilio's documentation of TwiML for Voice, 2026.

mod near;
mod problem;
mod value;

pub use problem::{Problem, ProblemKind, Severity};

use crate::{
    MAX_BYTES, MAX_SAY_CHARS, Say, chars,
    error::{ReadError, position, quoted},
    parse::{Attribute, Event, Parser, Tag},
    spec::{Spec, Text},
};

/// The longest document that is checked, in bytes. It is longer than what Twilio takes, so that
/// the other problems of one that is too long are told with it.
const MOST_BYTES: usize = 1024 * 1024;

/// So many problems are listed.
const MOST_PROBLEMS: usize = 1_000;

/// Behind these Twilio does nothing more.
const LAST: [&str; 3] = ["Hangup", "Redirect", "Reject"];

/// Lists what Twilio would refuse or ignore in a document, in the order of the places; at most
/// 1,000 problems.
///
/// # Errors
/// When it cannot be read: as for [`read`](crate::read), but up to a length of 1 MiB, since a
/// document that is only too long for Twilio is a problem among others.
pub fn check(xml: &str) -> Result<Vec<Problem>, ReadError> {
    problems(xml, MOST_BYTES)
}

pub(crate) fn problems(xml: &str, most_bytes: usize) -> Result<Vec<Problem>, ReadError> {
    let mut parser = Parser::new(xml, most_bytes)?;
    let mut checker = Checker {
        xml: parser.text(),
        open: Vec::new(),
        problems: Vec::new(),
    };
    // First of all, so that it is told however many problems there are.
    let bytes = checker.xml.len();
    if bytes > MAX_BYTES {
        checker.tell(MAX_BYTES, "", ProblemKind::TooLong { bytes });
    }
    loop {
        match parser.next()? {
            Event::Start(tag) => checker.start(&tag),
            Event::Text(text, at) => checker.text(&text, at),
            Event::End => checker.end(),
            Event::Eof => break,
        }
    }
    let mut problems = checker.problems;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Ok(problems)
}

struct Checker<'a> {
    xml: &'a str,
    open: Vec<Open<'a>>,
    problems: Vec<Problem>,
}

/// An element that is open.
struct Open<'a> {
    name: &'a str,
    /// Where it begins.
    at: usize,
    /// What the tables know of it.
    spec: Option<&'static Spec>,
    /// Which element of its parent it is, from 1.
    number: usize,
    /// How many elements stand in it so far.
    children: usize,
    /// How many attributes it has.
    attributes: usize,
    has_text: bool,
    /// How many characters it speaks, those of the elements in it included.
    spoken: usize,
    /// The verb behind which nothing is done.
    last: Option<&'static str>,
}

impl<'a> Checker<'a> {
    fn start(&mut self, tag: &Tag<'a>) {
        let spec = Spec::of(tag.name);
        let number = self.open.last_mut().map_or(0, |parent| {
            parent.children += 1;
            parent.children
        });
        let parent = self.open.last().map(|open| (open.spec, open.last));
        self.open.push(Open {
            name: tag.name,
            at: tag.at,
            spec,
            number,
            children: 0,
            attributes: tag.attributes.len(),
            has_text: false,
            spoken: 0,
            last: None,
        });
        if self.is_full() {
            return;
        }
        if let Some((parent, last)) = parent {
            if let Some(kind) = stands(tag.name, spec, parent) {
                self.tell(tag.at, "", kind);
            }
            if let Some(last) = last {
                self.tell(tag.at, "", ProblemKind::Unreached { after: last });
            }
        }
        if let Some(spec) = spec {
            for attribute in &tag.attributes {
                self.attribute(spec, attribute);
            }
        }
    }

    fn attribute(&mut self, spec: &'static Spec, attribute: &Attribute<'_>) {
        let part = format!("/@{}", quoted(attribute.name));
        let kind = match spec.attribute(attribute.name) {
            Some(known) => value::problem(spec, known, &attribute.value),
            None if is_foreign(attribute.name) => None,
            None => Some(ProblemKind::UnknownAttribute {
                element: spec.name,
                name: quoted(attribute.name),
                near: near::nearest(attribute.name, spec.attributes.iter().map(|a| a.name)),
            }),
        };
        if let Some(kind) = kind {
            self.tell(attribute.at, &part, kind);
        }
    }

    fn text(&mut self, text: &str, at: usize) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        open.spoken += text.chars().count();
        if chars::is_blank(text) {
            return;
        }
        let is_first = !std::mem::replace(&mut open.has_text, true);
        let takes_none = open.spec.filter(|spec| spec.text == Text::Absent);
        if let Some(spec) = takes_none.filter(|_| is_first) {
            let lead = text.len() - text.trim_start_matches(chars::is_space).len();
            let element = spec.name;
            self.tell(at + lead, "/text()", ProblemKind::Text { element });
        }
    }

    fn end(&mut self) {
        let Some(open) = self.open.last() else {
            return;
        };
        let is_hollow = !open.has_text && open.children == 0;
        let needs = open.spec.filter(|spec| match spec.text {
            Text::Required => is_hollow,
            // A `<Play>` of keys, an `<Enqueue>` of a workflow have attributes in place of text.
            Text::Optional => is_hollow && open.attributes == 0,
            Text::Absent => false,
        });
        let (at, characters, is_say) = (open.at, open.spoken, open.name == Say::NAME);
        if let Some(spec) = needs {
            let element = spec.name;
            self.tell(at, "", ProblemKind::Hollow { element });
        }
        if is_say && characters > MAX_SAY_CHARS {
            self.tell(at, "", ProblemKind::SayTooLong { characters });
        }
        let Some(closed) = self.open.pop() else {
            return;
        };
        if let Some(parent) = self.open.last_mut() {
            parent.spoken += closed.spoken;
            let last = LAST.into_iter().find(|last| *last == closed.name);
            // Only of verbs, which stand in the root.
            if parent.number == 0 && parent.last.is_none() {
                parent.last = last;
            }
        }
    }

    /// Whether no more problems are listed.
    fn is_full(&self) -> bool {
        self.problems.len() == MOST_PROBLEMS
    }

    /// Notes a problem of the innermost element; `part` is the part of it.
    fn tell(&mut self, at: usize, part: &str, kind: ProblemKind) {
        if self.is_full() {
            return;
        }
        let (line, column) = position(self.xml, at);
        let mut place = String::new();
        for open in &self.open {
            match open.number {
                0 => place.push_str(&quoted(open.name)),
                number => place.push_str(&format!("/{}[{number}]", quoted(open.name))),
            }
        }
        place.push_str(part);
        self.problems.push(Problem {
            line,
            column,
            place,
            kind,
        });
    }
}

/// What is wrong with where an element stands.
fn stands(
    name: &str,
    spec: Option<&'static Spec>,
    parent: Option<&'static Spec>,
) -> Option<ProblemKind> {
    match (spec, parent) {
        (None, _) => {
            let here = parent.map_or(&[][..], |parent| parent.children);
            let anywhere = Spec::all().map(|spec| spec.name);
            Some(ProblemKind::UnknownElement {
                name: quoted(name),
                near: near::nearest(name, here.iter().copied().chain(anywhere)),
            })
        }
        (Some(spec), Some(parent)) if !parent.holds(spec.name) => {
            let parents = Spec::all().filter(|parent| parent.holds(spec.name));
            Some(ProblemKind::Misplaced {
                name: spec.name,
                parent: parent.name,
                parents: parents.map(|parent| parent.name).collect(),
            })
        }
        // Of what stands in something unknown, nothing is known.
        (Some(_), Some(_) | None) => None,
    }
}

/// Whether an attribute is XML's own affair, such as `xmlns:xsi`.
fn is_foreign(name: &str) -> bool {
    name == "xmlns" || name.contains(':')
}
