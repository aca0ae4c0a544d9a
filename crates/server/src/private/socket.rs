//! The browser dialer's WebSocket: the four verbs of [`protocol::wire`] as JSON text frames.

use super::{
    Room,
    guard::{Guard, Origin, refused},
};
use crate::{Host, headers::single, refusal::Refusal};
use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code,
            rejection::WebSocketUpgradeRejection,
        },
    },
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use protocol::wire::{SOCKET_PATH, SUBPROTOCOL};
use protocol::{ClientFrame, Epoch, PageInfo, ServerFrame, ShellMessage};
use std::{future::Future, pin::pin, time::Duration};
use tokio::sync::mpsc;
use tracing::{debug, info, warn};

/// The largest frame a page may send, in bytes.
const MAX_FRAME: usize = 64 * 1024;

/// Beyond this many bytes a frame is not even read to its end.
const MAX_READ: usize = 1024 * 1024;

/// How long the other end may take to agree that the connection is closed.
const GOODBYE: Duration = Duration::from_secs(1);

pub(super) async fn open<H: Host>(
    State(room): State<Room<H>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    if let Err(refusal) = check(&room.guard, &headers) {
        return refused(SOCKET_PATH, refusal);
    }
    match upgrade {
        Ok(upgrade) => upgrade
            .protocols([SUBPROTOCOL])
            .max_frame_size(MAX_READ)
            .max_message_size(MAX_READ)
            .on_upgrade(move |socket| Conversation::new(socket, room.host).run()),
        Err(rejection) => refused(
            SOCKET_PATH,
            Refusal::new(
                rejection.into_response().status(),
                "This address is the dialer's WebSocket: open it as one, or open the dialer at /.",
            ),
        ),
    }
}

fn check(guard: &Guard, headers: &HeaderMap) -> Result<(), Refusal> {
    match guard.origin(headers) {
        Origin::Own => {}
        Origin::None | Origin::Listed | Origin::Foreign => {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "Only Handset's own page may open this socket: send its address as the Origin.",
            ));
        }
    }
    let offered = single(headers, header::SEC_WEBSOCKET_PROTOCOL.as_str()).unwrap_or_default();
    let mut offered = offered.split(',').map(str::trim);
    let is_let_in = offered.next() == Some(SUBPROTOCOL)
        && offered.next().is_some_and(|said| guard.is_secret(said));
    if is_let_in {
        Ok(())
    } else {
        Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "The session secret is missing or wrong: offer two WebSocket subprotocols, \
             \"handset.v1\" and then the secret.",
        ))
    }
}

/// The other end is gone.
struct Gone;

/// One page's connection, from its opening to its end.
struct Conversation<H: Host> {
    socket: WebSocket,
    host: H,
    down: Option<mpsc::UnboundedReceiver<ShellMessage>>,
    attachment: Option<Attachment<H>>,
}

/// A page is attached as long as this lives.
struct Attachment<H: Host> {
    host: H,
    epoch: Epoch,
}

impl<H: Host> Drop for Attachment<H> {
    fn drop(&mut self) {
        self.host.detach(self.epoch);
    }
}

impl<H: Host> Conversation<H> {
    fn new(socket: WebSocket, host: H) -> Self {
        Self {
            socket,
            host,
            down: None,
            attachment: None,
        }
    }

    async fn run(mut self) {
        info!("a page has opened its socket");
        while self.step().await.is_ok() {}
        info!("the page's socket is closed");
    }

    async fn step(&mut self) -> Result<(), Gone> {
        tokio::select! {
            message = next(&mut self.down) => self.send(&ServerFrame::Message { message }).await,
            frame = self.socket.recv() => match frame {
                Some(Ok(Message::Text(text))) => self.hear(text.as_str()).await,
                Some(Ok(Message::Binary(_))) => {
                    self.malformed("a frame is JSON text, not binary".to_owned()).await
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                Some(Ok(Message::Close(_))) | None => Err(Gone),
                Some(Err(error)) => {
                    debug!(%error, "the page's socket broke");
                    Err(Gone)
                }
            },
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Gone> {
        if text.len() > MAX_FRAME {
            return self.close_too_big(text.len()).await;
        }
        match serde_json::from_str::<ClientFrame>(text) {
            Ok(ClientFrame::Attach { id, page }) => self.attach(id, page).await,
            Ok(ClientFrame::Submit { id, intent }) => {
                let host = self.host.clone();
                let taken = self.meanwhile(host.submit(intent)).await?;
                let rejection = taken.err();
                self.send(&ServerFrame::Submitted { id, rejection }).await
            }
            Ok(ClientFrame::Ask { id, question }) => {
                let host = self.host.clone();
                let answer = self.meanwhile(host.ask(question)).await?;
                self.send(&ServerFrame::Answered { id, answer }).await
            }
            Ok(ClientFrame::Report { epoch, event }) => {
                self.host.report(epoch, event);
                Ok(())
            }
            Err(error) => self.malformed(error.to_string()).await,
        }
    }

    async fn attach(&mut self, id: u64, page: PageInfo) -> Result<(), Gone> {
        let (up, down) = mpsc::unbounded_channel();
        // What an earlier attachment of this very page would still hear is of no use to it.
        self.down = None;
        let snapshot = Box::new(self.host.attach(page, up).await);
        self.down = Some(down);
        match &mut self.attachment {
            Some(attachment) => attachment.epoch = snapshot.epoch,
            None => {
                self.attachment = Some(Attachment {
                    host: self.host.clone(),
                    epoch: snapshot.epoch,
                });
            }
        }
        self.send(&ServerFrame::Attached { id, snapshot }).await
    }

    /// Waits for an answer of the host; messages go down meanwhile.
    async fn meanwhile<T>(&mut self, answer: impl Future<Output = T>) -> Result<T, Gone> {
        let mut answer = pin!(answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => return Ok(answer),
                message = next(&mut self.down) => {
                    self.send(&ServerFrame::Message { message }).await?;
                }
            }
        }
    }

    async fn malformed(&mut self, error: String) -> Result<(), Gone> {
        warn!("a frame of the page could not be read");
        self.send(&ServerFrame::Malformed { error }).await
    }

    async fn send(&mut self, frame: &ServerFrame) -> Result<(), Gone> {
        let json = serde_json::to_string(frame).expect("frames have only string keys");
        let sent = self.socket.send(Message::Text(json.into())).await;
        sent.map_err(|_| Gone)
    }

    async fn close_too_big(&mut self, bytes: usize) -> Result<(), Gone> {
        warn!(bytes, "closed the page's socket: a frame was too large");
        let reason = CloseFrame {
            code: close_code::SIZE,
            reason: "a frame has at most 64 kB".into(),
        };
        if self.socket.send(Message::Close(Some(reason))).await.is_ok() {
            // So that the reason arrives, the other end closes first; if it does not, so be it.
            let _ = tokio::time::timeout(GOODBYE, async {
                while let Some(Ok(_)) = self.socket.recv().await {}
            })
            .await;
        }
        Err(Gone)
    }
}

/// The next message for the page; never, when there is none to come.
async fn next(down: &mut Option<mpsc::UnboundedReceiver<ShellMessage>>) -> ShellMessage {
    if let Some(messages) = down.as_mut()
        && let Some(message) = messages.recv().await
    {
        return message;
    }
    *down = None;
    std::future::pending().await
}
