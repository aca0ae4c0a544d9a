//! Lets the SDK reach the sandbox. It always writes `wss:`; a stand-in for `WebSocket`, put in
//! place before the SDK loads, opens the same address on this computer without TLS.

use super::rules;
use js_sys::{Array, Function, Object, Proxy, Reflect};
use wasm_bindgen::prelude::*;

/// Puts the stand-in in place of `window.WebSocket`. To be called once.
///
/// # Errors
/// What the browser throws.
pub(super) fn install() -> Result<(), JsValue> {
    let window = js_sys::global();
    let original = Reflect::get(&window, &"WebSocket".into())?;
    let construct = Closure::<dyn Fn(Function, Array, Function) -> Result<JsValue, JsValue>>::new(
        |target: Function, arguments: Array, new_target: Function| {
            // An address may be a string or a URL object; both say what they are as a string.
            let url = arguments.get(0);
            let url = url.as_string().or_else(|| {
                let href = Reflect::get(&url, &"href".into()).ok()?;
                href.as_string()
            });
            if let Some(plain) = url.as_deref().and_then(rules::plain_loopback) {
                arguments.set(0, plain.into());
            }
            Reflect::construct_with_new_target(&target, &arguments, &new_target)
        },
    );
    let handler = Object::new();
    Reflect::set(&handler, &"construct".into(), &construct.into_js_value())?;
    let stand_in = Proxy::new(&original, &handler);
    Reflect::set(&window, &"WebSocket".into(), &stand_in)?;
    Ok(())
}
