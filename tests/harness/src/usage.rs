//! What the system knows of a process. Source: proc(5), `stat` and `smaps_rollup`.

use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;

/// The memory of a process, in kB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// All pages that it has in memory.
    pub rss_kb: u64,
    /// The same, where a page that several share counts only by its part.
    pub pss_kb: u64,
}

/// What some processes have used together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Processor time so far, in seconds.
    pub processor_s: f64,
    /// Memory now, in kB; what they share counts once.
    pub pss_kb: u64,
}

/// What these processes have used; one that has ended has used nothing.
#[must_use]
pub fn of(pids: &[u32]) -> Usage {
    let mut all = Usage::default();
    for pid in pids {
        all.processor_s += processor_s(*pid).unwrap_or_default();
        all.pss_kb += memory(*pid).map_or(0, |memory| memory.pss_kb);
    }
    all
}

/// The memory of a process at this moment.
///
/// # Errors
/// When the process is gone.
pub fn memory(pid: u32) -> Result<Memory> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    memory_in(&text).with_context(|| format!("{path} is not as expected"))
}

fn memory_in(text: &str) -> Option<Memory> {
    let line = |name: &str| {
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_suffix("kB"))?;
        value.trim().parse().ok()
    };
    Some(Memory {
        rss_kb: line("Rss:")?,
        pss_kb: line("Pss:")?,
    })
}

/// The processor time that a process has used so far, in seconds.
///
/// # Errors
/// When the process is gone.
pub fn processor_s(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
    let ticks = ticks_in(&text).with_context(|| format!("{path} is not as expected"))?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

fn ticks_in(stat: &str) -> Option<u64> {
    // After the name in brackets come the third and further fields; the 14th and 15th are the times
    // in the program and in the system.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_memory() {
        let text = "55-7f [rollup]\nRss:    5368 kB\nPss:    1234 kB\nPss_Dirty:   12 kB\n";
        let expected = Memory {
            rss_kb: 5368,
            pss_kb: 1234,
        };
        assert_eq!(memory_in(text), Some(expected));
        assert_eq!(memory_in("Rss: 5368 kB\n"), None);
    }

    #[test]
    fn reads_processor_time_behind_a_name_with_brackets() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 10 0 0 0 250 40 0 0 20 0 1 0 99 1 1";
        assert_eq!(ticks_in(stat), Some(290));
        assert_eq!(ticks_in("7 (a) S"), None);
    }

    #[test]
    fn knows_this_process() {
        let pid = std::process::id();
        assert!(memory(pid).unwrap().rss_kb > 0);
        assert!(processor_s(pid).is_ok());
    }
}
