//! The way to a TURN server: UDP, TCP or TLS.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, split};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

use super::servers::{Server, Way};

/// Bytes of the largest datagram, or read from a stream at once.
const CHUNK: usize = 4_096;

/// Pieces on their way into a stream; more are lost, as on any slow path.
const QUEUE: usize = 128;

/// A connection, whatever is beneath it.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection to a server.
pub(super) struct Link {
    local: SocketAddr,
    kind: Kind,
}

enum Kind {
    Datagrams(UdpSocket),
    Stream {
        reader: ReadHalf<Box<dyn Stream>>,
        /// To the task that writes, so that a slow server holds nothing up.
        writer: mpsc::Sender<Vec<u8>>,
    },
}

/// Connects to a server at `address`. `more_roots` are certificate authorities (DER) that are
/// believed besides the system's.
///
/// # Errors
/// When the server cannot be reached, or its certificate is not valid for its name.
pub(super) async fn open(
    server: &Server,
    address: SocketAddr,
    more_roots: &[Vec<u8>],
) -> io::Result<Link> {
    match server.way {
        Way::Udp => {
            let any = match address {
                SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
                SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
            };
            let socket = UdpSocket::bind(any).await?;
            socket.connect(address).await?;
            Ok(Link {
                local: socket.local_addr()?,
                kind: Kind::Datagrams(socket),
            })
        }
        Way::Tcp => {
            let stream = connect(address).await?;
            let local = stream.local_addr()?;
            Ok(Link::over(local, Box::new(stream)))
        }
        Way::Tls => {
            let name = ServerName::try_from(server.host.clone())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            let config = tls(more_roots.to_vec()).await?;
            let stream = connect(address).await?;
            let local = stream.local_addr()?;
            let stream = TlsConnector::from(config).connect(name, stream).await?;
            Ok(Link::over(local, Box::new(stream)))
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Sound waits for nothing.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Certificates are verified by what the system trusts.
async fn tls(more_roots: Vec<Vec<u8>>) -> io::Result<Arc<ClientConfig>> {
    // Reading the system's certificates takes a while.
    let built = tokio::task::spawn_blocking(move || {
        let mut roots = RootCertStore::empty();
        for root in more_roots {
            roots.add(CertificateDer::from(root))?;
        }
        let system = rustls_native_certs::load_native_certs();
        for error in &system.errors {
            tracing::debug!(%error, "some of the system's certificates cannot be read");
        }
        roots.add_parsable_certificates(system.certs);
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok::<_, Error>(Arc::new(config))
    });
    built.await?.map_err(io::Error::other)
}

impl Link {
    /// One over a stream whose end here is `local`.
    pub(super) fn over(local: SocketAddr, stream: Box<dyn Stream>) -> Self {
        let (reader, mut half) = split(stream);
        let (writer, mut pieces) = mpsc::channel::<Vec<u8>>(QUEUE);
        tokio::spawn(async move {
            while let Some(piece) = pieces.recv().await {
                if half.write_all(&piece).await.is_err() || half.flush().await.is_err() {
                    return;
                }
            }
            // The other side may be gone already.
            let _ = half.shutdown().await;
        });
        Self {
            local,
            kind: Kind::Stream { reader, writer },
        }
    }

    /// Our end of it.
    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Sends a datagram or a whole message, unless the way is full.
    pub(super) fn send(&mut self, data: &[u8]) {
        let sent = match &self.kind {
            Kind::Datagrams(socket) => socket.try_send(data).is_ok(),
            Kind::Stream { writer, .. } => writer.try_send(data.to_vec()).is_ok(),
        };
        if !sent {
            tracing::trace!("the way to a turn server is full");
        }
    }

    /// What comes next: a datagram, or some bytes. May be dropped at any time.
    ///
    /// # Errors
    /// When the connection has ended.
    pub(super) async fn receive(&mut self) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; CHUNK];
        let length = match &mut self.kind {
            Kind::Datagrams(socket) => loop {
                match socket.recv(&mut buffer).await {
                    Ok(length) => break length,
                    // A server that is down for a moment is asked again.
                    Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                        tracing::debug!("nobody listens at a turn server's port");
                    }
                    Err(error) => return Err(error),
                }
            },
            Kind::Stream { reader, .. } => match reader.read(&mut buffer).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => length,
            },
        };
        buffer.truncate(length);
        Ok(buffer)
    }
}
