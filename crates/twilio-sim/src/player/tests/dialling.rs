use super::scene::{DialScript, Did, call, child};
use crate::player::ports::{ChildProgress, DialCallStatus, DialHow, DialTarget};

fn number(number: &str) -> DialTarget {
    DialTarget::Number(number.to_owned())
}

fn completed() -> DialScript {
    DialScript {
        duration_s: 7,
        ..DialScript::ends(DialCallStatus::Completed)
    }
}

fn no_answer() -> DialScript {
    DialScript::ends(DialCallStatus::NoAnswer)
}

#[tokio::test]
async fn dial_answers_first_and_rings_half_a_minute_unless_told_otherwise() {
    let played = call("<Dial><Number>+12025550101</Number></Dial>")
        .dial(no_answer())
        .run()
        .await;
    let how = DialHow {
        timeout_s: 30,
        caller_id: None,
        answer_on_bridge: false,
        time_limit_s: None,
        hangup_on_star: false,
    };
    assert_eq!(played.dials, [(vec![number("+12025550101")], how)]);
    assert_eq!(played.did(), [Did::Answered, Did::HungUp(None)]);
    played.logged("TwiML: Dial, Number •••• ••01");
}

#[tokio::test]
async fn dial_takes_what_the_document_says() {
    let played = call(
        "<Dial timeout=\"25\" callerId=\"+12025550100\" answerOnBridge=\"true\" timeLimit=\"60\" \
         hangupOnStar=\"true\"><Number>+1 (202) 555-0101</Number></Dial>",
    )
    .from("client:desk_2")
    .dial(no_answer())
    .run()
    .await;
    let how = DialHow {
        timeout_s: 25,
        caller_id: Some("+12025550100".to_owned()),
        answer_on_bridge: true,
        time_limit_s: Some(60),
        hangup_on_star: true,
    };
    assert_eq!(played.dials, [(vec![number("+12025550101")], how)]);
    assert_eq!(played.did(), [Did::HungUp(None)]);
    assert_eq!(played.ended(), "no-answer");
}

#[tokio::test]
async fn dial_calls_numbers_clients_and_sip_addresses_at_once() {
    let played = call(
        "<Dial>+12025550107<Number>+12025550101</Number><Client>desk_2</Client>\
         <Client><Identity>desk_3</Identity><Parameter name=\"a\" value=\"b\"/></Client>\
         <Sip>sip:ann@example.com</Sip></Dial>",
    )
    .dial(no_answer())
    .run()
    .await;
    let client = |name: &str, parameters: &[(&str, &str)]| DialTarget::Client {
        name: name.to_owned(),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    assert_eq!(
        played.dials[0].0,
        [
            number("+12025550101"),
            client("desk_2", &[]),
            client("desk_3", &[("a", "b")]),
            DialTarget::Sip("sip:ann@example.com".to_owned()),
            number("+12025550107"),
        ]
    );
}

#[tokio::test]
async fn after_a_dial_its_action_is_asked_and_played() {
    let played = call(
        "<Dial action=\"after\" method=\"GET\" answerOnBridge=\"true\">+12025550101</Dial>\
         <Say>Hello</Say>",
    )
    .dial(completed())
    .document("/after", "<Say>Goodbye</Say>")
    .run()
    .await;
    let after = played.asked("/after");
    assert_eq!(after.method, "GET");
    assert_eq!(after.get("DialCallStatus"), Some("completed"));
    assert_eq!(after.get("DialCallSid"), Some(child(0).as_str()));
    assert_eq!(after.get("DialCallDuration"), Some("7"));
    assert_eq!(after.get("DialBridged"), Some("true"));
    assert_eq!(after.get("CallStatus"), Some("in-progress"));
    assert_eq!(played.sounds(), ["\"Goodbye\""]);
}

#[tokio::test]
async fn an_unanswered_dial_that_leaves_the_caller_unanswered_goes_on_to_voicemail() {
    let played = call("<Dial action=\"/after\" answerOnBridge=\"true\"><Client>me</Client></Dial>")
        .dial(no_answer())
        .document("/after", "<Say>Goodbye</Say>")
        .run()
        .await;
    let after = played.asked("/after");
    assert_eq!(after.get("DialCallStatus"), Some("no-answer"));
    assert_eq!(after.get("CallStatus"), Some("ringing"));
    assert_eq!(
        played.did(),
        [
            Did::Answered,
            Did::Played("\"Goodbye\"".to_owned()),
            Did::HungUp(None),
        ]
    );
}

#[tokio::test]
async fn a_dial_without_action_goes_on_with_the_next_verb() {
    let played = call("<Dial>+12025550101</Dial><Say>Hello</Say>")
        .dial(DialScript::ends(DialCallStatus::Busy))
        .run()
        .await;
    assert_eq!(played.sounds(), ["\"Hello\""]);
}

#[tokio::test]
async fn the_call_of_an_unanswered_caller_ends_as_its_dial_did() {
    for (status, word) in [
        (DialCallStatus::Busy, "busy"),
        (DialCallStatus::NoAnswer, "no-answer"),
        (DialCallStatus::Failed, "failed"),
        (DialCallStatus::Canceled, "no-answer"),
        (DialCallStatus::Completed, "completed"),
    ] {
        let played = call("<Dial answerOnBridge=\"true\">+12025550101</Dial>")
            .dial(DialScript::ends(status))
            .run()
            .await;
        assert_eq!(played.ended(), word);
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_in_a_dial_is_told_to_the_action_but_hears_nothing_of_it() {
    let played = call("<Dial action=\"/after\">+12025550101</Dial>")
        .dial(DialScript {
            parent_hangs_up: true,
            ..completed()
        })
        .document("/after", "<Say>Goodbye</Say>")
        .run()
        .await;
    let after = played.asked("/after");
    assert_eq!(after.get("DialCallStatus"), Some("completed"));
    assert_eq!(after.get("CallStatus"), Some("completed"));
    assert!(played.sounds().is_empty());
}

#[tokio::test]
async fn a_number_that_is_none_is_13223_and_the_dial_failed() {
    for dialled in [
        "<Number>call me</Number>",
        "<Number>2025550155</Number>",
        "<Number>911</Number>",
        "<Number/>",
        "",
    ] {
        let played = call(&format!("<Dial action=\"/after\">{dialled}</Dial>"))
            .document("/after", "<Say>Goodbye</Say>")
            .run()
            .await;
        assert!(played.errors().contains(&13_223), "{dialled}");
        assert!(played.dials.is_empty(), "{dialled}");
        let after = played.asked("/after");
        assert_eq!(after.get("DialCallStatus"), Some("failed"));
        assert_eq!(after.get("DialCallSid"), None);
        assert_eq!(played.sounds(), ["\"Goodbye\""]);
        for line in &played.log {
            assert!(!line.contains("2025550155"), "{line}");
        }
    }
}

#[tokio::test]
async fn a_number_that_is_none_does_not_keep_the_others_from_being_called() {
    let played = call("<Dial><Number>nobody</Number><Client>desk_2</Client></Dial>")
        .dial(no_answer())
        .run()
        .await;
    assert_eq!(played.errors(), [13_223]);
    assert_eq!(played.dials[0].0.len(), 1);
}

#[tokio::test]
async fn a_client_that_calls_a_number_needs_a_caller_id() {
    for (caller_id, fails) in [
        ("", true),
        ("callerId=\"client:desk_2\"", true),
        ("callerId=\"+12025550100\"", false),
    ] {
        let played = call(&format!("<Dial {caller_id}>+12025550101</Dial>"))
            .from("client:desk_2")
            .dial(no_answer())
            .run()
            .await;
        assert_eq!(played.errors().contains(&13_214), fails, "{caller_id}");
        assert_eq!(played.dials.is_empty(), fails, "{caller_id}");
    }
    let played = call("<Dial><Client>desk_3</Client></Dial>")
        .from("client:desk_2")
        .dial(no_answer())
        .run()
        .await;
    assert!(played.errors().is_empty());
}

#[tokio::test]
async fn a_noun_that_is_not_called_ends_the_call_with_an_error() {
    for (noun, code) in [
        ("<Conference>room</Conference>", 0),
        ("<Queue>support</Queue>", 0),
        ("<Pigeon>Bo</Pigeon>", 12_200),
    ] {
        let played = call(&format!("<Dial>{noun}</Dial>")).run().await;
        assert_eq!(played.errors(), [code], "{noun}");
        assert_eq!(played.did().last(), Some(&Did::HungUp(Some(code))));
    }
}

#[tokio::test]
async fn what_a_dial_cannot_do_is_passed_over_and_logged() {
    let played = call(
        "<Dial record=\"record-from-answer\"><Number url=\"/whisper\">+12025550101</Number></Dial>",
    )
    .dial(no_answer())
    .run()
    .await;
    played.logged("Dial record is passed over");
    played.logged("the noun's url is passed over");
    assert!(played.errors().is_empty());
}

fn story() -> Vec<(usize, ChildProgress)> {
    vec![
        (0, ChildProgress::Initiated),
        (1, ChildProgress::Initiated),
        (0, ChildProgress::Ringing),
        (0, ChildProgress::Answered),
        (
            1,
            ChildProgress::Completed {
                status: DialCallStatus::Canceled,
                duration_s: 0,
            },
        ),
        (
            0,
            ChildProgress::Completed {
                status: DialCallStatus::Completed,
                duration_s: 7,
            },
        ),
    ]
}

#[tokio::test]
async fn the_events_of_dialled_legs_are_told_in_order_to_those_who_want_them() {
    let played = call(
        "<Dial><Number statusCallback=\"/status/one\" \
         statusCallbackEvent=\"initiated ringing answered completed\">+12025550200</Number>\
         <Number statusCallback=\"/status/two\" statusCallbackMethod=\"GET\">+12025550201</Number>\
         </Dial>",
    )
    .dial(DialScript {
        events: story(),
        ..completed()
    })
    .run()
    .await;
    let told = |path: &str| -> Vec<(String, String, String)> {
        let seen = played.seen.iter().filter(|seen| seen.path == path);
        seen.map(|seen| {
            let get = |name| seen.get(name).unwrap().to_owned();
            assert_eq!(seen.get("ParentCallSid"), played.seen[0].get("CallSid"));
            (get("CallStatus"), get("SequenceNumber"), get("CallSid"))
        })
        .collect()
    };
    let row = |status: &str, sequence: &str, target| {
        (
            status.to_owned(),
            sequence.to_owned(),
            child(target).to_string(),
        )
    };
    assert_eq!(
        told("/status/one"),
        [
            row("initiated", "0", 0),
            row("ringing", "1", 0),
            row("in-progress", "2", 0),
            row("completed", "3", 0),
        ]
    );
    assert_eq!(told("/status/two"), [row("canceled", "0", 1)]);
    assert_eq!(played.asked("/status/two").method, "GET");
}
