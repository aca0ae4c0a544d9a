//! The one form in which Twilio writes moments in webhooks: RFC 2822, in UTC.

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const DAY_S: u64 = 86_400;
/// 9999-12-31T23:59:59Z: RFC 2822 has four digits for the year.
const LAST_S: u64 = 253_402_300_799;

/// Writes a moment (seconds since 1970-01-01 UTC) as `Tue, 14 Apr 2026 09:26:42 +0000`.
///
/// Moments past the year 9999 are written as its last second.
#[must_use]
pub fn rfc2822(unix_s: u64) -> String {
    let unix_s = unix_s.min(LAST_S);
    let days = unix_s / DAY_S;
    let (year, month, day) = civil(days);
    let second = unix_s % DAY_S;
    format!(
        "{}, {day:02} {} {year} {:02}:{:02}:{:02} +0000",
        DAYS[usize::try_from(days % 7).expect("a remainder of 7 is small")],
        MONTHS[usize::from(month) - 1],
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Writes a moment (seconds since 1970-01-01 UTC) as `2026-04-14T09:26:42Z`, as the REST API's
/// filters take it.
#[cfg(feature = "rest")]
pub(crate) fn iso8601(unix_s: u64) -> String {
    let unix_s = unix_s.min(LAST_S);
    let (year, month, day) = civil(unix_s / DAY_S);
    let second = unix_s % DAY_S;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Reads a moment as [`rfc2822`] writes it, into seconds since 1970-01-01 UTC.
///
/// The day of the week may be missing; any numeric zone is understood. `None` when it is not in
/// that form, does not exist, or lies before 1970.
#[must_use]
pub fn parse_rfc2822(text: &str) -> Option<u64> {
    let text = match text.split_once(',') {
        Some((day, rest)) if DAYS.contains(&day.trim()) => rest,
        Some(_) => return None,
        None => text,
    };
    let mut words = text.split_ascii_whitespace();
    let day: u8 = number(words.next()?, 1..=2)?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|m| *m == name)?;
    let year: u64 = number(words.next()?, 4..=4)?;
    let mut clock = words.next()?.split(':');
    let hour: u64 = number(clock.next()?, 2..=2)?;
    let minute: u64 = number(clock.next()?, 2..=2)?;
    let second: u64 = clock.next().map_or(Some(0), |s| number(s, 2..=2))?;
    let zone_s = zone(words.next()?)?;
    if clock.next().is_some() || words.next().is_some() {
        return None;
    }
    // 60 is a leap second; it counts as the first second of the next minute.
    if year < 1970 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut days = 0;
    for y in 1970..year {
        days += if leap(y) { 366 } else { 365 };
    }
    for m in 0..month {
        days += u64::from(month_days(year, m));
    }
    if day == 0 || day > month_days(year, month) {
        return None;
    }
    days += u64::from(day) - 1;
    let local = days * DAY_S + hour * 3600 + minute * 60 + second;
    local.checked_add_signed(-zone_s)
}

fn number<N: std::str::FromStr>(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<N> {
    (digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// How many seconds a zone is ahead of UTC.
fn zone(text: &str) -> Option<i64> {
    if matches!(text, "GMT" | "UT" | "UTC" | "Z") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        (_, _) => return None,
    };
    let hhmm: i64 = number(digits, 4..=4)?;
    (hhmm % 100 < 60).then_some(sign * (hhmm / 100 * 3600 + hhmm % 100 * 60))
}

fn leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn month_days(year: u64, month: usize) -> u8 {
    match month {
        1 if leap(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// Year, month (from 1) and day (from 1) of a day counted from 1970-01-01.
fn civil(mut days: u64) -> (u64, u8, u8) {
    let mut year = 1970;
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let mut month = 0;
    while days >= u64::from(month_days(year, month)) {
        days -= u64::from(month_days(year, month));
        month += 1;
    }
    let small = |n: u64| u8::try_from(n).expect("a month has at most 31 days");
    (
        year,
        u8::try_from(month).expect("a year has 12 months") + 1,
        small(days) + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_moments_as_twilio_does() {
        assert_eq!(rfc2822(0), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(rfc2822(1_776_158_802), "Tue, 14 Apr 2026 09:26:42 +0000");
        assert_eq!(rfc2822(951_782_400), "Tue, 29 Feb 2000 00:00:00 +0000");
        assert_eq!(rfc2822(u64::MAX), "Fri, 31 Dec 9999 23:59:59 +0000");
    }

    #[cfg(feature = "rest")]
    #[test]
    fn writes_moments_as_the_rest_api_takes_them() {
        assert_eq!(iso8601(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso8601(1_776_158_802), "2026-04-14T09:26:42Z");
        assert_eq!(iso8601(u64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn reads_other_zones_and_missing_weekdays() {
        let moment = Some(1_776_158_802);
        assert_eq!(parse_rfc2822("Tue, 14 Apr 2026 09:26:42 +0000"), moment);
        assert_eq!(parse_rfc2822("14 Apr 2026 11:26:42 +0200"), moment);
        assert_eq!(parse_rfc2822("Tue, 14 Apr 2026 04:56:42 -0430"), moment);
        assert_eq!(parse_rfc2822("Tue, 14 Apr 2026 09:26:42 GMT"), moment);
    }

    #[test]
    fn refuses_moments_that_do_not_exist() {
        for text in [
            "",
            "yesterday",
            "Foo, 14 Apr 2026 09:26:42 +0000",
            "Sat, 29 Feb 2025 00:00:00 +0000",
            "31 Apr 2026 00:00:00 +0000",
            "00 Apr 2026 00:00:00 +0000",
            "14 Apr 2026 24:00:00 +0000",
            "14 Apr 2026 09:60:00 +0000",
            "14 Apr 1969 09:00:00 +0000",
            "01 Jan 1970 00:00:00 +0100",
            "14 Apr 2026 09:26:42",
            "14 Apr 2026 09:26:42 +00:00",
            "14 Apr 2026 09:26:42 +0000 again",
            "14 Apr 2026 09:26:42:00 +0000",
            "14 Apr 2026 +9:26:42 +0000",
        ] {
            assert_eq!(parse_rfc2822(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(unix_s in 0..=LAST_S) {
            prop_assert_eq!(parse_rfc2822(&rfc2822(unix_s)), Some(unix_s));
        }

        #[test]
        fn never_panics_on_rubbish(text in "([A-Z][a-z]{2}, )?[0-9]{0,3} ?(Feb|Apr)? ?[0-9]{0,5} ?.{0,20}") {
            let _ = parse_rfc2822(&text);
        }
    }
}
