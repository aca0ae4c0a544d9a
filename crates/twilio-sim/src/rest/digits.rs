//! Telephone numbers as people and searches write them.

/// A number as E.164: `+` and 7 to 15 digits. Spaces and the usual marks are passed over; ten
/// digits, or eleven that begin with 1, are of North America.
pub(super) fn e164(text: &str) -> Option<String> {
    let (plus, rest) = match text.trim().strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits: String = rest
        .chars()
        .filter(|c| !matches!(c, ' ' | '(' | ')' | '-' | '.'))
        .collect();
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) || digits.starts_with('0') {
        return None;
    }
    match (plus, digits.len()) {
        (true, 7..=15) => Some(format!("+{digits}")),
        (false, 10) => Some(format!("+1{digits}")),
        (false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        (true | false, _) => None,
    }
}

/// A number as people write it: `(202) 555-0100` of North America, any other as it is.
pub(super) fn formatted(number: &str) -> String {
    let national = number.strip_prefix("+1").filter(|rest| rest.len() == 10);
    match national {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..])
        }
        Some(_) | None => number.to_owned(),
    }
}

/// Whether a number (E.164) contains a pattern: digits, letters as on a telephone's keys, `*` for
/// any digit, `%` for any digits or none, `+` first for the number's beginning, `$` last for its
/// end.
pub(super) fn contains(number: &str, pattern: &str) -> bool {
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    let (from_start, pattern) = match pattern.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let (to_end, pattern) = match pattern.strip_suffix('$') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    // Where in the number the pattern may have come to, character by character.
    let mut at: Vec<bool> = (0..=digits.len())
        .map(|start| start == 0 || !from_start)
        .collect();
    for wanted in pattern.bytes().map(key) {
        at = step(&at, &digits, wanted);
    }
    if to_end {
        at.last() == Some(&true)
    } else {
        at.contains(&true)
    }
}

/// Where a pattern may have come to after one more character.
fn step(at: &[bool], digits: &[u8], wanted: u8) -> Vec<bool> {
    let mut next = vec![false; at.len()];
    for (here, _) in at.iter().enumerate().filter(|(_, there)| **there) {
        match wanted {
            b'%' => next[here..].fill(true),
            _ if digits
                .get(here)
                .is_some_and(|is| wanted == b'*' || wanted == *is) =>
            {
                next[here + 1] = true;
            }
            _ => {}
        }
    }
    next
}

/// The digit of a letter on a telephone's keys; anything else stays.
const fn key(byte: u8) -> u8 {
    match byte.to_ascii_uppercase() {
        b'A'..=b'C' => b'2',
        b'D'..=b'F' => b'3',
        b'G'..=b'I' => b'4',
        b'J'..=b'L' => b'5',
        b'M'..=b'O' => b'6',
        b'P'..=b'S' => b'7',
        b'T'..=b'V' => b'8',
        b'W'..=b'Z' => b'9',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{contains, e164, formatted};

    #[test]
    fn numbers_are_brought_to_one_form() {
        for (text, number) in [
            ("+12025550101", Some("+12025550101")),
            ("+44 20 7946 0000", Some("+442079460000")),
            ("(202) 555-0101", Some("+12025550101")),
            ("1.202.555.0101", Some("+12025550101")),
            ("555-0101", None),
            ("+1", None),
            ("+0123456789", None),
            ("+1234567890123456", None),
            ("+1202555O101", None),
            ("++12025550101", None),
            ("", None),
        ] {
            assert_eq!(e164(text).as_deref(), number, "{text:?}");
        }
    }

    #[test]
    fn people_see_the_usual_form() {
        assert_eq!(formatted("+12025550100"), "(202) 555-0100");
        assert_eq!(formatted("+442079460000"), "+442079460000");
        assert_eq!(formatted("+1202555\u{e9}10"), "+1202555\u{e9}10");
    }

    #[test]
    fn patterns_find_digits_letters_and_ends() {
        let number = "+15105550123";
        for pattern in [
            "510",
            "555****",
            "+1510",
            "123$",
            "5KL",
            "+1%23$",
            "***********",
            "",
        ] {
            assert!(contains(number, pattern), "{pattern}");
        }
        for pattern in ["511", "55*****5", "+510", "12$", "************", "x!"] {
            assert!(!contains(number, pattern), "{pattern}");
        }
    }

    #[test]
    fn a_long_pattern_of_wildcards_is_soon_done() {
        let pattern = format!("{}!", "%*%".repeat(10_000));
        assert!(!contains("+123456789012345", &pattern));
        assert!(contains("+123456789012345", &"%".repeat(10_000)));
    }
}
