//! Calls between the engine and far ends like Twilio's.

use std::time::Duration;

use protocol::media::{
    ConnectionState, Description, DescriptionKind, MediaAnswer, MediaErrorKind, MediaEvent,
    MediaRequest, PeerId, SoundTrouble, TrackId,
};
use rtc::PeerEvent;
use rtc::audio::{Meter, Synthetic, Tee, Tone, meter, recorder};

use crate::far::{Far, longest_silence_ms, reads, send};
use crate::page::{Page, microphone, peer, play};
use crate::synthetic::{LEVELS, over};

/// Microphones `mic` (440 Hz) and `other mic` (600 Hz), loudspeakers `speaker` and `other`.
fn server() -> (Synthetic, Meter, Meter) {
    let server = Synthetic::new();
    server.plug_microphone("mic", Tone::new(440.0, -20.0));
    server.plug_microphone("other mic", Tone::new(600.0, -20.0));
    let ((one, speaker), (two, other)) = (meter(), meter());
    server.plug_loudspeaker("speaker", one);
    server.plug_loudspeaker("other", two);
    (server, speaker, other)
}

/// A page in a call with a far end that says 1,000 Hz.
async fn call(server: &Synthetic) -> (Page, Far) {
    let mut page = over(server);
    page.does(microphone(1, "default")).await;
    page.does(peer(1)).await;
    page.does(send(1, Some(1))).await;
    page.does(play(1, &["default"])).await;
    let far = Far::saying(1_000.0).await;
    far.is_called_by(&mut page, 1).await;
    (page, far)
}

#[tokio::test]
async fn carries_sound_both_ways_and_silence_when_muted_or_not_played() {
    let (server, speaker, _) = server();
    let (page, far) = call(&server).await;
    reads(&far.meter, 440.0).await;
    reads(&speaker, 1_000.0).await;
    let enable = |enabled| MediaRequest::EnableMicrophone {
        track: TrackId(1),
        enabled,
    };
    page.does(enable(false)).await;
    reads(&far.meter, 0.0).await;
    page.does(enable(true)).await;
    reads(&far.meter, 440.0).await;
    page.does(send(1, None)).await;
    reads(&far.meter, 0.0).await;
    page.does(play(1, &[])).await;
    reads(&speaker, 0.0).await;
    page.does(play(1, &["speaker"])).await;
    reads(&speaker, 1_000.0).await;
}

#[tokio::test]
async fn carries_two_calls_beside_each_other() {
    let (server, speaker, _) = server();
    let (mut page, far) = call(&server).await;
    page.does(microphone(2, "other mic")).await;
    page.does(peer(2)).await;
    page.does(send(2, Some(2))).await;
    let waiting = Far::saying(1_600.0).await;
    waiting.is_called_by(&mut page, 2).await;
    reads(&waiting.meter, 600.0).await;
    reads(&far.meter, 440.0).await;
    reads(&speaker, 1_000.0).await;
    page.does(play(2, &["speaker"])).await;
    // Two tones of the same level have 3 dB more than one.
    let both = async {
        while speaker
            .reading()
            .is_none_or(|r| (r.rms_dbfs + 17.0).abs() > 0.5)
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let both = tokio::time::timeout(Duration::from_secs(60), both).await;
    assert!(both.is_ok(), "{:?}", speaker.reading());

    page.does(MediaRequest::ClosePeer { peer: PeerId(1) }).await;
    reads(&speaker, 1_600.0).await;
    page.does(send(2, Some(1))).await;
    reads(&waiting.meter, 440.0).await;
    page.told();
    page.does(LEVELS).await;
    let level = page.hears(
        |event| matches!(event, MediaEvent::Levels { peers, .. } if *peers == [(PeerId(2), 100)]),
    );
    level.await;
}

#[tokio::test]
async fn switches_devices_in_a_call_without_a_gap() {
    let (server, speaker, other) = server();
    let (record, recording) = recorder(60);
    let (sink, third) = meter();
    server.plug_loudspeaker("third", Tee(sink, record));
    let (page, far) = call(&server).await;
    reads(&far.meter, 440.0).await;
    let start = far.recording.samples().len();
    // As the SDK does it: the new one first, then the switch, then the old one's end.
    page.does(microphone(2, "other mic")).await;
    page.does(send(1, Some(2))).await;
    page.does(MediaRequest::CloseMicrophone { track: TrackId(1) })
        .await;
    reads(&far.meter, 600.0).await;
    // As the system does it.
    page.does(microphone(3, "default")).await;
    page.does(send(1, Some(3))).await;
    reads(&far.meter, 440.0).await;
    server.choose("other mic");
    reads(&far.meter, 600.0).await;
    let heard = &far.recording.samples()[start..];
    let gap = longest_silence_ms(heard);
    eprintln!("the far end heard a gap of {gap} ms at most");
    assert!(gap < 200, "{gap} ms");

    reads(&speaker, 1_000.0).await;
    page.does(play(1, &["other", "third"])).await;
    reads(&other, 1_000.0).await;
    reads(&third, 1_000.0).await;
    reads(&speaker, 0.0).await;
    let start = recording.samples().len();
    page.does(play(1, &["third"])).await;
    reads(&other, 0.0).await;
    let gap = longest_silence_ms(&recording.samples()[start..]);
    assert!(gap < 200, "{gap} ms");
}

#[tokio::test]
async fn goes_on_when_the_devices_are_gone_and_come_back() {
    let (server, speaker, _) = server();
    let (mut page, far) = call(&server).await;
    reads(&far.meter, 440.0).await;
    server.kill();
    page.hears_of_sound(Some(SoundTrouble::NoServer)).await;
    reads(&far.meter, 0.0).await;
    server.revive();
    reads(&far.meter, 440.0).await;
    reads(&speaker, 1_000.0).await;
    page.hears_of_sound(None).await;
    server.unplug_and_move("mic", "other mic");
    reads(&far.meter, 600.0).await;
    server.freeze();
    page.hears_of_sound(Some(SoundTrouble::NoServer)).await;
    server.thaw();
    page.hears_of_sound(None).await;
    reads(&far.meter, 600.0).await;
    reads(&speaker, 1_000.0).await;
    let of_the_path = |event: &MediaEvent| {
        let connected = ConnectionState::Connected;
        matches!(event, MediaEvent::Connection { state, .. } if *state != connected)
    };
    assert!(
        !page.told().iter().any(of_the_path),
        "the call was not hurt"
    );
}

#[tokio::test]
async fn presses_keys_and_gives_statistics() {
    let (server, _, _) = server();
    let (mut page, mut far) = call(&server).await;
    let press = |tones: &str| MediaRequest::InsertDtmf {
        peer: PeerId(1),
        tones: tones.to_owned(),
        duration_ms: 100,
        gap_ms: 70,
    };
    page.refuses(press("4#x"), MediaErrorKind::InvalidArgument)
        .await;
    page.does(press("4#")).await;
    for expected in ["4", "#", ""] {
        let tone = MediaEvent::Tone {
            peer: PeerId(1),
            tone: expected.to_owned(),
        };
        page.hears(|event| *event == tone).await;
    }
    let mut keys = String::new();
    while keys.len() < 2 {
        let event = tokio::time::timeout(Duration::from_secs(60), far.events.recv());
        if let Some(PeerEvent::Dtmf(key)) = event.await.expect("in time") {
            keys.push(key);
        }
    }
    assert_eq!(keys, "4#");
    let stats = MediaRequest::Stats { peer: PeerId(1) };
    let MediaAnswer::Stats(stats) = page.engine.handle(stats).await else {
        panic!("no statistics");
    };
    assert!(
        stats.starts_with('[') && stats.contains("inbound-rtp"),
        "{stats}"
    );
}

#[tokio::test]
async fn answers_a_far_ends_offer_and_refuses_what_makes_no_sense() {
    let (server, speaker, _) = server();
    let mut page = over(&server);
    page.does(peer(1)).await;
    page.does(play(1, &["default"])).await;
    let far = Far::saying(1_000.0).await;
    let description = |kind, sdp: &str| Description {
        kind,
        sdp: sdp.to_owned(),
    };
    let remote = |description| MediaRequest::SetRemoteDescription {
        peer: PeerId(1),
        description,
    };
    let nonsense = remote(description(DescriptionKind::Offer, "v=9"));
    page.refuses(nonsense, MediaErrorKind::InvalidDescription)
        .await;
    let too_early = MediaRequest::CreateAnswer { peer: PeerId(1) };
    page.refuses(too_early.clone(), MediaErrorKind::InvalidState)
        .await;

    let offer = far.peer.create_offer().await.expect("an offer");
    let set = remote(description(DescriptionKind::Offer, &offer));
    page.engine.handle(set).await;
    let MediaAnswer::Description(answer) = page.engine.handle(too_early).await else {
        panic!("no answer");
    };
    let set = MediaRequest::SetLocalDescription {
        peer: PeerId(1),
        description: answer.clone(),
    };
    page.engine.handle(set).await;
    far.peer
        .accept_answer(&answer.sdp)
        .await
        .expect("an answer");
    reads(&speaker, 1_000.0).await;

    page.does(MediaRequest::ClosePeer { peer: PeerId(1) }).await;
    page.told();
    let gone = MediaRequest::CreateOffer {
        peer: PeerId(1),
        ice_restart: true,
    };
    page.refuses(gone, MediaErrorKind::Gone).await;
    assert_eq!(page.told(), [], "nothing is told of a closed peer");
}

#[tokio::test]
async fn a_microphone_that_was_gone_is_heard_whatever_the_page_does_about_it() {
    let server = Synthetic::new();
    server.plug_microphone("mic", Tone::new(440.0, -20.0));
    server.plug_loudspeaker("speaker", meter().0);
    let (mut page, far) = call(&server).await;
    reads(&far.meter, 440.0).await;
    let lost = MediaEvent::MicrophoneEnded { track: TrackId(1) };
    server.unplug("mic");
    page.hears(|event| *event == lost).await;
    reads(&far.meter, 0.0).await;
    // The page does nothing.
    server.plug_microphone("mic", Tone::new(440.0, -20.0));
    reads(&far.meter, 440.0).await;
    // The page opens it twice, as the SDK does, and stops the first as it sends it.
    server.unplug("mic");
    page.hears(|event| *event == lost).await;
    server.plug_microphone("mic", Tone::new(600.0, -20.0));
    tokio::join!(
        page.does(microphone(2, "default")),
        page.does(microphone(3, "default"))
    );
    let close = |track| MediaRequest::CloseMicrophone {
        track: TrackId(track),
    };
    page.does(close(2)).await;
    page.does(send(1, None)).await;
    page.does(close(1)).await;
    reads(&far.meter, 0.0).await;
    page.does(send(1, Some(3))).await;
    reads(&far.meter, 600.0).await;
}
