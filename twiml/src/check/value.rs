//! What is wrong with the value of an attribute.

use super::{near, problem::ProblemKind};
use crate::{
    chars,
    error::quoted,
    spec::{Attribute, Kind, Known, Spec},
    value::words,
};

pub(super) fn problem(
    spec: &'static Spec,
    attribute: &'static Attribute,
    value: &str,
) -> Option<ProblemKind> {
    let element = spec.name;
    let name = attribute.name;
    let trimmed = chars::trim(value);
    let wrong = |expected: String| ProblemKind::Value {
        element,
        name,
        value: quoted(value),
        expected,
    };
    match attribute.kind {
        Kind::Text => None,
        Kind::Word(known) => word(element, name, trimmed, known),
        Kind::Words(None) => None,
        Kind::Words(Some(known)) => words(trimmed).find_map(|w| word(element, name, w, known)),
        Kind::Number { or, .. } if or == Some(trimmed) => None,
        Kind::Number { least, most, or } => {
            let fits = |number: u64| number >= least.into() && number <= most.into();
            match number(trimmed) {
                Some(number) if fits(number) => None,
                Some(_) => Some(ProblemKind::Range {
                    element,
                    name,
                    value: quoted(value),
                    least,
                    most,
                }),
                None => Some(wrong(match or {
                    Some(word) => format!("a whole number or {word}"),
                    None => "a whole number".to_owned(),
                })),
            }
        }
        Kind::Numbers => words(trimmed)
            .any(|word| number(word).is_none())
            .then(|| wrong("whole numbers with blanks between them".to_owned())),
        Kind::Flag => {
            let is_flag = ["true", "false"]
                .iter()
                .any(|flag| trimmed.eq_ignore_ascii_case(flag));
            (!is_flag).then(|| wrong("true or false".to_owned()))
        }
    }
}

fn word(
    element: &'static str,
    name: &'static str,
    value: &str,
    known: Known,
) -> Option<ProblemKind> {
    if known.contains(value) {
        return None;
    }
    let near = near::nearest(value, known.words());
    let value = quoted(value);
    Some(match known {
        Known::Closed(words) => ProblemKind::Word {
            element,
            name,
            value,
            words,
            near,
        },
        Known::Open(_) => ProblemKind::UnusualWord {
            element,
            name,
            value,
            near,
        },
    })
}

/// A whole number, however large; `None` for anything else.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}
