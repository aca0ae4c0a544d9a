//! Key presses in the sound stream: telephone-events (RFC 4733, December 2006).

use std::collections::VecDeque;
use std::time::Duration;

/// The keys, each at the place of its event code (RFC 4733, section 3.2).
const KEYS: &[u8; 16] = b"0123456789*#ABCD";

/// Frames (20 ms) a key of [`Keys::press`] is held: 100 ms.
const HELD_FRAMES: u32 = 5;

/// How often the end of an event is said (RFC 4733, section 2.5.1.4).
const ENDS: u32 = 3;

/// Frames (20 ms) from one key of [`Keys::press`] to the next: 100 ms.
const GAP_FRAMES: u32 = 5;

/// Frames (20 ms) of a `,`: 2 s.
const COMMA_FRAMES: u32 = 100;

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

/// Something to send.
#[derive(Debug, Clone, Copy)]
struct Press {
    /// The event code; `None` for silence.
    code: Option<u8>,
    held: u32,
    /// From the end of this key to the next.
    gap: u32,
    /// What is told when it begins.
    told: Option<char>,
}

impl Press {
    fn frames(self) -> u32 {
        match self.code {
            Some(_) => self.held + self.gap.max(ENDS - 1),
            None => self.held,
        }
    }
}

/// Sends key presses, one packet per 20 ms instead of sound.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    queue: VecDeque<Press>,
    at: Option<(Press, u32)>,
    tones: VecDeque<String>,
    /// Whether the end of all is to be told.
    tells_end: bool,
}

impl Keys {
    /// Queues the keys in `digits`; other characters are skipped.
    pub(crate) fn press(&mut self, digits: &str) {
        self.queue.extend(digits.chars().filter_map(|key| {
            Some(Press {
                code: Some(code(key)?),
                held: HELD_FRAMES,
                gap: GAP_FRAMES,
                told: None,
            })
        }));
    }

    /// Replaces what has not begun. `,` is silence; other characters that are no keys are
    /// skipped.
    pub(crate) fn insert(&mut self, tones: &str, duration: Duration, gap: Duration) {
        // The bounds of W3C webrtc-pc, section 7.2.
        let held = frames(duration.clamp(Duration::from_millis(40), Duration::from_secs(6)));
        let gap = frames(gap.clamp(Duration::from_millis(30), Duration::from_secs(6)));
        let presses = tones.chars().filter_map(|tone| {
            let code = code(tone);
            let held = match code {
                Some(_) => held,
                None if tone == ',' => COMMA_FRAMES,
                None => return None,
            };
            let told = Some(tone.to_ascii_uppercase());
            Some(Press {
                code,
                held,
                gap,
                told,
            })
        });
        self.queue = presses.collect();
        self.tells_end |= self.at.is_some() || !self.queue.is_empty();
    }

    /// The next key of [`Keys::insert`] that has begun; an empty one at the end.
    pub(crate) fn tone(&mut self) -> Option<String> {
        self.tones.pop_front()
    }

    /// The packet for this frame, or `None` when it belongs to sound. `ticks` are those of the
    /// telephone-event clock in a frame.
    pub(crate) fn next(&mut self, ticks: u16) -> Option<EventPacket> {
        if self.at.is_none() {
            self.at = self.queue.pop_front().map(|press| (press, 0));
            match self.at {
                Some((press, _)) => self.tones.extend(press.told.map(String::from)),
                None if self.tells_end => {
                    self.tells_end = false;
                    self.tones.push_back(String::new());
                }
                None => {}
            }
        }
        let (press, frame) = self.at?;
        let over = frame + 1 >= press.frames();
        self.at = (!over).then_some((press, frame + 1));
        let code = press.code?;
        if frame >= press.held + ENDS - 1 {
            return None;
        }
        let duration = (frame + 1).min(press.held) * u32::from(ticks);
        let event = Event {
            code,
            end: frame + 1 >= press.held,
            // What is longer than the field (1.4 s at 48 kHz) stays at its most.
            duration: u16::try_from(duration).unwrap_or(u16::MAX),
        };
        Some(EventPacket {
            frames_since_start: frame,
            first: frame == 0,
            payload: event.payload(),
        })
    }
}

fn code(key: char) -> Option<u8> {
    let key = u8::try_from(key).ok()?.to_ascii_uppercase();
    let at = KEYS.iter().position(|known| *known == key)?;
    u8::try_from(at).ok()
}

/// Whole frames of 20 ms, to the nearest.
fn frames(time: Duration) -> u32 {
    ((time.as_millis() + 10) / 20) as u32
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

    /// What is sent for `tones` (`k` key, `.` sound) and what is told.
    fn inserted(keys: &mut Keys) -> (String, Vec<String>) {
        let mut sent = String::new();
        let mut told = Vec::new();
        while keys.at.is_some() || !keys.queue.is_empty() || keys.tells_end {
            sent.push(if keys.next(160).is_some() { 'k' } else { '.' });
            told.extend(keys.tone());
        }
        (sent, told)
    }

    #[test]
    fn inserts_tones_of_any_length_and_tells_each() {
        let mut keys = Keys::default();
        let ms = Duration::from_millis;
        keys.insert("1x,b", ms(160), ms(70));
        let (sent, told) = inserted(&mut keys);
        // 8 frames and two repeated ends within the gap of 4 (70 ms are nearest to 80).
        let comma = ".".repeat(100);
        assert_eq!(sent, format!("kkkkkkkkkk..{comma}kkkkkkkkkk..."));
        assert_eq!(told, ["1", ",", "B", ""]);
    }

    #[test]
    fn replaces_tones_that_have_not_begun() {
        let mut keys = Keys::default();
        let ms = Duration::from_millis;
        keys.insert("12", ms(100), ms(70));
        keys.next(160);
        keys.insert("3", ms(100), ms(70));
        assert_eq!(inserted(&mut keys).1, ["1", "3", ""]);
        keys.insert("4", ms(100), ms(70));
        keys.next(160);
        keys.insert("", ms(100), ms(70));
        assert_eq!(inserted(&mut keys).1, ["4", ""]);
        keys.insert("", ms(100), ms(70));
        assert_eq!(inserted(&mut keys).1, [""; 0]);
    }

    #[test]
    fn holds_a_key_longer_than_its_field_can_say() {
        let mut keys = Keys::default();
        keys.insert("1", Duration::from_secs(60), Duration::ZERO);
        let events: Vec<Event> = std::iter::from_fn(|| keys.next(960))
            .map(|packet| Event::parse(&packet.payload).unwrap())
            .collect();
        assert_eq!(events.len(), 302);
        assert_eq!(events[301].duration, u16::MAX);
        assert!(events[301].end);
    }
}
