//! What connects the page to the shell, the SDK, the keyboard and the devices.

use super::{KeyUp, Msg};
use crate::backend::{self, Backend, Down};
use crate::components::meters;
use crate::keys::{self, Focus, Press, Situation};
use crate::sdk::Engine;
use crate::state::{Link, Screen};
use crate::{dom, microphone, standin};
use protocol::engine::Microphone;
use protocol::media::{MediaAnswer, MediaError, MediaErrorKind, MediaEvent, MediaPath};
use protocol::{Answer, EngineEvent, Epoch, Notice, PageInfo, Question, ShellMessage};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{ClipboardEvent, Element, EventTarget, KeyboardEvent, PageTransitionEvent};
use yew::Callback;

/// All wires. Made once; they last as long as the page.
pub(crate) struct Wires {
    pub(crate) backend: Rc<dyn Backend>,
    /// What keys mean depends on it.
    pub(crate) situation: Rc<Cell<Situation>>,
    page: PageInfo,
    down: Rc<dyn Fn(Down)>,
    engine: Engine,
    microphone: Rc<dyn Fn(Microphone)>,
}

impl Wires {
    pub(crate) fn new(send: Callback<Msg>) -> Self {
        let (backend, window) = backend::find();
        let epoch = Rc::new(Cell::new(Epoch(0)));
        let report = {
            let (backend, epoch) = (backend.clone(), epoch.clone());
            move |event: EngineEvent| backend.report(epoch.get(), event)
        };
        let engine = Engine::new(report.clone(), meters::hear);
        let microphone: Rc<dyn Fn(Microphone)> = {
            let epoch = epoch.clone();
            Rc::new(move |state| {
                if epoch.get() != Epoch(0) {
                    report(EngineEvent::Microphone { state });
                }
            })
        };
        let down = down(
            send.clone(),
            backend.clone(),
            engine.clone(),
            epoch,
            microphone.clone(),
        );
        let wires = Self {
            backend,
            situation: Rc::new(Cell::new(Situation {
                screen: Screen::Notice,
                waiting: false,
                muted: false,
                in_call: false,
            })),
            page: PageInfo {
                webrtc: backend::has_webrtc(),
                window,
            },
            down,
            engine,
            microphone: microphone.clone(),
        };
        wires.listen(&send);
        wires.leave(&send);
        microphone::watch(microphone);
        wires
    }

    /// Becomes the phone's page.
    pub(crate) fn attach(&self) {
        self.backend.attach(self.page.clone(), self.down.clone());
    }

    /// Looks at the microphones again.
    pub(crate) fn check_microphone(&self) {
        microphone::check(self.microphone.clone());
    }

    /// When the page comes and goes. As it goes, its Device goes unheard: what the SDK says of it then would look like
    /// a lost connection, while the shell sees for itself that the page is gone.
    fn leave(&self, send: &Callback<Msg>) {
        let window: EventTarget = dom::window().into();
        let engine = self.engine.clone();
        on(&window, "pagehide", move |_: web_sys::Event| {
            engine.fall_silent();
        });
        let sender = send.clone();
        on(&window, "pageshow", move |event: PageTransitionEvent| {
            if event.persisted() {
                sender.emit(Msg::Attach);
            }
        });
        // Another address of Handset put into the same tab differs in the secret only, and the
        // browser does not load the page again for that.
        let sender = send.clone();
        on(&window, "hashchange", move |_: web_sys::Event| {
            sender.emit(Msg::Attach);
        });
    }

    fn listen(&self, send: &Callback<Msg>) {
        let window: EventTarget = dom::window().into();
        let situation = self.situation.clone();
        let sender = send.clone();
        on(&window, "keydown", move |event: KeyboardEvent| {
            let key = event.key();
            let press = Press {
                key: &key,
                ctrl: event.ctrl_key() || event.meta_key(),
                alt: event.alt_key() && key != "Alt",
                repeat: event.repeat(),
                focus: focus_of(event.target()),
            };
            if let Some(command) = keys::command(&press, &situation.get()) {
                event.prevent_default();
                sender.emit(Msg::Key(command));
            }
        });
        let sender = send.clone();
        on(&window, "keyup", move |event: KeyboardEvent| {
            match event.key().as_str() {
                "Alt" => sender.emit(Msg::KeyUp(KeyUp::Alt)),
                " " => sender.emit(Msg::KeyUp(KeyUp::Space)),
                _ => {}
            }
        });
        let sender = send.clone();
        on(&window, "blur", move |_: web_sys::Event| {
            sender.emit(Msg::KeyUp(KeyUp::All));
        });
        let sender = send.clone();
        on(&window, "paste", move |event: ClipboardEvent| {
            let elsewhere = matches!(focus_of(event.target()), Focus::Page | Focus::Button);
            let text = event
                .clipboard_data()
                .and_then(|data| data.get_data("text").ok());
            if let (true, Some(text)) = (elsewhere, text) {
                event.prevent_default();
                sender.emit(Msg::Paste(text));
            }
        });
    }
}

/// Carries engine requests out at once, in order; tells the page the rest.
fn down(
    send: Callback<Msg>,
    backend: Rc<dyn Backend>,
    engine: Engine,
    epoch: Rc<Cell<Epoch>>,
    microphone: Rc<dyn Fn(Microphone)>,
) -> Rc<dyn Fn(Down)> {
    Rc::new(move |down| {
        match &down {
            Down::Attached(snapshot) => {
                // What an earlier attachment left is nobody's any more.
                engine.fall_silent();
                epoch.set(snapshot.epoch);
                if snapshot.media == MediaPath::Native {
                    stand_in(&backend, &epoch);
                }
                microphone::check(microphone.clone());
            }
            Down::Message(ShellMessage::Engine(request)) => {
                engine.request(request.clone());
                return;
            }
            Down::Message(ShellMessage::Named { call_sid, call }) => {
                engine.name(call_sid, *call);
                return;
            }
            Down::Message(ShellMessage::Media(event)) => {
                standin::hear((**event).clone());
                // Drawing anew at each level would be seen in the processor's load.
                if !matches!(**event, MediaEvent::Sound { .. }) {
                    return;
                }
            }
            Down::Message(ShellMessage::Notice(Notice::Displaced)) => engine.fall_silent(),
            Down::Link(link) => match link {
                Link::Up => {}
                Link::Joining
                | Link::NoSecret
                | Link::Refused
                | Link::Gone
                | Link::Broken(_)
                | Link::Displaced => engine.fall_silent(),
            },
            Down::Message(
                ShellMessage::Snapshot(_) | ShellMessage::Notice(Notice::BrowserFailed { .. }),
            ) => {}
        }
        send.emit(Msg::Down(down));
    })
}

/// Puts the stand-in for WebRTC in place; the SDK loads after that.
fn stand_in(backend: &Rc<dyn Backend>, epoch: &Rc<Cell<Epoch>>) {
    let (backend, epoch) = (backend.clone(), epoch.clone());
    let installed = standin::install(move |request| {
        let question = Question::Media {
            epoch: epoch.get(),
            request,
        };
        let asked = backend.ask(question);
        Box::pin(async move {
            let answer = asked.await;
            if let Answer::Media(answer) = answer {
                return answer;
            }
            MediaAnswer::Refused(MediaError {
                kind: MediaErrorKind::Gone,
                message: "the media engine is gone".to_owned(),
            })
        })
    });
    // Without it the SDK says of each call that there is no WebRTC.
    if let Err(error) = installed {
        web_sys::console::error_2(
            &"the stand-in for WebRTC cannot be installed".into(),
            &error,
        );
    }
}

fn on<E: wasm_bindgen::convert::FromWasmAbi + 'static>(
    target: &EventTarget,
    name: &str,
    heard: impl Fn(E) + 'static,
) {
    let heard = Closure::<dyn Fn(E)>::new(heard).into_js_value();
    target
        .add_event_listener_with_callback(name, heard.unchecked_ref())
        .expect("a window takes listeners");
}

fn focus_of(target: Option<EventTarget>) -> Focus {
    let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
        return Focus::Page;
    };
    match (element.id().as_str(), element.tag_name().as_str()) {
        ("dial-field", _) => Focus::DialField,
        (_, "INPUT" | "SELECT" | "TEXTAREA") => Focus::Field,
        (_, "BUTTON" | "A") => Focus::Button,
        (_, _) => Focus::Page,
    }
}
