//! How times, names and typed numbers are written.

use protocol::Timestamp;

/// A duration as a timer shows it: `2:14`, `1:02:45`.
#[must_use]
pub fn timer(seconds: u64) -> String {
    let (hours, minutes, seconds) = split(seconds);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A duration as it is said: `2 minutes 14 seconds`.
#[must_use]
pub fn spoken(seconds: u64) -> String {
    let (hours, minutes, rest) = split(seconds);
    let parts = [(hours, "hour"), (minutes, "minute"), (rest, "second")];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, unit)| *count > 0 || (seconds == 0 && *unit == "second"))
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .collect();
    words.join(" ")
}

/// A duration as machines read it (ISO 8601): `PT2M14S`.
#[must_use]
pub fn machine(seconds: u64) -> String {
    let (hours, minutes, seconds) = split(seconds);
    format!("PT{hours}H{minutes}M{seconds}S")
}

fn split(seconds: u64) -> (u64, u64, u64) {
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A clock time with milliseconds, `14:32:01.220`. `offset_min` is what local time lags behind
/// UTC, in minutes, as JavaScript's `getTimezoneOffset` tells it.
#[must_use]
pub fn clock(at: Timestamp, offset_min: i32) -> String {
    const DAY_MS: i128 = 86_400_000;
    let local = i128::from(at.0) - i128::from(offset_min) * 60_000;
    let ms = local.rem_euclid(DAY_MS);
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000
    )
}

/// Up to two letters for a client's picture: `desk-2` gives `D2`, `ines` gives `IN`.
#[must_use]
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let letters: String = match words.as_slice() {
        [] => String::new(),
        [only] => only.chars().take(2).collect(),
        [first, .., last] => first.chars().take(1).chain(last.chars().take(1)).collect(),
    };
    letters.to_uppercase()
}

/// The colour of a client's picture: 1 to 6, always the same for the same name.
#[must_use]
pub fn hue(name: &str) -> u8 {
    // FNV-1a, 32 bits.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash % 6) as u8 + 1
}

/// What was typed, as it is shown in privacy mode while the field has no focus: six dots and the
/// last two digits. Clients' names and short numbers stay.
#[must_use]
pub fn masked_typing(typed: &str) -> String {
    let digits: Vec<char> = typed.chars().filter(|c| c.is_ascii_digit()).collect();
    let is_number = !typed.chars().any(char::is_alphabetic);
    match digits.as_slice() {
        [.., _, a, b] if is_number => format!("•••• ••{a}{b}"),
        [] | [_] | [_, _] | [..] => typed.to_owned(),
    }
}

/// Keys with a thin distance, as the keypad shows what was sent: `2 4 1 #`.
#[must_use]
pub fn spaced(digits: &str) -> String {
    let keys: Vec<String> = digits.chars().map(String::from).collect();
    keys.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_durations_as_people_do() {
        assert_eq!(timer(0), "0:00");
        assert_eq!(timer(134), "2:14");
        assert_eq!(timer(3765), "1:02:45");
        assert_eq!(spoken(0), "0 seconds");
        assert_eq!(spoken(61), "1 minute 1 second");
        assert_eq!(spoken(134), "2 minutes 14 seconds");
        assert_eq!(spoken(7200), "2 hours");
        assert_eq!(machine(134), "PT0H2M14S");
    }

    #[test]
    fn writes_clock_times_in_local_time() {
        let at = Timestamp(52_321_220);
        assert_eq!(clock(at, 0), "14:32:01.220");
        assert_eq!(clock(at, -120), "16:32:01.220");
        assert_eq!(clock(at, 15 * 60), "23:32:01.220");
    }

    #[test]
    fn gives_clients_letters_and_a_colour() {
        assert_eq!(initials("desk-2"), "D2");
        assert_eq!(initials("ines"), "IN");
        assert_eq!(initials("ines_calloway.home"), "IH");
        assert_eq!(initials("--"), "");
        assert_eq!(hue("desk-2"), hue("desk-2"));
        let hues: Vec<u8> = ["a", "b", "c", "d", "e", "f", "g"].map(hue).to_vec();
        assert!(hues.iter().all(|hue| (1..=6).contains(hue)));
        assert!(hues.iter().any(|hue| *hue != hues[0]));
    }

    #[test]
    fn hides_typed_numbers_but_not_names() {
        assert_eq!(masked_typing("+44 20 7946 0018"), "•••• ••18");
        assert_eq!(masked_typing("123"), "•••• ••23");
        assert_eq!(masked_typing("12"), "12");
        assert_eq!(masked_typing("client:desk_204"), "client:desk_204");
        assert_eq!(masked_typing(""), "");
    }

    #[test]
    fn keeps_sent_keys_apart() {
        assert_eq!(spaced("241#"), "2 4 1 #");
        assert_eq!(spaced(""), "");
    }
}
