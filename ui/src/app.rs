//! The one component that owns what the page remembers. Everything that happens is a [`Msg`].

mod acts;
mod focus;
mod wires;

use crate::backend::Down;
use crate::components::rail;
use crate::keys::{Command, Situation};
use crate::state::{self, Link, Place, Screen, Tab, Ui};
use crate::{dom, pages, sound, words};
use gloo_timers::callback::Timeout;
use protocol::{Answer, CallId, Intent, Rejection, Snapshot};
use wires::Wires;
use yew::prelude::*;

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
    log_end: focus::LogEnd,
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
            log_end: focus::LogEnd::default(),
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
        if screen == Screen::Sandbox {
            self.log_end.follow();
        }
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
}
