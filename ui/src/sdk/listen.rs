//! Event listeners that end with their owner.

use super::{Call, Device};
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// Something of the SDK that emits events.
pub(super) trait Emitter {
    fn add(&self, event: &str, listener: &Function);
    fn remove(&self, event: &str, listener: &Function);
}

impl Emitter for Device {
    fn add(&self, event: &str, listener: &Function) {
        self.on(event, listener);
    }
    fn remove(&self, event: &str, listener: &Function) {
        self.remove_listener(event, listener);
    }
}

impl Emitter for Call {
    fn add(&self, event: &str, listener: &Function) {
        self.on(event, listener);
    }
    fn remove(&self, event: &str, listener: &Function) {
        self.remove_listener(event, listener);
    }
}

type Listener = Closure<dyn FnMut(JsValue, JsValue)>;

/// An emitter and what hears it; hearing ends when it is dropped.
pub(super) struct Listening<E: Emitter + 'static> {
    pub(super) emitter: E,
    listeners: Vec<(&'static str, Listener)>,
}

impl<E: Emitter> Listening<E> {
    pub(super) fn new(emitter: E) -> Self {
        Self {
            emitter,
            listeners: Vec::new(),
        }
    }

    pub(super) fn hear(
        &mut self,
        event: &'static str,
        heard: impl FnMut(JsValue, JsValue) + 'static,
    ) {
        let listener = Closure::new(heard);
        self.emitter.add(event, listener.as_ref().unchecked_ref());
        self.listeners.push((event, listener));
    }
}

impl<E: Emitter> Drop for Listening<E> {
    fn drop(&mut self) {
        let listeners = std::mem::take(&mut self.listeners);
        for (event, listener) in &listeners {
            self.emitter
                .remove(event, listener.as_ref().unchecked_ref());
        }
        // The one that is running now may be among them: it has to live until it returns.
        wasm_bindgen_futures::spawn_local(async move { drop(listeners) });
    }
}
