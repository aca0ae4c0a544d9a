//! Documents of every kind: any that can be written, and some that nearly can be read.

use proptest::{collection::vec, option, prelude::*};
use twiml::{
    Client, Dial, Element, Gather, Hangup, Node, Noun, Number, Pause, Play, Record, Redirect,
    Reject, RejectReason, Response, Say, Sip, Text, Verb,
    spec::{Kind, Spec},
};

/// Any text that XML can hold, rich in what must be escaped.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let chars = prop_oneof![
        4 => prop::char::range('a', 'z'),
        3 => prop::sample::select("&<>\"' \t\n\r]-;#".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    vec(chars, 0..12).prop_map(|chars| {
        let can_stand =
            |c: &char| *c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}') || "\t\n\r".contains(*c);
        chars.into_iter().filter(can_stand).collect()
    })
}

/// The same, as a document holds it.
fn held_text() -> impl Strategy<Value = Text> {
    any_text().prop_map(Text::from)
}

/// An address: white space around it would not count.
fn address() -> impl Strategy<Value = Text> {
    any_text().prop_map(|text| text.trim_matches([' ', '\t', '\n', '\r']).to_owned().into())
}

fn solid_text() -> impl Strategy<Value = Option<Text>> {
    option::of(address().prop_filter("not blank", |text: &Text| !text.is_empty()))
}

fn words() -> impl Strategy<Value = Vec<Text>> {
    vec("[a-z&<\"é-]{1,9}".prop_map(Text::from), 0..4)
}

/// Attributes that no type knows.
fn unknown() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_map("x[A-Za-z.:-]{0,4}", any_text(), 0..3)
        .prop_map(|map| map.into_iter().collect())
}

/// Elements that no type knows, with text between them, in the form in which they are read.
fn element() -> impl Strategy<Value = Element> {
    let leaf = ("X[a-z]{0,3}", unknown()).prop_map(|(name, attributes)| {
        let mut element = Element::new(name);
        element.attributes = attributes;
        element
    });
    leaf.prop_recursive(3, 12, 4, |inner| {
        (
            "X[a-z]{0,3}",
            unknown(),
            any_text(),
            vec((inner, any_text()), 0..3),
        )
            .prop_map(|(name, attributes, lead, children)| {
                let mut element = Element::new(name).text(lead);
                element.attributes = attributes;
                for (child, tail) in children {
                    element = element.child(child).text(tail);
                }
                element
            })
    })
}

/// What may follow the text of a verb: an element, and then anything.
fn rest() -> impl Strategy<Value = Vec<Node>> {
    prop_oneof![
        3 => Just(Vec::new()),
        1 => (element(), any_text()).prop_map(|(first, tail)| {
            Element::new("X").child(first).text(tail).children
        }),
    ]
}

/// What may follow the address of a noun: the same, but no blank text.
fn solid_rest() -> impl Strategy<Value = Vec<Node>> {
    rest().prop_map(|rest| rest.into_iter().filter(is_solid).collect())
}

fn is_solid(node: &Node) -> bool {
    !matches!(node, Node::Text(text) if text.trim_matches([' ', '\t', '\n', '\r']).is_empty())
}

/// What may stand in a verb that holds nothing: no blank text.
fn solid() -> impl Strategy<Value = Vec<Node>> {
    (solid_text(), rest()).prop_map(|(lead, rest)| {
        let lead = lead.map(|lead| Node::Text(lead.into_owned()));
        lead.into_iter()
            .chain(rest.into_iter().filter(is_solid))
            .collect()
    })
}

prop_compose! {
    fn say()(
        text in held_text(), ssml in rest(), voice in option::of(held_text()),
        language in option::of(held_text()), loop_count in any::<Option<u32>>(), other in unknown(),
    ) -> Say {
        Say { text, ssml, voice, language, loop_count, other }
    }
}

prop_compose! {
    fn play()(
        url in address(), other_content in solid_rest(), loop_count in any::<Option<u32>>(),
        digits in option::of(held_text()), other in unknown(),
    ) -> Play {
        Play { url, other_content, loop_count, digits, other }
    }
}

prop_compose! {
    fn pause()(other_content in solid(), length_s in any::<Option<u32>>(), other in unknown()) -> Pause {
        Pause { other_content, length_s, other }
    }
}

prop_compose! {
    fn number()(
        number in address(), other_content in solid_rest(), url in option::of(held_text()),
        status_callback in option::of(held_text()), status_callback_event in words(),
        other in unknown(),
    ) -> Number {
        Number { number, other_content, url, status_callback, status_callback_event, other, ..Number::default() }
    }
}

prop_compose! {
    fn client()(
        identity in address(), parameters in vec((held_text(), held_text()), 0..3),
        other_content in solid(), status_callback_event in words(), other in unknown(),
    ) -> Client {
        Client { identity, parameters, other_content, status_callback_event, other, ..Client::default() }
    }
}

prop_compose! {
    fn sip()(
        uri in address(), children in solid_rest(), username in option::of(held_text()), other in unknown(),
    ) -> Sip {
        Sip { uri, children, username, other, ..Sip::default() }
    }
}

fn noun() -> impl Strategy<Value = Noun> {
    prop_oneof![
        number().prop_map(Noun::from),
        client().prop_map(Noun::from),
        sip().prop_map(Noun::from),
        element().prop_map(Noun::from),
    ]
}

prop_compose! {
    fn dial()(
        nouns in vec(noun(), 0..4), text in solid_text(), timeout_s in any::<Option<u32>>(),
        action in option::of(held_text()), caller_id in option::of(held_text()),
        answer_on_bridge in any::<Option<bool>>(), other in unknown(),
    ) -> Dial {
        Dial { nouns, text, timeout_s, action, caller_id, answer_on_bridge, other, ..Dial::default() }
    }
}

prop_compose! {
    fn record()(
        other_content in solid(), max_length_s in any::<Option<u32>>(),
        finish_on_key in option::of(held_text()), play_beep in any::<Option<bool>>(), other in unknown(),
    ) -> Record {
        Record { other_content, max_length_s, finish_on_key, play_beep, other, ..Record::default() }
    }
}

fn in_gather() -> impl Strategy<Value = Verb> {
    prop_oneof![
        say().prop_map(Verb::from),
        play().prop_map(Verb::from),
        pause().prop_map(Verb::from),
        element().prop_map(Verb::from),
    ]
}

prop_compose! {
    fn gather()(
        children in vec(in_gather(), 0..3), text in solid_text(), num_digits in any::<Option<u32>>(),
        input in words(), action_on_empty_result in any::<Option<bool>>(), other in unknown(),
    ) -> Gather {
        Gather { children, text, num_digits, input, action_on_empty_result, other, ..Gather::default() }
    }
}

prop_compose! {
    fn redirect()(url in address(), other_content in solid_rest(), method in option::of(held_text())) -> Redirect {
        Redirect { url, other_content, method, other: Vec::new() }
    }
}

prop_compose! {
    fn reject()(
        reason in option::of(prop::sample::select(vec![RejectReason::Busy, RejectReason::Rejected])),
        children in solid(), other in unknown(),
    ) -> Reject {
        Reject { reason, children, other }
    }
}

fn verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        in_gather(),
        dial().prop_map(Verb::from),
        record().prop_map(Verb::from),
        gather().prop_map(Verb::from),
        redirect().prop_map(Verb::from),
        reject().prop_map(Verb::from),
        (solid(), unknown()).prop_map(|(children, other)| Hangup { children, other }.into()),
    ]
}

prop_compose! {
    pub(crate) fn response()(verbs in vec(verb(), 0..5), text in solid_text(), other in unknown()) -> Response {
        Response { verbs, text, other }
    }
}

/// Any element of the tables, with attributes that it has and values that they take or do not, and
/// with what may stand in it and what may not.
pub(crate) fn known() -> impl Strategy<Value = Element> {
    let leaf = tag();
    leaf.prop_recursive(4, 24, 4, |inner| {
        (tag(), any_text(), vec((inner, any_text()), 0..4)).prop_map(|(tag, lead, children)| {
            let tag = tag.text(lead);
            let add = |tag: Element, (child, tail): (Element, String)| tag.child(child).text(tail);
            children.into_iter().fold(tag, add)
        })
    })
}

fn tag() -> impl Strategy<Value = Element> {
    let specs: Vec<&Spec> = Spec::all().skip(1).collect();
    prop::sample::select(specs).prop_flat_map(|spec| {
        let known = prop::sample::subsequence(
            spec.attributes.iter().collect::<Vec<_>>(),
            0..=spec.attributes.len().min(5),
        );
        (known, vec((value(), any_text(), 0_u8..4), 5), unknown()).prop_map(
            |(known, values, unknown)| {
                let mut element = Element::new(spec.name);
                element.attributes = unknown;
                for (attribute, (number, text, which)) in known.into_iter().zip(values) {
                    let value = match (which, attribute.kind) {
                        (0, _) => text,
                        (_, Kind::Word(known) | Kind::Words(Some(known))) => {
                            let words: Vec<&str> = known.words().collect();
                            words[number as usize % words.len()].to_owned()
                        }
                        (_, Kind::Flag) => (number % 2 == 0).to_string(),
                        (
                            _,
                            Kind::Text | Kind::Words(None) | Kind::Number { .. } | Kind::Numbers,
                        ) => number.to_string(),
                    };
                    element = element.attribute(attribute.name, value);
                }
                element
            },
        )
    })
}

fn value() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..1_000, any::<u32>()]
}

/// Something that looks like TwiML, and is not always well-formed.
pub(crate) fn nearly_twiml() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "<Response>",
        "</Response>",
        "<Response/>",
        "<Say>",
        "</Say>",
        "<Say voice=\"a\">",
        "<Dial",
        "<Dial>",
        "</Dial>",
        "<Client>",
        "</Client>",
        "<Identity>",
        "</Identity>",
        "<Identity/>",
        "<Parameter name=\"a\" value=\"b\"/>",
        "<Number>",
        "</Number>",
        "<Gather>",
        "</Gather>",
        "<Hangup/>",
        "<X a='1'>",
        "</X>",
        "<X/>",
        " timeout=\"5\"",
        " timeout='x'",
        ">",
        "/>",
        "<",
        "&amp;",
        "&#13;",
        "&#x1;",
        "&#xD800;",
        "&x;",
        "&",
        "]]>",
        "<![CDATA[ <a> ]]>",
        "<!-- c -->",
        "<!--",
        "<?pi x?>",
        "<?xml version=\"1.0\"?>",
        "<!DOCTYPE Response>",
        "\r\n",
        "\r",
        " ",
        "\u{a0}",
        "text",
        "é",
        "\u{feff}",
        "\u{1}",
        "=\"",
        "\"",
        "'",
    ]);
    vec(parts, 0..24).prop_map(|parts| parts.concat())
}

/// The same, but inside of a document, so that more of it is well-formed.
pub(crate) fn mostly_twiml() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "<Say>a<break/> b</Say>",
        "<Client> a <Parameter name='n' value='v'/> b </Client>",
        "<Client><X/>b<Identity>c</Identity></Client>",
        "<Client>a<Identity>b</Identity></Client>",
        "<Client><Identity/>b</Client>",
        "<Client><Parameter name='n'/>t</Client>",
        "<Number timeout='5' statusCallbackEvent=' a  b '> 1 </Number>",
        "<Pause length='x'>t</Pause>",
        "<Pause length=' 7 '/>",
        "<Reject reason='nope'> <Parameter/> t</Reject>",
        "<X> <Y/> </X>",
        "<Gather input=''>t<Dial/><Say/>u</Gather>",
        " text ",
        "&#13;",
        "<!-- c -->",
        "<![CDATA[<]]>",
        "<Play digits='1'> u <X/> v </Play>",
    ]);
    vec(parts, 0..12).prop_flat_map(|parts| {
        let inside = parts.concat();
        prop::sample::select(vec![
            format!("<Response>{inside}</Response>"),
            format!("<Response a='b'><Dial timeout='z'>{inside}</Dial></Response>"),
            format!("<Response><Gather>{inside}</Gather>{inside}</Response>"),
        ])
    })
}
