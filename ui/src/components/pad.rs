//! The twelve keys, on the dialer and in a call.

use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// A key held so long is a held one, in milliseconds.
const HOLD_MS: u32 = 500;

const KEYS: [(char, &str); 12] = [
    ('1', ""),
    ('2', "ABC"),
    ('3', "DEF"),
    ('4', "GHI"),
    ('5', "JKL"),
    ('6', "MNO"),
    ('7', "PQRS"),
    ('8', "TUV"),
    ('9', "WXYZ"),
    ('*', ""),
    ('0', "+"),
    ('#', ""),
];

#[derive(Properties, PartialEq)]
pub(crate) struct PadProps {
    /// What the group of keys is called.
    pub(crate) label: AttrValue,
    /// A key was pressed.
    pub(crate) on_key: Callback<char>,
    /// Holding 0 gives a +, on the dialer.
    #[prop_or_default]
    pub(crate) on_plus: Option<Callback<()>>,
}

/// The twelve keys.
#[component]
pub(crate) fn Pad(props: &PadProps) -> Html {
    let holding = use_mut_ref(|| None::<Timeout>);
    let held = use_memo((), |()| Cell::new(false));
    let keys = KEYS.iter().map(|(digit, letters)| {
        let on_key = props.on_key.clone();
        let plus = props.on_plus.clone().filter(|_| *digit == '0');
        key(*digit, letters, on_key, plus, &holding, &held)
    });
    html! { <div class="pad" role="group" aria-label={&props.label}>{ for keys }</div> }
}

fn key(
    digit: char,
    letters: &'static str,
    on_key: Callback<char>,
    plus: Option<Callback<()>>,
    holding: &Rc<RefCell<Option<Timeout>>>,
    held: &Rc<Cell<bool>>,
) -> Html {
    let (label, face) = match digit {
        '*' => (Some("star"), "\u{2217}".to_owned()),
        '#' => (Some("pound"), "#".to_owned()),
        _ => (None, digit.to_string()),
    };
    let symbol = label.is_some();
    let title = plus.is_some().then_some("Hold for +");
    let down = plus.map(|plus| {
        let (holding, held) = (holding.clone(), held.clone());
        Callback::from(move |_: PointerEvent| {
            held.set(false);
            let (held, plus) = (held.clone(), plus.clone());
            *holding.borrow_mut() = Some(Timeout::new(HOLD_MS, move || {
                held.set(true);
                plus.emit(());
            }));
        })
    });
    let up = {
        let holding = holding.clone();
        Callback::from(move |_: PointerEvent| {
            holding.borrow_mut().take();
        })
    };
    let click = {
        let held = held.clone();
        Callback::from(move |_: MouseEvent| {
            if !held.replace(false) {
                on_key.emit(digit);
            }
        })
    };
    // Pressing a key leaves the focus where it is, so the field goes on being typed into.
    let keep_focus = Callback::from(|event: MouseEvent| event.prevent_default());
    html! {
        <button
            class="key"
            type="button"
            data-key={digit.to_string()}
            aria-label={label}
            title={title}
            onclick={click}
            onmousedown={keep_focus}
            onpointerdown={down}
            onpointerup={up.clone()}
            onpointerleave={up}
        >
            <span class={classes!("key-digit", symbol.then_some("key-symbol"))}>{ face }</span>
            if !symbol {
                <span class="key-letters">{ letters }</span>
            }
        </button>
    }
}
