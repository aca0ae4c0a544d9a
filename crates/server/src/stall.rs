//! Giving up on a client that takes nothing of what is written to it.

use hyper::rt::{Read, ReadBufCursor, Write};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// How long a client may take nothing at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection whose writing fails when it makes no progress.
pub(crate) struct Stall<T> {
    connection: T,
    /// Runs while a write waits.
    given_up: Option<Pin<Box<Sleep>>>,
}

impl<T> Stall<T> {
    /// Watches a connection.
    pub(crate) fn watched(connection: T) -> Self {
        Self {
            connection,
            given_up: None,
        }
    }

    /// What a write came to: once it has waited too long, an error.
    fn within_patience<R>(
        &mut self,
        written: Poll<io::Result<R>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.given_up = None;
            return written;
        }
        let given_up = self
            .given_up
            .get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        ready!(given_up.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: Read + Unpin> Read for Stall<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_read(context, buffer)
    }
}

impl<T: Write + Unpin> Write for Stall<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write(context, bytes);
        self.within_patience(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write_vectored(context, pieces);
        self.within_patience(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper_util::rt::TokioIo;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        time::Instant,
    };

    #[tokio::test(start_paused = true)]
    async fn fails_when_nothing_is_taken_for_half_a_minute() {
        let (near, _far) = tokio::io::duplex(4);
        let mut near = TokioIo::new(Stall::watched(TokioIo::new(near)));
        let before = Instant::now();
        let error = near.write_all(b"hello").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(before.elapsed() >= PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_a_slow_client_that_takes_a_little_now_and_then() {
        let (near, mut far) = tokio::io::duplex(1);
        let reading = tokio::spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..5 {
                sleep(PATIENCE / 2).await;
                taken.push(far.read_u8().await.unwrap());
            }
            taken
        });
        let mut near = TokioIo::new(Stall::watched(TokioIo::new(near)));
        near.write_all(b"hello").await.unwrap();
        assert_eq!(reading.await.unwrap(), b"hello");
    }
}
