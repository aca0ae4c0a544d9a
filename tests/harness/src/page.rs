//! The page, in a browser or in the window: what it shows and what a person does on it.

use crate::{Artefacts, wait};
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::Cell;

/// A page under WebDriver.
#[derive(Debug)]
pub struct Page {
    client: Client,
    artefacts: Artefacts,
    shots: Cell<usize>,
}

/// A frame of the signalling socket that the page sent or received.
#[derive(Clone, Debug, Deserialize)]
pub struct Frame {
    /// `in` or `out`.
    pub way: String,
    /// Its type: `invite`, `listen` …
    #[serde(rename = "type")]
    pub kind: String,
    /// When, in milliseconds of the page's clock.
    pub at: f64,
}

/// Sound that the page has received so far. Source: W3C webrtc-stats, `inbound-rtp`.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Inbound {
    /// Sum of the squared level times the duration.
    pub energy: f64,
    /// How much sound was played out.
    pub duration_s: f64,
    /// How many packets came.
    pub packets: u64,
}

impl Inbound {
    /// The level between an earlier moment and this one, 1 being full scale; `None` when no sound,
    /// not even silence, was played out in between.
    #[must_use]
    pub fn level_since(&self, earlier: &Self) -> Option<f64> {
        let duration_s = self.duration_s - earlier.duration_s;
        (duration_s > 0.0).then(|| ((self.energy - earlier.energy) / duration_s).sqrt())
    }
}

impl Page {
    pub(crate) fn new(client: Client, artefacts: Artefacts) -> Self {
        let shots = Cell::new(0);
        Self {
            client,
            artefacts,
            shots,
        }
    }

    /// The WebDriver session.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Opens an address.
    ///
    /// # Panics
    /// When the browser refuses.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Runs a script's function body in the page; a promise is waited for.
    ///
    /// # Panics
    /// When the script fails.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute(script, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("the page's script `{script}` failed: {error}"),
        }
    }

    /// An attribute of the first element that fits; `None` when either is absent.
    pub async fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1])";
        let value = self.run(script, vec![json!(css), json!(name)]).await;
        value.as_str().map(str::to_owned)
    }

    /// The visible text of the first element that fits; `None` when it is absent.
    pub async fn text(&self, css: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.innerText";
        let value = self.run(script, vec![json!(css)]).await;
        value.as_str().map(str::to_owned)
    }

    /// Waits until an attribute has a value.
    ///
    /// # Panics
    /// When it has not in time.
    #[track_caller]
    pub fn until(&self, css: &str, name: &str, value: &str) -> impl Future<Output = ()> {
        wait::until(format!("{css}[{name}={value}]"), async move || {
            match self.attribute(css, name).await {
                Some(now) if now == value => Ok(()),
                now => Err((now, self.state().await)),
            }
        })
    }

    /// Waits until something is there and shown.
    ///
    /// # Panics
    /// When it is not in time.
    #[track_caller]
    pub fn until_shown(&self, css: &str) -> impl Future<Output = ()> {
        wait::until(css, async move || {
            let script = "return !!document.querySelector(arguments[0])?.checkVisibility()";
            let shown = self.run(script, vec![json!(css)]).await;
            if shown == json!(true) {
                Ok(())
            } else {
                Err(self.state().await)
            }
        })
    }

    /// Waits until something is not there, or not shown.
    ///
    /// # Panics
    /// When it still is.
    #[track_caller]
    pub fn until_gone(&self, css: &str) -> impl Future<Output = ()> {
        wait::until(format!("the end of {css}"), async move || {
            let script = "return !!document.querySelector(arguments[0])?.checkVisibility()";
            let shown = self.run(script, vec![json!(css)]).await;
            if shown == json!(false) {
                Ok(())
            } else {
                Err(self.state().await)
            }
        })
    }

    /// What the page says of itself in its hooks, for messages.
    pub async fn state(&self) -> String {
        let script = "
            const of = (css) => document.querySelector(css)?.dataset;
            return JSON.stringify({
                app: of('#app'), call: of('#call'), ended: of('#ended'), banner: of('#banner'),
                field_error: document.querySelector('#field-error')?.innerText })";
        match self.client.execute(script, vec![]).await {
            Ok(state) => state.as_str().unwrap_or_default().to_owned(),
            Err(error) => format!("nothing: {error}"),
        }
    }

    /// Clicks on something with the mouse, once it is there and nothing lies over it.
    ///
    /// # Panics
    /// When that is not so in time.
    #[track_caller]
    pub fn click(&self, css: &str) -> impl Future<Output = ()> {
        wait::until(format!("{css} to be clicked on"), async move || {
            let found = self.client.find(Locator::Css(css)).await;
            match found {
                Ok(element) => element.click().await.map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// Types into something on the keyboard.
    ///
    /// # Panics
    /// When it is not there in time.
    #[track_caller]
    pub fn type_into(&self, css: &str, text: &str) -> impl Future<Output = ()> {
        wait::until(format!("{css} to be typed into"), async move || {
            let element = self.client.find(Locator::Css(css)).await?;
            element.send_keys(text).await
        })
    }

    /// Presses keys wherever the focus is.
    ///
    /// # Panics
    /// When the browser refuses.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("a focus");
        focused.send_keys(keys).await.expect("keys can be pressed");
    }

    /// Dials by the keyboard and the call button.
    ///
    /// # Panics
    /// When the page is not where that can be done.
    pub async fn dial(&self, to: &str) {
        self.until("#app", "data-registration", "ready").await;
        self.type_into("#dial-field", to).await;
        self.click("#call-button").await;
    }

    /// Sound that came in so far.
    ///
    /// # Panics
    /// When the statistics cannot be read.
    pub async fn inbound(&self) -> Inbound {
        let value = self.run("return window.harness.inbound()", vec![]).await;
        serde_json::from_value(value).expect("what watch.js gives")
    }

    /// Waits until more than half a second of sound came in that is louder than −40 dBFS; gives
    /// its level.
    ///
    /// # Panics
    /// When there is none in time.
    #[track_caller]
    pub fn until_sound(&self) -> impl Future<Output = f64> {
        let start = Cell::new(None);
        wait::until("sound from the far end", async move || {
            let now = self.inbound().await;
            let Some(before) = start.get() else {
                start.set(Some(now));
                return Err(0.0);
            };
            if now.duration_s - before.duration_s < 0.5 {
                return Err(0.0);
            }
            start.set(Some(now));
            let level = now.level_since(&before).unwrap_or(0.0);
            if level > 0.01 { Ok(level) } else { Err(level) }
        })
    }

    /// Waits until the strongest frequency of what comes in is within 15 Hz of one.
    ///
    /// # Panics
    /// When it is not in time.
    #[track_caller]
    pub fn until_pitch(&self, hz: f64) -> impl Future<Output = ()> {
        wait::until("the far end's tone", async move || {
            let heard = self.run("return window.harness.pitch()", vec![]).await;
            let near = heard
                .as_f64()
                .is_some_and(|heard| (heard - hz).abs() < 15.0);
            if near { Ok(()) } else { Err(heard) }
        })
    }

    /// Waits until a level meter shows sound.
    ///
    /// # Panics
    /// When it does not in time.
    #[track_caller]
    pub fn until_meter_moves(&self, css: &str) -> impl Future<Output = ()> {
        wait::until(format!("{css} to move"), async move || {
            let level = self.attribute(css, "data-level").await;
            let shows = level.as_deref().and_then(|level| level.parse().ok());
            if shows.is_some_and(|level: f64| level >= 10.0) {
                Ok(())
            } else {
                Err(level)
            }
        })
    }

    /// The signalling frames so far, oldest first.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn frames(&self) -> Vec<Frame> {
        let value = self.run("return window.harness.frames", vec![]).await;
        serde_json::from_value(value).expect("what watch.js gives")
    }

    /// Every state that the page has shown since it was loaded, in order: `phase:ringing` …
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn states(&self) -> Vec<String> {
        let value = self.run("return window.harness.states", vec![]).await;
        serde_json::from_value(value).expect("what watch.js gives")
    }

    /// How many frames of a type were sent (`out`) or received (`in`).
    pub async fn count(&self, way: &str, kind: &str) -> usize {
        let frames = self.frames().await;
        let fitting = frames
            .iter()
            .filter(|frame| frame.way == way && frame.kind == kind);
        fitting.count()
    }

    /// Keeps a screenshot and the page's source under a name.
    pub async fn keep(&self, name: &str) {
        self.shots.set(self.shots.get() + 1);
        let name = format!("{:02}-{name}", self.shots.get());
        match self.client.screenshot().await {
            Ok(png) => self.artefacts.write(&format!("{name}.png"), png),
            Err(error) => self.missing(&name, &error),
        }
        match self.client.source().await {
            Ok(source) => self.artefacts.write(&format!("{name}.html"), source),
            Err(error) => self.missing(&name, &error),
        }
    }

    fn missing(&self, name: &str, error: &CmdError) {
        self.artefacts
            .write(&format!("{name}.missing.txt"), error.to_string());
    }
}
