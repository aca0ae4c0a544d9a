//! The real window: its webview has no WebRTC, so the program itself carries the sound.

mod devices;

use crate::{OUR_LINE, TONE_HZ, handset, hears_the_microphone, phones, silent_while_it_sends};
use harness::sound::Kind;
use harness::{Artefacts, CallReport, Window, tone, wait};
use serde_json::json;
use std::time::{Duration, Instant};

/// Opens a window, plays, and keeps its last state whether it went well or not.
async fn play(name: &str, play: impl AsyncFnOnce(&mut Window)) {
    play_over(Kind::PipeWire, name, play).await;
}

/// The same over a sound server.
async fn play_over(server: Kind, name: &str, play: impl AsyncFnOnce(&mut Window)) {
    let artefacts = Artefacts::new(name);
    let mut window = Window::start_over(server, &handset(), &[], &artefacts).await;
    let played = async |window: &mut Window| {
        let page = &window.page;
        page.until("#app", "data-registration", "ready").await;
        play(window).await;
    };
    window.play(&artefacts, played).await;
}

async fn in_a_call_to(window: &mut Window, number: &str) {
    window.sound.speak();
    window.page.dial(number).await;
    window.page.until("#call", "data-phase", "active").await;
    let heard = window
        .sandbox()
        .call_where("our voice at the far end", hears_the_microphone)
        .await;
    assert_eq!(heard.codec.as_deref(), Some("opus"), "{heard:?}");
}

async fn ended_at_the_far_end(window: &Window, number: &str) {
    let over = |call: &CallReport| call.to == number && call.status == "completed";
    window
        .sandbox()
        .call_where("the end of the far leg", over)
        .await;
}

/// Sound flows both ways.
async fn both_are_heard(window: &Window) {
    window.sound.until_tone(TONE_HZ).await;
    window
        .sandbox()
        .call_where("our voice at the far end", hears_the_microphone)
        .await;
}

#[tokio::test]
async fn the_window_opens_registers_and_rings() {
    play("window", async |window| {
        let page = &window.page;
        page.until_gone("#banner").await;
        page.keep("window-ready").await;
        window
            .sandbox()
            .call(phones::GIVES_UP_CALLING_US, OUR_LINE)
            .await;
        page.until("#app", "data-screen", "incoming").await;
        page.until("#call", "data-phase", "offered").await;
        page.keep("window-incoming").await;
        page.until("#ended", "data-cause", "cancelled").await;
        page.until("#app", "data-registration", "ready").await;
    })
    .await;
}

#[tokio::test]
async fn our_own_voice_comes_back_from_a_phone_that_echoes() {
    play("window-echo", async |window| {
        in_a_call_to(window, phones::ECHOES).await;
        window.sound.until_tone(tone::MICROPHONE_HZ).await;
        window.page.until_meter_moves("#meter-in").await;
        window.page.until_meter_moves("#meter-out").await;
        window.page.keep("in-a-call").await;
        window.page.click("#end-button").await;
        window.page.until("#ended", "data-cause", "hung_up").await;
        ended_at_the_far_end(window, phones::ECHOES).await;
        window.sound.until_silence().await;
    })
    .await;
}

#[tokio::test]
async fn a_muted_window_is_silence_at_the_far_end_and_hears_on() {
    play("window-mute", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        window.page.click("#mute-button").await;
        let muted = window.page.until("#mute-button", "aria-pressed", "true");
        muted.await;
        silent_while_it_sends(&window.sandbox()).await;
        window.sound.until_tone(TONE_HZ).await;
        window.page.click("#mute-button").await;
        let unmuted = window.page.until("#mute-button", "aria-pressed", "false");
        unmuted.await;
        both_are_heard(window).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_the_window_answers_carries_sound_both_ways() {
    play("window-incoming", async |window| {
        window.sound.speak();
        window.sandbox().call(phones::PLAYS_A_TONE, OUR_LINE).await;
        window.page.until("#app", "data-screen", "incoming").await;
        window.page.click("#answer-button").await;
        window.page.until("#call", "data-phase", "active").await;
        both_are_heard(window).await;
        window.page.click("#end-button").await;
        window.page.until("#ended", "data-cause", "hung_up").await;
        window.sound.until_silence().await;
    })
    .await;
}

#[tokio::test]
async fn keys_go_to_the_far_end_as_telephone_events() {
    play("window-keys", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        window.page.click("#keypad-button").await;
        window.page.until("#app", "data-screen", "keypad").await;
        for key in ["5", "#", "1", "*", "0"] {
            window.page.click(&format!("[data-key=\"{key}\"]")).await;
        }
        let pressed = |call: &CallReport| call.digits == "5#1*0";
        let call = window.sandbox().call_where("the keys", pressed).await;
        assert_eq!(call.digits_by.as_deref(), Some("rtp"), "{call:?}");
    })
    .await;
}

#[tokio::test]
async fn the_far_end_hangs_up_on_the_window() {
    play("window-hung-up", async |window| {
        window.page.dial(phones::HANGS_UP_AFTER_2_S).await;
        window.page.until("#call", "data-phase", "active").await;
        let ended = window.page.until("#ended", "data-cause", "they_hung_up");
        ended.await;
        window.sound.until_silence().await;
    })
    .await;
}

#[tokio::test]
async fn eight_seconds_without_a_path_are_overcome() {
    play("window-outage", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        let sandbox = window.sandbox();
        let began = Instant::now();
        sandbox.set_fault("black_hole_media", json!(true)).await;
        let lost = window.page.until("#call", "data-phase", "reconnecting");
        lost.await;
        window.page.keep("reconnecting").await;
        let outage = Duration::from_secs(8);
        wait::until("eight seconds of outage", async || {
            let so_far = began.elapsed();
            if so_far >= outage {
                Ok(())
            } else {
                Err(so_far)
            }
        })
        .await;
        sandbox.set_fault("black_hole_media", json!(false)).await;
        window.page.until("#call", "data-phase", "active").await;
        both_are_heard(window).await;
    })
    .await;
}

#[tokio::test]
async fn a_path_that_is_gone_for_good_ends_the_call_and_says_so() {
    play("window-lost", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        let sandbox = window.sandbox();
        sandbox.set_fault("black_hole_media", json!(true)).await;
        let page = &window.page;
        page.until("#call", "data-phase", "reconnecting").await;
        let bound = Duration::from_secs(90);
        wait::within(bound, "the end of the call", async || {
            match page.attribute("#ended", "data-cause").await.as_deref() {
                Some("connection_lost") => Ok(()),
                _ => Err(page.state().await),
            }
        })
        .await;
        let words = page.text("#ended").await.unwrap_or_default();
        assert!(words.contains("Connection lost"), "{words}");
        sandbox.set_fault("black_hole_media", json!(false)).await;
        page.click("#done-button").await;
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
    })
    .await;
}

#[tokio::test]
async fn loading_the_window_again_in_a_call_ends_it_and_the_next_has_sound() {
    play("window-reload", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        let client = window.page.client();
        client.refresh().await.expect("the page is loaded again");
        let ended = window.page.until("#ended", "data-cause", "page_closed");
        ended.await;
        ended_at_the_far_end(window, phones::PLAYS_A_TONE).await;
        window.sound.until_silence().await;
        let ready = window.page.until("#app", "data-registration", "ready");
        ready.await;
        window.page.click("#done-button").await;
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        both_are_heard(window).await;
    })
    .await;
}

#[tokio::test]
async fn timers_are_not_slowed_while_the_window_is_hidden() {
    play("window-hidden", async |window| {
        window.hide();
        let page = &window.page;
        wait::until("the page to be hidden", async || {
            let hidden = page.run("return document.hidden", vec![]).await;
            if hidden == json!(true) {
                Ok(())
            } else {
                Err(hidden)
            }
        })
        .await;
        let script = "
            return new Promise((done) => {
                const began = performance.now();
                let ticks = 0;
                const timer = setInterval(() => {
                    ticks += 1;
                    if (ticks < 20) return;
                    clearInterval(timer);
                    done((performance.now() - began) / ticks);
                }, 100);
            })";
        let each = page.run(script, vec![]).await;
        // Slowed it would be 1,000.
        assert!(each.as_f64().is_some_and(|ms| ms < 300.0), "{each} ms");
        // A call rings there too, and is carried after it is answered from elsewhere.
        window.sound.speak();
        window.sandbox().call(phones::PLAYS_A_TONE, OUR_LINE).await;
        let page = &window.page;
        page.until("#call", "data-phase", "offered").await;
        let answer = "document.querySelector('#answer-button').click()";
        page.run(answer, vec![]).await;
        page.until("#call", "data-phase", "active").await;
        both_are_heard(window).await;
    })
    .await;
}
