//! The candidates of this end, and the pair that is used.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use protocol::media::{Candidate, GatheringState};
use str0m::Rtc;
use str0m::net::Protocol;

use super::{Output, PeerEvent, Session};

/// Former addresses of the far end that sound is still taken from.
const PAST: usize = 4;

/// An address of this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LocalAddress {
    /// A socket of this machine.
    Host(SocketAddr),
    /// How a STUN server sees a socket of this machine.
    ServerReflexive {
        /// The address that the server saw.
        address: SocketAddr,
        /// The socket.
        base: SocketAddr,
    },
    /// A TURN server's address. What is sent from it is given out with it as
    /// [`Output::Send`]'s `from`.
    Relayed {
        /// The server's address for this end.
        address: SocketAddr,
        /// The socket that speaks with the server.
        local: SocketAddr,
    },
}

impl LocalAddress {
    fn is_relayed(self) -> bool {
        match self {
            Self::Host(_) | Self::ServerReflexive { .. } => false,
            Self::Relayed { .. } => true,
        }
    }
}

/// An address and what the engine made of it.
#[derive(Debug, Clone)]
pub(crate) struct OwnCandidate {
    address: LocalAddress,
    /// As written after `a=`, without extensions; `None` while the engine does not know it or
    /// when it finds it redundant.
    line: Option<String>,
}

impl OwnCandidate {
    pub(crate) fn add_to(&mut self, rtc: &mut Rtc) {
        let candidate = match self.address {
            LocalAddress::Host(address) => str0m::Candidate::host(address, Protocol::Udp),
            LocalAddress::ServerReflexive { address, base } => {
                str0m::Candidate::server_reflexive(address, base, Protocol::Udp)
            }
            LocalAddress::Relayed { address, local } => {
                str0m::Candidate::relayed(address, local, Protocol::Udp)
            }
        };
        self.line = match candidate {
            Ok(candidate) => rtc
                .add_local_candidate(candidate)
                .map(|added| without_ufrag(&added.to_sdp_string())),
            Err(error) => {
                tracing::debug!(%error, "an address is no candidate");
                None
            }
        };
    }
}

fn without_ufrag(line: &str) -> String {
    let kept = line.split_once(" ufrag ").map_or(line, |(kept, _)| kept);
    kept.to_owned()
}

impl Session {
    /// Takes an address of this end that was found; with `relay_only` only relayed ones count.
    pub fn add_candidate(&mut self, address: LocalAddress, now: Instant) {
        self.clock.advance(now);
        let known = self.candidates.iter().any(|known| known.address == address);
        if self.ended || known || (self.settings.relay_only && !address.is_relayed()) {
            return;
        }
        let mut candidate = OwnCandidate {
            address,
            line: None,
        };
        if let Some(rtc) = self.rtc.as_mut() {
            candidate.add_to(rtc);
            self.drain();
        }
        if self.gathering != GatheringState::New {
            let news = candidate.line.as_deref().and_then(parse);
            self.tell(news.map(|candidate| PeerEvent::Candidate(Some(candidate))));
        }
        self.candidates.push(candidate);
    }

    /// All candidates are found: whoever runs the session says so once after each
    /// [`Output::Gather`].
    pub fn gathered(&mut self) {
        if self.gathering == GatheringState::Gathering && !self.ended {
            self.gathering = GatheringState::Complete;
            self.tell(Some(PeerEvent::Candidate(None)));
            self.tell(Some(PeerEvent::Gathering(GatheringState::Complete)));
        }
    }

    /// Whether nothing more is to be found for the description that was set last.
    pub fn has_gathered(&self) -> bool {
        self.gathering == GatheringState::Complete
    }

    /// Whether the far end has a candidate on this very machine that only loopback reaches.
    pub fn wants_loopback(&self) -> bool {
        let remote = self.signaling.remote();
        let lines = remote
            .into_iter()
            .flat_map(|side| &side.description.candidates);
        let mut addresses = lines.filter_map(|line| line.split(' ').nth(4)?.parse::<IpAddr>().ok());
        addresses.any(|address| address.is_loopback())
    }

    pub(super) fn start_gathering(&mut self) {
        self.gathering = GatheringState::Gathering;
        self.tell(Some(PeerEvent::Gathering(GatheringState::Gathering)));
        let known: Vec<Candidate> = self.own().collect();
        for candidate in known {
            self.tell(Some(PeerEvent::Candidate(Some(candidate))));
        }
    }

    pub(super) fn own(&self) -> impl Iterator<Item = Candidate> {
        self.candidates
            .iter()
            .filter_map(|own| parse(own.line.as_deref()?))
    }

    /// Candidates as they are written after `a=candidate:`.
    pub(super) fn candidate_lines(&self) -> Vec<String> {
        let lines = self.candidates.iter().filter_map(|own| own.line.as_deref());
        let lines = lines.filter_map(|line| line.strip_prefix("candidate:"));
        lines.map(str::to_owned).collect()
    }

    /// What the gateway's shape names as the place where sound is received.
    pub(super) fn gateway_address(&self) -> SocketAddr {
        let hosts = self.candidates.iter().find_map(|own| match own.address {
            LocalAddress::Host(address) => Some(address),
            LocalAddress::ServerReflexive { .. } | LocalAddress::Relayed { .. } => None,
        });
        hosts.unwrap_or(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9)))
    }

    /// Notes from where to where sound goes.
    pub(super) fn note_pair(&mut self, from: SocketAddr, to: SocketAddr) {
        if self.pair == Some((from, to)) {
            return;
        }
        self.past.extend(self.pair.map(|(_, past)| past));
        if self.past.len() > PAST {
            self.past.pop_front();
        }
        self.pair = Some((from, to));
        let own = self.own_at(from);
        let theirs = self.theirs_at(to);
        self.tell(Some(PeerEvent::SelectedPair {
            local: own,
            remote: theirs,
        }));
    }

    /// Whether the far end is or was there, or may be there as it says.
    pub(super) fn is_far_end(&self, address: SocketAddr) -> bool {
        self.past.contains(&address)
            || self.pair.is_some_and(|(_, to)| to == address)
            || self.theirs_at(address).kind != "prflx"
    }

    pub(super) fn own_at(&self, address: SocketAddr) -> Candidate {
        let is_it = |own: &Candidate| is_at(own, address);
        self.own().find(is_it).unwrap_or_else(|| reflexive(address))
    }

    pub(super) fn theirs_at(&self, address: SocketAddr) -> Candidate {
        let side = self.signaling.remote();
        let lines = side
            .into_iter()
            .flat_map(|side| &side.description.candidates);
        let mut theirs = lines.filter_map(|line| parse(&format!("candidate:{line}")));
        theirs
            .find(|candidate| is_at(candidate, address))
            .unwrap_or_else(|| reflexive(address))
    }
}

impl Output {
    /// Whether it is a datagram of sound or handshake rather than a check of the path.
    pub(super) fn is_payload(data: &[u8]) -> bool {
        data.first().is_some_and(|first| *first >= 20)
    }
}

fn is_at(candidate: &Candidate, address: SocketAddr) -> bool {
    candidate.port == address.port() && candidate.address == address.ip().to_string()
}

/// A candidate that nobody told of.
fn reflexive(address: SocketAddr) -> Candidate {
    // The type preference of peer-reflexive candidates (RFC 8445, section 5.1.2.2).
    let priority = 110 << 24 | 0xffff << 8 | 0xff;
    Candidate {
        candidate: format!(
            "candidate:0 1 udp {priority} {} {} typ prflx",
            address.ip(),
            address.port()
        ),
        kind: "prflx".to_owned(),
        address: address.ip().to_string(),
        port: address.port(),
        priority,
        protocol: "udp".to_owned(),
        related_address: None,
        related_port: None,
    }
}

/// Reads a line as it is written after `a=`.
pub(super) fn parse(line: &str) -> Option<Candidate> {
    let fields: Vec<&str> = line.split(' ').collect();
    let [_, _, protocol, priority, address, port, "typ", kind, ..] = fields[..] else {
        return None;
    };
    let after = |name: &str| {
        let at = fields.iter().position(|field| *field == name)?;
        fields.get(at + 1).copied()
    };
    Some(Candidate {
        candidate: line.to_owned(),
        kind: kind.to_owned(),
        address: address.to_owned(),
        port: port.parse().ok()?,
        priority: priority.parse().ok()?,
        protocol: protocol.to_ascii_lowercase(),
        related_address: after("raddr").map(str::to_owned),
        related_port: after("rport").and_then(|port| port.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_candidate_of_ours() {
        let line = "candidate:12 1 udp 2130706175 192.0.2.1 5000 typ srflx raddr 0.0.0.0 rport 9";
        let read = parse(line).unwrap();
        assert_eq!(read.kind, "srflx");
        assert_eq!(read.address, "192.0.2.1");
        assert_eq!((read.port, read.priority), (5_000, 2_130_706_175));
        assert_eq!(read.related_address.as_deref(), Some("0.0.0.0"));
        assert_eq!(read.related_port, Some(9));
        assert_eq!(parse("candidate:nonsense"), None);
    }
}
