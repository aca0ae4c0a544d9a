//! Connected, disconnected, failed: judged by the age of the last packet.

use std::time::{Duration, Instant};

use super::PeerEvent;

/// How long without a packet until the connection counts as disturbed or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liveness {
    /// Age of the last packet at which [`PeerEvent::Disconnected`] comes.
    pub disconnected_after: Duration,
    /// Age of the last packet at which [`PeerEvent::Failed`] comes; also the time a first
    /// connection may take, from the far end's answer or, if it offered, its first packet.
    pub failed_after: Duration,
}

impl Default for Liveness {
    /// 5 s and 30 s.
    fn default() -> Self {
        Self {
            disconnected_after: Duration::from_secs(5),
            failed_after: Duration::from_secs(30),
        }
    }
}

/// ```text
/// New -- told or met -> Connecting -- handshake --> Connected <-------- packet -------+
///                           |                           |                             |
///                       too long                    old packet                        |
///                           v                           v                             |
///                 Failed { once: false }           Disconnected -- older --> Failed { once: true }
/// ```
/// A packet leads from `Disconnected` back to `Connected`, too; a late handshake leads there
/// from `Failed { once: false }`. A new negotiation leads from `Failed` to `Connecting` or, when
/// it had been connected once, to `Again`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Connecting,
    Connected,
    Disconnected,
    /// `once`: whether it had been connected, so that a packet is enough to connect again.
    Failed {
        once: bool,
    },
    /// Negotiated anew after `Failed { once: true }`.
    Again,
}

/// Watches one connection.
#[derive(Debug)]
pub(crate) struct Watch {
    limits: Liveness,
    state: State,
    last_packet: Instant,
}

impl Watch {
    pub(crate) fn new(limits: Liveness, now: Instant) -> Self {
        Self {
            limits,
            state: State::New,
            last_packet: now,
        }
    }

    /// The far end has our description: the time for the first connection starts. (When ours
    /// is the answer, nobody tells when it gets there; then the first packet starts it.)
    pub(crate) fn negotiated(&mut self, now: Instant) -> Option<PeerEvent> {
        match self.state {
            State::New | State::Failed { once: false } => {
                self.state = State::Connecting;
                self.last_packet = now;
                Some(PeerEvent::Checking)
            }
            // The path is looked for anew, with the time a first connection has.
            State::Failed { once: true } => {
                self.state = State::Again;
                self.last_packet = now;
                Some(PeerEvent::Checking)
            }
            State::Connecting | State::Again | State::Connected | State::Disconnected => None,
        }
    }

    /// The handshake is complete.
    pub(crate) fn connected(&mut self, now: Instant) -> Option<PeerEvent> {
        self.last_packet = now;
        self.become_connected()
    }

    /// A packet of the far end came in.
    pub(crate) fn packet(&mut self, now: Instant) -> Option<PeerEvent> {
        match self.state {
            State::New => self.negotiated(now),
            State::Connecting | State::Failed { once: false } => None,
            State::Connected
            | State::Disconnected
            | State::Again
            | State::Failed { once: true } => {
                self.last_packet = now;
                self.become_connected()
            }
        }
    }

    /// Looks at the clock.
    pub(crate) fn check(&mut self, now: Instant) -> Option<PeerEvent> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return None;
        }
        match self.state {
            State::New | State::Failed { .. } => None,
            State::Connecting => {
                self.state = State::Failed { once: false };
                Some(PeerEvent::Failed)
            }
            State::Connected => {
                self.state = State::Disconnected;
                Some(PeerEvent::Disconnected)
            }
            State::Disconnected | State::Again => {
                self.state = State::Failed { once: true };
                Some(PeerEvent::Failed)
            }
        }
    }

    /// When [`Watch::check`] has something to say, if no packet comes.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::New | State::Failed { .. } => None,
            State::Connecting | State::Again | State::Disconnected => {
                Some(self.last_packet + self.limits.failed_after)
            }
            State::Connected => Some(self.last_packet + self.limits.disconnected_after),
        }
    }

    /// Whether sound can flow, as far as is known.
    pub(crate) fn is_connected(&self) -> bool {
        match self.state {
            State::Connected
            | State::Disconnected
            | State::Again
            | State::Failed { once: true } => true,
            State::New | State::Connecting | State::Failed { once: false } => false,
        }
    }

    fn become_connected(&mut self) -> Option<PeerEvent> {
        let news = self.state != State::Connected;
        self.state = State::Connected;
        news.then_some(PeerEvent::Connected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch() -> (Watch, Instant) {
        let now = Instant::now();
        (Watch::new(Liveness::default(), now), now)
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn falls_from_connected_to_disconnected_to_failed_with_age() {
        let (mut watch, start) = watch();
        watch.negotiated(start);
        assert_eq!(watch.connected(start), Some(PeerEvent::Connected));
        assert_eq!(watch.packet(start + s(4)), None);
        assert_eq!(watch.deadline(), Some(start + s(9)));
        assert_eq!(watch.check(start + s(8)), None);
        assert_eq!(watch.check(start + s(9)), Some(PeerEvent::Disconnected));
        assert_eq!(watch.check(start + s(9)), None);
        assert_eq!(watch.deadline(), Some(start + s(34)));
        assert_eq!(watch.check(start + s(34)), Some(PeerEvent::Failed));
        assert_eq!(watch.deadline(), None);
    }

    #[test]
    fn connects_again_with_the_first_packet() {
        let (mut watch, start) = watch();
        watch.negotiated(start);
        watch.connected(start);
        watch.check(start + s(5));
        assert_eq!(watch.packet(start + s(6)), Some(PeerEvent::Connected));
        watch.check(start + s(11));
        watch.check(start + s(40));
        assert_eq!(watch.packet(start + s(50)), Some(PeerEvent::Connected));
    }

    #[test]
    fn gives_a_caller_time_from_its_first_packet() {
        let (mut watch, start) = watch();
        assert_eq!(watch.packet(start + s(100)), Some(PeerEvent::Checking));
        assert_eq!(watch.packet(start + s(120)), None);
        assert_eq!(watch.deadline(), Some(start + s(130)));
        assert_eq!(watch.check(start + s(130)), Some(PeerEvent::Failed));
    }

    #[test]
    fn fails_when_a_first_connection_never_comes() {
        let (mut watch, start) = watch();
        assert_eq!(watch.check(start + s(100)), None);
        watch.negotiated(start + s(100));
        assert_eq!(watch.packet(start + s(101)), None);
        assert_eq!(watch.check(start + s(129)), None);
        assert_eq!(watch.check(start + s(130)), Some(PeerEvent::Failed));
        assert!(!watch.is_connected());
        // A late handshake still counts.
        assert_eq!(watch.connected(start + s(131)), Some(PeerEvent::Connected));
    }
}
