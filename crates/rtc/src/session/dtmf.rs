//! Key presses in the sound stream: telephone-events (RFC 4733, December 2006).

use std::collections::VecDeque;

/// The keys, each at the place of its event code (RFC 4733, section 3.2).
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

/// Frames (20 ms) a key is held: 100 ms.
const HELD_FRAMES: u16 = 5;

/// How often the end of an event is said (RFC 4733, section 2.5.1.4).
const ENDS: u16 = 3;

/// Frames (20 ms) of sound between two keys: 100 ms, less the two frames of repeated ends.
const PAUSE_FRAMES: u16 = 3;

/// Power of the tone as the event tells it, in dBm0 without the sign.
const VOLUME: u8 = 10;

/// What a telephone-event packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Event {
    code: u8,
    end: bool,
    /// In ticks of the payload's clock.
    duration: u16,
}

impl Event {
    fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, high, low, ..] = *payload else {
            return None;
        };
        Some(Self {
            code,
            end: flags & 0x80 != 0,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    fn payload(self) -> [u8; 4] {
        let [high, low] = self.duration.to_be_bytes();
        let end = if self.end { 0x80 } else { 0 };
        [self.code, end | VOLUME, high, low]
    }
}

/// Finds the presses in the telephone-event packets that come in.
///
/// Packets of one press share an RTP timestamp, so a lost, repeated or late packet makes no
/// press more or less as long as one of them arrives. A press longer than 65,535 ticks (8 s
/// at 8 kHz) counts once for each such piece.
#[derive(Debug, Default)]
pub(crate) struct Presses {
    seen: VecDeque<u32>,
}

impl Presses {
    /// Takes a packet's RTP timestamp and payload; gives the key when the press is new.
    pub(crate) fn hear(&mut self, timestamp: u32, payload: &[u8]) -> Option<char> {
        let event = Event::parse(payload)?;
        let key = char::from(*KEYS.get(usize::from(event.code))?);
        if self.seen.contains(&timestamp) {
            return None;
        }
        if self.seen.len() == 8 {
            self.seen.pop_front();
        }
        self.seen.push_back(timestamp);
        Some(key)
    }
}

/// A telephone-event packet to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventPacket {
    /// Frames since the event began; the packet carries the timestamp of that moment.
    pub(crate) frames_since_start: u32,
    pub(crate) first: bool,
    pub(crate) payload: [u8; 4],
}

/// Sends key presses, one packet per 20 ms instead of sound.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    queue: VecDeque<u8>,
    at: Option<(u8, u16)>,
}

impl Keys {
    /// Queues the keys in `digits`; other characters are skipped.
    pub(crate) fn press(&mut self, digits: &str) {
        let codes = digits
            .bytes()
            .filter_map(|digit| KEYS.iter().position(|k| *k == digit.to_ascii_uppercase()));
        self.queue.extend(codes.map(|code| code as u8));
    }

    /// The packet for this frame, or `None` when it belongs to sound. `ticks` are those of the
    /// telephone-event clock in a frame.
    pub(crate) fn next(&mut self, ticks: u16) -> Option<EventPacket> {
        if self.at.is_none() {
            self.at = self.queue.pop_front().map(|code| (code, 0));
        }
        let (code, frame) = self.at?;
        let over = frame + 1 == HELD_FRAMES + ENDS - 1 + PAUSE_FRAMES;
        self.at = (!over).then_some((code, frame + 1));
        if frame >= HELD_FRAMES + ENDS - 1 {
            return None;
        }
        let event = Event {
            code,
            end: frame + 1 >= HELD_FRAMES,
            duration: (frame + 1).min(HELD_FRAMES) * ticks,
        };
        Some(EventPacket {
            frames_since_start: u32::from(frame),
            first: frame == 0,
            payload: event.payload(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `Keys` sends for `digits`: one entry per frame, `None` for sound.
    fn frames(digits: &str) -> Vec<Option<EventPacket>> {
        let mut keys = Keys::default();
        keys.press(digits);
        let mut frames = Vec::new();
        while keys.at.is_some() || !keys.queue.is_empty() {
            frames.push(keys.next(160));
        }
        frames
    }

    /// The presses heard when only the packets that `keep` wants arrive.
    fn heard(digits: &str, keep: impl Fn(usize) -> bool) -> String {
        let mut presses = Presses::default();
        let packets = frames(digits).into_iter().enumerate();
        packets
            .filter(|(at, _)| keep(*at))
            .filter_map(|(at, packet)| packet.map(|p| (at as u32 - p.frames_since_start, p)))
            .filter_map(|(start, p)| presses.hear(start * 160, &p.payload))
            .collect()
    }

    #[test]
    fn holds_a_key_for_100_ms_and_says_its_end_three_times() {
        let events: Vec<Event> = frames("5")
            .into_iter()
            .flatten()
            .map(|p| Event::parse(&p.payload).unwrap())
            .collect();
        assert_eq!(
            events.iter().map(|e| e.duration).collect::<Vec<_>>(),
            [160, 320, 480, 640, 800, 800, 800]
        );
        assert_eq!(
            events.iter().map(|e| e.end).collect::<Vec<_>>(),
            [false, false, false, false, true, true, true]
        );
        assert!(events.iter().all(|e| e.code == 5));
    }

    #[test]
    fn leaves_sound_between_two_keys() {
        let sent: Vec<bool> = frames("12").iter().map(Option::is_some).collect();
        let key = [[true; 7].as_slice(), &[false; 3]].concat();
        assert_eq!(sent, [key.clone(), key].concat());
    }

    #[test]
    fn hears_every_key_once() {
        assert_eq!(heard("0123456789*#ABCD", |_| true), "0123456789*#ABCD");
        assert_eq!(heard("11", |_| true), "11");
    }

    #[test]
    fn hears_a_key_of_which_only_one_packet_arrives() {
        for kept in 0..7 {
            assert_eq!(heard("7", |at| at == kept), "7", "packet {kept}");
        }
    }

    #[test]
    fn skips_what_is_not_a_key() {
        assert_eq!(heard("1w-é2", |_| true), "12");
        assert_eq!(heard("a", |_| true), "A");
        let mut presses = Presses::default();
        assert_eq!(presses.hear(0, &[16, 0, 0, 160]), None);
        assert_eq!(presses.hear(0, &[1, 0, 0]), None);
    }
}
