//! An outgoing call that is not answered yet, a call, and its keypad.

use crate::app::{Msg, View};
use crate::components::banner::banner;
use crate::components::meters::meters;
use crate::components::pad::Pad;
use crate::components::timer::Timer;
use crate::components::{icon, party};
use crate::pages::dialer::{line, own_name};
use crate::state::{self, Screen};
use crate::{format, words};
use protocol::{CallView, Direction, Intent, Phase};
use yew::prelude::*;

/// How a call is shown to go, in the page's head.
pub(crate) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Incoming => "Incoming call",
        Direction::Outgoing => "Outgoing call",
    }
}

/// The call that has the screen.
pub(crate) fn call(view: &View<'_>, call: &CallView, screen: Screen) -> Html {
    let keypad = screen == Screen::Keypad;
    let waiting = state::offered_call(view.snapshot);
    html! {
        <main class="main" data-show="list">
            <section class="pane pane-list" aria-label="Call" data-region="">
                { head(view, call) }
                if view.ui.sound_trouble.is_some() {
                    { banner(view) }
                }
                <div
                    id="call"
                    class="call"
                    role="group"
                    tabindex="-1"
                    aria-label={format!("Call with {}", words::party_spoken(&call.party))}
                    data-phase={words::phase_tag(call.phase)}
                >
                    if let Some(second) = waiting {
                        { second_call(view, second) }
                    }
                    // The keypad and a second call leave no room for the first one's picture.
                    if !(keypad && waiting.is_some()) {
                        { who(view, call, waiting.is_some()) }
                    }
                    <span class="call-space"></span>
                    if keypad {
                        { keys(view, call) }
                    } else {
                        { meters() }
                        <span class="call-space"></span>
                        { controls(view, call, screen) }
                    }
                </div>
            </section>
            { about(view, call) }
        </main>
    }
}

/// The head of the page during a call.
pub(crate) fn head(view: &View<'_>, call: &CallView) -> Html {
    let (light, _) = words::status(view.snapshot);
    html! {
        <header class="pane-head">
            <span class="status">{ icon::light(light) }<span>{ direction(call.direction) }</span></span>
            <span class="grow"></span>
            { line(view) }
        </header>
    }
}

fn who(view: &View<'_>, call: &CallView, near: bool) -> Html {
    let rings = matches!(call.phase, Phase::Dialing | Phase::Ringing);
    let picture = party::avatar(&call.party, if near { "avatar-md" } else { "avatar-lg" });
    let state = match (words::call_state(call), call.answered) {
        (None, Some(since)) => html! {
            <p class="call-state"><Timer {since} /></p>
        },
        (Some(words), _) => html! {
            <p class={classes!("call-state", "is-wait", warning(call.phase))}>{ words }</p>
        },
        (None, None) => html! { <p class="call-state is-wait">{ "Connecting…" }</p> },
    };
    html! {
        <div class={classes!("call-who", near.then_some("call-who-near"))}>
            if rings {
                <span class="ringing">{ picture }</span>
            } else {
                { picture }
            }
            <h1 class="headline call-name truncate">
                { party::name(&call.party, view.revealed(call.id)) }
            </h1>
            { verified(call) }
            { state }
        </div>
    }
}

fn warning(phase: Phase) -> Option<&'static str> {
    (phase == Phase::Reconnecting).then_some("is-warn")
}

/// That the network vouches for the caller's number.
pub(crate) fn verified(call: &CallView) -> Html {
    if !call.verified {
        return html! { <p class="fact-line">{ "\u{a0}" }</p> };
    }
    html! {
        <p class="fact-line">{ icon::small("shield") }<span>{ "Verified number" }</span></p>
    }
}

fn controls(view: &View<'_>, call: &CallView, screen: Screen) -> Html {
    let (id, on) = (call.id, !call.muted);
    let (icon_name, label) = if call.muted {
        ("mic-off", "Muted")
    } else {
        ("mic", "Mute")
    };
    let calling = screen == Screen::Calling;
    html! {
        <>
            <div class="controls controls-two" role="group" aria-label="Call controls">
                <button
                    id="mute-button"
                    class="control"
                    type="button"
                    aria-pressed={call.muted.to_string()}
                    title="Mute  M"
                    onclick={view.on(move |_: MouseEvent| Msg::Submit(Intent::Mute { call: id, on }))}
                >
                    { icon::large(icon_name) }
                    <span>{ label }</span>
                </button>
                <button
                    id="keypad-button"
                    class="control"
                    type="button"
                    aria-expanded="false"
                    title="Keypad  K"
                    disabled={calling}
                    onclick={view.on(|_: MouseEvent| Msg::ToggleKeypad)}
                >
                    { icon::large("keypad") }
                    <span>{ "Keypad" }</span>
                </button>
            </div>
            { end(view, call, "button button-hangup button-lg call-end") }
        </>
    }
}

fn end(view: &View<'_>, call: &CallView, class: &'static str) -> Html {
    let id = call.id;
    let unanswered = matches!(call.phase, Phase::Dialing | Phase::Ringing);
    html! {
        <button
            id="end-button"
            class={class}
            type="button"
            title="End  Ctrl+Backspace"
            onclick={view.on(move |_: MouseEvent| Msg::Submit(Intent::HangUp { call: id }))}
        >
            { icon::solid("hangup") }
            { if unanswered { "Cancel" } else { "End call" } }
        </button>
    }
}

fn keys(view: &View<'_>, call: &CallView) -> Html {
    html! {
        <>
            <div class="dtmf" role="log" aria-label="Keys sent">
                <span class="dtmf-field"><bdi>{ format::spaced(&call.digits) }</bdi></span>
            </div>
            <Pad label="Keypad" on_key={view.on(Msg::Tone)} />
            <div class="key-end">
                <button
                    id="keypad-button"
                    class="button button-lg"
                    type="button"
                    aria-expanded="true"
                    title="Hide keypad  K"
                    onclick={view.on(|_: MouseEvent| Msg::ToggleKeypad)}
                >
                    { icon::icon("chevron-down") }
                    { "Hide" }
                </button>
                { end(view, call, "button button-hangup button-lg") }
            </div>
        </>
    }
}

fn second_call(view: &View<'_>, call: &CallView) -> Html {
    let id = call.id;
    html! {
        <section
            id="waiting"
            class="waiting"
            role="alertdialog"
            aria-labelledby="waiting-who"
            aria-describedby="waiting-what"
        >
            <div class="popup-who">
                { party::avatar(&call.party, "avatar-md") }
                <div class="truncate">
                    <span class="caption" id="waiting-what">{ "Second call" }</span>
                    <h2 class="title truncate" id="waiting-who">
                        { party::name(&call.party, view.revealed(id)) }
                    </h2>
                </div>
            </div>
            <div class="waiting-actions">
                <button
                    id="decline-button"
                    class="button button-md"
                    type="button"
                    onclick={view.on(move |_: MouseEvent| Msg::Submit(Intent::Decline { call: id }))}
                >
                    { "Decline" }
                </button>
                <button
                    id="answer-button"
                    class="button button-call button-md"
                    type="button"
                    onclick={view.on(|_: MouseEvent| Msg::Answer)}
                >
                    { "End and answer" }
                </button>
            </div>
        </section>
    }
}

/// What is known of the call, beside it in a wide window.
pub(crate) fn about(view: &View<'_>, call: &CallView) -> Html {
    let spoken = words::party_spoken(&call.party);
    html! {
        <section class="pane pane-detail" aria-label={format!("About {spoken}")} data-region="">
            <header class="pane-head">
                <h2 class="title truncate">{ party::name(&call.party, view.revealed(call.id)) }</h2>
            </header>
            <div class="pane-body scroll">
                <div class="pane-pad stack">
                    <dl class="facts">
                        <dt>{ "Call" }</dt>
                        <dd>{ direction(call.direction) }</dd>
                        <dt>{ "You are" }</dt>
                        <dd class="selectable">{ own_name(view) }</dd>
                        if call.direction == Direction::Incoming {
                            <dt>{ "Number" }</dt>
                            <dd>
                                { if call.verified { "Verified by the network" } else { "Not verified" } }
                            </dd>
                        }
                    </dl>
                </div>
            </div>
        </section>
    }
}

/// The call on a page that is not its own.
pub(crate) fn bar(view: &View<'_>, call: &CallView) -> Html {
    let (light, _) = words::status(view.snapshot);
    let id = call.id;
    let name = words::party_spoken(&call.party);
    html! {
        <section
            id="call"
            class="callbar"
            aria-label="Call in progress"
            data-phase={words::phase_tag(call.phase)}
        >
            { icon::light(light) }
            <span class="truncate"><b>{ party::name(&call.party, view.revealed(id)) }</b></span>
            {
                match (words::call_state(call), call.answered) {
                    (None, Some(since)) => html! { <Timer {since} class="call-time" /> },
                    (words, _) => html! {
                        <span class="call-time">{ words.unwrap_or_default() }</span>
                    },
                }
            }
            <button
                id="end-button"
                class="button button-hangup button-sm"
                type="button"
                aria-label={format!("End call with {name}")}
                onclick={view.on(move |_: MouseEvent| Msg::Submit(Intent::HangUp { call: id }))}
            >
                { icon::solid("hangup") }
                { "End" }
            </button>
        </section>
    }
}
