//! Numbers that are for sale: those that are kept for fiction and have no scripted phone.
//!
//! Sources: the North American Numbering Plan keeps 555-0100 to 555-0199 of every area code;
//! Ofcom ("Numbers for use in TV and radio drama") keeps 020 7946 0xxx, 07700 900xxx and
//! 0808 157 0xxx.

use crate::phones;

/// A kind of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Local,
    TollFree,
    Mobile,
}

impl Kind {
    /// The kind of a number that is or was for sale.
    pub(super) fn of(number: &str) -> Option<Self> {
        COUNTRIES
            .iter()
            .flat_map(|country| country.ranges)
            .find(|range| range.has(number))
            .map(|range| range.kind)
    }

    /// The kind that a path names.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        match path {
            "Local" => Some(Self::Local),
            "TollFree" => Some(Self::TollFree),
            "Mobile" => Some(Self::Mobile),
            _ => None,
        }
    }

    /// In a path, and in the uris of a country.
    pub(super) const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Local => ("Local", "local"),
            Self::TollFree => ("TollFree", "toll_free"),
            Self::Mobile => ("Mobile", "mobile"),
        }
    }

    /// In a number of the account.
    pub(super) const fn type_name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::TollFree => "toll free",
            Self::Mobile => "mobile",
        }
    }

    /// What one costs, in cents.
    pub(super) const fn cents(self) -> u32 {
        match self {
            Self::Local | Self::Mobile => 115,
            Self::TollFree => 215,
        }
    }
}

/// Numbers that differ in their last digits.
pub(super) struct Range {
    pub(super) kind: Kind,
    /// The number before those digits, E.164.
    pub(super) prefix: &'static str,
    /// How many digits follow.
    digits: usize,
    pub(super) locality: Option<&'static str>,
    pub(super) region: Option<&'static str>,
}

impl Range {
    /// The numbers in it, but for the sandbox's own.
    pub(super) fn numbers(&self) -> impl Iterator<Item = String> + '_ {
        let count = 10_u32.pow(self.digits as u32);
        (0..count)
            .map(|last| format!("{}{last:0width$}", self.prefix, width = self.digits))
            .filter(|number| !is_taken(number))
    }

    /// The number is in the range; in North America any area code will do.
    fn has(&self, number: &str) -> bool {
        if is_taken(number) {
            return false;
        }
        let rest = match number.strip_prefix(self.prefix) {
            Some(rest) => rest,
            None if self.kind == Kind::Local => match area(number) {
                Some(rest) if area(self.prefix).is_some() => rest,
                Some(_) | None => return false,
            },
            None => return false,
        };
        rest.len() == self.digits && rest.bytes().all(|digit| digit.is_ascii_digit())
    }
}

/// What follows `+1 NPA 555 01`, when the area code is one that has places.
fn area(number: &str) -> Option<&str> {
    let national = number.strip_prefix("+1")?;
    let (code, rest) = national.split_at_checked(3)?;
    (is_area_code(code) && !is_toll_free(code)).then(|| rest.strip_prefix("55501"))?
}

/// It has the form of an area code of North America.
pub(super) fn is_area_code(code: &str) -> bool {
    let digits = code.as_bytes();
    digits.len() == 3
        && digits.iter().all(u8::is_ascii_digit)
        && digits[0] >= b'2'
        && !code.ends_with("11")
}

fn is_toll_free(code: &str) -> bool {
    code.starts_with('8') && code[1..2] == code[2..3]
}

/// The numbers of an area code that are for sale; none of a toll-free one.
pub(super) fn in_area(code: &str) -> impl Iterator<Item = String> {
    let prefix = (!is_toll_free(code)).then(|| format!("+1{code}55501"));
    prefix
        .into_iter()
        .flat_map(|prefix| (0..100).map(move |last| format!("{prefix}{last:02}")))
        .filter(|number| !is_taken(number))
}

/// Our line's whole block is the sandbox's outside world.
fn is_taken(number: &str) -> bool {
    number.starts_with(&phones::OUR_LINE[..phones::OUR_LINE.len() - 2])
}

/// A country that has numbers.
pub(super) struct Country {
    /// ISO 3166-1.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) ranges: &'static [Range],
}

const fn range(
    kind: Kind,
    prefix: &'static str,
    digits: usize,
    locality: Option<&'static str>,
    region: Option<&'static str>,
) -> Range {
    Range {
        kind,
        prefix,
        digits,
        locality,
        region,
    }
}

use Kind::{Local, Mobile, TollFree};

/// All of them.
pub(super) const COUNTRIES: [Country; 3] = [
    Country {
        code: "US",
        name: "United States",
        ranges: &[
            range(Local, "+141555501", 2, Some("San Francisco"), Some("CA")),
            range(Local, "+151055501", 2, Some("Oakland"), Some("CA")),
            range(Local, "+121255501", 2, Some("New York"), Some("NY")),
            range(Local, "+131255501", 2, Some("Chicago"), Some("IL")),
            range(TollFree, "+180055501", 2, None, None),
            range(TollFree, "+188855501", 2, None, None),
        ],
    },
    Country {
        code: "CA",
        name: "Canada",
        ranges: &[
            range(Local, "+141655501", 2, Some("Toronto"), Some("ON")),
            range(Local, "+160455501", 2, Some("Vancouver"), Some("BC")),
            range(TollFree, "+187755501", 2, None, None),
        ],
    },
    Country {
        code: "GB",
        name: "United Kingdom",
        ranges: &[
            range(Local, "+4420794600", 2, Some("London"), None),
            range(Mobile, "+447700900", 3, None, None),
            range(TollFree, "+44808157000", 1, None, None),
        ],
    },
];
