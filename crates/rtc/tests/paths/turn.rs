//! A TURN server on loopback, over UDP, TCP or TLS.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, WriteHalf};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use turn_server_proto::api::{SocketAllocateError, TurnServerApi as _, TurnServerPollRet};
use turn_server_proto::server::TurnServer;
use turn_server_proto::stun::agent::Transmit;
use turn_server_proto::types::prelude::DelayedTransmitBuild as _;
use turn_server_proto::types::{AddressFamily, Instant, TransportType};

pub(crate) const USER: &str = "somebody";
pub(crate) const PASSWORD: &str = "something";

/// How clients reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    Tcp,
    Tls,
}

/// The handle; the server ends with the test's runtime.
pub(crate) struct Turn {
    way: Way,
    address: SocketAddr,
    roots: Vec<Vec<u8>>,
    addresses: watch::Receiver<usize>,
}

/// What comes to the server: from whom, to which address of it.
struct Came {
    transport: TransportType,
    from: SocketAddr,
    to: SocketAddr,
    data: Vec<u8>,
}

impl Turn {
    pub(crate) async fn start(way: Way) -> Self {
        Self::start_at(way, IpAddr::V4(Ipv4Addr::LOCALHOST), &[AddressFamily::IPV4]).await
    }

    /// One at this address that gives addresses of these families.
    pub(crate) async fn start_at(way: Way, at: IpAddr, families: &[AddressFamily]) -> Self {
        let (came, inbox) = mpsc::channel(1_000);
        let (count, addresses) = watch::channel(0);
        let (answers, outbox) = mpsc::channel(1_000);
        let mut roots = Vec::new();
        let address = match way {
            Way::Udp => listen_udp(at, came.clone(), outbox).await,
            Way::Tcp => listen_tcp(None, came.clone(), outbox).await,
            Way::Tls => {
                let (root, config) = certificates();
                roots.push(root);
                let acceptor = TlsAcceptor::from(Arc::new(config));
                listen_tcp(Some(acceptor), came.clone(), outbox).await
            }
        };
        let transport = match way {
            Way::Udp => TransportType::Udp,
            Way::Tcp | Way::Tls => TransportType::Tcp,
        };
        let mut server = TurnServer::new(transport, address, "test".to_owned());
        server.add_user(USER.to_owned(), PASSWORD.to_owned());
        let families = families.to_vec();
        tokio::spawn(serve(server, families, came, inbox, answers, count));
        Self {
            way,
            address,
            roots,
            addresses,
        }
    }

    pub(crate) fn url(&self) -> String {
        let (address, port) = (self.address, self.address.port());
        match self.way {
            Way::Udp => format!("turn:{address}?transport=udp"),
            Way::Tcp => format!("turn:127.0.0.1:{port}?transport=tcp"),
            Way::Tls => format!("turns:localhost:{port}?transport=tcp"),
        }
    }

    pub(crate) fn roots(&self) -> Vec<Vec<u8>> {
        self.roots.clone()
    }

    /// Waits until a client has given its address back.
    pub(crate) async fn forgets_the_address(&self) {
        let mut addresses = self.addresses.clone();
        super::within(addresses.wait_for(|count| *count == 0))
            .await
            .expect("the server lives");
    }
}

/// A root, and a certificate of it for `localhost`.
fn certificates() -> (Vec<u8>, ServerConfig) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key can be made");
    let root = CertifiedIssuer::self_signed(params, key).expect("a root can be made");
    let key = KeyPair::generate().expect("a key can be made");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a good name");
    let leaf = params.signed_by(&key, &root).expect("it can be signed");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("it is a key");
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("there are versions")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("key and certificate belong together");
    (root.der().to_vec(), config)
}

async fn listen_udp(
    at: IpAddr,
    came: mpsc::Sender<Came>,
    mut outbox: mpsc::Receiver<(SocketAddr, Vec<u8>)>,
) -> SocketAddr {
    let socket = UdpSocket::bind((at, 0)).await;
    let socket = Arc::new(socket.expect("a port can be had"));
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(read_udp(socket.clone(), came));
    tokio::spawn(async move {
        while let Some((to, data)) = outbox.recv().await {
            // A client that is gone hears nothing.
            let _ = socket.send_to(&data, to).await;
        }
    });
    address
}

async fn read_udp(socket: Arc<UdpSocket>, came: mpsc::Sender<Came>) {
    let to = socket.local_addr().expect("it is bound");
    let mut buffer = [0; 2_000];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let data = buffer[..length].to_vec();
        let transport = TransportType::Udp;
        let sent = came.send(Came {
            transport,
            from,
            to,
            data,
        });
        if sent.await.is_err() {
            return;
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn listen_tcp(
    tls: Option<TlsAcceptor>,
    came: mpsc::Sender<Came>,
    mut outbox: mpsc::Receiver<(SocketAddr, Vec<u8>)>,
) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port can be had");
    let to = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut writers: HashMap<SocketAddr, WriteHalf<Box<dyn Stream>>> = HashMap::new();
        loop {
            let (stream, from) = tokio::select! {
                accepted = listener.accept() => accepted.expect("it listens"),
                Some((to, data)) = outbox.recv() => {
                    if let Some(writer) = writers.get_mut(&to) {
                        // A client that is gone hears nothing.
                        let _ = writer.write_all(&data).await;
                        let _ = writer.flush().await;
                    }
                    continue;
                }
            };
            let stream: Box<dyn Stream> = match &tls {
                None => Box::new(stream),
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => Box::new(stream),
                    Err(_) => continue,
                },
            };
            let (mut reader, writer) = tokio::io::split(stream);
            writers.insert(from, writer);
            let came = came.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 2_000];
                // An empty piece says that the client is gone.
                let mut length = 1;
                while length > 0 {
                    length = reader.read(&mut buffer).await.unwrap_or(0);
                    let data = buffer[..length].to_vec();
                    let transport = TransportType::Tcp;
                    let sent = came.send(Came {
                        transport,
                        from,
                        to,
                        data,
                    });
                    if sent.await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    to
}

async fn serve(
    mut server: TurnServer,
    families: Vec<AddressFamily>,
    came: mpsc::Sender<Came>,
    mut inbox: mpsc::Receiver<Came>,
    answers: mpsc::Sender<(SocketAddr, Vec<u8>)>,
    count: watch::Sender<usize>,
) {
    let began = std::time::Instant::now();
    let now = || Instant::from_nanos(began.elapsed().as_nanos() as i64);
    let mut relays: HashMap<SocketAddr, (Arc<UdpSocket>, tokio::task::JoinHandle<()>)> =
        HashMap::new();
    loop {
        let wake = match server.poll(now()) {
            TurnServerPollRet::WaitUntil(at) => at.saturating_duration_since(now()),
            TurnServerPollRet::AllocateSocket {
                transport,
                listen_addr,
                client_addr,
                allocation_transport,
                family,
            } => {
                let given = if families.contains(&family) {
                    let socket = UdpSocket::bind((loopback(family), 0)).await;
                    let socket = Arc::new(socket.expect("a port can be had"));
                    let address = socket.local_addr().expect("it is bound");
                    let reader = tokio::spawn(read_udp(socket.clone(), came.clone()));
                    relays.insert(address, (socket, reader));
                    count.send_replace(relays.len());
                    Ok(address)
                } else {
                    Err(SocketAllocateError::AddressFamilyNotSupported)
                };
                server.allocated_socket(
                    transport,
                    listen_addr,
                    client_addr,
                    allocation_transport,
                    family,
                    given,
                    now(),
                );
                continue;
            }
            TurnServerPollRet::SocketClose { listen_addr, .. } => {
                if let Some((_, reader)) = relays.remove(&listen_addr) {
                    reader.abort();
                }
                count.send_replace(relays.len());
                continue;
            }
            TurnServerPollRet::TcpConnect { .. } | TurnServerPollRet::TcpClose { .. } => continue,
        };
        let mut out = Vec::new();
        while let Some(sent) = server.poll_transmit(now()) {
            out.push((sent.from, sent.to, sent.data));
        }
        for (from, to, data) in out {
            send(&relays, &answers, from, to, data).await;
        }
        tokio::select! {
            Some(got) = inbox.recv() => {
                if got.data.is_empty() {
                    // With its connection, a client's address is gone (RFC 8656, section 3.1).
                    relays.clear();
                    count.send_replace(relays.len());
                    continue;
                }
                let transmit = Transmit::new(got.data, got.transport, got.from, got.to);
                if let Some(sent) = server.recv(transmit, now()) {
                    send(&relays, &answers, sent.from, sent.to, sent.data.build()).await;
                }
            }
            () = tokio::time::sleep(wake) => {}
        }
    }
}

fn loopback(family: AddressFamily) -> IpAddr {
    match family {
        AddressFamily::IPV4 => Ipv4Addr::LOCALHOST.into(),
        AddressFamily::IPV6 => Ipv6Addr::LOCALHOST.into(),
    }
}

async fn send(
    relays: &HashMap<SocketAddr, (Arc<UdpSocket>, tokio::task::JoinHandle<()>)>,
    answers: &mpsc::Sender<(SocketAddr, Vec<u8>)>,
    from: SocketAddr,
    to: SocketAddr,
    data: Vec<u8>,
) {
    // Whoever is gone hears nothing.
    match relays.get(&from) {
        Some((socket, _)) => {
            let _ = socket.send_to(&data, to).await;
        }
        None => {
            let _ = answers.send((to, data)).await;
        }
    }
}
