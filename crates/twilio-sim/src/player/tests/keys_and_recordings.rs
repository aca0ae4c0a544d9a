use super::scene::{Did, Speaks, While, call};
use crate::speech::{Pcm, silence, steady};

fn speech() -> Pcm {
    let tone = steady(440);
    [&tone[..], &tone, &silence(700)].concat().into()
}

#[tokio::test]
async fn record_beeps_and_ends_on_a_key_and_asks_its_action() {
    let played = call("<Record action=\"/done\" method=\"GET\"/><Say>Hello</Say>")
        .speaks(Speaks::Pressing(speech(), "5"))
        .document("/done", "<Say>Goodbye</Say>")
        .run()
        .await;
    assert_eq!(
        played.did(),
        [
            Did::Answered,
            Did::Played("beep".to_owned()),
            Did::StartedRecording,
            Did::Recorded { duration_s: 2 },
            Did::Played("\"Goodbye\"".to_owned()),
            Did::HungUp(None),
        ]
    );
    let done = played.asked("/done");
    assert_eq!(done.method, "GET");
    assert_eq!(done.get("Digits"), Some("5"));
    assert_eq!(done.get("RecordingDuration"), Some("2"));
    let url = done.get("RecordingUrl").unwrap();
    assert!(url.contains("/2010-04-01/Accounts/AC"), "{url}");
    assert!(url.contains("/Recordings/RE"), "{url}");
}

#[tokio::test]
async fn record_ends_after_silence_and_only_the_keys_named_end_it() {
    let played =
        call("<Record action=\"/done\" timeout=\"1\" finishOnKey=\"#\" playBeep=\"false\"/>")
            .speaks(Speaks::Pressing(speech(), "12"))
            .document("/done", "<Hangup/>")
            .run()
            .await;
    assert!(played.sounds().is_empty());
    assert_eq!(played.asked("/done").get("Digits"), None);
}

#[tokio::test]
async fn record_ends_at_its_greatest_length_while_the_caller_speaks_on() {
    let played = call("<Record action=\"/done\" maxLength=\"2\" timeout=\"1\"/>")
        .speaks(Speaks::OnAndOn(speech()))
        .document("/done", "<Hangup/>")
        .run()
        .await;
    assert_eq!(played.asked("/done").get("Digits"), None);
}

#[tokio::test]
async fn record_tells_its_action_that_the_caller_hung_up() {
    let played = call("<Record action=\"/done\"/>")
        .speaks(Speaks::HangingUp(speech()))
        .document("/done", "<Say>Goodbye</Say>")
        .run()
        .await;
    let done = played.asked("/done");
    assert_eq!(done.get("Digits"), Some("hangup"));
    assert_eq!(done.get("CallStatus"), Some("completed"));
    assert_eq!(played.sounds(), ["beep"]);
}

#[tokio::test]
async fn record_without_action_asks_the_current_document_again() {
    let played = call("<Record/>")
        .speaks(Speaks::Pressing(speech(), "#"))
        .document("/voice", "<Say>Goodbye</Say>")
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice", "/voice"]);
    assert_eq!(played.seen[1].get("RecordingDuration"), Some("2"));
    assert_eq!(played.sounds(), ["beep", "\"Goodbye\""]);
}

#[tokio::test]
async fn a_recording_of_silence_is_none_and_the_next_verb_follows() {
    let played = call(
        "<Record action=\"/done\" timeout=\"1\" recordingStatusCallback=\"/status/recording\" \
         recordingStatusCallbackEvent=\"absent\"/><Say>Hello</Say>",
    )
    .speaks(Speaks::Silently(silence(2_000)))
    .run()
    .await;
    assert_eq!(played.sounds(), ["beep", "\"Hello\""]);
    let absent = played.asked("/status/recording");
    assert_eq!(absent.get("RecordingStatus"), Some("absent"));
    assert!(!played.did.contains(&Did::Recorded { duration_s: 2 }));
}

#[tokio::test]
async fn silence_is_kept_when_the_document_says_so() {
    let played = call("<Record action=\"/done\" timeout=\"1\" trim=\"do-not-trim\"/>")
        .speaks(Speaks::Silently(silence(2_000)))
        .document("/done", "<Hangup/>")
        .run()
        .await;
    assert_eq!(played.asked("/done").get("RecordingDuration"), Some("2"));
}

#[tokio::test]
async fn what_becomes_of_a_recording_is_told_to_its_callback() {
    let played = call(
        "<Record action=\"/done\" recordingStatusCallback=\"/status/recording\" \
         recordingStatusCallbackMethod=\"GET\"/>",
    )
    .speaks(Speaks::Pressing(speech(), "#"))
    .document("/done", "<Hangup/>")
    .run()
    .await;
    let told = played.asked("/status/recording");
    assert_eq!(told.method, "GET");
    assert_eq!(told.get("RecordingStatus"), Some("completed"));
    assert_eq!(told.get("RecordingSource"), Some("RecordVerb"));
    let url = played.asked("/done").get("RecordingUrl");
    assert_eq!(told.get("RecordingUrl"), url);
}

#[tokio::test]
async fn gather_stops_what_is_said_at_the_first_key_and_ends_at_the_number_of_keys() {
    let played = call(
        "<Gather numDigits=\"3\" action=\"/menu\"><Say>Press a key</Say><Say>Hello</Say></Gather>",
    )
    .play(While::Presses("12#4"))
    .document("/menu", "<Say>Goodbye</Say>")
    .run()
    .await;
    assert_eq!(played.asked("/menu").get("Digits"), Some("12"));
    assert_eq!(
        played.did(),
        [
            Did::Answered,
            Did::Played("\"Press a key\"".to_owned()),
            Did::StoppedPlaying,
            Did::Played("\"Goodbye\"".to_owned()),
            Did::HungUp(None),
        ]
    );
    let verbs = played.did.iter().filter(|did| matches!(did, Did::Verb(_)));
    assert_eq!(verbs.count(), 3);
}

#[tokio::test]
async fn gather_takes_as_many_keys_as_it_wants_and_no_more() {
    let played = call(
        "<Gather numDigits=\"2\" finishOnKey=\"\" action=\"/menu\"><Say>Press a key</Say></Gather>",
    )
    .play(While::Presses("#*9"))
    .document("/menu", "<Hangup/>")
    .run()
    .await;
    assert_eq!(played.asked("/menu").get("Digits"), Some("#*"));
}

#[tokio::test]
async fn gather_ends_when_no_further_key_comes() {
    let played = call("<Gather timeout=\"1\"><Say>Press a key</Say></Gather>")
        .play(While::Presses("42"))
        .document("/voice", "<Hangup/>")
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice", "/voice"]);
    assert_eq!(played.seen[1].get("Digits"), Some("42"));
}

#[tokio::test]
async fn gather_without_keys_goes_on_with_the_next_verb_unless_told_otherwise() {
    let played = call(
        "<Gather timeout=\"1\" action=\"/menu\"><Pause/><Say>Press a key</Say></Gather>\
         <Say>Goodbye</Say>",
    )
    .run()
    .await;
    assert_eq!(played.paths(), ["/voice"]);
    assert_eq!(played.sounds(), ["\"Press a key\"", "\"Goodbye\""]);

    let played = call("<Gather timeout=\"1\" action=\"/menu\" actionOnEmptyResult=\"true\"/>")
        .document("/menu", "<Hangup/>")
        .run()
        .await;
    assert_eq!(played.asked("/menu").get("Digits"), Some(""));
}

#[tokio::test]
async fn keys_that_were_pressed_before_the_gather_do_not_count() {
    let played = call("<Gather numDigits=\"1\" action=\"/menu\"><Say>Press a key</Say></Gather>")
        .play(While::Presses("12"))
        .document(
            "/menu",
            "<Gather timeout=\"1\" action=\"/more\"/><Say>Goodbye</Say>",
        )
        .run()
        .await;
    assert_eq!(played.asked("/menu").get("Digits"), Some("1"));
    assert_eq!(played.paths(), ["/voice", "/menu"]);
    assert_eq!(played.sounds(), ["\"Press a key\"", "\"Goodbye\""]);
}

#[tokio::test]
async fn gather_of_a_caller_who_hangs_up_asks_nobody() {
    let played = call("<Gather action=\"/menu\"><Say>Press a key</Say></Gather>")
        .play(While::HangsUp)
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice"]);
    assert_eq!(played.ended(), "completed");
}

#[tokio::test]
async fn gather_understands_no_speech_and_holds_no_other_verbs() {
    let played = call("<Gather input=\"speech\"/>").run().await;
    assert_eq!(played.errors(), [0]);
    played.logged("understands no speech");

    let played = call("<Gather input=\"dtmf speech\" timeout=\"1\"/>")
        .run()
        .await;
    assert!(played.errors().is_empty());
    played.logged("passed over");

    let played = call("<Gather><Dial>+12025550101</Dial></Gather>")
        .run()
        .await;
    assert_eq!(played.errors(), [12_200]);
    played.logged("<Gather> cannot hold <Dial>");
}
