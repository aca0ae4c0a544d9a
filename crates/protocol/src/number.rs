//! Whom one can call: phone numbers in E.164 and clients by name; how people type them, how they
//! are written for people, how they are masked.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A phone number in E.164: `+`, then 7 to 15 digits, the first not 0.
///
/// Source: ITU-T E.164 (at most 15 digits); no country has numbers of fewer than 7 in all.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// The name of a client: what follows `client:`; 1 to 121 of `A-Z a-z 0-9 _ - .`.
///
/// Source: Twilio's Voice SDK documentation allows letters, digits and `_` in identities that
/// register, 121 characters at most; `-` and `.` occur in clients of other SDKs, so they are dialled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientName(String);

/// Whom one can call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A phone.
    Number(PhoneNumber),
    /// A client of the same account.
    Client(ClientName),
}

/// Why something typed is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AddressError {
    /// Nothing but spaces.
    #[error("nothing to call")]
    Empty,
    /// A character that is not part of a number.
    #[error("a number has only digits, spaces and + - ( ) . /")]
    NotANumber,
    /// A national number, and we do not know of which country.
    #[error("the number needs + and its country code")]
    NoCountryCode,
    /// Fewer digits than any number has.
    #[error("the number is too short")]
    TooShort,
    /// More than 15 digits.
    #[error("the number is too long")]
    TooLong,
    /// `client:` with a name that no client can have.
    #[error("a client's name has only letters, digits, _ - and .")]
    BadClientName,
}

const MIN_DIGITS: usize = 7;
const MAX_DIGITS: usize = 15;
const MAX_CLIENT_NAME: usize = 121;
/// The country code of Italy and the Vatican, whose numbers keep their first 0 when they are called
/// from abroad. Source: Italy's numbering plan, as the ITU published it for E.164.
const ITALY: &str = "39";

impl Address {
    /// Reads what people type or paste: `+44 20 7946 0018`, `(202) 555-0101`, `0044…`, `011…`,
    /// `tel:…`, `client:name`. `home` is our own number: it gives the country of a national one.
    ///
    /// # Errors
    /// The first reason for which it cannot be called.
    pub fn parse(typed: &str, home: Option<&PhoneNumber>) -> Result<Self, AddressError> {
        let text = typed.trim();
        if let Some(name) = strip_scheme(text, "client:") {
            return ClientName::new(name).map(Self::Client);
        }
        let text = strip_scheme(text, "tel:")
            .or_else(|| strip_scheme(text, "callto:"))
            .unwrap_or(text);
        PhoneNumber::parse(text, home).map(Self::Number)
    }
}

impl fmt::Display for Address {
    /// As Twilio writes it: `+442079460018` or `client:name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.write_str(&number.0),
            Self::Client(name) => write!(f, "client:{}", name.0),
        }
    }
}

impl PhoneNumber {
    /// Takes a number in E.164.
    ///
    /// # Errors
    /// When it is not.
    pub fn e164(text: &str) -> Result<Self, AddressError> {
        let digits = text.strip_prefix('+').ok_or(AddressError::NoCountryCode)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AddressError::NotANumber);
        }
        Self::from_digits(digits)
    }

    fn parse(text: &str, home: Option<&Self>) -> Result<Self, AddressError> {
        let (plus, digits) = Self::typed_digits(text, home)?;
        if digits.is_empty() {
            return Err(if plus {
                AddressError::TooShort
            } else {
                AddressError::Empty
            });
        }
        if plus {
            return Self::from_digits(&digits);
        }
        if is_nanp(home) {
            return match (digits.strip_prefix("011"), digits.len()) {
                (Some(abroad), _) => Self::from_digits(abroad),
                (None, 10) => Self::from_digits(&format!("1{digits}")),
                (None, 11) if digits.starts_with('1') => Self::from_digits(&digits),
                (None, n) if n < 10 => Err(AddressError::TooShort),
                (None, _) => Err(AddressError::NoCountryCode),
            };
        }
        if let Some(abroad) = digits.strip_prefix("00") {
            return Self::from_digits(abroad);
        }
        match (home, digits.strip_prefix('0')) {
            (Some(home), Some(_)) if home.calling_code() == ITALY => {
                Self::from_digits(&format!("{ITALY}{digits}"))
            }
            (Some(home), Some(national)) => {
                Self::from_digits(&format!("{}{national}", home.calling_code()))
            }
            (_, _) if digits.len() < MIN_DIGITS => Err(AddressError::TooShort),
            (_, _) => Err(AddressError::NoCountryCode),
        }
    }

    /// Whether there is a `+`, and the digits to dial. Of "+44 (0)20 …" the 0 in brackets is not
    /// among them: it is for those who call from within the country. Italy dials it always.
    fn typed_digits(text: &str, home: Option<&Self>) -> Result<(bool, String), AddressError> {
        let (plus, all) = read_digits(text)?;
        let (_, without) = read_digits(&text.replace("(0)", ""))?;
        let prefix = match (plus, is_nanp(home)) {
            (true, _) => "",
            (false, true) => "011",
            (false, false) => "00",
        };
        let goes = without
            .strip_prefix(prefix)
            .is_some_and(|abroad| !abroad.starts_with(ITALY));
        Ok((plus, if goes { without } else { all }))
    }

    fn from_digits(digits: &str) -> Result<Self, AddressError> {
        if digits.len() < MIN_DIGITS {
            return Err(AddressError::TooShort);
        }
        if digits.len() > MAX_DIGITS {
            return Err(AddressError::TooLong);
        }
        if digits.starts_with('0') {
            return Err(AddressError::NoCountryCode);
        }
        Ok(Self(format!("+{digits}")))
    }

    /// The number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The country calling code, without `+`: 1 to 3 digits.
    #[must_use]
    pub fn calling_code(&self) -> &str {
        let digits = &self.0[1..];
        // ITU-T E.164 list of assigned codes: zones 1 and 7 have one digit; these have two; the
        // rest three.
        const TWO: [&str; 43] = [
            "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45",
            "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61",
            "62", "63", "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94",
            "95",
        ];
        let length = match digits.as_bytes()[0] {
            b'1' | b'7' => 1,
            _ if TWO.contains(&&digits[..2]) || &digits[..2] == "98" => 2,
            _ => 3,
        };
        &digits[..length]
    }

    /// As people write it: `+44 20 7946 0018`, `+1 (202) 555-0101`.
    #[must_use]
    pub fn written(&self) -> String {
        let code = self.calling_code();
        let national = &self.0[1 + code.len()..];
        match (code, national.len()) {
            ("1", 10) => format!(
                "+1 ({}) {}-{}",
                &national[..3],
                &national[3..6],
                &national[6..]
            ),
            ("44", 10) if national.starts_with("20") => {
                format!("+44 20 {} {}", &national[2..6], &national[6..])
            }
            _ => format!("+{code} {}", grouped(national)),
        }
    }

    /// The number with all but its last two digits hidden: always six dots and two digits.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_tail(&self.0)
    }

    /// The masked number for a screen reader: `number ending in 1 8`.
    #[must_use]
    pub fn masked_spoken(&self) -> String {
        let tail = &self.0[self.0.len() - 2..];
        format!("number ending in {} {}", &tail[..1], &tail[1..])
    }
}

/// Reads what may precede the digits and stand between them.
fn read_digits(text: &str) -> Result<(bool, String), AddressError> {
    let mut plus = false;
    let mut digits = String::new();
    for c in text.chars() {
        if let Some(digit) = decimal_digit(c) {
            digits.push(digit);
        } else if matches!(c, '+' | '\u{ff0b}') && digits.is_empty() && !plus {
            plus = true;
        } else if !is_separator(c) {
            return Err(AddressError::NotANumber);
        }
    }
    Ok((plus, digits))
}

/// Whether it is of the North American Numbering Plan, which has prefixes of its own.
fn is_nanp(home: Option<&PhoneNumber>) -> bool {
    home.is_some_and(|home| home.calling_code() == "1")
}

fn mask_tail(e164: &str) -> String {
    format!("•••• ••{}", &e164[e164.len() - 2..])
}

fn grouped(national: &str) -> String {
    let mut out = String::new();
    let mut rest = national;
    while rest.len() > 4 {
        let (head, tail) = rest.split_at(3);
        out.push_str(head);
        out.push(' ');
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let head = text.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| text[scheme.len()..].trim())
}

fn decimal_digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        // Full-width digits, as East Asian keyboards type them.
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10),
        _ => None,
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        // Invisible marks that come along when a number is copied from a page.
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

impl ClientName {
    /// Takes a client's name, without `client:`.
    ///
    /// # Errors
    /// When no client can have it.
    pub fn new(name: &str) -> Result<Self, AddressError> {
        let fits = (1..=MAX_CLIENT_NAME).contains(&name.len());
        let clean = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        if fits && clean {
            Ok(Self(name.to_owned()))
        } else {
            Err(AddressError::BadClientName)
        }
    }

    /// The name, without `client:`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::e164(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl TryFrom<String> for ClientName {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::new(&text)
    }
}

impl From<ClientName> for String {
    fn from(name: ClientName) -> Self {
        name.0
    }
}

/// Text from outside with each run of 7 or more digits masked, for logs.
#[must_use]
pub fn mask_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() || (c == '+' && run.is_empty()) {
            run.push(c);
            continue;
        }
        if run.bytes().filter(u8::is_ascii_digit).count() >= MIN_DIGITS {
            out.push_str(&mask_tail(&run));
        } else {
            out.push_str(&run);
        }
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(typed: &str, home: Option<&str>, expected: Result<&str, AddressError>) {
        let home = home.map(|n| PhoneNumber::e164(n).unwrap());
        let got = Address::parse(typed, home.as_ref()).map(|a| a.to_string());
        assert_eq!(got.as_deref(), expected.as_ref().copied(), "{typed:?}");
    }

    const US: Option<&str> = Some("+12025550100");
    const UK: Option<&str> = Some("+442079460000");
    const ITALY: Option<&str> = Some("+390600000000");

    #[test]
    fn reads_what_people_type() {
        check("+44 20 7946 0018", None, Ok("+442079460018"));
        check("(202) 555-0101", US, Ok("+12025550101"));
        check("1-202-555-0101", US, Ok("+12025550101"));
        check("011 44 20 7946 0018", US, Ok("+442079460018"));
        check("0044 20 7946 0018", UK, Ok("+442079460018"));
        check("020 7946 0018", UK, Ok("+442079460018"));
        check("tel:+44-20-7946-0018", None, Ok("+442079460018"));
        check("+44 (0)20 7946 0018", None, Ok("+442079460018"));
        check(
            "\u{202a}+44\u{a0}20 7946 0018\u{202c}",
            None,
            Ok("+442079460018"),
        );
        check(
            "\u{ff0b}\u{ff14}\u{ff14}2079460018",
            None,
            Ok("+442079460018"),
        );
        check("client:desk_2", None, Ok("client:desk_2"));
        check("Client: desk_2", None, Ok("client:desk_2"));
    }

    #[test]
    fn a_trunk_prefix_in_brackets_is_dialled_at_home_and_not_from_abroad() {
        for abroad in ["+44 (0)20 7946 0018", "+44(0)2079460018"] {
            check(abroad, None, Ok("+442079460018"));
            check(abroad, UK, Ok("+442079460018"));
        }
        check("0044 (0)20 7946 0018", UK, Ok("+442079460018"));
        check("011 44 (0)20 7946 0018", US, Ok("+442079460018"));
        check("(0)20 7946 0018", UK, Ok("+442079460018"));
        // To the north of England, not out of North America.
        check("(0)113 496 0018", UK, Ok("+441134960018"));
        check("(0)20 7946 0018", None, Err(AddressError::NoCountryCode));
        check("(0)20 7946 0018", US, Err(AddressError::NoCountryCode));
    }

    #[test]
    fn the_first_zero_of_an_italian_number_is_part_of_it() {
        check("06 0000 0018", ITALY, Ok("+390600000018"));
        check("(0)6 0000 0018", ITALY, Ok("+390600000018"));
        check("+39 06 0000 0018", None, Ok("+390600000018"));
        check("+39 (0)6 0000 0018", None, Ok("+390600000018"));
        check("0039 (0)6 0000 0018", UK, Ok("+390600000018"));
        check("0044 (0)20 7946 0018", ITALY, Ok("+442079460018"));
    }

    #[test]
    fn says_why_something_is_no_address() {
        check("  ", None, Err(AddressError::Empty));
        check("hello", None, Err(AddressError::NotANumber));
        check("+1202555<script>", None, Err(AddressError::NotANumber));
        check("2025550101", None, Err(AddressError::NoCountryCode));
        check("+12", None, Err(AddressError::TooShort));
        check("+1234567890123456", None, Err(AddressError::TooLong));
        check("911", US, Err(AddressError::TooShort));
        check("client:", None, Err(AddressError::BadClientName));
        check("client:a b", None, Err(AddressError::BadClientName));
    }

    #[test]
    fn writes_and_masks_numbers_for_people() {
        let uk = PhoneNumber::e164("+442079460018").unwrap();
        assert_eq!(uk.written(), "+44 20 7946 0018");
        assert_eq!(uk.masked(), "•••• ••18");
        assert_eq!(uk.masked_spoken(), "number ending in 1 8");
        let us = PhoneNumber::e164("+12025550101").unwrap();
        assert_eq!(us.written(), "+1 (202) 555-0101");
        assert_eq!(
            mask_numbers("call +12025550142 to desk-2"),
            "call •••• ••42 to desk-2"
        );
        assert_eq!(mask_numbers("code 31005"), "code 31005");
    }

    proptest! {
        #[test]
        fn never_panics_and_what_is_written_reads_back(text in ".{0,40}", digits in "[1-9][0-9]{6,14}") {
            let _ = Address::parse(&text, None);
            let _ = mask_numbers(&text);
            let number = PhoneNumber::e164(&format!("+{digits}")).unwrap();
            prop_assert_eq!(Address::parse(&number.written(), None), Ok(Address::Number(number.clone())));
            prop_assert!(!number.masked().contains(&digits[..digits.len() - 2]));
        }
    }
}
