//! What can go wrong in the sandbox, to be switched on.

use super::log_line;
use crate::app::{Msg, View};
use crate::components::icon;
use protocol::Intent;
use protocol::sandbox::{BrokenWebhook, Faults, SandboxIntent, SandboxView};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The tab with the faults.
pub(super) fn faults(view: &View<'_>, sandbox: &SandboxView) -> Html {
    let now = &sandbox.faults;
    let set = |faults: Faults| Msg::Submit(Intent::Sandbox(SandboxIntent::SetFaults(faults)));
    let switch = |id: &'static str, label: &'static str, on: bool, with: fn(&mut Faults, bool)| {
        let faults = now.clone();
        let change = view.on(move |event: Event| {
            let switch: HtmlInputElement = event.target_unchecked_into();
            let mut faults = faults.clone();
            with(&mut faults, switch.checked());
            set(faults)
        });
        html! {
            <input
                id={id}
                class="switch"
                type="checkbox"
                role="switch"
                aria-label={label}
                checked={on}
                onchange={change}
            />
        }
    };
    let choice = |id: &'static str,
                  label: &'static str,
                  options: &[(&'static str, &'static str)],
                  chosen: &str,
                  with: fn(&mut Faults, &str)| {
        let faults = now.clone();
        let change = view.on(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let mut faults = faults.clone();
            with(&mut faults, &select.value());
            set(faults)
        });
        let options = options.iter().map(|(value, words)| {
            html! { <option value={*value} selected={*value == chosen}>{ *words }</option> }
        });
        html! {
            <span class="select">
                <select id={id} aria-label={label} onchange={change}>{ for options }</select>
                { icon::small("chevron-down") }
            </span>
        }
    };
    let button = |id: &'static str, words: &'static str, intent: SandboxIntent| {
        let press = view.on(move |_: MouseEvent| Msg::Submit(Intent::Sandbox(intent.clone())));
        html! { <button id={id} class="button" type="button" onclick={press}>{ words }</button> }
    };
    let delay = now.delay_webhooks_ms.to_string();
    let refuse = now.refuse_registration.map(|code| code.to_string());
    html! {
        <div class="pane-pad stack">
            <div class="card">
                { setting("Drop the connection", button("fault-drop", "Drop", SandboxIntent::DropSocket),
                    "Handset should be back within 5 s.") }
                { setting("Stop heartbeats",
                    switch("fault-heartbeats", "Stop heartbeats", now.mute_heartbeats,
                        |faults, on| faults.mute_heartbeats = on),
                    "The link looks alive but is dead.") }
                { setting("Lose the sound",
                    switch("fault-media", "Lose the sound", now.black_hole_media,
                        |faults, on| faults.black_hole_media = on),
                    "No packets either way.") }
                { setting("Delay webhooks",
                    choice("fault-delay", "Delay webhooks",
                        &[("0", "Off"), ("3000", "3 seconds"), ("16000", "16 seconds")], &delay,
                        |faults, value| {
                            faults.delay_webhooks_ms = value.parse().unwrap_or_default();
                        }), "") }
                { setting("Break webhooks",
                    choice("fault-break", "Break webhooks",
                        &[("", "Off"), ("500", "Answer 500"), ("signature", "Wrong signature"),
                            ("unreachable", "Unreachable")],
                        broken_tag(now.break_webhooks),
                        |faults, value| faults.break_webhooks = broken(value)), "") }
                { setting("Token runs out", button("fault-expire", "Expire", SandboxIntent::ExpireToken),
                    "Without the usual warning.") }
                { setting("Refuse registration",
                    choice("fault-refuse", "Refuse registration",
                        &[("", "Off"), ("20101", "20101"), ("20104", "20104"), ("20151", "20151")],
                        refuse.as_deref().unwrap_or_default(),
                        |faults, value| faults.refuse_registration = value.parse().ok()), "") }
            </div>
            { last_lines(sandbox) }
            <div class="button-row">
                <button
                    id="faults-off"
                    class="button button-sm"
                    type="button"
                    disabled={*now == Faults::default()}
                    onclick={view.on(move |_: MouseEvent| set(Faults::default()))}
                >
                    { "All faults off" }
                </button>
            </div>
        </div>
    }
}

/// What the faults do, where the log is not beside them.
fn last_lines(sandbox: &SandboxView) -> Html {
    const LINES: usize = 4;
    let first = sandbox.log.len().saturating_sub(LINES);
    let lines = sandbox.log[first..].iter();
    html! {
        <div class="log only-compact" aria-label="Last lines of the log">
            { for lines.map(log_line) }
        </div>
    }
}

fn setting(title: &'static str, control: Html, help: &'static str) -> Html {
    html! {
        <div class="setting">
            <span class="setting-title">{ title }</span>
            { control }
            if !help.is_empty() {
                <span class="setting-help">{ help }</span>
            }
        </div>
    }
}

fn broken_tag(broken: Option<BrokenWebhook>) -> &'static str {
    match broken {
        None => "",
        Some(BrokenWebhook::Answer500) => "500",
        Some(BrokenWebhook::WrongSignature) => "signature",
        Some(BrokenWebhook::Unreachable) => "unreachable",
    }
}

fn broken(tag: &str) -> Option<BrokenWebhook> {
    [
        BrokenWebhook::Answer500,
        BrokenWebhook::WrongSignature,
        BrokenWebhook::Unreachable,
    ]
    .into_iter()
    .find(|broken| broken_tag(Some(*broken)) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_break_a_webhook_can_be_chosen_and_shown() {
        for way in [
            None,
            Some(BrokenWebhook::Answer500),
            Some(BrokenWebhook::WrongSignature),
            Some(BrokenWebhook::Unreachable),
        ] {
            assert_eq!(broken(broken_tag(way)), way);
        }
    }
}
