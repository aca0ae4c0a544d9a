//! Loads the SDK when it is first needed.

use super::rewrite;
use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlScriptElement;

/// The SDK's file, beside the page.
const FILE: &str = "twilio.min.js";

/// Loads the SDK unless it is there. `sandbox` first lets it reach the sandbox on this computer.
///
/// # Errors
/// When the file cannot be had or does not run.
pub(super) async fn load(sandbox: bool) -> Result<(), JsValue> {
    if is_there() {
        return Ok(());
    }
    if sandbox {
        // The SDK keeps the WebSocket that it finds when it is loaded.
        rewrite::install()?;
    }
    let document = crate::dom::document();
    let script: HtmlScriptElement = document.create_element("script")?.unchecked_into();
    let loaded = Promise::new(&mut |resolve, reject| {
        script.set_onload(Some(&resolve));
        script.set_onerror(Some(&reject));
    });
    script.set_src(FILE);
    let head = document.head().ok_or("the document has no head")?;
    head.append_child(&script)?;
    JsFuture::from(loaded)
        .await
        .map_err(|_| JsValue::from_str("the Voice SDK could not be loaded"))?;
    if is_there() {
        Ok(())
    } else {
        Err("the Voice SDK did not start".into())
    }
}

fn is_there() -> bool {
    Reflect::has(&js_sys::global(), &"Twilio".into()).unwrap_or(false)
}
