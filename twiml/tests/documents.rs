//! Documents that Twilio's helper libraries wrote: what we build from the same input is the same
//! in canonical form, and so is what we read of them and write again.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

mod canonical;

use canonical::canonical;
use serde_json::Value;
use twiml::{Element, Node, Response, Verb, WriteError};

#[derive(serde::Deserialize)]
struct Fixture {
    agree: Vec<Case>,
    unfit: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    id: String,
    /// `[name, {attributes}, children…]`; text is a string.
    tree: Value,
    #[serde(default)]
    xml: String,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/documents.json")).unwrap()
}

/// A value as both libraries write it; nothing for none.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            let words: Vec<String> = words.iter().filter_map(written).collect();
            Some(words.join(" "))
        }
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Some(other.to_string()),
    }
}

fn element(tree: &Value) -> Element {
    let [name, attributes, children @ ..] = tree.as_array().unwrap().as_slice() else {
        panic!("{tree}");
    };
    let mut element = Element::new(name.as_str().unwrap());
    for (name, value) in attributes.as_object().unwrap() {
        if let Some(value) = written(value) {
            element = element.attribute(name, value);
        }
    }
    for child in children {
        element = match child.as_str() {
            Some(text) => element.text(text),
            None => element.child(self::element(child)),
        };
    }
    element
}

/// The document of a tree, each verb by its type.
fn built(tree: &Value) -> Response {
    let root = element(tree);
    assert_eq!(root.name, Response::NAME);
    let mut response = Response {
        other: root.attributes.clone(),
        ..Response::new()
    };
    for node in root.children {
        if let Node::Text(text) = node {
            response.text = Some(text.into());
        } else {
            response.push(node);
        }
    }
    response
}

#[test]
fn what_is_built_is_what_both_libraries_write() {
    let cases = fixture().agree;
    for case in &cases {
        let response = built(&case.tree);
        let xml = response
            .to_xml()
            .unwrap_or_else(|e| panic!("{}: {e}", case.id));
        assert_eq!(canonical(&xml), case.xml, "{}", case.id);
    }
    assert_eq!(cases.len(), 450);
}

#[test]
fn documents_of_the_libraries_are_written_as_they_were_read() {
    for Case { id, xml, .. } in fixture().agree {
        let response = twiml::read(&xml).unwrap_or_else(|e| panic!("{id}: {e}"));
        let written = response.to_xml().unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(canonical(&written), xml, "{id}");
        assert_eq!(twiml::read(&written).unwrap(), response, "{id}");
        let pretty = response.to_pretty_xml().unwrap();
        assert_eq!(twiml::read(&pretty).unwrap(), response, "{id}\n{pretty}");
    }
}

#[test]
fn what_the_libraries_write_ill_formed_is_refused() {
    let cases = fixture().unfit;
    for case in &cases {
        let error = built(&case.tree).to_xml().unwrap_err();
        assert!(
            matches!(error, WriteError::Character { .. }),
            "{}: {error}",
            case.id
        );
    }
    assert_eq!(cases.len(), 6);
}

#[test]
fn every_element_of_the_libraries_is_read_into_its_type() {
    for Case { id, xml, .. } in fixture().agree {
        if id.starts_with("generic") {
            continue;
        }
        let debug = format!("{:?}", twiml::read(&xml).unwrap());
        assert!(!debug.contains("Element {"), "{id}: {debug}");
    }
}

#[test]
fn attributes_of_the_libraries_go_to_fields_of_their_own() {
    for Case { id, xml, .. } in fixture().agree {
        // Values that no field of the attribute's type holds, on purpose; and samples of text
        // where a word or number is due.
        if id.starts_with("val-") || id.starts_with("generic") {
            continue;
        }
        let debug = format!("{:?}", twiml::read(&xml).unwrap());
        let kept = debug.matches("other: [(").count();
        assert_eq!(kept, 0, "{id}: {debug}");
    }
}

#[test]
fn verbs_of_a_call_have_a_variant_of_their_own() {
    let own = [
        "Say", "Play", "Pause", "Dial", "Record", "Gather", "Redirect", "Reject", "Hangup",
    ];
    for Case { id, xml, .. } in fixture().agree {
        for verb in &twiml::read(&xml).unwrap().verbs {
            let is_other = matches!(verb, Verb::Other(_));
            assert_eq!(!is_other, own.contains(&verb.name()), "{id}: {verb:?}");
        }
    }
}
