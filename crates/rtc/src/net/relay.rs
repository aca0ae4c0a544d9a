//! One TURN server (RFC 8656): a task that holds addresses there and carries datagrams.
//!
//! Addresses of both families are asked for at once (RFC 8656, section 7.1), however the server
//! is reached; most have IPv4 only. Datagrams go as Send indications, never by a channel: the client does not pad channel data
//! on a stream, which servers refuse.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use turn_client_proto::api::{
    Transmit, TurnClientApi, TurnConfig, TurnEvent, TurnPollRet, TurnRecvRet,
};
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::{AddressFamily, TransportType, TurnCredentials};
use turn_client_proto::udp::TurnClientUdp;

use super::gather::Told;
use super::link::{self, Link};
use super::servers::{Login, Server, Way};

/// How long finding out a name, a connection, or getting an address may take each.
const PATIENCE: Duration = Duration::from_secs(5);

/// Datagrams on their way to the task; more are lost.
const QUEUE: usize = 64;

/// Datagrams that wait for the server's permission to send them.
const WAITING: usize = 16;

/// What a relay tells.
#[derive(Debug)]
pub(crate) enum News {
    /// The server holds `addresses` for us, all there will be; `local` speaks with the server.
    Allocated {
        addresses: Vec<SocketAddr>,
        local: SocketAddr,
    },
    /// A datagram came to the address.
    Data { from: SocketAddr, data: Vec<u8> },
    /// There is no address, or no longer.
    Ended,
}

/// The handle on a relay; its task gives the address back and ends when it is dropped.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) number: u64,
    pub(super) server: Server,
    /// At most one of each family.
    pub(super) addresses: Vec<SocketAddr>,
    outbox: mpsc::Sender<(SocketAddr, Vec<u8>)>,
}

impl Relay {
    /// Starts the task, whose news come with `number`. `more_roots` are believed besides the
    /// system's certificate authorities.
    pub(super) fn start(
        number: u64,
        server: Server,
        login: Login,
        more_roots: Vec<Vec<u8>>,
        news: mpsc::Sender<Told>,
    ) -> Self {
        let (outbox, inbox) = mpsc::channel(QUEUE);
        let task = Task::new(number, news, inbox);
        tokio::spawn(task.run(server.clone(), login, more_roots));
        Self {
            number,
            server,
            addresses: Vec::new(),
            outbox,
        }
    }

    /// Sends a datagram from the address.
    pub(super) fn send(&self, to: SocketAddr, data: &[u8]) {
        if self.outbox.try_send((to, data.to_vec())).is_err() {
            tracing::trace!("a datagram could not be relayed");
        }
    }
}

/// Carries the datagrams of a relay.
pub(super) struct Task {
    number: u64,
    news: mpsc::Sender<Told>,
    inbox: mpsc::Receiver<(SocketAddr, Vec<u8>)>,
    waiting: VecDeque<(SocketAddr, Vec<u8>)>,
    /// The client counts its time from here.
    began: Instant,
}

/// What is asked of a server.
pub(super) fn config(login: &Login) -> TurnConfig {
    let mut config = TurnConfig::new(TurnCredentials::new(&login.user, &login.password));
    config.add_address_family(AddressFamily::IPV6);
    config
}

impl Task {
    /// One whose news come with `number`, and that sends what comes by `inbox` until that ends.
    pub(super) fn new(
        number: u64,
        news: mpsc::Sender<Told>,
        inbox: mpsc::Receiver<(SocketAddr, Vec<u8>)>,
    ) -> Self {
        Self {
            number,
            news,
            inbox,
            waiting: VecDeque::new(),
            began: Instant::now(),
        }
    }

    async fn run(mut self, server: Server, login: Login, more_roots: Vec<Vec<u8>>) {
        for address in resolve(&server.host, server.port).await {
            let link = timeout(PATIENCE, link::open(&server, address, &more_roots)).await;
            match link {
                Ok(Ok(link)) => {
                    if self.serve(server.way, link, address, &login).await {
                        break;
                    }
                }
                Ok(Err(error)) => {
                    tracing::warn!(host = server.host, %error, "a turn server cannot be reached");
                }
                Err(_) => tracing::warn!(host = server.host, "a turn server does not answer"),
            }
        }
        self.tell(News::Ended).await;
    }

    /// Whether there was an address.
    async fn serve(&mut self, way: Way, link: Link, to: SocketAddr, login: &Login) -> bool {
        let config = config(login);
        match way {
            Way::Udp => {
                let client = TurnClientUdp::allocate(link.local(), to, config);
                self.carry(client, link).await
            }
            Way::Tcp | Way::Tls => {
                let client = TurnClientTcp::allocate(link.local(), to, config);
                self.carry(client, link).await
            }
        }
    }

    /// Holds addresses and carries datagrams until the link or the relay ends; whether there was
    /// an address.
    pub(super) async fn carry(&mut self, mut client: impl TurnClientApi, mut link: Link) -> bool {
        let mut allocated = false;
        let mut open_families = 2;
        let until = Instant::now() + PATIENCE;
        loop {
            if !allocated && Instant::now() >= until {
                // It does not answer, or does not like the password: that is no answer, either.
                tracing::warn!("a turn server gave no address in time");
                return false;
            }
            let wake = match client.poll(self.now()) {
                TurnPollRet::WaitUntil(at) => self.began + at.saturating_duration_since(ZERO),
                TurnPollRet::Closed => return allocated,
                // Only UDP is asked for.
                TurnPollRet::AllocateTcpSocket { .. } | TurnPollRet::TcpClose { .. } => {
                    return allocated;
                }
            };
            while let Some(transmit) = client.poll_transmit(self.now()) {
                link.send(&transmit.data);
            }
            let mut addresses = Vec::new();
            while let Some(event) = client.poll_event() {
                match event {
                    TurnEvent::AllocationCreated(_, address) => {
                        allocated = true;
                        // IPv4 first, as relays mostly have it.
                        addresses.insert(
                            if address.is_ipv4() {
                                0
                            } else {
                                addresses.len()
                            },
                            address,
                        );
                    }
                    TurnEvent::AllocationCreateFailed(family) => {
                        tracing::debug!(%family, "a turn server gives no such address");
                        open_families -= 1;
                    }
                    TurnEvent::PermissionCreated(_, ip) => {
                        let waiting = std::mem::take(&mut self.waiting);
                        for (to, data) in waiting {
                            if to.ip() == ip {
                                self.send(&mut client, &mut link, to, data);
                            } else {
                                self.waiting.push_back((to, data));
                            }
                        }
                    }
                    TurnEvent::PermissionCreateFailed(_, ip) => {
                        self.waiting.retain(|(to, _)| to.ip() != ip);
                    }
                    TurnEvent::ChannelCreated(..)
                    | TurnEvent::ChannelCreateFailed(..)
                    | TurnEvent::TcpConnected(_)
                    | TurnEvent::TcpConnectFailed(_) => {}
                }
            }
            if !addresses.is_empty() {
                let local = link.local();
                self.tell(News::Allocated { addresses, local }).await;
            }
            if open_families <= 0 {
                tracing::warn!("a turn server gives no address");
                return allocated;
            }
            tokio::select! {
                received = link.receive() => match received {
                    Ok(data) => self.receive(&mut client, link.local(), data).await,
                    Err(error) => {
                        tracing::warn!(%error, "the connection to a turn server broke");
                        return allocated;
                    }
                },
                datagram = self.inbox.recv() => match datagram {
                    Some((to, data)) => self.send(&mut client, &mut link, to, data),
                    None => {
                        // The server would keep the address for minutes otherwise.
                        if client.delete(self.now()).is_ok() {
                            client.poll(self.now());
                            while let Some(transmit) = client.poll_transmit(self.now()) {
                                link.send(&transmit.data);
                            }
                        }
                        return true;
                    }
                },
                () = sleep_until(if allocated { wake } else { wake.min(until) }) => {}
            }
        }
    }

    async fn receive(&self, client: &mut impl TurnClientApi, local: SocketAddr, data: Vec<u8>) {
        let transmit = Transmit::new(data, client.transport(), client.remote_addr(), local);
        if let TurnRecvRet::PeerData(peer) = client.recv(transmit, self.now()) {
            let (from, data) = (peer.peer, peer.data().to_vec());
            self.tell(News::Data { from, data }).await;
        }
        // One read of a stream may hold several messages.
        while let Some(peer) = client.poll_recv(self.now()) {
            let (from, data) = (peer.peer, peer.data().to_vec());
            self.tell(News::Data { from, data }).await;
        }
    }

    fn send(
        &mut self,
        client: &mut impl TurnClientApi,
        link: &mut Link,
        to: SocketAddr,
        data: Vec<u8>,
    ) {
        if !client.have_permission(TransportType::Udp, to.ip()) {
            // One is asked for with the first datagram; a second question is refused.
            if let Err(error) = client.create_permission(TransportType::Udp, to.ip(), self.now()) {
                tracing::trace!(%error, "no permission was asked for");
            }
            if self.waiting.len() == WAITING {
                self.waiting.pop_front();
            }
            self.waiting.push_back((to, data));
            return;
        }
        match client.send_to(TransportType::Udp, to, data, self.now()) {
            Ok(Some(transmit)) => link.send(&transmit.build().data),
            Ok(None) => {}
            Err(error) => tracing::trace!(%error, "a datagram could not be relayed"),
        }
    }

    async fn tell(&self, news: News) {
        // Whoever is gone wants no news.
        let _ = self.news.send(Told::Relay(self.number, news)).await;
    }

    fn now(&self) -> turn_client_proto::types::Instant {
        let nanos = i64::try_from(self.began.elapsed().as_nanos()).unwrap_or(i64::MAX);
        turn_client_proto::types::Instant::from_nanos(nanos)
    }
}

const ZERO: turn_client_proto::types::Instant = turn_client_proto::types::Instant::ZERO;

/// The addresses of a host, IPv4 first, as relays mostly have it.
pub(super) async fn resolve(host: &str, port: u16) -> Vec<SocketAddr> {
    match timeout(PATIENCE, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(found)) => {
            let mut found: Vec<SocketAddr> = found.collect();
            found.sort_by_key(SocketAddr::is_ipv6);
            found.dedup();
            found
        }
        Ok(Err(error)) => {
            tracing::warn!(host, %error, "an ice server's name is unknown");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!(host, "an ice server's name was not found out in time");
            Vec::new()
        }
    }
}
