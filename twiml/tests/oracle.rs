//! The tables against those of Twilio's helper libraries.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use twiml::{
    Dial, Noun, Response, Verb,
    spec::{Attribute, Kind, Known, Spec, Text},
};

#[derive(serde::Deserialize)]
struct Fixture {
    elements: BTreeMap<String, Element>,
    enums: BTreeMap<String, Vec<String>>,
}

#[derive(serde::Deserialize)]
struct Element {
    text: String,
    children: Vec<String>,
    attributes: BTreeMap<String, Type>,
}

#[derive(serde::Deserialize)]
struct Type {
    /// What the Node library calls it; nothing for what the Python library alone has.
    r#type: Option<String>,
    #[serde(default)]
    list: bool,
    r#enum: Option<String>,
}

/// Twilio's documentation has these, its libraries do not.
const DOCUMENTED: [(&str, &str); 2] = [("Client", "clientNotificationUrl"), ("Dial", "callReason")];

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/elements.json")).unwrap()
}

fn set<T: Into<String>>(words: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    words.into_iter().map(Into::into).collect()
}

#[test]
fn the_tables_have_every_element_and_no_other() {
    let fixture = fixture();
    assert_eq!(
        set(Spec::all().map(|spec| spec.name)),
        set(fixture.elements.into_keys())
    );
    assert_eq!(Spec::all().count(), 58);
}

#[test]
fn the_tables_have_every_attribute_and_no_other() {
    let mut pairs = 0;
    for (name, element) in fixture().elements {
        let spec = Spec::of(&name).unwrap();
        let documented = DOCUMENTED.iter().filter(|(of, _)| *of == name);
        let mut expected = set(element.attributes.into_keys());
        pairs += expected.len();
        expected.extend(documented.map(|(_, attribute)| (*attribute).to_owned()));
        let found: Vec<&str> = spec.attributes.iter().map(|known| known.name).collect();
        assert_eq!(set(found.iter().copied()), expected, "{name}");
        assert_eq!(found.len(), expected.len(), "{name} has an attribute twice");
    }
    assert_eq!(pairs, 302);
}

#[test]
fn the_tables_let_stand_what_the_libraries_let_stand() {
    for (name, element) in fixture().elements {
        let spec = Spec::of(&name).unwrap();
        assert_eq!(
            set(spec.children.iter().copied()),
            set(element.children),
            "{name}"
        );
        let text = match spec.text {
            Text::Absent => "absent",
            Text::Optional => "optional",
            Text::Required => "required",
        };
        assert_eq!(text, element.text, "{name}");
    }
}

#[test]
fn the_enums_of_verbs_and_nouns_are_those_of_the_tables() {
    let of = |name| Spec::of(name).unwrap().children.iter().copied();
    assert_eq!(set(Verb::NAMES.iter().copied()), set(of(Response::NAME)));
    assert_eq!(set(Noun::NAMES.iter().copied()), set(of(Dial::NAME)));
}

#[track_caller]
fn check_kind(
    place: &str,
    found: &Attribute,
    expected: &Type,
    enums: &BTreeMap<String, Vec<String>>,
) {
    let words = |known: Known| known.words().map(str::to_owned).collect::<BTreeSet<_>>();
    let of = |name: &str| enums[name].iter().cloned().collect::<BTreeSet<_>>();
    match (
        found.kind,
        expected.r#enum.as_deref(),
        expected.r#type.as_deref(),
    ) {
        (Kind::Word(known), Some(name), _) if !expected.list => {
            assert_eq!(words(known), of(name), "{place}");
        }
        (Kind::Words(Some(known)), Some(name), _) if expected.list => {
            assert_eq!(words(known), of(name), "{place}");
        }
        (Kind::Number { .. }, None, Some("number")) if !expected.list => {}
        (Kind::Numbers, None, Some("number")) if expected.list => {}
        (Kind::Flag, None, Some("boolean")) | (Kind::Text, None, Some("string") | None) => {}
        // The libraries say of most methods only that they are text.
        (Kind::Word(known), None, Some("string")) => {
            assert!(found.name.to_lowercase().ends_with("method"), "{place}");
            assert_eq!(words(known), set(["GET", "POST"]), "{place}");
        }
        (kind, ..) => panic!("{place}: {kind:?} in place of {:?}", expected.r#type),
    }
}

#[test]
fn every_attribute_has_the_kind_and_the_words_that_the_libraries_give_it() {
    let Fixture { elements, enums } = fixture();
    for (name, element) in elements {
        for (attribute, expected) in element.attributes {
            let found = Spec::of(&name).unwrap().attribute(&attribute).unwrap();
            check_kind(&format!("{name}/@{attribute}"), found, &expected, &enums);
        }
    }
}

#[test]
fn every_entry_says_what_it_is_about_in_a_sentence() {
    for spec in Spec::all() {
        let attributes = spec.attributes.iter();
        let told = attributes.map(|attribute| (attribute.name, attribute.about));
        for (name, about) in told.chain([(spec.name, spec.about)]) {
            assert!(about.ends_with('.'), "{}/{name}: {about:?}", spec.name);
        }
    }
}
