//! What is read as it stands, however it is written, and what is kept of what has no field.

use twiml::{
    Break, Client, Conference, Dial, Element, Gather, Node, Noun, Number, Pause, Play, Redirect,
    Response, Say, Verb,
};

#[test]
fn line_ends_and_tabs_survive_where_readers_would_change_them() {
    let odd = "a\rb\r\nc\n\td";
    let response = Response::new().with(Say::new(odd).voice(odd));
    let xml = response.to_xml().unwrap();
    assert!(
        xml.contains("voice=\"a&#13;b&#13;&#10;c&#10;&#9;d\">a&#13;b&#13;\nc\n\td</Say>"),
        "{xml}"
    );
    assert_eq!(twiml::read(&xml).unwrap(), response);
    // As they stand in a document, they are what XML makes of them.
    let read = twiml::read("<Response><Say voice='a\r\nb\tc'>a\r\nb\rc</Say></Response>").unwrap();
    let expected = Response::new().with(Say::new("a\nb\nc").voice("a b c"));
    assert_eq!(read, expected);
}

#[test]
fn values_that_a_field_cannot_hold_are_kept() {
    let xml = "<Response><Dial timeout=\"soon\" hangupOnStar=\"TRUE\" timeLimit=\" 60 \" \
               newThing=\"1\"><Number statusCallbackEvent=\"\">+12025550101</Number></Dial></Response>";
    let response = twiml::read(xml).unwrap();
    let expected = Dial::new()
        .attribute("timeout", "soon")
        .hangup_on_star(true)
        .time_limit_s(60)
        .attribute("newThing", "1")
        .number(Number::new("+12025550101").attribute("statusCallbackEvent", ""));
    assert_eq!(expected.timeout_s, None);
    assert_eq!(response, Response::new().with(expected.clone()));
    // Set again by name, it goes to its field, and the last value counts.
    let again = expected
        .attribute("timeout", "9")
        .attribute("newThing", "2");
    assert_eq!(again.timeout_s, Some(9));
    assert_eq!(again.other, [("newThing".to_owned(), "2".to_owned())]);
}

#[test]
fn a_client_is_read_in_both_forms() {
    let parameter = "<Parameter name=\"from\" value=\"a&amp;b\"/>";
    for inside in [
        format!("desk{parameter}"),
        format!("<Identity>desk</Identity>{parameter}"),
        format!("\n {parameter}\n <Identity> desk </Identity>\n"),
    ] {
        let xml = format!("<Response><Dial><Client>{inside}</Client></Dial></Response>");
        let response = twiml::read(&xml).unwrap();
        let expected = Client::new("desk").parameter("from", "a&b");
        assert_eq!(response, Response::new().with(Dial::new().client(expected)));
        assert!(
            response
                .to_xml()
                .unwrap()
                .contains(&format!("<Identity>desk</Identity>{parameter}")),
        );
    }
}

#[test]
fn white_space_around_addresses_does_not_count() {
    let xml = "<Response><Play>\n https://a/b \n</Play><Dial>\n +1202 <Number> 1 </Number></Dial>\
               <Redirect>\t/next\t</Redirect></Response>";
    let expected = Response::new()
        .with(Play::new("https://a/b"))
        .with(Dial::new().text("+1202").number(Number::new("1")))
        .with(Redirect::new("/next"));
    assert_eq!(twiml::read(xml).unwrap(), expected);
}

#[test]
fn comments_instructions_and_marked_text_are_read_as_xml_has_them() {
    let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- a --><?pi?>\n\
               <Response><!-- b --><Say>x<!-- c -->y<![CDATA[<z>&amp;]]>&lt;&#x1F4DE;</Say>\
               </Response><!-- d -->\n";
    let expected = Response::new().with(Say::new("xy<z>&amp;<\u{1f4de}"));
    assert_eq!(twiml::read(xml).unwrap(), expected);
}

#[test]
fn a_say_tells_its_words_without_ssml() {
    let xml =
        "<Response><Say>Hi <break time=\"1s\"/>there <emphasis>you</emphasis>!</Say></Response>";
    let response = twiml::read(xml).unwrap();
    let [Verb::Say(say)] = response.verbs.as_slice() else {
        panic!("{response:?}");
    };
    assert_eq!(
        (&*say.text, say.spoken().as_str()),
        ("Hi ", "Hi there you!")
    );
}

#[test]
fn verbs_that_mean_nothing_in_a_gather_are_kept() {
    let xml = "<Response><Gather input=\"dtmf speech\"><Say>Press 1</Say><Dial>1</Dial></Gather></Response>";
    let response = twiml::read(xml).unwrap();
    let expected = Gather::new()
        .input(["dtmf", "speech"])
        .child(Say::new("Press 1"))
        .child(Element::new("Dial").text("1"));
    assert_eq!(
        expected.children[1],
        Verb::Dial(Box::new(Dial::new().text("1")))
    );
    assert_eq!(response, Response::new().with(expected));
}

#[test]
fn elements_given_as_such_find_their_types() {
    let verb = Verb::from(Element::new("Pause").attribute("length", "3"));
    assert_eq!(verb, Verb::Pause(Box::new(Pause::new().length_s(3))));
    assert_eq!(verb.name(), "Pause");
    let noun = Noun::from(Element::new("Conference").text(" Room "));
    assert_eq!(noun, Conference::new("Room").into());
    assert_eq!(noun.name(), "Conference");
    let node = Node::from(Element::new("Later").child(Element::new("break")));
    assert_eq!(node.name, "Later");
    let Node::Element(later) = node else {
        panic!("{node:?}");
    };
    assert_eq!(later.children, [Break::new().into()]);
}

#[test]
fn thousands_of_attributes_are_read_and_written() {
    let mut attributes = String::new();
    for n in 0..5_000 {
        attributes += &format!(" a{n}=''");
    }
    let response = twiml::read(&format!("<Response><Say{attributes}/></Response>")).unwrap();
    assert_eq!(twiml::read(&response.to_xml().unwrap()), Ok(response));
}
