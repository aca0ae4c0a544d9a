//! How Twilio writes what is not there, and moments and numbers as text.

use crate::parse_rfc2822;
use serde::{Deserialize, Deserializer, de::Error};
use std::{fmt::Display, str::FromStr};

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Whole(i64),
    Float(f64),
}

/// A value that is `null`, missing or empty when there is none.
pub(super) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = match Option::<TextOrNumber>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(TextOrNumber::Text(text)) => text,
        Some(TextOrNumber::Whole(number)) => number.to_string(),
        Some(TextOrNumber::Float(number)) => number.to_string(),
    };
    match text.is_empty() {
        true => Ok(None),
        false => text.parse().map(Some).map_err(D::Error::custom),
    }
}

/// A moment as RFC 2822 writes it, in seconds since 1970-01-01 UTC.
pub(super) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    let read = |text: String| parse_rfc2822(&text).ok_or_else(|| D::Error::custom("not a date"));
    text.map(read).transpose()
}

/// A number of seconds; Twilio writes -1 for what it does not know yet.
pub(super) fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let number: Option<i64> = optional(deserializer)?;
    match number.filter(|number| *number >= 0) {
        None => Ok(None),
        Some(number) => u32::try_from(number).map(Some).map_err(D::Error::custom),
    }
}

/// A boolean that may be `null`.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}

/// A text that may be `null`.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}
