//! What the checker finds, where, and how it says it.

use twiml::{
    Dial, Element, Gather, MAX_BYTES, MAX_SAY_CHARS, Number, Pause, Problem, ProblemKind,
    ReadErrorKind, Response, Say, Severity, check,
};

#[track_caller]
fn found(xml: &str) -> Vec<String> {
    let problems = check(xml).unwrap_or_else(|error| panic!("{xml}: {error}"));
    problems.iter().map(Problem::to_string).collect()
}

/// The problems of what stands in a `<Response>`; columns count in it.
#[track_caller]
fn told(inside: &str, expected: &[&str]) {
    assert_eq!(
        found(&format!("<Response>\n{inside}\n</Response>")),
        expected
    );
}

#[test]
fn a_good_document_has_no_problems() {
    for inside in [
        "<Say voice='alice'>Hi</Say><Pause length='1'/><Say>Bye</Say>",
        "<Dial timeout='20' record='record-from-answer'>+12025550101</Dial>",
        "<Dial><Number statusCallbackEvent='initiated  completed'>+1</Number><Sip>sip:a@b</Sip></Dial>",
        "<Gather timeout='auto' input='dtmf speech'><Say>1</Say><Play digits='1'/></Gather>",
        "<Say>a<break time='1s'/><prosody rate='90%'>b<s>c</s></prosody></Say><Hangup/>",
        "<Enqueue workflowSid='WW1'><Task>{}</Task></Enqueue>",
        "<Play digits='12'/><Leave/>",
        "<Pay validCardTypes='visa amex'><Prompt attempt='1 2' for='postal-code'><Say>x</Say></Prompt></Pay>",
        "<Dial callReason='x'><Client clientNotificationUrl='/x'>a</Client></Dial>",
        "<Connect><Stream url='wss://a'><Parameter name='a' value='b'/></Stream></Connect>",
    ] {
        told(inside, &[]);
    }
    assert_eq!(found("<Response/>"), [""; 0]);
    assert_eq!(
        found("<Response xmlns:a='b' a:c='d'><Hangup/></Response>"),
        [""; 0]
    );
}

#[test]
fn nesting_is_checked() {
    told(
        "<Dial><Say>x</Say></Dial>",
        &["line 2, column 7: error: <Say> cannot stand in <Dial>; \
           put it into <Response>, <Gather> or <Prompt>"],
    );
    told(
        "<Number>1</Number>",
        &["line 2, column 1: error: <Number> cannot stand in <Response>; put it into <Dial>"],
    );
    told(
        "<Response/>",
        &[
            "line 2, column 1: error: <Response> cannot stand in <Response>; it is the whole document",
        ],
    );
    told(
        "<Say><break><w>x</w></break></Say>",
        &[
            "line 2, column 13: error: <w> cannot stand in <break>; put it into <Say>, <emphasis>, \
             <lang>, <p>, <prosody> or <s>",
        ],
    );
}

#[test]
fn names_are_checked() {
    told(
        "<say>x</say>",
        &["line 2, column 1: error: Twilio knows no <say>; did you mean <Say>?"],
    );
    told(
        "<Dial><Numbr>1</Numbr></Dial>",
        &["line 2, column 7: error: Twilio knows no <Numbr>; did you mean <Number>?"],
    );
    // What stands in something unknown may be right there.
    told(
        "<Beta><Number/></Beta>",
        &[
            "line 2, column 1: error: Twilio knows no <Beta>; take it out",
            "line 2, column 7: error: <Number> is empty and means nothing; fill it or take it out",
        ],
    );
    told(
        "<Dial timelimit='5'\n  callerid='x' nonsense=''>1</Dial>",
        &[
            "line 2, column 7: warning: <Dial> has no attribute timelimit and Twilio ignores it; \
             did you mean timeLimit?",
            "line 3, column 3: warning: <Dial> has no attribute callerid and Twilio ignores it; \
             did you mean callerId?",
            "line 3, column 16: warning: <Dial> has no attribute nonsense and Twilio ignores it",
        ],
    );
}

#[test]
fn words_are_checked() {
    told(
        "<Dial record='record-from-awnser'>1</Dial>",
        &[
            "line 2, column 7: error: record=\"record-from-awnser\" of <Dial> should be do-not-record, \
           record-from-answer, record-from-ringing, record-from-answer-dual or \
           record-from-ringing-dual; did you mean record-from-answer?",
        ],
    );
    told(
        "<Redirect method='PUT'>/</Redirect>",
        &["line 2, column 11: error: method=\"PUT\" of <Redirect> should be GET or POST"],
    );
    told(
        "<Dial><Number statusCallbackEvent='initiated,ringing'>1</Number></Dial>",
        &[
            "line 2, column 15: error: statusCallbackEvent=\"initiated,ringing\" of <Number> should be \
           initiated, ringing, answered or completed",
        ],
    );
    told(
        "<Say voice='Polly.Johanna' language='xx-XX'>Hi</Say>",
        &[
            "line 2, column 6: warning: voice=\"Polly.Johanna\" of <Say> is none that is known here; \
             did you mean Polly.Joanna?",
            "line 2, column 28: warning: language=\"xx-XX\" of <Say> is none that is known here; \
             see if Twilio has it",
        ],
    );
}

#[test]
fn numbers_and_flags_are_checked() {
    told(
        "<Dial timeout='601'>1</Dial>",
        &["line 2, column 7: error: timeout=\"601\" of <Dial> should be from 1 to 600"],
    );
    told(
        "<Pause length='0'/>",
        &["line 2, column 8: error: length=\"0\" of <Pause> should be at least 1"],
    );
    told(
        "<Dial timeout='99999999999999999999999'>1</Dial>",
        &[
            "line 2, column 7: error: timeout=\"99999999999999999999999\" of <Dial> should be \
           from 1 to 600",
        ],
    );
    told(
        "<Dial timeout='1.5' timeLimit='-1' answerOnBridge='yes'>1</Dial>",
        &[
            "line 2, column 7: error: timeout=\"1.5\" of <Dial> should be a whole number",
            "line 2, column 21: error: timeLimit=\"-1\" of <Dial> should be a whole number",
            "line 2, column 36: error: answerOnBridge=\"yes\" of <Dial> should be true or false",
        ],
    );
    told(
        "<Gather timeout='soon'/>",
        &["line 2, column 9: error: timeout=\"soon\" of <Gather> should be a whole number or auto"],
    );
    told(
        "<Pay><Prompt attempt='1,2'/></Pay>",
        &[
            "line 2, column 14: error: attempt=\"1,2\" of <Prompt> should be \
           whole numbers with blanks between them",
        ],
    );
}

#[test]
fn text_is_checked() {
    told(
        "<Pause>  now </Pause>",
        &["line 2, column 10: warning: <Pause> takes no text and Twilio ignores it; take it out"],
    );
    told(
        "<Redirect> </Redirect><Say/>",
        &[
            "line 2, column 1: error: <Redirect> is empty and means nothing; fill it or take it out",
            "line 2, column 23: warning: Twilio never comes here, since <Redirect> stands before; \
             take one out",
            "line 2, column 23: error: <Say> is empty and means nothing; fill it or take it out",
        ],
    );
}

#[test]
fn verbs_behind_the_last_are_told() {
    told(
        "<Gather><Say>1</Say></Gather><Hangup/><Say>x</Say><Redirect>/</Redirect>",
        &[
            "line 2, column 39: warning: Twilio never comes here, since <Hangup> stands before; \
             take one out",
            "line 2, column 51: warning: Twilio never comes here, since <Hangup> stands before; \
             take one out",
        ],
    );
}

#[test]
fn a_say_may_have_four_thousand_characters() {
    let half = "é".repeat(MAX_SAY_CHARS / 2);
    let say = |more: &str| format!("<Say>{half}<emphasis>{half}{more}</emphasis></Say>");
    told(&say(""), &[]);
    told(
        &say("&amp;"),
        &[
            "line 2, column 1: error: <Say> has 4001 characters and Twilio speaks 4000; \
           split it into several",
        ],
    );
}

#[test]
fn a_document_may_have_64_kilobytes() {
    let pause = "<Pause/>\n";
    let long = format!(
        "<Response>\n{}</Response>",
        pause.repeat(MAX_BYTES / pause.len())
    );
    let problems = check(&long).unwrap();
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}");
    };
    assert_eq!(problem.kind, ProblemKind::TooLong { bytes: long.len() });
    assert_eq!(problem.place, "");
    assert_eq!(problem.line, MAX_BYTES / pause.len() + 1);
    // With its other problems, up to a bound.
    let faulty = long.replace("<Pause/>", "<Pausee/>");
    let problems = check(&faulty).unwrap();
    assert_eq!(problems.len(), 1_000);
    let is_long = |problem: &Problem| matches!(problem.kind, ProblemKind::TooLong { .. });
    assert!(problems.iter().any(is_long));
    let error = check(&long.repeat(17)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooLong(1024 * 1024));
}

#[test]
fn what_cannot_be_read_cannot_be_checked() {
    let error = check("<Response><Say></Response>").unwrap_err();
    assert_eq!((error.line, error.column), (1, 16));
}

#[test]
fn a_response_is_checked_before_it_is_sent() {
    let response = Response::new().with(Pause::new()).with(
        Dial::new()
            .timeout_s(700)
            .number(Number::new("+1").attribute("color", "red")),
    );
    let problems = response.check().unwrap();
    let places: Vec<&str> = problems.iter().map(|p| p.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "Response/Dial[2]/@timeout",
            "Response/Dial[2]/Number[1]/@color"
        ]
    );
    assert_eq!(problems[0].severity(), Severity::Error);
    assert_eq!(problems[1].severity(), Severity::Warning);
    assert_eq!((problems[1].line, problems[1].column), (5, 13));
    // Even when it is too long to be written.
    let long = Response::new().with(Say::new("a".repeat(MAX_BYTES)));
    let kinds: Vec<ProblemKind> = long.check().unwrap().into_iter().map(|p| p.kind).collect();
    assert!(
        matches!(
            kinds[..],
            [ProblemKind::SayTooLong { .. }, ProblemKind::TooLong { .. }]
        ),
        "{kinds:?}"
    );
    assert!(Response::new().with(Say::new("\0")).check().is_err());
    let wrong = Response::new().with(Gather::new().child(Element::new("Dial").text("1")));
    assert_eq!(
        wrong.check().unwrap()[0].place,
        "Response/Gather[1]/Dial[1]"
    );
}
