//! Small helps for objects of the page.

use js_sys::{Array, Function, Object, Promise, Proxy, Reflect, TypeError};
use protocol::media::{MediaAnswer, MediaError, MediaErrorKind};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// A property, or undefined.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a property of an object that takes it.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // The objects here are ours, or take any property.
    let _ = Reflect::set(object, &name.into(), value);
}

/// A plain object.
pub(super) fn object<'a>(entries: impl IntoIterator<Item = (&'a str, JsValue)>) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        set(&object, name, &value);
    }
    object.into()
}

/// A function of up to three arguments.
pub(super) fn function(
    act: impl Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue> + 'static,
) -> JsValue {
    type Act = dyn Fn(JsValue, JsValue, JsValue) -> Result<JsValue, JsValue>;
    Closure::<Act>::new(act).into_js_value()
}

/// A function that hears on what it is called, in the place of `original` (which is any function
/// where there is none): only a proxy's trap is given `this`.
pub(super) fn method(
    original: &JsValue,
    act: impl Fn(&Function, JsValue, Array) -> Result<JsValue, JsValue> + 'static,
) -> JsValue {
    type Act = dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>;
    let apply = Closure::<Act>::new(move |original: Function, this: JsValue, given: Array| {
        act(&original, this, given)
    });
    Proxy::new(original, &object([("apply", apply.into_js_value())]).into()).into()
}

/// Something that can be called with `new`.
pub(super) fn constructor(
    construct: impl Fn(Array) -> Result<JsValue, JsValue> + 'static,
) -> JsValue {
    type Act = dyn Fn(JsValue, Array) -> Result<JsValue, JsValue>;
    let construct = Closure::<Act>::new(move |_target: JsValue, given: Array| construct(given));
    let target = get(&js_sys::global(), "Object");
    let traps = object([("construct", construct.into_js_value())]);
    Proxy::new(&target, &traps.into()).into()
}

/// Gives an object a property that is read, and perhaps written, by functions. It stands before
/// one of the same name that the object's class has.
pub(super) fn property(object: &JsValue, name: &str, read: JsValue, write: Option<JsValue>) {
    let descriptor = self::object([
        ("get", read),
        ("set", write.unwrap_or(JsValue::UNDEFINED)),
        ("configurable", true.into()),
        ("enumerable", true.into()),
    ]);
    // The property is not there yet, or can be configured: platform objects' can.
    let _ = Reflect::define_property(
        object.unchecked_ref::<Object>(),
        &name.into(),
        descriptor.unchecked_ref(),
    );
}

/// Gives an object a property that a function reads.
pub(super) fn getter(object: &JsValue, name: &str, read: impl Fn() -> JsValue + 'static) {
    property(object, name, function(move |_, _, _| Ok(read())), None);
}

/// The function that reads or writes (`get`, `set`) a property of a class.
pub(super) fn accessor(prototype: &JsValue, name: &str, which: &str) -> Option<JsValue> {
    let described =
        Reflect::get_own_property_descriptor(prototype.unchecked_ref::<Object>(), &name.into());
    let accessor = get(&described.ok()?, which);
    accessor.is_function().then_some(accessor)
}

/// A number that was given, if it is one.
pub(super) fn number(value: &JsValue) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

/// Calls what the page has put in a property, if it is a function. What it throws is reported as
/// a browser does it, and stops nothing.
pub(super) fn fire(object: &JsValue, handler: &str, event: &JsValue) {
    let handler = get(object, handler);
    let Some(handler) = handler.dyn_ref::<Function>() else {
        return;
    };
    if let Err(error) = handler.call1(object, event) {
        let report = get(&js_sys::global(), "reportError");
        if let Some(report) = report.dyn_ref::<Function>() {
            // It is said; there is nobody else to tell.
            let _ = report.call1(&JsValue::UNDEFINED, &error);
        }
    }
}

/// The exception that a browser throws in such a case.
pub(super) fn exception(name: &str, message: &str) -> JsValue {
    if name == "TypeError" {
        return TypeError::new(message).into();
    }
    web_sys::DomException::new_with_message_and_name(message, name)
        .map_or_else(|error| error, JsValue::from)
}

/// The exception for what the engine refused.
pub(super) fn refused(error: &MediaError) -> JsValue {
    exception(error.kind.dom_name(), &error.message)
}

/// What the engine answered, when it is not what was asked for.
pub(super) fn unexpected(answer: MediaAnswer) -> JsValue {
    match answer {
        MediaAnswer::Refused(error) => refused(&error),
        MediaAnswer::Done
        | MediaAnswer::Devices(_)
        | MediaAnswer::Description(_)
        | MediaAnswer::Signaling { .. }
        | MediaAnswer::Stats(_) => refused(&MediaError {
            kind: MediaErrorKind::Failed,
            message: "the media engine answered something else".to_owned(),
        }),
    }
}

/// A promise that is kept already.
pub(super) fn resolved() -> JsValue {
    Promise::resolve(&JsValue::UNDEFINED).into()
}

/// Carries out what gives a promise, in its modern form, or, where two functions are given, in the
/// form of old: the SDK tries that when the modern one is refused.
pub(super) fn promise_or_callbacks(
    act: impl Future<Output = Result<JsValue, JsValue>> + 'static,
    callbacks: Option<(Function, Function)>,
) -> JsValue {
    let Some((success, failure)) = callbacks else {
        return future_to_promise(act).into();
    };
    wasm_bindgen_futures::spawn_local(async move {
        let (callback, value) = match act.await {
            Ok(value) => (success, value),
            Err(error) => (failure, error),
        };
        // What a callback throws has nobody to go to.
        let _ = callback.call1(&JsValue::UNDEFINED, &value);
    });
    resolved()
}

/// Two functions, if both are.
pub(super) fn callbacks(success: &JsValue, failure: &JsValue) -> Option<(Function, Function)> {
    let success = success.dyn_ref::<Function>()?;
    Some((success.clone(), failure.dyn_ref::<Function>()?.clone()))
}
