//! Devices that are opened, shared, refused, lost and found.

use protocol::media::{
    MediaAnswer, MediaErrorKind, MediaEvent, MediaRequest, PeerId, SoundTrouble, TrackId,
};
use rtc::audio::backend::SoundError;
use rtc::audio::{Silence, Synthetic, Tone, meter};

use crate::page::{Page, microphone, peer, play};
use crate::synthetic::{LEVELS, opens, over};

/// A tone whose level is told as this many thousandths.
fn tone(thousandths: u16) -> Tone {
    Tone::new(440.0, 20.0 * (f64::from(thousandths) / 1_000.0).log10())
}

/// A server with two microphones, of 100 and of 200 thousandths, and two loudspeakers.
fn server() -> Synthetic {
    let server = Synthetic::new();
    server.plug_microphone("mic", tone(100));
    server.plug_microphone("headset mic", tone(200));
    server.plug_loudspeaker("speaker", meter().0);
    server.plug_loudspeaker("headset", meter().0);
    server
}

async fn names(page: &Page) -> Vec<String> {
    let MediaAnswer::Devices(devices) = page.engine.handle(MediaRequest::Devices).await else {
        panic!("no devices");
    };
    devices.into_iter().map(|device| device.id.0).collect()
}

#[tokio::test]
async fn lists_the_devices_and_tells_of_changes() {
    let server = server();
    let mut page = over(&server);
    assert_eq!(
        names(&page).await,
        ["mic", "headset mic", "speaker", "headset"]
    );
    server.unplug("speaker");
    page.hears(|event| *event == MediaEvent::Devices).await;
    assert_eq!(names(&page).await, ["mic", "headset mic", "headset"]);
}

#[tokio::test]
async fn opens_a_microphone_mutes_it_to_silence_and_closes_it() {
    let server = server();
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "headset mic")).await;
    opens(&server, &["headset mic"]).await;
    page.hears_track(1, 200).await;
    let enable = |enabled| MediaRequest::EnableMicrophone {
        track: TrackId(1),
        enabled,
    };
    page.does(enable(false)).await;
    page.hears_track(1, 0).await;
    page.does(enable(true)).await;
    page.hears_track(1, 200).await;
    let close = MediaRequest::CloseMicrophone { track: TrackId(1) };
    page.does(close.clone()).await;
    opens(&server, &[]).await;
    page.refuses(close, MediaErrorKind::Gone).await;
    page.refuses(enable(true), MediaErrorKind::Gone).await;
}

#[tokio::test]
async fn opens_a_microphone_once_for_two_tracks() {
    let server = server();
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "default")).await;
    page.does(microphone(2, "mic")).await;
    page.hears_track(1, 100).await;
    page.hears_track(2, 100).await;
    opens(&server, &["mic"]).await;
    page.does(MediaRequest::CloseMicrophone { track: TrackId(1) })
        .await;
    page.hears_track(2, 100).await;
    opens(&server, &["mic"]).await;
}

#[tokio::test]
async fn says_why_there_is_no_microphone() {
    let server = server();
    let page = over(&server);
    page.refuses(microphone(1, "nowhere"), MediaErrorKind::NotFound)
        .await;
    let not_allowed = SoundError::NotAllowed("by the test".to_owned());
    server.refuse("mic", Some(not_allowed));
    page.refuses(microphone(1, "mic"), MediaErrorKind::NotAllowed)
        .await;
    let broken = SoundError::Device("it is broken".to_owned());
    server.refuse("mic", Some(broken));
    page.refuses(microphone(1, "mic"), MediaErrorKind::NotReadable)
        .await;
    server.freeze();
    page.refuses(microphone(1, "headset mic"), MediaErrorKind::NotReadable)
        .await;
    page.refuses(MediaRequest::Devices, MediaErrorKind::NotReadable)
        .await;
    server.kill();
    page.refuses(microphone(1, "headset mic"), MediaErrorKind::NotReadable)
        .await;
    server.revive();
    server.unplug("mic");
    server.unplug("headset mic");
    page.refuses(microphone(1, "default"), MediaErrorKind::NotFound)
        .await;
    opens(&server, &[]).await;
    server.plug_microphone("mic", Silence);
    page.does(microphone(1, "default")).await;
}

#[tokio::test]
async fn follows_the_systems_choice_and_leaves_others_alone() {
    let server = server();
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "default")).await;
    page.does(microphone(2, "mic")).await;
    page.does(peer(1)).await;
    page.does(play(1, &["default"])).await;
    opens(&server, &["mic", "speaker"]).await;
    server.choose("headset mic");
    server.choose("headset");
    page.hears_track(1, 200).await;
    page.hears_track(2, 100).await;
    opens(&server, &["mic", "headset mic", "headset"]).await;
    let told = page.told();
    let trouble = |event: &&MediaEvent| matches!(event, MediaEvent::Sound { .. });
    assert_eq!(told.iter().find(trouble), None, "nothing was wrong");
}

#[tokio::test]
async fn never_records_what_a_lost_microphone_was_moved_to() {
    let server = server();
    server.plug_microphone("the speaker's monitor", tone(900));
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "headset mic")).await;
    page.hears_track(1, 200).await;
    server.unplug_and_move("headset mic", "the speaker's monitor");
    page.hears_of_sound(Some(SoundTrouble::MicrophoneGone))
        .await;
    // Once it is known, not a block of it passes.
    page.told();
    page.hears_track(1, 100).await;
    for event in page.told() {
        if let MediaEvent::Levels { microphones, .. } = event {
            assert!(microphones[0].1 <= 105, "{microphones:?}");
        }
    }
    opens(&server, &["mic"]).await;
    server.plug_microphone("headset mic", tone(200));
    page.hears_track(1, 200).await;
    opens(&server, &["headset mic"]).await;
}

#[tokio::test]
async fn ends_a_track_when_no_microphone_is_left_and_goes_on_when_one_comes() {
    let server = server();
    server.unplug("headset mic");
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "mic")).await;
    server.unplug("mic");
    let ended = MediaEvent::MicrophoneEnded { track: TrackId(1) };
    let first = |event: &MediaEvent| *event == ended || *event == MediaEvent::Devices;
    let first = page.hears(first).await;
    assert_eq!(
        first, ended,
        "the page knows it when it looks at the devices"
    );
    page.hears_of_sound(Some(SoundTrouble::MicrophoneGone))
        .await;
    page.hears_track(1, 0).await;
    server.plug_microphone("another", tone(300));
    page.hears_of_sound(None).await;
    page.hears_track(1, 300).await;
}

#[tokio::test]
async fn says_that_the_loudspeaker_is_gone_and_finds_another() {
    let server = server();
    server.unplug("headset");
    let mut page = over(&server);
    page.does(peer(1)).await;
    page.does(play(1, &["speaker"])).await;
    opens(&server, &["speaker"]).await;
    server.unplug_and_move("speaker", "nowhere");
    page.hears_of_sound(Some(SoundTrouble::LoudspeakerGone))
        .await;
    opens(&server, &[]).await;
    server.plug_loudspeaker("another", meter().0);
    page.hears_of_sound(None).await;
    opens(&server, &["another"]).await;
}

#[tokio::test]
async fn opens_everything_again_when_the_server_was_killed() {
    let server = server();
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "headset mic")).await;
    page.does(peer(1)).await;
    page.does(play(1, &["headset", "speaker"])).await;
    opens(&server, &["headset mic", "headset", "speaker"]).await;
    server.kill();
    page.hears_of_sound(Some(SoundTrouble::NoServer)).await;
    page.hears_track(1, 0).await;
    server.revive();
    page.hears_of_sound(None).await;
    page.hears_track(1, 200).await;
    opens(&server, &["headset mic", "headset", "speaker"]).await;
}

#[tokio::test]
async fn says_that_the_server_is_frozen_and_goes_on_when_it_thaws() {
    let server = server();
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "mic")).await;
    page.does(peer(1)).await;
    page.does(play(1, &["default"])).await;
    opens(&server, &["mic", "speaker"]).await;
    page.hears_track(1, 100).await;
    server.freeze();
    page.hears_of_sound(Some(SoundTrouble::NoServer)).await;
    page.does(MediaRequest::ClosePeer { peer: PeerId(1) }).await;
    page.does(peer(2)).await;
    page.does(play(2, &["default"])).await;
    server.thaw();
    page.hears_of_sound(None).await;
    page.hears_track(1, 100).await;
    opens(&server, &["mic", "speaker"]).await;
}

#[tokio::test]
async fn plays_on_no_device_that_is_not_there() {
    let server = server();
    let page = over(&server);
    page.does(peer(1)).await;
    page.does(play(1, &["speaker"])).await;
    page.refuses(play(1, &["speaker", "nowhere"]), MediaErrorKind::NotFound)
        .await;
    opens(&server, &["speaker"]).await;
    page.does(play(1, &["speaker", "default", "headset"])).await;
    opens(&server, &["speaker", "headset"]).await;
    page.does(play(1, &[])).await;
    opens(&server, &[]).await;
    page.refuses(play(2, &["speaker"]), MediaErrorKind::Gone)
        .await;
}

#[tokio::test]
async fn closes_everything_when_the_page_is_gone() {
    let server = server();
    let mut page = over(&server);
    page.does(LEVELS).await;
    page.does(microphone(1, "default")).await;
    page.does(peer(1)).await;
    page.does(play(1, &["default"])).await;
    opens(&server, &["mic", "speaker"]).await;
    page.engine.reset().await;
    opens(&server, &[]).await;
    page.told();
    let close = MediaRequest::ClosePeer { peer: PeerId(1) };
    page.refuses(close, MediaErrorKind::Gone).await;
    let send = MediaRequest::SendTrack {
        peer: PeerId(1),
        track: None,
    };
    page.refuses(send, MediaErrorKind::Gone).await;
    page.does(microphone(1, "default")).await;
    assert_eq!(page.told(), [], "levels are off again");
    drop(page);
    opens(&server, &[]).await;
}
