//! Calls that we get.

use crate::{OUR_LINE, TONE_HZ, hears_the_microphone, phones, setting};
use harness::{CallReport, Scene, wait};
use std::time::Duration;

/// The voicemail was fetched from our webhook and played to the caller, whose words are kept.
async fn until_voicemail(scene: &Scene, call_sid: &str) {
    let plays = |call: &CallReport| {
        let verbs = ["Say", "Record"];
        let all = verbs
            .iter()
            .all(|verb| call.played.iter().any(|played| played == verb));
        call.call_sid == call_sid && all
    };
    scene.sandbox.call_where("voicemail", plays).await;
    let webhooks = scene.sandbox.webhooks().await;
    let fetched = webhooks.iter().any(|webhook| {
        webhook.url.contains("/voice/incoming/result") && webhook.status == Some(200)
    });
    assert!(fetched, "{webhooks:?}");
}

#[tokio::test]
async fn an_answered_call_carries_sound_both_ways() {
    Scene::play("incoming-answered", &setting(), async |scene| {
        let page = scene.page();
        let call_sid = scene.sandbox.call(phones::PLAYS_A_TONE, OUR_LINE).await;
        page.until("#app", "data-screen", "incoming").await;
        page.until("#call", "data-phase", "offered").await;
        page.keep("incoming").await;
        page.click("#answer-button").await;
        page.until("#call", "data-phase", "active").await;
        page.until_sound().await;
        page.until_pitch(TONE_HZ).await;
        page.until_meter_moves("#meter-in").await;
        page.until_meter_moves("#meter-out").await;
        let ours = |call: &CallReport| call.call_sid == call_sid && hears_the_microphone(call);
        scene
            .sandbox
            .call_where("our voice at the caller's end", ours)
            .await;
        page.keep("in-call").await;
        page.click("#end-button").await;
        page.until("#ended", "data-cause", "hung_up").await;
        let over = |call: &CallReport| call.call_sid == call_sid && call.status == "completed";
        let call = scene
            .sandbox
            .call_where("the end of the caller's leg", over)
            .await;
        assert!(
            !call.played.iter().any(|verb| verb == "Record"),
            "no voicemail: {call:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_declined_caller_can_leave_a_message() {
    Scene::play("incoming-declined", &setting(), async |scene| {
        let page = scene.page();
        let call_sid = scene.sandbox.call(phones::PLAYS_A_TONE, OUR_LINE).await;
        page.until("#call", "data-phase", "offered").await;
        page.click("#decline-button").await;
        page.until_gone("#call").await;
        page.keep("declined").await;
        until_voicemail(scene, &call_sid).await;
        page.until("#app", "data-registration", "ready").await;
    })
    .await;
}

#[tokio::test]
async fn the_ring_ends_when_the_caller_gives_up() {
    Scene::play("incoming-cancelled", &setting(), async |scene| {
        let page = scene.page();
        scene
            .sandbox
            .call(phones::GIVES_UP_CALLING_US, OUR_LINE)
            .await;
        page.until("#call", "data-phase", "offered").await;
        page.until("#ended", "data-cause", "cancelled").await;
        page.keep("cancelled").await;
        page.until_gone("#answer-button").await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_not_answered_goes_to_voicemail() {
    Scene::play("incoming-not-answered", &setting(), async |scene| {
        let page = scene.page();
        let call_sid = scene.sandbox.call(phones::PLAYS_A_TONE, OUR_LINE).await;
        page.until("#call", "data-phase", "offered").await;
        page.click("#silence-button").await;
        page.until("#call", "data-phase", "offered").await;
        wait::within(
            Duration::from_secs(90),
            "the end of the ring",
            async || match page.attribute("#call", "data-phase").await {
                None => Ok(()),
                Some(phase) => Err(phase),
            },
        )
        .await;
        page.keep("not-answered").await;
        until_voicemail(scene, &call_sid).await;
    })
    .await;
}

#[tokio::test]
async fn a_number_is_masked_until_privacy_is_switched_off() {
    Scene::play("incoming-privacy", &setting(), async |scene| {
        let page = scene.page();
        scene.sandbox.call(phones::PLAYS_A_TONE, OUR_LINE).await;
        page.until("#call", "data-phase", "offered").await;
        let shown = page.text("#call").await.unwrap_or_default();
        assert!(shown.contains("44") && !shown.contains("555"), "{shown:?}");
        let source = page.client().source().await.unwrap();
        // The line above the call is ours, and ends in 00.
        let digits: String = source.chars().filter(char::is_ascii_digit).collect();
        assert!(
            !digits.contains("2025550144"),
            "the page does not even know it"
        );
        page.click("#privacy-toggle").await;
        wait::until("the full number", async || match page.text("#call").await {
            Some(text) if text.contains("+1 (202) 555-0144") => Ok(()),
            other => Err(other),
        })
        .await;
        page.keep("privacy-off").await;
        page.click("#decline-button").await;
    })
    .await;
}

#[tokio::test]
async fn a_caller_reaches_voicemail_while_no_page_is_open() {
    Scene::play("incoming-no-page", &setting(), async |scene| {
        scene.page().open("about:blank").await;
        let call_sid = scene.sandbox.call(phones::PLAYS_A_TONE, OUR_LINE).await;
        until_voicemail(scene, &call_sid).await;
    })
    .await;
}

#[tokio::test]
async fn the_sandboxs_own_page_makes_a_phone_call_us() {
    Scene::play("incoming-call-me", &setting(), async |scene| {
        let page = scene.page();
        page.click("[aria-label=\"Sandbox\"]").await;
        page.until("#app", "data-screen", "sandbox").await;
        page.keep("sandbox").await;
        page.click("#sandbox-call-me").await;
        page.until("#call", "data-phase", "offered").await;
        page.click("#answer-button").await;
        page.until("#call", "data-phase", "active").await;
        page.until_sound().await;
    })
    .await;
}
