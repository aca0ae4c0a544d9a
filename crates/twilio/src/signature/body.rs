//! Reading a body whole, within bounds of size and time.

use super::Refused;
use bytes::{Buf, Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use std::{pin::pin, time::Duration};

/// How much of a body that is too large is taken from the line, so that the refusal can be read by
/// a client that writes all before it reads.
const MAX_DISCARDED: usize = 1024 * 1024;

/// How large a body may be and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_body: usize,
    pub(super) body_time: Duration,
}

impl Limits {
    /// Reads a body.
    pub(super) async fn read<B: Body>(self, body: B) -> Result<Bytes, Refused> {
        // A body that is there already sets no timer.
        match tokio::time::timeout(self.body_time, read(body, self.max_body)).await {
            Ok(read) => read,
            Err(_) => Err(Refused::TooSlow {
                seconds: self.body_time.as_secs(),
            }),
        }
    }
}

async fn read<B: Body>(body: B, max_body: usize) -> Result<Bytes, Refused> {
    let mut body = pin!(body);
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(|_| Refused::BrokeOff)?.into_data() else {
            continue;
        };
        let length = data.remaining();
        seen = seen.saturating_add(length);
        if seen > max_body {
            if seen > max_body.saturating_add(MAX_DISCARDED) {
                break;
            }
        } else if first.is_empty() {
            // Most bodies come in one piece, which is taken as it is.
            first = data.copy_to_bytes(length);
        } else {
            if joined.is_empty() {
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(&data.copy_to_bytes(length));
        }
    }
    if seen > max_body {
        Err(Refused::TooLarge { max_body })
    } else if joined.is_empty() {
        Ok(first)
    } else {
        Ok(joined.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body::Frame;
    use std::{
        collections::VecDeque,
        io,
        pin::Pin,
        task::{Context, Poll},
    };

    const LIMITS: Limits = Limits {
        max_body: 8,
        body_time: Duration::from_secs(10),
    };

    /// These chunks; then its end or silence.
    struct Chunks {
        chunks: VecDeque<io::Result<Bytes>>,
        ends: bool,
    }

    impl Chunks {
        fn of<const N: usize>(chunks: [io::Result<&'static str>; N]) -> Self {
            let chunks = chunks.into_iter();
            Self {
                chunks: chunks.map(|chunk| chunk.map(Bytes::from)).collect(),
                ends: true,
            }
        }
    }

    impl Body for Chunks {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            match self.chunks.pop_front() {
                Some(chunk) => Poll::Ready(Some(chunk.map(Frame::data))),
                None if self.ends => Poll::Ready(None),
                None => Poll::Pending,
            }
        }
    }

    /// Never ends.
    struct Endless;

    impl Body for Endless {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'a'; 4096])))))
        }
    }

    #[tokio::test]
    async fn joins_what_comes_in_pieces() {
        for body in [
            Chunks::of([]),
            Chunks::of([Ok("")]),
            Chunks::of([Ok(""), Ok("")]),
        ] {
            assert_eq!(LIMITS.read(body).await, Ok(Bytes::new()));
        }
        for body in [
            Chunks::of([Ok("a=b&c=d")]),
            Chunks::of([Ok(""), Ok("a=b&"), Ok(""), Ok("c=d")]),
            Chunks::of([Ok("a"), Ok("="), Ok("b&c=d"), Ok("")]),
        ] {
            assert_eq!(LIMITS.read(body).await, Ok(Bytes::from("a=b&c=d")));
        }
    }

    #[tokio::test]
    async fn takes_the_most_there_may_be_and_not_a_byte_more() {
        let most = LIMITS.read(Chunks::of([Ok("01234567")])).await;
        assert_eq!(most, Ok(Bytes::from("01234567")));
        for chunks in [
            Chunks::of([Ok("012345678")]),
            Chunks::of([Ok("0123"), Ok("4567"), Ok("8")]),
        ] {
            let refused = Err(Refused::TooLarge { max_body: 8 });
            assert_eq!(LIMITS.read(chunks).await, refused);
        }
    }

    #[tokio::test]
    async fn stops_reading_a_body_without_end() {
        let refused = Err(Refused::TooLarge { max_body: 8 });
        assert_eq!(LIMITS.read(Endless).await, refused);
    }

    #[tokio::test]
    async fn refuses_a_body_that_breaks_off() {
        let broken = Err(io::Error::from(io::ErrorKind::ConnectionReset));
        let chunks = Chunks::of([Ok("CallSid="), broken]);
        assert_eq!(LIMITS.read(chunks).await, Err(Refused::BrokeOff));
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_on_a_body_that_does_not_come() {
        let mut chunks = Chunks::of([Ok("a=")]);
        chunks.ends = false;
        let refused = LIMITS.read(chunks).await;
        assert_eq!(refused, Err(Refused::TooSlow { seconds: 10 }));
    }
}
