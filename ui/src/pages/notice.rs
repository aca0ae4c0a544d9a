//! The window while there is no phone to draw: what is the matter, and what to do.

use crate::app::Msg;
use crate::components::icon;
use crate::state::Link;
use yew::prelude::*;

/// The words for a connection that is not there.
pub(crate) fn notice(link: &Link, send: &Callback<Msg>) -> Html {
    let (name, title, text, button) = match link {
        Link::Joining | Link::Up => return joining(),
        Link::NoSecret => (
            "key",
            "The address is not complete",
            "Open the address that Handset printed when it started, with all that stands after \
             the # sign."
                .to_owned(),
            None,
        ),
        Link::Refused => (
            "key",
            "This address is no longer valid",
            "Handset gives out a new one each time it starts. Open the one that it printed last."
                .to_owned(),
            Some("Try again"),
        ),
        Link::Gone => (
            "plug",
            "Handset is not running",
            "Start it again. This page connects by itself when it can.".to_owned(),
            None,
        ),
        Link::Broken(why) => (
            "warn",
            "This page and Handset do not understand each other",
            format!("Load the page again. ({why})"),
            Some("Try again"),
        ),
        Link::Displaced => (
            "phone",
            "Handset is open in another window",
            "The phone can be in one place only. Using it here ends its calls there.".to_owned(),
            Some("Use it here"),
        ),
    };
    let again = send.reform(|_: MouseEvent| Msg::Attach);
    html! {
        <main id="notice" class="main" data-show="one" data-link={tag(link)}>
            <section class="pane" role="alert">
                <div class="empty">
                    { icon::large(name) }
                    <h1 class="empty-title">{ title }</h1>
                    <p class="empty-text">{ text }</p>
                    if let Some(words) = button {
                        <button
                            id="attach-button"
                            class="button button-primary"
                            type="button"
                            onclick={again}
                        >
                            { words }
                        </button>
                    }
                </div>
            </section>
        </main>
    }
}

fn tag(link: &Link) -> &'static str {
    match link {
        Link::Joining => "joining",
        Link::Up => "up",
        Link::NoSecret => "no_secret",
        Link::Refused => "refused",
        Link::Gone => "gone",
        Link::Broken(_) => "broken",
        Link::Displaced => "displaced",
    }
}

fn joining() -> Html {
    html! {
        <main id="notice" class="main" data-show="one" data-link="joining">
            <section class="pane" role="status">
                <div class="empty joining">
                    <svg class="spinner" viewBox="0 0 24 24" aria-hidden="true">
                        <circle cx="12" cy="12" r="9" />
                        <path d="M21 12a9 9 0 0 0-9-9" />
                    </svg>
                    <p class="empty-text">{ "Connecting…" }</p>
                </div>
            </section>
        </main>
    }
}
