//! The parameters as they came, and how typed values are taken from them.

use crate::parse_rfc2822;
use std::{fmt, str::FromStr};

/// The parameters of a request, in the order in which they came.
///
/// `Debug` shows the names only: values hold phone numbers.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(pub Vec<(String, String)>);

/// Why a webhook was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("webhook parameter {field}: {reason}")]
pub struct WebhookError {
    /// The parameter.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: Problem,
}

/// Why bytes are no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A `%` without its two digits.
    #[error("form parameter {index} has a % without two hexadecimal digits")]
    Escape {
        /// Which parameter, from 0.
        index: usize,
    },
    /// Not UTF-8.
    #[error("form parameter {index} is not UTF-8")]
    NotUtf8 {
        /// Which parameter, from 0.
        index: usize,
    },
}

/// What is wrong with a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It must be there.
    #[error("missing")]
    Missing,
    /// It came twice, with different values: a signature does not tell which one is meant.
    #[error("given twice with different values")]
    Repeated,
    /// Not a SID of its kind.
    #[error("not a SID of its kind")]
    NotASid,
    /// Not one of the words that Twilio documents.
    #[error("not a value that Twilio documents")]
    UnknownWord,
    /// Not a whole number, or one too large.
    #[error("not a whole number")]
    NotANumber,
    /// Not a number from 0 to 1.
    #[error("not a number from 0 to 1")]
    NotAFraction,
    /// Neither `true` nor `false`.
    #[error("neither true nor false")]
    NotABoolean,
    /// Not `client:` and a name.
    #[error("not a client's address")]
    NotAClient,
    /// Not a moment as RFC 2822 writes it.
    #[error("not a date in RFC 2822 form")]
    NotADate,
}

impl Params {
    /// Reads a form body or a query (`application/x-www-form-urlencoded`).
    ///
    /// Any bytes can be read; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn parse_form(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// Reads a form body or a query as Twilio writes it, and nothing else.
    ///
    /// # Errors
    /// When a `%` is not followed by two hexadecimal digits, or a name or value is not UTF-8.
    pub fn try_parse_form(bytes: &[u8]) -> Result<Self, FormError> {
        let mut pairs = Vec::with_capacity(32);
        for (index, pair) in bytes.split(|b| *b == b'&').enumerate() {
            if pair.is_empty() {
                continue;
            }
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = (&pair[..at], pair.get(at + 1..).unwrap_or_default());
            pairs.push((decoded(name, index)?, decoded(value, index)?));
        }
        Ok(Self(pairs))
    }

    /// Writes them as a form body.
    #[must_use]
    pub fn to_form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&self.0);
        form.finish()
    }

    /// The first value of that exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of that exact name or, failing that, of one that differs only in ASCII case.
    ///
    /// For the parameters a page gave to `connect`, which Twilio passes on as they are.
    #[must_use]
    pub fn get_any_case(&self, name: &str) -> Option<&str> {
        self.get(name).or_else(|| {
            let found = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        })
    }

    /// The pairs, as [`crate::signature::validate`] takes them.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// A value that may be missing; an empty one counts as missing.
    pub(super) fn optional(&self, field: &'static str) -> Result<Option<&str>, WebhookError> {
        let mut values = self
            .0
            .iter()
            .filter(|(name, _)| name == field)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.any(|other| Some(other) != first) {
            return Err(WebhookError {
                field,
                reason: Problem::Repeated,
            });
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    pub(super) fn text(&self, field: &'static str) -> Result<Option<String>, WebhookError> {
        Ok(self.optional(field)?.map(str::to_owned))
    }

    /// A value that may be missing, of a type that can be read from text.
    pub(super) fn parsed<T: FromStr>(
        &self,
        field: &'static str,
        reason: Problem,
    ) -> Result<Option<T>, WebhookError> {
        self.optional(field)?
            .map(|text| text.parse().map_err(|_| WebhookError { field, reason }))
            .transpose()
    }

    /// A value that must be there.
    pub(super) fn required<T: FromStr>(
        &self,
        field: &'static str,
        reason: Problem,
    ) -> Result<T, WebhookError> {
        self.parsed(field, reason)?.ok_or(WebhookError {
            field,
            reason: Problem::Missing,
        })
    }

    /// A whole number without a sign.
    pub(super) fn number(&self, field: &'static str) -> Result<Option<u32>, WebhookError> {
        let reason = Problem::NotANumber;
        if self.optional(field)?.is_some_and(|t| t.starts_with('+')) {
            return Err(WebhookError { field, reason });
        }
        self.parsed(field, reason)
    }

    /// Like [`Params::number`], where Twilio writes -1 for what it does not know yet.
    pub(super) fn known_number(&self, field: &'static str) -> Result<Option<u32>, WebhookError> {
        match self.optional(field)? {
            Some("-1") => Ok(None),
            Some(_) | None => self.number(field),
        }
    }

    /// A moment, in seconds since 1970-01-01 UTC.
    pub(super) fn moment(&self, field: &'static str) -> Result<Option<u64>, WebhookError> {
        let read = |text| {
            let reason = Problem::NotADate;
            parse_rfc2822(text).ok_or(WebhookError { field, reason })
        };
        self.optional(field)?.map(read).transpose()
    }

    /// A text that must be there and not be empty.
    pub(super) fn required_text(&self, field: &'static str) -> Result<String, WebhookError> {
        let reason = Problem::Missing;
        self.text(field)?.ok_or(WebhookError { field, reason })
    }
}

/// Undoes the escapes of a name or value.
fn decoded(text: &[u8], index: usize) -> Result<String, FormError> {
    let is_escape = |byte: &u8| matches!(byte, b'%' | b'+');
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(is_escape) {
        bytes.extend_from_slice(&rest[..at]);
        if rest[at] == b'+' {
            bytes.push(b' ');
            rest = &rest[at + 1..];
        } else {
            let digits = rest.get(at + 1..at + 3);
            let value = digits.and_then(|digits| {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(digits[0])? << 4 | digit(digits[1])?).ok()
            });
            bytes.push(value.ok_or(FormError::Escape { index })?);
            rest = &rest[at + 3..];
        }
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).map_err(|_| FormError::NotUtf8 { index })
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl FromIterator<(String, String)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}
