//! A call's time, ticking without drawing anything else anew.

use crate::format;
use gloo_timers::callback::Interval;
use protocol::Timestamp;
use yew::prelude::*;

/// Looks at the clock so often, in milliseconds: no second is seen to be skipped.
const LOOK_MS: u32 = 200;

#[derive(Properties, PartialEq)]
pub(crate) struct TimerProps {
    /// When sound was set up.
    pub(crate) since: Timestamp,
    #[prop_or_default]
    pub(crate) class: Classes,
}

/// How long a call lasts.
#[component]
pub(crate) fn Timer(props: &TimerProps) -> Html {
    let since = props.since;
    let seconds = use_state_eq(|| elapsed_s(since));
    {
        let seconds = seconds.clone();
        use_effect_with(since, move |since| {
            let since = *since;
            seconds.set(elapsed_s(since));
            let ticking = Interval::new(LOOK_MS, move || seconds.set(elapsed_s(since)));
            move || drop(ticking)
        });
    }
    let seconds = *seconds;
    html! {
        <time
            id="timer"
            class={props.class.clone()}
            role="timer"
            aria-label="Call time"
            datetime={format::machine(seconds)}
        >
            { format::timer(seconds) }
        </time>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct CountdownProps {
    /// When it is tried next.
    pub(crate) until: Timestamp,
}

/// How long until the next try.
#[component]
pub(crate) fn Countdown(props: &CountdownProps) -> Html {
    let until = props.until;
    let left = use_state_eq(|| left_s(until));
    {
        let left = left.clone();
        use_effect_with(until, move |until| {
            let until = *until;
            left.set(left_s(until));
            let ticking = Interval::new(LOOK_MS, move || left.set(left_s(until)));
            move || drop(ticking)
        });
    }
    match *left {
        0 => html! { { "Trying now…" } },
        seconds => html! { { format!("Next try in {seconds} s.") } },
    }
}

fn elapsed_s(since: Timestamp) -> u64 {
    now().since_ms(since) / 1000
}

fn left_s(until: Timestamp) -> u64 {
    until.since_ms(now()).div_ceil(1000)
}

fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as u64)
}
