//! Two phones in one sandbox: the real window, whose sound the native engine carries, and the page
//! in Chromium, whose server joined. They call each other, and sound is measured at both ends.

use crate::{OUR_LINE, handset, handset_server};
use futures_util::FutureExt;
use harness::{Artefacts, Browser, Page, Server, Window, tone, wait};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, resume_unwind};

/// What Chromium's microphone hears, in Hz; the window's hears another pitch, so that nobody's own
/// voice is taken for the other's.
const CHROMIUM_HZ: f64 = 700.0;

/// The window's client name, and Chromium's.
const WINDOW: &str = "client:handset";
const CHROMIUM: &str = "client:handset_2";

/// The number that the sandbox gives to the first phone that joins.
const CHROMIUMS_LINE: &str = "+12025550110";

/// Opens both, plays, and keeps the last state of both whether it went well or not.
async fn play(name: &str, play: impl AsyncFnOnce(&mut Window, &Page)) {
    let artefacts = Artefacts::new(name);
    let far = Artefacts::new(&format!("{name}-chromium"));
    let mut window = Window::start(&handset(), &[], &artefacts).await;
    let server = Server::join(&handset_server(), &window.addresses, &far);
    let browser = Browser::start_hearing(CHROMIUM_HZ, &far).await;
    let page = &browser.page;
    let both = async |window: &mut Window| {
        let played = async {
            page.open(&server.addresses.private_url).await;
            for page in [page, &window.page] {
                page.until("#app", "data-registration", "ready").await;
            }
            window.sound.speak();
            play(window, page).await;
        };
        let played = AssertUnwindSafe(played).catch_unwind().await;
        page.keep(if played.is_ok() { "end" } else { "FAILED" })
            .await;
        if let Err(panic) = played {
            resume_unwind(panic);
        }
    };
    window.play(&artefacts, both).await;
}

/// `called` is offered the call and answers it.
async fn answer(caller: &Page, called: &Page) {
    called.until("#call", "data-phase", "offered").await;
    called.click("#answer-button").await;
    for page in [caller, called] {
        page.until("#call", "data-phase", "active").await;
    }
}

/// Each hears the other's microphone.
async fn both_are_heard(window: &Window, chromium: &Page) {
    window.sound.until_tone(CHROMIUM_HZ).await;
    chromium.until_sound().await;
    chromium.until_pitch(tone::MICROPHONE_HZ).await;
}

/// Waits until a second of sound came in that was true silence.
async fn until_silent(page: &Page) {
    let start = Cell::new(None);
    wait::until("silence in Chromium", async || {
        let now = page.inbound().await;
        let Some(before) = start.get() else {
            start.set(Some(now));
            return Err(None);
        };
        if now.duration_s - before.duration_s < 1.0 {
            return Err(None);
        }
        start.set(Some(now));
        match now.level_since(&before) {
            Some(level) if level < 0.001 => Ok(()),
            level => Err(level),
        }
    })
    .await;
}

async fn press_mute(page: &Page, pressed: &str) {
    page.click("#mute-button").await;
    page.until("#mute-button", "aria-pressed", pressed).await;
}

/// The call is over: who pressed End, and the other, say so, and it is silent.
async fn hang_up(window: &Window, ends: &Page, other: &Page) {
    ends.click("#end-button").await;
    ends.until("#ended", "data-cause", "hung_up").await;
    other.until("#ended", "data-cause", "they_hung_up").await;
    window.sound.until_silence().await;
    for page in [ends, other] {
        page.click("#done-button").await;
    }
}

#[tokio::test]
async fn the_window_calls_chromium_by_its_name_and_each_hears_the_other() {
    play("together-window-calls", async |window, chromium| {
        window.page.dial(CHROMIUM).await;
        answer(&window.page, chromium).await;
        both_are_heard(window, chromium).await;
        window.page.keep("in-a-call").await;
        chromium.keep("in-a-call").await;
        press_mute(&window.page, "true").await;
        until_silent(chromium).await;
        window.sound.until_tone(CHROMIUM_HZ).await;
        press_mute(&window.page, "false").await;
        both_are_heard(window, chromium).await;
        press_mute(chromium, "true").await;
        window.sound.until_silence().await;
        chromium.until_pitch(tone::MICROPHONE_HZ).await;
        press_mute(chromium, "false").await;
        both_are_heard(window, chromium).await;
        hang_up(window, &window.page, chromium).await;
    })
    .await;
}

#[tokio::test]
async fn chromium_calls_the_window_by_its_number_and_each_hears_the_other() {
    play("together-chromium-calls", async |window, chromium| {
        chromium.dial(OUR_LINE).await;
        answer(chromium, &window.page).await;
        both_are_heard(window, chromium).await;
        hang_up(window, chromium, &window.page).await;
        // By name, and the one who was called ends it.
        chromium.dial(WINDOW).await;
        answer(chromium, &window.page).await;
        both_are_heard(window, chromium).await;
        hang_up(window, &window.page, chromium).await;
    })
    .await;
}

#[tokio::test]
async fn each_sees_the_other_and_hears_why_nobody_answers() {
    play("together-declined", async |window, chromium| {
        for (page, other) in [(&window.page, CHROMIUM), (chromium, WINDOW)] {
            page.click("[aria-label=Sandbox].rail-item").await;
            let shown = async || {
                let text = page.text("main").await.unwrap_or_default();
                if text.contains(other) {
                    Ok(())
                } else {
                    Err(text)
                }
            };
            wait::until("the other phone in the list", shown).await;
            page.keep("phones").await;
            page.click("[aria-label=Dial].rail-item").await;
        }
        for (caller, called, name) in [
            (&window.page, chromium, CHROMIUM),
            (chromium, &window.page, WINDOW),
        ] {
            caller.dial(name).await;
            called.until("#call", "data-phase", "offered").await;
            called.click("#decline-button").await;
            caller.until("#ended", "data-cause", "busy").await;
            called.until("#ended", "data-cause", "declined").await;
            for page in [caller, called] {
                page.click("#done-button").await;
            }
        }
        // Declined by number: the caller may leave a message, as with any other.
        window.page.dial(CHROMIUMS_LINE).await;
        chromium.until("#call", "data-phase", "offered").await;
        chromium.click("#decline-button").await;
        window.page.until("#call", "data-phase", "active").await;
        let recorded = |call: &harness::CallReport| {
            call.to == CHROMIUMS_LINE && call.played.iter().any(|verb| verb == "Record")
        };
        window.sandbox().call_where("voicemail", recorded).await;
        window.page.click("#end-button").await;
        window.page.until("#ended", "data-cause", "hung_up").await;
        for page in [&window.page, chromium] {
            page.click("#done-button").await;
        }
        for page in [&window.page, chromium] {
            page.dial("client:nobody").await;
            page.until("#ended", "data-cause", "no_answer").await;
            page.keep("nobody").await;
        }
    })
    .await;
}
