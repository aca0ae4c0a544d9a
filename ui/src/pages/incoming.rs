//! A call that is offered.

use crate::app::{Msg, View};
use crate::components::banner::banner;
use crate::components::{icon, party};
use crate::pages::call::{about, head, verified};
use crate::words;
use protocol::{CallView, Intent, Problem};
use yew::prelude::*;

/// The offered call.
pub(crate) fn incoming(view: &View<'_>, call: &CallView) -> Html {
    let id = call.id;
    let no_sound = matches!(view.snapshot.problem, Some(Problem::NoWebRtc));
    html! {
        <main class="main" data-show="list">
            <section class="pane pane-list" aria-label="Incoming call" data-region="">
                { head(view, call) }
                if no_sound {
                    { banner(view) }
                }
                <div
                    id="call"
                    class="call"
                    role="alertdialog"
                    tabindex="-1"
                    aria-labelledby="who"
                    aria-describedby="what"
                    data-phase={words::phase_tag(call.phase)}
                >
                    <div class="call-who">
                        <span class={if call.silenced { "still" } else { "ringing" }}>
                            { party::avatar(&call.party, "avatar-xl") }
                        </span>
                        <h1 class="headline call-name truncate" id="who">
                            { party::name(&call.party, view.revealed(id)) }
                        </h1>
                        <div id="what">{ verified(call) }</div>
                    </div>
                    <span class="call-space"></span>
                    <div class="controls controls-one">
                        <button
                            id="silence-button"
                            class="control control-short"
                            type="button"
                            aria-pressed={call.silenced.to_string()}
                            title="Silence the ringer  Esc"
                            onclick={view.on(move |_: MouseEvent| {
                                Msg::Submit(Intent::Silence { call: id })
                            })}
                        >
                            { icon::large("bell-off") }
                            <span>{ if call.silenced { "Silenced" } else { "Silence" } }</span>
                        </button>
                    </div>
                    <div class="answer-row">
                        <button
                            id="decline-button"
                            class="button button-hangup button-lg"
                            type="button"
                            onclick={view.on(move |_: MouseEvent| {
                                Msg::Submit(Intent::Decline { call: id })
                            })}
                        >
                            { icon::solid("hangup") }
                            { "Decline" }
                        </button>
                        <button
                            id="answer-button"
                            class="button button-call button-lg"
                            type="button"
                            onclick={view.on(|_: MouseEvent| Msg::Answer)}
                        >
                            { icon::solid("phone") }
                            { "Answer" }
                        </button>
                    </div>
                    <div class="answer-hints" aria-hidden="true">
                        { icon::keys(&["Ctrl", "Backspace"]) }
                        { icon::keys(&["Ctrl", "Enter"]) }
                    </div>
                </div>
            </section>
            { about(view, call) }
        </main>
    }
}
