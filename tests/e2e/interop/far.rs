//! The two ends.

use super::{OURS_HZ, names};
use harness::{Browser, wait};
use protocol::media::{Description, DescriptionKind};
use rtc::audio::{Meter, Tone, meter};
use rtc::{Codec, IceConfig, Interfaces, Peer, PeerConfig, PeerEvent};
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

const SCRIPT: &str = include_str!("page.js");

/// A peer of ours, as the window has them.
pub(super) struct Ours {
    pub(super) peer: Peer,
    events: Receiver<PeerEvent>,
    meter: Meter,
}

impl Ours {
    pub(super) async fn new(codecs: &[Codec]) -> Self {
        let config = PeerConfig {
            ice_lite: false,
            codecs: codecs.to_vec(),
            ice: IceConfig {
                interfaces: Interfaces::All,
                ..IceConfig::default()
            },
            ..PeerConfig::default()
        };
        let (sink, meter) = meter();
        let tone = Tone::new(OURS_HZ, -20.0);
        let made = Peer::new(config, Box::new(tone), Box::new(sink)).await;
        let (peer, events) = made.expect("there is a socket");
        Self {
            peer,
            events,
            meter,
        }
    }

    /// Its offer. Its addresses the far end learns by its checks.
    pub(super) async fn offers(&self, restart: bool) -> String {
        let offer = self.peer.make_offer(restart).await;
        self.sets(DescriptionKind::Offer, offer.expect("it can offer"))
            .await
    }

    /// Its answer to the open offer.
    pub(super) async fn answers(&self) -> String {
        let answer = self.peer.make_answer().await;
        self.sets(DescriptionKind::Answer, answer.expect("it can answer"))
            .await
    }

    async fn sets(&self, kind: DescriptionKind, sdp: String) -> String {
        let description = Description { kind, sdp };
        let set = self.peer.set_local(description).await;
        let local = set.expect("what was made can be set").local;
        local.expect("it was just set").sdp
    }

    pub(super) async fn takes(&self, kind: DescriptionKind, sdp: &str) {
        let sdp = sdp.to_owned();
        let set = self.peer.set_remote(Description { kind, sdp }).await;
        set.expect("Chromium's description can be used");
    }

    /// The codec it sends.
    pub(super) fn codec(&self) -> Option<Codec> {
        self.peer.stats().codec
    }

    #[track_caller]
    pub(super) fn hears(&self, hz: f64) -> impl Future<Output = ()> {
        wait::until(format!("{hz} Hz at our end"), async move || {
            let heard = self.meter.reading();
            match &heard {
                Some(r) if r.rms_dbfs > -45.0 && (r.dominant_hz - hz).abs() < 20.0 => Ok(()),
                _ => Err(heard),
            }
        })
    }

    #[track_caller]
    pub(super) fn hears_nothing(&self) -> impl Future<Output = ()> {
        wait::until("silence at our end", async move || {
            let heard = self.meter.reading();
            match &heard {
                Some(r) if r.rms_dbfs < -60.0 && r.frames == 25 => Ok(()),
                _ => Err(heard),
            }
        })
    }

    /// Waits for an event, and passes over others.
    pub(super) async fn until(&mut self, is: impl Fn(&PeerEvent) -> bool) {
        let found = async {
            while let Some(event) = self.events.recv().await {
                if is(&event) {
                    return true;
                }
            }
            false
        };
        let found = tokio::time::timeout(wait::BOUND, found).await;
        assert_eq!(found, Ok(true), "the event did not come");
    }
}

/// The page.
pub(super) struct Chromium(Browser);

impl Chromium {
    pub(super) async fn new(browser: Browser) -> Self {
        browser.page.run(SCRIPT, Vec::new()).await;
        Self(browser)
    }

    /// Begins a call with these codecs, best first; an earlier one is closed.
    pub(super) async fn open(&self, codecs: &[Codec]) {
        self.run("return far.open(arguments[0])", names(codecs))
            .await;
    }

    pub(super) async fn offers(&self, restart: bool) -> String {
        let offer = self
            .run("return far.offers(arguments[0])", json!(restart))
            .await;
        text(&offer)
    }

    pub(super) async fn answers(&self, offer: &str) -> String {
        let answer = self
            .run("return far.answers(arguments[0])", json!(offer))
            .await;
        text(&answer)
    }

    pub(super) async fn takes(&self, answer: &str) {
        self.run("return far.takes(arguments[0])", json!(answer))
            .await;
    }

    /// Its own description and ours, as it has them.
    pub(super) async fn descriptions(&self) -> [String; 2] {
        let both = self.run("return far.descriptions()", Value::Null).await;
        [text(&both[0]), text(&both[1])]
    }

    pub(super) async fn presses(&self, keys: &str) {
        self.run("far.presses(arguments[0])", json!(keys)).await;
    }

    pub(super) async fn mutes(&self, muted: bool) {
        self.run("far.mutes(arguments[0])", json!(muted)).await;
    }

    pub(super) async fn closes(&self) {
        self.run("far.closes()", Value::Null).await;
    }

    /// The MIME type of what it receives.
    pub(super) async fn codec(&self) -> String {
        let report = self.statistics().await;
        let of = |kind: &str| report.iter().find(|entry| entry["type"] == kind);
        let inbound = of("inbound-rtp").expect("sound comes in");
        let codec = report
            .iter()
            .find(|entry| entry["id"] == inbound["codecId"]);
        text(&codec.expect("it has a codec")["mimeType"])
    }

    /// The entries of `getStats`.
    pub(super) async fn statistics(&self) -> Vec<Value> {
        let report = self.run("return far.statistics()", Value::Null).await;
        report.as_array().expect("a list").clone()
    }

    #[track_caller]
    pub(super) fn is_connected(&self) -> impl Future<Output = ()> {
        wait::until("a connection in Chromium", async move || {
            let state = self.run("return far.state()", Value::Null).await;
            if state == "connected" {
                Ok(())
            } else {
                Err(state)
            }
        })
    }

    /// Waits until a good part of what it hears is this tone.
    #[track_caller]
    pub(super) fn hears(&self, hz: f64) -> impl Future<Output = ()> {
        wait::until(format!("{hz} Hz in Chromium"), async move || {
            let heard = self.run("return far.hears(arguments[0])", json!(hz)).await;
            let share = heard["share"].as_f64().unwrap_or_default();
            let rms = heard["rms"].as_f64().unwrap_or_default();
            if rms > 0.01 && share > 0.3 {
                Ok(())
            } else {
                Err(heard)
            }
        })
    }

    async fn run(&self, script: &str, argument: Value) -> Value {
        self.0.page.run(script, vec![argument]).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
