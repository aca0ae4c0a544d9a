//! Our peer and libwebrtc's, without Twilio's SDK in between: a bare page in Chromium, whose
//! microphone beeps at [`tone::MICROPHONE_HZ`], and a peer of ours that plays [`OURS_HZ`].

mod far;

use far::{Chromium, Ours};
use harness::{Artefacts, Browser, empty_page, tone, wait};
use protocol::media::DescriptionKind::{Answer, Offer};
use rtc::{Codec, PeerEvent};
use serde_json::{Value, json};
use std::time::Duration;

/// What our peer plays, in Hz.
const OURS_HZ: f64 = 440.0;

const BOTH: [Codec; 2] = [Codec::Opus, Codec::Pcmu];

/// Opens a browser for one scene after the other: each has two peers of its own.
async fn with_chromium(name: &str, play: impl AsyncFnOnce(&Chromium)) {
    let artefacts = Artefacts::new(name);
    let browser = Browser::start(&artefacts).await;
    browser.page.open(&empty_page()).await;
    let chromium = Chromium::new(browser).await;
    play(&chromium).await;
}

/// We call, Chromium answers.
async fn we_call(chromium: &Chromium, codecs: &[Codec]) -> Ours {
    let ours = Ours::new(codecs).await;
    chromium.open(&BOTH).await;
    we_offer(&ours, chromium, false).await;
    ours
}

async fn we_offer(ours: &Ours, chromium: &Chromium, restart: bool) {
    let offer = ours.offers(restart).await;
    let answer = chromium.answers(&offer).await;
    ours.takes(Answer, &answer).await;
}

/// Chromium calls, we answer.
async fn chromium_calls(chromium: &Chromium, codecs: &[Codec]) -> Ours {
    let ours = Ours::new(&BOTH).await;
    chromium.open(codecs).await;
    chromium_offers(&ours, chromium, false).await;
    ours
}

async fn chromium_offers(ours: &Ours, chromium: &Chromium, restart: bool) {
    let offer = chromium.offers(restart).await;
    ours.takes(Offer, &offer).await;
    let answer = ours.answers().await;
    chromium.takes(&answer).await;
}

/// Both hear each other.
async fn sound_flows(ours: &Ours, chromium: &Chromium) {
    ours.hears(tone::MICROPHONE_HZ).await;
    chromium.hears(OURS_HZ).await;
}

/// The user fragment (`a=ice-ufrag`) by which a restart is known.
fn fragment(sdp: &str) -> &str {
    let lines = sdp.lines();
    let mut fragments = lines.filter_map(|line| line.strip_prefix("a=ice-ufrag:"));
    fragments.next().expect("a description has one")
}

#[tokio::test]
async fn both_hear_each_other_whoever_calls_in_either_codec() {
    with_chromium("interop-codecs", async |chromium| {
        for (codec, name) in [(Codec::Opus, "audio/opus"), (Codec::Pcmu, "audio/PCMU")] {
            let ours = we_call(chromium, &[codec]).await;
            sound_flows(&ours, chromium).await;
            assert_eq!(chromium.codec().await, name);
            assert_eq!(ours.codec(), Some(codec));
            let ours = chromium_calls(chromium, &[codec]).await;
            sound_flows(&ours, chromium).await;
            assert_eq!(chromium.codec().await, name);
            assert_eq!(ours.codec(), Some(codec));
        }
    })
    .await;
}

#[tokio::test]
async fn ice_restarts_from_either_side_in_calls_of_either_side() {
    with_chromium("interop-restarts", async |chromium| {
        for we in [true, false] {
            let ours = match we {
                true => we_call(chromium, &BOTH).await,
                false => chromium_calls(chromium, &BOTH).await,
            };
            sound_flows(&ours, chromium).await;
            let [at_first, theirs_at_first] = chromium.descriptions().await;
            we_offer(&ours, chromium, true).await;
            let [mine, theirs] = chromium.descriptions().await;
            assert_ne!(fragment(&theirs), fragment(&theirs_at_first));
            assert_ne!(fragment(&mine), fragment(&at_first));
            chromium.is_connected().await;
            sound_flows(&ours, chromium).await;
            chromium_offers(&ours, chromium, true).await;
            let [again, theirs_again] = chromium.descriptions().await;
            assert_ne!(fragment(&again), fragment(&mine));
            assert_ne!(fragment(&theirs_again), fragment(&theirs));
            chromium.is_connected().await;
            sound_flows(&ours, chromium).await;
        }
    })
    .await;
}

#[tokio::test]
async fn keys_are_heard_at_either_end() {
    with_chromium("interop-keys", async |chromium| {
        let mut ours = we_call(chromium, &BOTH).await;
        sound_flows(&ours, chromium).await;
        chromium.presses("159#").await;
        for key in "159#".chars() {
            ours.until(|event| *event == PeerEvent::Dtmf(key)).await;
        }
        // Chromium does not tell what keys it hears. That it takes them for what they are, and not
        // for lost sound, is seen by the sound that goes on behind them.
        let offered = chromium.descriptions().await;
        for description in &offered {
            assert!(
                description.contains("telephone-event/48000"),
                "{description}"
            );
        }
        let (length, gap) = (Duration::from_millis(400), Duration::from_millis(70));
        ours.peer.insert_dtmf("5#", length, gap);
        for tone in ["5", "#", ""] {
            ours.until(|event| *event == PeerEvent::Tone(tone.to_owned()))
                .await;
        }
        sound_flows(&ours, chromium).await;
    })
    .await;
}

#[tokio::test]
async fn a_muted_microphone_is_silence_and_the_end_is_heard() {
    with_chromium("interop-mute", async |chromium| {
        let mut ours = chromium_calls(chromium, &BOTH).await;
        sound_flows(&ours, chromium).await;
        chromium.mutes(true).await;
        ours.hears_nothing().await;
        chromium.mutes(false).await;
        sound_flows(&ours, chromium).await;
        chromium.closes().await;
        ours.until(|event| *event == PeerEvent::Closed).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_late_connects() {
    with_chromium("interop-late", async |chromium| {
        let ours = Ours::new(&BOTH).await;
        chromium.open(&BOTH).await;
        let offer = ours.offers(false).await;
        let answer = chromium.answers(&offer).await;
        // The lateness is what is tested: Chromium checks and begins its handshake meanwhile.
        let late = tokio::time::Instant::now() + Duration::from_millis(1_500);
        tokio::time::sleep_until(late).await;
        ours.takes(Answer, &answer).await;
        chromium.is_connected().await;
        sound_flows(&ours, chromium).await;
    })
    .await;
}

/// What the SDK reads of statistics (its source, `rtc/stats.ts`), by their type.
const READ: [(&str, &[&str]); 4] = [
    (
        "inbound-rtp",
        &[
            "timestamp",
            "packetsReceived",
            "packetsLost",
            "jitter",
            "bytesReceived",
            "codecId",
        ],
    ),
    (
        "outbound-rtp",
        &["timestamp", "packetsSent", "bytesSent", "codecId"],
    ),
    ("remote-inbound-rtp", &["roundTripTime"]),
    (
        "candidate-pair",
        &[
            "nominated",
            "state",
            "localCandidateId",
            "remoteCandidateId",
        ],
    ),
];

#[tokio::test]
async fn statistics_have_what_the_sdk_reads_as_in_chromium() {
    with_chromium("interop-stats", async |chromium| {
        let ours = we_call(chromium, &BOTH).await;
        sound_flows(&ours, chromium).await;
        for (kind, keys) in READ {
            let both = wait::until(format!("statistics of {kind}"), async || {
                let pair = [chromium.statistics().await, ours.peer.stats_report().await];
                let entry = |report: &Vec<Value>| {
                    let mut all = report.iter().filter(|entry| entry["type"] == kind);
                    let whole = all.find(|entry| keys.iter().all(|key| entry.get(key).is_some()));
                    whole.cloned()
                };
                let found: Vec<Value> = pair.iter().filter_map(entry).collect();
                if found.len() == 2 {
                    Ok(found)
                } else {
                    Err(pair)
                }
            })
            .await;
            for key in keys {
                let [theirs, mine] = [&both[0][key], &both[1][key]];
                assert_eq!(
                    kind_of(theirs),
                    kind_of(mine),
                    "{kind} {key}: {theirs}, {mine}"
                );
            }
        }
    })
    .await;
}

/// What kind of JSON a value is.
fn kind_of(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// What the page's script is given of codecs.
fn names(codecs: &[Codec]) -> Value {
    let names = codecs.iter().map(|codec| format!("audio/{}", codec.name()));
    json!(names.collect::<Vec<_>>())
}
