//! One device's connection: its socket, its heartbeats, and the end of both.

use super::frames::{FrameError, HEARTBEAT, MALFORMED, ToDevice, read};
use super::handling;
use crate::exchange::{Leg, Switchboard};
use axum::extract::ws::{Message, WebSocket};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use twilio::token::Claims;

/// What goes out on the socket.
#[derive(Debug)]
enum Out {
    Frame(String),
    /// Ends the connection, after what was sent before.
    Close,
    /// Cuts the connection, as a network does.
    Cut,
}

/// A device's connection, as the exchange sees it; it may be gone.
pub(crate) struct Session {
    id: u64,
    out: mpsc::UnboundedSender<Out>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    admitted: Option<Admitted>,
    legs: HashMap<String, Leg>,
}

/// What a valid `listen` brought.
#[derive(Clone)]
pub(super) struct Admitted {
    pub(super) claims: Claims,
    /// The token's fingerprint, to refuse it once it was made to expire.
    pub(super) token_mark: u64,
    pub(super) expires: Instant,
    pub(super) reconnect: Duration,
}

impl Session {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) const fn id(&self) -> u64 {
        self.id
    }

    /// Sends a frame; after the end of the connection it is lost.
    pub(crate) fn send(&self, frame: &ToDevice) {
        let _ = self.out.send(Out::Frame(frame.to_text()));
    }

    /// Ends the connection after an error, so that the SDK does not open it again by itself.
    pub(crate) fn refuse(&self, code: u32, message: &str) {
        self.send(&ToDevice::error(code, message));
        self.send(&ToDevice::Close {});
        let _ = self.out.send(Out::Close);
    }

    /// Cuts the connection without a word.
    pub(crate) fn cut(&self) {
        let _ = self.out.send(Out::Cut);
    }

    pub(super) fn admit(&self, admitted: Admitted) {
        self.state().admitted = Some(admitted);
    }

    pub(super) fn admitted(&self) -> Option<Admitted> {
        self.state().admitted.clone()
    }

    /// What the device's token says, once it was found valid.
    pub(crate) fn claims(&self) -> Option<Claims> {
        self.state().admitted.as_ref().map(|is| is.claims.clone())
    }

    /// The token's fingerprint.
    pub(crate) fn token_mark(&self) -> Option<u64> {
        self.state().admitted.as_ref().map(|is| is.token_mark)
    }

    /// The leg that the device calls `call_id`: Twilio's name, or its own.
    pub(crate) fn leg(&self, call_id: &str) -> Option<Leg> {
        self.state().legs.get(call_id).cloned()
    }

    /// Makes `leg` one of this connection's.
    pub(crate) fn keep_leg(&self, call_id: &str, leg: &Leg) {
        self.state().legs.insert(call_id.to_owned(), leg.clone());
    }

    /// Forgets a leg that is over.
    pub(crate) fn drop_leg(&self, call_id: &str) {
        self.state().legs.remove(call_id);
    }

    fn expires(&self) -> Option<Instant> {
        self.state().admitted.as_ref().map(|is| is.expires)
    }
}

/// The connections that are open; clones share the list.
#[derive(Clone, Default)]
pub(crate) struct SessionList(Arc<Mutex<(u64, Vec<Arc<Session>>)>>);

impl SessionList {
    fn open(&self, out: mpsc::UnboundedSender<Out>) -> Arc<Session> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.0 += 1;
        let session = Arc::new(Session {
            id: list.0,
            out,
            state: Mutex::default(),
        });
        list.1.push(session.clone());
        session
    }

    fn close(&self, session: &Session) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.1.retain(|open| open.id != session.id);
    }

    /// All that are open.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.1.clone()
    }
}

/// Runs a connection to its end.
pub(super) async fn run(socket: WebSocket, board: Switchboard) {
    let (out, outbox) = mpsc::unbounded_channel();
    let session = board.sessions().open(out);
    let why = talk(socket, &board, &session, outbox).await;
    board.sessions().close(&session);
    board.registry().remove(&session);
    let reconnect = session.admitted().map(|is| is.reconnect);
    let legs: Vec<Leg> = {
        let mut state = session.state();
        state.legs.drain().map(|(_, leg)| leg).collect()
    };
    if let Some(claims) = session.claims() {
        board.log().say(format!("phone {}: {why}", claims.identity));
    }
    for leg in legs {
        leg.lost_session(&session, reconnect.unwrap_or_default());
    }
}

/// Reads, writes and keeps time until the connection ends; says why it did.
async fn talk(
    mut socket: WebSocket,
    board: &Switchboard,
    session: &Arc<Session>,
    mut outbox: mpsc::UnboundedReceiver<Out>,
) -> &'static str {
    let timing = &board.config().timing;
    let mut beat = interval_at(Instant::now() + timing.heartbeat, timing.heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut faults = board.faults().watch();
    faults.mark_unchanged();
    let mut muted = faults.borrow().mute_heartbeats;
    let mut dead = false;
    let opened = Instant::now();
    let mut heard = opened;
    loop {
        let deadline = session.expires().unwrap_or(opened + timing.listen);
        tokio::select! {
            frame = socket.recv() => {
                heard = Instant::now();
                match frame {
                    Some(Ok(Message::Text(text))) if text.as_str() == HEARTBEAT => {}
                    Some(Ok(Message::Text(text))) => match read(&text) {
                        Ok(frame) => handling::handle(board, session, frame).await,
                        Err(error) => malformed(board, session, &error),
                    },
                    Some(Ok(Message::Binary(_))) => malformed(board, session, &FrameError::Binary),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return "disconnected",
                }
            }
            out = outbox.recv() => match out {
                Some(Out::Frame(text)) => {
                    if !dead && socket.send(Message::Text(text.into())).await.is_err() {
                        return "disconnected";
                    }
                }
                Some(Out::Close) => {
                    let _ = socket.send(Message::Close(None)).await;
                    return "connection closed";
                }
                Some(Out::Cut) | None => return "connection dropped",
            },
            _ = beat.tick() => {
                if heard.elapsed() > timing.silence {
                    return "silent, connection dropped";
                }
                if !dead && !muted && socket.send(Message::Text(HEARTBEAT.into())).await.is_err() {
                    return "disconnected";
                }
            }
            Ok(()) = faults.changed() => {
                let now = faults.borrow_and_update().mute_heartbeats;
                dead |= now && !muted;
                muted = now;
            }
            () = tokio::time::sleep_until(deadline) => {
                if session.expires().is_none() {
                    session.refuse(31100, "no valid listen came; send the access token first");
                } else {
                    session.refuse(20104, "the access token has expired; listen with a fresh one");
                }
                board.registry().remove(session);
                return drain(socket, outbox).await;
            }
        }
    }
}

/// Sends what is left and closes.
async fn drain(mut socket: WebSocket, mut outbox: mpsc::UnboundedReceiver<Out>) -> &'static str {
    while let Ok(out) = outbox.try_recv() {
        match out {
            Out::Frame(text) => {
                if socket.send(Message::Text(text.into())).await.is_err() {
                    break;
                }
            }
            Out::Close => {
                let _ = socket.send(Message::Close(None)).await;
            }
            Out::Cut => break,
        }
    }
    "token expired, connection closed"
}

fn malformed(board: &Switchboard, session: &Session, error: &FrameError) {
    board.log().say(format!("malformed frame: {error}"));
    session.send(&ToDevice::error(
        MALFORMED,
        format!("{error}; frames are {{\"type\",\"version\",\"payload\"}}"),
    ));
}
