//! Icons and lights.

use crate::words::Light;
use yew::prelude::*;

/// An icon of 16 px.
pub(crate) fn icon(name: &'static str) -> Html {
    drawn(name, "icon")
}

/// An icon of 20 px.
pub(crate) fn large(name: &'static str) -> Html {
    drawn(name, "icon icon-lg")
}

/// An icon of 14 px.
pub(crate) fn small(name: &'static str) -> Html {
    drawn(name, "icon icon-sm")
}

/// A filled icon: the two handsets.
pub(crate) fn solid(name: &'static str) -> Html {
    drawn(name, "icon icon-solid")
}

/// A large icon that follows the direction of the text.
pub(crate) fn turning(name: &'static str) -> Html {
    drawn(name, "icon icon-lg icon-dir")
}

fn drawn(name: &'static str, class: &'static str) -> Html {
    html! {
        <svg class={class} aria-hidden="true"><use href={format!("#{name}")} /></svg>
    }
}

/// The light of a state: each state has a shape and a colour of its own.
pub(crate) fn light(light: Light) -> Html {
    let (class, shape) = match light {
        Light::Ok => ("light light-ok", html! { <circle cx="5" cy="5" r="5" /> }),
        Light::Busy => (
            "light light-busy",
            html! { <path d="M8.75 5A3.75 3.75 0 1 1 5 1.25" /> },
        ),
        Light::Warn => ("light light-warn", html! { <path d="M5 .4 10 9.2H0z" /> }),
        Light::Bad => (
            "light light-bad",
            html! { <path d="M3 0h4l3 3v4l-3 3H3L0 7V3z" /> },
        ),
        Light::Idle => (
            "light light-idle",
            html! { <circle cx="5" cy="5" r="3.75" /> },
        ),
    };
    html! { <svg class={class} viewBox="0 0 10 10" aria-hidden="true">{ shape }</svg> }
}

/// Key caps, such as Ctrl and L.
pub(crate) fn keys(caps: &[&'static str]) -> Html {
    let caps = caps
        .iter()
        .map(|cap| html! { <kbd class="kbd">{ *cap }</kbd> });
    html! { <span class="keys">{ for caps }</span> }
}
