//! References such as `&amp;` and `&#13;`.

use crate::{
    chars,
    error::{ReadErrorKind, quoted},
};

/// The character that `&name;` stands for.
pub(super) fn referred(name: &str) -> Result<char, ReadErrorKind> {
    match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    let Some(number) = name.strip_prefix('#') else {
        return Err(if chars::is_name(name) {
            ReadErrorKind::Entity(quoted(name))
        } else {
            ReadErrorKind::NotWellFormed("& stands alone; write &amp;")
        });
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(ReadErrorKind::Entity(quoted(name)));
    }
    // A number too large for 32 bits is no character either.
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    match char::from_u32(code) {
        Some(c) if chars::is_char(c) => Ok(c),
        Some(_) | None => Err(ReadErrorKind::Character(code)),
    }
}
