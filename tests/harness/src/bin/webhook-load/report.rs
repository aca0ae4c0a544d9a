//! What was measured.

use harness::usage::Memory;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// One load, as it went.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) connections: u16,
    /// What was to be sent each second; `None` when all that the server would take.
    pub(crate) rate: Option<u32>,
    pub(crate) requests: usize,
    pub(crate) requests_per_s: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) worst_us: f64,
    /// How much of one processor this program used; near 1 it was the bottleneck itself. With a
    /// rate it waits busily and the number says nothing.
    pub(crate) own_share: f64,
    pub(crate) server: Option<Server>,
    /// What every request was answered.
    pub(crate) answer: String,
}

/// What the server needed.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Server {
    /// How much of one processor it used.
    pub(crate) share: f64,
    /// Its processor time for one request; where others use the machine as well, this is the
    /// number that they disturb least.
    pub(crate) cpu_us: f64,
    pub(crate) before: Memory,
    pub(crate) after: Memory,
}

/// The latency that this part of all did not exceed, in microseconds; they must be sorted.
pub(crate) fn quantile_us(sorted: &[Duration], part: f64) -> f64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    let at = rank.clamp(1, sorted.len().max(1)) - 1;
    let latency = sorted.get(at).copied().unwrap_or_default();
    latency.as_secs_f64() * 1e6
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paced = match self.rate {
            Some(rate) => format!(", {rate} a second"),
            None => String::new(),
        };
        writeln!(f, "{} connections{paced}", self.connections)?;
        writeln!(
            f,
            "  {:.0} requests/s ({} in all), p50 {:.0} us, p99 {:.0} us, worst {:.0} us",
            self.requests_per_s, self.requests, self.p50_us, self.p99_us, self.worst_us
        )?;
        if let Some(server) = &self.server {
            writeln!(
                f,
                "  server: {:.1} us of processor time a request ({:.0} % of a core)",
                server.cpu_us,
                server.share * 100.0
            )?;
            writeln!(
                f,
                "  memory: {} kB (PSS {}) before, {} kB (PSS {}) after",
                server.before.rss_kb,
                server.before.pss_kb,
                server.after.rss_kb,
                server.after.pss_kb
            )?;
        }
        write!(f, "  load: {:.0} % of a core", self.own_share * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_latency_that_was_measured() {
        let hundred: Vec<_> = (1..=100).map(Duration::from_micros).collect();
        assert_eq!(quantile_us(&hundred, 0.50), 50.0);
        assert_eq!(quantile_us(&hundred, 0.99), 99.0);
        assert_eq!(quantile_us(&hundred[..1], 0.99), 1.0);
        assert_eq!(quantile_us(&[], 0.99), 0.0);
    }
}
