//! `docs/benchmarks.md`: the tables as they were last measured.

use super::machine;
use crate::sh;
use anyhow::Result;
use std::fs;

const MACHINE: &str = "Machine";

const HEAD: &str = "# Benchmarks

Measured and written by `cargo xtask bench`; parts of it by `cargo xtask bench calls`, `media`, `libraries`, `webhooks` or `criterion`. A ratio above 1 means that Handset is faster. Nothing fails when a goal is missed.
";

/// A chapter of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    title: String,
    text: String,
}

impl Section {
    pub(super) fn new(title: &str, text: String) -> Self {
        let (title, text) = (title.to_owned(), text.trim().to_owned());
        Self { title, text }
    }
}

/// Writes this chapter down and keeps the others, unless those are of another machine. `load` is
/// the machine's load average from before it was measured.
pub(super) fn write(section: Section, load: &str) -> Result<()> {
    let path = sh::root().join("docs/benchmarks.md");
    let old = fs::read_to_string(&path).unwrap_or_default();
    let today = machine::today()?;
    let dated = Section {
        text: format!(
            "Measured {today}, at a load average of {load}. {}",
            section.text
        ),
        ..section
    };
    let machine = Section::new(MACHINE, machine::described()?);
    let (kept, dropped) = merged(&old, machine, dated);
    for section in dropped {
        eprintln!(
            "xtask: \"{}\" was measured on another machine and is left out of {}",
            section.title,
            path.display()
        );
    }
    fs::write(&path, written(&kept))?;
    eprintln!("xtask: written to {}", path.display());
    Ok(())
}

/// The chapters that the document has from now on, and those that it loses.
fn merged(old: &str, machine: Section, new: Section) -> (Vec<Section>, Vec<Section>) {
    let mut old = read(old);
    let same_machine = old.contains(&machine);
    old.retain(|known| known.title != MACHINE && known.title != new.title);
    let (mut all, dropped) = if same_machine {
        (old, Vec::new())
    } else {
        (Vec::new(), old)
    };
    all.push(new);
    let place = |section: &Section| {
        let mut titles = super::Part::ALL.iter().map(|part| part.title());
        titles.position(|title| title == section.title)
    };
    all.sort_by_key(place);
    all.insert(0, machine);
    (all, dropped)
}

fn read(document: &str) -> Vec<Section> {
    let chapters = document.split("\n## ").skip(1);
    let sections = chapters.filter_map(|chapter| {
        let (title, text) = chapter.split_once('\n')?;
        Some(Section::new(title, text.to_owned()))
    });
    sections.collect()
}

fn written(sections: &[Section]) -> String {
    let chapters = sections
        .iter()
        .map(|Section { title, text }| format!("\n## {title}\n\n{text}\n"));
    chapters.fold(HEAD.to_owned(), |document, chapter| document + &chapter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(title: &str, text: &str) -> Section {
        Section::new(title, text.to_owned())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let sections = [
            section(MACHINE, "- a"),
            section("Libraries", "| a |\n\n| b |"),
        ];
        assert_eq!(read(&written(&sections)), sections);
    }

    #[test]
    fn a_part_that_is_measured_again_takes_the_place_of_the_old() {
        let (machine, calls) = (section(MACHINE, "m"), section("Calls and page", "1"));
        let libraries = section("Libraries", "2");
        let old = written(&[machine.clone(), calls, libraries.clone()]);
        let calls = section("Calls and page", "3");
        let (kept, dropped) = merged(&old, machine.clone(), calls.clone());
        assert_eq!((kept, dropped), (vec![machine, calls, libraries], vec![]));
    }

    #[test]
    fn parts_of_two_machines_are_not_mixed() {
        let libraries = section("Libraries", "2");
        let old = written(&[section(MACHINE, "m"), libraries.clone()]);
        let (machine, calls) = (section(MACHINE, "n"), section("Calls and page", "3"));
        let (kept, dropped) = merged(&old, machine.clone(), calls.clone());
        assert_eq!((kept, dropped), (vec![machine, calls], vec![libraries]));
    }
}
