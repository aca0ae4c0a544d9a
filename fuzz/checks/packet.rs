//! A call between a session and a hostile far end, in virtual time. The input says what happens
//! to the datagrams on their way to the session, what strangers send it, and what the far end,
//! who has the keys, sends of sound, keys and reports. The call never fails of it, and nobody
//! is talked to but the far end.

use rtc::session::{LocalAddress, Output, Session, Settings};
use rtc::{Codec, Liveness, PeerEvent, SILENCE};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use str0m::change::SdpAnswer;
use str0m::format::{Codec as EngineCodec, FormatParams};
use str0m::media::{Direction, Frequency, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpWrite, Ssrc};
use str0m::{Candidate, Input, Rtc, RtcConfig};

const TICK: Duration = Duration::from_millis(10);

/// Ticks that a call may take to connect.
const PATIENCE: usize = 500;

/// Things that happen in one call; what is beyond in the input is left out.
const MOST: usize = 64;

/// Checks one input: a byte for the kind of call, then operations, each a byte and its operands.
pub(crate) fn check(input: &[u8]) {
    let mut script = Script(input);
    let kind = script.byte();
    let mut call = Call::connected(kind);
    for _ in 0..MOST {
        if script.0.is_empty() {
            break;
        }
        call.happens(&mut script);
        call.tick();
    }
    call.fates.clear();
    if !call.keys_misused {
        // Whoever has no keys can do no more than lose datagrams.
        let before = call.session.stats().packets_received;
        for sequence in 0..50 {
            call.say(111, call.sound + sequence, None, false, &[0xf8, 0xff, 0xfe]);
            call.tick();
            call.tick();
        }
        assert!(!call.session.has_ended(), "a stranger ended the call");
        let after = call.session.stats().packets_received;
        assert!(after >= before + 40, "{before}, later {after}");
    }
    call.session.report(0.0);
    call.session.close();
    assert!(call.session.has_ended());
}

/// What is still to be read of the input; zeros follow it.
struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    fn long(&mut self) -> u32 {
        u32::from(self.short()) << 16 | u32::from(self.short())
    }

    /// A length and as many bytes, if there are so many.
    fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }
}

/// What becomes of a datagram on its way to the session.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The byte at this place (from behind if negative) is changed.
    Changed(i16, u8),
    /// Only so many bytes arrive.
    Cut(u16),
    Lost,
    Twice,
    /// The next one overtakes it.
    Late,
    /// It comes from another address.
    From(u16),
}

struct Call {
    now: Instant,
    session: Session,
    here: SocketAddr,
    far: Rtc,
    there: SocketAddr,
    mid: Mid,
    fates: VecDeque<Fate>,
    late: Option<Vec<u8>>,
    last: Vec<u8>,
    /// The sequence number of the far end's next packet of well-behaved sound.
    sound: u64,
    extra: Vec<Ssrc>,
    connected: bool,
    /// Whether the far end itself has misbehaved.
    keys_misused: bool,
    /// Whether the session may know addresses besides the far end's.
    moved: bool,
}

impl Call {
    fn connected(kind: u8) -> Self {
        let now = Instant::now();
        let settings = Settings {
            ice_lite: kind & 1 != 0,
            relay_only: false,
            codecs: vec![Codec::Opus, Codec::Pcmu],
            liveness: Liveness::default(),
            seed: 7,
        };
        let here = SocketAddr::from(([127, 0, 0, 1], 5_000));
        let there = SocketAddr::from(([127, 0, 0, 1], 6_000));
        let mut session = Session::new(settings, now).expect("opus can be set up");
        session.add_candidate(LocalAddress::Host(here), now);

        let mut far = engine().build(now);
        let candidate = Candidate::host(there, Protocol::Udp).expect("it is a candidate");
        far.add_local_candidate(candidate);
        let mut changes = far.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().expect("there is a change");
        let answer = session.accept_offer(&offer.to_sdp_string(), now);
        let answer = answer.expect("the offer is usable");
        // The gateway's shape is not what the engine reads.
        let mut answer = answer.replace(" RTP/SAVPF", " UDP/TLS/RTP/SAVPF");
        if !answer.contains("a=sendrecv") {
            answer.push_str("a=sendrecv\r\n");
        }
        let answer = SdpAnswer::from_sdp_string(&answer).expect("the engine reads it");
        let accepted = far.sdp_api().accept_answer(pending, answer);
        accepted.expect("the answer fits");

        let mut call = Self {
            now,
            session,
            here,
            far,
            there,
            mid,
            fates: VecDeque::new(),
            late: None,
            last: Vec::new(),
            sound: 0,
            extra: Vec::new(),
            connected: false,
            keys_misused: false,
            moved: false,
        };
        for _ in 0..PATIENCE {
            call.tick();
            if call.connected && call.far.is_connected() {
                return call;
            }
        }
        panic!("no call");
    }

    /// Does the next thing that the script says.
    fn happens(&mut self, script: &mut Script<'_>) {
        match script.byte() % 16 {
            0 => {
                for _ in 0..script.byte() % 64 {
                    self.tick();
                }
            }
            1 => {
                let place = script.short() as i16;
                self.fates.push_back(Fate::Changed(place, script.byte()));
            }
            2 => self.fates.push_back(Fate::Cut(script.short() % 1_500)),
            3 => self.fates.push_back(Fate::Lost),
            4 => self.fates.push_back(Fate::Twice),
            5 => self.fates.push_back(Fate::Late),
            6 => {
                self.moved = true;
                self.fates.push_back(Fate::From(script.short()));
            }
            // A stranger, from the far end's address and from elsewhere.
            7 => self.arrives(self.there, script.bytes()),
            8 => {
                let port = script.short();
                self.arrives(SocketAddr::from(([127, 0, 0, 1], port)), script.bytes());
            }
            // The last datagram again, with a byte changed.
            9 => {
                let mut again = self.last.clone();
                change(&mut again, script.short() as i16, script.byte());
                self.arrives(self.there, &again);
            }
            // The far end says something odd.
            10 | 11 => {
                self.keys_misused = true;
                let payload_type = [111, 0, 126, 110, 96, 13][usize::from(script.byte() % 6)];
                let sequence = match script.byte() {
                    0 => u64::from(script.long()) << 8 | u64::from(script.byte()),
                    step => self.sound.wrapping_add(u64::from(step)).wrapping_sub(100),
                };
                let marker = script.byte() & 1 != 0;
                let time = script.long();
                self.say(payload_type, sequence, Some(time), marker, script.bytes());
            }
            12 => {
                self.keys_misused = true;
                let ssrc = Ssrc::from(script.long());
                let mut engine = self.far.direct_api();
                if self.extra.len() < 16 && engine.stream_tx(&ssrc).is_none() {
                    engine.declare_stream_tx(ssrc, None, self.mid, None);
                    self.extra.push(ssrc);
                }
            }
            13 => {
                self.keys_misused = true;
                let to = Ssrc::from(script.long());
                let payload = script.bytes();
                let mut engine = self.far.direct_api();
                engine.send_app_specific_feedback(7.into(), to, payload);
                engine.send_pli_feedback(7.into(), to);
            }
            14 => {
                for sequence in 0..u64::from(script.byte() % 32) {
                    self.say(111, self.sound + sequence, None, false, &[0xf8, 0xff, 0xfe]);
                }
            }
            _ => {
                self.session.press("1#");
                self.session.playout();
            }
        }
    }

    /// The far end writes a packet on its last stream.
    fn say(&mut self, pt: u8, sequence: u64, time: Option<u32>, marker: bool, payload: &[u8]) {
        let now = self.now;
        let time = time.unwrap_or((sequence as u32).wrapping_mul(960));
        if !self.keys_misused {
            self.sound = sequence + 1;
        }
        let last = self.extra.last().copied();
        let mut engine = self.far.direct_api();
        let stream = match last {
            Some(ssrc) => engine.stream_tx(&ssrc),
            None => engine.stream_tx_by_mid(self.mid, None),
        };
        if let Some(stream) = stream {
            let pt = Pt::new_with_value(pt);
            let write = RtpWrite::new(pt, sequence.into(), time, now, payload.to_vec());
            stream.write_rtp(write.marker(marker));
        }
        self.far_sends();
    }

    /// Ten milliseconds pass.
    fn tick(&mut self) {
        self.now += TICK;
        let _ = self.far.handle_input(Input::Timeout(self.now));
        self.far_sends();
        self.session.capture(Some(&SILENCE), self.now);
        self.session.timeout(self.now);
        if let Some(late) = self.late.take() {
            self.arrives(self.there, &late);
        }
        self.session.playout();
        self.session_sends();
        self.far_sends();
        assert!(self.session.stats().packets_lost < 1_000_000);
    }

    fn far_sends(&mut self) {
        while self.far.is_alive() {
            match self.far.poll_output() {
                Ok(str0m::Output::Timeout(_)) | Err(_) => return,
                Ok(str0m::Output::Transmit(datagram)) => {
                    let data: Vec<u8> = datagram.contents.into();
                    self.carry(data);
                }
                Ok(str0m::Output::Event(_)) => {}
            }
        }
    }

    /// Takes a datagram of the far end to the session, or not.
    fn carry(&mut self, mut data: Vec<u8>) {
        self.last = data.clone();
        match self.fates.pop_front() {
            None => {}
            Some(Fate::Changed(place, by)) => change(&mut data, place, by),
            Some(Fate::Cut(length)) => data.truncate(length.into()),
            Some(Fate::Lost) => return,
            Some(Fate::Twice) => self.arrives(self.there, &data),
            Some(Fate::Late) => {
                self.late = Some(data);
                return;
            }
            Some(Fate::From(port)) => {
                self.arrives(SocketAddr::from(([127, 0, 0, 1], port)), &data);
                return;
            }
        }
        self.arrives(self.there, &data);
    }

    fn arrives(&mut self, from: SocketAddr, data: &[u8]) {
        self.session.datagram(from, self.here, data, self.now);
    }

    fn session_sends(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send { from, to, data } => {
                    assert!(self.moved || to == self.there, "it talks to {to}");
                    assert_eq!(from, self.here);
                    if let Ok(receive) = Receive::new(Protocol::Udp, from, self.there, &data) {
                        // What is refused is as good as lost.
                        let _ = self.far.handle_input(Input::Receive(self.now, receive));
                        self.far_sends();
                    }
                }
                Output::Gather => self.session.gathered(),
                Output::Event(event) => self.connected |= event == PeerEvent::Connected,
            }
        }
    }
}

fn change(data: &mut [u8], place: i16, by: u8) {
    let length = data.len() as i64;
    if length > 0 {
        let place = i64::from(place).rem_euclid(length) as usize;
        data[place] ^= by.max(1);
    }
}

/// An engine of the far end that speaks more than the session does.
fn engine() -> RtcConfig {
    let mut config = RtcConfig::new()
        .set_rtp_mode(true)
        .set_stats_interval(None)
        .clear_codecs();
    let kinds = [
        (111, EngineCodec::Opus, Frequency::FORTY_EIGHT_KHZ, Some(2)),
        (0, EngineCodec::PCMU, Frequency::EIGHT_KHZ, None),
        (126, EngineCodec::Tele, Frequency::EIGHT_KHZ, None),
        (110, EngineCodec::Tele, Frequency::FORTY_EIGHT_KHZ, None),
        (96, EngineCodec::G722, Frequency::EIGHT_KHZ, None),
        (13, EngineCodec::CN, Frequency::EIGHT_KHZ, None),
    ];
    for (number, codec, rate, channels) in kinds {
        let pt = Pt::new_with_value(number);
        let format = FormatParams::default();
        config
            .codec_config()
            .add_config(pt, None, codec, rate, channels, format);
    }
    config
}
