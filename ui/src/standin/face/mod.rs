//! The stand-in's face: the objects that the page finds in place of the webview's.

mod connection;
mod convert;
mod element;
mod exported;
mod js;
mod level;
mod microphones;
mod sender;
mod stage;
mod track;

use super::line::Asker;
use exported::StandInConnection;
use js::{constructor, function, get, object, set};
use js_sys::Array;
use protocol::media::MediaEvent;
use stage::Stage;
use wasm_bindgen::prelude::*;

/// The codecs of the engine, as `RTCRtpReceiver.getCapabilities` tells them: MIME type, clock rate
/// in Hz, channels, format parameters.
const CODECS: [(&str, u32, u32, &str); 3] = [
    ("audio/opus", 48_000, 2, "minptime=10;useinbandfec=1"),
    ("audio/PCMU", 8_000, 1, ""),
    ("audio/telephone-event", 8_000, 1, ""),
];

/// Puts the stand-in in place. To be called once, before the SDK loads.
///
/// # Errors
/// What the browser throws.
pub(super) fn install(ask: Asker) -> Result<(), JsValue> {
    Stage::set_up(ask);
    microphones::install()?;
    element::install()?;
    let window = js_sys::global();
    let connection = constructor(|given: Array| StandInConnection::construct(&given.get(0)));
    set(&window, "RTCPeerConnection", &connection);
    let description = constructor(|given: Array| {
        let given = given.get(0);
        Ok(object(
            ["type", "sdp"].map(|name| (name, get(&given, name))),
        ))
    });
    set(&window, "RTCSessionDescription", &description);
    let receiver = constructor(|_| Err("it is made by a connection".into()));
    set(&receiver, "getCapabilities", &function(capabilities));
    set(&window, "RTCRtpReceiver", &receiver);
    // That it is there tells the SDK that digits go as telephone events.
    let dtmf = constructor(|_| Err("it is made by a connection".into()));
    set(&window, "RTCDTMFSender", &dtmf);
    let look = Closure::<dyn Fn()>::new(|| {
        if let Some(stage) = Stage::here() {
            stage.look_at_levels();
        }
    });
    let document = crate::dom::document();
    let look = look.into_js_value();
    document.add_event_listener_with_callback("visibilitychange", look.unchecked_ref())
}

fn capabilities(kind: JsValue, _: JsValue, _: JsValue) -> Result<JsValue, JsValue> {
    if kind.as_string().as_deref() != Some("audio") {
        return Ok(JsValue::NULL);
    }
    let codecs = CODECS
        .iter()
        .map(|(mime_type, rate, channels, parameters)| {
            let codec = object([
                ("mimeType", (*mime_type).into()),
                ("clockRate", (*rate).into()),
                ("channels", (*channels).into()),
            ]);
            if !parameters.is_empty() {
                set(&codec, "sdpFmtpLine", &(*parameters).into());
            }
            codec
        });
    let codecs: Array = codecs.collect();
    Ok(object([
        ("codecs", codecs.into()),
        ("headerExtensions", Array::new().into()),
    ]))
}

/// The engine told something.
pub(super) fn hear(event: MediaEvent) {
    if let Some(stage) = Stage::here() {
        stage.hear(event);
    }
}

/// The page is attached anew.
pub(super) fn begin_anew() {
    if let Some(stage) = Stage::here() {
        stage.begin_anew();
    }
}
