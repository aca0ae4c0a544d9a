//! Documents that are written while they are told are those that the types write.

#![expect(clippy::unwrap_used, reason = "checks that helpers make fail the test")]

use twiml::{
    Break, CallEvent, Client, Connect, Dial, Element, Emphasis, Gather, GatherInput, Hangup,
    MAX_BYTES, MAX_DEPTH, Number, Parameter, Pause, Pay, Prompt, PromptFor, Response, Say, Stream,
    Track, WriteError, direct,
    direct::{Attributes, Content},
};

#[test]
fn a_document_told_at_once_is_the_one_that_the_types_write() {
    let told = direct::document(|response| {
        response
            .element::<Dial>(
                |dial| {
                    dial.timeout_s(25)
                        .action("/after?a=1&b=2")
                        .answer_on_bridge(true)
                        .attribute("later", "<1>")
                },
                |dial| {
                    let events = [CallEvent::Initiated, CallEvent::Answered];
                    dial.element::<Number>(
                        |number| number.status_callback_event(events),
                        |number| number.text("+12025550101"),
                    )
                    .with(Client::new("desk"))
                },
            )
            .element::<Gather>(
                |gather| gather.input([GatherInput::Dtmf]),
                |gather| {
                    gather
                        .element::<Say>(
                            |say| say.voice("alice"),
                            |say| {
                                say.text("One ")
                                    .with(Break::new())
                                    .element::<Emphasis>(|a| a, |words| words.text("& two"))
                                    .text(".")
                            },
                        )
                        .with(Pause::new())
                },
            )
            .element::<Connect>(
                |a| a,
                |connect| {
                    connect.element::<Stream>(
                        |stream| stream.url("wss://a").track(Track::Both),
                        |stream| stream.with(Parameter::new().name("b").value("c")),
                    )
                },
            )
            .element::<Pay>(
                |pay| pay.valid_card_types([""; 0]),
                |pay| {
                    pay.element::<Prompt>(
                        |prompt| prompt.for_step(PromptFor::PostalCode).attempt([1, 22]),
                        |prompt| prompt.with(Say::new("x")),
                    )
                },
            )
            .with(Hangup::new())
    });
    let events = [CallEvent::Initiated, CallEvent::Answered];
    let say = Say::new("One ").voice("alice").with(Break::new());
    let prompt = Prompt::new()
        .for_step(PromptFor::PostalCode)
        .attempt([1, 22])
        .with(Say::new("x"));
    let expected = Response::new()
        .with(
            Dial::new()
                .timeout_s(25)
                .action("/after?a=1&b=2")
                .answer_on_bridge(true)
                .attribute("later", "<1>")
                .number(Number::new("+12025550101").status_callback_event(events))
                .client(Client::new("desk")),
        )
        .with(
            Gather::new()
                .input([GatherInput::Dtmf])
                .with(say.with(Emphasis::new("& two")).words("."))
                .with(Pause::new()),
        )
        .with(
            Connect::new().with(
                Stream::new()
                    .url("wss://a")
                    .track(Track::Both)
                    .parameter("b", "c"),
            ),
        )
        .with(Pay::new().with(prompt))
        .with(Hangup::new());
    let told = told.unwrap();
    assert_eq!(twiml::read(&told).unwrap(), expected);
    assert_eq!(told.len(), expected.to_xml().unwrap().len());
    let empty = direct::document(|response| response).unwrap();
    assert_eq!(empty, Response::new().to_xml().unwrap());
}

#[track_caller]
fn refused(
    attributes: impl FnOnce(Attributes<'_, Dial>) -> Attributes<'_, Dial>,
    content: impl FnOnce(Content<'_, Dial>) -> Content<'_, Dial>,
    expected: &str,
) {
    let told = direct::document(|response| {
        let first = response.with(Pause::new());
        first
            .element::<Dial>(attributes, content)
            .with(Say::new("\0"))
    });
    assert_eq!(told.unwrap_err().to_string(), expected);
}

#[test]
fn what_cannot_be_written_is_refused_and_the_error_tells_the_place() {
    refused(
        |dial| dial.action("a\u{1}").method("\u{2}"),
        |dial| dial.text("\u{3}"),
        "Response/Dial[2]/@action has U+0001 as character 2, which XML cannot hold",
    );
    refused(
        |dial| dial,
        |dial| {
            dial.with(Client::new("a"))
                .with(Number::new("\u{7}"))
                .text("\0")
        },
        "Response/Dial[2]/Number[2]/text() has U+0007 as character 1, which XML cannot hold",
    );
    refused(
        |dial| dial,
        |dial| {
            dial.with(Client::new("a")).element::<Number>(
                |number| number.status_callback_event(["a&b", "<c>", "d>\u{7}"]),
                |number| number,
            )
        },
        "Response/Dial[2]/Number[2]/@statusCallbackEvent has U+0007 as character 11, \
         which XML cannot hold",
    );
    refused(
        |dial| dial.attribute("a b", ""),
        |dial| dial,
        "Response/Dial[2] has a part whose name is not an XML name",
    );
    let twice = "Response/Dial[2] has the attribute timeout twice";
    refused(|d| d.timeout_s(1).action("x").timeout_s(2), |d| d, twice);
    refused(|d| d.attribute("timeout", "1").timeout_s(2), |d| d, twice);
    refused(|d| d.timeout_s(1).attribute("timeout", "2"), |d| d, twice);
    // What looks like an attribute in a value is none.
    let told = direct::document(|response| {
        let value = " timeout=\"1\"";
        response.element::<Dial>(|dial| dial.action(value).timeout_s(2), |dial| dial)
    });
    assert!(told.unwrap().contains("timeout=\"2\""));
}

#[test]
fn names_that_share_a_bit_are_told_apart() {
    let told = direct::document(|response| {
        response.element::<Dial>(
            |dial| (0..200).fold(dial, |dial, n| dial.attribute(&format!("a{n}"), "")),
            |dial| dial,
        )
    });
    assert_eq!(told.unwrap().matches("=\"\"").count(), 200);
}

#[test]
fn length_and_depth_have_bounds() {
    let long = direct::document(|response| response.with(Say::new("a".repeat(MAX_BYTES))));
    assert!(matches!(long, Err(WriteError::TooLong { .. })), "{long:?}");
    let deep = (1..MAX_DEPTH).fold(Element::new("x"), |deep, _| Element::new("x").child(deep));
    let deep = direct::document(|response| response.with(deep));
    assert!(matches!(deep, Err(WriteError::TooDeep { .. })), "{deep:?}");
}
