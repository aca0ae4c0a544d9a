//! The shell as a browser reaches it: JSON text frames over a WebSocket.

use super::slot::Slot;
use super::{Backend, Down, Later};
use crate::state::Link;
use gloo_timers::callback::Timeout;
use js_sys::Array;
use protocol::wire::{SOCKET_PATH, SUBPROTOCOL};
use protocol::{
    Answer, ClientFrame, EngineEvent, Epoch, Intent, Notice, PageInfo, Question, Rejection,
    ServerFrame, ShellMessage,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MessageEvent, WebSocket};

/// The first wait before the next try, and the longest, in milliseconds.
const WAIT_MS: (u32, u32) = (250, 5_000);

/// The socket to the program, opened again whenever it breaks.
#[derive(Clone, Default)]
pub(super) struct Socket(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    socket: Option<WebSocket>,
    page: Option<PageInfo>,
    down: Option<Rc<dyn Fn(Down)>>,
    last_id: u64,
    submitted: HashMap<u64, Slot<Result<(), Rejection>>>,
    asked: HashMap<u64, Slot<Answer>>,
    wait_ms: u32,
    retry: Option<Timeout>,
    /// The frames of this socket are heard; those of older ones are not.
    generation: u64,
}

impl Backend for Socket {
    fn attach(&self, page: PageInfo, down: Rc<dyn Fn(Down)>) {
        {
            let mut state = self.0.borrow_mut();
            state.page = Some(page);
            state.down = Some(down);
            state.wait_ms = WAIT_MS.0;
        }
        self.open();
    }

    fn submit(&self, intent: Intent) -> Later<Result<(), Rejection>> {
        let (id, slot) = (self.next_id(), Slot::new());
        if self.send(&ClientFrame::Submit { id, intent }) {
            self.0.borrow_mut().submitted.insert(id, slot.clone());
        } else {
            slot.fill(Err(Rejection::Closing));
        }
        Box::pin(slot)
    }

    fn ask(&self, question: Question) -> Later<Answer> {
        let (id, slot) = (self.next_id(), Slot::new());
        if self.send(&ClientFrame::Ask { id, question }) {
            self.0.borrow_mut().asked.insert(id, slot.clone());
        } else {
            slot.fill(Answer::Rejected(Rejection::Closing));
        }
        Box::pin(slot)
    }

    fn report(&self, epoch: Epoch, event: EngineEvent) {
        // Without a socket the phone has heard already that the page is gone.
        self.send(&ClientFrame::Report { epoch, event });
    }
}

impl Socket {
    fn next_id(&self) -> u64 {
        let mut state = self.0.borrow_mut();
        state.last_id += 1;
        state.last_id
    }

    fn send(&self, frame: &ClientFrame) -> bool {
        let socket = self.0.borrow().socket.clone();
        let Some(socket) = socket.filter(|s| s.ready_state() == WebSocket::OPEN) else {
            return false;
        };
        let text = serde_json::to_string(frame).expect("frames are plain data");
        socket.send_with_str(&text).is_ok()
    }

    fn tell(&self, down: Down) {
        let heard = self.0.borrow().down.clone();
        if let Some(heard) = heard {
            heard(down);
        }
    }

    fn open(&self) {
        let location = crate::dom::window().location();
        let secret = location.hash().unwrap_or_default();
        let secret = secret.trim_start_matches('#').to_owned();
        let generation = {
            let mut state = self.0.borrow_mut();
            state.generation += 1;
            state.retry = None;
            if let Some(old) = state.socket.take() {
                // It may be closed already.
                let _ = old.close();
            }
            state.generation
        };
        self.give_up_waiting();
        if secret.is_empty() {
            self.tell(Down::Link(Link::NoSecret));
            return;
        }
        let scheme = match location.protocol().as_deref() {
            Ok("https:") => "wss",
            Ok(_) | Err(_) => "ws",
        };
        let host = location.host().unwrap_or_default();
        let url = format!("{scheme}://{host}{SOCKET_PATH}");
        let protocols = Array::of2(&SUBPROTOCOL.into(), &secret.into());
        match WebSocket::new_with_str_sequence(&url, &protocols) {
            Ok(socket) => self.listen(&socket, generation),
            // Only a secret with characters that no secret has is refused here.
            Err(_) => self.tell(Down::Link(Link::Refused)),
        }
    }

    fn listen(&self, socket: &WebSocket, generation: u64) {
        let this = self.clone();
        let opened = Closure::<dyn Fn()>::new(move || this.opened(generation));
        socket.set_onopen(Some(opened.into_js_value().unchecked_ref()));
        let this = self.clone();
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                this.heard(generation, &text);
            }
        });
        socket.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
        let this = self.clone();
        let closed = Closure::<dyn Fn()>::new(move || this.closed(generation));
        socket.set_onclose(Some(closed.into_js_value().unchecked_ref()));
        self.0.borrow_mut().socket = Some(socket.clone());
    }

    fn opened(&self, generation: u64) {
        let page = {
            let mut state = self.0.borrow_mut();
            if state.generation != generation {
                return;
            }
            state.wait_ms = WAIT_MS.0;
            state.page.clone()
        };
        if let Some(page) = page {
            let id = self.next_id();
            self.send(&ClientFrame::Attach { id, page });
        }
    }

    fn heard(&self, generation: u64, text: &str) {
        if self.0.borrow().generation != generation {
            return;
        }
        match serde_json::from_str(text) {
            Ok(ServerFrame::Attached { snapshot, .. }) => self.tell(Down::Attached(snapshot)),
            Ok(ServerFrame::Message { message }) => {
                let displaced = matches!(message, ShellMessage::Notice(Notice::Displaced));
                if displaced {
                    // From here on this page stays away until the user wants it back.
                    self.0.borrow_mut().generation += 1;
                    self.give_up_waiting();
                }
                self.tell(Down::Message(message));
            }
            Ok(ServerFrame::Submitted { id, rejection }) => {
                let slot = self.0.borrow_mut().submitted.remove(&id);
                if let Some(slot) = slot {
                    slot.fill(rejection.map_or(Ok(()), Err));
                }
            }
            Ok(ServerFrame::Answered { id, answer }) => {
                let slot = self.0.borrow_mut().asked.remove(&id);
                if let Some(slot) = slot {
                    slot.fill(answer);
                }
            }
            // A frame of ours that the program does not know: it says so in its log too.
            Ok(ServerFrame::Malformed { .. }) => {}
            Err(error) => self.tell(Down::Link(Link::Broken(error.to_string()))),
        }
    }

    /// Nothing that is awaited comes any more.
    fn give_up_waiting(&self) {
        let (submitted, asked) = {
            let mut state = self.0.borrow_mut();
            (
                std::mem::take(&mut state.submitted),
                std::mem::take(&mut state.asked),
            )
        };
        for slot in submitted.into_values() {
            slot.fill(Err(Rejection::Closing));
        }
        for slot in asked.into_values() {
            slot.fill(Answer::Rejected(Rejection::Closing));
        }
    }

    fn closed(&self, generation: u64) {
        {
            let mut state = self.0.borrow_mut();
            if state.generation != generation {
                return;
            }
            state.socket = None;
        }
        self.give_up_waiting();
        self.tell(Down::Link(Link::Joining));
        let this = self.clone();
        spawn_local(async move {
            // A refused socket does not say why. If the page's own address still answers, the
            // program is there and it is the secret that it did not like.
            let answers = answers().await;
            if this.0.borrow().generation != generation {
                return;
            }
            if !answers {
                this.tell(Down::Link(Link::Gone));
            }
            this.retry(generation, answers);
        });
    }

    /// Tries again after a while. Two refusals of a program that answers are meant.
    fn retry(&self, generation: u64, answers: bool) {
        let mut state = self.0.borrow_mut();
        let wait_ms = state.wait_ms.max(WAIT_MS.0);
        if answers && wait_ms > WAIT_MS.0 {
            drop(state);
            self.tell(Down::Link(Link::Refused));
            return;
        }
        state.wait_ms = (wait_ms * 2).min(WAIT_MS.1);
        let this = self.clone();
        state.retry = Some(Timeout::new(wait_ms, move || {
            if this.0.borrow().generation == generation {
                this.open();
            }
        }));
    }
}

async fn answers() -> bool {
    // A new address each time: an answer from the cache would tell nothing.
    let address = format!("./icon.svg?{}", js_sys::Date::now());
    let fetched = crate::dom::window().fetch_with_str(&address);
    JsFuture::from(fetched).await.is_ok()
}
