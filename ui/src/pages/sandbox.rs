//! The sandbox: its phones, its faults, its log.

mod faults;
mod phones;

use crate::app::{Msg, View};
use crate::components::banner::banner;
use crate::components::icon;
use crate::format;
use crate::pages::call;
use crate::state::{self, Tab};
use faults::faults;
use phones::phones;
use protocol::sandbox::{LogLine, SandboxView};
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
