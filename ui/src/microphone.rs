//! Whether there is a microphone, before any call needs it.

use js_sys::{Array, Object, Reflect};
use protocol::engine::Microphone;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MediaDeviceInfo, MediaDeviceKind, MediaDevices, PermissionState, PermissionStatus};

/// Tells `found` what there is now, and again whenever devices come or go.
pub(crate) fn watch(found: Rc<dyn Fn(Microphone)>) {
    check(found.clone());
    let Some(devices) = devices() else { return };
    let changed = Closure::<dyn Fn()>::new(move || check(found.clone()));
    let changed = changed.into_js_value();
    devices.set_ondevicechange(Some(changed.unchecked_ref()));
}

/// Tells `found` what there is now.
pub(crate) fn check(found: Rc<dyn Fn(Microphone)>) {
    spawn_local(async move { found(look().await) });
}

fn devices() -> Option<MediaDevices> {
    let navigator = crate::dom::window().navigator();
    // Outside a secure context the property is undefined, which web-sys does not say.
    let there = Reflect::get(&navigator, &"mediaDevices".into()).ok()?;
    there.is_object().then(|| there.unchecked_into())
}

async fn look() -> Microphone {
    // The engine asks nobody: what the webview would permit does not matter to it.
    if !crate::standin::is_installed() && denied().await {
        return Microphone::Denied;
    }
    let Some(devices) = devices() else {
        return Microphone::Missing;
    };
    let list = match devices.enumerate_devices() {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    let is_microphone = |device: JsValue| {
        let device: MediaDeviceInfo = device.unchecked_into();
        device.kind() == MediaDeviceKind::Audioinput
    };
    match list {
        Ok(list) if Array::from(&list).iter().any(is_microphone) => Microphone::Present,
        Ok(_) | Err(_) => Microphone::Missing,
    }
}

/// Whether the microphone is forbidden. A browser that does not tell forbids it only when it is
/// opened.
async fn denied() -> bool {
    let Ok(permissions) = crate::dom::window().navigator().permissions() else {
        return false;
    };
    let wanted = Object::new();
    if Reflect::set(&wanted, &"name".into(), &"microphone".into()).is_err() {
        return false;
    }
    let Ok(asked) = permissions.query(&wanted) else {
        return false;
    };
    match JsFuture::from(asked).await {
        Ok(status) => {
            let status: PermissionStatus = status.unchecked_into();
            status.state() == PermissionState::Denied
        }
        Err(_) => false,
    }
}
