//! The devices that exist in memory only.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rtc::audio::backend::{AudioBackend, Block, DeviceId, SoundError, Stream};
use rtc::audio::{Meter, Silence, Synthetic, Tone, measure, meter};

const LONG: Duration = Duration::from_secs(30);

fn id(id: &str) -> DeviceId {
    DeviceId(id.to_owned())
}

fn nobody() -> Box<dyn FnOnce(SoundError) + Send> {
    Box::new(|error| panic!("the stream ended: {error}"))
}

fn listen(server: &Synthetic, device: &str) -> (Stream, Receiver<Block>) {
    let (heard, sound): (Sender<Block>, _) = channel();
    let hear = Box::new(move |block: &Block| heard.send(*block).unwrap_or_default());
    let stream = server.open_input(&id(device), hear, nobody());
    (stream.expect("it opens"), sound)
}

fn speak(server: &Synthetic, device: &str, sample: i16) -> Stream {
    let say = Box::new(move |block: &mut Block| block.fill(sample));
    let stream = server.open_output(&id(device), say, nobody());
    stream.expect("it opens")
}

fn reads(meter: &Meter, dbfs: f64) {
    let start = std::time::Instant::now();
    while !meter
        .reading()
        .is_some_and(|r| (r.rms_dbfs - dbfs).abs() < 1.0)
    {
        assert!(start.elapsed() < LONG, "{dbfs}, not {:?}", meter.reading());
        std::thread::yield_now();
    }
}

#[test]
fn hears_a_microphone_and_mixes_into_a_loudspeaker() {
    let server = Synthetic::new();
    server.plug_microphone("mic", Tone::new(700.0, -20.0));
    let (sink, meter) = meter();
    server.plug_loudspeaker("speaker", sink);

    let (_stream, sound) = listen(&server, "mic");
    let blocks = (0..40).map(|_| sound.recv_timeout(LONG).expect("sound"));
    let heard = measure(&blocks.flatten().collect::<Vec<i16>>());
    assert!((heard.dominant_hz - 700.0).abs() < 2.0, "{heard:?}");
    assert!((heard.rms_dbfs + 20.0).abs() < 1.0, "{heard:?}");

    reads(&meter, -120.0);
    let one = speak(&server, "speaker", 8_192);
    reads(&meter, -12.0);
    let other = speak(&server, "speaker", 8_192);
    reads(&meter, -6.0);
    assert_eq!(server.open(), [id("mic"), id("speaker"), id("speaker")]);
    drop((one, other));
    reads(&meter, -120.0);
    assert_eq!(server.open(), [id("mic")]);
}

#[test]
fn lists_the_chosen_device_first_and_tells_of_changes() {
    let server = Synthetic::new();
    let (told, changes) = channel();
    server.on_change(Box::new(move || told.send(()).unwrap_or_default()));
    let ids = || -> Vec<String> {
        let devices = server.devices().expect("it answers");
        devices.into_iter().map(|device| device.id.0).collect()
    };
    server.plug_microphone("a", Silence);
    server.plug_microphone("b", Silence);
    assert_eq!(ids(), ["a", "b"]);
    server.choose("b");
    assert_eq!(ids(), ["b", "a"]);
    server.unplug("b");
    assert_eq!(ids(), ["a"]);
    assert_eq!(changes.try_iter().count(), 4);
}

#[test]
fn moves_a_stream_without_a_word() {
    let server = Synthetic::new();
    server.plug_microphone("mic", Silence);
    server.plug_microphone("monitor", Tone::new(700.0, -20.0));
    let (_stream, sound) = listen(&server, "mic");
    sound.recv_timeout(LONG).expect("silence");
    server.unplug_and_move("mic", "monitor");
    let loud = || sound.recv_timeout(LONG).expect("sound") != [0; 480];
    while !loud() {}
    assert_eq!(server.open(), [id("mic")], "nobody was told");
}

#[test]
fn goes_silent_when_frozen_and_on_when_thawed() {
    let server = Synthetic::new();
    server.plug_microphone("mic", Silence);
    let (_stream, sound) = listen(&server, "mic");
    sound.recv_timeout(LONG).expect("silence");
    server.freeze();
    while sound.try_recv().is_ok() {}
    let pause = Duration::from_millis(200);
    assert_eq!(sound.recv_timeout(pause), Err(RecvTimeoutError::Timeout));
    let refused = server.devices();
    assert!(
        matches!(refused, Err(SoundError::NoServer(_))),
        "{refused:?}"
    );
    server.thaw();
    sound.recv_timeout(LONG).expect("silence again");
    assert!(server.devices().is_ok());
}

#[test]
fn ends_streams_when_killed_and_opens_none_until_revived() {
    let server = Synthetic::new();
    server.plug_loudspeaker("speaker", meter().0);
    let (told, end) = channel();
    let ended = Box::new(move |error| told.send(error).unwrap_or_default());
    let stream = server.open_output(&id("speaker"), Box::new(|_| {}), ended);
    assert!(stream.is_ok());
    server.kill();
    let error = end.recv_timeout(LONG).expect("it ends");
    assert!(matches!(error, SoundError::NoServer(_)), "{error:?}");
    let open = || server.open_output(&id("speaker"), Box::new(|_| {}), nobody());
    assert!(matches!(open().unwrap_err(), SoundError::NoServer(_)));
    server.revive();
    assert!(open().is_ok());
}

#[test]
fn refuses_what_is_not_there_or_not_allowed() {
    let server = Synthetic::new();
    server.plug_microphone("mic", Silence);
    let open = |device| server.open_input(&id(device), Box::new(|_| {}), nobody());
    assert_eq!(open("nowhere").unwrap_err(), SoundError::NoDevice);
    let not_allowed = SoundError::NotAllowed("by the test".to_owned());
    server.refuse("mic", Some(not_allowed.clone()));
    assert_eq!(open("mic").unwrap_err(), not_allowed);
    server.refuse("mic", None);
    assert!(open("mic").is_ok());
}
