//! What is not read and not written, and how the errors tell the place.

#![expect(clippy::unwrap_used, reason = "checks that helpers make fail the test")]

use twiml::{
    Client, Dial, Element, MAX_BYTES, MAX_DEPTH, Number, Pause, ReadErrorKind, Response, Say, Verb,
    WriteError,
};

#[track_caller]
fn refused(xml: &str, expected: &str) {
    match twiml::read(xml) {
        Ok(response) => panic!("{xml:?} was read: {response:?}"),
        Err(error) => assert_eq!(error.to_string(), expected, "{xml:?}"),
    }
}

#[test]
fn errors_tell_line_and_column() {
    refused("", "line 1, column 1: there is no <Response>");
    refused(" \n ", "line 2, column 2: there is no <Response>");
    refused(
        "<Response>\n  <Say>é</Sey>\n</Response>",
        "line 2, column 9: </Sey> stands where </Say> should",
    );
    refused("<Response><Say>", "line 1, column 16: <Say> is not closed");
    refused(
        "<?xml version=\"1.0\"?>\n<Reply/>",
        "line 2, column 1: the document is <Reply>, not <Response>",
    );
    refused(
        "<response/>",
        "line 1, column 1: the document is <response>, not <Response>",
    );
    refused(
        "Hello",
        "line 1, column 1: something stands outside of <Response>",
    );
    refused(
        "<Response/>\n<Response/>",
        "line 2, column 1: something stands outside of <Response>",
    );
    refused(
        "<Response/> x",
        "line 1, column 13: something stands outside of <Response>",
    );
    refused(
        "<Response/>&#32;",
        "line 1, column 12: something stands outside of <Response>",
    );
    refused(
        "<Response>\r\n\u{1}</Response>",
        "line 2, column 1: U+0001 cannot stand in XML",
    );
    refused(
        "<Response>é&#x1F;</Response>",
        "line 1, column 12: U+001F cannot stand in XML",
    );
    refused(
        "<Response><Say voice='&#0;'/></Response>",
        "line 1, column 23: U+0000 cannot stand in XML",
    );
    refused(
        "<Response><Say voice='&#xFFFE;'/></Response>",
        "line 1, column 23: U+FFFE cannot stand in XML",
    );
    refused(
        "<Response>&nbsp;</Response>",
        "line 1, column 11: &nbsp; is not known",
    );
    refused(
        "<Response><1st/></Response>",
        "line 1, column 11: \"1st\" is not an XML name",
    );
    refused(
        "<Response><Say 1st='x'/></Response>",
        "line 1, column 16: \"1st\" is not an XML name",
    );
    refused(
        "<Response><Say voice='<'/></Response>",
        "line 1, column 23: not well-formed: < stands in an attribute's value",
    );
    refused(
        "<Response>]]></Response>",
        "line 1, column 11: not well-formed: ]]> stands in text",
    );
    refused(
        "<Response/><?xml version='1.0'?>",
        "line 1, column 12: not well-formed: the XML declaration is not at the beginning",
    );
}

#[track_caller]
fn is_not_well_formed(xml: &str) {
    let error = twiml::read(xml).unwrap_err();
    assert!(
        matches!(
            error.kind,
            ReadErrorKind::NotWellFormed(_)
                | ReadErrorKind::Name(_)
                | ReadErrorKind::Entity(_)
                | ReadErrorKind::Twice(_)
                | ReadErrorKind::WrongEnd { .. }
        ),
        "{xml:?}: {error}"
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for xml in [
        "<Response",
        "<Response>&</Response>",
        "<Response>a & b</Response>",
        "<Response>&amp</Response>",
        "<Response><Say voice=alice/></Response>",
        "<Response><Say voice/></Response>",
        "<Response><Say voice='a' voice='b'/></Response>",
        "<Response><Say voice='&nbsp;'/></Response>",
        "<Response><!-- a -- b --></Response>",
        "<Response></Say></Response>",
        "<Response><![CDATA[x</Response>",
        "</Response>",
        "<Response><Say voice='a'language='b'/></Response>",
        "<Response><Say voice='a/></Response>",
        "<Response><Say /voice='a'></Say></Response>",
        "<Response>&#x;</Response>",
        "<Response>&#xZ;</Response>",
        "<Response>&#+65;</Response>",
        "<Response>&#-1;</Response>",
        "<Response>& amp;</Response>",
        "<Response><!-></Response>",
        "<Response><!--></Response>",
        "<Response><!-- a --->< /Response>",
        "<Response>< Say/></Response>",
        "<Response><!ELEMENT Say></Response>",
        "<Response><?xml version='1.0'?></Response>",
        "<Response><? x?></Response>",
        "<Response><?pi</Response>",
        "<?xml version='1.0'",
        "<",
    ] {
        is_not_well_formed(xml);
    }
}

#[test]
fn a_document_type_is_refused() {
    let bomb = "<!DOCTYPE Response [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n\
                <Response><Say>&b;</Say></Response>";
    refused(bomb, "line 1, column 1: a document type (DTD) is not taken");
    refused(
        "<!DOCTYPE Response SYSTEM \"file:///etc/passwd\"><Response/>",
        "line 1, column 1: a document type (DTD) is not taken",
    );
}

#[test]
fn size_and_depth_have_bounds() {
    let frame = "<Response><Say></Say></Response>".len();
    let fits = format!(
        "<Response><Say>{}</Say></Response>",
        "a".repeat(MAX_BYTES - frame)
    );
    assert!(twiml::read(&fits).is_ok());
    let error = twiml::read(&format!("{fits} ")).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooLong(MAX_BYTES));

    let nested = |deep: usize| {
        let (open, close) = ("<x>".repeat(deep - 1), "</x>".repeat(deep - 1));
        format!("<Response>{open}{close}</Response>")
    };
    assert!(twiml::read(&nested(MAX_DEPTH)).is_ok());
    let error = twiml::read(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooDeep);
    assert_eq!((error.line, error.column), (1, 11 + 3 * (MAX_DEPTH - 1)));
}

#[test]
fn errors_repeat_little_of_the_document() {
    let name = "n".repeat(10_000);
    for xml in [
        format!("<{name}/>"),
        format!("<Response><{name}>"),
        format!("<Response><{name}></x></Response>"),
        format!("<Response>&{name};</Response>"),
        format!("<Response><Say {name}='1' {name}='2'/></Response>"),
    ] {
        let error = twiml::read(&xml).unwrap_err().to_string();
        assert!(error.len() < 300, "{error}");
    }
}

#[test]
fn a_bomb_of_any_kind_is_refused_before_it_goes_off() {
    let huge = "a".repeat(1024 * 1024);
    for xml in [
        format!("<Response><Say voice='{huge}'/></Response>"),
        format!("<Response {huge}='1'/>"),
        format!("<{huge}/>"),
        format!("<Response>{huge}</Response>"),
        format!("<Response>{}", "<a>".repeat(1024 * 1024)),
        format!("<Response><!--{huge}--></Response>"),
        format!("<Response>{}</Response>", "&#65;".repeat(200_000)),
    ] {
        let error = twiml::read(&xml).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::TooLong(MAX_BYTES));
    }
    let laughs = "<!DOCTYPE x [<!ENTITY a '&b;&b;'><!ENTITY b '&a;&a;'>]><Response>&a;</Response>";
    assert_eq!(
        twiml::read(laughs).unwrap_err().kind,
        ReadErrorKind::DocumentType
    );
}

#[track_caller]
fn not_written(verb: impl Into<Verb>, expected: &str) {
    let response = Response::new().with(Pause::new()).with(verb);
    let error = response.to_xml().unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(response.to_pretty_xml().unwrap_err(), error);
}

#[test]
fn what_xml_cannot_hold_is_not_written_and_the_error_tells_the_place() {
    not_written(
        Say::new("a\u{0}b"),
        "Response/Say[2]/text() has U+0000 as character 2, which XML cannot hold",
    );
    not_written(
        Dial::new()
            .number(Number::new("1"))
            .client(Client::new("\u{1b}")),
        "Response/Dial[2]/Client[2]/text() has U+001B as character 1, which XML cannot hold",
    );
    not_written(
        Dial::new().number(Number::new("1").url("é\u{ffff}")),
        "Response/Dial[2]/Number[1]/@url has U+FFFF as character 2, which XML cannot hold",
    );
    not_written(
        Element::new("a b"),
        "Response has a part whose name is not an XML name",
    );
    not_written(
        Say::new("").attribute("", "x"),
        "Response/Say[2] has a part whose name is not an XML name",
    );
    not_written(
        Dial::new().client(Client::new("a").status_callback_event(["ok", "n\u{7}"])),
        "Response/Dial[2]/Client[1]/@statusCallbackEvent has U+0007 as character 5, \
         which XML cannot hold",
    );
    not_written(
        Say::new("").attribute("later", "\u{7}"),
        "Response/Say[2]/@later has U+0007 as character 1, which XML cannot hold",
    );
    not_written(
        Say::new("")
            .attribute("later", "1")
            .attribute("later", "2")
            .attribute("xml lang", ""),
        "Response/Say[2] has a part whose name is not an XML name",
    );
    let mut say = Say::new("").voice("alice");
    say.other.push(("voice".into(), "bob".into()));
    not_written(say, "Response/Say[2] has the attribute voice twice");
}

#[test]
fn what_twilio_does_not_take_is_not_written() {
    let long = Response::new().with(Say::new("&".repeat(MAX_BYTES / 5)));
    assert!(matches!(long.to_xml(), Err(WriteError::TooLong { bytes }) if bytes > MAX_BYTES));

    let deep = |levels: usize| {
        let first = Element::new("x");
        let deep = (1..levels).fold(first, |deep, _| Element::new("x").child(deep));
        Response::new().with(deep).to_xml()
    };
    assert!(deep(MAX_DEPTH - 1).is_ok());
    let error = deep(MAX_DEPTH).unwrap_err();
    let place = format!("Response{}", "/x[1]".repeat(MAX_DEPTH - 1));
    assert_eq!(error, WriteError::TooDeep { place });
}
