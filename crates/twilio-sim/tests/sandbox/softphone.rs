//! The media of a raw client: an `rtc` peer that plays a tone and measures what it hears.

use crate::bench::{Device, PATIENCE};
use rtc::audio::{Meter, Tone, meter};
use rtc::{Peer, PeerConfig, PeerEvent};
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc;

/// The browser's side of a call's media.
pub(crate) struct Media {
    pub(crate) peer: Peer,
    pub(crate) meter: Meter,
    events: mpsc::Receiver<PeerEvent>,
}

impl Media {
    /// Media that says a tone of `hz`.
    pub(crate) async fn saying(hz: f64) -> Self {
        let (sink, meter) = meter();
        let config = PeerConfig {
            ice_lite: false,
            ..PeerConfig::default()
        };
        let source = Box::new(Tone::new(hz, -12.0));
        let (peer, events) = Peer::new(config, source, Box::new(sink)).await.unwrap();
        Self {
            peer,
            meter,
            events,
        }
    }

    /// Waits for the connection.
    pub(crate) async fn connected(&mut self) {
        self.event(PeerEvent::Connected).await;
    }

    /// Waits for an event.
    pub(crate) async fn event(&mut self, wanted: PeerEvent) {
        let came = async {
            while let Some(event) = self.events.recv().await {
                if event == wanted {
                    return true;
                }
            }
            false
        };
        let came = tokio::time::timeout(PATIENCE, came).await;
        assert_eq!(came, Ok(true), "{wanted:?}");
    }

    /// Waits until a tone of `hz` is heard for 500 ms.
    pub(crate) async fn hears(&self, hz: f64) {
        let heard = async {
            loop {
                if let Some(reading) = self.meter.reading()
                    && reading.frames == 25
                    && reading.rms_dbfs > -40.0
                    && (reading.dominant_hz - hz).abs() < 15.0
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, heard).await.is_err() {
            panic!("never heard {hz} Hz, but {:?}", self.meter.reading());
        }
    }
}

impl Device {
    /// Calls `to`, under the device's own name for the call.
    pub(crate) async fn call(&mut self, own_id: &str, to: &str, media: &Media) {
        let sdp = media.peer.create_offer().await.unwrap();
        let to: String = form(to);
        let payload =
            json!({"callsid": own_id, "sdp": sdp, "twilio": {"params": format!("To={to}")}});
        self.send("invite", payload).await;
    }

    /// Waits for the answer to a call; gives Twilio's name for it and the reconnect token.
    pub(crate) async fn answered(&mut self, media: &mut Media) -> (String, String) {
        let ringing = self.expect("ringing").await;
        let answer = self.expect("answer").await;
        let call_sid = answer.text("/callsid");
        assert_eq!(ringing.text("/callsid"), call_sid);
        let sdp = answer.text("/sdp");
        media.peer.accept_answer(&sdp).await.unwrap();
        media.connected().await;
        (call_sid, answer.text("/reconnect"))
    }

    /// Waits for a call and answers it; gives its name and the reconnect token.
    pub(crate) async fn accept(&mut self, media: &mut Media) -> (String, String) {
        let invite = self.expect("invite").await;
        let call_sid = invite.text("/callsid");
        let sdp = media.peer.accept_offer(&invite.text("/sdp")).await.unwrap();
        self.send("answer", json!({"callsid": call_sid, "sdp": sdp}))
            .await;
        let answer = self.expect("answer").await;
        assert_eq!(answer.text("/callsid"), call_sid);
        assert_eq!(answer.text("/reconnect"), invite.text("/reconnect"));
        media.connected().await;
        (call_sid, answer.text("/reconnect"))
    }

    pub(crate) async fn hang_up(&mut self, call_sid: &str) {
        self.send("hangup", json!({"callsid": call_sid})).await;
    }
}

fn form(text: &str) -> String {
    text.replace('+', "%2B").replace(':', "%3A")
}
