//! The sounds that the page itself plays: the ring, and the keys on the dialer.

use std::cell::RefCell;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlAudioElement;

/// The address of a sound of ours.
pub(crate) fn path(name: &str) -> String {
    format!("sounds/{name}.wav")
}

thread_local! {
    static RING: RefCell<Option<HtmlAudioElement>> = const { RefCell::new(None) };
}

/// Starts or stops the ring.
pub(crate) fn ring(on: bool) {
    RING.with_borrow_mut(|ring| match (on, ring.as_ref()) {
        (true, None) => {
            *ring = play("ring");
            if let Some(audio) = ring {
                audio.set_loop(true);
            }
        }
        (false, Some(audio)) => {
            // Pausing what does not play yet is no error.
            let _ = audio.pause();
            *ring = None;
        }
        (true, Some(_)) | (false, None) => {}
    });
}

/// Plays the tone of a dial key once.
pub(crate) fn key(digit: char) {
    let name = match digit {
        '0'..='9' => format!("dtmf-{digit}"),
        '*' => "dtmf-star".to_owned(),
        '#' => "dtmf-hash".to_owned(),
        _ => return,
    };
    play(&name);
}

fn play(name: &str) -> Option<HtmlAudioElement> {
    let audio = HtmlAudioElement::new_with_src(&path(name)).ok()?;
    let playing = audio.play().ok()?;
    spawn_local(async move {
        // A browser may refuse sound before the first click; the call is shown all the same.
        let _ = JsFuture::from(playing).await;
    });
    Some(audio)
}
