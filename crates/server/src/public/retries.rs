//! The answers of the last webhooks, so that one that Twilio repeats is answered as the first time
//! and told to the phone once.

use super::{Route, answers::Answer, door::Letter};
use std::collections::{HashMap, VecDeque};

/// How many answers are kept. Twilio repeats within 15 seconds, when this phone hears a handful.
const MOST: usize = 256;

/// The longest retry token that is believed, in bytes. Twilio's are UUIDs.
const LONGEST_TOKEN: usize = 128;

/// What makes two requests the same: the retry token, and the signature, without which a token that
/// is used twice by mistake would get an answer that is not its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    route: Route,
    token: String,
    signature: String,
}

impl Key {
    /// The key of a letter; `None` when Twilio gave it no retry token.
    pub(super) fn of(route: Route, letter: &Letter) -> Option<Self> {
        let token = letter.retry.as_deref()?;
        let is_usable = !token.is_empty() && token.len() <= LONGEST_TOKEN;
        is_usable.then(|| Self {
            route,
            token: token.to_owned(),
            signature: letter.signature.clone(),
        })
    }
}

/// The answers given, the oldest dropped first.
#[derive(Debug, Default)]
pub(super) struct Retries {
    answers: HashMap<Key, Answer>,
    oldest_first: VecDeque<Key>,
}

impl Retries {
    pub(super) fn get(&self, key: &Key) -> Option<Answer> {
        self.answers.get(key).cloned()
    }

    pub(super) fn keep(&mut self, key: Key, answer: Answer) {
        if self.answers.insert(key.clone(), answer).is_none() {
            self.oldest_first.push_back(key);
        }
        while self.oldest_first.len() > MOST {
            if let Some(oldest) = self.oldest_first.pop_front() {
                self.answers.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: usize) -> Key {
        Key {
            route: Route::Outgoing,
            token: n.to_string(),
            signature: String::new(),
        }
    }

    #[test]
    fn keeps_the_last_answers_and_no_more() {
        let mut retries = Retries::default();
        for n in 0..=MOST {
            retries.keep(key(n), Answer::Xml(n.to_string()));
        }
        assert_eq!(retries.get(&key(0)), None);
        assert_eq!(retries.get(&key(1)), Some(Answer::Xml("1".into())));
        assert_eq!(retries.get(&key(MOST)), Some(Answer::Xml(MOST.to_string())));
        assert_eq!(retries.answers.len(), MOST);
    }

    #[test]
    fn keeping_the_same_key_again_drops_no_other() {
        let mut retries = Retries::default();
        for n in 0..MOST {
            retries.keep(key(n), Answer::NoContent);
        }
        retries.keep(key(5), Answer::Xml("new".into()));
        assert_eq!(retries.get(&key(0)), Some(Answer::NoContent));
        assert_eq!(retries.get(&key(5)), Some(Answer::Xml("new".into())));
    }
}
