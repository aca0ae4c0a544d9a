//! What Twilio asks more than once is answered as the first time, and told to the phone once.

use super::answers::Answer;
use crate::headers::single;
use http::HeaderMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;
use twilio::{
    signature,
    webhook::{Answers, IDEMPOTENCY_HEADER, IdempotencyToken, Try},
};

/// How many answers are kept. Twilio repeats within 15 seconds, when this phone hears a handful.
const MOST: usize = 256;

/// How long answers are kept, in milliseconds.
const KEPT_MS: u64 = 60_000;

/// What makes two requests the same: the token, and the signature, without which a token that is
/// used twice by mistake would get an answer that is not its own. The signature is of the URL and
/// so of the route too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked(Arc<str>);

impl Asked {
    /// Who asks by these headers; `None` when Twilio gave it no token.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let token = IdempotencyToken::parse(single(headers, IDEMPOTENCY_HEADER)?).ok()?;
        let signature = single(headers, signature::HEADER)?;
        // A token has no blanks, so no two pairs make the same text.
        Some(Self(Arc::from([token.as_str(), " ", signature].concat())))
    }
}

/// The answers given lately.
#[derive(Debug)]
pub(super) struct Repeats {
    answers: Mutex<Answers<Answer, Asked>>,
    since: Instant,
}

impl Repeats {
    pub(super) fn new() -> Self {
        Self {
            answers: Mutex::new(Answers::new(MOST, KEPT_MS)),
            since: Instant::now(),
        }
    }

    /// Tells what to do with a request.
    pub(super) fn arrive(&self, asked: Asked) -> Arrived<'_> {
        let now_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        match self.with(|answers| answers.arrive(&asked, now_ms)) {
            Try::First => Arrived::First(Asking {
                repeats: self,
                asked,
                answer: None,
            }),
            Try::InProgress => Arrived::InProgress,
            Try::Again(answer) => Arrived::Again(answer),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Answers<Answer, Asked>) -> T) -> T {
        // Nothing that runs under this lock can panic half way through a change.
        act(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What to do with a request.
#[derive(Debug)]
pub(super) enum Arrived<'a> {
    /// It is new.
    First(Asking<'a>),
    /// It came before and has no answer yet.
    InProgress,
    /// It came before, and this was the answer.
    Again(Answer),
}

/// A request that is being answered. Dropped without an answer, because it was refused or whoever
/// asked has gone, it is forgotten, so that its repetition is the first again.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    repeats: &'a Repeats,
    asked: Asked,
    answer: Option<Answer>,
}

impl Asking<'_> {
    /// Keeps the answer.
    pub(super) fn answered(mut self, answer: Answer) {
        self.answer = Some(answer);
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.repeats.with(|answers| match self.answer.take() {
            Some(answer) => answers.answered(&self.asked, answer),
            None => answers.forget(&self.asked),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn asked(token: &str, signature: &str) -> Option<Asked> {
        let mut headers = HeaderMap::new();
        headers.insert("i-twilio-idempotency-token", token.parse().unwrap());
        headers.insert("x-twilio-signature", signature.parse().unwrap());
        Asked::of(&headers)
    }

    /// Asks and answers with the token itself; the answer it got before, if it came before.
    fn arrive(repeats: &Repeats, token: &str) -> Option<Answer> {
        match repeats.arrive(asked(token, "s=").unwrap()) {
            Arrived::First(asking) => {
                asking.answered(Answer::Xml(token.to_owned().into()));
                None
            }
            Arrived::InProgress => panic!("nothing else is asked"),
            Arrived::Again(answer) => Some(answer),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn keeps_the_last_answers_for_a_minute_and_no_more_of_them() {
        let repeats = Repeats::new();
        for n in 0..=MOST {
            assert_eq!(arrive(&repeats, &n.to_string()), None);
        }
        for n in [1, 2, MOST] {
            let answer = Answer::Xml(n.to_string().into());
            assert_eq!(arrive(&repeats, &n.to_string()), Some(answer));
        }
        assert_eq!(arrive(&repeats, "0"), None, "forgotten");
        tokio::time::advance(Duration::from_millis(KEPT_MS)).await;
        assert_eq!(arrive(&repeats, &MOST.to_string()), None, "too old");
    }

    #[tokio::test]
    async fn a_request_without_an_answer_may_come_again_once_it_is_over() {
        let repeats = Repeats::new();
        let ask = || repeats.arrive(asked("t", "s=").unwrap());
        let first = ask();
        assert!(matches!(first, Arrived::First(_)));
        assert!(matches!(ask(), Arrived::InProgress));
        drop(first);
        assert!(matches!(ask(), Arrived::First(_)));
    }

    #[test]
    fn token_and_signature_make_a_request() {
        assert_eq!(asked("t", "s="), asked("t", "s="));
        assert_ne!(asked("t", "s="), asked("t", "r="));
        assert_ne!(asked("t", "s="), asked("u", "s="));
        for none in ["", "a b", &"t".repeat(129)] {
            assert_eq!(asked(none, "s="), None, "{none:?}");
        }
    }
}
