//! Tracks: real ones, so that the page can do with them what it likes, whose switches lead to the
//! engine.

use super::js::{function, getter, property};
use super::level::Level;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MediaStreamTrack};

/// What the page did to a track.
#[derive(Clone, Copy, Debug)]
pub(super) enum Switched {
    /// `enabled` was set, on a track that has ended too: its microphone may come back.
    Enabled(bool),
    /// `stop`, the first time.
    Stopped {
        /// Its sound was gone already.
        ended: bool,
    },
}

#[derive(Debug)]
struct State {
    enabled: Cell<bool>,
    live: Cell<bool>,
    stopped: Cell<bool>,
}

/// A track of the page, alone in its stream. It is kept for as long as it lives: what we gave it
/// would go with the page's own object.
pub(super) struct Track {
    js: MediaStreamTrack,
    level: Level,
    state: Rc<State>,
}

impl Track {
    /// A track with a name; `settings` is what `getSettings` gives. `switched` hears what the page
    /// does to it.
    ///
    /// # Errors
    /// When the page has no audio context.
    pub(super) fn new(
        label: String,
        settings: JsValue,
        switched: impl Fn(Switched) + 'static,
    ) -> Result<Self, JsValue> {
        let level = Level::new()?;
        let js: MediaStreamTrack = level.stream.get_audio_tracks().get(0).dyn_into()?;
        let state = Rc::new(State {
            enabled: Cell::new(true),
            live: Cell::new(true),
            stopped: Cell::new(false),
        });
        let switched = Rc::new(switched);
        let (read, wrote, hear) = (state.clone(), state.clone(), switched.clone());
        property(
            &js,
            "enabled",
            function(move |_, _, _| Ok(read.enabled.get().into())),
            Some(function(move |on, _, _| {
                let on = on.is_truthy();
                if wrote.enabled.replace(on) != on {
                    hear(Switched::Enabled(on));
                }
                Ok(JsValue::UNDEFINED)
            })),
        );
        let read = state.clone();
        getter(&js, "readyState", move || {
            if read.live.get() { "live" } else { "ended" }.into()
        });
        getter(&js, "label", move || label.as_str().into());
        getter(&js, "muted", || false.into());
        let stopped = state.clone();
        let stop = function(move |_, _, _| {
            let ended = !stopped.live.replace(false);
            if !stopped.stopped.replace(true) {
                switched(Switched::Stopped { ended });
            }
            Ok(JsValue::UNDEFINED)
        });
        getter(&js, "stop", move || stop.clone());
        let get_settings = function(move |_, _, _| Ok(settings.clone()));
        getter(&js, "getSettings", move || get_settings.clone());
        Ok(Self { js, level, state })
    }

    /// The page's object. (As a plain value: a track and a stream have a `clone` of their own,
    /// which makes another track.)
    pub(super) fn js(&self) -> &JsValue {
        &self.js
    }

    /// The stream that it is alone in.
    pub(super) fn stream(&self) -> &JsValue {
        &self.level.stream
    }

    /// How loud it is now, in thousandths of full scale.
    pub(super) fn set_level(&self, thousandths: u16) {
        let heard = self.state.enabled.get();
        self.level.set(if heard { thousandths } else { 0 });
    }

    /// Its sound is gone, for good as far as the page is told.
    pub(super) fn end(&self) {
        if !self.state.live.replace(false) {
            return;
        }
        self.level.set(0);
        if let Ok(ended) = Event::new("ended") {
            // A listener that throws is reported by the browser.
            let _ = self.js.dispatch_event(&ended);
        }
    }
}
