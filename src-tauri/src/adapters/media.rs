//! The native media engine, behind the phone's port.

use app::ports::{Media, MediaReply};
use protocol::Epoch;
use protocol::media::{MediaEvent, MediaRequest};
use rtc::audio::backend::AudioBackend;
use rtc::engine::Engine;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::mpsc;

/// The engine, and the one task that speaks with it.
pub(crate) struct NativeMedia {
    orders: mpsc::UnboundedSender<Order>,
}

enum Order {
    Ask(MediaRequest, MediaReply),
    Reset(Epoch),
}

impl NativeMedia {
    /// Starts it on the caller's tokio runtime, over the devices that `backend` drives. `tell`
    /// hears what it says, with the attachment of the page that it is for.
    pub(crate) fn start(
        backend: Arc<dyn AudioBackend>,
        tell: impl Fn(Epoch, MediaEvent) + Send + 'static,
    ) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        tokio::spawn(run(backend, tell, taken));
        Self { orders }
    }
}

impl Media for NativeMedia {
    fn is_there(&self) -> bool {
        true
    }

    fn ask(&mut self, _epoch: Epoch, request: MediaRequest, reply: MediaReply) {
        // When the task is gone, so is the reply: its asker hears that the phone is closing.
        let _ = self.orders.send(Order::Ask(request, reply));
    }

    fn reset(&mut self, epoch: Epoch) {
        let _ = self.orders.send(Order::Reset(epoch));
    }
}

async fn run(
    backend: Arc<dyn AudioBackend>,
    tell: impl Fn(Epoch, MediaEvent),
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let (told, mut events) = mpsc::unbounded_channel();
    let engine = Engine::start(backend, told);
    let mut epoch = Epoch::default();
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Ask(request, reply)) => begin(&engine, request, reply).await,
                Some(Order::Reset(next)) => {
                    engine.reset().await;
                    // What was said until here is about what has ended.
                    while events.try_recv().is_ok() {}
                    epoch = next;
                }
                None => return,
            },
            Some(event) = events.recv() => tell(epoch, event),
        }
    }
}

/// Begins a request, so that the engine hears it before the next one, and lets it be answered in
/// its own time.
async fn begin(engine: &Engine, request: MediaRequest, reply: MediaReply) {
    let engine = engine.clone();
    let mut answer: Pin<Box<_>> = Box::pin(async move { engine.handle(request).await });
    let begun = std::future::poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx))).await;
    match begun {
        Poll::Ready(answer) => reply.send(answer),
        Poll::Pending => {
            tokio::spawn(async move { reply.send(answer.await) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Answer;
    use protocol::media::{DeviceId, MediaAnswer, PeerId, Processing, TrackId};
    use rtc::audio::Synthetic;
    use tokio::sync::oneshot;

    struct Bench {
        media: NativeMedia,
        told: mpsc::UnboundedReceiver<(Epoch, MediaEvent)>,
    }

    fn bench() -> Bench {
        let (tell, told) = mpsc::unbounded_channel();
        let media = NativeMedia::start(Arc::new(Synthetic::new()), move |epoch, event| {
            let _test_over = tell.send((epoch, event));
        });
        Bench { media, told }
    }

    impl Bench {
        fn ask(&mut self, request: MediaRequest) -> oneshot::Receiver<Answer> {
            let (reply, answer) = oneshot::channel();
            self.media.ask(Epoch(1), request, MediaReply::new(reply));
            answer
        }
    }

    fn open(peer: u32) -> MediaRequest {
        MediaRequest::OpenPeer {
            peer: PeerId(peer),
            ice_servers: Vec::new(),
            relay_only: false,
        }
    }

    #[tokio::test]
    async fn requests_are_begun_in_order_and_answered_all() {
        let mut bench = bench();
        bench.media.reset(Epoch(1));
        // Each needs the one before, and none is waited for.
        let answers = [
            bench.ask(open(1)),
            bench.ask(MediaRequest::SendTrack {
                peer: PeerId(1),
                track: None,
            }),
            bench.ask(MediaRequest::Levels { on: false }),
            bench.ask(MediaRequest::ClosePeer { peer: PeerId(1) }),
        ];
        for answer in answers {
            assert_eq!(answer.await, Ok(Answer::Media(MediaAnswer::Done)));
        }
    }

    #[tokio::test]
    async fn what_was_opened_before_a_reset_is_gone_and_not_spoken_of() {
        let mut bench = bench();
        bench.media.reset(Epoch(1));
        let opened = bench.ask(open(1));
        assert_eq!(opened.await, Ok(Answer::Media(MediaAnswer::Done)));
        bench.media.reset(Epoch(2));
        let stats = bench.ask(MediaRequest::Stats { peer: PeerId(1) });
        assert!(
            matches!(stats.await, Ok(Answer::Media(MediaAnswer::Refused(_)))),
            "it is gone"
        );
        while let Ok((epoch, event)) = bench.told.try_recv() {
            assert!(
                epoch == Epoch(1) || !matches!(event, MediaEvent::Connection { .. }),
                "{epoch:?} heard {event:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_reset_answers_who_still_waits() {
        let mut bench = bench();
        let opening = bench.ask(MediaRequest::OpenMicrophone {
            track: TrackId(1),
            device: DeviceId("no such device".to_owned()),
            processing: Processing::default(),
        });
        bench.media.reset(Epoch(2));
        assert!(matches!(
            opening.await,
            Ok(Answer::Media(MediaAnswer::Refused(_)))
        ));
    }
}
