//! Asks what the page's stand-in asks.

use std::sync::Arc;
use std::time::Duration;

use protocol::media::{
    DeviceId, MediaAnswer, MediaEvent, MediaRequest, PeerId, Processing, SoundTrouble, TrackId,
};
use rtc::audio::backend::AudioBackend;
use rtc::engine::Engine;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Everything here happens within a minute, or never.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Nothing is done to the sound.
pub(crate) const PLAIN: Processing = Processing {
    echo_cancellation: false,
    noise_suppression: false,
    auto_gain_control: false,
};

pub(crate) fn id(id: &str) -> DeviceId {
    DeviceId(id.to_owned())
}

/// A page and the engine it asks.
pub(crate) struct Page {
    pub(crate) engine: Engine,
    events: UnboundedReceiver<MediaEvent>,
}

impl Page {
    pub(crate) fn over(backend: Arc<dyn AudioBackend>) -> Self {
        let (told, events) = unbounded_channel();
        let engine = Engine::start(backend, told);
        Self { engine, events }
    }

    /// Asks for what must be done.
    #[track_caller]
    pub(crate) fn does(&self, request: MediaRequest) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        let engine = self.engine.clone();
        async move {
            let answer = engine.handle(request).await;
            assert_eq!(answer, MediaAnswer::Done, "at {caller}");
        }
    }

    /// Waits for an event and passes over others.
    #[track_caller]
    pub(crate) fn hears(
        &mut self,
        holds: impl Fn(&MediaEvent) -> bool,
    ) -> impl Future<Output = MediaEvent> {
        let caller = std::panic::Location::caller();
        async move {
            let mut passed = Vec::new();
            let event = tokio::time::timeout(LONG, async {
                loop {
                    let event = self.events.recv().await.expect("the engine lives");
                    if holds(&event) {
                        return event;
                    }
                    passed.push(event);
                }
            });
            let event = event.await;
            event.unwrap_or_else(|_| panic!("not heard, but {passed:?}, at {caller}"))
        }
    }

    #[track_caller]
    pub(crate) fn hears_of_sound(
        &mut self,
        expected: Option<SoundTrouble>,
    ) -> impl Future<Output = ()> {
        let told = self.hears(
            move |event| matches!(event, MediaEvent::Sound { trouble } if *trouble == expected),
        );
        async move { drop(told.await) }
    }

    /// All that has been told so far.
    pub(crate) fn told(&mut self) -> Vec<MediaEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

pub(crate) fn microphone(track: u32, device: &str) -> MediaRequest {
    MediaRequest::OpenMicrophone {
        track: TrackId(track),
        device: id(device),
        processing: PLAIN,
    }
}

pub(crate) fn peer(peer: u32) -> MediaRequest {
    MediaRequest::OpenPeer {
        peer: PeerId(peer),
        ice_servers: Vec::new(),
        relay_only: false,
    }
}

pub(crate) fn play(peer: u32, devices: &[&str]) -> MediaRequest {
    MediaRequest::Play {
        peer: PeerId(peer),
        devices: devices.iter().map(|device| id(device)).collect(),
    }
}
