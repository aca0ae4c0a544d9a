//! Where the focus goes when the screen changes.

use crate::dom;
use crate::state::Screen;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Follows the screens with the focus.
#[derive(Default)]
pub(crate) struct Focus {
    screen: Option<Screen>,
    field_wanted: bool,
}

impl Focus {
    /// The dial field is to have the focus when it is drawn.
    pub(crate) fn want_field(&mut self) {
        self.field_wanted = true;
    }

    /// To be called after each drawing.
    pub(crate) fn follow(&mut self, screen: Screen) {
        let before = self.screen.replace(screen);
        let changed = before != Some(screen);
        if screen == Screen::Dialer && (changed || self.field_wanted) {
            self.field_wanted = false;
            dom::focus("dial-field");
            return;
        }
        let is_call =
            |screen: Screen| matches!(screen, Screen::Calling | Screen::InCall | Screen::Keypad);
        // The focus moves only in a window that has it, and to the call as a whole: a key that is
        // on its way must not press a button that has just appeared under it.
        if !changed || !dom::has_focus() {
            return;
        }
        match screen {
            Screen::Calling | Screen::InCall | Screen::Keypad => {
                if !before.is_some_and(is_call) || is_nowhere() {
                    dom::focus("call");
                }
            }
            Screen::Incoming => dom::focus("call"),
            Screen::Ended => dom::focus("ended"),
            Screen::Notice | Screen::Dialer | Screen::Sandbox => {}
        }
    }
}

/// Keeps the end of the sandbox's log in sight, unless the user has scrolled away from it.
#[derive(Default)]
pub(crate) struct LogEnd {
    height: i32,
}

impl LogEnd {
    /// Closer than this to the end counts as at the end, in pixels.
    const NEAR: i32 = 24;

    /// To be called after each drawing of the log.
    pub(crate) fn follow(&mut self) {
        for id in ["log-wide", "log-narrow"] {
            let Some(log) = dom::by_id(id).filter(|log| log.client_height() > 0) else {
                continue;
            };
            let seen_to = log.scroll_top() + log.client_height();
            if seen_to + Self::NEAR >= self.height || log.scroll_top() == 0 {
                log.set_scroll_top(log.scroll_height());
            }
            self.height = log.scroll_height();
        }
    }
}

/// Whether what had the focus is gone.
fn is_nowhere() -> bool {
    let active = dom::document().active_element();
    active.is_none_or(|element| element.tag_name() == "BODY")
}

/// Puts the focus on the first thing in the next part of the window: rail, column, detail.
pub(crate) fn next_region() {
    let document = dom::document();
    let Ok(list) = document.query_selector_all("[data-region]") else {
        return;
    };
    let regions: Vec<HtmlElement> = (0..list.length())
        .filter_map(|index| list.get(index)?.dyn_into().ok())
        .filter(|region: &HtmlElement| region.offset_width() > 0)
        .collect();
    let active = document.active_element();
    let here = regions
        .iter()
        .position(|region| region.contains(active.as_deref()));
    let next = here.map_or(0, |here| here + 1);
    for step in 0..regions.len() {
        let region = &regions[(next + step) % regions.len()];
        let first = region.query_selector(
            "input:not([disabled]), button:not([disabled]), select, [tabindex='0'], [tabindex='-1']",
        );
        if let Ok(Some(first)) = first
            && let Ok(first) = first.dyn_into::<HtmlElement>()
            && first.focus().is_ok()
        {
            return;
        }
    }
}
