use super::{AUTH_TOKEN, CALL, CHILD, PUBLIC_URL, Server, check, line, params, webhooks};
use phone::{CallStatus, DialCallStatus, PlanKind, Webhook, dial_plan::Line};
use protocol::CallSid;
use reqwest::RequestBuilder;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const EMPTY: &str = "<Response/>";
const EVENTS: &str = "statusCallback=\"https://phone.example/voice/status\" \
                      statusCallbackEvent=\"initiated ringing answered completed\"";

/// Asks, and expects exactly that TwiML after the declaration.
#[track_caller]
fn twiml(request: RequestBuilder, expected: &str) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    let expected = format!("{DECLARATION}{expected}");
    async move {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{place}");
        assert_eq!(
            response.headers()["content-type"],
            "application/xml",
            "{place}"
        );
        // Twilio's older clients read no chunks.
        assert!(response.headers().contains_key("content-length"), "{place}");
        let body = response.text().await.unwrap();
        assert_eq!(body, expected, "{place}");
        assert!(twiml::read(&body).is_ok(), "{place}");
    }
}

fn dialled_out(caller_id: &str, noun: &str) -> String {
    format!(
        "<Response><Dial answerOnBridge=\"true\" \
         action=\"https://phone.example/voice/outgoing/result\" \
         method=\"POST\"{caller_id}>{noun}</Dial></Response>"
    )
}

fn refused(words: &str) -> String {
    format!("<Response><Say>{words}</Say><Hangup/></Response>")
}

fn sid(sid: &str) -> CallSid {
    CallSid(sid.to_owned())
}

#[tokio::test]
async fn dials_a_number_with_our_own_as_caller() {
    let server = Server::start().await;
    for to in [
        "+442079460018",
        "+44 (0)20 7946 0018",
        "011 44 20 7946 0018",
    ] {
        let params = params(&[("From", "client:desk"), ("To", to)]);
        let number = format!("<Number {EVENTS}>+442079460018</Number>");
        let expected = dialled_out(" callerId=\"+12025550100\"", &number);
        twiml(server.signed("/voice/outgoing", &params), &expected).await;
        let told = Webhook::Outgoing {
            call_sid: sid(CALL),
            to: to.to_owned(),
            plan: PlanKind::Number,
        };
        assert_eq!(server.webhooks_told().last(), Some(&told));
    }
}

#[tokio::test]
async fn dials_a_number_without_a_caller_id_when_there_is_no_line() {
    let no_line = Line {
        caller_id: None,
        ..line()
    };
    let server = Server::with(webhooks(PUBLIC_URL, AUTH_TOKEN, no_line)).await;
    let params = params(&[("From", "client:desk"), ("To", "+12025550101")]);
    let number = format!("<Number {EVENTS}>+12025550101</Number>");
    let expected = dialled_out("", &number);
    twiml(server.signed("/voice/outgoing", &params), &expected).await;
}

#[tokio::test]
async fn dials_a_client_with_our_name_as_caller() {
    let server = Server::start().await;
    let params = params(&[("From", "client:desk"), ("To", "client:front_door")]);
    let client = format!("<Client {EVENTS}>front_door</Client>");
    let expected = dialled_out(" callerId=\"client:desk\"", &client);
    twiml(server.signed("/voice/outgoing", &params), &expected).await;
    let told = Webhook::Outgoing {
        call_sid: sid(CALL),
        to: "client:front_door".to_owned(),
        plan: PlanKind::Client,
    };
    assert_eq!(server.webhooks_told(), [told]);
}

#[tokio::test]
async fn finds_the_number_under_any_spelling_of_to() {
    let server = Server::start().await;
    for given in [
        &[("to", "+12025550101")][..],
        &[("To", ""), ("to", "+12025550101")],
        &[("TO", "+12025550101"), ("Called", "")],
        &[("to", "+12025550199"), ("To", "+12025550101")],
    ] {
        let number = format!("<Number {EVENTS}>+12025550101</Number>");
        let expected = dialled_out(" callerId=\"+12025550100\"", &number);
        twiml(server.signed("/voice/outgoing", &params(given)), &expected).await;
    }
}

#[tokio::test]
async fn refuses_in_words_what_is_no_number() {
    let server = Server::start().await;
    for (to, words) in [
        ("", "There is no number to call."),
        ("hello", "This is not a number that can be called."),
        ("+1202555<Sip>", "This is not a number that can be called."),
        ("+12", "The number is too short."),
        ("+1234567890123456", "The number is too long."),
        ("client:a b", "There can be no client of this name."),
    ] {
        let params = params(&[("From", "client:desk"), ("To", to)]);
        twiml(server.signed("/voice/outgoing", &params), &refused(words)).await;
        let told = Webhook::Outgoing {
            call_sid: sid(CALL),
            to: to.to_owned(),
            plan: PlanKind::Refused,
        };
        assert_eq!(server.webhooks_told().last(), Some(&told));
    }
}

fn rings(caller_id: &str) -> String {
    format!(
        "<Response><Dial timeout=\"25\" answerOnBridge=\"true\" \
         action=\"https://phone.example/voice/incoming/result\" \
         method=\"POST\"{caller_id}><Client {EVENTS}>desk</Client></Dial></Response>"
    )
}

#[tokio::test]
async fn rings_the_client_for_every_incoming_call() {
    let server = Server::start().await;
    for (from, caller_id) in [
        ("+12025550142", " callerId=\"+12025550142\""),
        ("client:tobin", " callerId=\"client:tobin\""),
        ("anonymous", " callerId=\"anonymous\""),
        ("", ""),
        ("\"><Hangup/>", " callerId=\"&quot;&gt;&lt;Hangup/&gt;\""),
        ("+1\u{1}2", ""),
        ("a b", ""),
    ] {
        let params = params(&[("From", from), ("To", "+12025550100")]);
        twiml(server.signed("/voice/incoming", &params), &rings(caller_id)).await;
        let told = Webhook::Incoming {
            call_sid: sid(CALL),
            from: from.to_owned(),
        };
        assert_eq!(server.webhooks_told().last(), Some(&told), "{from:?}");
    }
}

fn dialled(status: &str) -> twilio::webhook::Params {
    params(&[
        ("CallStatus", "in-progress"),
        ("DialCallStatus", status),
        ("DialCallSid", CHILD),
        ("DialCallDuration", "7"),
    ])
}

const STATUSES: [(&str, DialCallStatus); 6] = [
    ("completed", DialCallStatus::Completed),
    ("answered", DialCallStatus::Answered),
    ("busy", DialCallStatus::Busy),
    ("no-answer", DialCallStatus::NoAnswer),
    ("failed", DialCallStatus::Failed),
    ("canceled", DialCallStatus::Canceled),
];

fn result(status: DialCallStatus) -> Webhook {
    Webhook::DialResult {
        call_sid: sid(CALL),
        dialled: Some(sid(CHILD)),
        status,
        duration_s: Some(7),
    }
}

#[tokio::test]
async fn an_outgoing_call_ends_after_its_dial_however_it_went() {
    let server = Server::start().await;
    for (word, status) in STATUSES {
        let request = server.signed("/voice/outgoing/result", &dialled(word));
        twiml(request, EMPTY).await;
        assert_eq!(server.webhooks_told().last(), Some(&result(status)));
    }
}

#[tokio::test]
async fn an_incoming_call_gets_voicemail_exactly_when_it_was_not_answered() {
    let server = Server::start().await;
    let voicemail = "<Response><Say>Nobody can take your call at the moment. Please speak your \
                     message after the tone.</Say><Record \
                     action=\"https://phone.example/voice/recorded\" method=\"POST\" timeout=\"5\" \
                     maxLength=\"120\" playBeep=\"true\"/></Response>";
    for (word, status) in STATUSES {
        let expected = match status {
            DialCallStatus::Completed | DialCallStatus::Answered => EMPTY,
            DialCallStatus::Busy
            | DialCallStatus::NoAnswer
            | DialCallStatus::Failed
            | DialCallStatus::Canceled => voicemail,
        };
        let request = server.signed("/voice/incoming/result", &dialled(word));
        twiml(request, expected).await;
        assert_eq!(server.webhooks_told().last(), Some(&result(status)));
    }
}

#[tokio::test]
async fn thanks_for_a_message_and_hangs_up() {
    let server = Server::start().await;
    let params = params(&[
        ("RecordingUrl", "https://api.twilio.com/recordings/RE1"),
        ("RecordingDuration", "4"),
    ]);
    let expected = refused("Thank you. Your message was recorded. Goodbye.");
    twiml(server.signed("/voice/recorded", &params), &expected).await;
    assert_eq!(server.webhooks_told(), []);
}

#[tokio::test]
async fn takes_status_callbacks_without_an_answer() {
    let server = Server::start().await;
    for (n, (word, status)) in [
        ("queued", CallStatus::Queued),
        ("initiated", CallStatus::Initiated),
        ("ringing", CallStatus::Ringing),
        ("in-progress", CallStatus::InProgress),
        ("completed", CallStatus::Completed),
        ("busy", CallStatus::Busy),
        ("no-answer", CallStatus::NoAnswer),
        ("failed", CallStatus::Failed),
        ("canceled", CallStatus::Canceled),
    ]
    .into_iter()
    .enumerate()
    {
        let number = n.to_string();
        let params = params(&[
            ("CallSid", CHILD),
            ("ParentCallSid", CALL),
            ("Direction", "outbound-dial"),
            ("CallStatus", word),
            ("SequenceNumber", &number),
            ("CallDuration", "12"),
            ("Timestamp", "Tue, 14 Apr 2026 09:26:42 +0000"),
        ]);
        let headers = check(server.signed("/voice/status", &params), 204, "").await;
        assert!(!headers.contains_key("content-type"));
        let told = Webhook::Status {
            call_sid: sid(CHILD),
            parent: Some(sid(CALL)),
            status,
            duration_s: Some(12),
            sequence: Some(n as u64),
        };
        assert_eq!(server.webhooks_told().last(), Some(&told));
    }
}

#[tokio::test]
async fn takes_the_status_callback_of_a_whole_call() {
    let server = Server::start().await;
    let params = params(&[("CallStatus", "completed"), ("CallDuration", "31")]);
    check(server.signed("/voice/status", &params), 204, "").await;
    let told = Webhook::Status {
        call_sid: sid(CALL),
        parent: None,
        status: CallStatus::Completed,
        duration_s: Some(31),
        sequence: None,
    };
    assert_eq!(server.webhooks_told(), [told]);
}

#[tokio::test]
async fn is_healthy_to_anyone() {
    let server = Server::start().await;
    let url = format!("http://{}/health", server.address);
    check(crate::testing::client().get(url), 200, "ok").await;
}

#[tokio::test]
async fn writes_addresses_under_the_path_of_the_public_url() {
    let server = Server::at("https://user:pass@phone.example:8443/handset/?x=1#y").await;
    let params = params(&[("From", "+12025550142")]);
    // Between Twilio and us something takes /handset off.
    let signed_url = "https://phone.example/handset/voice/incoming";
    let request = server.signed_for(signed_url, "/voice/incoming", &params);
    let body = request.send().await.unwrap().text().await.unwrap();
    let base = "https://user:pass@phone.example:8443/handset/voice";
    for attribute in [
        format!(" action=\"{base}/incoming/result\""),
        format!(" statusCallback=\"{base}/status\""),
    ] {
        assert!(body.contains(&attribute), "{body}");
    }
}
