//! The one component that owns what the page remembers. Everything that happens is a [`Msg`].

mod focus;
mod wires;

use crate::backend::Down;
use crate::components::{meters, rail};
use crate::keys::{Command, Situation};
use crate::state::{self, Follow, Link, Place, Screen, Tab, Ui};
use crate::{dom, pages, sound, words};
use gloo_timers::callback::Timeout;
use protocol::sandbox::SandboxIntent;
use protocol::{Answer, CallId, Intent, Notice, Question, Rejection, ShellMessage, Snapshot};
use wasm_bindgen_futures::spawn_local;
use wires::Wires;
use yew::prelude::*;

/// How long a sentence at the bottom stays, in milliseconds.
const TOAST_MS: u32 = 5_000;

/// How long an ended call stays when there is nothing to read in it, in milliseconds.
const ENDED_MS: u32 = 8_000;

/// Draws the page into the document.
pub(crate) fn mount() {
    let root = dom::by_id("root").expect("index.html has the element");
    yew::Renderer::<App>::with_root(root).render();
}

/// Everything that can happen to the page.
#[derive(Clone, Debug)]
pub(crate) enum Msg {
    /// From the shell.
    Down(Down),
    /// Become the phone's page, at first or again.
    Attach,
    /// A key of the keyboard.
    Key(Command),
    /// The key that was held is up, or the window lost the focus.
    KeyUp(KeyUp),
    /// Something was pasted outside a field.
    Paste(String),
    /// The dial field was typed into.
    Typed(String),
    /// The dial field got or lost the focus.
    FieldFocus(bool),
    /// A key of the dial pad; + is 0 held.
    Pad(char),
    /// Take the last character away.
    Erase,
    /// Call what is typed.
    Call,
    /// Call a phone of the sandbox.
    CallNumber(String),
    /// Answer the offered call, after ending the other one.
    Answer,
    /// A key of the keypad in a call.
    Tone(char),
    /// Open or close the keypad.
    ToggleKeypad,
    /// Leave the ended call.
    Done,
    /// The ended call has been there for long enough.
    EndedLongEnough(CallId),
    /// Hide or show numbers.
    TogglePrivacy,
    /// Go to a page of the rail.
    Go(Place),
    /// Go to a part of the sandbox.
    Tab(Tab),
    /// Choose who calls us.
    Caller(String),
    /// Let it call us.
    CallMe,
    /// Copy the sandbox's log.
    CopyLog,
    /// Look at the microphones again.
    CheckMicrophone,
    /// A wish that needs nothing else.
    Submit(Intent),
    /// What was dialled was taken or not.
    Dialled(String, Result<(), Rejection>),
    /// Another wish was not taken.
    Rejected(Rejection),
    /// How what is typed is read.
    Preview(String, Answer),
    /// The hidden number.
    Revealed(CallId, Answer),
    /// Show a sentence at the bottom for a while.
    Toast(String),
    /// Take it away.
    ToastOver,
}

/// Which held key is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyUp {
    /// Alt.
    Alt,
    /// Space.
    Space,
    /// Any: nothing is held any more.
    All,
}

/// What a page needs to draw itself.
pub(crate) struct View<'a> {
    pub(crate) ui: &'a Ui,
    pub(crate) snapshot: &'a Snapshot,
    send: &'a Callback<Msg>,
}

impl View<'_> {
    /// A listener that sends what `make` makes of the event.
    pub(crate) fn on<E: 'static>(&self, make: impl Fn(E) -> Msg + 'static) -> Callback<E> {
        self.send.reform(make)
    }

    /// The same, for events of which only some mean anything.
    pub(crate) fn on_some<E: 'static>(
        &self,
        make: impl Fn(E) -> Option<Msg> + 'static,
    ) -> Callback<E> {
        let send = self.send.clone();
        Callback::from(move |event| {
            if let Some(message) = make(event) {
                send.emit(message);
            }
        })
    }

    /// The full number of a call while it is shown.
    pub(crate) fn revealed(&self, call: CallId) -> Option<&str> {
        let (id, number) = self.ui.revealed.as_ref()?;
        (*id == call).then_some(number.as_str())
    }
}

pub(crate) struct App {
    ui: Ui,
    wires: Wires,
    send: Callback<Msg>,
    focus: focus::Focus,
    toast_timer: Option<Timeout>,
    ended_timer: Option<Timeout>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Self>) -> Self {
        let send = ctx.link().callback(|message: Msg| message);
        let wires = Wires::new(send.clone());
        wires.attach();
        Self {
            ui: Ui::default(),
            wires,
            send,
            focus: focus::Focus::default(),
            toast_timer: None,
            ended_timer: None,
        }
    }

    fn update(&mut self, _: &Context<Self>, message: Msg) -> bool {
        self.happen(message);
        sound::ring(self.ui.ringing().is_some());
        self.wires.situation.set(self.situation());
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let screen = self.ui.screen();
        let snapshot = self.ui.snapshot.as_deref();
        let (tag, body) = match snapshot.filter(|_| screen != Screen::Notice) {
            Some(snapshot) => (
                words::registration_tag(snapshot.registration),
                self.draw(snapshot, screen),
            ),
            None => (
                match self.ui.link {
                    Link::Joining | Link::Up => "connecting",
                    Link::NoSecret
                    | Link::Refused
                    | Link::Gone
                    | Link::Broken(_)
                    | Link::Displaced => "offline",
                },
                pages::notice::notice(&self.ui.link, &self.send),
            ),
        };
        let bare = (screen == Screen::Notice).then_some("app-bare");
        html! {
            <div
                id="app"
                class={classes!("app", bare)}
                data-registration={tag}
                data-screen={screen.tag()}
            >
                { body }
                { self.spoken(snapshot) }
                if let Some(text) = &self.ui.toast {
                    <div class="toasts">
                        <div id="toast" class="toast" role="status">{ text.clone() }</div>
                    </div>
                }
            </div>
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _first: bool) {
        let screen = self.ui.screen();
        self.focus.follow(screen);
        let title = self.ui.snapshot.as_deref().and_then(|snapshot| {
            let call = state::main_call(snapshot).or_else(|| state::offered_call(snapshot))?;
            words::call_state(call).or(Some("In a call"))
        });
        let title = match title.filter(|_| screen != Screen::Notice) {
            Some(state) => format!("{state} · Handset"),
            None => "Handset".to_owned(),
        };
        dom::document().set_title(&title);
    }
}

impl App {
    fn draw(&self, snapshot: &Snapshot, screen: Screen) -> Html {
        let view = View {
            ui: &self.ui,
            snapshot,
            send: &self.send,
        };
        let main_call = state::main_call(snapshot);
        let page = match (screen, main_call, state::offered_call(snapshot)) {
            (Screen::Sandbox, _, _) => snapshot
                .sandbox
                .as_ref()
                .map(|sandbox| pages::sandbox::sandbox(&view, sandbox)),
            (Screen::Calling | Screen::InCall | Screen::Keypad, Some(call), _) => {
                Some(pages::call::call(&view, call, screen))
            }
            (Screen::Incoming, _, Some(call)) => Some(pages::incoming::incoming(&view, call)),
            (Screen::Ended, _, _) => snapshot
                .ended
                .as_ref()
                .map(|ended| pages::ended::ended(&view, ended)),
            (
                Screen::Dialer
                | Screen::Notice
                | Screen::Calling
                | Screen::InCall
                | Screen::Keypad
                | Screen::Incoming,
                _,
                _,
            ) => None,
        };
        html! {
            <>
                { rail::rail(&view) }
                { page.unwrap_or_else(|| pages::dialer::dialer(&view)) }
            </>
        }
    }

    /// What a screen reader says of changes: politely, but for an offered call.
    fn spoken(&self, snapshot: Option<&Snapshot>) -> Html {
        let main_call = snapshot.and_then(state::main_call);
        let offered = snapshot
            .and_then(state::offered_call)
            .map(words::call_spoken);
        let ended = snapshot.and_then(|snapshot| snapshot.ended.as_ref());
        let call = main_call
            .map(words::call_spoken)
            .or_else(|| ended.map(words::ended_spoken));
        let registration = snapshot.map(|snapshot| words::status(snapshot).1);
        html! {
            <div class="visually-hidden">
                <p id="said-registration" role="status">{ registration.unwrap_or_default() }</p>
                <p id="said-call" role="status">{ call.unwrap_or_default() }</p>
                <p id="said-offered" role="alert">{ offered.unwrap_or_default() }</p>
            </div>
        }
    }

    fn situation(&self) -> Situation {
        let snapshot = self.ui.snapshot.as_deref();
        let main_call = snapshot.and_then(state::main_call);
        let offered = snapshot.and_then(state::offered_call);
        Situation {
            screen: self.ui.screen(),
            waiting: main_call.is_some() && offered.is_some(),
            muted: main_call.is_some_and(|call| call.muted),
            in_call: main_call.is_some(),
        }
    }

    fn happen(&mut self, message: Msg) {
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
                self.focus.to_field();
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
                self.focus.to_field();
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
                        Answer::Number { .. } | Answer::Rejected(_) => None,
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
                self.focus.to_field();
            }
            Command::TogglePrivacy => self.happen(Msg::TogglePrivacy),
            Command::NextRegion => focus::next_region(),
            Command::Reveal => self.reveal(),
            Command::Type(c) => {
                self.leave_ended();
                self.ui.type_char(c);
                self.focus.to_field();
                self.preview();
            }
            Command::HoldZero => {
                self.ui.hold_zero();
                self.focus.to_field();
                self.preview();
            }
            Command::Erase => {
                let mut typed = self.ui.typed.clone();
                typed.pop();
                self.ui.set_typed(typed);
                self.focus.to_field();
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
                let reason = protocol::AddressError::Empty;
                self.ui.field_error = Some(words::address_error(reason).to_owned());
            } else {
                self.ui.set_typed(last);
                self.preview();
            }
            self.focus.to_field();
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
                self.focus.to_field();
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
            let copied = wasm_bindgen_futures::JsFuture::from(copied).await;
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
