//! Looks for the addresses of this end that only servers know.

use std::net::SocketAddr;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Arrival;
use super::relay::{self, News, Relay};
use super::servers::{self, Server, Way};
use super::stun::{self, Probe};
use crate::peer::IceConfig;
use crate::session::LocalAddress;

/// How long all of it may take. The SDK gives up after 15 s.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long other relays are waited for once there is one: where UDP does not get through, its
/// relay is never there.
const GRACE: Duration = Duration::from_secs(1);

/// News that wait; relays then wait, too.
const QUEUE: usize = 256;

/// Something that a server, or who looked for it, says.
#[derive(Debug)]
pub(crate) enum Told {
    /// Where a server is that can say how it sees us.
    Found(Vec<SocketAddr>),
    /// News of the relay with this number.
    Relay(u64, News),
}

/// Keeps the servers.
pub(super) struct Gatherer {
    servers: Vec<Server>,
    relay_only: bool,
    more_roots: Vec<Vec<u8>>,
    bases: Vec<SocketAddr>,
    probes: Vec<Probe>,
    /// Names that are being looked up.
    names: usize,
    relays: Vec<Relay>,
    relays_made: u64,
    teller: mpsc::Sender<Told>,
    told: mpsc::Receiver<Told>,
    until: Option<Instant>,
}

impl Gatherer {
    pub(super) fn new(config: &IceConfig) -> Self {
        let (teller, told) = mpsc::channel(QUEUE);
        Self {
            servers: servers::read(&config.servers),
            relay_only: config.relay_only,
            more_roots: config.more_roots.clone(),
            bases: Vec::new(),
            probes: Vec::new(),
            names: 0,
            relays: Vec::new(),
            relays_made: 0,
            teller,
            told,
            until: None,
        }
    }

    /// Asks every server anew, but for the relays that are there. `bases` are the sockets of
    /// this machine.
    pub(super) fn start(&mut self, bases: Vec<SocketAddr>, now: Instant) {
        self.bases = bases;
        self.until = Some(now + PATIENCE);
        for server in self.servers.clone() {
            if server.way == Way::Udp && !self.relay_only && !self.bases.is_empty() {
                // A TURN server answers what a STUN server is asked, too.
                self.names += 1;
                let teller = self.teller.clone();
                let (host, port) = (server.host.clone(), server.port);
                tokio::spawn(async move {
                    let found = Told::Found(relay::resolve(&host, port).await);
                    // Whoever is gone does not care.
                    let _ = teller.send(found).await;
                });
            }
            let Some(login) = server.login.clone() else {
                continue;
            };
            if self.relays.iter().all(|relay| relay.server != server) {
                self.relays_made += 1;
                self.relays.push(Relay::start(
                    self.relays_made,
                    server,
                    login,
                    self.more_roots.clone(),
                    self.teller.clone(),
                ));
            }
        }
    }

    /// Waits for servers; may be dropped at any time.
    pub(super) fn poll_told(&mut self, context: &mut Context<'_>) -> Poll<Told> {
        match ready!(self.told.poll_recv(context)) {
            Some(told) => Poll::Ready(told),
            // There is always a sender: our own.
            None => Poll::Pending,
        }
    }

    /// Takes what a server said.
    pub(super) fn hear(&mut self, told: Told, now: Instant, tell: &mut dyn FnMut(Arrival<'_>)) {
        match told {
            Told::Found(servers) => {
                self.names = self.names.saturating_sub(1);
                for base in &self.bases {
                    let same = |server: &&SocketAddr| server.is_ipv4() == base.is_ipv4();
                    if let Some(server) = servers.iter().find(same) {
                        let probe = Probe::new(*base, *server, rand::random(), now);
                        self.probes.push(probe);
                    }
                }
            }
            Told::Relay(number, news) => {
                if matches!(news, News::Allocated { .. }) {
                    self.until = self.until.map(|until| until.min(now + GRACE));
                }
                self.hear_relay(number, news, tell);
            }
        }
    }

    fn hear_relay(&mut self, number: u64, news: News, tell: &mut dyn FnMut(Arrival<'_>)) {
        let mut relays = self.relays.iter_mut();
        let Some(relay) = relays.find(|relay| relay.number == number) else {
            return;
        };
        match news {
            News::Allocated { addresses, local } => {
                for address in &addresses {
                    let address = *address;
                    tell(Arrival::Found(LocalAddress::Relayed { address, local }));
                }
                relay.addresses = addresses;
            }
            News::Data { from, data } => {
                let mut addresses = relay.addresses.iter();
                if let Some(to) = addresses.find(|own| own.is_ipv4() == from.is_ipv4()) {
                    tell(Arrival::Datagram {
                        from,
                        to: *to,
                        data: &data,
                    });
                }
            }
            News::Ended => self.relays.retain(|relay| relay.number != number),
        }
    }

    /// Whether a datagram is an answer to us; tells the address in it.
    pub(super) fn answer(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        data: &[u8],
        tell: &mut dyn FnMut(Arrival<'_>),
    ) -> bool {
        let is_it = |probe: &Probe| probe.base == to && probe.is_answered_by(from, data);
        let Some(at) = self.probes.iter().position(is_it) else {
            return false;
        };
        self.probes.swap_remove(at);
        if let Some(address) = stun::mapped(data)
            && address != to
            && address.is_ipv4() == to.is_ipv4()
        {
            tell(Arrival::Found(LocalAddress::ServerReflexive {
                address,
                base: to,
            }));
        }
        true
    }

    /// Sends from a relay's address.
    pub(super) fn send(&self, from: SocketAddr, to: SocketAddr, data: &[u8]) {
        let mut relays = self.relays.iter();
        if let Some(relay) = relays.find(|relay| relay.addresses.contains(&from)) {
            relay.send(to, data);
        }
    }

    /// What is to be asked now: from, to, the request.
    pub(super) fn requests(&mut self, now: Instant) -> Vec<(SocketAddr, SocketAddr, [u8; 20])> {
        self.probes.retain(|probe| !probe.is_over(now));
        let probes = self.probes.iter_mut();
        let asked =
            probes.filter_map(|probe| Some((probe.base, probe.server, probe.request(now)?)));
        asked.collect()
    }

    /// When to look again.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let probes = self.probes.iter().map(Probe::deadline);
        probes.chain(self.until).min()
    }

    /// Whether nothing more will be found; says so once.
    pub(super) fn is_done(&mut self, now: Instant) -> bool {
        let Some(until) = self.until else {
            return false;
        };
        let is_open = |relay: &Relay| relay.addresses.is_empty();
        let busy = self.names > 0 || !self.probes.is_empty() || self.relays.iter().any(is_open);
        let done = !busy || now >= until;
        if done {
            self.until = None;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use protocol::media::IceServer;

    use super::*;

    /// A gatherer of two relays, neither of which answers, and when it began.
    fn gatherer() -> (Gatherer, Instant) {
        // Port 9 of an address that nobody has.
        let server = IceServer {
            urls: ["turn:192.0.2.1:9", "turn:192.0.2.2:9"]
                .map(str::to_owned)
                .to_vec(),
            username: Some("user".to_owned()),
            credential: Some("password".to_owned()),
        };
        let mut gatherer = Gatherer::new(&IceConfig {
            servers: vec![server],
            relay_only: true,
            ..IceConfig::default()
        });
        let now = Instant::now();
        gatherer.start(Vec::new(), now);
        (gatherer, now)
    }

    #[tokio::test]
    async fn waits_for_relays_for_ten_seconds() {
        let (mut gatherer, now) = gatherer();
        assert_eq!(gatherer.deadline(), Some(now + PATIENCE));
        assert!(!gatherer.is_done(now + PATIENCE - Duration::from_millis(1)));
        assert!(gatherer.is_done(now + PATIENCE));
        // It is said once.
        assert!(!gatherer.is_done(now + PATIENCE));
    }

    #[tokio::test]
    async fn waits_a_second_more_once_there_is_a_relay() {
        let (mut gatherer, now) = gatherer();
        let addresses = vec![SocketAddr::from(([192, 0, 2, 9], 5_000))];
        let local = SocketAddr::from(([127, 0, 0, 1], 5_000));
        let mut found = 0;
        let told = Told::Relay(1, News::Allocated { addresses, local });
        gatherer.hear(told, now, &mut |_| found += 1);
        assert_eq!(found, 1);
        assert_eq!(gatherer.deadline(), Some(now + GRACE));
        assert!(!gatherer.is_done(now));
        assert!(gatherer.is_done(now + GRACE));
    }

    #[tokio::test]
    async fn is_done_when_every_relay_has_answered_or_ended() {
        let (mut gatherer, now) = gatherer();
        gatherer.hear(Told::Relay(1, News::Ended), now, &mut |_| {});
        assert!(!gatherer.is_done(now));
        gatherer.hear(Told::Relay(2, News::Ended), now, &mut |_| {});
        assert!(gatherer.is_done(now));
    }
}
