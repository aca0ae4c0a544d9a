//! The last deliveries, for the log.

use super::Kind;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// How many deliveries are kept.
const KEPT: usize = 100;

/// Names a delivery while it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryId(u64);

#[cfg(test)]
impl DeliveryId {
    /// For answers that no delivery gave.
    pub(crate) const NONE: Self = Self(u64::MAX);
}

/// A delivery, as it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// What it was about.
    pub kind: Kind,
    /// Where it went at first.
    pub url: String,
    /// GET or POST.
    pub method: &'static str,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// The call it was about.
    pub call_sid: String,
    /// Twilio's error, if it went wrong or the answer was bad.
    pub error_code: Option<u32>,
    /// What was sent.
    pub params: Vec<(String, String)>,
}

#[derive(Debug, Default)]
pub(super) struct History(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// The id of the first one that is kept.
    first: u64,
    deliveries: VecDeque<Delivery>,
}

impl History {
    pub(super) fn put(&self, delivery: Delivery) -> DeliveryId {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.deliveries.len() == KEPT {
            kept.deliveries.pop_front();
            kept.first += 1;
        }
        kept.deliveries.push_back(delivery);
        DeliveryId(kept.first + kept.deliveries.len() as u64 - 1)
    }

    pub(super) fn mark(&self, id: DeliveryId, error_code: u32) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = id.0.checked_sub(kept.first);
        let at = at.and_then(|at| usize::try_from(at).ok());
        if let Some(delivery) = at.and_then(|at| kept.deliveries.get_mut(at)) {
            delivery.error_code = Some(error_code);
        }
    }

    pub(super) fn all(&self) -> Vec<Delivery> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.deliveries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivery, History, KEPT};
    use crate::webhook::Kind;

    fn delivery(ms: u64) -> Delivery {
        Delivery {
            kind: Kind::DialAction,
            url: String::new(),
            method: "POST",
            status: Some(200),
            ms,
            call_sid: String::new(),
            error_code: None,
            params: Vec::new(),
        }
    }

    #[test]
    fn the_last_deliveries_are_kept_and_can_be_marked() {
        let history = History::default();
        let ids: Vec<_> = (0..KEPT as u64 + 2)
            .map(|ms| history.put(delivery(ms)))
            .collect();
        history.mark(ids[0], 11_200);
        history.mark(ids[2], 12_100);
        let all = history.all();
        assert_eq!(all.len(), KEPT);
        assert_eq!((all[0].ms, all[0].error_code), (2, Some(12_100)));
        assert!(all[1..].iter().all(|one| one.error_code.is_none()));
    }

    #[test]
    fn a_delivery_is_plain_json() {
        let json = serde_json::to_value(delivery(3)).unwrap();
        assert_eq!(json["kind"], "dial_action");
        assert_eq!(json["error_code"], serde_json::Value::Null);
    }
}
