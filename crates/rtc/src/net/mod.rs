//! The sockets of a peer: datagrams from and to each address of this end.

mod interfaces;

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::Poll;
use std::time::Instant;

use tokio::net::UdpSocket;

use crate::peer::{IceConfig, Interfaces};
use crate::session::LocalAddress;

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

/// Which of the sockets has something to say.
#[derive(Debug)]
pub(crate) enum Wake {
    Host(usize),
}

/// The addresses of a peer and their sockets.
pub(crate) struct Network {
    config: IceConfig,
    hosts: Vec<Host>,
}

impl Network {
    /// Opens the one socket of [`Interfaces::Bind`]; the others open when they are gathered.
    pub(crate) fn new(bind: IpAddr, config: IceConfig) -> io::Result<Self> {
        let mut network = Self {
            config,
            hosts: Vec::new(),
        };
        match network.config.interfaces {
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
    pub(crate) fn gather(&mut self, _now: Instant, tell: &mut dyn FnMut(Arrival<'_>)) {
        match self.config.interfaces {
            Interfaces::Bind => {}
            Interfaces::All => {
                for address in interfaces::usable() {
                    self.open_if_new(address);
                }
            }
        }
        for host in &self.hosts {
            tell(Arrival::Found(LocalAddress::Host(host.address)));
        }
        tell(Arrival::Gathered);
    }

    /// Opens loopback sockets, because the far end is on this machine.
    pub(crate) fn add_loopback(&mut self) -> Vec<LocalAddress> {
        match self.config.interfaces {
            Interfaces::Bind => {}
            Interfaces::All => {
                self.open_if_new(IpAddr::V4(Ipv4Addr::LOCALHOST));
                self.open_if_new(IpAddr::V6(Ipv6Addr::LOCALHOST));
            }
        }
        self.hosts()
    }

    /// Sends a datagram from an address that was found.
    pub(crate) fn send(&mut self, from: SocketAddr, to: SocketAddr, data: &[u8]) {
        if let Some(host) = self.hosts.iter().find(|host| host.address == from) {
            // A full socket buffer is a lossy path like any other.
            if let Err(error) = host.socket.try_send_to(data, to) {
                tracing::trace!(%error, "a datagram could not be sent");
            }
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
            Poll::Pending
        })
        .await
    }

    /// Reads what has come.
    pub(crate) fn read(&mut self, wake: Wake, _now: Instant, tell: &mut dyn FnMut(Arrival<'_>)) {
        match wake {
            Wake::Host(at) => self.read_host(at, tell),
        }
    }

    /// When [`Network::timeout`] has something to do.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        None
    }

    /// Tells the time.
    pub(crate) fn timeout(&mut self, _now: Instant, _tell: &mut dyn FnMut(Arrival<'_>)) {}

    fn read_host(&mut self, at: usize, tell: &mut dyn FnMut(Arrival<'_>)) {
        let Some(host) = self.hosts.get(at) else {
            return;
        };
        let mut buffer = [0; LARGEST_DATAGRAM];
        for _ in 0..READS {
            match host.socket.try_recv_from(&mut buffer) {
                Ok((length, from)) => tell(Arrival::Datagram {
                    from,
                    to: host.address,
                    data: &buffer[..length],
                }),
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
