//! The sandbox's log, for people: what happened, one readable line each, numbers masked.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// Lines that are kept.
const KEPT: usize = 500;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Grows by one with every line, from 1.
    pub seq: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What, readable alone; numbers are masked.
    pub text: String,
}

/// The log; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    lines: Arc<Mutex<Lines>>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Lines {
    last_seq: u64,
    kept: VecDeque<LogEntry>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self {
            lines: Arc::default(),
            changed: watch::Sender::new(0),
        }
    }

    /// Writes a line.
    pub(crate) fn say(&self, text: impl Into<String>) {
        let text = text.into();
        tracing::debug!(text, "sandbox");
        {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.last_seq += 1;
            if lines.kept.len() == KEPT {
                lines.kept.pop_front();
            }
            let entry = LogEntry {
                seq: lines.last_seq,
                at_ms: now_ms(),
                text,
            };
            lines.kept.push_back(entry);
        }
        self.bump();
    }

    /// Says that something that is shown has changed.
    pub(crate) fn bump(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    /// The lines that are kept, oldest first.
    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.kept.iter().cloned().collect()
    }

    /// A number that grows with every line.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}

/// A party as the log shows it: the last two digits of a number, the name of a client.
pub(crate) fn mask(party: &str) -> String {
    if let Some(name) = party.strip_prefix("client:") {
        return name.to_owned();
    }
    if let Some(address) = party.strip_prefix("sip:") {
        let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
        return format!("sip:…@{host}");
    }
    let digits: Vec<char> = party.chars().filter(char::is_ascii_digit).collect();
    match digits.as_slice() {
        [] if party.is_empty() => "nobody".to_owned(),
        [.., a, b] if digits.len() > 4 => format!("•••• ••{a}{b}"),
        _ => "••••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Log, mask};

    #[test]
    fn numbers_are_masked_but_for_their_last_two_digits() {
        assert_eq!(mask("+12025550142"), "•••• ••42");
        assert_eq!(mask("911"), "••••");
        assert_eq!(mask("client:desk-2"), "desk-2");
        assert_eq!(mask("sip:ann@example.com"), "sip:…@example.com");
        assert_eq!(mask(""), "nobody");
    }

    #[test]
    fn the_log_keeps_its_last_lines_and_counts_on() {
        let log = Log::new();
        let mut changed = log.changed();
        for line in 1..=KEPT + 3 {
            log.say(format!("line {line}"));
        }
        let entries = log.entries();
        assert_eq!(entries.len(), KEPT);
        assert_eq!((entries[0].seq, entries[0].text.as_str()), (4, "line 4"));
        assert!(changed.has_changed().unwrap());
        assert_eq!(*changed.borrow_and_update(), KEPT as u64 + 3);
    }
}
