//! How the last call ended.

use crate::app::{Msg, View};
use crate::components::{icon, party};
use crate::pages::call::direction;
use crate::pages::dialer::line;
use crate::words;
use protocol::{EndCause, EndedView};
use yew::prelude::*;

/// The call that ended last.
pub(crate) fn ended(view: &View<'_>, call: &EndedView) -> Html {
    let code = match call.cause {
        EndCause::Failed { code } => Some(code.0.to_string()),
        EndCause::HungUp
        | EndCause::TheyHungUp
        | EndCause::Busy
        | EndCause::NoAnswer
        | EndCause::Declined
        | EndCause::Cancelled
        | EndCause::NotInService
        | EndCause::InvalidNumber
        | EndCause::WebhookUnreachable
        | EndCause::PageClosed
        | EndCause::ConnectionLost
        | EndCause::Microphone => None,
    };
    let (light, _) = words::status(view.snapshot);
    let done = view.on(|_: MouseEvent| Msg::Done);
    html! {
        <main class="main" data-show="list">
            <section class="pane pane-list" aria-label="Call ended" data-region="">
                <header class="pane-head">
                    <span class="status">
                        { icon::light(light) }
                        <span>{ direction(call.direction) }</span>
                    </span>
                    <span class="grow"></span>
                    { line(view) }
                </header>
                <div
                    id="ended"
                    class="call"
                    role="group"
                    tabindex="-1"
                    aria-label={words::ended_spoken(call)}
                    data-cause={words::cause_tag(call.cause)}
                    data-code={code}
                >
                    <div class="call-who">
                        { party::avatar(&call.party, "avatar-lg") }
                        <h1 class="headline call-name truncate">
                            { party::name(&call.party, view.revealed(call.id)) }
                        </h1>
                        <p class="fact-line">{ "\u{a0}" }</p>
                        <p class="call-state is-wait">{ words::ended(call) }</p>
                        if let Some(detail) = words::ended_detail(call.cause) {
                            <p class="prose ended-detail">{ detail }</p>
                        }
                    </div>
                    <span class="call-space"></span>
                    <button
                        id="done-button"
                        class="button button-lg call-end"
                        type="button"
                        onclick={done}
                    >
                        { "Done" }
                    </button>
                </div>
            </section>
            <section class="pane pane-detail" aria-label="Tips" data-region="">
                <div class="empty">
                    { icon::large("keyboard") }
                    <p class="empty-title">{ words::ended(call) }</p>
                    <p class="empty-text">
                        { icon::keys(&["Esc"]) }
                        { " goes back to the dialer; so does typing the next number." }
                    </p>
                </div>
            </section>
        </main>
    }
}
