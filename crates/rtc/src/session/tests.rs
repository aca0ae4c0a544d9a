//! Two sessions face to face, in virtual time: no socket, no waiting.

mod browser;
mod call;
mod faults;
mod negotiation;
mod network;
mod report;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use network::Weather;

use super::*;
use crate::audio::{AudioSink, AudioSource, Meter, MeterSink, Tone, meter};

const TICK: Duration = Duration::from_millis(20);
const MILLISECOND: Duration = Duration::from_millis(1);

/// A datagram on its way: when it arrives, from where, to where, its content.
type Carried = (Instant, SocketAddr, SocketAddr, Vec<u8>);

/// One end: a session that plays a tone and measures what it hears.
struct End {
    address: SocketAddr,
    session: Session,
    tone: Tone,
    sink: MeterSink,
    meter: Meter,
    events: Vec<PeerEvent>,
    inbox: VecDeque<Carried>,
    /// All it has heard, 48 kHz.
    heard: Vec<i16>,
}

impl End {
    fn new(port: u16, ice_lite: bool, codecs: &[Codec], hz: f64, now: Instant) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self::at(address, ice_lite, codecs, hz, now)
    }

    fn at(address: SocketAddr, ice_lite: bool, codecs: &[Codec], hz: f64, now: Instant) -> Self {
        let settings = Settings {
            ice_lite,
            relay_only: false,
            codecs: codecs.to_vec(),
            liveness: Liveness::default(),
            seed: u64::from(address.port()) << 20 | 7,
        };
        let (sink, meter) = meter();
        let mut session = Session::new(settings, now).unwrap();
        session.add_candidate(LocalAddress::Host(address), now);
        Self {
            address,
            session,
            tone: Tone::new(hz, -20.0),
            sink,
            meter,
            events: Vec::new(),
            inbox: VecDeque::new(),
            heard: Vec::new(),
        }
    }

    /// What became of the connection.
    fn states(&self) -> Vec<PeerEvent> {
        let is_state = |event: &&PeerEvent| match event {
            PeerEvent::Connected
            | PeerEvent::Disconnected
            | PeerEvent::Failed
            | PeerEvent::Closed => true,
            PeerEvent::Checking
            | PeerEvent::Dtmf(_)
            | PeerEvent::Gathering(_)
            | PeerEvent::Candidate(_)
            | PeerEvent::SelectedPair { .. }
            | PeerEvent::Track
            | PeerEvent::Tone(_) => false,
        };
        self.events.iter().filter(is_state).cloned().collect()
    }

    /// The datagrams to send: from, to, content; events are noted.
    fn outputs(&mut self) -> Vec<(SocketAddr, SocketAddr, Vec<u8>)> {
        let mut datagrams = Vec::new();
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send { from, to, data } => datagrams.push((from, to, data)),
                Output::Gather => self.session.gathered(),
                Output::Event(event) => self.events.push(event),
            }
        }
        datagrams
    }

    #[track_caller]
    fn hears(&self, hz: f64) {
        self.hears_within(hz, 2.0);
    }

    #[track_caller]
    fn hears_within(&self, hz: f64, off_by: f64) {
        let reading = self.meter.reading().expect("sound has come");
        assert!((reading.dominant_hz - hz).abs() < off_by, "{reading:?}");
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
    /// An address that nothing reaches or leaves any more.
    gone: Option<SocketAddr>,
    /// What happens to datagrams besides, each way.
    weather: Option<[Weather; 2]>,
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
            gone: None,
            weather: None,
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
                    let (at, from, to, data) = end.inbox.pop_front().unwrap();
                    end.session.datagram(from, to, &data, at);
                }
                if ticks {
                    let frame = end.tone.pull();
                    end.session.capture(frame.as_ref(), self.now);
                    if let Some(frame) = end.session.playout() {
                        end.sink.push(&frame);
                        end.heard.extend(frame);
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
        let (out, back) = (self.near.outputs(), self.far.outputs());
        let ways = [(out, &mut self.far.inbox), (back, &mut self.near.inbox)];
        for (way, (datagrams, inbox)) in ways.into_iter().enumerate() {
            for (from, to, data) in datagrams {
                let gone = self.gone.is_some_and(|gone| gone == from || gone == to);
                if lost(&mut self.sent) || gone {
                    continue;
                }
                let arrivals = match self.weather.as_mut() {
                    None => vec![arrival],
                    Some(weather) => weather[way].carry(self.now, data.len()),
                };
                for at in arrivals {
                    let behind = inbox.partition_point(|(other, ..)| *other <= at);
                    inbox.insert(behind, (at, from, to, data.clone()));
                }
            }
        }
    }
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
