//! Builders read as the document does.

#![expect(clippy::unwrap_used, reason = "checks that helpers make fail the test")]

use std::borrow::Cow;
use twiml::{
    Application, ApplicationSid, Break, BreakStrength, CallEvent, Client, Conference,
    ConferenceBeep, Config, Connect, ConversationRelay, Dial, DialRecord, Element, Emphasis,
    EmphasisLevel, Enqueue, Gather, GatherInput, Header, Headers, Language, Node, Number,
    Parameter, Pay, Prompt, PromptError, PromptFor, Refer, Response, Say, SayAs, Sip, Start,
    Stream, Task, Track, Transcription, Uri, Verb,
};

#[track_caller]
fn check(response: Response, expected: &str) {
    let xml = response.to_pretty_xml().unwrap();
    let lines: Vec<&str> = xml.lines().skip(1).map(str::trim).collect();
    let lines = &lines[1..lines.len() - 1];
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(lines, expected, "{xml}");
    assert_eq!(twiml::read(&xml).unwrap(), response);
    assert_eq!(response.check().unwrap(), [], "{xml}");
}

#[test]
fn speech() {
    let say = Say::new("Your code is ")
        .voice("Polly.Joanna")
        .with(Break::new().strength(BreakStrength::Strong).time("1s"))
        .with(SayAs::new("1234").interpret_as(twiml::InterpretAs::Digits))
        .words(", and only ")
        .with(
            Emphasis::new("yours")
                .level(EmphasisLevel::Moderate)
                .with(Break::new())
                .words(" & mine"),
        )
        .words(".");
    assert_eq!(say.spoken(), "Your code is 1234, and only yours & mine.");
    check(
        Response::new().with(say),
        r#"<Say voice="Polly.Joanna">Your code is <break strength="strong" time="1s"/><say-as interpret-as="digits">1234</say-as>, and only <emphasis level="moderate">yours<break/> &amp; mine</emphasis>.</Say>"#,
    );
}

#[test]
fn people_to_call() {
    let dial = Dial::new()
        .timeout_s(20)
        .record(DialRecord::FromAnswer)
        .number(Number::new("+12025550101").status_callback_event([CallEvent::Answered]))
        .client(Client::new("desk").parameter("from", "lobby"))
        .sip(
            Sip::default()
                .with(Uri::new("sip:kate@example.com").priority("1"))
                .with(Headers::new().with(Header::new().name("X-Case").value("7"))),
        )
        .application(
            Application::default()
                .with(ApplicationSid::new("AP1"))
                .with(Parameter::new().name("a").value("b")),
        );
    check(
        Response::new().with(dial),
        r#"
        <Dial timeout="20" record="record-from-answer">
          <Number statusCallbackEvent="answered">+12025550101</Number>
          <Client>
            <Identity>desk</Identity>
            <Parameter name="from" value="lobby"/>
          </Client>
          <Sip><Uri priority="1">sip:kate@example.com</Uri><Headers><Header name="X-Case" value="7"/></Headers></Sip>
          <Application><ApplicationSid>AP1</ApplicationSid><Parameter name="a" value="b"/></Application>
        </Dial>"#,
    );
    let room = Conference::new("Room 1")
        .beep(ConferenceBeep::OnEnter)
        .muted(true);
    check(
        Response::new().with(Dial::new().conference(room)),
        r#"
        <Dial>
          <Conference muted="true" beep="onEnter">Room 1</Conference>
        </Dial>"#,
    );
}

#[test]
fn programs_that_take_a_call_over() {
    let relay = ConversationRelay::new()
        .url("wss://agent.example.com")
        .dtmf_detection(true)
        .with(Language::new().code("de-DE").tts_provider("Google"));
    let transcription = Transcription::new()
        .track(Track::Both)
        .with(Config::new().name("a").value("b"));
    check(
        Response::new()
            .with(
                Start::new()
                    .with(Stream::new().url("wss://a").parameter("b", "c"))
                    .with(transcription),
            )
            .with(Connect::new().action("/after").with(relay)),
        r#"
        <Start>
          <Stream url="wss://a">
            <Parameter name="b" value="c"/>
          </Stream>
          <Transcription track="both_tracks">
            <Config name="a" value="b"/>
          </Transcription>
        </Start>
        <Connect action="/after">
          <ConversationRelay url="wss://agent.example.com" dtmfDetection="true">
            <Language code="de-DE" ttsProvider="Google"/>
          </ConversationRelay>
        </Connect>"#,
    );
}

#[test]
fn questions_queues_and_payments() {
    let prompt = Prompt::new()
        .for_step(PromptFor::CardNumber)
        .error_type([PromptError::Timeout, PromptError::InvalidCardNumber])
        .attempt([1, 2])
        .with(Say::new("Your card, please."));
    check(
        Response::new()
            .with(
                Gather::new()
                    .input([GatherInput::Dtmf, GatherInput::Speech])
                    .attribute("timeout", "auto")
                    .with(Say::new("Yes?")),
            )
            .with(Pay::new().max_attempts(2).with(prompt))
            .with(
                Enqueue::default()
                    .workflow_sid("WW1")
                    .with(Task::new("{}").priority(5)),
            )
            .with(Refer::new().with(Sip::new("sip:a@b"))),
        r#"
        <Gather input="dtmf speech" timeout="auto">
          <Say>Yes?</Say>
        </Gather>
        <Pay maxAttempts="2">
          <Prompt for="payment-card-number" errorType="timeout invalid-card-number" attempt="1 2">
            <Say>Your card, please.</Say>
          </Prompt>
        </Pay>
        <Enqueue workflowSid="WW1"><Task priority="5">{}</Task></Enqueue>
        <Refer>
          <Sip>sip:a@b</Sip>
        </Refer>"#,
    );
}

#[test]
fn what_twilio_adds_tomorrow_can_be_written_today() {
    let beta = Element::new("Beta").attribute("since", "2027").text("x");
    let response = Response::new()
        .with(Connect::new().with(beta.clone()))
        .with(Say::new("Hi").attribute("mood", "glad"))
        .with(beta.clone());
    let xml = response.to_xml().unwrap();
    assert!(
        xml.ends_with(
            "<Response><Connect><Beta since=\"2027\">x</Beta></Connect>\
             <Say mood=\"glad\">Hi</Say><Beta since=\"2027\">x</Beta></Response>"
        ),
        "{xml}"
    );
    assert_eq!(twiml::read(&xml).unwrap(), response);
    assert_eq!(
        response.verbs[2],
        Verb::Other(Node::Element(Box::new(beta)))
    );
    assert_eq!(response.check().unwrap().len(), 3);
}

#[test]
fn a_literal_is_kept_without_a_copy() {
    let number = Number::new("+12025550101")
        .url("https://phone.example.com/whisper")
        .status_callback_event([CallEvent::Ringing]);
    let texts = [
        Some(&number.number),
        number.url.as_ref(),
        number.status_callback_event.first(),
    ];
    assert!(
        texts
            .iter()
            .all(|text| matches!(text, Some(Cow::Borrowed(_)))),
        "{texts:?}"
    );
    let found_out = Number::new(String::from("+12025550101"));
    assert_eq!(found_out.number, number.number);
}
