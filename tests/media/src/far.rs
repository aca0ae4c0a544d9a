//! The far end that both call: like Twilio's, in this program.

use anyhow::{Context, Result};
use harness::wait;
use rtc::audio::{Meter, Tone, meter};
use rtc::{Peer, PeerConfig};

/// What it plays, in Hz.
pub(crate) const TONE_HZ: f64 = 440.0;

/// One call's far end.
pub(crate) struct Far {
    peer: Peer,
    meter: Meter,
}

impl Far {
    /// Answers an offer.
    pub(crate) async fn answers(offer: &str) -> Result<(Self, String)> {
        let (sink, meter) = meter();
        let tone = Box::new(Tone::new(TONE_HZ, -20.0));
        let (peer, _events) = Peer::new(PeerConfig::default(), tone, Box::new(sink)).await?;
        let answer = peer.accept_offer(offer).await.context("the offer")?;
        Ok((Self { peer, meter }, answer))
    }

    /// Waits until it hears this tone.
    pub(crate) async fn hears(&self, hz: f64) {
        wait::until(format!("{hz} Hz at the far end"), async || {
            let heard = self.meter.reading();
            match &heard {
                Some(r) if r.rms_dbfs > -45.0 && (r.dominant_hz - hz).abs() < 20.0 => Ok(()),
                _ => Err(heard),
            }
        })
        .await;
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        self.peer.close();
    }
}
