//! Moments as the API's filters have them: a day, or a day and a time, in UTC.

const DAY_S: u64 = 86_400;

/// The span of seconds since 1970 that a filter names: from its first second to the one after its
/// last. A day is `2026-01-31`, a moment `2026-01-31T03:04:05Z`; of a moment's fraction of a second
/// nothing is taken. `None` when it is neither.
pub(super) fn span(text: &str) -> Option<(u64, u64)> {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let start = day_s(day)?;
    let Some(time) = time else {
        return Some((start, start + DAY_S));
    };
    let time = time
        .strip_suffix('Z')
        .or_else(|| time.strip_suffix("+00:00"))?;
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let [hour, minute, second] = numbers(time, ':')?;
    (hour < 24 && minute < 60 && second < 61).then(|| {
        let at = start + hour * 3_600 + minute * 60 + second;
        (at, at + 1)
    })
}

/// The first second of a day after 1969.
fn day_s(text: &str) -> Option<u64> {
    let [year, month, day] = numbers(text, '-')?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [
        31,
        28 + u64::from(leap),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    let length = *lengths.get(before)?;
    if !(1970..=9999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    // Leap days of the years before this one, since year 0.
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let days = years + lengths[..before].iter().sum::<u64>() + day - 1;
    Some(days * DAY_S)
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let parts: Vec<u64> = text
        .split(separator)
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    parts.try_into().ok()
}

/// Whether a moment (seconds since 1970) is as the filters `name`, `name<` and `name>` want it:
/// in the span, not after it, not before it. A filter that cannot be read is passed over.
pub(super) fn fits(at_s: u64, on: Option<&str>, until: Option<&str>, since: Option<&str>) -> bool {
    let on = on.and_then(span);
    let until = until.and_then(span);
    let since = since.and_then(span);
    on.is_none_or(|(first, end)| (first..end).contains(&at_s))
        && until.is_none_or(|(_, end)| at_s < end)
        && since.is_none_or(|(first, _)| at_s >= first)
}

#[cfg(test)]
mod tests {
    use super::{fits, span};

    #[test]
    fn days_and_moments_are_read() {
        assert_eq!(span("1970-01-01"), Some((0, 86_400)));
        assert_eq!(span("2008-01-02"), Some((1_199_232_000, 1_199_318_400)));
        assert_eq!(
            span("2026-01-02T03:04:05Z"),
            Some((1_767_323_045, 1_767_323_046))
        );
        assert_eq!(
            span("2026-01-02T03:04:05.678Z"),
            span("2026-01-02T03:04:05+00:00")
        );
        assert_eq!(span("2024-02-29").map(|it| it.0), Some(1_709_164_800));
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-00-01",
            "2026-02-29",
            "1969-12-31",
            "2026-01-02T25:00:00Z",
            "2026-01-02T03:04:05",
            "x-y-z",
            "99999999999-01-01",
        ] {
            assert_eq!(span(text), None, "{text:?}");
        }
    }

    #[test]
    fn filters_narrow_from_both_sides() {
        let at = 1_199_232_000;
        assert!(fits(at, None, None, None));
        assert!(fits(at, Some("2008-01-02"), None, None));
        assert!(!fits(at, Some("2008-01-03"), None, None));
        assert!(fits(at, None, Some("2008-01-02"), Some("2008-01-02")));
        assert!(!fits(at, None, Some("2008-01-01"), None));
        assert!(!fits(at, None, None, Some("2008-01-02T00:00:01Z")));
        assert!(fits(at, Some("rubbish"), None, None));
    }
}
