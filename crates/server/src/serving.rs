//! Serving a router to clients that may be slow, many, or never end.

use crate::stall::Stall;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{future::Future, io, pin::pin, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// How long requests in progress may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// How long the head of a request may take, from the end of the one before.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// The largest head of a request, in bytes. Twilio's have less than one kilobyte.
const MAX_HEAD: usize = 16 * 1024;

/// How much of what a connection brings is held before it is read, in bytes.
const MAX_BUFFER: usize = 32 * 1024;

/// How many connections are served at once; more wait to be accepted. A tunnel holds one for each
/// request that is under way.
const MAX_CONNECTIONS: usize = 256;

/// How long nothing is accepted when the system has no more files to give.
const OUT_OF_FILES: Duration = Duration::from_secs(1);

/// Serves a router by HTTP/1.1 until `stop` is done, then lets requests in progress end, for
/// 3 seconds at most.
///
/// A client that takes longer than 30 seconds to send a head, or to take any of an answer, is
/// disconnected, and no more than 256 are served at once.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    serve_at_most(MAX_CONNECTIONS, listener, router, stop).await;
}

async fn serve_at_most(
    max_connections: usize,
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let has_room = connections.len() < max_connections;
        tokio::select! {
            () = &mut stop => break,
            stream = accept(&listener), if has_room => {
                connections.spawn(connection(stream, router.clone(), stopped.clone()));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    drop(listener);
    // The connections hold receivers; without one there is nobody to tell.
    let _ = stopping.send(true);
    let all_end = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_end).await.is_err() {
        tracing::debug!("requests were cut off");
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(OUT_OF_FILES).await;
            }
        }
    }
}

/// Whether a client went away before it was accepted, which is nothing to us.
fn is_of_the_client(error: &io::Error) -> bool {
    [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
    ]
    .contains(&error.kind())
}

async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    // Without it a small frame that follows another waits 40 ms for the far end's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection stays slow for small frames");
    }
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_header_size(MAX_HEAD)
        .max_buf_size(MAX_BUFFER)
        // Otherwise each answer costs a look whether its client is still there, with a buffer of
        // its own; answers are written at once, so there is nothing to call off.
        .half_close(true)
        .serve_connection(
            Stall::watched(TokioIo::new(stream)),
            TowerToHyperService::new(router),
        )
        .with_upgrades();
    let mut served = pin!(served);
    let stopping = async move {
        // An error means that the server was dropped, which is a reason to stop as well.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let ended = tokio::select! {
        biased;
        ended = served.as_mut() => ended,
        () = stopping => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::client;
    use axum::routing::get;
    use std::{future::pending, net::SocketAddr, sync::Arc};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::{Notify, oneshot},
        task::JoinHandle,
    };

    async fn listen() -> TcpListener {
        TcpListener::bind("127.0.0.1:0").await.unwrap()
    }

    /// A served router whose one route waits for `go`, and a request to it on its way.
    async fn serving_a_slow_request() -> (
        Arc<Notify>,
        oneshot::Sender<()>,
        JoinHandle<()>,
        JoinHandle<reqwest::Result<reqwest::Response>>,
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
        let listener = listen().await;
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
        served.await.unwrap();
    }

    #[tokio::test]
    async fn does_not_wait_for_ever_for_a_request_in_progress() {
        let (_go, stop, served, asked) = serving_a_slow_request().await;
        // Before, time runs on: paused, it would jump over the wait for the request.
        tokio::time::pause();
        let before = tokio::time::Instant::now();
        stop.send(()).unwrap();
        served.await.unwrap();
        assert!(before.elapsed() >= GRACE);
        asked.abort();
    }

    #[tokio::test]
    async fn serves_as_long_as_nothing_stops_it() {
        let listener = listen().await;
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().route("/", get(async || "here"));
        let served = tokio::spawn(serve(listener, router, pending()));
        let response = client().get(url).send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "here");
        assert!(!served.is_finished());
        served.abort();
    }

    /// Serves a router that is always here.
    async fn serving(max_connections: usize) -> (SocketAddr, JoinHandle<()>) {
        let listener = listen().await;
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        let served = tokio::spawn(serve_at_most(max_connections, listener, router, pending()));
        (address, served)
    }

    async fn ask(stream: &mut TcpStream, head: &[u8]) -> String {
        stream.write_all(head).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"here") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn hangs_up_on_a_client_that_does_not_end_a_head() {
        let (address, served) = serving(1).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream, b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await;
        stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
        tokio::time::pause();
        let before = tokio::time::Instant::now();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert!(before.elapsed() >= HEAD_TIME - Duration::from_secs(1));
        assert_eq!(String::from_utf8(rest).unwrap(), "");
        served.abort();
    }

    #[tokio::test]
    async fn refuses_a_head_that_is_too_large() {
        let (address, served) = serving(1).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let padding = "a".repeat(MAX_HEAD);
        let head = format!("GET / HTTP/1.1\r\nhost: here\r\nx: {padding}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        served.abort();
    }

    #[tokio::test]
    async fn serves_so_many_at_once_and_the_next_one_when_one_leaves() {
        const HEAD: &[u8] = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n";
        let (address, served) = serving(2).await;
        let connect = || async { TcpStream::connect(address).await.unwrap() };
        let (mut first, mut second) = (connect().await, connect().await);
        ask(&mut first, HEAD).await;
        ask(&mut second, HEAD).await;
        let mut third = connect().await;
        third.write_all(HEAD).await.unwrap();
        // Each answer is a turn in which the third could have been accepted.
        for _ in 0..10 {
            ask(&mut first, HEAD).await;
        }
        let unanswered = third.try_read(&mut [0; 1]).unwrap_err();
        assert_eq!(unanswered.kind(), io::ErrorKind::WouldBlock);
        drop(first);
        ask(&mut third, b"").await;
        served.abort();
    }
}
