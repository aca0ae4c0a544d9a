//! Opens the WebSocket.

use super::{frames::MAX_FRAME, session};
use crate::exchange::Switchboard;
use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    response::Response,
    routing::get,
};

/// `GET /signal`.
pub(crate) fn router(board: Switchboard) -> Router {
    Router::new()
        .route("/signal", get(signal))
        .with_state(board)
}

async fn signal(State(board): State<Switchboard>, upgrade: WebSocketUpgrade) -> Response {
    // Above the limit that a frame is refused with a message; this one only guards the memory.
    upgrade
        .max_message_size(MAX_FRAME * 8)
        .max_frame_size(MAX_FRAME * 8)
        .on_upgrade(move |socket| session::run(socket, board))
}
