//! `navigator.mediaDevices`: the engine's devices and microphones.

use super::js::{self, exception, get, object};
use super::stage::Stage;
use super::track::{Switched, Track};
use crate::standin::devices::{self, Wanted};
use crate::standin::line::Line;
use crate::standin::turns::Turns;
use js_sys::Array;
use protocol::media::{
    Device, DeviceId, MediaAnswer, MediaErrorKind, MediaRequest, Processing, TrackId,
};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::EventTarget;

/// The page's object, or none in a page that is not trusted with devices.
pub(super) fn media_devices() -> Option<EventTarget> {
    let navigator = crate::dom::window().navigator();
    let devices = get(&navigator, "mediaDevices");
    devices.is_object().then(|| devices.unchecked_into())
}

/// Puts the engine's devices in place of the webview's.
///
/// # Errors
/// What the browser throws.
pub(super) fn install() -> Result<(), JsValue> {
    let devices = match media_devices() {
        Some(devices) => devices,
        None => {
            let made = EventTarget::new()?;
            let made_by = made.clone();
            let navigator = crate::dom::window().navigator();
            js::getter(&navigator, "mediaDevices", move || made_by.clone().into());
            made
        }
    };
    let enumerate = js::function(|_, _, _| Ok(future_to_promise(enumerate()).into()));
    js::getter(&devices, "enumerateDevices", move || enumerate.clone());
    // One after the other, as browsers do. After a change of devices the SDK (2.18.5) opens the
    // default twice at once: it stops what it opened first while it begins to send it, and counts
    // on the second to come after and be sent instead.
    let turns = Turns::new();
    let open = js::function(move |constraints, _, _| {
        let turns = turns.clone();
        let opened = async move {
            let _turn = turns.take().await;
            open(constraints).await
        };
        Ok(future_to_promise(opened).into())
    });
    js::getter(&devices, "getUserMedia", move || open.clone());
    Ok(())
}

fn stage() -> Result<Rc<Stage>, JsValue> {
    Stage::here().ok_or_else(|| exception("NotReadableError", "there is no media engine"))
}

async fn enumerate() -> Result<JsValue, JsValue> {
    let answer = stage()?.ask(MediaRequest::Devices).await;
    // A browser without a sound server has no devices either.
    let MediaAnswer::Devices(found) = answer else {
        return Ok(Array::new().into());
    };
    let list = devices::list(found);
    Ok(list.iter().map(info).collect::<Array>().into())
}

fn info(device: &Device) -> JsValue {
    object([
        ("deviceId", device.id.0.as_str().into()),
        ("groupId", device.group.as_str().into()),
        ("kind", devices::kind_name(device.kind).into()),
        ("label", device.label.as_str().into()),
    ])
}

async fn open(constraints: JsValue) -> Result<JsValue, JsValue> {
    let audio = get(&constraints, "audio");
    if get(&constraints, "video").is_truthy() {
        return Err(exception("NotFoundError", "there is no camera here"));
    }
    if !audio.is_truthy() {
        return Err(exception("TypeError", "nothing was asked for"));
    }
    let wanted = read(&audio);
    let stage = stage()?;
    let id = TrackId(stage.new_id());
    let line = stage.new_line();
    let mut refusal = JsValue::UNDEFINED;
    for device in wanted.choices() {
        let request = MediaRequest::OpenMicrophone {
            track: id,
            device: device.clone(),
            processing: wanted.processing,
        };
        let answer = line.ask(request).await;
        if answer == MediaAnswer::Done {
            let settings = settings(&device, wanted.processing);
            return opened(&stage, id, line, settings);
        }
        let absent = matches!(&answer, MediaAnswer::Refused(error)
            if error.kind == MediaErrorKind::NotFound);
        refusal = js::unexpected(answer);
        if !absent {
            break;
        }
    }
    Err(refusal)
}

/// Makes the stream of a microphone that is open.
fn opened(stage: &Stage, id: TrackId, line: Line, settings: JsValue) -> Result<JsValue, JsValue> {
    let switched = move |switched| {
        let Some(stage) = Stage::here() else { return };
        match switched {
            Switched::Enabled(enabled) => stage.enable_microphone(id, enabled),
            Switched::Stopped { ended } => stage.stop_microphone(id, ended),
        }
    };
    let track = Track::new("Microphone".to_owned(), settings, switched);
    let close = MediaRequest::CloseMicrophone { track: id };
    let track = track.inspect_err(|_| line.end(close))?;
    let stream = track.stream().clone();
    stage.add_microphone(id, track, line);
    Ok(stream)
}

fn settings(device: &DeviceId, processing: Processing) -> JsValue {
    object([
        ("deviceId", device.0.as_str().into()),
        ("echoCancellation", processing.echo_cancellation.into()),
        ("noiseSuppression", processing.noise_suppression.into()),
        ("autoGainControl", processing.auto_gain_control.into()),
        ("channelCount", 1.into()),
        ("sampleRate", 48_000.into()),
    ])
}

/// Reads `MediaTrackConstraints`: the page's, which are few.
fn read(audio: &JsValue) -> Wanted {
    let (device, exact) = match device(&get(audio, "deviceId")) {
        Some((id, exact)) if !id.is_empty() => (DeviceId(id), exact),
        Some(_) | None => (DeviceId::system(), false),
    };
    let on = |name: &str| switch(&get(audio, name)).unwrap_or(true);
    Wanted {
        device,
        exact,
        processing: Processing {
            echo_cancellation: on("echoCancellation"),
            noise_suppression: on("noiseSuppression"),
            auto_gain_control: on("autoGainControl"),
        },
    }
}

/// A `ConstrainDOMString`: the first of its values, and whether no other will do.
fn device(constraint: &JsValue) -> Option<(String, bool)> {
    if let Some(id) = first(constraint) {
        return Some((id, false));
    }
    if !constraint.is_object() {
        return None;
    }
    if let Some(id) = first(&get(constraint, "exact")) {
        return Some((id, true));
    }
    first(&get(constraint, "ideal")).map(|id| (id, false))
}

fn first(value: &JsValue) -> Option<String> {
    if Array::is_array(value) {
        return Array::from(value).get(0).as_string();
    }
    value.as_string()
}

/// A `ConstrainBoolean`.
fn switch(constraint: &JsValue) -> Option<bool> {
    constraint.as_bool().or_else(|| {
        let exact = get(constraint, "exact").as_bool();
        exact.or_else(|| get(constraint, "ideal").as_bool())
    })
}
