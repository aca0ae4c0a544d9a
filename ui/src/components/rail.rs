//! The rail at the edge: the pages that there are, the light, and hiding numbers.

use crate::app::{Msg, View};
use crate::components::icon;
use crate::state::Place;
use crate::words;
use yew::prelude::*;

/// The rail.
pub(crate) fn rail(view: &View<'_>) -> Html {
    let (light, word) = words::status(view.snapshot);
    let privacy = view.snapshot.privacy;
    let eye = if privacy { "eye-off" } else { "eye" };
    html! {
        <nav class="rail" aria-label="Main" data-region="">
            { item(view, Place::Dial, "keypad", "Dial", "Dial  Ctrl+1") }
            if view.snapshot.sandbox.is_some() {
                { item(view, Place::Sandbox, "flask", "Sandbox", "Sandbox  Ctrl+5") }
            }
            <span class="rail-gap"></span>
            <span class="rail-item rail-light" title={word}>{ icon::light(light) }</span>
            <button
                id="privacy-toggle"
                class="rail-item"
                type="button"
                aria-label="Hide numbers"
                aria-pressed={privacy.to_string()}
                title="Hide numbers  Ctrl+H"
                onclick={view.on(|_: MouseEvent| Msg::TogglePrivacy)}
            >
                { icon::large(eye) }
            </button>
        </nav>
    }
}

fn item(
    view: &View<'_>,
    place: Place,
    icon: &'static str,
    label: &'static str,
    title: &'static str,
) -> Html {
    let current = (view.ui.place == place).then_some("page");
    html! {
        <button
            class="rail-item"
            type="button"
            aria-label={label}
            title={title}
            aria-current={current}
            onclick={view.on(move |_: MouseEvent| Msg::Go(place))}
        >
            { icon::large(icon) }
        </button>
    }
}
