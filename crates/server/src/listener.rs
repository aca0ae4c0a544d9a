//! Binding the two listeners and serving on them until told to stop.

use axum::{Router, serve::ListenerExt};
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
    // Without it a small frame that follows another waits 40 ms for the far end's acknowledgement.
    let prompt = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow for small frames");
        }
    });
    let serving = axum::serve(prompt, router).with_graceful_shutdown(async move {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::client;
    use axum::routing::get;
    use std::{future::pending, sync::Arc};
    use tokio::sync::{Notify, oneshot};

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

    /// A served router whose one route waits for `go`, and a request to it on its way.
    async fn serving_a_slow_request() -> (
        Arc<Notify>,
        oneshot::Sender<()>,
        tokio::task::JoinHandle<io::Result<()>>,
        tokio::task::JoinHandle<reqwest::Result<reqwest::Response>>,
    ) {
        let (began, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (stop, stopped) = oneshot::channel::<()>();
        let handler = {
            let (began, go) = (began.clone(), go.clone());
            move || async move {
                began.notify_one();
                go.notified().await;
                "done"
            }
        };
        let listener = bind(Face::Public, address("127.0.0.1:0")).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", get(handler));
        let served = tokio::spawn(serve(listener, router, async move {
            // A dropped sender stops as well.
            let _ = stopped.await;
        }));
        let asked = tokio::spawn(client().get(url).send());
        began.notified().await;
        (go, stop, served, asked)
    }

    #[tokio::test]
    async fn lets_a_request_in_progress_end_before_it_stops() {
        let (go, stop, served, asked) = serving_a_slow_request().await;
        stop.send(()).unwrap();
        tokio::task::yield_now().await;
        assert!(!served.is_finished());
        go.notify_one();
        let response = asked.await.unwrap().unwrap();
        assert_eq!(response.text().await.unwrap(), "done");
        served.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn does_not_wait_for_ever_for_a_request_in_progress() {
        let (_go, stop, served, asked) = serving_a_slow_request().await;
        let before = tokio::time::Instant::now();
        stop.send(()).unwrap();
        served.await.unwrap().unwrap();
        assert!(before.elapsed() >= GRACE);
        asked.abort();
    }

    #[tokio::test]
    async fn serves_as_long_as_nothing_stops_it() {
        let listener = bind(Face::Public, address("127.0.0.1:0")).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", get(async || "here"));
        let served = tokio::spawn(serve(listener, router, pending()));
        let response = client().get(url).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "here");
        assert!(!served.is_finished());
        served.abort();
    }
}
