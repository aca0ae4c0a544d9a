//! Two peers on loopback, through the driver: real sockets, real time.

#[path = "common/ear.rs"]
mod ear;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ear::{hears, within};
use rtc::audio::{BridgeSource, Meter, MeterSink, Silence, Tone, bridge, echo, meter};
use rtc::{AudioSink, AudioSource, Codec, Liveness, Peer, PeerConfig, PeerError, PeerEvent};
use tokio::sync::mpsc::Receiver;

/// A peer that is called, as the gateway is: ICE-lite.
fn gateway() -> PeerConfig {
    PeerConfig::default()
}

/// A peer like a browser: full ICE.
fn browser() -> PeerConfig {
    PeerConfig {
        ice_lite: false,
        ..PeerConfig::default()
    }
}

struct End {
    peer: Peer,
    events: Receiver<PeerEvent>,
}

impl End {
    async fn new(
        config: PeerConfig,
        source: impl AudioSource,
        sink: impl AudioSink,
    ) -> Result<Self, PeerError> {
        let (peer, events) = Peer::new(config, Box::new(source), Box::new(sink)).await?;
        Ok(Self { peer, events })
    }

    #[track_caller]
    fn says(&mut self, expected: PeerEvent) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let event = within(self.news()).await;
            assert_eq!(event, Some(expected), "at {caller}");
        }
    }

    /// The next event that is not about the way to the connection.
    async fn news(&mut self) -> Option<PeerEvent> {
        loop {
            let event = self.events.recv().await?;
            if !is_on_the_way(&event) {
                return Some(event);
            }
        }
    }

    /// Whether nothing has happened but what leads to the connection.
    fn is_quiet(&mut self) -> bool {
        while let Ok(event) = self.events.try_recv() {
            if !is_on_the_way(&event) {
                return false;
            }
        }
        true
    }
}

fn is_on_the_way(event: &PeerEvent) -> bool {
    match event {
        PeerEvent::Checking
        | PeerEvent::Gathering(_)
        | PeerEvent::Candidate(_)
        | PeerEvent::SelectedPair { .. }
        | PeerEvent::Track => true,
        PeerEvent::Connected
        | PeerEvent::Disconnected
        | PeerEvent::Failed
        | PeerEvent::Dtmf(_)
        | PeerEvent::Tone(_)
        | PeerEvent::Closed => false,
    }
}

async fn negotiate(caller: &Peer, callee: &Peer) -> Result<(), PeerError> {
    let offer = caller.create_offer().await?;
    let answer = callee.accept_offer(&offer).await?;
    caller.accept_answer(&answer).await
}

async fn connect(caller: &mut End, callee: &mut End) {
    negotiate(&caller.peer, &callee.peer)
        .await
        .expect("both ends agree");
    caller.says(PeerEvent::Connected).await;
    callee.says(PeerEvent::Connected).await;
}

fn tone(hz: f64) -> Tone {
    Tone::new(hz, -20.0)
}

#[tokio::test]
async fn carries_a_tone_each_way_in_each_codec_and_offer_direction() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        for gateway_calls in [false, true] {
            let ((near_sink, near_meter), (far_sink, far_meter)) = (meter(), meter());
            let codecs = vec![codec];
            let near = PeerConfig {
                codecs: codecs.clone(),
                ..browser()
            };
            let far = PeerConfig {
                codecs,
                ..gateway()
            };
            let mut near = End::new(near, tone(440.0), near_sink).await.unwrap();
            let mut far = End::new(far, tone(1_000.0), far_sink).await.unwrap();
            if gateway_calls {
                connect(&mut far, &mut near).await;
            } else {
                connect(&mut near, &mut far).await;
            }
            hears(&near_meter, 1_000.0).await;
            hears(&far_meter, 440.0).await;
            let stats = near.peer.stats();
            assert_eq!(stats.codec, Some(codec));
            assert!(stats.packets_sent > 20, "{stats:?}");
            assert!(stats.packets_received > 20, "{stats:?}");
            assert!(stats.bytes_received > stats.packets_received, "{stats:?}");

            near.peer.close();
            near.says(PeerEvent::Closed).await;
            far.says(PeerEvent::Closed).await;
            assert_eq!(within(far.news()).await, None);
            let refused = near.peer.create_offer().await;
            assert!(matches!(refused, Err(PeerError::Closed)), "{refused:?}");
        }
    }
}

#[tokio::test]
async fn echoes_what_it_hears() {
    let (near_sink, near_meter) = meter();
    let (echo_sink, echo_source) = echo();
    let mut near = End::new(browser(), tone(600.0), near_sink).await.unwrap();
    let mut far = End::new(gateway(), echo_source, echo_sink).await.unwrap();
    connect(&mut near, &mut far).await;
    hears(&near_meter, 600.0).await;
}

#[tokio::test]
async fn bridges_two_calls() {
    let (a_to_b, b_source): (_, BridgeSource) = bridge();
    let (b_to_a, a_source) = bridge();
    let ((sink_a, meter_a), (sink_b, meter_b)) = (meter(), meter());
    let mut phone_a = End::new(browser(), tone(500.0), sink_a).await.unwrap();
    let mut phone_b = End::new(browser(), tone(900.0), sink_b).await.unwrap();
    let mut leg_a = End::new(gateway(), a_source, a_to_b).await.unwrap();
    let mut leg_b = End::new(gateway(), b_source, b_to_a).await.unwrap();
    connect(&mut phone_a, &mut leg_a).await;
    connect(&mut leg_b, &mut phone_b).await;
    hears(&meter_a, 900.0).await;
    hears(&meter_b, 500.0).await;
}

#[tokio::test]
async fn hears_keys_in_both_directions() {
    let (_, silent) = meter_pair();
    let mut near = End::new(browser(), Silence, silent).await.unwrap();
    let (_, silent) = meter_pair();
    let mut far = End::new(gateway(), Silence, silent).await.unwrap();
    connect(&mut near, &mut far).await;
    near.peer.send_dtmf("42#");
    far.peer.send_dtmf("*0");
    for key in "42#".chars() {
        far.says(PeerEvent::Dtmf(key)).await;
    }
    for key in "*0".chars() {
        near.says(PeerEvent::Dtmf(key)).await;
    }
}

fn meter_pair() -> (Meter, MeterSink) {
    let (sink, meter) = meter();
    (meter, sink)
}

#[tokio::test]
async fn goes_on_after_an_ice_restart() {
    let ((near_sink, near_meter), (far_sink, far_meter)) = (meter(), meter());
    let patient = Liveness {
        disconnected_after: Duration::from_secs(60),
        failed_after: Duration::from_secs(120),
    };
    let near = PeerConfig {
        liveness: patient,
        ..browser()
    };
    let far = PeerConfig {
        liveness: patient,
        ..gateway()
    };
    let mut near = End::new(near, tone(440.0), near_sink).await.unwrap();
    let mut far = End::new(far, tone(1_000.0), far_sink).await.unwrap();
    connect(&mut near, &mut far).await;
    hears(&far_meter, 440.0).await;

    negotiate(&near.peer, &far.peer).await.unwrap();
    let heard = far_meter.total_frames();
    while far_meter.total_frames() < heard + 50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    hears(&near_meter, 1_000.0).await;
    hears(&far_meter, 440.0).await;
    assert!(near.is_quiet() && far.is_quiet());
}

#[tokio::test]
async fn tells_of_a_black_hole_and_of_its_end() {
    let impatient = Liveness {
        disconnected_after: Duration::from_secs(2),
        failed_after: Duration::from_secs(4),
    };
    let (near_sink, _) = meter();
    let (far_sink, far_meter) = meter();
    let mut near = End::new(browser(), tone(440.0), near_sink).await.unwrap();
    let far = PeerConfig {
        liveness: impatient,
        ..gateway()
    };
    let mut far = End::new(far, Silence, far_sink).await.unwrap();
    connect(&mut near, &mut far).await;
    far.peer.black_hole(true);
    far.says(PeerEvent::Disconnected).await;
    far.says(PeerEvent::Failed).await;
    far.peer.black_hole(false);
    far.says(PeerEvent::Connected).await;
    hears(&far_meter, 440.0).await;
}

#[tokio::test]
async fn ends_when_the_last_handle_is_gone() {
    let (sink, _) = meter();
    let End { peer, mut events } = End::new(gateway(), Silence, sink).await.unwrap();
    drop(peer.clone());
    drop(peer);
    assert_eq!(within(events.recv()).await, Some(PeerEvent::Closed));
    assert_eq!(within(events.recv()).await, None);
}

#[tokio::test]
async fn says_that_an_address_is_not_this_machines() {
    let elsewhere = PeerConfig {
        bind: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        ..gateway()
    };
    let refused = End::new(elsewhere, Silence, meter().0).await;
    assert!(matches!(refused.err(), Some(PeerError::Socket(_))));
}
