//! Binding the two listeners and serving on them until told to stop.

use axum::Router;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long requests in progress may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// Which of the two listeners is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Twilio's webhooks, by way of the tunnel.
    Public,
    /// The token and the browser dialer, for this machine only.
    Private,
}

impl Face {
    /// The flag of `handset-server` that sets this listener's address.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Public => "--public",
            Self::Private => "--private",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}

/// Why a listener could not be had. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program listens there.
    #[error(
        "port {port} of {ip} is taken by another program: stop it, or give the {name} listener \
         another address with {flag} {ip}:PORT (port 0 takes any free one)",
        port = .address.port(), ip = bracketed(.address), name = .face.name(), flag = .face.flag()
    )]
    Taken {
        /// Which listener.
        face: Face,
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The private listener would be reachable from other machines.
    #[error(
        "the private listener must not be reachable from other machines, and {address} is: \
         use {flag} 127.0.0.1:{port}",
        port = .address.port(), flag = Face::Private.flag()
    )]
    NotLoopback {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The system refuses for another reason: no such address, or no right to the port.
    #[error(
        "cannot listen on {address} for the {name} listener: give it another address with {flag} \
         127.0.0.1:PORT",
        name = .face.name(), flag = .face.flag()
    )]
    Refused {
        /// Which listener.
        face: Face,
        /// The address that was asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
}

fn bracketed(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

/// Opens a listener; port 0 takes any free port.
///
/// # Errors
/// When the address is taken or cannot be used; when it is the private listener's and is not a
/// loopback address.
pub async fn bind(face: Face, address: SocketAddr) -> Result<TcpListener, BindError> {
    if face == Face::Private && !address.ip().is_loopback() {
        return Err(BindError::NotLoopback { address });
    }
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            BindError::Taken { face, address }
        } else {
            BindError::Refused {
                face,
                address,
                source,
            }
        }
    })
}

/// Serves a router until `stop` is done, then lets requests in progress end, for 3 seconds at most.
///
/// # Errors
/// When the listener itself fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        // The receiver lives as long as the server, which is being awaited below.
        let _ = stopping.send(true);
    });
    let too_late = async move {
        // An error means that the server has ended and with it the sender.
        if stopped.wait_for(|stopping| *stopping).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served,
        () = too_late => Ok(()),
    }
}
