//! Chromium, with a page that does what ours does.

use crate::far::Far;
use anyhow::{Context, Result};
use harness::{Artefacts, Browser, Sound, empty_page, usage};
use serde_json::{Value, json};

/// What the page is given.
const SCRIPT: &str = include_str!("page.js");

/// The browser with its page.
pub(crate) struct Chromium {
    browser: Browser,
}

impl Chromium {
    /// Starts it with the devices of a sound server.
    pub(crate) async fn start(sound: &Sound, artefacts: &Artefacts) -> Result<Self> {
        let browser = Browser::start_on(sound, artefacts).await;
        browser.page.open(&empty_page()).await;
        browser.page.run(SCRIPT, Vec::new()).await;
        Ok(Self { browser })
    }

    /// What it uses.
    pub(crate) fn usage(&self) -> usage::Usage {
        self.browser.usage()
    }

    /// Opens the microphone, with echo cancelling, noise suppression and automatic gain or
    /// without.
    pub(crate) async fn open_microphone(&self, processed: bool) {
        let script = "return media.openMicrophone(arguments[0])";
        self.run(script, vec![json!(processed)]).await;
    }

    /// Closes it.
    pub(crate) async fn close_microphone(&self) {
        self.run("media.closeMicrophone()", Vec::new()).await;
    }

    /// Calls a far end; how long it took from the answer to the connection, in milliseconds.
    pub(crate) async fn call(&self) -> Result<(Far, f64)> {
        let offer = self.run("return media.offers()", Vec::new()).await;
        let (far, answer) = Far::answers(offer.as_str().context("no offer")?).await?;
        let script = "return media.answered(arguments[0])";
        let took = self.run(script, vec![json!(answer)]).await;
        Ok((far, took.as_f64().context("no time")?))
    }

    /// Ends a call.
    pub(crate) async fn hang_up(&self) {
        self.run("media.hangUp()", Vec::new()).await;
    }

    /// Connects two peers with each other: one sends the microphone, the other is heard.
    pub(crate) async fn call_itself(&self) {
        self.run("return media.callItself()", Vec::new()).await;
    }

    async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.browser.page.run(script, arguments).await
    }
}
