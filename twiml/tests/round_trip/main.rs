//! What is written reads back as it was, whatever it is; and rubbish does no harm.

mod strategies;

use proptest::{collection::vec, prelude::*};
use strategies::{known, mostly_twiml, nearly_twiml, response};
use twiml::{Pause, Response, Say, Verb};

/// Twilio's own sample for a new number.
const WELCOME: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Response>
    <Say voice="alice">Thanks for trying our documentation. Enjoy!</Say>
    <Pause length="1"/>
    <Say voice="alice">Goodbye.</Say>
</Response>"#;

#[test]
fn twilios_welcome_sample_is_read_and_written() {
    let expected = Response::new()
        .with(Say::new("Thanks for trying our documentation. Enjoy!").voice("alice"))
        .with(Pause::new().length_s(1))
        .with(Say::new("Goodbye.").voice("alice"));
    assert_eq!(twiml::read(WELCOME).unwrap(), expected);
    let compact = WELCOME.replace("\n    ", "").replace('\n', "");
    assert_eq!(expected.to_xml().unwrap(), compact);
    let pretty = WELCOME.replace("    ", "  ") + "\n";
    assert_eq!(expected.to_pretty_xml().unwrap(), pretty);
}

#[track_caller]
fn check_what_was_read(xml: &str) -> Result<(), TestCaseError> {
    if let Ok(response) = twiml::read(xml) {
        let written = response.to_xml().expect("what was read can be written");
        prop_assert_eq!(twiml::read(&written), Ok(response.clone()), "{}", written);
        let pretty = response
            .to_pretty_xml()
            .expect("what can be written can be spread");
        prop_assert_eq!(twiml::read(&pretty), Ok(response), "{}", pretty);
        prop_assert!(twiml::check(xml).is_ok(), "{}", xml);
    }
    Ok(())
}

#[test]
fn what_fuzzing_kept_is_refused_or_survives() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/read");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        check_what_was_read(&String::from_utf8_lossy(&bytes)).unwrap();
        seen += 1;
    }
    assert!(seen > 100, "{seen} documents");
}

proptest! {
    #[test]
    fn what_is_written_reads_back(response in response()) {
        let xml = response.to_xml().unwrap();
        prop_assert_eq!(&twiml::read(&xml).unwrap(), &response, "{}", xml);
        let pretty = response.to_pretty_xml().unwrap();
        prop_assert_eq!(&twiml::read(&pretty).unwrap(), &response, "{}", pretty);
    }

    #[test]
    fn every_element_of_the_tables_reads_back(verbs in vec(known(), 0..4)) {
        let response: Response = verbs.into_iter().map(Verb::from).collect();
        let xml = response.to_xml().unwrap();
        prop_assert_eq!(&twiml::read(&xml).unwrap(), &response, "{}", xml);
        let pretty = response.to_pretty_xml().unwrap();
        prop_assert_eq!(&twiml::read(&pretty).unwrap(), &response, "{}", pretty);
    }

    #[test]
    fn what_is_read_is_checked_and_every_problem_has_its_place(verbs in vec(known(), 0..4)) {
        let response: Response = verbs.into_iter().map(Verb::from).collect();
        let xml = response.to_pretty_xml().unwrap();
        let problems = response.check().unwrap();
        prop_assert_eq!(&twiml::check(&xml).unwrap(), &problems);
        for problem in problems {
            let line = xml.split('\n').nth(problem.line - 1).unwrap();
            let here: String = line.chars().skip(problem.column - 1).collect();
            let expected = match problem.place.rsplit_once('/') {
                Some((_, part)) if part.starts_with('@') => format!("{}=\"", &part[1..]),
                Some((_, "text()")) => String::new(),
                Some((_, step)) => format!("<{}", step.split('[').next().unwrap()),
                None => "<Response".to_owned(),
            };
            prop_assert!(here.starts_with(&expected), "{} in {}", problem, xml);
        }
    }

    #[test]
    fn any_text_is_refused_or_survives(text in ".{0,20}") {
        let response = Response::new().with(Say::new(text.clone()).voice(text));
        if let Ok(xml) = response.to_xml() {
            prop_assert_eq!(twiml::read(&xml).unwrap(), response);
        }
    }

    #[test]
    fn rubbish_is_refused_or_survives(text in any::<String>()) {
        check_what_was_read(&text)?;
    }

    #[test]
    fn broken_documents_are_refused_or_survive(text in nearly_twiml()) {
        check_what_was_read(&text)?;
    }

    #[test]
    fn odd_documents_survive(text in mostly_twiml()) {
        prop_assert!(twiml::read(&text).is_ok(), "{}", text);
        check_what_was_read(&text)?;
    }

    #[test]
    fn a_document_cut_off_anywhere_is_refused(cut in 0..WELCOME.len() - 1) {
        prop_assert!(twiml::read(&WELCOME[..cut]).is_err());
    }
}
