//! On what it was measured.

use crate::sh;
use anyhow::{Context, Result};
use std::fs;

/// The npm packages that are named, of tests/clients/package.json.
const NPM: [&str; 3] = ["twilio", "express", "fast-xml-parser"];
/// The Python packages that are named, of tests/clients/requirements.txt.
const PYTHON: [&str; 2] = ["twilio", "PyJWT"];

/// The machine and the versions, as a list.
pub(super) fn described() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let (model, cores) = processor(&processors);
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = value(&release, "PRETTY_NAME=").unwrap_or(std::env::consts::OS);
    let kernel = version("uname", &["-sr"]);
    let clients = sh::root().join("tests/clients");
    let package = fs::read_to_string(clients.join("package.json"))?;
    let package: serde_json::Value = serde_json::from_str(&package)?;
    let requirements = fs::read_to_string(clients.join("requirements.txt"))?;
    let npm = NPM.map(|name| {
        let version = package["dependencies"][name].as_str();
        format!("{name} {}", version.unwrap_or("unknown"))
    });
    let python = PYTHON.map(|name| {
        let version = value(&requirements, &format!("{name}=="));
        format!("{name} {}", version.unwrap_or("unknown"))
    });
    Ok(format!(
        "- Processor: {model}, {cores} cores\n\
         - System: {system}, {kernel}\n\
         - Rust: {}\n\
         - Node: {}, with {}\n\
         - Python: {}, with {}\n",
        version("rustc", &["--version"]),
        version("node", &["--version"]),
        npm.join(", "),
        version("python3", &["--version"]),
        python.join(", "),
    ))
}

/// Today, as `2026-11-25`, in UTC.
pub(super) fn today() -> Result<String> {
    let date = sh::output("date", &["-u", "+%F"]).context("`date` failed")?;
    Ok(date.trim().to_owned())
}

/// How busy the machine is with other things: its load average of the last minute. Source: proc(5),
/// `loadavg`.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let last_minute = text.split_whitespace().next();
    last_minute.unwrap_or("unknown").to_owned()
}

fn version(program: &str, arguments: &[&str]) -> String {
    let text = sh::output(program, arguments).unwrap_or_else(|| "unknown".to_owned());
    text.trim().to_owned()
}

/// The model and how many there are. Source: proc(5), `cpuinfo`.
fn processor(cpuinfo: &str) -> (&str, usize) {
    let models = cpuinfo.lines().filter_map(|line| {
        let (name, model) = line.split_once(':')?;
        (name.trim() == "model name").then_some(model.trim())
    });
    let models: Vec<&str> = models.collect();
    let model = models.first().copied().unwrap_or("unknown");
    (model, models.len())
}

/// What comes after `name` at the start of a line, without quotes.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_processor() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC\n\nmodel name\t: AMD EPYC\n";
        assert_eq!(processor(text), ("AMD EPYC", 2));
        assert_eq!(processor(""), ("unknown", 0));
    }

    #[test]
    fn reads_a_value_after_its_name() {
        assert_eq!(value("A=1\nB=\"two\"\n", "B="), Some("two"));
        assert_eq!(value("attrs==1\n", "PyJWT=="), None);
    }

    #[test]
    fn every_package_that_is_named_is_pinned() {
        let text = described().unwrap();
        for name in NPM.iter().chain(&PYTHON) {
            assert!(!text.contains(&format!("{name} unknown")), "{text}");
        }
    }
}
