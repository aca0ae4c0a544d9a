//! What happens to a call over a real server, one thing after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::media::{
    ConnectionState, DeviceId, DeviceKind, MediaAnswer, MediaEvent, MediaRequest, PeerId,
    Processing, SoundTrouble, TrackId,
};
use rtc::PeerEvent;
use rtc::audio::cpal::CpalBackend;
use rtc::audio::measure;

use crate::far::{Far, longest_silence_ms, reads, send};
use crate::page::{PLAIN, Page, microphone, peer, play};
use crate::server::{Kind, Server, choose};
use crate::user::{Babble, listen, say};

/// The call's two ends.
struct Call {
    page: Page,
    far: Far,
    /// Milliseconds of the longest gaps there and here while nothing happened: a starved machine
    /// has some of its own.
    steady: (i64, i64),
}

pub(crate) async fn all(kind: Kind) {
    let mut server = Server::start(kind);
    let speech = (say("micbus", 440.0), say("micbus2", 600.0));
    forget_cookie();
    let backend = Arc::new(CpalBackend::new());
    let mut call = begin(backend.clone()).await;
    carries_sound_both_ways(&mut call).await;
    switches_without_a_gap(&mut call).await;
    never_records_the_loudspeaker(&mut call, &mut server).await;
    finds_another_loudspeaker(&mut call, &mut server).await;
    outlives_a_frozen_server(&mut call, &server).await;
    drop(speech);
    outlives_a_killed_server(&mut call, &mut server).await;
    // A starved machine may lose the path for a while; it must have it in the end.
    let is_path = |event: &MediaEvent| matches!(event, MediaEvent::Connection { .. });
    let told = call.page.told();
    let last = told.iter().rfind(|event| is_path(event));
    let connected = MediaEvent::Connection {
        peer: PeerId(1),
        state: ConnectionState::Connected,
    };
    assert!(last.is_none_or(|last| *last == connected), "{last:?}");
    let last = std::iter::from_fn(|| call.far.events.try_recv().ok()).last();
    let lost = [
        PeerEvent::Disconnected,
        PeerEvent::Failed,
        PeerEvent::Closed,
    ];
    assert!(!last.is_some_and(|last| lost.contains(&last)));
    call.page.engine.reset().await;
    takes_out_the_echo(&mut call.page, &mut server).await;
    call.page.engine.reset().await;
}

/// As for a user who has never run a program of PulseAudio's; its tools have made one.
fn forget_cookie() {
    let home = std::env::home_dir().expect("the parent gave us one");
    let cookie = home.join(".config/pulse/cookie");
    std::fs::remove_file(cookie).expect("the tools have run");
}

/// Says that something is proved, and how well.
fn note(kind: &str, what: &str) {
    eprintln!("  {kind}: {what}");
}

async fn ids(page: &Page, kind: DeviceKind) -> Vec<String> {
    let MediaAnswer::Devices(devices) = page.engine.handle(MediaRequest::Devices).await else {
        panic!("no devices");
    };
    let of_kind = devices.into_iter().filter(|device| device.kind == kind);
    let names = of_kind.map(|device| device.id.0);
    names
        .map(|id| id.trim_start_matches("pulseaudio:").to_owned())
        .collect()
}

/// Begins a call over the default devices.
async fn begin(backend: Arc<CpalBackend>) -> Call {
    let mut page = Page::over(backend);
    assert_eq!(
        ids(&page, DeviceKind::Input).await,
        ["mic", "mic2"],
        "and no monitor"
    );
    let outputs = ids(&page, DeviceKind::Output).await;
    assert_eq!(outputs, ["speaker", "headset", "micbus", "micbus2"]);
    let start = Instant::now();
    page.does(microphone(1, "default")).await;
    note(
        "begin",
        &format!("the microphone is open after {:?}", start.elapsed()),
    );
    page.does(peer(1)).await;
    page.does(send(1, Some(1))).await;
    page.does(play_on(&["default"])).await;
    let far = Far::saying(1_000.0).await;
    far.is_called_by(&mut page, 1).await;
    let steady = (0, 0);
    Call { page, far, steady }
}

fn play_on(devices: &[&str]) -> MediaRequest {
    let ids: Vec<String> = devices.iter().map(|device| named(device)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    play(1, &ids)
}

fn named(device: &str) -> String {
    match device {
        "default" => device.to_owned(),
        _ => format!("pulseaudio:{device}"),
    }
}

async fn carries_sound_both_ways(call: &mut Call) {
    let speaker = listen("speaker");
    reads(&call.far.meter, 440.0).await;
    reads(&speaker.meter, 1_000.0).await;
    let before = (
        call.far.recording.samples().len(),
        speaker.recording.samples().len(),
    );
    wait_for(2, || call.far.recording.samples().len() - before.0).await;
    let (heard, said) = (call.far.recording.samples(), speaker.recording.samples());
    let (heard, said) = (&heard[before.0..], &said[before.1..]);
    let (there, here) = (measure(heard), measure(said));
    let gaps = (longest_silence_ms(heard), longest_silence_ms(said));
    note(
        "sound",
        &format!(
            "there {:.1} Hz {:.1} dBFS",
            there.dominant_hz, there.rms_dbfs
        ),
    );
    note(
        "sound",
        &format!("here {:.1} Hz {:.1} dBFS", here.dominant_hz, here.rms_dbfs),
    );
    note("sound", &format!("the longest gaps are {gaps:?} ms"));
    call.steady = (gaps.0 as i64, gaps.1 as i64);
    let enable = |enabled| MediaRequest::EnableMicrophone {
        track: TrackId(1),
        enabled,
    };
    call.page.does(enable(false)).await;
    reads(&call.far.meter, 0.0).await;
    call.page.does(enable(true)).await;
    reads(&call.far.meter, 440.0).await;
}

/// Waits for so many seconds of samples.
async fn wait_for(seconds: usize, samples: impl Fn() -> usize) {
    while samples() < seconds * 48_000 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn switches_without_a_gap(call: &mut Call) {
    let (speaker, headset) = (listen("speaker"), listen("headset"));
    reads(&speaker.meter, 1_000.0).await;
    let (page, far) = (&call.page, &call.far);
    let start = far.recording.samples().len();
    page.does(microphone(2, &named("mic2"))).await;
    page.does(send(1, Some(2))).await;
    page.does(MediaRequest::CloseMicrophone { track: TrackId(1) })
        .await;
    reads(&far.meter, 600.0).await;
    let gap = longest_silence_ms(&far.recording.samples()[start..]);
    note("switch", &format!("the far end heard a gap of {gap} ms"));
    assert!((gap as i64) < 200 + 2 * call.steady.0, "{gap} ms");

    let start = (
        speaker.recording.samples().len(),
        headset.recording.samples().len(),
    );
    page.does(play_on(&["headset"])).await;
    reads(&headset.meter, 1_000.0).await;
    speaker.falls_silent().await;
    let (old, new) = (speaker.recording.samples(), headset.recording.samples());
    let ended = old[start.0..].iter().rposition(|s| s.abs() > 300);
    let began = new[start.1..].iter().position(|s| s.abs() > 300);
    let (ended, began) = (ended.unwrap_or(0), began.unwrap_or(0));
    let gap = (began as i64 - ended as i64) / 48;
    note("switch", &format!("the user heard a gap of {gap} ms"));
    assert!(gap < 200 + 2 * call.steady.1, "{gap} ms");
    page.does(play_on(&["default"])).await;
    reads(&speaker.meter, 1_000.0).await;
    // The system's choice is followed.
    page.does(microphone(3, "default")).await;
    page.does(send(1, Some(3))).await;
    page.does(MediaRequest::CloseMicrophone { track: TrackId(2) })
        .await;
    reads(&far.meter, 440.0).await;
    choose("source", "mic2");
    reads(&far.meter, 600.0).await;
    choose("source", "mic");
    reads(&far.meter, 440.0).await;
}

async fn never_records_the_loudspeaker(call: &mut Call, server: &mut Server) {
    // By its name: PipeWire moves streams of the old default to the new one itself, and what is
    // heard says nothing of which stream we have open.
    call.page.does(microphone(4, &named("mic"))).await;
    call.page.does(send(1, Some(4))).await;
    let old = TrackId(3);
    call.page
        .does(MediaRequest::CloseMicrophone { track: old })
        .await;
    reads(&call.far.meter, 440.0).await;
    call.page.told();
    let start = call.far.recording.samples().len();
    server.unplug("mic");
    let gone = Instant::now();
    call.page
        .hears_of_sound(Some(SoundTrouble::MicrophoneGone))
        .await;
    let known = gone.elapsed();
    note("unplug", &format!("it is known after {known:?}"));
    call.page.hears_of_sound(None).await;
    note(
        "unplug",
        &format!("another is open after {:?}", gone.elapsed()),
    );
    reads(&call.far.meter, 600.0).await;
    let heard = call.far.recording.samples();
    let echo = echo_ms(&heard[start..]);
    note("unplug", &format!("the far end heard itself for {echo} ms"));
    // What was moved is heard until it is known, and what was on its way by then.
    let most = known.as_millis() as usize + 500;
    assert!(echo <= most, "{echo} ms, {most} at most");

    // No microphone is left, only monitors.
    server.unplug("mic2");
    let ended = MediaEvent::MicrophoneEnded { track: TrackId(4) };
    call.page.hears(|event| *event == ended).await;
    let start = call.far.recording.samples().len();
    reads(&call.far.meter, 0.0).await;
    wait_for(2, || call.far.recording.samples().len() - start).await;
    let rest = call.far.recording.samples();
    assert_eq!(
        echo_ms(&rest[start + 24_000..]),
        0,
        "silence, and not the loudspeaker"
    );
    server.plug("mic2");
    server.plug("mic");
    choose("source", "mic");
    reads(&call.far.meter, 440.0).await;
    call.page.told();
}

/// For how long the far end's own tone is in what it hears, in steps of 100 ms.
fn echo_ms(samples: &[i16]) -> usize {
    let own = samples.chunks_exact(4_800).filter(|piece| {
        let reading = measure(piece);
        (reading.dominant_hz - 1_000.0).abs() < 30.0
    });
    own.count() * 100
}

async fn finds_another_loudspeaker(call: &mut Call, server: &mut Server) {
    let headset = listen("headset");
    let gone = Instant::now();
    server.unplug("speaker");
    choose("sink", "headset");
    reads(&headset.meter, 1_000.0).await;
    note(
        "unplug",
        &format!("the other loudspeaker speaks after {:?}", gone.elapsed()),
    );
    server.plug("speaker");
    choose("sink", "speaker");
    let speaker = listen("speaker");
    reads(&speaker.meter, 1_000.0).await;
    // PipeWire has moved the old listener to the new default.
    drop(headset);
    listen("headset").falls_silent().await;
    call.page.told();
}

async fn outlives_a_frozen_server(call: &mut Call, server: &Server) {
    server.freeze();
    let start = Instant::now();
    call.page.hears_of_sound(Some(SoundTrouble::NoServer)).await;
    note(
        "frozen",
        &format!("it is known after {:?}", start.elapsed()),
    );
    assert!(start.elapsed() < Duration::from_secs(5));
    let start = Instant::now();
    let refused = call.page.engine.handle(microphone(9, "default")).await;
    assert!(matches!(refused, MediaAnswer::Refused(_)), "{refused:?}");
    note(
        "frozen",
        &format!("a new microphone is refused after {:?}", start.elapsed()),
    );
    let start = Instant::now();
    let stats = MediaRequest::Stats { peer: PeerId(1) };
    let answer = call.page.engine.handle(stats).await;
    assert!(matches!(answer, MediaAnswer::Stats(_)));
    assert!(start.elapsed() < Duration::from_secs(1), "nothing hangs");
    server.thaw();
    let start = Instant::now();
    reads(&call.far.meter, 440.0).await;
    let speaker = listen("speaker");
    reads(&speaker.meter, 1_000.0).await;
    call.page.hears_of_sound(None).await;
    note(
        "frozen",
        &format!("sound is back {:?} after", start.elapsed()),
    );
}

async fn outlives_a_killed_server(call: &mut Call, server: &mut Server) {
    server.kill();
    let start = Instant::now();
    call.page.hears_of_sound(Some(SoundTrouble::NoServer)).await;
    note(
        "killed",
        &format!("it is known after {:?}", start.elapsed()),
    );
    reads(&call.far.meter, 0.0).await;
    server.run();
    let start = Instant::now();
    let _speech = say("micbus", 440.0);
    reads(&call.far.meter, 440.0).await;
    note(
        "killed",
        &format!("the far end hears us {:?} after", start.elapsed()),
    );
    let speaker = listen("speaker");
    reads(&speaker.meter, 1_000.0).await;
    call.page.hears_of_sound(None).await;
    note(
        "killed",
        &format!("sound is back {:?} after", start.elapsed()),
    );
}

async fn takes_out_the_echo(page: &mut Page, server: &mut Server) {
    server.put_in_a_room();
    page.does(peer(2)).await;
    page.does(play(2, &["default"])).await;
    let far = Far::playing(Babble::default()).await;
    far.is_called_by(page, 2).await;
    let echo = |on| MediaRequest::OpenMicrophone {
        track: TrackId(if on { 11 } else { 10 }),
        device: DeviceId::system(),
        processing: Processing {
            echo_cancellation: on,
            ..PLAIN
        },
    };
    let heard = |from: usize| measure(&far.recording.samples()[from..]).rms_dbfs;
    page.does(echo(false)).await;
    page.does(send(2, Some(10))).await;
    let start = far.recording.samples().len();
    wait_for(4, || far.recording.samples().len() - start).await;
    let before = heard(start + 2 * 48_000);
    page.does(echo(true)).await;
    page.does(send(2, Some(11))).await;
    // It learns the room within some seconds; a busy machine, whose gaps are new rooms, takes longer.
    let limit = Instant::now() + Duration::from_secs(60);
    let after = loop {
        let start = far.recording.samples().len();
        wait_for(2, || far.recording.samples().len() - start).await;
        let after = heard(start);
        note("echo", &format!("{after:.1} dBFS"));
        if before - after > 20.0 || Instant::now() > limit {
            break after;
        }
    };
    note(
        "echo",
        &format!("{before:.1} dBFS without and {after:.1} with cancelling"),
    );
    assert!(before > -45.0, "there was an echo: {before}");
    assert!(before - after > 20.0, "{before} and {after}");
}
