//! The one banner: what is wrong and the button that mends it.

use crate::app::{Msg, View};
use crate::components::icon;
use crate::words::{self, Banner, Remedy, Severity};
use protocol::{Intent, Problem};
use yew::prelude::*;

/// The banner for the worst problem, or nothing.
pub(crate) fn banner(view: &View<'_>) -> Html {
    match (&view.snapshot.problem, view.ui.sound_trouble) {
        // The same trouble, in the words of the call that it is in.
        (Some(Problem::MicrophoneMissing) | None, Some(trouble)) => draw(
            view,
            words::sound_banner(trouble),
            words::sound_tag(trouble),
            Html::default(),
        ),
        (Some(problem), _) => {
            let address = address(view, problem);
            draw(
                view,
                words::banner(problem),
                words::problem_tag(problem),
                address,
            )
        }
        (None, None) => Html::default(),
    }
}

fn draw(view: &View<'_>, banner: Banner, tag: &'static str, address: Html) -> Html {
    let (class, role) = match banner.severity {
        Severity::Warn => ("banner banner-warn", "status"),
        Severity::Error => ("banner banner-error", "alert"),
    };
    let dismiss = view.on(|_: MouseEvent| Msg::Submit(Intent::DismissProblem));
    html! {
        <div class="banner-slot">
            <div id="banner" class={class} role={role} data-problem={tag}>
                { icon::icon(banner.icon) }
                <div>
                    <p class="banner-title">{ banner.title }</p>
                    <p class="banner-text">{ banner.text }</p>
                    { address }
                </div>
                if banner.dismissable {
                    <button
                        class="icon-button banner-close"
                        type="button"
                        aria-label="Dismiss"
                        title="Dismiss"
                        onclick={dismiss}
                    >
                        { icon::icon("x") }
                    </button>
                }
                if let Some((remedy, words)) = banner.remedy {
                    <div class="banner-actions">{ button(view, remedy, words) }</div>
                }
            </div>
        </div>
    }
}

fn button(view: &View<'_>, remedy: Remedy, words: &'static str) -> Html {
    let (id, icon_name, message) = match remedy {
        Remedy::Reconnect => ("reconnect", None, Msg::Submit(Intent::Reconnect)),
        Remedy::OpenBrowser => (
            "open-browser",
            Some("external"),
            Msg::Submit(Intent::OpenInBrowser),
        ),
        Remedy::CheckMicrophone => ("check-microphone", None, Msg::CheckMicrophone),
    };
    html! {
        <button
            id={id}
            class="button button-sm"
            type="button"
            onclick={view.on(move |_: MouseEvent| message.clone())}
        >
            { icon_name.map(icon::icon).unwrap_or_default() }
            { words }
        </button>
    }
}

/// The address to type, when the browser could not be opened.
fn address(view: &View<'_>, problem: &Problem) -> Html {
    match (&view.ui.browser_url, problem) {
        (Some(url), Problem::NoWebRtc) => html! {
            <p class="banner-text">
                { "No browser could be opened. Type this address into one: " }
                <span id="browser-url" class="mono selectable wrap">{ url.clone() }</span>
            </p>
        },
        (
            Some(_) | None,
            Problem::NoWebRtc
            | Problem::TokenRefused { .. }
            | Problem::Offline { .. }
            | Problem::WebhookUnreachable
            | Problem::MicrophoneMissing
            | Problem::MicrophoneDenied
            | Problem::Sdk { .. },
        ) => Html::default(),
    }
}
