//! Tables that read well in a terminal and as Markdown.

use std::fmt;

/// A table with as many columns as its head; those whose name begins with `>` are set to the right.
pub(super) struct Table {
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        let right = head.iter().map(|name| name.starts_with('>')).collect();
        let names = head
            .iter()
            .map(|name| name.trim_start_matches('>').to_owned());
        Self {
            right,
            rows: vec![names.collect()],
        }
    }

    /// Adds a line.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut cells: Vec<String> = cells.into_iter().collect();
        cells.resize(self.right.len(), String::new());
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..self.right.len()).map(width).collect();
        for (line, row) in self.rows.iter().enumerate() {
            for ((cell, right), width) in row.iter().zip(&self.right).zip(&widths) {
                match right {
                    true => write!(f, "| {cell:>width$} ")?,
                    false => write!(f, "| {cell:<width$} ")?,
                }
            }
            writeln!(f, "|")?;
            if line == 0 {
                for (right, width) in self.right.iter().zip(&widths) {
                    let dashes = "-".repeat(*width);
                    write!(f, "| {}", if *right { &dashes[1..] } else { &dashes })?;
                    write!(f, "{}", if *right { ": " } else { " " })?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

/// How a goal is marked.
pub(super) fn verdict(met: bool) -> String {
    if met { "met" } else { "**missed**" }.to_owned()
}

/// A time, given in nanoseconds, with three digits.
pub(super) fn time(ns: f64) -> String {
    let (value, unit) = match ns {
        ..1e3 => (ns, "ns"),
        ..1e6 => (ns / 1e3, "µs"),
        _ => (ns / 1e6, "ms"),
    };
    format!("{} {unit}", three_digits(value))
}

/// A number with three digits, or all of those before the point.
pub(super) fn three_digits(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["A", ">Time"]);
        table.row(["µs µs".to_owned(), "1".to_owned()]);
        table.row(["b".to_owned()]);
        let expected = "\
| A     | Time |
| ----- | ---: |
| µs µs |    1 |
| b     |      |
";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn times_have_three_digits_and_a_unit() {
        let times = [(9.0, "9.00 ns"), (322.4, "322 ns"), (1047.0, "1.05 µs")];
        for (ns, text) in times {
            assert_eq!(time(ns), text);
        }
        assert_eq!(time(99_960.0), "100 µs");
        assert_eq!(time(12_345_678.0), "12.3 ms");
    }
}
