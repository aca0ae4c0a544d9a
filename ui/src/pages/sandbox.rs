//! The sandbox: its phones, its faults, its log.

use crate::app::{Msg, View};
use crate::components::banner::banner;
use crate::components::icon;
use crate::format;
use crate::pages::call;
use crate::state::{self, Tab};
use protocol::sandbox::{
    BrokenWebhook, Faults, LogLine, SandboxIntent, SandboxView, ScriptedPhone,
};
use protocol::{Intent, PhoneNumber};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

const TABS: [(Tab, &str, &str); 3] = [
    (Tab::Phones, "tab-phones", "Phones"),
    (Tab::Faults, "tab-faults", "Faults"),
    (Tab::Log, "tab-log", "Log"),
];

/// The sandbox's page.
pub(crate) fn sandbox(view: &View<'_>, sandbox: &SandboxView) -> Html {
    let main_call = state::main_call(view.snapshot);
    let tab = view.ui.tab;
    let body = match tab {
        Tab::Phones => phones(view, sandbox),
        Tab::Faults => faults(view, sandbox),
        Tab::Log => html! {
            <div class="log-pane">{ log(sandbox, "log-narrow") }</div>
        },
    };
    let labelled = TABS
        .iter()
        .find(|(of, _, _)| *of == tab)
        .map(|(_, id, _)| *id);
    html! {
        <main class="main" data-show="list">
            <section class="pane pane-list" aria-label="Sandbox" data-region="">
                if let Some(call) = main_call {
                    { call::bar(view, call) }
                }
                <header class="pane-head">
                    <h1 class="title">{ "Sandbox" }</h1>
                    <span class="chip chip-accent">{ "Nothing is charged" }</span>
                </header>
                { banner(view) }
                <div class="pane-tools">
                    <div class="tabs" role="tablist" aria-label="Sandbox">
                        { for TABS.iter().map(|(tab, id, name)| tab_button(view, *tab, id, name)) }
                    </div>
                </div>
                <div class="pane-body scroll" role="tabpanel" aria-labelledby={labelled}>
                    { body }
                </div>
            </section>
            <section class="pane pane-detail" aria-label="Sandbox log" data-region="">
                <header class="pane-head">
                    <h2 class="title">{ "Log" }</h2>
                    <button
                        id="log-copy"
                        class="button button-ghost button-sm"
                        type="button"
                        onclick={view.on(|_: MouseEvent| Msg::CopyLog)}
                    >
                        { icon::icon("copy") }
                        { "Copy" }
                    </button>
                </header>
                <div class="log-pane">{ log(sandbox, "log-wide") }</div>
            </section>
        </main>
    }
}

fn tab_button(view: &View<'_>, tab: Tab, id: &'static str, name: &'static str) -> Html {
    let chosen = view.ui.tab == tab;
    let narrow_only = (tab == Tab::Log).then_some("only-compact");
    let arrows = view.on_some(move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => TABS.len() - 1,
            _ => return None,
        };
        let at = TABS.iter().position(|(of, _, _)| *of == tab)?;
        let (next, id, _) = TABS[(at + step) % TABS.len()];
        crate::dom::focus(id);
        Some(Msg::Tab(next))
    });
    html! {
        <button
            id={id}
            class={classes!("tab", narrow_only)}
            type="button"
            role="tab"
            aria-selected={chosen.to_string()}
            tabindex={if chosen { "0" } else { "-1" }}
            onclick={view.on(move |_: MouseEvent| Msg::Tab(tab))}
            onkeydown={arrows}
        >
            { name }
        </button>
    }
}

/// A number as people write it, as it is when it is none; and whose it is.
fn title(phone: &ScriptedPhone) -> String {
    let number = PhoneNumber::e164(&phone.number)
        .map_or_else(|_| phone.number.clone(), |number| number.written());
    match &phone.name {
        Some(name) => format!("{number}, {name}"),
        None => number,
    }
}

fn phones(view: &View<'_>, sandbox: &SandboxView) -> Html {
    let callers = sandbox.phones.iter().filter(|phone| phone.calls_us);
    let callees = sandbox.phones.iter().filter(|phone| !phone.calls_us);
    let chosen = view.ui.caller.clone();
    let chosen = chosen.or_else(|| callers.clone().next().map(|phone| phone.number.clone()));
    let does = sandbox
        .phones
        .iter()
        .find(|phone| Some(&phone.number) == chosen.as_ref());
    let choose = view.on(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Msg::Caller(select.value())
    });
    html! {
        <>
            <div class="pane-pad stack">
                <div class="card card-pad stack stack-sm">
                    <label class="field" for="sandbox-from">
                        <span class="field-label">{ "Call me from" }</span>
                        <span class="select">
                            <select id="sandbox-from" onchange={choose}>
                                { for callers.map(|phone| caller(phone, chosen.as_deref())) }
                            </select>
                            { icon::small("chevron-down") }
                        </span>
                    </label>
                    <div class="device-line">
                        <span class="secondary">
                            { does.map(|phone| phone.does.clone()).unwrap_or_default() }
                        </span>
                        <button
                            id="sandbox-call-me"
                            class="button button-primary"
                            type="button"
                            onclick={view.on(|_: MouseEvent| Msg::CallMe)}
                        >
                            { icon::icon("incoming") }
                            { "Call me" }
                        </button>
                    </div>
                </div>
            </div>
            <div class="list">
                <h2 class="list-head">{ "Phones you can call" }</h2>
                <ul>{ for callees.map(|phone| callee(view, phone)) }</ul>
            </div>
        </>
    }
}

fn caller(phone: &ScriptedPhone, chosen: Option<&str>) -> Html {
    let selected = chosen == Some(phone.number.as_str());
    html! {
        <option value={phone.number.clone()} {selected}>{ title(phone) }</option>
    }
}

fn callee(view: &View<'_>, phone: &ScriptedPhone) -> Html {
    let number = phone.number.clone();
    let name = title(phone);
    html! {
        <li key={number.clone()} class="row">
            <span class="row-lead">{ mark(&phone.does) }</span>
            <span class="row-text">
                <span class="row-title num">{ name.clone() }</span>
                <span class="row-sub">{ phone.does.clone() }</span>
            </span>
            <span class="row-end">
                <button
                    class="icon-button is-call"
                    type="button"
                    aria-label={format!("Call {name}")}
                    title={format!("Call {name}")}
                    onclick={view.on(move |_: MouseEvent| Msg::CallNumber(number.clone()))}
                >
                    { icon::solid("phone") }
                </button>
            </span>
        </li>
    }
}

/// A picture of what a phone does; only decoration beside the words.
fn mark(does: &str) -> Html {
    let does = does.to_lowercase();
    let has = |word: &str| does.contains(word);
    if has("echo") {
        icon::icon("ear")
    } else if has("busy") {
        icon::icon("block")
    } else if has("fail") || has("no such") {
        icon::icon("error")
    } else if has("key") {
        icon::icon("keypad")
    } else if has("hang") {
        icon::solid("hangup")
    } else if has("ring") {
        icon::icon("bell")
    } else if has("speak") {
        icon::icon("message")
    } else {
        icon::icon("user")
    }
}

fn faults(view: &View<'_>, sandbox: &SandboxView) -> Html {
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

fn log(sandbox: &SandboxView, id: &'static str) -> Html {
    html! {
        <div id={id} class="log" role="log" aria-label="Sandbox log" tabindex="0">
            { for sandbox.log.iter().map(log_line) }
        </div>
    }
}

fn log_line(line: &LogLine) -> Html {
    html! {
        <div key={line.seq}><span>{ clock(line) }</span>{ " " }{ line.text.clone() }</div>
    }
}

fn clock(line: &LogLine) -> String {
    format::clock(line.at, js_sys::Date::new_0().get_timezone_offset() as i32)
}

/// The log as text, oldest line first.
pub(crate) fn log_text(sandbox: &SandboxView) -> String {
    let lines = sandbox.log.iter();
    lines
        .map(|line| format!("{} {}\n", clock(line), line.text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, name: Option<&str>, expected: &str) {
        let phone = ScriptedPhone {
            number: number.into(),
            name: name.map(str::to_owned),
            does: String::new(),
            calls_us: true,
        };
        assert_eq!(title(&phone), expected);
    }

    #[test]
    fn a_phone_is_written_with_its_number_and_its_owner() {
        let tobin = Some("Tobin Vale");
        check("+12025550142", tobin, "+1 (202) 555-0142, Tobin Vale");
        check("+12025550143", None, "+1 (202) 555-0143");
        check("nothing", None, "nothing");
    }

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
