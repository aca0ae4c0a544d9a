//! The two level meters of a call. They follow the sound 20 times a second, so they are drawn into
//! the document by hand, past everything else.

use crate::components::icon;
use crate::dom;
use crate::meter::Meter;
use std::cell::Cell;
use yew::prelude::*;

/// The meters of both ends, at rest.
pub(crate) fn meters() -> Html {
    html! {
        <div class="call-meters">
            { meter("meter-in", "mic", "Your voice") }
            { meter("meter-out", "speaker", "Their voice") }
        </div>
    }
}

fn meter(id: &'static str, icon: &'static str, label: &'static str) -> Html {
    html! {
        <div class="meter-line">
            { icon::small(icon) }
            <svg
                id={id}
                class="meter"
                viewBox="0 0 100 6"
                preserveAspectRatio="none"
                role="meter"
                aria-label={label}
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow="0"
                data-level="0"
            >
                <rect class="meter-track" width="100" height="6" />
                <rect class="meter-fill" width="0" height="6" />
            </svg>
        </div>
    }
}

thread_local! {
    static LEVELS: Cell<(Meter, Meter)> = Cell::default();
}

/// Hears the levels of the microphone and of the other end, from 0 to 1.
pub(crate) fn hear(input: f64, output: f64) {
    let calm = dom::reduced_motion();
    let (mut here, mut there) = LEVELS.take();
    draw("meter-in", here.hear(input, calm));
    draw("meter-out", there.hear(output, calm));
    LEVELS.set((here, there));
}

/// Forgets the last levels: another call begins.
pub(crate) fn rest() {
    LEVELS.take();
    draw("meter-in", Some(0));
    draw("meter-out", Some(0));
}

fn draw(id: &str, level: Option<u8>) {
    let Some((level, meter)) = level.zip(dom::by_id(id)) else {
        return;
    };
    let level = level.to_string();
    // These are attributes of elements that exist: setting them does not fail.
    let _ = meter.set_attribute("data-level", &level);
    let _ = meter.set_attribute("aria-valuenow", &level);
    if let Some(fill) = meter.last_element_child() {
        let _ = fill.set_attribute("width", &level);
    }
}
