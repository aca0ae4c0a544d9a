//! The dialer.

use crate::app::{Msg, View};
use crate::components::banner::banner;
use crate::components::icon;
use crate::components::pad::Pad;
use crate::components::timer::Countdown;
use crate::{format, words};
use protocol::{Problem, Registration};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// From so many characters on, the number is written smaller.
const LONG: usize = 18;

/// The dialer, and tips beside it in a wide window.
pub(crate) fn dialer(view: &View<'_>) -> Html {
    let (light, word) = words::status(view.snapshot);
    let ready = view.snapshot.registration == Registration::Ready;
    html! {
        <main class="main" data-show="list">
            <section class="pane pane-list" aria-label="Dial" data-region="">
                <header class="pane-head">
                    <h1 class="visually-hidden">{ "Dial" }</h1>
                    <span class="status">{ icon::light(light) }<span>{ word }</span></span>
                    <span class="grow"></span>
                    { line(view) }
                </header>
                { banner(view) }
                <div class="dialer">
                    { field(view) }
                    { hint(view) }
                    <div class="dial-between"></div>
                    <Pad
                        label="Dial pad"
                        on_key={view.on(Msg::Pad)}
                        on_plus={view.on(|()| Msg::Pad('+'))}
                    />
                    <div class="dial-actions">
                        <button
                            id="call-button"
                            class="button button-call button-lg"
                            type="button"
                            disabled={!ready}
                            onclick={view.on(|_: MouseEvent| Msg::Call)}
                        >
                            { icon::solid("phone") }
                            { "Call" }
                        </button>
                    </div>
                </div>
            </section>
            <section class="pane pane-detail" aria-label="Tips" data-region="">
                <div class="empty">
                    { icon::large("keyboard") }
                    <p class="empty-title">{ "Type a number" }</p>
                    <p class="empty-text">
                        { icon::keys(&["Ctrl", "L"]) }
                        { " goes to the field from anywhere. Pasting a number works too. " }
                        { icon::keys(&["Enter"]) }
                        { " in the empty field brings the last one back." }
                    </p>
                </div>
            </section>
        </main>
    }
}

/// Our own number, at the end of a page's head. It is shown in full with privacy on too: it is the
/// user's own, and privacy mode hides the numbers of others.
pub(crate) fn line(view: &View<'_>) -> Html {
    let line = own_name(view);
    html! {
        <span class="caption num" title={format!("You are {line}")}>
            <span class="visually-hidden">{ "You are " }</span>
            { line.clone() }
        </span>
    }
}

/// Our own number, or the name we are called by.
pub(crate) fn own_name(view: &View<'_>) -> String {
    let line = view.snapshot.line.clone();
    line.unwrap_or_else(|| view.snapshot.identity.clone())
}

fn field(view: &View<'_>) -> Html {
    let ui = view.ui;
    let hidden = view.snapshot.privacy && !ui.field_focused && !ui.revealing;
    let shown = if hidden {
        format::masked_typing(&ui.typed)
    } else {
        ui.typed.clone()
    };
    let long = shown.chars().count() >= LONG;
    let invalid = ui.field_error.is_some();
    let typed = view.on(|event: InputEvent| {
        let field: HtmlInputElement = event.target_unchecked_into();
        Msg::Typed(field.value())
    });
    html! {
        <div class="dial-field">
            <input
                id="dial-field"
                class={classes!("input", "dial-input", long.then_some("dial-input-long"))}
                type="text"
                inputmode="tel"
                aria-label="Number or client name"
                aria-invalid={invalid.to_string()}
                aria-describedby={if invalid { "field-error" } else { "dial-hint" }}
                placeholder="Number or client:name"
                value={shown}
                autocomplete="off"
                spellcheck="false"
                oninput={typed}
                onfocus={view.on(|_: FocusEvent| Msg::FieldFocus(true))}
                onblur={view.on(|_: FocusEvent| Msg::FieldFocus(false))}
            />
            if !ui.typed.is_empty() {
                <button
                    class="icon-button dial-erase"
                    type="button"
                    aria-label="Delete last digit"
                    title="Delete last digit"
                    onmousedown={Callback::from(|event: MouseEvent| event.prevent_default())}
                    onclick={view.on(|_: MouseEvent| Msg::Erase)}
                >
                    { icon::turning("erase") }
                </button>
            }
        </div>
    }
}

/// One line under the field: what is wrong, how it is read, or what to do.
fn hint(view: &View<'_>) -> Html {
    if let Some(error) = &view.ui.field_error {
        return html! {
            <p id="field-error" class="dial-hint field-error" role="alert">
                { icon::icon("error") }
                <span>{ error.clone() }</span>
            </p>
        };
    }
    let text = match (&view.ui.preview, &view.snapshot.problem) {
        (Some(written), _) if view.ui.field_focused => html! {
            <>{ "Calls " }<span class="num">{ written.clone() }</span></>
        },
        (_, Some(Problem::Offline { retry_at: Some(at) })) => html! { <Countdown until={*at} /> },
        (_, _) => html! { { words::dial_hint(view.snapshot) } },
    };
    html! { <p id="dial-hint" class="dial-hint"><span>{ text }</span></p> }
}
