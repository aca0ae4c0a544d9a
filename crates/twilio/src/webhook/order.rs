//! Callbacks that come late or twice.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    hash::Hash,
};

/// The header that all tries of one request have in common.
///
/// Source: Twilio documentation, "Webhooks: connection overrides", read in 2026.
pub const IDEMPOTENCY_HEADER: &str = "I-Twilio-Idempotency-Token";

/// How a callback's sequence number stands to those seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Newer than all before, or without a number.
    News,
    /// Newer than all before, but so many between them have not come yet.
    NewsAfterGap(u32),
    /// Older than one that was seen: what it says is out of date, except of its own moment.
    Late,
    /// Seen before.
    Repeated,
}

impl Arrival {
    /// Whether it says how things are now.
    #[must_use]
    pub fn is_news(self) -> bool {
        match self {
            Self::News | Self::NewsAfterGap(_) => true,
            Self::Late | Self::Repeated => false,
        }
    }
}

/// Remembers the sequence numbers of many legs or conferences, to tell news from old news.
///
/// It holds a bounded number of them and forgets the one first heard of.
#[derive(Debug)]
pub struct Sequences<K> {
    seen: HashMap<K, Seen>,
    order: VecDeque<K>,
    capacity: usize,
}

#[derive(Debug)]
struct Seen {
    newest: u32,
    /// Bit n: `newest - n` was seen.
    recent: u64,
}

impl<K: Clone + Eq + Hash> Sequences<K> {
    /// Remembers up to `capacity` legs, at least one.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            seen: HashMap::new(),
            order: VecDeque::new(),
            capacity: capacity.max(1),
        }
    }

    /// Tells how a number stands to those of the same leg before, and remembers it.
    ///
    /// A number that is more than 63 behind the newest counts as [`Arrival::Late`], seen or not.
    pub fn arrive(&mut self, leg: &K, number: Option<u32>) -> Arrival {
        let Some(number) = number else {
            return Arrival::News;
        };
        let Some(seen) = self.seen.get_mut(leg) else {
            if self.order.len() >= self.capacity
                && let Some(oldest) = self.order.pop_front()
            {
                self.seen.remove(&oldest);
            }
            self.order.push_back(leg.clone());
            self.seen.insert(
                leg.clone(),
                Seen {
                    newest: number,
                    recent: 1,
                },
            );
            return match number {
                0 => Arrival::News,
                missing => Arrival::NewsAfterGap(missing),
            };
        };
        match number.checked_sub(seen.newest) {
            Some(0) => Arrival::Repeated,
            Some(ahead) => {
                seen.recent = seen.recent.checked_shl(ahead).unwrap_or(0) | 1;
                seen.newest = number;
                match ahead {
                    1 => Arrival::News,
                    more => Arrival::NewsAfterGap(more - 1),
                }
            }
            None => {
                let bit = 1_u64.checked_shl(seen.newest - number).unwrap_or(0);
                let repeated = seen.recent & bit != 0;
                seen.recent |= bit;
                if repeated {
                    Arrival::Repeated
                } else {
                    Arrival::Late
                }
            }
        }
    }
}

/// Twilio's are UUIDs.
const LONGEST_TOKEN: usize = 128;

/// The value of [`IDEMPOTENCY_HEADER`].
///
/// It is not signed: who can replay a request can give it another token. It saves work and double
/// effects, it proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyToken(String);

/// Why a header is no idempotency token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency token has 1 to 128 visible ASCII characters")]
pub struct BadToken;

impl IdempotencyToken {
    /// Takes the header's value.
    ///
    /// # Errors
    /// When it is empty, longer than 128 characters, or has others than visible ASCII ones.
    pub fn parse(value: &str) -> Result<Self, BadToken> {
        let is_token = (1..=LONGEST_TOKEN).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_graphic());
        is_token.then(|| Self(value.to_owned())).ok_or(BadToken)
    }

    /// The token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What to do with a request that has an idempotency token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Try<A> {
    /// The first: do it, then [`Answers::answered`] or [`Answers::forget`].
    First,
    /// Another one of these is being done: answer that it should be tried again.
    InProgress,
    /// It was done: answer the same.
    Again(A),
}

/// Remembers answers, so that a retry is answered as the first time.
///
/// It holds a bounded number of answers and forgets the oldest. What makes two requests the same is
/// the token, or a key of the caller's own with the token in it: a token is not signed, so a server
/// that also puts the signature in its key gives nobody the answer to another request.
pub struct Answers<A, K = IdempotencyToken> {
    kept: HashMap<K, Kept<A>>,
    order: VecDeque<K>,
    capacity: usize,
    keep_ms: u64,
}

struct Kept<A> {
    since_ms: u64,
    answer: Option<A>,
}

impl<A: Clone, K: Clone + Eq + Hash> Answers<A, K> {
    /// Remembers up to `capacity` answers, at least one, for `keep_ms` after the first try.
    #[must_use]
    pub fn new(capacity: usize, keep_ms: u64) -> Self {
        Self {
            kept: HashMap::new(),
            order: VecDeque::new(),
            capacity: capacity.max(1),
            keep_ms,
        }
    }

    /// Tells what to do with a request that came at `now_ms`, on any clock that goes forward.
    pub fn arrive(&mut self, key: &K, now_ms: u64) -> Try<A> {
        if let Some(kept) = self.kept.get(key) {
            if now_ms.saturating_sub(kept.since_ms) < self.keep_ms {
                return kept.answer.clone().map_or(Try::InProgress, Try::Again);
            }
            self.forget(key);
        }
        if self.order.len() >= self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
        self.order.push_back(key.clone());
        let kept = Kept {
            since_ms: now_ms,
            answer: None,
        };
        self.kept.insert(key.clone(), kept);
        Try::First
    }

    /// Remembers the answer of a request.
    pub fn answered(&mut self, key: &K, answer: A) {
        if let Some(kept) = self.kept.get_mut(key) {
            kept.answer = Some(answer);
        }
    }

    /// Forgets a request that was not done, so that its retry is the first again.
    pub fn forget(&mut self, key: &K) {
        if self.kept.remove(key).is_some() {
            self.order.retain(|other| other != key);
        }
    }
}

/// Shows no answer: it may hold what a caller is to hear.
impl<A, K> fmt::Debug for Answers<A, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("kept", &self.kept.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}
