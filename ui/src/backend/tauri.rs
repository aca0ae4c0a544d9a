//! The shell as the program's own window reaches it: four Tauri commands and one channel.

use super::{Backend, Down, Later};
use crate::state::Link;
use js_sys::{JSON, Object, Promise, Reflect};
use protocol::parts::Joiner;
use protocol::{Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Rejection, Snapshot};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// Calls a command; rejects with what the command gives as its error.
    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"], catch)]
    fn invoke(command: &str, arguments: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["window", "__TAURI__", "core"])]
    type Channel;

    #[wasm_bindgen(constructor, js_namespace = ["window", "__TAURI__", "core"], catch)]
    fn new() -> Result<Channel, JsValue>;

    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Channel, heard: &JsValue);
}

/// Whether the page runs in the program's own window.
pub(super) fn is_there() -> bool {
    Reflect::has(&js_sys::global(), &"__TAURI__".into()).unwrap_or(false)
}

/// The program's own window.
pub(super) struct Window;

impl Backend for Window {
    fn attach(&self, page: PageInfo, down: Rc<dyn Fn(Down)>) {
        spawn_local(async move {
            if let Err(error) = attach(page, down.clone()).await {
                let text = error.as_string().unwrap_or_else(|| format!("{error:?}"));
                down(Down::Link(Link::Broken(text)));
            }
        });
    }

    fn submit(&self, intent: Intent) -> Later<Result<(), Rejection>> {
        Box::pin(async move {
            match call("submit", &[("intent", to_js(&intent))]).await {
                Ok(_) => Ok(()),
                Err(error) => Err(from_js(&error).unwrap_or(Rejection::Closing)),
            }
        })
    }

    fn ask(&self, question: Question) -> Later<Answer> {
        Box::pin(async move {
            let answer = call("ask", &[("question", to_js(&question))]).await;
            let answer = answer.ok().and_then(|answer| from_js(&answer).ok());
            answer.unwrap_or(Answer::Rejected(Rejection::Closing))
        })
    }

    fn report(&self, epoch: Epoch, event: EngineEvent) {
        let arguments = [("epoch", to_js(&epoch)), ("event", to_js(&event))];
        spawn_local(async move {
            // The shell is closing; there is nobody to tell.
            let _ = call("report", &arguments).await;
        });
    }
}

async fn attach(page: PageInfo, down: Rc<dyn Fn(Down)>) -> Result<(), JsValue> {
    let channel = Channel::new()?;
    // Messages that overtake the answer wait for it: it is the older one.
    let early: Rc<std::cell::RefCell<Option<Vec<Down>>>> =
        Rc::new(std::cell::RefCell::new(Some(Vec::new())));
    let (waiting, heard) = (early.clone(), down.clone());
    let mut joiner = Joiner::default();
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |part: JsValue| {
        let text = match from_js(&part) {
            Ok(part) => joiner.push(part).map(Ok),
            Err(error) => Some(Err(error)),
        };
        // The others are to come.
        let Some(text) = text else { return };
        let message =
            text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
        let message = match message {
            Ok(message) => Down::Message(message),
            Err(error) => Down::Link(Link::Broken(error)),
        };
        match waiting.borrow_mut().as_mut() {
            Some(waiting) => waiting.push(message),
            None => heard(message),
        }
    });
    channel.set_onmessage(&listener.into_js_value());
    let arguments = [("page", to_js(&page)), ("channel", channel.into())];
    let snapshot: Snapshot = from_js(&call("attach", &arguments).await?)?;
    down(Down::Attached(Box::new(snapshot)));
    let waiting = early.borrow_mut().take();
    for message in waiting.into_iter().flatten() {
        down(message);
    }
    Ok(())
}

async fn call(command: &str, arguments: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = Object::new();
    for (name, value) in arguments {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    JsFuture::from(invoke(command, &object)?).await
}

fn to_js<T: Serialize>(value: &T) -> JsValue {
    let text = serde_json::to_string(value).ok();
    text.and_then(|text| JSON::parse(&text).ok())
        .unwrap_or(JsValue::NULL)
}

fn from_js<T: DeserializeOwned>(value: &JsValue) -> Result<T, String> {
    let text = JSON::stringify(value).map_err(|error| format!("{error:?}"))?;
    serde_json::from_str(&String::from(text)).map_err(|error| error.to_string())
}
