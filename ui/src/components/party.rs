//! The other end of a call: its picture and its name or number.

use crate::components::icon;
use crate::{format, words};
use protocol::Party;
use yew::prelude::*;

/// A round picture; `size` is the class of its size.
pub(crate) fn avatar(party: &Party, size: &'static str) -> Html {
    let (hue, face) = match party {
        Party::Client { name } => {
            let letters = format::initials(name);
            let hue = format::hue(name).to_string();
            if letters.is_empty() {
                (Some(hue), icon::icon("user"))
            } else {
                (Some(hue), html! { { letters } })
            }
        }
        Party::Number { .. } | Party::Masked { .. } | Party::Withheld => (None, icon::icon("user")),
    };
    html! {
        <span class={classes!("avatar", size)} data-hue={hue} aria-hidden="true">{ face }</span>
    }
}

/// The name or number; hidden digits have words for a screen reader. `revealed` is shown instead
/// while Alt is held.
pub(crate) fn name(party: &Party, revealed: Option<&str>) -> Html {
    match (party, revealed) {
        (_, Some(number)) => html! { <span class="num">{ number.to_owned() }</span> },
        (Party::Masked { masked, spoken }, None) => html! {
            <span class="num masked" role="img" aria-label={spoken.clone()}>{ masked.clone() }</span>
        },
        (Party::Number { written }, None) => html! { <span class="num">{ written.clone() }</span> },
        (Party::Client { .. } | Party::Withheld, None) => html! { { words::party(party) } },
    }
}
