//! The way to the shell: four verbs, and one ordered channel down.

mod slot;
mod tauri;
mod web;

pub(crate) use slot::Slot;

use crate::state::Link;
use protocol::{
    Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Rejection, ShellMessage, Snapshot,
};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// What comes from the shell, in order.
#[derive(Clone, Debug)]
pub enum Down {
    /// The page is attached, for the first time or again.
    Attached(Box<Snapshot>),
    /// A message of the channel.
    Message(ShellMessage),
    /// The connection is not there, and why.
    Link(Link),
}

/// An answer that is on its way.
pub type Later<T> = Pin<Box<dyn Future<Output = T>>>;

/// The shell, in the window or over a socket.
pub trait Backend {
    /// Becomes the phone's page. All that follows comes through `down`.
    fn attach(&self, page: PageInfo, down: Rc<dyn Fn(Down)>);
    /// Expresses a wish of the user.
    fn submit(&self, intent: Intent) -> Later<Result<(), Rejection>>;
    /// Asks a question.
    fn ask(&self, question: Question) -> Later<Answer>;
    /// Tells what the SDK said.
    fn report(&self, epoch: Epoch, event: EngineEvent);
}

/// The shell that this page belongs to, and whether it is the program's own window.
#[must_use]
pub fn find() -> (Rc<dyn Backend>, bool) {
    if tauri::is_there() {
        (Rc::new(tauri::Window), true)
    } else {
        (Rc::new(web::Socket::default()), false)
    }
}

/// Whether the browser or webview has WebRTC of its own: asked before a stand-in is installed.
#[must_use]
pub fn has_webrtc() -> bool {
    js_sys::Reflect::has(&js_sys::global(), &"RTCPeerConnection".into()).unwrap_or(false)
}
