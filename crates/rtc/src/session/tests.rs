//! Two sessions face to face, in virtual time: no socket, no waiting.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::*;
use crate::audio::{AudioSink, AudioSource, Meter, MeterSink, Tone, meter};

const TICK: Duration = Duration::from_millis(20);
const MILLISECOND: Duration = Duration::from_millis(1);

/// One end: a session that plays a tone and measures what it hears.
struct End {
    session: Session,
    tone: Tone,
    sink: MeterSink,
    meter: Meter,
    events: Vec<PeerEvent>,
    inbox: VecDeque<(Instant, SocketAddr, Vec<u8>)>,
}

impl End {
    fn new(port: u16, ice_lite: bool, codecs: &[Codec], hz: f64, now: Instant) -> Self {
        let settings = Settings {
            local: SocketAddr::from(([127, 0, 0, 1], port)),
            ice_lite,
            codecs: codecs.to_vec(),
            liveness: Liveness::default(),
            seed: u64::from(port) << 20 | 7,
        };
        let (sink, meter) = meter();
        Self {
            session: Session::new(settings, now).unwrap(),
            tone: Tone::new(hz, -20.0),
            sink,
            meter,
            events: Vec::new(),
            inbox: VecDeque::new(),
        }
    }

    /// The datagrams to send; events are noted.
    fn outputs(&mut self) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send { data, .. } => datagrams.push(data),
                Output::Event(event) => self.events.push(event),
            }
        }
        datagrams
    }

    #[track_caller]
    fn hears(&self, hz: f64) {
        let reading = self.meter.reading().expect("sound has come");
        assert!((reading.dominant_hz - hz).abs() < 2.0, "{reading:?}");
        assert!((reading.rms_dbfs + 20.0).abs() < 1.5, "{reading:?}");
    }
}

/// Two ends and the path between them.
struct Pair {
    now: Instant,
    next_tick: Instant,
    /// The caller: full ICE, like a browser.
    near: End,
    /// The gateway: ICE-lite.
    far: End,
    delay: Duration,
    /// Which datagrams are lost, by number.
    loses: fn(u64) -> bool,
    sent: u64,
}

const BOTH: &[Codec] = &[Codec::Opus, Codec::Pcmu];

impl Pair {
    fn new(near: &[Codec], far: &[Codec]) -> Self {
        let now = Instant::now();
        Self {
            now,
            next_tick: now,
            near: End::new(5_000, false, near, 440.0, now),
            far: End::new(6_000, true, far, 1_000.0, now),
            delay: Duration::from_millis(10),
            loses: |_| false,
            sent: 0,
        }
    }

    fn call_in(&mut self) {
        let offer = self.near.session.create_offer(self.now).unwrap();
        let answer = self.far.session.accept_offer(&offer, self.now).unwrap();
        self.near.session.accept_answer(&answer, self.now).unwrap();
    }

    fn call_out(&mut self) {
        let offer = self.far.session.create_offer(self.now).unwrap();
        let answer = self.near.session.accept_offer(&offer, self.now).unwrap();
        self.far.session.accept_answer(&answer, self.now).unwrap();
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            let ticks = self.now >= self.next_tick;
            if ticks {
                self.next_tick += TICK;
            }
            for end in [&mut self.near, &mut self.far] {
                while end.inbox.front().is_some_and(|(at, ..)| *at <= self.now) {
                    let (at, from, data) = end.inbox.pop_front().unwrap();
                    end.session.datagram(from, &data, at);
                }
                if ticks {
                    let frame = end.tone.pull();
                    end.session.capture(frame.as_ref(), self.now);
                    if let Some(frame) = end.session.playout() {
                        end.sink.push(&frame);
                    }
                }
                if end.session.deadline().is_some_and(|at| at <= self.now) {
                    end.session.timeout(self.now);
                }
            }
            self.carry();
            self.now += MILLISECOND;
        }
    }

    fn carry(&mut self) {
        let arrival = self.now + self.delay;
        let loses = self.loses;
        let lost = |sent: &mut u64| {
            *sent += 1;
            loses(*sent)
        };
        for data in self.near.outputs() {
            if !lost(&mut self.sent) {
                let source = self.near.session.settings.local;
                self.far.inbox.push_back((arrival, source, data));
            }
        }
        for data in self.far.outputs() {
            if !lost(&mut self.sent) {
                let source = self.far.session.settings.local;
                self.near.inbox.push_back((arrival, source, data));
            }
        }
    }
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[track_caller]
fn check_sound(near: &[Codec], far: &[Codec], call: fn(&mut Pair), expected: Codec) {
    let mut pair = Pair::new(near, far);
    call(&mut pair);
    pair.run(s(2));
    assert_eq!(pair.near.events, [PeerEvent::Connected]);
    assert_eq!(pair.far.events, [PeerEvent::Connected]);
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    for end in [&pair.near, &pair.far] {
        let stats = end.session.stats();
        assert_eq!(stats.codec, Some(expected));
        assert_eq!(stats.packets_lost, 0);
        assert!(stats.packets_sent > 50, "{stats:?}");
        assert!(stats.packets_received > 50, "{stats:?}");
    }
}

#[test]
fn carries_sound_both_ways_in_opus_when_called() {
    check_sound(BOTH, BOTH, Pair::call_in, Codec::Opus);
}

#[test]
fn carries_sound_both_ways_in_opus_when_calling() {
    check_sound(BOTH, BOTH, Pair::call_out, Codec::Opus);
}

#[test]
fn carries_sound_both_ways_in_pcmu_when_called() {
    check_sound(BOTH, &[Codec::Pcmu], Pair::call_in, Codec::Pcmu);
}

#[test]
fn carries_sound_both_ways_in_pcmu_when_calling() {
    check_sound(&[Codec::Pcmu], BOTH, Pair::call_out, Codec::Pcmu);
}

#[test]
fn keeps_the_order_of_the_offer() {
    let pcmu_first = &[Codec::Pcmu, Codec::Opus];
    check_sound(pcmu_first, BOTH, Pair::call_in, Codec::Pcmu);
    check_sound(BOTH, pcmu_first, Pair::call_out, Codec::Pcmu);
}

#[test]
fn refuses_an_offer_without_a_common_codec() {
    let mut pair = Pair::new(&[Codec::Opus], &[Codec::Pcmu]);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let refused = pair.far.session.accept_offer(&offer, pair.now);
    assert!(
        matches!(refused, Err(PeerError::Sdp(SdpError::NoCodec))),
        "{refused:?}"
    );
}

#[test]
fn meets_a_peer_whose_description_names_no_candidate_and_no_stream() {
    let strip = |sdp: &str| -> String {
        sdp.lines()
            .filter(|line| !line.contains("candidate") && !line.contains("ssrc"))
            .map(|line| format!("{line}\r\n"))
            .collect()
    };
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = strip(&pair.near.session.create_offer(pair.now).unwrap());
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn goes_on_through_an_ice_restart_of_the_far_end() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    let ufrag = |sdp: &str| {
        let line = sdp.lines().find(|line| line.starts_with("a=ice-ufrag"));
        line.unwrap().to_owned()
    };
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    assert_ne!(ufrag(&offer), ufrag(&answer));
    pair.run(s(20));
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    assert_eq!(pair.near.session.stats().packets_lost, 0);
    assert_eq!(pair.far.session.stats().packets_lost, 0);
    assert_eq!(pair.far.events, [PeerEvent::Connected]);
}

#[test]
fn hears_keys_pressed_at_either_end() {
    for codecs in [&[Codec::Opus], &[Codec::Pcmu]] {
        let mut pair = Pair::new(codecs, codecs);
        pair.call_in();
        pair.run(s(1));
        pair.near.session.press("12#");
        pair.far.session.press("9*0A");
        pair.run(s(3));
        let keys = |end: &End| -> String {
            let keys = end.events.iter().filter_map(|event| match event {
                PeerEvent::Dtmf(key) => Some(*key),
                PeerEvent::Checking
                | PeerEvent::Connected
                | PeerEvent::Disconnected
                | PeerEvent::Failed
                | PeerEvent::Gathering(_)
                | PeerEvent::Candidate(_)
                | PeerEvent::SelectedPair { .. }
                | PeerEvent::Track
                | PeerEvent::Tone(_)
                | PeerEvent::Closed => None,
            });
            keys.collect()
        };
        assert_eq!(keys(&pair.far), "12#");
        assert_eq!(keys(&pair.near), "9*0A");
        // The sound goes on afterwards, and the keys are no loss.
        pair.far.hears(440.0);
        assert_eq!(pair.far.session.stats().packets_lost, 0);
    }
}

#[test]
fn heals_one_loss_in_ten() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    pair.loses = |number| number % 10 == 3;
    pair.run(s(5));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    let lost = pair.far.session.stats().packets_lost + pair.near.session.stats().packets_lost;
    assert!((30..=60).contains(&lost), "{lost}");
}

#[test]
fn falls_to_disconnected_and_failed_in_a_black_hole_and_comes_back_by_a_restart() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    pair.far.session.set_black_hole(true);
    pair.run(s(4));
    assert_eq!(pair.far.events, [PeerEvent::Connected]);
    pair.run(s(2));
    assert_eq!(pair.far.events[1..], [PeerEvent::Disconnected]);
    pair.run(s(30));
    assert_eq!(pair.far.events[2..], [PeerEvent::Failed]);
    assert_eq!(pair.near.events[1..], pair.far.events[1..]);

    pair.far.session.set_black_hole(false);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(5));
    assert_eq!(pair.far.events[3..], [PeerEvent::Connected]);
    assert_eq!(pair.near.events[3..], [PeerEvent::Connected]);
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn comes_back_from_a_short_black_hole_by_itself() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    pair.far.session.set_black_hole(true);
    pair.run(s(8));
    pair.far.session.set_black_hole(false);
    pair.run(s(5));
    use PeerEvent::{Connected, Disconnected};
    assert_eq!(pair.far.events, [Connected, Disconnected, Connected]);
    pair.far.hears(440.0);
}

#[test]
fn fails_when_nobody_comes() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.loses = |_| true;
    pair.call_out();
    pair.run(s(29));
    assert_eq!(pair.far.events, []);
    pair.run(s(120));
    assert_eq!(pair.far.events, [PeerEvent::Failed]);
}

#[test]
fn waits_for_an_answer_that_is_held_back_while_it_rings() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.run(s(90));
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(2));
    assert_eq!(pair.far.events, [PeerEvent::Connected]);
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    // From here on the far end is as watchful as ever.
    pair.loses = |_| true;
    pair.run(s(7));
    assert_eq!(pair.far.events[1..], [PeerEvent::Disconnected]);
}

#[test]
fn waits_for_somebody_to_answer_its_offer() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = pair.far.session.create_offer(pair.now).unwrap();
    pair.run(s(90));
    let answer = pair.near.session.accept_offer(&offer, pair.now).unwrap();
    pair.far.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(2));
    assert_eq!(pair.far.events, [PeerEvent::Connected]);
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn ends_when_the_far_end_closes() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    pair.near.session.close();
    pair.run(s(1));
    assert_eq!(pair.near.events.last(), Some(&PeerEvent::Closed));
    assert_eq!(pair.far.events.last(), Some(&PeerEvent::Closed));
    assert!(matches!(
        pair.far.session.create_offer(pair.now),
        Err(PeerError::Closed)
    ));
    assert_eq!(pair.far.session.deadline(), None);
}

#[test]
fn takes_an_answer_only_to_an_open_offer() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    let early = pair.far.session.accept_answer(&answer, pair.now);
    assert!(matches!(early, Err(PeerError::NoOpenOffer)), "{early:?}");
    // A useless answer leaves the offer open.
    let useless = pair.near.session.accept_answer("v=0\r\n", pair.now);
    assert!(
        matches!(useless, Err(PeerError::Sdp(SdpError::NoAudio))),
        "{useless:?}"
    );
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    let late = pair.near.session.accept_answer(&answer, pair.now);
    assert!(matches!(late, Err(PeerError::NoOpenOffer)), "{late:?}");
}

#[test]
fn refuses_an_offer_of_another_peer_and_goes_on() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    let mut other = End::new(7_000, false, BOTH, 300.0, pair.now);
    let offer = other.session.create_offer(pair.now).unwrap();
    let refused = pair.far.session.accept_offer(&offer, pair.now);
    assert!(
        matches!(refused, Err(PeerError::Sdp(SdpError::OtherPeer))),
        "{refused:?}"
    );
    pair.run(s(1));
    pair.far.hears(440.0);
}
