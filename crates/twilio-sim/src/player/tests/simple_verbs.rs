use super::scene::{Did, While, call};
use crate::{
    player::ports::RejectReason,
    speech::{steady, write_wav},
};

#[tokio::test]
async fn say_answers_and_speaks_and_the_end_hangs_up() {
    let played = call("<Say>Hello</Say>").run().await;
    assert_eq!(
        played.did,
        [
            Did::Verb("Say".to_owned()),
            Did::Answered,
            Did::Played("\"Hello\"".to_owned()),
            Did::HungUp(None),
        ]
    );
    let voice = played.asked("/voice");
    assert_eq!(voice.get("CallStatus"), Some("ringing"));
    assert_eq!(voice.get("From"), Some("+12025550142"));
    let status = played.asked("/status");
    assert_eq!(status.get("CallStatus"), Some("completed"));
    assert_eq!(status.get("CallDuration"), Some("61"));
    played.logged("TwiML: Say");
    played.logged("webhook POST /voice: 200 in ");
}

#[tokio::test]
async fn say_is_repeated_and_says_nothing_for_no_text() {
    let played = call("<Say loop=\"3\">Hello</Say><Say/>").run().await;
    assert_eq!(played.sounds(), ["\"Hello\""; 3]);
}

#[tokio::test]
async fn say_for_ever_ends_when_the_caller_hangs_up() {
    let played = call("<Say loop=\"0\">Hello</Say><Say>Goodbye</Say>")
        .play(While::Listens)
        .play(While::Listens)
        .play(While::HangsUp)
        .run()
        .await;
    assert_eq!(played.sounds(), ["\"Hello\""; 3]);
    assert_eq!(played.ended(), "completed");
}

#[tokio::test]
async fn play_fetches_a_wav_file_beside_the_document() {
    let wav = write_wav(&steady(440));
    let played = call("<Play loop=\"2\">sounds/tone.wav</Play>")
        .file("/sounds/tone.wav", "audio/wav", wav)
        .run()
        .await;
    assert_eq!(played.sounds(), ["tone", "tone"]);
    assert_eq!(played.asked("/sounds/tone.wav").method, "GET");
}

#[tokio::test]
async fn play_plays_keys() {
    let played = call("<Play digits=\"1w#\"/>").run().await;
    assert_eq!(played.sounds(), ["keys 1w#"]);
}

#[tokio::test]
async fn play_that_has_nothing_to_play_notes_the_error_and_the_call_goes_on() {
    for (play, code) in [
        ("<Play>/gone.wav</Play>", 11_200),
        ("<Play>/song.mp3</Play>", 0),
        ("<Play digits=\"1x\"/>", 12_200),
        ("<Play/>", 12_200),
        ("<Play>http://[</Play>", 11_100),
    ] {
        let played = call(&format!("{play}<Say>Hello</Say>"))
            .file("/song.mp3", "audio/mpeg", b"ID3".to_vec())
            .run()
            .await;
        assert_eq!(played.errors(), [code], "{play}");
        assert_eq!(played.sounds(), ["\"Hello\""], "{play}");
    }
}

#[tokio::test]
async fn a_pause_before_anything_else_does_not_answer() {
    let played = call("<Pause length=\"2\"/><Reject/>").run().await;
    assert_eq!(played.did(), [Did::Rejected(RejectReason::Rejected)]);
}

#[tokio::test]
async fn hangup_ends_the_call_before_the_verbs_after_it() {
    let played = call("<Say>Hello</Say><Hangup/><Say>Goodbye</Say>")
        .run()
        .await;
    assert_eq!(played.sounds(), ["\"Hello\""]);
    assert_eq!(played.did().last(), Some(&Did::HungUp(None)));
}

#[tokio::test]
async fn an_empty_document_hangs_up() {
    let played = call("").run().await;
    assert_eq!(played.did, [Did::HungUp(None)]);
}

#[tokio::test]
async fn reject_turns_the_call_away_unanswered() {
    for (reject, reason, status) in [
        ("<Reject/>", RejectReason::Rejected, "no-answer"),
        (
            "<Reject reason=\"rejected\"/>",
            RejectReason::Rejected,
            "no-answer",
        ),
        ("<Reject reason=\"busy\"/>", RejectReason::Busy, "busy"),
    ] {
        let played = call(&format!("{reject}<Say>Hello</Say>")).run().await;
        assert_eq!(played.did(), [Did::Rejected(reason)], "{reject}");
        assert_eq!(played.ended(), status, "{reject}");
        assert_eq!(played.asked("/status").get("CallDuration"), Some("0"));
    }
}

#[tokio::test]
async fn reject_of_an_answered_call_only_hangs_up() {
    let played = call("<Say>Hello</Say><Reject/>").run().await;
    assert_eq!(played.did().last(), Some(&Did::HungUp(None)));
    assert_eq!(played.ended(), "completed");
}

#[tokio::test]
async fn redirect_goes_on_elsewhere_relative_to_the_document() {
    let played = call("<Redirect>deep/next</Redirect><Say>Hello</Say>")
        .document("/deep/next", "<Redirect method=\"GET\">last?x=1</Redirect>")
        .document("/deep/last", "<Say>Goodbye</Say>")
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice", "/deep/next", "/deep/last"]);
    assert_eq!(played.asked("/deep/next").method, "POST");
    let last = played.asked("/deep/last");
    assert_eq!((last.method.as_str(), last.get("x")), ("GET", Some("1")));
    assert!(last.get("CallSid").is_some());
    assert_eq!(played.sounds(), ["\"Goodbye\""]);
}

#[tokio::test]
async fn redirect_to_nowhere_named_asks_the_same_document_again() {
    let played = call("<Redirect/>")
        .document("/voice", "<Say>Hello</Say>")
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice", "/voice"]);
    assert_eq!(played.sounds(), ["\"Hello\""]);
}

#[tokio::test]
async fn redirects_that_go_round_in_a_circle_end_the_call() {
    let played = call("<Redirect>/voice</Redirect>")
        .documents_limit(5)
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice"; 5]);
    assert_eq!(played.errors(), [0]);
    assert_eq!(played.did().last(), Some(&Did::HungUp(Some(0))));
    played.logged("goes round in a circle");
}

#[tokio::test]
async fn a_verb_that_is_not_carried_out_ends_the_call_with_an_error() {
    for (verb, code, text) in [
        (
            "<Connect><Stream url=\"wss://x\"/></Connect>",
            0,
            "<Connect>",
        ),
        ("<Enqueue>support</Enqueue>", 0, "<Enqueue>"),
        ("<Stream/>", 12_200, "<Stream>"),
        ("<Shout>Hello</Shout>", 12_200, "<Shout>"),
    ] {
        let played = call(&format!("{verb}<Say>Hello</Say>")).run().await;
        assert_eq!(played.errors(), [code], "{verb}");
        assert_eq!(
            played.sounds(),
            ["\"An application error has occurred. Goodbye.\""]
        );
        assert_eq!(played.did().last(), Some(&Did::HungUp(Some(code))));
        played.logged(text);
    }
}

#[tokio::test]
async fn a_caller_who_hangs_up_while_something_is_said_ends_the_call() {
    let played = call("<Say>Hello</Say><Say>Goodbye</Say><Redirect>/next</Redirect>")
        .play(While::HangsUp)
        .run()
        .await;
    assert_eq!(played.sounds(), ["\"Hello\""]);
    assert_eq!(played.paths(), ["/voice"]);
    assert_eq!(played.ended(), "completed");
}
