//! Calls that we make.

use crate::{TONE_HZ, hears_the_microphone, phones, setting};
use harness::{CallReport, Scene, tone, wait};
use std::time::Duration;

/// Keys that are no characters, as WebDriver writes them. Source: W3C WebDriver, section 17.4.2.
const ENTER: &str = "\u{e007}";
const CONTROL_BACKSPACE: &str = "\u{e009}\u{e003}";

#[tokio::test]
async fn an_outgoing_call_carries_sound_both_ways() {
    Scene::play("outgoing-sound", &setting(), async |scene| {
        let page = scene.page();
        page.keep("dialer").await;
        page.dial(phones::PLAYS_A_TONE).await;
        page.until("#app", "data-screen", "calling").await;
        page.keep("calling").await;
        page.until("#call", "data-phase", "active").await;
        page.until("#app", "data-screen", "in_call").await;
        page.until_sound().await;
        page.until_pitch(TONE_HZ).await;
        page.until_meter_moves("#meter-in").await;
        page.until_meter_moves("#meter-out").await;
        let heard = scene
            .sandbox
            .call_where("our voice at the far end", hears_the_microphone);
        let call = heard.await;
        page.keep("in-call").await;
        assert!(call.codec.is_some(), "{call:?}");
        let states = page.states().await;
        let phases: Vec<_> = states
            .iter()
            .filter(|state| state.starts_with("phase:"))
            .collect();
        let order = ["phase:dialing", "phase:ringing", "phase:active"];
        assert!(
            order
                .iter()
                .all(|phase| phases.iter().any(|seen| seen == phase)),
            "it rings before it is answered: {phases:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_echo_brings_back_our_own_voice() {
    Scene::play("outgoing-echo", &setting(), async |scene| {
        let page = scene.page();
        page.dial(phones::ECHOES).await;
        page.until("#call", "data-phase", "active").await;
        page.until_pitch(tone::MICROPHONE_HZ).await;
    })
    .await;
}

#[tokio::test]
async fn hanging_up_ends_the_call_at_the_far_end_too() {
    Scene::play("outgoing-own-hang-up", &setting(), async |scene| {
        let page = scene.page();
        page.dial(phones::PLAYS_A_TONE).await;
        page.until("#call", "data-phase", "active").await;
        page.until_sound().await;
        page.click("#end-button").await;
        page.until("#ended", "data-cause", "hung_up").await;
        page.keep("ended-by-us").await;
        let over =
            |call: &CallReport| call.to == phones::PLAYS_A_TONE && call.status == "completed";
        scene
            .sandbox
            .call_where("the end of the far leg", over)
            .await;
    })
    .await;
}

#[tokio::test]
async fn the_page_says_when_the_far_end_hangs_up() {
    Scene::play("outgoing-they-hang-up", &setting(), async |scene| {
        let page = scene.page();
        page.dial(phones::HANGS_UP_AFTER_2_S).await;
        page.until("#call", "data-phase", "active").await;
        page.until("#ended", "data-cause", "they_hung_up").await;
        page.keep("ended-by-them").await;
    })
    .await;
}

#[tokio::test]
async fn giving_up_while_it_rings_stops_the_ringing_there() {
    Scene::play("outgoing-given-up", &setting(), async |scene| {
        let page = scene.page();
        page.dial(phones::RINGS_FOR_EVER).await;
        page.until("#call", "data-phase", "ringing").await;
        page.keep("ringing").await;
        page.click("#end-button").await;
        page.until("#ended", "data-cause", "hung_up").await;
        let over =
            |call: &CallReport| call.to == phones::RINGS_FOR_EVER && call.status == "canceled";
        scene
            .sandbox
            .call_where("the end of the ringing", over)
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_busy_number_is_called_busy() {
    Scene::play("outgoing-busy", &setting(), async |scene| {
        scene.page().dial(phones::IS_BUSY).await;
        scene.page().until("#ended", "data-cause", "busy").await;
    })
    .await;
}

#[tokio::test]
async fn a_number_that_does_not_exist_is_not_in_service() {
    Scene::play("outgoing-not-in-service", &setting(), async |scene| {
        scene.page().dial(phones::DOES_NOT_EXIST).await;
        scene
            .page()
            .until("#ended", "data-cause", "not_in_service")
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_nobody_answers_ends_by_itself() {
    Scene::play("outgoing-no-answer", &setting(), async |scene| {
        let page = scene.page();
        page.dial(phones::RINGS_FOR_EVER).await;
        page.until("#call", "data-phase", "ringing").await;
        // Twilio rings 30 s by default.
        wait::within(Duration::from_secs(90), "no answer", async || {
            let cause = page.attribute("#ended", "data-cause").await;
            if cause.as_deref() == Some("no_answer") {
                Ok(())
            } else {
                Err((cause, page.state().await))
            }
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn an_invalid_number_is_explained_and_not_called() {
    Scene::play("outgoing-invalid", &setting(), async |scene| {
        let page = scene.page();
        page.dial("+12").await;
        page.until_shown("#field-error").await;
        page.keep("invalid-number").await;
        let text = page.text("#field-error").await.unwrap_or_default();
        assert!(text.trim().len() > 10, "a sentence: {text:?}");
        assert_eq!(page.count("out", "invite").await, 0);
        assert_eq!(scene.sandbox.calls().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_alone_makes_a_call_and_ends_it() {
    Scene::play("outgoing-keyboard", &setting(), async |scene| {
        let page = scene.page();
        page.press("+1 (202) 555-0144").await;
        page.keep("typed").await;
        page.press(ENTER).await;
        page.until("#call", "data-phase", "active").await;
        let dialled = |call: &CallReport| call.to == phones::PLAYS_A_TONE;
        scene
            .sandbox
            .call_where("the number as it is called", dialled)
            .await;
        page.press("m").await;
        page.until("#mute-button", "aria-pressed", "true").await;
        page.press(CONTROL_BACKSPACE).await;
        page.until("#ended", "data-cause", "hung_up").await;
    })
    .await;
}
