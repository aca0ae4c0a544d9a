//! The sockets of a peer: datagrams from and to each address of this end.

#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod gather;
mod interfaces;
mod link;
mod relay;
mod servers;
mod stun;

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::Poll;
use std::time::Instant;

use tokio::net::UdpSocket;

use crate::peer::{IceConfig, Interfaces};
use crate::session::LocalAddress;
use gather::{Gatherer, Told};

/// Datagrams read from one socket before the rest gets its turn.
const READS: usize = 64;

/// Bytes of the largest datagram a peer may meet.
const LARGEST_DATAGRAM: usize = 2_048;

/// What came out of the network.
#[derive(Debug)]
pub(crate) enum Arrival<'a> {
    /// A datagram for the session.
    Datagram {
        from: SocketAddr,
        to: SocketAddr,
        data: &'a [u8],
    },
    /// An address of this end was found.
    Found(LocalAddress),
    /// No more addresses will be found.
    Gathered,
}

struct Host {
    address: SocketAddr,
    socket: UdpSocket,
}

/// Who has something to say.
#[derive(Debug)]
pub(crate) enum Wake {
    /// A socket.
    Host(usize),
    /// A server.
    Told(Told),
}

/// The addresses of a peer and their sockets.
pub(crate) struct Network {
    interfaces: Interfaces,
    relay_only: bool,
    hosts: Vec<Host>,
    gatherer: Gatherer,
}

impl Network {
    /// Opens the one socket of [`Interfaces::Bind`]; the others open when they are gathered.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn new(bind: IpAddr, config: IceConfig) -> io::Result<Self> {
        let mut network = Self {
            interfaces: config.interfaces,
            relay_only: config.relay_only,
            hosts: Vec::new(),
            gatherer: Gatherer::new(&config),
        };
        match network.interfaces {
            Interfaces::Bind => network.open(bind)?,
            Interfaces::All => {}
        }
        Ok(network)
    }

    /// The addresses that have sockets.
    pub(crate) fn hosts(&self) -> Vec<LocalAddress> {
        let hosts = self.hosts.iter();
        hosts.map(|host| LocalAddress::Host(host.address)).collect()
    }

    /// Begins to look for addresses; those of this machine are there when it returns.
    pub(crate) fn gather(&mut self, now: Instant, tell: &mut dyn FnMut(Arrival<'_>)) {
        match self.interfaces {
            // Nothing but a relay's address may be told, so no socket is needed.
            Interfaces::All if !self.relay_only => {
                for address in interfaces::usable() {
                    self.open_if_new(address);
                }
            }
            Interfaces::Bind | Interfaces::All => {}
        }
        for host in &self.hosts {
            tell(Arrival::Found(LocalAddress::Host(host.address)));
        }
        let bases = self.hosts.iter().map(|host| host.address).collect();
        self.gatherer.start(bases, now);
        self.timeout(now, tell);
    }

    /// Opens loopback sockets, because the far end is on this machine.
    pub(crate) fn add_loopback(&mut self) -> Vec<LocalAddress> {
        match self.interfaces {
            Interfaces::All if !self.relay_only => {
                self.open_if_new(IpAddr::V4(Ipv4Addr::LOCALHOST));
                self.open_if_new(IpAddr::V6(Ipv6Addr::LOCALHOST));
            }
            Interfaces::Bind | Interfaces::All => {}
        }
        self.hosts()
    }

    /// Sends a datagram from an address that was found.
    pub(crate) fn send(&mut self, from: SocketAddr, to: SocketAddr, data: &[u8]) {
        match self.hosts.iter().find(|host| host.address == from) {
            Some(host) => host.send(to, data),
            None => self.gatherer.send(from, to, data),
        }
    }

    /// Waits until something has come; may be dropped at any time.
    pub(crate) async fn ready(&mut self) -> Wake {
        poll_fn(|context| {
            for at in (0..self.hosts.len()).rev() {
                match self.hosts[at].socket.poll_recv_ready(context) {
                    Poll::Ready(Ok(())) => return Poll::Ready(Wake::Host(at)),
                    Poll::Ready(Err(error)) => {
                        tracing::warn!(%error, "a udp socket failed");
                        self.hosts.remove(at);
                    }
                    Poll::Pending => {}
                }
            }
            self.gatherer.poll_told(context).map(Wake::Told)
        })
        .await
    }

    /// Reads what has come.
    pub(crate) fn read(&mut self, wake: Wake, now: Instant, tell: &mut dyn FnMut(Arrival<'_>)) {
        match wake {
            Wake::Host(at) => self.read_host(at, tell),
            Wake::Told(told) => self.gatherer.hear(told, now, tell),
        }
        self.timeout(now, tell);
    }

    /// When [`Network::timeout`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.gatherer.deadline()
    }

    /// Tells the time.
    pub(crate) fn timeout(&mut self, now: Instant, tell: &mut dyn FnMut(Arrival<'_>)) {
        for (base, server, request) in self.gatherer.requests(now) {
            if let Some(host) = self.hosts.iter().find(|host| host.address == base) {
                host.send(server, &request);
            }
        }
        if self.gatherer.is_done(now) {
            tell(Arrival::Gathered);
        }
    }

    fn read_host(&mut self, at: usize, tell: &mut dyn FnMut(Arrival<'_>)) {
        let Some(host) = self.hosts.get(at) else {
            return;
        };
        let mut buffer = [0; LARGEST_DATAGRAM];
        for _ in 0..READS {
            match host.socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let (to, data) = (host.address, &buffer[..length]);
                    if !self.gatherer.answer(from, to, data, tell) {
                        tell(Arrival::Datagram { from, to, data });
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // What a port that nobody listens at any more answers comes as an error.
                Err(error) => tracing::trace!(%error, "a datagram could not be read"),
            }
        }
    }

    fn open_if_new(&mut self, address: IpAddr) {
        if self.hosts.iter().any(|host| host.address.ip() == address) {
            return;
        }
        if let Err(error) = self.open(address) {
            tracing::debug!(%error, "an address of this machine cannot be used");
        }
    }

    fn open(&mut self, address: IpAddr) -> io::Result<()> {
        let socket = std::net::UdpSocket::bind((address, 0))?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket)?;
        let address = socket.local_addr()?;
        self.hosts.push(Host { address, socket });
        Ok(())
    }
}

impl Host {
    fn send(&self, to: SocketAddr, data: &[u8]) {
        // A full socket buffer is a lossy path like any other.
        if let Err(error) = self.socket.try_send_to(data, to) {
            tracing::trace!(%error, "a datagram could not be sent");
        }
    }
}
