//! What the page holds in place of an `RTCPeerConnection`.

use super::connection::{Connection, closed};
use super::convert::{description_object, ice_servers};
use super::js::{self, exception, get, set};
use super::stage::Stage;
use js_sys::{Array, Function, JSON, Map};
use protocol::media::{MediaAnswer, MediaRequest, PeerId};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// The handlers that are there from the beginning: the SDK looks whether they are.
const HANDLERS: [&str; 8] = [
    "onsignalingstatechange",
    "onicegatheringstatechange",
    "oniceconnectionstatechange",
    "onconnectionstatechange",
    "onicecandidate",
    "ontrack",
    "onnegotiationneeded",
    "ondatachannel",
];

/// What the page holds: `RTCPeerConnection` as far as the SDK uses it.
#[wasm_bindgen(skip_typescript)]
pub struct StandInConnection(Rc<Connection>);

impl StandInConnection {
    /// `new RTCPeerConnection(configuration)`.
    ///
    /// # Errors
    /// When the stand-in is not installed.
    pub(super) fn construct(configuration: &JsValue) -> Result<JsValue, JsValue> {
        let stage = Stage::here().ok_or_else(|| exception("NotSupportedError", "no engine"))?;
        let id = PeerId(stage.new_id());
        let connection = Connection::new(id, stage.new_line());
        connection.tell(MediaRequest::OpenPeer {
            peer: id,
            ice_servers: ice_servers(configuration),
            relay_only: get(configuration, "iceTransportPolicy")
                .as_string()
                .as_deref()
                == Some("relay"),
        });
        stage.add_peer(id, connection.clone());
        let page = JsValue::from(Self(connection.clone()));
        for handler in HANDLERS {
            set(&page, handler, &JsValue::NULL);
        }
        connection.belongs_to(page.clone());
        Ok(page)
    }
}

#[wasm_bindgen]
impl StandInConnection {
    /// `signalingState`.
    #[wasm_bindgen(getter, js_name = signalingState)]
    pub fn signaling_state(&self) -> String {
        self.0.peer().signaling_name().to_owned()
    }

    /// `iceConnectionState`.
    #[wasm_bindgen(getter, js_name = iceConnectionState)]
    pub fn ice_connection_state(&self) -> String {
        self.0.peer().ice_name().to_owned()
    }

    /// `connectionState`.
    #[wasm_bindgen(getter, js_name = connectionState)]
    pub fn connection_state(&self) -> String {
        self.0.peer().connection_name().to_owned()
    }

    /// `iceGatheringState`.
    #[wasm_bindgen(getter, js_name = iceGatheringState)]
    pub fn ice_gathering_state(&self) -> String {
        self.0.peer().gathering_name().to_owned()
    }

    /// `localDescription`.
    #[wasm_bindgen(getter, js_name = localDescription)]
    pub fn local_description(&self) -> JsValue {
        let peer = self.0.peer();
        peer.local
            .as_ref()
            .map_or(JsValue::NULL, description_object)
    }

    /// `remoteDescription`.
    #[wasm_bindgen(getter, js_name = remoteDescription)]
    pub fn remote_description(&self) -> JsValue {
        let peer = self.0.peer();
        peer.remote
            .as_ref()
            .map_or(JsValue::NULL, description_object)
    }

    /// `addTrack`: there is one sender, as in every call of the SDK.
    ///
    /// # Errors
    /// When the connection is closed, or sends a track already.
    #[wasm_bindgen(js_name = addTrack)]
    pub fn add_track(&self, track: JsValue) -> Result<JsValue, JsValue> {
        if self.0.is_closed() {
            return Err(closed());
        }
        self.0.sending().add(track)
    }

    /// `removeTrack`.
    #[wasm_bindgen(js_name = removeTrack)]
    pub fn remove_track(&self, _sender: JsValue) {
        self.0.sending().remove();
    }

    /// `getSenders`.
    #[wasm_bindgen(js_name = getSenders)]
    pub fn senders(&self) -> Array {
        Array::of1(&self.0.sending().sender())
    }

    /// `getReceivers`.
    #[wasm_bindgen(js_name = getReceivers)]
    pub fn receivers(&self) -> Array {
        Array::of1(&self.0.receiver())
    }

    /// `getTransceivers`.
    #[wasm_bindgen(js_name = getTransceivers)]
    pub fn transceivers(&self) -> Array {
        Array::of1(&self.0.sending().transceiver())
    }

    /// `createOffer(options)`, or `createOffer(success, failure, options)`.
    #[wasm_bindgen(js_name = createOffer)]
    pub fn create_offer(&self, first: JsValue, second: JsValue, third: JsValue) -> JsValue {
        let callbacks = js::callbacks(&first, &second);
        let options = if callbacks.is_some() { third } else { first };
        let request = MediaRequest::CreateOffer {
            peer: self.0.id(),
            ice_restart: get(&options, "iceRestart").is_truthy(),
        };
        self.create(request, callbacks)
    }

    /// `createAnswer(options)`, or `createAnswer(success, failure, options)`.
    #[wasm_bindgen(js_name = createAnswer)]
    pub fn create_answer(&self, first: JsValue, second: JsValue) -> JsValue {
        let callbacks = js::callbacks(&first, &second);
        self.create(MediaRequest::CreateAnswer { peer: self.0.id() }, callbacks)
    }

    /// `setLocalDescription(description)`, also with two callbacks.
    #[wasm_bindgen(js_name = setLocalDescription)]
    pub fn set_local(&self, description: JsValue, success: JsValue, failure: JsValue) -> JsValue {
        self.set(description, true, js::callbacks(&success, &failure))
    }

    /// `setRemoteDescription(description)`, also with two callbacks.
    #[wasm_bindgen(js_name = setRemoteDescription)]
    pub fn set_remote(&self, description: JsValue, success: JsValue, failure: JsValue) -> JsValue {
        self.set(description, false, js::callbacks(&success, &failure))
    }

    /// `addIceCandidate`: Twilio sends none, and they are in its descriptions.
    #[wasm_bindgen(js_name = addIceCandidate)]
    pub fn add_ice_candidate(&self) -> JsValue {
        js::resolved()
    }

    /// `getStats`: a Map; empty when there is nothing to tell, and never refused.
    #[wasm_bindgen(js_name = getStats)]
    pub fn stats(&self) -> JsValue {
        let connection = self.0.clone();
        future_to_promise(async move { Ok(stats(&connection).await.into()) }).into()
    }

    /// `close`.
    pub fn close(&self) {
        self.0.close();
    }

    fn create(&self, request: MediaRequest, callbacks: Option<(Function, Function)>) -> JsValue {
        let connection = self.0.clone();
        let create = async move { connection.create(request).await };
        js::promise_or_callbacks(create, callbacks)
    }

    fn set(
        &self,
        description: JsValue,
        local: bool,
        callbacks: Option<(Function, Function)>,
    ) -> JsValue {
        let connection = self.0.clone();
        let set = async move { connection.set(description, local).await };
        js::promise_or_callbacks(set, callbacks)
    }
}

async fn stats(connection: &Connection) -> Map {
    let map = Map::new();
    if connection.is_closed() {
        return map;
    }
    let Some(stage) = Stage::here() else {
        return map;
    };
    let asked = stage.ask_now(MediaRequest::Stats {
        peer: connection.id(),
    });
    if let MediaAnswer::Stats(text) = asked.await
        && let Ok(entries) = JSON::parse(&text)
        && Array::is_array(&entries)
    {
        for entry in Array::from(&entries).iter() {
            map.set(&get(&entry, "id"), &entry);
        }
    }
    map
}
