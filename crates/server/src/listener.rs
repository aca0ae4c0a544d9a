//! Binding the two listeners.

use std::io;
use std::net::SocketAddr;
use tokio::net::TcpListener;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn takes_any_free_port_for_port_0() {
        for face in [Face::Public, Face::Private] {
            let listener = bind(face, address("127.0.0.1:0")).await.unwrap();
            assert_ne!(listener.local_addr().unwrap().port(), 0);
        }
    }

    #[tokio::test]
    async fn says_which_port_is_taken_and_which_flag_sets_it() {
        let first = bind(Face::Public, address("127.0.0.1:0")).await.unwrap();
        let taken = first.local_addr().unwrap();
        for (face, name, flag) in [
            (Face::Public, "public", "--public"),
            (Face::Private, "private", "--private"),
        ] {
            let error = bind(face, taken).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "port {} of 127.0.0.1 is taken by another program: stop it, or give the {name} \
                     listener another address with {flag} 127.0.0.1:PORT (port 0 takes any free \
                     one)",
                    taken.port()
                )
            );
        }
    }

    #[tokio::test]
    async fn keeps_the_private_listener_on_this_machine() {
        for wide in ["0.0.0.0:4000", "[::]:4000", "192.0.2.1:4000"] {
            let error = bind(Face::Private, address(wide)).await.unwrap_err();
            assert!(matches!(error, BindError::NotLoopback { .. }), "{error}");
            let message = error.to_string();
            assert!(
                message.ends_with("use --private 127.0.0.1:4000"),
                "{message}"
            );
        }
    }

    #[tokio::test]
    async fn says_when_an_address_cannot_be_used() {
        // Of a network for documentation (RFC 5737): no machine has it.
        let error = bind(Face::Public, address("192.0.2.1:0"))
            .await
            .unwrap_err();
        assert!(matches!(error, BindError::Refused { .. }), "{error}");
        assert!(error.to_string().contains("--public"), "{error}");
    }
}
