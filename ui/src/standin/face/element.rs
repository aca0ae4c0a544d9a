//! Media elements that play a connection's sound: the engine plays it, on the element's sink.

use super::js::{self, accessor, get, method, property};
use super::stage::Stage;
use crate::standin::outputs::{ElementId, Outputs};
use js_sys::{Array, Function, Reflect, WeakMap};
use protocol::media::PeerId;
use wasm_bindgen::prelude::*;

thread_local! {
    /// Our numbers of elements, and the streams that they were given.
    static ELEMENTS: (WeakMap, WeakMap) = (WeakMap::new(), WeakMap::new());
}

/// Teaches all media elements to play what the engine hears.
///
/// # Errors
/// When the webview has no media elements.
pub(super) fn install() -> Result<(), JsValue> {
    let class = get(&js_sys::global(), "HTMLMediaElement");
    let prototype = get(&class, "prototype");
    if !prototype.is_object() {
        return Err("the webview has no media elements".into());
    }
    source(&prototype);
    let play = get(&prototype, "play");
    js::set(&prototype, "play", &method(&play, play_or_pass));
    let pause = get(&prototype, "pause");
    js::set(&prototype, "pause", &method(&pause, pause_and_pass));
    if let Some(paused) = accessor(&prototype, "paused", "get") {
        property(&prototype, "paused", method(&paused, is_paused), None);
    }
    js::set(&prototype, "setSinkId", &method(&play, set_sink));
    property(&prototype, "sinkId", method(&play, sink), None);
    Ok(())
}

/// `srcObject`: a connection's stream is not given to the webview, which would play its noise.
fn source(prototype: &JsValue) {
    let read = accessor(prototype, "srcObject", "get");
    let write = accessor(prototype, "srcObject", "set");
    let (Some(read), Some(write)) = (read, write) else {
        return;
    };
    let read = method(&read, |original, element, given| {
        if playing_for(&element).is_some() {
            return Ok(ELEMENTS.with(|(_, streams)| streams.get(element.unchecked_ref())));
        }
        Reflect::apply(original, &element, &given)
    });
    let write = method(&write, |original, element, given| {
        let stream = given.get(0);
        let peer = Stage::here().and_then(|stage| stage.peer_of(&stream));
        let id = number(&element);
        change(|outputs| outputs.set_source(id, peer));
        let for_the_webview = if peer.is_some() {
            ELEMENTS.with(|(_, streams)| {
                streams.set(element.unchecked_ref(), &stream);
            });
            Array::of1(&JsValue::NULL)
        } else {
            given
        };
        Reflect::apply(original, &element, &for_the_webview)
    });
    property(prototype, "srcObject", read, Some(write));
}

fn play_or_pass(original: &Function, element: JsValue, given: Array) -> Result<JsValue, JsValue> {
    if playing_for(&element).is_none() {
        return Reflect::apply(original, &element, &given);
    }
    let id = number(&element);
    change(|outputs| outputs.set_playing(id, true));
    Ok(js::resolved())
}

fn pause_and_pass(original: &Function, element: JsValue, given: Array) -> Result<JsValue, JsValue> {
    if playing_for(&element).is_some() {
        let id = number(&element);
        change(|outputs| outputs.set_playing(id, false));
    }
    Reflect::apply(original, &element, &given)
}

fn is_paused(original: &Function, element: JsValue, given: Array) -> Result<JsValue, JsValue> {
    if playing_for(&element).is_none() {
        return Reflect::apply(original, &element, &given);
    }
    let id = number(&element);
    let playing = Stage::here().is_some_and(|stage| stage.outputs(|all| all.is_playing(id)));
    Ok((!playing).into())
}

/// `setSinkId`. Of an element that plays a file it is remembered and changes nothing: the webview
/// plays that by itself.
fn set_sink(_: &Function, element: JsValue, given: Array) -> Result<JsValue, JsValue> {
    let sink = given.get(0).as_string().unwrap_or_default();
    let id = number(&element);
    change(|outputs| outputs.set_sink(id, &sink));
    Ok(js::resolved())
}

fn sink(_: &Function, element: JsValue, _: Array) -> Result<JsValue, JsValue> {
    let id = number(&element);
    let stage = Stage::here();
    let sink = stage.map(|stage| stage.outputs(|all| all.sink(id).to_owned()));
    Ok(sink.unwrap_or_default().into())
}

fn change(change: impl FnOnce(&mut Outputs) -> Vec<crate::standin::outputs::Play>) {
    if let Some(stage) = Stage::here() {
        stage.play(change);
    }
}

/// The connection whose sound the element was given.
fn playing_for(element: &JsValue) -> Option<PeerId> {
    let id = known(element)?;
    Stage::here()?.outputs(|outputs| outputs.source(id))
}

fn known(element: &JsValue) -> Option<ElementId> {
    let number = ELEMENTS.with(|(numbers, _)| numbers.get(element.unchecked_ref()));
    number.as_f64().map(|number| ElementId(number as u32))
}

fn number(element: &JsValue) -> ElementId {
    known(element).unwrap_or_else(|| {
        let id = Stage::here().map_or(0, |stage| stage.new_id());
        ELEMENTS.with(|(numbers, _)| numbers.set(element.unchecked_ref(), &id.into()));
        ElementId(id)
    })
}
