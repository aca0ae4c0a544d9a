//! The options with which Device and calls are made.

use super::Device;
use js_sys::{Array, Object, Promise, Reflect};
use protocol::media::IceServer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// How long a call's signalling may be gone before the call is given up, in milliseconds. Without
/// it the SDK does not try to take calls up again.
const SIGNALLING_TIMEOUT_MS: u32 = 30_000;

/// `tokenWillExpire` comes so long before the end, in milliseconds. Handset refreshes long before.
const TOKEN_REFRESH_MS: u32 = 10_000;

/// The SDK's names of its sounds, and our files. All are local: a sound that cannot be had delays
/// an incoming call by two seconds.
const SOUNDS: [(&str, &str); 15] = [
    ("incoming", "ring"),
    ("outgoing", "connected"),
    ("disconnect", "disconnect"),
    ("dtmf0", "dtmf-0"),
    ("dtmf1", "dtmf-1"),
    ("dtmf2", "dtmf-2"),
    ("dtmf3", "dtmf-3"),
    ("dtmf4", "dtmf-4"),
    ("dtmf5", "dtmf-5"),
    ("dtmf6", "dtmf-6"),
    ("dtmf7", "dtmf-7"),
    ("dtmf8", "dtmf-8"),
    ("dtmf9", "dtmf-9"),
    ("dtmfs", "dtmf-star"),
    ("dtmfh", "dtmf-hash"),
];

/// The Device's options. `signalling` is `host:port` of the sandbox.
pub(super) fn device(signalling: Option<&str>) -> JsValue {
    let sounds = SOUNDS.map(|(name, file)| (name, JsValue::from(crate::sound::path(file))));
    let mut options = vec![
        ("appName", "Handset".into()),
        ("appVersion", env!("CARGO_PKG_VERSION").into()),
        ("allowIncomingWhileBusy", true.into()),
        ("closeProtection", false.into()),
        ("codecPreferences", opus_first()),
        ("enableImprovedSignalingErrorPrecision", true.into()),
        ("maxCallSignalingTimeoutMs", SIGNALLING_TIMEOUT_MS.into()),
        ("sounds", object(sounds)),
        ("tokenRefreshMs", TOKEN_REFRESH_MS.into()),
    ];
    if let Some(address) = signalling {
        options.push(("chunderw", address.into()));
        // Insights are Twilio's own service; the sandbox has none.
        options.push(("publishEvents", false.into()));
    }
    object(options)
}

/// The options of a Device that only ends a call: it hears no microphone. It never registers.
pub(super) fn farewell(signalling: Option<&str>) -> JsValue {
    let options = device(signalling);
    let silence = Closure::<dyn Fn() -> Promise>::new(|| future_to_promise(async { silence() }));
    // Setting a property of a plain object does not fail.
    let _ = Reflect::set(&options, &"getUserMedia".into(), &silence.into_js_value());
    options
}

fn silence() -> Result<JsValue, JsValue> {
    let context = Device::audio_context().ok_or("there is no AudioContext")?;
    Ok(context.create_media_stream_destination()?.stream().into())
}

/// `device.connect`'s options that take a call up again by its `connectToken`.
pub(super) fn resume(connect_token: &str) -> JsValue {
    object([("connectToken", connect_token.into())])
}

/// `device.connect`'s options with the parameters that Twilio posts to the voice URL.
pub(super) fn connect(params: &[(String, String)], ice_servers: &[IceServer]) -> JsValue {
    let params = params
        .iter()
        .map(|(name, value)| (name.as_str(), JsValue::from(value)));
    let mut options = vec![("params", object(params))];
    options.extend(rtc_configuration(ice_servers));
    object(options)
}

/// `call.accept`'s options.
pub(super) fn accept(ice_servers: &[IceServer]) -> JsValue {
    object(rtc_configuration(ice_servers))
}

/// The `RTCConfiguration` of a call's peer connection; without servers the SDK's own.
fn rtc_configuration(ice_servers: &[IceServer]) -> Option<(&'static str, JsValue)> {
    if ice_servers.is_empty() {
        return None;
    }
    let text = |text: &Option<String>| text.as_ref().map_or(JsValue::UNDEFINED, JsValue::from);
    let server = |server: &IceServer| {
        let urls: Array = server.urls.iter().map(JsValue::from).collect();
        object([
            ("urls", urls.into()),
            ("username", text(&server.username)),
            ("credential", text(&server.credential)),
        ])
    };
    let servers: Array = ice_servers.iter().map(server).collect();
    Some(("rtcConfiguration", object([("iceServers", servers.into())])))
}

fn opus_first() -> JsValue {
    Array::of2(&"opus".into(), &"pcmu".into()).into()
}

fn object<'a>(entries: impl IntoIterator<Item = (&'a str, JsValue)>) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        // Setting a property of a fresh object does not fail.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
