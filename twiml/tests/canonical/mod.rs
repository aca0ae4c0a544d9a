//! A canonical form, written apart from the crate.

use quick_xml::{Reader, XmlVersion, events::Event};
use std::collections::BTreeMap;

/// Canonical XML 2.0, as far as these documents need it; written apart from the crate.
pub(crate) fn canonical(xml: &str) -> String {
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
