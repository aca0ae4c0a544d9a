//! What the page does about each [`Msg`].

use super::{App, KeyUp, Msg, focus};
use crate::backend::Down;
use crate::components::meters;
use crate::keys::Command;
use crate::state::{self, Follow, Link, Place, Screen};
use crate::{dom, pages, sound, words};
use gloo_timers::callback::Timeout;
use protocol::sandbox::SandboxIntent;
use protocol::{
    AddressError, Answer, CallId, Intent, Notice, Question, Rejection, ShellMessage, Snapshot,
};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How long a sentence at the bottom stays, in milliseconds.
const TOAST_MS: u32 = 5_000;

/// How long an ended call stays when there is nothing to read in it, in milliseconds.
const ENDED_MS: u32 = 8_000;

impl App {
    pub(super) fn happen(&mut self, message: Msg) {
        match message {
            Msg::Down(down) => self.heard(down),
            Msg::Attach => {
                self.ui.lose(Link::Joining);
                self.wires.attach();
            }
            Msg::Key(command) => self.key(command),
            Msg::KeyUp(up) => self.key_up(up),
            Msg::Paste(text) => {
                if self.situation().in_call {
                    return;
                }
                self.leave_ended();
                self.ui.place = Place::Dial;
                self.ui.set_typed(text.trim().to_owned());
                self.focus.want_field();
                self.preview();
            }
            Msg::Typed(typed) => {
                // Dots stand for digits that only the page's memory has.
                if !typed.contains('•') {
                    self.ui.set_typed(typed);
                    self.preview();
                }
            }
            Msg::FieldFocus(on) => self.ui.field_focused = on,
            Msg::Pad(digit) => {
                sound::key(digit);
                self.ui.type_char(digit);
                self.focus.want_field();
                self.preview();
            }
            Msg::Erase => self.key(Command::Erase),
            Msg::Call => self.call(),
            Msg::CallNumber(number) => self.submit(Intent::Dial { to: number }),
            Msg::Answer => self.answer(),
            Msg::Tone(tone) => {
                if let Some(call) = self.main_call_id() {
                    let digits = tone.to_string();
                    self.submit(Intent::Digits { call, digits });
                }
            }
            Msg::ToggleKeypad => self.ui.keypad_open = !self.ui.keypad_open,
            Msg::Done => self.leave_ended(),
            Msg::EndedLongEnough(id) => {
                let ended = self.ui.snapshot.as_ref().and_then(|s| s.ended.as_ref());
                if ended.is_some_and(|ended| ended.id == id) {
                    self.leave_ended();
                }
            }
            Msg::TogglePrivacy => {
                if let Some(snapshot) = &self.ui.snapshot {
                    let on = !snapshot.privacy;
                    self.submit(Intent::SetPrivacy { on });
                }
            }
            Msg::Go(place) => self.ui.place = place,
            Msg::Tab(tab) => self.ui.tab = tab,
            Msg::Caller(number) => self.ui.caller = Some(number),
            Msg::CallMe => self.call_me(),
            Msg::CopyLog => self.copy_log(),
            Msg::CheckMicrophone => self.wires.check_microphone(),
            Msg::Submit(intent) => self.submit(intent),
            Msg::Dialled(typed, result) => self.dialled(typed, result),
            Msg::Rejected(rejection) => self.toast(words::rejection(&rejection)),
            Msg::Preview(typed, answer) => {
                if typed == self.ui.typed {
                    self.ui.preview = match answer {
                        Answer::Callable { written } => Some(written),
                        Answer::Number { .. } | Answer::Media(_) | Answer::Rejected(_) => None,
                    };
                }
            }
            Msg::Revealed(call, answer) => {
                if let (true, Answer::Number { written }) = (self.ui.revealing, answer) {
                    self.ui.revealed = Some((call, written));
                }
            }
            Msg::Toast(text) => self.toast(text),
            Msg::ToastOver => self.ui.toast = None,
        }
    }

    fn heard(&mut self, down: Down) {
        match down {
            Down::Attached(snapshot) => {
                self.ui.lose(Link::Up);
                self.drawn(*snapshot);
            }
            Down::Message(ShellMessage::Snapshot(snapshot)) => {
                if self.ui.link == Link::Up {
                    self.drawn(*snapshot);
                }
            }
            Down::Message(ShellMessage::Notice(Notice::Displaced)) => {
                self.ui.lose(Link::Displaced);
            }
            Down::Message(ShellMessage::Notice(Notice::BrowserFailed { url })) => {
                self.ui.browser_url = Some(url);
            }
            Down::Message(ShellMessage::Media(event)) => self.ui.hear_media(&event),
            // The wires have carried these out.
            Down::Message(ShellMessage::Engine(_) | ShellMessage::Named { .. }) => {}
            Down::Link(link) => {
                if self.ui.link != Link::Displaced {
                    self.ui.lose(link);
                }
            }
        }
    }

    fn drawn(&mut self, snapshot: Snapshot) {
        let before = self.main_call_id();
        let ended_before = self.ended_id();
        let follow = self.ui.take(snapshot);
        if self.main_call_id() != before {
            meters::rest();
        }
        match self.ui.snapshot.as_ref().and_then(|s| s.ended.as_ref()) {
            Some(ended) if Some(ended.id) != ended_before => {
                let (id, send) = (ended.id, self.send.clone());
                self.ended_timer = words::leaves_by_itself(ended.cause)
                    .then(|| Timeout::new(ENDED_MS, move || send.emit(Msg::EndedLongEnough(id))));
            }
            Some(_) => {}
            None => self.ended_timer = None,
        }
        if let Some(Follow::Answer(call)) = follow {
            self.submit(Intent::Answer { call });
        }
    }

    fn main_call_id(&self) -> Option<CallId> {
        let snapshot = self.ui.snapshot.as_ref()?;
        state::main_call(snapshot).map(|call| call.id)
    }

    fn offered_id(&self) -> Option<CallId> {
        let snapshot = self.ui.snapshot.as_ref()?;
        state::offered_call(snapshot).map(|call| call.id)
    }

    fn ended_id(&self) -> Option<CallId> {
        let snapshot = self.ui.snapshot.as_ref()?;
        snapshot.ended.as_ref().map(|ended| ended.id)
    }

    fn key(&mut self, command: Command) {
        match command {
            Command::GoDial => self.ui.place = Place::Dial,
            Command::GoSandbox => {
                let sandbox = self.ui.snapshot.as_ref().map(|s| s.sandbox.is_some());
                if sandbox == Some(true) {
                    self.ui.place = Place::Sandbox;
                }
            }
            Command::FocusField => {
                if self.ui.screen() == Screen::Ended {
                    self.leave_ended();
                }
                self.ui.place = Place::Dial;
                self.focus.want_field();
            }
            Command::TogglePrivacy => self.happen(Msg::TogglePrivacy),
            Command::NextRegion => focus::next_region(),
            Command::Reveal => self.reveal(),
            Command::Type(c) => {
                self.leave_ended();
                self.ui.type_char(c);
                self.focus.want_field();
                self.preview();
            }
            Command::HoldZero => {
                self.ui.hold_zero();
                self.focus.want_field();
                self.preview();
            }
            Command::Erase => {
                let mut typed = self.ui.typed.clone();
                typed.pop();
                self.ui.set_typed(typed);
                self.focus.want_field();
                self.preview();
            }
            Command::Clear => self.ui.set_typed(String::new()),
            Command::Call => self.call(),
            Command::Answer => self.answer(),
            Command::Decline => {
                if let Some(call) = self.offered_id() {
                    self.submit(Intent::Decline { call });
                }
            }
            Command::Silence => {
                if let Some(call) = self.offered_id() {
                    self.submit(Intent::Silence { call });
                }
            }
            Command::ToggleMute => self.mute(|muted| !muted),
            Command::Talk => {
                self.ui.talking = true;
                self.mute(|_| false);
            }
            Command::ToggleKeypad => self.happen(Msg::ToggleKeypad),
            Command::Tone(tone) => self.happen(Msg::Tone(tone)),
            Command::HangUp => {
                if let Some(call) = self.main_call_id() {
                    self.submit(Intent::HangUp { call });
                }
            }
            Command::Done => self.leave_ended(),
        }
    }

    fn key_up(&mut self, up: KeyUp) {
        if matches!(up, KeyUp::Alt | KeyUp::All) {
            self.ui.revealing = false;
            self.ui.revealed = None;
        }
        if matches!(up, KeyUp::Space | KeyUp::All) && std::mem::take(&mut self.ui.talking) {
            self.mute(|_| true);
        }
    }

    fn mute(&mut self, next: impl Fn(bool) -> bool) {
        let call = self.ui.snapshot.as_deref().and_then(state::main_call);
        if let Some((call, on)) = call.map(|call| (call.id, next(call.muted))) {
            self.submit(Intent::Mute { call, on });
        }
    }

    fn answer(&mut self) {
        let Some(call) = self.offered_id() else {
            return;
        };
        match self.main_call_id() {
            None => self.submit(Intent::Answer { call }),
            Some(other) => {
                // The SDK holds one call only: the other one ends first.
                self.ui.answer_next = Some(call);
                self.submit(Intent::HangUp { call: other });
            }
        }
    }

    fn call(&mut self) {
        if self.ui.typed.trim().is_empty() {
            let last = self.ui.called_last.clone();
            if last.is_empty() {
                let reason = AddressError::Empty;
                self.ui.field_error = Some(words::address_error(reason).to_owned());
            } else {
                self.ui.set_typed(last);
                self.preview();
            }
            self.focus.want_field();
            return;
        }
        let typed = self.ui.typed.clone();
        let intent = Intent::Dial { to: typed.clone() };
        let (submitted, send) = (self.wires.backend.submit(intent), self.send.clone());
        spawn_local(async move {
            let result = submitted.await;
            send.emit(Msg::Dialled(typed, result));
        });
    }

    fn dialled(&mut self, typed: String, result: Result<(), Rejection>) {
        match result {
            Ok(()) => {
                if self.ui.typed == typed {
                    self.ui.set_typed(String::new());
                }
                self.ui.called_last = typed;
            }
            Err(rejection) => {
                self.ui.field_error = Some(words::rejection(&rejection));
                self.focus.want_field();
            }
        }
    }

    fn call_me(&mut self) {
        let sandbox = self.ui.snapshot.as_ref().and_then(|s| s.sandbox.as_ref());
        let first = sandbox.and_then(|sandbox| sandbox.phones.iter().find(|phone| phone.calls_us));
        let first = first.map(|phone| phone.number.clone());
        if let Some(from) = self.ui.caller.clone().or(first) {
            self.submit(Intent::Sandbox(SandboxIntent::CallMe { from }));
        }
    }

    fn copy_log(&mut self) {
        let sandbox = self.ui.snapshot.as_ref().and_then(|s| s.sandbox.as_ref());
        let Some(text) = sandbox.map(pages::sandbox::log_text) else {
            return;
        };
        let copied = dom::window().navigator().clipboard().write_text(&text);
        let send = self.send.clone();
        spawn_local(async move {
            let copied = JsFuture::from(copied).await;
            let words = match copied {
                Ok(_) => "The log is copied.",
                Err(_) => "The log could not be copied.",
            };
            send.emit(Msg::Toast(words.to_owned()));
        });
    }

    fn leave_ended(&mut self) {
        if self.ended_id().is_some() {
            self.submit(Intent::DismissEnded);
        }
    }

    fn submit(&mut self, intent: Intent) {
        let (submitted, send) = (self.wires.backend.submit(intent), self.send.clone());
        spawn_local(async move {
            if let Err(rejection) = submitted.await {
                send.emit(Msg::Rejected(rejection));
            }
        });
    }

    fn toast(&mut self, text: String) {
        self.ui.toast = Some(text);
        let send = self.send.clone();
        self.toast_timer = Some(Timeout::new(TOAST_MS, move || send.emit(Msg::ToastOver)));
    }

    fn preview(&mut self) {
        let typed = self.ui.typed.clone();
        if typed.trim().is_empty() || self.ui.link != Link::Up {
            return;
        }
        let question = Question::Check {
            typed: typed.clone(),
        };
        let (asked, send) = (self.wires.backend.ask(question), self.send.clone());
        spawn_local(async move {
            let answer = asked.await;
            send.emit(Msg::Preview(typed, answer));
        });
    }

    /// Shows what is hidden, for as long as Alt is held.
    fn reveal(&mut self) {
        if std::mem::replace(&mut self.ui.revealing, true) {
            return;
        }
        let shown = self
            .main_call_id()
            .or(self.offered_id())
            .or(self.ended_id());
        let Some(call) = shown else { return };
        let question = Question::Reveal { call };
        let (asked, send) = (self.wires.backend.ask(question), self.send.clone());
        spawn_local(async move {
            let answer = asked.await;
            send.emit(Msg::Revealed(call, answer));
        });
    }
}
