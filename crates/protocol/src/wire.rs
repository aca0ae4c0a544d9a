//! The four verbs between page and shell, and the one ordered channel down.
//!
//! In the window they are Tauri commands with these types as arguments. In a browser they are JSON
//! text frames over a WebSocket: [`ClientFrame`] up, [`ServerFrame`] down. The session secret goes
//! as the second WebSocket subprotocol, after [`SUBPROTOCOL`].

use crate::media::MediaEvent;
use crate::{
    Answer, CallId, CallSid, EngineEvent, EngineRequest, Epoch, Intent, PageInfo, Question,
    Rejection, Snapshot,
};
use serde::{Deserialize, Serialize};

/// The WebSocket subprotocol of the browser dialer.
pub const SUBPROTOCOL: &str = "handset.v1";

/// The path of the browser dialer's WebSocket on the private listener.
pub const SOCKET_PATH: &str = "/app/socket";

/// A message down to the page, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum ShellMessage {
    /// The phone as it is now.
    Snapshot(Box<Snapshot>),
    /// Do this on the SDK.
    Engine(EngineRequest),
    /// The incoming call with this SID is called so; sent before any request about it.
    Named {
        /// The SDK's name.
        call_sid: CallSid,
        /// The phone's name.
        call: CallId,
    },
    /// The media engine tells this, of what the stand-in asked of it.
    Media(Box<MediaEvent>),
    /// Say this once.
    Notice(Notice),
}

/// Something to say once, that is not part of the phone's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// Another page has attached and this one is no longer the phone.
    Displaced,
    /// The system's browser could not be opened; the address to type.
    BrowserFailed {
        /// With its secret.
        url: String,
    },
}

/// A frame from the browser dialer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Become the phone's page. Answered by [`ServerFrame::Attached`].
    Attach {
        /// Chosen by the page, repeated in the answer.
        id: u64,
        /// What the page is.
        page: PageInfo,
    },
    /// A wish of the user. Answered by [`ServerFrame::Submitted`].
    Submit {
        /// Chosen by the page, repeated in the answer.
        id: u64,
        /// What.
        intent: Intent,
    },
    /// A question. Answered by [`ServerFrame::Answered`].
    Ask {
        /// Chosen by the page, repeated in the answer.
        id: u64,
        /// What.
        question: Question,
    },
    /// Something the SDK said. Not answered.
    Report {
        /// The attachment in which it was said.
        epoch: Epoch,
        /// What.
        event: EngineEvent,
    },
}

/// A frame to the browser dialer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "frame", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The page is attached.
    Attached {
        /// Of the frame that is answered.
        id: u64,
        /// The phone as it is.
        snapshot: Box<Snapshot>,
    },
    /// Whether the intent was taken.
    Submitted {
        /// Of the frame that is answered.
        id: u64,
        /// `None` when it was.
        rejection: Option<Rejection>,
    },
    /// The answer.
    Answered {
        /// Of the frame that is answered.
        id: u64,
        /// What.
        answer: Answer,
    },
    /// Down the ordered channel.
    Message {
        /// What.
        message: ShellMessage,
    },
    /// The frame could not be read; the connection goes on.
    Malformed {
        /// Why.
        error: String,
    },
}
