//! What happens in a call.

use crate::{hears_the_microphone, phones, setting, silent_while_it_sends};
use harness::{CallReport, Scene, wait};
use serde_json::json;
use std::time::Duration;

async fn in_a_call_to(scene: &Scene, number: &str) {
    scene.page().dial(number).await;
    scene.page().until("#call", "data-phase", "active").await;
    let heard = scene
        .sandbox
        .call_where("our voice at the far end", hears_the_microphone);
    heard.await;
}

#[tokio::test]
async fn keys_are_heard_by_the_far_end() {
    Scene::play("in-call-keys", &setting(), async |scene| {
        let page = scene.page();
        in_a_call_to(scene, phones::PLAYS_A_TONE).await;
        page.click("#keypad-button").await;
        page.until("#app", "data-screen", "keypad").await;
        for key in ["5", "#", "1", "*", "0"] {
            page.click(&format!("[data-key=\"{key}\"]")).await;
        }
        let pressed = |call: &CallReport| call.digits == "5#1*0";
        scene.sandbox.call_where("the keys", pressed).await;
        page.keep("keypad").await;
    })
    .await;
}

#[tokio::test]
async fn a_muted_call_is_silence_at_the_far_end() {
    Scene::play("in-call-mute", &setting(), async |scene| {
        let page = scene.page();
        in_a_call_to(scene, phones::PLAYS_A_TONE).await;
        page.click("#mute-button").await;
        page.until("#mute-button", "aria-pressed", "true").await;
        silent_while_it_sends(&scene.sandbox).await;
        page.keep("muted").await;
        page.click("#mute-button").await;
        page.until("#mute-button", "aria-pressed", "false").await;
        scene
            .sandbox
            .call_where("our voice again", hears_the_microphone)
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_fresh_token_comes_before_the_old_one_expires_and_drops_no_call() {
    // The shortest life that is allowed; the phone must have renewed it twice in this time.
    let short = setting().with(&["--token-ttl", "20"]);
    Scene::play("in-call-token", &short, async |scene| {
        let page = scene.page();
        in_a_call_to(scene, phones::PLAYS_A_TONE).await;
        let before = page.count("out", "listen").await;
        wait::within(Duration::from_secs(90), "two fresh tokens", async || {
            let listened = page.count("out", "listen").await;
            if listened >= before + 2 {
                Ok(())
            } else {
                Err((before, listened))
            }
        })
        .await;
        page.until("#call", "data-phase", "active").await;
        page.until_sound().await;
        scene
            .sandbox
            .call_where("our voice still", hears_the_microphone)
            .await;
        let states = page.states().await;
        let lost = [
            "phase:reconnecting",
            "registration:signed_out",
            "registration:reconnecting",
        ];
        assert!(
            !states.iter().any(|state| lost.contains(&state.as_str())),
            "{states:?}"
        );
        let calls = scene.sandbox.calls().await;
        assert!(
            calls.iter().all(|call| call.status == "in-progress"),
            "{calls:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_dropped_socket_is_recovered_and_the_call_goes_on() {
    Scene::play("in-call-socket", &setting(), async |scene| {
        let page = scene.page();
        in_a_call_to(scene, phones::PLAYS_A_TONE).await;
        let before = page.count("out", "invite").await;
        scene.sandbox.drop_sockets().await;
        wait::until("the reconnecting invite", async || {
            let invites = page.count("out", "invite").await;
            if invites > before {
                Ok(())
            } else {
                Err(invites)
            }
        })
        .await;
        page.until("#call", "data-phase", "active").await;
        page.until("#app", "data-registration", "ready").await;
        let states = page.states().await;
        assert!(
            states.iter().any(|state| state == "phase:reconnecting"),
            "the page says so meanwhile: {states:?}"
        );
        page.until_sound().await;
        scene
            .sandbox
            .call_where("our voice again", hears_the_microphone)
            .await;
        // The far end hears of our hanging up: the new socket carries the old call.
        page.click("#end-button").await;
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
async fn sound_that_is_lost_on_the_way_comes_back() {
    Scene::play("in-call-black-hole", &setting(), async |scene| {
        let page = scene.page();
        in_a_call_to(scene, phones::PLAYS_A_TONE).await;
        scene
            .sandbox
            .set_fault("black_hole_media", json!(true))
            .await;
        page.until("#call", "data-phase", "reconnecting").await;
        page.keep("reconnecting").await;
        scene
            .sandbox
            .set_fault("black_hole_media", json!(false))
            .await;
        page.until("#call", "data-phase", "active").await;
        page.until_sound().await;
        let heard = scene
            .sandbox
            .call_where("our voice again", hears_the_microphone);
        heard.await;
    })
    .await;
}

#[tokio::test]
async fn hanging_up_is_heard_although_the_token_expired_in_the_call() {
    Scene::play("in-call-expired", &setting(), async |scene| {
        let page = scene.page();
        in_a_call_to(scene, phones::PLAYS_A_TONE).await;
        let before = page.count("out", "listen").await;
        scene.sandbox.expire_token().await;
        wait::until("the phone to come back", async || {
            let listens = page.count("out", "listen").await;
            let registration = page.attribute("#app", "data-registration").await;
            match (listens > before, registration.as_deref()) {
                (true, Some("ready")) => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        page.click("#end-button").await;
        page.until("#ended", "data-cause", "hung_up").await;
        // Sooner than by the 30 s after which Twilio gives up a device that is gone.
        let over =
            |call: &CallReport| call.to == phones::PLAYS_A_TONE && call.status == "completed";
        wait::within(Duration::from_secs(20), "the far end's end", async || {
            let calls = scene.sandbox.calls().await;
            if calls.iter().any(over) {
                Ok(())
            } else {
                Err(format!("{calls:?}"))
            }
        })
        .await;
        page.until("#app", "data-registration", "ready").await;
    })
    .await;
}
