//! Far ends like Twilio's, and what they hear.

use std::time::Duration;

use protocol::media::{
    ConnectionState, Description, DescriptionKind, MediaAnswer, MediaEvent, MediaRequest, PeerId,
    SignalingState, TrackId,
};
use rtc::audio::{Meter, Recording, Tee, Tone, meter, recorder};
use rtc::{AudioSource, Peer, PeerConfig, PeerEvent};
use tokio::sync::mpsc::Receiver;

use crate::page::Page;

/// What a peer of the engine's is connected to.
pub(crate) struct Far {
    pub(crate) peer: Peer,
    pub(crate) events: Receiver<PeerEvent>,
    pub(crate) meter: Meter,
    pub(crate) recording: Recording,
}

impl Far {
    /// One that says a tone at -20 dBFS.
    pub(crate) async fn saying(hz: f64) -> Self {
        Self::playing(Tone::new(hz, -20.0)).await
    }

    /// One that says what a source gives.
    pub(crate) async fn playing(source: impl AudioSource) -> Self {
        let ((sink, meter), (record, recording)) = (meter(), recorder(120));
        let sink = Box::new(Tee(sink, record));
        let made = Peer::new(PeerConfig::default(), Box::new(source), sink).await;
        let (peer, events) = made.expect("there is a loopback");
        Self {
            peer,
            events,
            meter,
            recording,
        }
    }

    /// Answers the engine's offer.
    pub(crate) async fn is_called_by(&self, page: &mut Page, id: u32) {
        let id = PeerId(id);
        let offer = MediaRequest::CreateOffer {
            peer: id,
            ice_restart: false,
        };
        let MediaAnswer::Description(offer) = page.engine.handle(offer).await else {
            panic!("no offer");
        };
        let set = MediaRequest::SetLocalDescription {
            peer: id,
            description: offer.clone(),
        };
        let set = page.engine.handle(set).await;
        let expected = SignalingState::HaveLocalOffer;
        assert!(matches!(set, MediaAnswer::Signaling { state, .. } if state == expected));
        let answer = self.peer.accept_offer(&offer.sdp).await;
        let set = MediaRequest::SetRemoteDescription {
            peer: id,
            description: Description {
                kind: DescriptionKind::Answer,
                sdp: answer.expect("it is a good offer"),
            },
        };
        let set = page.engine.handle(set).await;
        let expected = SignalingState::Stable;
        assert!(matches!(set, MediaAnswer::Signaling { state, .. } if state == expected));
        let connected = MediaEvent::Connection {
            peer: id,
            state: ConnectionState::Connected,
        };
        page.hears(|event| *event == connected).await;
    }
}

/// Waits until a meter reads this tone at -20 dBFS, or silence for 0 Hz: Opus makes it a sample of
/// one here and there.
#[track_caller]
pub(crate) fn reads(meter: &Meter, hz: f64) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let meter = meter.clone();
    async move {
        let heard = async {
            loop {
                let fits = meter.reading().is_some_and(|r| {
                    let level = if hz == 0.0 {
                        r.rms_dbfs < -90.0
                    } else {
                        (r.rms_dbfs + 20.0).abs() < 3.0
                    };
                    r.frames == 25 && level && (r.dominant_hz - hz).abs() < 3.0
                });
                if fits {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let heard = tokio::time::timeout(Duration::from_secs(60), heard).await;
        assert!(
            heard.is_ok(),
            "{hz} Hz, not {:?} at {caller}",
            meter.reading()
        );
    }
}

/// Milliseconds of the longest silence within the last of what was recorded.
pub(crate) fn longest_silence_ms(samples: &[i16]) -> usize {
    let quiet = samples
        .chunks(48)
        .map(|ms| ms.iter().all(|s| s.abs() < 300));
    let mut longest = (0, 0);
    for quiet in quiet {
        longest.1 = if quiet { longest.1 + 1 } else { 0 };
        longest.0 = longest.0.max(longest.1);
    }
    longest.0
}

pub(crate) fn send(peer: u32, track: Option<u32>) -> MediaRequest {
    MediaRequest::SendTrack {
        peer: PeerId(peer),
        track: track.map(TrackId),
    }
}
