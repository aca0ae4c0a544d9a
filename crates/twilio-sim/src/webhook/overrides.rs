//! Twilio's connection overrides: settings of a webhook in the fragment of its URL.

use super::Limits;
use std::time::Duration;

/// What a failed attempt failed by, for the retry policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryOn {
    /// No connection (`ct`).
    Connect,
    /// No answer in time (`rt`).
    Read,
    /// A status from 400 to 499 (`4xx`).
    Status4xx,
    /// A status from 500 to 599 (`5xx`).
    Status5xx,
}

/// How one webhook is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overrides {
    /// How long one attempt may take to connect (`ct`).
    pub connect: Duration,
    /// How long the answer may let wait (`rt`).
    pub read: Duration,
    /// How long everything may take together (`tt`).
    pub total: Duration,
    /// How many more attempts are made (`rc`).
    pub retries: u32,
    /// After what (`rp`).
    pub retry_on: Vec<RetryOn>,
}

impl Overrides {
    /// The limits, with what a URL's fragment (`rc=2&rp=all&ct=1000`) overrides.
    ///
    /// Times are in milliseconds. Values that are out of Twilio's ranges are passed over, and no
    /// time becomes longer than the limits' total. The edge location (`e`) and `sni` mean nothing
    /// here.
    #[must_use]
    pub fn new(limits: &Limits, fragment: Option<&str>) -> Self {
        let mut these = Self {
            connect: limits.connect,
            read: limits.total,
            total: limits.total,
            retries: limits.connect_retries,
            retry_on: vec![RetryOn::Connect],
        };
        for (name, value) in fragment
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
        {
            these.take(name, value);
        }
        these.connect = these.connect.min(limits.total);
        these.read = these.read.min(limits.total);
        these.total = these.total.min(limits.total);
        these
    }

    fn take(&mut self, name: &str, value: &str) {
        let ms = |range: std::ops::RangeInclusive<u64>| {
            let value = value.parse().ok().filter(|ms| range.contains(ms));
            value.map(Duration::from_millis)
        };
        match name {
            "ct" => self.connect = ms(100..=10_000).unwrap_or(self.connect),
            "rt" => self.read = ms(100..=15_000).unwrap_or(self.read),
            "tt" => self.total = ms(100..=15_000).unwrap_or(self.total),
            "rc" => {
                let count = value.parse().ok().filter(|count| *count <= 5);
                self.retries = count.unwrap_or(self.retries);
            }
            "rp" => {
                if let Some(policy) = policy(value) {
                    self.retry_on = policy;
                }
            }
            _ => {}
        }
    }
}

fn policy(value: &str) -> Option<Vec<RetryOn>> {
    let mut policy = Vec::new();
    for word in value.split(',') {
        match word {
            "ct" => policy.push(RetryOn::Connect),
            "rt" => policy.push(RetryOn::Read),
            "4xx" => policy.push(RetryOn::Status4xx),
            "5xx" => policy.push(RetryOn::Status5xx),
            "all" => policy.extend([
                RetryOn::Connect,
                RetryOn::Read,
                RetryOn::Status4xx,
                RetryOn::Status5xx,
            ]),
            _ => return None,
        }
    }
    Some(policy)
}

#[cfg(test)]
mod tests {
    use super::{Overrides, RetryOn};
    use crate::webhook::Limits;
    use std::time::Duration;

    #[track_caller]
    fn check(fragment: &str, change: impl Fn(&mut Overrides)) {
        let mut expected = Overrides {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(15),
            retries: 1,
            retry_on: vec![RetryOn::Connect],
        };
        change(&mut expected);
        let these = Overrides::new(&Limits::default(), Some(fragment));
        assert_eq!(these, expected, "{fragment}");
    }

    #[test]
    fn a_fragment_sets_times_in_milliseconds_and_the_retries() {
        check("", |_| {});
        check("rc=2&rp=4xx,5xx&ct=1000&rt=2000&tt=3000&e=dublin", |o| {
            o.connect = Duration::from_secs(1);
            o.read = Duration::from_secs(2);
            o.total = Duration::from_secs(3);
            o.retries = 2;
            o.retry_on = vec![RetryOn::Status4xx, RetryOn::Status5xx];
        });
        check("rc=0", |o| o.retries = 0);
        check("rp=rt", |o| o.retry_on = vec![RetryOn::Read]);
    }

    #[test]
    fn values_out_of_range_are_passed_over() {
        for fragment in [
            "ct=99",
            "ct=10001",
            "rt=16000",
            "tt=0",
            "rc=6",
            "rc=-1",
            "rp=sometimes",
            "top",
            "=&&=",
        ] {
            check(fragment, |_| {});
        }
    }

    #[test]
    fn nothing_may_take_longer_than_the_limits() {
        let limits = Limits {
            total: Duration::from_millis(300),
            ..Limits::default()
        };
        let these = Overrides::new(&limits, Some("ct=9000&rt=9000&tt=9000"));
        assert_eq!([these.connect, these.read, these.total], [limits.total; 3]);
    }
}
