//! When things go wrong: what the page says, and that the phone is usable afterwards.

use crate::{OUR_LINE, phones, setting};
use harness::{CallReport, Scene, wait};
use serde_json::{Value, json};

#[tokio::test]
async fn a_webhook_server_that_is_down_is_named_as_the_cause() {
    Scene::play("trouble-webhook", &setting(), async |scene| {
        let page = scene.page();
        scene
            .sandbox
            .set_fault("break_webhooks", json!("unreachable"))
            .await;
        page.dial(phones::PLAYS_A_TONE).await;
        page.until("#ended", "data-cause", "webhook_unreachable")
            .await;
        page.keep("webhook-unreachable").await;
        page.click("#done-button").await;
        page.until("#banner", "data-problem", "webhook_unreachable")
            .await;
        page.keep("banner").await;
        scene.sandbox.set_fault("break_webhooks", Value::Null).await;
        page.dial(phones::PLAYS_A_TONE).await;
        page.until("#call", "data-phase", "active").await;
        page.until_sound().await;
        page.until_gone("#banner").await;
    })
    .await;
}

#[tokio::test]
async fn webhooks_that_go_wrong_otherwise_are_named_too() {
    Scene::play("trouble-webhook-kinds", &setting(), async |scene| {
        let page = scene.page();
        for how in ["answer500", "wrong_signature"] {
            scene.sandbox.set_fault("break_webhooks", json!(how)).await;
            page.dial(phones::PLAYS_A_TONE).await;
            page.until("#ended", "data-cause", "webhook_unreachable")
                .await;
            page.keep(how).await;
            page.click("#done-button").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_token_signs_the_phone_out_and_says_so() {
    Scene::play("trouble-token", &setting(), async |scene| {
        let page = scene.page();
        // Invalid, expired even when it is fresh, and not allowed.
        for code in [20101, 20104, 20151] {
            scene
                .sandbox
                .set_fault("refuse_registration", json!(code))
                .await;
            page.client()
                .refresh()
                .await
                .expect("the page is loaded again");
            page.until("#banner", "data-problem", "token_refused").await;
            page.keep(&format!("token-refused-{code}")).await;
            page.until("#app", "data-registration", "signed_out").await;
        }
        scene
            .sandbox
            .set_fault("refuse_registration", json!(null))
            .await;
        page.click("#reconnect").await;
        page.until("#app", "data-registration", "ready").await;
    })
    .await;
}

#[tokio::test]
async fn reloading_the_page_in_a_call_ends_it_at_both_ends() {
    Scene::play("trouble-reload", &setting(), async |scene| {
        let page = scene.page();
        page.dial(phones::PLAYS_A_TONE).await;
        page.until("#call", "data-phase", "active").await;
        page.client()
            .refresh()
            .await
            .expect("the page is loaded again");
        page.until("#ended", "data-cause", "page_closed").await;
        page.keep("reloaded").await;
        let over =
            |call: &CallReport| call.to == phones::PLAYS_A_TONE && call.status == "completed";
        scene
            .sandbox
            .call_where("the end of the far leg", over)
            .await;
        page.until("#app", "data-registration", "ready").await;
    })
    .await;
}

#[tokio::test]
async fn a_silent_signalling_server_is_noticed_and_left() {
    Scene::play("trouble-heartbeats", &setting(), async |scene| {
        let page = scene.page();
        scene
            .sandbox
            .set_fault("mute_heartbeats", json!(true))
            .await;
        // The SDK waits 15 s for a heartbeat.
        wait::until("the page to say so", async || {
            match page.attribute("#app", "data-registration").await.as_deref() {
                Some("reconnecting" | "offline") => Ok(()),
                other => Err(other.map(str::to_owned)),
            }
        })
        .await;
        page.keep("no-heartbeats").await;
        scene
            .sandbox
            .set_fault("mute_heartbeats", json!(false))
            .await;
        page.until("#app", "data-registration", "ready").await;
        scene.sandbox.call(phones::PLAYS_A_TONE, OUR_LINE).await;
        page.until("#call", "data-phase", "offered").await;
    })
    .await;
}
