//! Parameters as Twilio's clients write them.

use crate::webhook::{self, CallStatus};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// What is written as it is, besides letters and digits: as Python's `quote_plus` does it. A space
/// becomes `+`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b' ');

/// The HTTP method with which Twilio is to call a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// GET: the parameters are in the URL.
    Get,
    /// POST: the parameters are a form.
    Post,
}

impl Method {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Parameters in the order in which they are written; what is `None` is left out.
#[derive(Clone, Default)]
pub(super) struct Form(String);

impl Form {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A text; an empty one is written, for it clears what is set.
    pub(super) fn text(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            if !self.0.is_empty() {
                self.0.push('&');
            }
            self.escaped(name);
            self.0.push('=');
            self.escaped(value);
        }
        self
    }

    pub(super) fn flag(self, name: &str, value: Option<bool>) -> Self {
        self.text(name, value.map(|on| if on { "true" } else { "false" }))
    }

    pub(super) fn shown(self, name: &str, value: Option<impl fmt::Display>) -> Self {
        self.text(name, value.map(|value| value.to_string()).as_deref())
    }

    pub(super) fn method(self, name: &str, value: Option<Method>) -> Self {
        self.text(name, value.map(Method::as_str))
    }

    pub(super) fn status(self, name: &str, value: Option<CallStatus>) -> Self {
        self.text(name, value.map(webhook::CallStatus::as_str))
    }

    /// A moment (seconds since 1970-01-01 UTC), in ISO 8601.
    pub(super) fn moment(self, name: &str, unix_s: Option<u64>) -> Self {
        self.text(name, unix_s.map(crate::date::iso8601).as_deref())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    fn escaped(&mut self, text: &str) {
        for (index, word) in text.split(' ').enumerate() {
            if index > 0 {
                self.0.push('+');
            }
            self.0.extend(utf8_percent_encode(word, ESCAPED));
        }
    }
}
