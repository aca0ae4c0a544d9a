//! The sandbox's phones: those that call us, and those that we can call.

use crate::app::{Msg, View};
use crate::components::icon;
use protocol::PhoneNumber;
use protocol::sandbox::{SandboxView, ScriptedPhone};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// A number as people write it, as it is when it is none; and whose it is.
fn title(phone: &ScriptedPhone) -> String {
    let number = PhoneNumber::e164(&phone.number)
        .map_or_else(|_| phone.number.clone(), |number| number.written());
    match &phone.name {
        Some(name) => format!("{number}, {name}"),
        None => number,
    }
}

/// The tab with the phones.
pub(super) fn phones(view: &View<'_>, sandbox: &SandboxView) -> Html {
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
}
