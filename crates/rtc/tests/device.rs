//! A peer as the window has it: full ICE over all interfaces, in the steps of a browser, with
//! its sound clocked by devices (here by the test).

#[path = "common/ear.rs"]
mod ear;

use std::time::Duration;

use ear::{hears, within};
use protocol::media::{Candidate, Description, DescriptionKind, GatheringState, SignalingState};
use rtc::audio::{AudioSource as _, Meter, Silence, Tone, meter};
use rtc::{
    AudioSink as _, IceConfig, Interfaces, MediaMode, Peer, PeerConfig, PeerEvent, SILENCE, TEN_MS,
};
use tokio::sync::mpsc::Receiver;

fn window() -> PeerConfig {
    PeerConfig {
        ice_lite: false,
        ice: IceConfig {
            interfaces: Interfaces::All,
            ..IceConfig::default()
        },
        media: MediaMode::Device,
        ..PeerConfig::default()
    }
}

fn description(kind: DescriptionKind, sdp: String) -> Description {
    Description { kind, sdp }
}

/// Calls the gateway as the SDK does; gives the local description as it stood after being set.
async fn call(near: &Peer, far: &Peer) -> String {
    let offer = near.make_offer(false).await.expect("it can offer");
    let set = near.set_local(description(DescriptionKind::Offer, offer.clone()));
    let set = set.await.expect("the offer was just made");
    assert_eq!(set.state, SignalingState::HaveLocalOffer);
    let answer = far.accept_offer(&offer).await.expect("it is an offer");
    let answered = near.set_remote(description(DescriptionKind::Answer, answer));
    let answered = answered.await.expect("it is an answer");
    assert_eq!(answered.state, SignalingState::Stable);
    set.local.expect("it was just set").sdp
}

/// Plays and listens every 10 ms, until dropped. Muted, nothing at all is pushed.
async fn devices(peer: &Peer, hz: Option<f64>) -> Meter {
    let (mut playout, mut microphone) = (peer.playout(), peer.microphone());
    let (mut sink, meter) = meter();
    let mut tone = hz.map(|hz| Tone::new(hz, -20.0));
    tokio::spawn(async move {
        let mut clock = tokio::time::interval(Duration::from_millis(10));
        let mut frame = SILENCE;
        let mut spoken = SILENCE;
        for half in [0, 1].into_iter().cycle() {
            clock.tick().await;
            let part = half * TEN_MS..(half + 1) * TEN_MS;
            let mut heard = [0; TEN_MS];
            playout.pull(&mut heard);
            frame[part.clone()].copy_from_slice(&heard);
            if half == 1 {
                sink.push(&frame);
            }
            if let Some(tone) = tone.as_mut() {
                if half == 0 {
                    spoken = tone.pull().expect("a tone never ends");
                }
                let mut said = [0; TEN_MS];
                said.copy_from_slice(&spoken[part]);
                microphone.push(&said);
            }
        }
    });
    meter
}

/// Waits for this event and gives those before it.
async fn until(events: &mut Receiver<PeerEvent>, wanted: PeerEvent) -> Vec<PeerEvent> {
    let mut before = Vec::new();
    loop {
        let event = within(events.recv()).await.expect("the peer lives");
        if event == wanted {
            return before;
        }
        before.push(event);
    }
}

#[tokio::test]
async fn carries_sound_by_the_clock_of_devices() {
    let ((silent, _), (sink, far_meter)) = (meter(), meter());
    let near = Peer::new(window(), Box::new(Silence), Box::new(silent));
    let (near, mut events) = near.await.unwrap();
    let far = Peer::new(
        PeerConfig::default(),
        Box::new(Tone::new(1_000.0, -20.0)),
        Box::new(sink),
    );
    let (far, _far_events) = far.await.unwrap();
    let local = call(&near, &far).await;
    assert!(local.contains("a=candidate:"), "{local}");
    let meter = devices(&near, Some(440.0)).await;
    let before = until(&mut events, PeerEvent::Connected).await;
    hears(&meter, 1_000.0).await;
    hears(&far_meter, 440.0).await;

    let place = |wanted: &PeerEvent| before.iter().position(|event| event == wanted);
    let begun = place(&PeerEvent::Gathering(GatheringState::Gathering));
    let ended = place(&PeerEvent::Gathering(GatheringState::Complete));
    assert!(begun.is_some() && begun < ended, "{before:?}");
    assert_eq!(place(&PeerEvent::Candidate(None)).map(|at| at + 1), ended);
    let candidates: Vec<&Candidate> = before
        .iter()
        .filter_map(|event| {
            if let PeerEvent::Candidate(own) = event {
                own.as_ref()
            } else {
                None
            }
        })
        .collect();
    assert!(candidates.iter().all(|own| own.kind == "host"));
    assert!(!candidates.is_empty());
}

#[tokio::test]
async fn sends_silence_and_keys_while_no_microphone_is_open() {
    let ((silent, _), (sink, far_meter)) = (meter(), meter());
    let near = Peer::new(window(), Box::new(Silence), Box::new(silent));
    let (near, mut events) = near.await.unwrap();
    let far = Peer::new(PeerConfig::default(), Box::new(Silence), Box::new(sink));
    let (far, mut far_events) = far.await.unwrap();
    call(&near, &far).await;
    until(&mut events, PeerEvent::Connected).await;
    near.insert_dtmf("5", Duration::from_millis(100), Duration::from_millis(70));
    until(&mut far_events, PeerEvent::Dtmf('5')).await;
    until(&mut events, PeerEvent::Tone(String::new())).await;
    while far_meter.total_frames() < 25 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let reading = far_meter.reading().unwrap();
    assert!(reading.rms_dbfs < -80.0, "{reading:?}");
}
