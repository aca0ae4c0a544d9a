use super::scene::{Did, call};
use crate::speech::{steady, write_wav};

const APOLOGY: &str = "\"An application error has occurred. Goodbye.\"";

#[tokio::test]
async fn a_document_that_cannot_be_had_is_apologised_for() {
    let played = call("").without_voice().run().await;
    assert_eq!(
        played.did,
        [
            Did::Erred(11_200),
            Did::Answered,
            Did::Played(APOLOGY.to_owned()),
            Did::HungUp(Some(11_200)),
        ]
    );
    played.logged("webhook POST /voice: HTTP 404 (error 11200) after ");
    played.logged("error 11200: the webhook server did not answer well: HTTP 404");
    assert_eq!(played.ended(), "completed");
}

#[tokio::test]
async fn the_fallback_is_asked_and_told_what_went_wrong() {
    let played = call("")
        .without_voice()
        .fallback("/fallback")
        .document("/fallback", "<Say>Hello</Say>")
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice", "/fallback"]);
    let fallback = played.asked("/fallback");
    assert_eq!(fallback.get("ErrorCode"), Some("11200"));
    assert!(fallback.get("ErrorUrl").unwrap().ends_with("/voice"));
    assert!(fallback.get("CallSid").is_some());
    assert_eq!(played.errors(), [11_200]);
    assert_eq!(played.sounds(), ["\"Hello\""]);
    assert_eq!(played.did().last(), Some(&Did::HungUp(None)));
}

#[tokio::test]
async fn the_fallback_is_asked_for_later_documents_too() {
    let played = call("<Redirect>/gone?x=1</Redirect>")
        .fallback("/fallback")
        .document("/fallback", "<Say>Hello</Say>")
        .run()
        .await;
    assert_eq!(played.paths(), ["/voice", "/gone", "/fallback"]);
    let error_url = played.asked("/fallback").get("ErrorUrl").unwrap();
    assert!(error_url.ends_with("/gone?x=1"), "{error_url}");
}

#[tokio::test]
async fn a_fallback_that_fails_too_is_apologised_for() {
    let played = call("").without_voice().fallback("/gone").run().await;
    assert_eq!(played.paths(), ["/voice", "/gone"]);
    assert_eq!(played.errors(), [11_200, 11_200]);
    assert_eq!(played.sounds(), [APOLOGY]);
}

#[tokio::test]
async fn what_is_not_twiml_ends_the_call_with_the_error_that_twilio_gives() {
    for (content_type, body, code) in [
        ("text/xml", "<Response><Say>Hello</Response>", 12_100),
        ("text/xml", "<html/>", 12_100),
        ("text/xml", "", 12_100),
        ("application/json", "{}", 12_300),
    ] {
        let played = call("")
            .without_voice()
            .file("/voice", content_type, body.into())
            .run()
            .await;
        assert_eq!(played.errors(), [code], "{body}");
        assert_eq!(played.sounds(), [APOLOGY], "{body}");
        assert_eq!(played.did().last(), Some(&Did::HungUp(Some(code))));
        assert_eq!(played.deliveries[0].error_code, Some(code));
        assert_eq!(played.deliveries[0].status, Some(200));
    }
}

#[tokio::test]
async fn plain_text_is_read_out_and_sound_is_played() {
    let played = call("")
        .without_voice()
        .file("/voice", "text/plain", b"Hello".to_vec())
        .run()
        .await;
    assert_eq!(played.sounds(), ["\"Hello\""]);
    let played = call("")
        .without_voice()
        .file("/voice", "audio/wav", write_wav(&steady(440)))
        .run()
        .await;
    assert_eq!(played.sounds(), ["tone"]);
    assert_eq!(played.did().last(), Some(&Did::HungUp(None)));
}

#[tokio::test]
async fn an_address_in_a_document_that_is_none_ends_the_call() {
    let played = call("<Redirect>http://[</Redirect>").run().await;
    assert_eq!(played.errors(), [11_100]);
}

#[tokio::test]
async fn every_request_of_a_call_names_it_and_a_call_token_stays_the_same() {
    let played = call("<Redirect>/next</Redirect>")
        .document("/next", "<Say>Hello</Say>")
        .run()
        .await;
    let (voice, next) = (played.asked("/voice"), played.asked("/next"));
    for name in ["CallSid", "AccountSid", "CallToken"] {
        assert!(voice.get(name).is_some(), "{name}");
        assert_eq!(voice.get(name), next.get(name), "{name}");
    }
    let kinds: Vec<_> = played
        .deliveries
        .iter()
        .map(|delivery| serde_json::to_value(delivery.kind).unwrap())
        .collect();
    assert_eq!(kinds, ["voice", "redirect", "call_status"]);
}
