//! Single operations, by criterion.

use super::table::{Table, time};
use crate::sh;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Criterion's `benchmark.json`.
#[derive(Deserialize)]
struct Benchmark {
    full_id: String,
}

/// Criterion's `estimates.json`, in nanoseconds.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

/// Runs the benchmarks; the table.
pub(super) fn measure() -> Result<String> {
    let began = SystemTime::now();
    for package in [["twiml", "documents"], ["twilio", "twilio"]] {
        let [package, bench] = package;
        sh::run(&mut sh::cargo(&["bench", "-p", package, "--bench", bench]))?;
    }
    let mut found = BTreeMap::new();
    let folder = sh::target_dir()?.join("criterion");
    collect(&folder, began, &mut found)?;
    ensure!(!found.is_empty(), "criterion left no estimates");
    let mut table = Table::new(&["Operation", ">Median"]);
    for (name, ns) in found {
        table.row([name, time(ns)]);
    }
    Ok(format!(
        "By criterion, with its defaults; `long` is a document near the 64 kB that Twilio takes.\n\n\
         {table}"
    ))
}

/// The medians below `folder` that were written since `began`.
fn collect(folder: &Path, began: SystemTime, into: &mut BTreeMap<String, f64>) -> Result<()> {
    let entries = fs::read_dir(folder).context("criterion left nothing")?;
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    for path in paths?.into_iter().filter(|path| path.is_dir()) {
        if !path.ends_with("new") {
            collect(&path, began, into)?;
            continue;
        }
        let estimates = path.join("estimates.json");
        if fs::metadata(&estimates)?.modified()? < began {
            continue;
        }
        let estimates: Estimates = serde_json::from_str(&fs::read_to_string(&estimates)?)?;
        let benchmark = fs::read_to_string(path.join("benchmark.json"))?;
        let benchmark: Benchmark = serde_json::from_str(&benchmark)?;
        into.insert(benchmark.full_id, estimates.median.point_estimate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_medians_of_this_run_only() {
        let folder = std::env::temp_dir().join(format!("handset-bench-{}", std::process::id()));
        let new = folder.join("build/dial/new");
        fs::create_dir_all(&new).unwrap();
        fs::write(new.join("benchmark.json"), r#"{"full_id":"build/dial"}"#).unwrap();
        let estimates = r#"{"median":{"point_estimate":1.5},"mean":{"point_estimate":2.5}}"#;
        fs::write(new.join("estimates.json"), estimates).unwrap();
        let collected = |began| {
            let mut found = BTreeMap::new();
            collect(&folder, began, &mut found).unwrap();
            found
        };
        let all = collected(SystemTime::UNIX_EPOCH);
        assert_eq!(all, BTreeMap::from([("build/dial".to_owned(), 1.5)]));
        let hour = std::time::Duration::from_secs(3600);
        assert!(collected(SystemTime::now() + hour).is_empty());
        fs::remove_dir_all(&folder).unwrap();
    }
}
