//! The types that an attribute's value has: how each is written and read.

use crate::{
    Text, chars,
    write::{Outcome, Writer},
};
use std::borrow::Cow;

/// The value of an attribute, `None` or empty when it is not there.
pub(crate) trait Value: Sized {
    /// Whether there is something to write.
    fn is_set(&self) -> bool;

    /// Writes it behind `lead`, which is ` name="`; nothing when it is not there. Always a part of
    /// the function that calls it: an attribute that is not there then costs one comparison, and
    /// `lead`, which is known there, is copied without a loop.
    fn write(&self, lead: &'static str, writer: &mut Writer) -> Outcome;

    /// As it is read; the text comes back when this type cannot hold it.
    fn read(text: Cow<'_, str>) -> Result<Self, Cow<'_, str>>;
}

impl Value for Option<Text> {
    #[inline]
    fn is_set(&self) -> bool {
        self.is_some()
    }

    #[inline(always)]
    fn write(&self, lead: &'static str, writer: &mut Writer) -> Outcome {
        match self {
            Some(text) => writer.attribute(lead, text),
            None => Ok(()),
        }
    }

    fn read(text: Cow<'_, str>) -> Result<Self, Cow<'_, str>> {
        Ok(Some(text.into_owned().into()))
    }
}

impl Value for Option<u32> {
    #[inline]
    fn is_set(&self) -> bool {
        self.is_some()
    }

    #[inline(always)]
    fn write(&self, lead: &'static str, writer: &mut Writer) -> Outcome {
        match self {
            Some(number) => writer.plain(lead, Digits::of(*number).as_str()),
            None => Ok(()),
        }
    }

    fn read(text: Cow<'_, str>) -> Result<Self, Cow<'_, str>> {
        match chars::trim(&text).parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(text),
        }
    }
}

impl Value for Option<bool> {
    #[inline]
    fn is_set(&self) -> bool {
        self.is_some()
    }

    #[inline(always)]
    fn write(&self, lead: &'static str, writer: &mut Writer) -> Outcome {
        match self {
            Some(true) => writer.plain(lead, "true"),
            Some(false) => writer.plain(lead, "false"),
            None => Ok(()),
        }
    }

    fn read(text: Cow<'_, str>) -> Result<Self, Cow<'_, str>> {
        let word = chars::trim(&text);
        if word.eq_ignore_ascii_case("true") {
            Ok(Some(true))
        } else if word.eq_ignore_ascii_case("false") {
            Ok(Some(false))
        } else {
            Err(text)
        }
    }
}

/// Words with a blank between them.
impl Value for Vec<Text> {
    fn is_set(&self) -> bool {
        !self.is_empty()
    }

    #[inline(always)]
    fn write(&self, lead: &'static str, writer: &mut Writer) -> Outcome {
        writer.attribute_words(lead, self)
    }

    fn read(text: Cow<'_, str>) -> Result<Self, Cow<'_, str>> {
        let words: Self = words(&text).map(|word| word.to_owned().into()).collect();
        if words.is_empty() {
            Err(text)
        } else {
            Ok(words)
        }
    }
}

/// Numbers with a blank between them.
impl Value for Vec<u32> {
    fn is_set(&self) -> bool {
        !self.is_empty()
    }

    #[inline(always)]
    fn write(&self, lead: &'static str, writer: &mut Writer) -> Outcome {
        writer.attribute_words(lead, self.iter().map(u32::to_string))
    }

    fn read(text: Cow<'_, str>) -> Result<Self, Cow<'_, str>> {
        match words(&text).map(str::parse).collect::<Result<Self, _>>() {
            Ok(numbers) if !numbers.is_empty() => Ok(numbers),
            Ok(_) | Err(_) => Err(text),
        }
    }
}

/// The words that stand between white space.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(chars::is_space).filter(|word| !word.is_empty())
}

/// A number in digits, without the machinery of formatting.
struct Digits {
    buffer: [u8; 10],
    start: usize,
}

impl Digits {
    fn of(mut number: u32) -> Self {
        let mut buffer = [b'0'; 10];
        let mut start = buffer.len();
        loop {
            start -= 1;
            buffer[start] = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
            if number == 0 {
                return Self { buffer, start };
            }
        }
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.buffer[self.start..]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Digits;

    #[test]
    fn numbers_are_written_in_digits() {
        for number in [0, 1, 9, 10, 600, 86_400, u32::MAX - 1, u32::MAX] {
            assert_eq!(Digits::of(number).as_str(), number.to_string());
        }
    }
}
