//! Asks STUN servers how they see a socket (RFC 8489, February 2020). No I/O, no clock.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Waits after each request; the last is for a late answer. 3.75 s in all.
const WAITS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(1_000),
    Duration::from_millis(2_000),
];

const COOKIE: [u8; 4] = 0x2112_A442_u32.to_be_bytes();
const REQUEST: [u8; 2] = 0x0001_u16.to_be_bytes();
const SUCCESS: [u8; 2] = 0x0101_u16.to_be_bytes();
const MAPPED_ADDRESS: u16 = 0x0001;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;

/// One question to one server from one socket.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) base: SocketAddr,
    pub(super) server: SocketAddr,
    id: [u8; 12],
    sent: usize,
    next: Instant,
}

impl Probe {
    pub(super) fn new(base: SocketAddr, server: SocketAddr, id: [u8; 12], now: Instant) -> Self {
        Self {
            base,
            server,
            id,
            sent: 0,
            next: now,
        }
    }

    /// When to look again.
    pub(super) fn deadline(&self) -> Instant {
        self.next
    }

    /// The request to send now, if it is time; `None` also when all is said.
    pub(super) fn request(&mut self, now: Instant) -> Option<[u8; 20]> {
        if now < self.next || self.is_over(now) {
            return None;
        }
        self.next = now + *WAITS.get(self.sent)?;
        self.sent += 1;
        let mut request = [0; 20];
        request[..2].copy_from_slice(&REQUEST);
        request[4..8].copy_from_slice(&COOKIE);
        request[8..].copy_from_slice(&self.id);
        Some(request)
    }

    /// Whether no answer is waited for any more.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.sent == WAITS.len() && now >= self.next
    }

    /// Whether this is the answer.
    pub(super) fn is_answered_by(&self, from: SocketAddr, datagram: &[u8]) -> bool {
        from == self.server
            && datagram.starts_with(&SUCCESS)
            && datagram.get(4..8) == Some(&COOKIE)
            && datagram.get(8..20) == Some(&self.id)
    }
}

/// The address in an answer.
pub(super) fn mapped(answer: &[u8]) -> Option<SocketAddr> {
    let id: [u8; 16] = answer.get(4..20)?.try_into().ok()?;
    let mut rest = answer.get(20..)?;
    let mut plain = None;
    while let [kind_high, kind_low, length_high, length_low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
        let value = after.get(..length)?;
        match u16::from_be_bytes([*kind_high, *kind_low]) {
            XOR_MAPPED_ADDRESS => return address(value, &id),
            // What servers of RFC 3489 say.
            MAPPED_ADDRESS => plain = address(value, &[0; 16]),
            _ => {}
        }
        rest = after.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    plain
}

fn address(value: &[u8], mask: &[u8; 16]) -> Option<SocketAddr> {
    let [_, family, port_high, port_low, bytes @ ..] = value else {
        return None;
    };
    let unmask = |at: usize, byte: u8| byte ^ mask[at];
    let port = u16::from_be_bytes([unmask(0, *port_high), unmask(1, *port_low)]);
    let ip = match family {
        1 => {
            let mut bytes: [u8; 4] = bytes.try_into().ok()?;
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = unmask(at, *byte);
            }
            IpAddr::from(bytes)
        }
        2 => {
            let mut bytes: [u8; 16] = bytes.try_into().ok()?;
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = unmask(at, *byte);
            }
            IpAddr::from(bytes)
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        let pairs = digits.chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
            .collect()
    }

    /// The sample responses of RFC 5769, sections 2.2 and 2.3.
    const V4: &str = "0101003c 2112a442 b7e7a701bc34d686fa87dfae
        8022000b 7465737420766563746f7220 00200008 0001a147 e112a643
        00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96";
    const V6: &str = "01010048 2112a442 b7e7a701bc34d686fa87dfae
        8022000b 7465737420766563746f7220
        00200014 0002a147 0113a9faa5d3f179bc25f4b5bed2b9d9
        00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c";

    #[test]
    fn reads_the_samples_of_rfc_5769() {
        assert_eq!(mapped(&hex(V4)), Some("192.0.2.1:32853".parse().unwrap()));
        let v6 = "[2001:db8:1234:5678:11:2233:4455:6677]:32853";
        assert_eq!(mapped(&hex(V6)), Some(v6.parse().unwrap()));
    }

    #[test]
    fn reads_any_bytes_without_harm() {
        let whole = hex(V6);
        for length in 0..whole.len() {
            mapped(&whole[..length]);
            let mut damaged = whole.clone();
            damaged[length] ^= 0xff;
            mapped(&damaged);
        }
        assert_eq!(mapped(&[0; 19]), None);
    }

    #[test]
    fn takes_the_plain_address_of_an_old_server() {
        let mut old = vec![1, 1, 0, 12];
        old.extend([0; 16]);
        old.extend([0, 1, 0, 8, 0, 1, 0x12, 0x34, 192, 0, 2, 9]);
        assert_eq!(mapped(&old), Some("192.0.2.9:4660".parse().unwrap()));
    }

    #[test]
    fn asks_four_times_and_knows_its_answer() {
        let start = Instant::now();
        let base = "192.0.2.5:5000".parse().unwrap();
        let server = "192.0.2.1:3478".parse().unwrap();
        let id: [u8; 12] = hex(V4)[8..20].try_into().unwrap();
        let mut probe = Probe::new(base, server, id, start);
        let mut asked = Vec::new();
        for ms in 0..5_000 {
            let now = start + Duration::from_millis(ms);
            if let Some(request) = probe.request(now) {
                assert_eq!(request[..4], [0, 1, 0, 0]);
                asked.push(ms);
            }
            assert_eq!(probe.is_over(now), ms >= 3_750, "{ms}");
        }
        assert_eq!(asked, [0, 250, 750, 1_750]);
        assert!(probe.is_answered_by(server, &hex(V4)));
        assert!(!probe.is_answered_by(base, &hex(V4)));
        let mut other = hex(V4);
        other[19] ^= 1;
        assert!(!probe.is_answered_by(server, &other));
    }
}
