//! Reads a TwiML document, checks and prints it.

use ::twiml::{Problem, Severity};
use anyhow::{Context, Result, bail};
use std::{
    io::{Read, Write},
    path::Path,
};

/// Prints the problems of the document in `file` to the standard error and the document to the
/// standard output, laid out. Fails when it cannot be read, or when Twilio would refuse it.
pub(crate) fn twiml(file: &Path) -> Result<()> {
    let (name, text) = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("the standard input cannot be read")?;
        ("standard input".to_owned(), text)
    } else {
        let name = file.display().to_string();
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{name} cannot be read"))?;
        (name, text)
    };
    let report = Report::of(&text).with_context(|| format!("{name} is not TwiML"))?;
    for problem in &report.problems {
        eprintln!("{name}: {problem}");
    }
    if let Some(document) = &report.document {
        std::io::stdout().write_all(document.as_bytes())?;
    }
    match report.errors() {
        0 => Ok(()),
        1 => bail!("{name} has an error"),
        errors => bail!("{name} has {errors} errors"),
    }
}

struct Report {
    problems: Vec<Problem>,
    /// Laid out; none when it is too long for Twilio, which is among the problems.
    document: Option<String>,
}

impl Report {
    fn of(text: &str) -> Result<Self> {
        let problems = ::twiml::check(text)?;
        let document = match ::twiml::read(text) {
            Ok(response) => response.to_pretty_xml().ok(),
            Err(_) => None,
        };
        Ok(Self { problems, document })
    }

    fn errors(&self) -> usize {
        let severities = self.problems.iter().map(Problem::severity);
        severities
            .filter(|severity| *severity == Severity::Error)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_document_is_laid_out() {
        let report = Report::of("<Response><Say>Hi</Say><Hangup/></Response>").unwrap();
        assert_eq!((report.problems.len(), report.errors()), (0, 0));
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                        <Response>\n  <Say>Hi</Say>\n  <Hangup/>\n</Response>\n";
        assert_eq!(report.document.as_deref(), Some(expected));
    }

    #[test]
    fn only_errors_fail() {
        let errors = |text| Report::of(text).unwrap().errors();
        assert_eq!(errors("<Response><Say colour='x'>Hi</Say></Response>"), 0);
        assert_eq!(errors("<Response><Dial timeout='0'>1</Dial></Response>"), 1);
        let long = format!("<Response>{}</Response>", "<Pause/>".repeat(9_000));
        let report = Report::of(&long).unwrap();
        assert_eq!((report.errors(), report.document), (1, None));
        assert!(Report::of("<Response>").is_err());
    }
}
