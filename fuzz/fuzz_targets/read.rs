//! Any text: the reader refuses it or reads it; what it reads can be written, reads back as it
//! was, and is well-formed to another reader; the checker finds problems only in the document.

#![no_main]

use libfuzzer_sys::fuzz_target;
use quick_xml::{Reader, events::Event};

fuzz_target!(|text: &str| {
    let checked = twiml::check(text);
    match twiml::read(text) {
        Ok(response) => {
            let xml = response.to_xml();
            // A document may grow when it is written: `'` in place of `"` makes `"` five letters
            // longer. Nothing else that was read is refused.
            let Ok(xml) = xml else {
                assert!(
                    matches!(xml, Err(twiml::WriteError::TooLong { .. })),
                    "{xml:?}"
                );
                return;
            };
            assert_eq!(twiml::read(&xml).as_ref(), Ok(&response), "{xml}");
            if let Ok(pretty) = response.to_pretty_xml() {
                assert_eq!(twiml::read(&pretty).as_ref(), Ok(&response), "{pretty}");
            }
            is_well_formed(&xml);
            let lines = text.matches('\n').count() + 1;
            for problem in checked.expect("what can be read can be checked") {
                assert!(problem.line <= lines && problem.column > 0, "{problem:?}");
                assert!(!problem.to_string().is_empty());
            }
            response
                .check()
                .expect("what can be written can be checked");
        }
        Err(error) => {
            assert!(error.line > 0 && error.column > 0);
            assert!(error.to_string().len() < 1_000);
            assert!(
                checked.is_err() || matches!(error.kind, twiml::ReadErrorKind::TooLong(_)),
                "{error}"
            );
        }
    }
});

fn is_well_formed(xml: &str) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_comments = true;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    attribute.unwrap_or_else(|error| panic!("{error}: {xml}"));
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{error}: {xml}"),
        }
    }
}
