//! The known name that somebody may have meant.

/// Longer names are not compared.
const LONGEST: usize = 64;

/// The name that is most like the one given: alike but for capitals, or at most two letters off.
pub(super) fn nearest(
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let given: Vec<char> = name.chars().take(LONGEST + 1).collect();
    if given.len() > LONGEST {
        return None;
    }
    let lower: Vec<char> = given.iter().map(char::to_ascii_lowercase).collect();
    // In a short name two other letters make another name.
    let most = (lower.len() / 3).min(2);
    let near = known.filter_map(|candidate| {
        let chars: Vec<char> = candidate.to_ascii_lowercase().chars().collect();
        if chars.len().abs_diff(lower.len()) > most {
            return None;
        }
        let distance = distance(&lower, &chars);
        (distance <= most).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, left out, changed, or swapped with the next one.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let at = |i: usize, j: usize| i * width + j;
            table[at(i, j)] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = usize::from(a[i - 1] != b[j - 1]);
                let mut least = (table[at(i - 1, j)] + 1)
                    .min(table[at(i, j - 1)] + 1)
                    .min(table[at(i - 1, j - 1)] + changed);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(table[at(i - 2, j - 2)] + 1);
                }
                least
            };
        }
    }
    table.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        let known = ["timeout", "timeLimit", "action", "trim", "loop"];
        assert_eq!(nearest(name, known.into_iter()), expected);
    }

    #[test]
    fn finds_what_was_meant() {
        check("timeuot", Some("timeout"));
        check("TIMEOUT", Some("timeout"));
        check("timelimit", Some("timeLimit"));
        check("acton", Some("action"));
        check("trmi", Some("trim"));
        check("loops", Some("loop"));
    }

    #[test]
    fn finds_nothing_where_nothing_is_like_it() {
        check("voice", None);
        check("", None);
        check("x", None);
        check(&"timeout".repeat(100), None);
    }
}
