//! Long messages in parts, for ways that treat long ones differently from short ones.
//!
//! The window's channel is such a way: Tauri 2.12 runs a message below 8,192 bytes of JSON in the
//! page at once, and lets the page fetch a longer one by itself. A fetch that fails leaves a gap in
//! the order of messages, behind which all later ones wait for ever. Source: tauri 2.12,
//! `src/ipc/channel.rs`.

use serde::{Deserialize, Serialize};

/// The most bytes of text in a part. Written as JSON each of them may need a second one, and that
/// is still below what counts as short.
const MOST: usize = 3_500;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Whether the text ends with it.
    pub last: bool,
}

/// Takes a text apart. An empty one is one part.
pub fn split(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (text, after) = rest.split_at(rest.floor_char_boundary(MOST));
        let last = after.is_empty();
        let text = text.to_owned();
        parts.push(Part { text, last });
        if last {
            return parts;
        }
        rest = after;
    }
}

/// Puts texts together again.
#[derive(Clone, Debug, Default)]
pub struct Joiner {
    text: String,
}

impl Joiner {
    /// Takes the next part; the text when it was the last of one.
    pub fn push(&mut self, part: Part) -> Option<String> {
        self.text.push_str(&part.text);
        part.last.then(|| std::mem::take(&mut self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What Tauri sends at once, in bytes of JSON.
    const SHORT: usize = 8_192;

    #[test]
    fn parts_are_short_however_much_must_be_escaped() {
        let longest = split(&"\"".repeat(20_000)).into_iter();
        let longest = longest.map(|part| serde_json::to_string(&part).unwrap().len());
        let longest = longest.max().unwrap();
        assert!((7_000..SHORT).contains(&longest), "{longest}");
    }

    #[test]
    fn a_short_text_is_one_part() {
        for text in ["", "{}", "é"] {
            let last = true;
            let text = text.to_owned();
            assert_eq!(split(&text), [Part { text, last }]);
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_apart_is_put_together_again(texts in prop::collection::vec("[a-zé\u{1f4de}\"]{0,9000}", 1..4)) {
            let mut joiner = Joiner::default();
            let parts = texts.iter().flat_map(|text| split(text));
            let joined: Vec<String> = parts.filter_map(|part| joiner.push(part)).collect();
            prop_assert_eq!(joined, texts);
        }
    }
}
