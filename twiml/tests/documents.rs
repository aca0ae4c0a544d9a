//! Documents that Twilio's helper libraries wrote: what we read of them and write again is the
//! same, in canonical form.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use quick_xml::{Reader, XmlVersion, events::Event};
use std::collections::BTreeMap;
use twiml::{Response, Verb};

#[derive(serde::Deserialize)]
struct Fixture {
    documents: BTreeMap<String, String>,
}

fn documents() -> BTreeMap<String, String> {
    let json = include_str!("fixtures/documents.json");
    serde_json::from_str::<Fixture>(json).unwrap().documents
}

/// Canonical XML 2.0, as far as these documents need it; written apart from the crate.
fn canonical(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut out = String::new();
    let escape = |text: &str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        text.replace('\r', "&#xD;")
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let mut attributes = BTreeMap::new();
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap();
                    let value = escape(&value).replace('"', "&quot;");
                    let value = value.replace('\t', "&#x9;").replace('\n', "&#xA;");
                    attributes.insert(attribute.key.into_inner().to_owned(), value);
                }
                out += &format!("<{}", start.name().into_inner());
                for (name, value) in attributes {
                    out += &format!(" {name}=\"{value}\"");
                }
                out.push('>');
            }
            Event::End(end) => out += &format!("</{}>", end.name().into_inner()),
            Event::Text(text) => out += &escape(&text.xml10_content()).replace('>', "&gt;"),
            Event::GeneralRef(reference) => {
                out += &match reference.resolve_char_ref().unwrap() {
                    Some('\r') => "&#xD;".to_owned(),
                    Some(other) => other.to_string(),
                    None if &*reference == "quot" => "\"".to_owned(),
                    None if &*reference == "apos" => "'".to_owned(),
                    None => format!("&{};", &*reference),
                };
            }
            Event::Decl(_) => {}
            Event::Eof => return out,
            other @ (Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::PI(_)
            | Event::DocType(_)) => panic!("the writer does not write {other:?}"),
        }
    }
}

#[test]
fn documents_of_the_helper_libraries_are_written_as_they_were_read() {
    let mut seen = 0;
    for (id, document) in documents() {
        let response = twiml::read(&document).unwrap_or_else(|e| panic!("{id}: {e}"));
        let written = response.to_xml().unwrap_or_else(|e| panic!("{id}: {e}"));
        if id == "mixed-text-child-tail" {
            // Text of `<Dial>` is a number: it comes first and without white space.
            let tail = canonical(&written);
            assert_eq!(
                tail,
                "<Response><Dial>tail<Number>+1</Number></Dial></Response>"
            );
        } else {
            assert_eq!(canonical(&written), document, "{id}");
        }
        assert_eq!(twiml::read(&written).unwrap(), response, "{id}");
        let pretty = response.to_pretty_xml().unwrap();
        assert_eq!(twiml::read(&pretty).unwrap(), response, "{id}\n{pretty}");
        seen += 1;
    }
    assert!(seen > 250, "{seen} documents");
}

#[test]
fn verbs_with_a_type_are_read_into_it() {
    for (id, document) in documents() {
        let response: Response = twiml::read(&document).unwrap();
        for verb in &response.verbs {
            let typed = [
                "Say", "Play", "Pause", "Dial", "Record", "Gather", "Redirect", "Reject", "Hangup",
            ];
            let is_other = matches!(verb, Verb::Other(_));
            assert_eq!(!is_other, typed.contains(&verb.name()), "{id}: {verb:?}");
        }
    }
}
