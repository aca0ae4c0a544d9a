//! What happens to the sound devices of the window's computer, and what becomes of a call.

use super::{both_are_heard, ended_at_the_far_end, in_a_call_to, play, play_over};
use crate::{TONE_HZ, phones, silent_while_it_sends};
use harness::sound::Kind;
use harness::{CallReport, Window};

/// The pitch that is played into the headset's microphone, in Hz.
const HEADSET_HZ: f64 = 700.0;

/// The banner says what is wrong.
async fn until_named(window: &Window, problem: &str) {
    let named = window.page.until("#banner", "data-problem", problem);
    named.await;
}

/// The microphone is pulled out and plugged in again.
async fn outlives_the_microphone(window: &mut Window) {
    window.sound.unplug_microphone();
    until_named(window, "microphone_gone").await;
    window.page.keep("unplugged").await;
    // The far end plays a tone: whoever recorded our loudspeaker instead would send it.
    silent_while_it_sends(&window.sandbox()).await;
    window.sound.until_tone(TONE_HZ).await;
    window.sound.plug_microphone_in();
    both_are_heard(window).await;
    window.page.until_gone("#banner").await;
    window.page.until("#call", "data-phase", "active").await;
}

/// The sound server is killed and started again.
async fn outlives_the_server(window: &mut Window) {
    window.sound.kill();
    until_named(window, "no_server").await;
    window.page.keep("no-server").await;
    window.page.until("#call", "data-phase", "active").await;
    window.sound.revive().await;
    window.sound.speak();
    both_are_heard(window).await;
    window.page.until_gone("#banner").await;
}

/// The sound server freezes and goes on.
async fn outlives_a_frozen_server(window: &mut Window) {
    window.sound.freeze();
    until_named(window, "no_server").await;
    window.page.keep("frozen").await;
    window.page.until("#call", "data-phase", "active").await;
    silent_while_it_sends(&window.sandbox()).await;
    window.sound.thaw();
    both_are_heard(window).await;
    window.page.until_gone("#banner").await;
}

#[tokio::test]
async fn a_microphone_that_is_pulled_out_is_named_and_heard_again_when_it_is_back() {
    play("window-unplugged", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        outlives_the_microphone(window).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_outlives_the_sound_server() {
    play("window-no-server", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        outlives_the_server(window).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_outlives_a_sound_server_that_freezes() {
    play("window-frozen", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        outlives_a_frozen_server(window).await;
        window.page.click("#end-button").await;
        ended_at_the_far_end(window, phones::PLAYS_A_TONE).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_follows_the_systems_choice_to_another_microphone_and_loudspeaker() {
    play("window-switch", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        window.sound.until_tone(TONE_HZ).await;
        let headset = window.sound.plug_headset_in();
        window.sound.speak_into_headset(HEADSET_HZ);
        headset.until_silence().await;
        window.sound.choose_headset().await;
        headset.until_tone(TONE_HZ).await;
        window.sound.until_silence().await;
        let heard = |call: &CallReport| {
            let heard = call.heard.as_ref().and_then(|heard| heard.dominant_hz);
            heard.is_some_and(|hz| (hz - HEADSET_HZ).abs() < 20.0)
        };
        let sandbox = window.sandbox();
        sandbox
            .call_where("the headset at the far end", heard)
            .await;
        window.page.until_gone("#banner").await;
        window.page.until("#call", "data-phase", "active").await;
    })
    .await;
}

#[tokio::test]
async fn without_a_microphone_it_is_said_and_the_next_call_has_the_one_that_is_plugged_in() {
    play("window-no-microphone", async |window| {
        window.sound.unplug_microphone();
        until_named(window, "microphone_missing").await;
        window.page.keep("no-microphone").await;
        window.page.dial(phones::PLAYS_A_TONE).await;
        let ended = window.page.until("#ended", "data-cause", "microphone");
        ended.await;
        window.page.keep("ended").await;
        window.sound.plug_microphone_in();
        window.page.click("#done-button").await;
        window.page.until_gone("#banner").await;
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        both_are_heard(window).await;
    })
    .await;
}

#[tokio::test]
async fn on_pulseaudio_a_call_outlives_the_server_that_freezes_and_dies() {
    play_over(Kind::PulseAudio, "window-pulse-server", async |window| {
        in_a_call_to(window, phones::PLAYS_A_TONE).await;
        outlives_a_frozen_server(window).await;
        outlives_the_server(window).await;
    })
    .await;
}
