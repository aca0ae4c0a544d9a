//! Which characters XML 1.0 can hold, and how the others of its marks are written.
//!
//! Source: W3C, XML 1.0 (fifth edition), productions 2 (Char), 3 (S), 4 and 4a (Name).

/// Whether a document can hold this character, written as itself or by its number.
pub(crate) fn is_char(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first character that a document cannot hold, and where it begins.
pub(crate) fn first_unfit(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(mark) = next_marked(bytes, at, &ODD) {
        if is_unfit(bytes, mark) {
            return text[mark..].chars().next().map(|c| (mark, c));
        }
        at = mark + 1;
    }
    None
}

/// Whether XML calls this character white space.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether there is nothing but white space.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

/// Without the white space around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Whether this is the name of an element or attribute.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = name.as_bytes();
    if plain.first().is_some_and(u8::is_ascii_alphabetic)
        && plain.iter().all(u8::is_ascii_alphanumeric)
    {
        return true;
    }
    let mut chars = name.chars();
    chars.next().is_some_and(starts_name) && chars.all(continues_name)
}

fn starts_name(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}' | '\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn continues_name(c: char) -> bool {
    starts_name(c)
        || matches!(c,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}')
}

/// A character that XML cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) character: char,
    /// Which character of the text it is, from 1.
    pub(crate) position: usize,
}

/// Adds text between tags. A carriage return is written by its number: as itself, every reader
/// would take it for a line feed.
#[inline]
pub(crate) fn push_text(out: &mut String, text: &str) -> Result<(), Unfit> {
    push(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    })
}

/// Adds an attribute's value, to stand in double quotes. White space other than a blank is written
/// by its number: as itself, every reader would take it for a blank.
#[inline]
pub(crate) fn push_value(out: &mut String, value: &str) -> Result<(), Unfit> {
    push(out, value, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#9;"),
        b'\n' => Some("&#10;"),
        b'\r' => Some("&#13;"),
        _ => None,
    })
}

#[inline]
fn push(
    out: &mut String,
    text: &str,
    escape: impl Fn(u8) -> Option<&'static str>,
) -> Result<(), Unfit> {
    if is_plain(text.as_bytes()) {
        out.push_str(text);
        return Ok(());
    }
    push_marked(out, text, escape)
}

#[inline(never)]
fn push_marked(
    out: &mut String,
    text: &str,
    escape: impl Fn(u8) -> Option<&'static str>,
) -> Result<(), Unfit> {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    while let Some(mark) = next_marked(bytes, at, &MARKED) {
        if let Some(escaped) = escape(bytes[mark]) {
            out.push_str(&text[done..mark]);
            out.push_str(escaped);
            done = mark + 1;
        } else if is_unfit(bytes, mark) {
            return Err(Unfit::of(text, mark));
        }
        at = mark + 1;
    }
    out.push_str(&text[done..]);
    Ok(())
}

impl Unfit {
    #[cold]
    fn of(text: &str, at: usize) -> Self {
        Self {
            character: text[at..].chars().next().unwrap_or_default(),
            position: text[..at].chars().count() + 1,
        }
    }
}

/// Whether there is nothing but ASCII that stands for itself everywhere: most of what is written.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let odd = if let Some(last) = bytes.last_chunk() {
        // What whole words leave over is looked at with the bytes before it once more.
        let words = bytes.as_chunks().0.iter();
        words.fold(odd(*last), |found, word| found | odd(*word))
    } else if let (Some([a, b, c, d]), Some([e, f, g, h])) =
        (bytes.first_chunk(), bytes.last_chunk())
    {
        odd([*a, *b, *c, *d, *e, *f, *g, *h])
    } else if let ([first, ..], [.., last]) = (bytes, bytes) {
        let middle = bytes[bytes.len() / 2];
        odd([*first, middle, *last, b' ', b' ', b' ', b' ', b' '])
    } else {
        0
    };
    odd == 0
}

/// Not zero when one of the bytes is a control character, `<`, `>`, `"`, `&` or not ASCII: looks at
/// all of them at once. As long as each is ASCII, taking `n` from each sets the highest bit where
/// one is less than `n`; what it borrows from the next byte matters only when one is already found.
#[inline]
fn odd(bytes: [u8; 8]) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let word = u64::from_le_bytes(bytes);
    let control = word.wrapping_sub(EACH * 0x20);
    // Two bits of difference each: `<` and `>`, `"` and `&`.
    let angle = ((word | (EACH * 2)) ^ (EACH * 0x3e)).wrapping_sub(EACH);
    let quote_or_and = ((word | (EACH * 4)) ^ (EACH * 0x26)).wrapping_sub(EACH);
    (word | control | angle | quote_or_and) & (EACH * 0x80)
}

/// Which bytes are looked at closely.
type Marks = [bool; 256];

/// Bytes that may begin a character that XML cannot hold.
const ODD: Marks = marks(b"\xef");

/// Those, and bytes that may have to be escaped.
const MARKED: Marks = marks(b"\xef&<>\"");

/// Control characters and these.
const fn marks(others: &[u8]) -> Marks {
    let mut marks = [false; 256];
    let mut control = 0;
    while control < b' ' as usize {
        marks[control] = true;
        control += 1;
    }
    let mut index = 0;
    while index < others.len() {
        marks[others[index] as usize] = true;
        index += 1;
    }
    marks
}

/// So many bytes are looked at together.
const CHUNK: usize = 8;

/// The first marked byte from `at` on.
fn next_marked(bytes: &[u8], mut at: usize, marks: &Marks) -> Option<usize> {
    while let Some(chunk) = bytes.get(at..at + CHUNK) {
        let found = chunk
            .iter()
            .fold(false, |found, b| found | marks[usize::from(*b)]);
        if found {
            break;
        }
        at += CHUNK;
    }
    let rest = bytes.get(at..)?;
    let found = rest.iter().position(|b| marks[usize::from(*b)]);
    found.map(|index| at + index)
}

/// Whether a character begins here that XML cannot hold. What UTF-8 holds besides control
/// characters and U+FFFE and U+FFFF is fit.
fn is_unfit(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'\t' | b'\n' | b'\r' => false,
        0xef => bytes.get(at + 1) == Some(&0xbf) && matches!(bytes.get(at + 2), Some(0xbe | 0xbf)),
        byte => byte < b' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_judged_alike_by_its_bytes_and_by_itself() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let mut buffer = [0; 4];
            let text = &*c.encode_utf8(&mut buffer);
            assert_eq!(first_unfit(text).is_none(), is_char(c), "{c:?}");
            let mut out = String::new();
            assert_eq!(push_text(&mut out, text).is_ok(), is_char(c), "{c:?}");
            assert_eq!(push_value(&mut out, text).is_ok(), is_char(c), "{c:?}");
        }
    }

    #[test]
    fn every_byte_that_needs_a_look_gets_one_wherever_it_stands() {
        for byte in 0..=0x7f_u8 {
            let expected = byte >= b' ' && !b"&<>\"".contains(&byte);
            for (length, around) in (1..40).flat_map(|n| b"a ~!?=".map(|around| (n, around))) {
                for at in 0..length {
                    let mut bytes = vec![around; length];
                    bytes[at] = byte;
                    assert_eq!(is_plain(&bytes), expected, "{byte} at {at} of {length}");
                }
            }
        }
        assert!(is_plain(b""));
        assert!(!is_plain("plain but é".as_bytes()));
    }

    #[test]
    fn marks_are_found_wherever_they_stand() {
        for length in 0..50 {
            for at in 0..length {
                let (before, after) = ("é".repeat(at), "b".repeat(length - at));
                let mut out = "x".to_owned();
                push_text(&mut out, &format!("{before}<{after}")).unwrap();
                assert_eq!(out, format!("x{before}&lt;{after}"));
                let unfit = push_text(&mut out, &format!("{before}\u{ffff}{after}"));
                let expected = Unfit {
                    character: '\u{ffff}',
                    position: at + 1,
                };
                assert_eq!(unfit, Err(expected));
                let odd = format!("{before}\u{1}{after}");
                assert_eq!(first_unfit(&odd), Some((before.len(), '\u{1}')));
            }
        }
    }
}
