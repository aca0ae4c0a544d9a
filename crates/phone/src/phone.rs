//! The phone: one value that knows all, and one function that changes it.

use crate::{
    Effect, Input, Setup,
    call::{Call, Closing, Heard},
    endings::{ENGINE_SILENT_MS, Ended},
    far::Far,
    ledger::Ledger,
    problems::Problems,
    registrar::{DeviceError, Registrar},
};
use protocol::{
    Address, Answer, CallId, CallSid, EndCause, EngineEvent, EngineRequest, Epoch, PhoneNumber,
    Question, Registration, Rejection, Snapshot, Timestamp,
    engine::{CallEvent, Microphone},
    media::MediaPath,
};

/// The phone. See the crate's page for how it is driven.
pub struct Phone {
    pub(crate) setup: Setup,
    pub(crate) privacy: bool,
    pub(crate) epoch: Epoch,
    /// Who carries sound in the attached page.
    pub(crate) media: MediaPath,
    pub(crate) registrar: Registrar,
    /// In progress, oldest first.
    pub(crate) calls: Vec<Call>,
    pub(crate) ended: Option<Ended>,
    pub(crate) ledger: Ledger,
    pub(crate) problems: Problems,
    last_call: u64,
    shown: Snapshot,
}

impl std::fmt::Debug for Phone {
    /// Without numbers and tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone")
            .field("epoch", &self.epoch)
            .field("registration", &self.registrar.registration())
            .field("calls", &self.calls.len())
            .finish_non_exhaustive()
    }
}

impl Phone {
    /// A phone that waits for its first page.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let shown = Snapshot {
            revision: 0,
            epoch: Epoch::default(),
            identity: setup.identity.as_str().to_owned(),
            line: setup.line.as_ref().map(PhoneNumber::written),
            registration: Registration::Connecting,
            media: MediaPath::Missing,
            problem: None,
            calls: Vec::new(),
            ended: None,
            privacy: setup.privacy,
            sandbox: None,
        };
        Self {
            privacy: setup.privacy,
            epoch: Epoch::default(),
            media: MediaPath::Missing,
            registrar: Registrar::new(setup.signalling.clone(), setup.ice_servers.clone()),
            calls: Vec::new(),
            ended: None,
            ledger: Ledger::default(),
            problems: Problems::default(),
            last_call: 0,
            shown,
            setup,
        }
    }

    /// Takes one input at the moment `now` and says what is to be done, in order.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Attached { page } => {
                self.end_all(EndCause::PageClosed, now, &mut out);
                self.epoch.0 += 1;
                self.media = self.setup.media_path(&page);
                self.problems.attached(self.media);
                self.registrar.attach(page, now, &mut out);
            }
            Input::Detached => {
                if self.registrar.page().is_some() {
                    self.end_all(EndCause::PageClosed, now, &mut out);
                    self.media = MediaPath::Missing;
                    self.problems.detached();
                    self.registrar.detach(now);
                }
            }
            Input::Intent(intent) => {
                if let Err(rejection) = self.intend(intent, now, &mut out) {
                    out.push(Effect::Rejected(rejection));
                }
            }
            Input::Engine { epoch, event } => {
                if epoch == self.epoch && self.registrar.page().is_some() {
                    self.engine(event, now, &mut out);
                }
            }
            Input::Webhook(webhook) => self.webhook(webhook, now, &mut out),
            Input::Token(result) => {
                let in_call = !self.calls.is_empty();
                self.registrar.token(result, in_call, now, &mut out);
            }
            Input::Deadline => self.deadline(now, &mut out),
            Input::WokeUp => self.woke_up(now, &mut out),
        }
        if self.calls.is_empty() {
            self.registrar.calls_are_over(now, &mut out);
        }
        self.show();
        out
    }

    /// When the phone wants an [`Input::Deadline`], if nothing else happens before. One that comes
    /// early does no harm; after one that comes in time this is later than it.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let calls = self.calls.iter().filter_map(Call::deadline);
        calls.chain(self.registrar.next_deadline()).min()
    }

    /// The phone as the page draws it. Its `sandbox` is `None`: that is for the caller to add.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shown.clone()
    }

    /// Answers a question of the page.
    #[must_use]
    pub fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Reveal { call } => {
                let in_progress = self.calls.iter().find(|known| known.id == *call);
                let ended = self.ended.as_ref().filter(|ended| ended.id == *call);
                in_progress
                    .map(|call| &call.far)
                    .or_else(|| ended.map(|ended| &ended.far))
                    .and_then(Far::written)
                    .map_or(Answer::Rejected(Rejection::NoSuchCall), |written| {
                        Answer::Number { written }
                    })
            }
            Question::Check { typed } => match Address::parse(typed, self.setup.line.as_ref()) {
                Ok(Address::Number(number)) => Answer::Callable {
                    written: number.written(),
                },
                Ok(Address::Client(name)) => Answer::Callable {
                    written: name.as_str().to_owned(),
                },
                Err(reason) => Answer::Rejected(Rejection::Address { reason }),
            },
            // The phone has no sound of its own: who has an engine does not ask it.
            Question::Media { .. } => Answer::Rejected(Rejection::NoEngine),
        }
    }

    /// A name that no call had.
    pub(crate) fn name_call(&mut self) -> CallId {
        self.last_call += 1;
        CallId(self.last_call)
    }

    fn engine(&mut self, event: EngineEvent, now: Timestamp, out: &mut Vec<Effect>) {
        match event {
            EngineEvent::Registering => self.registrar.heard_registering(now),
            EngineEvent::Registered => {
                self.registrar.heard_registered(now);
                self.problems.registered();
            }
            EngineEvent::Unregistered => self.registrar.heard_unregistered(now),
            EngineEvent::Destroyed => {
                if self.registrar.heard_destroyed(now) {
                    self.end_all(EndCause::ConnectionLost, now, out);
                }
            }
            EngineEvent::TokenWillExpire => self.registrar.heard_token_will_expire(now, out),
            EngineEvent::DeviceError { code, message } => {
                match self.registrar.heard_error(code, now, out) {
                    DeviceError::Taken => {}
                    DeviceError::Other => self.problems.device_error(code, &message),
                }
            }
            EngineEvent::Microphone { state } => self.problems.microphone(state),
            EngineEvent::Incoming {
                call_sid,
                from,
                to: _,
                verified,
            } => self.incoming(call_sid, from, verified, now, out),
            EngineEvent::Call { call, what } => self.call_event(call, &what, now, out),
        }
    }

    fn incoming(
        &mut self,
        call_sid: CallSid,
        from: String,
        verified: bool,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if self
            .calls
            .iter()
            .any(|call| call.sid.as_ref() == Some(&call_sid))
        {
            return;
        }
        let id = self.name_call();
        let call = Call::offered(id, call_sid.clone(), from, verified, now);
        out.push(Effect::Named { call_sid, call: id });
        out.push(Effect::StartRing {
            call: id,
            party: call.far.party(self.privacy),
        });
        self.calls.push(call);
    }

    fn call_event(&mut self, id: CallId, event: &CallEvent, now: Timestamp, out: &mut Vec<Effect>) {
        let Some(index) = self.calls.iter().position(|call| call.id == id) else {
            self.event_after_end(id, event, now);
            return;
        };
        let call = &mut self.calls[index];
        if let Some(Closing::EngineSilent { at }) = &mut call.closing {
            *at = now.plus_ms(ENGINE_SILENT_MS);
        }
        let heard = call.hear(event, now);
        if call.answered == Some(now) {
            // It has sound, so there is a microphone.
            self.problems.microphone(Microphone::Present);
        }
        match heard {
            Heard::Nothing => {}
            Heard::AskMute(on) => {
                out.push(Effect::Engine(EngineRequest::Mute { call: id, on }));
            }
            Heard::ErrorAfterEnd => self.end_if_known(index, now, out),
            Heard::Gone(gone) => self.gone(index, gone, now, out),
        }
    }

    fn woke_up(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        // A call that rang when the computer went to sleep has stopped ringing long ago.
        for index in (0..self.calls.len()).rev() {
            if !self.calls[index].is_beyond_offered() {
                out.push(Effect::Engine(self.calls[index].letting_go()));
                self.end(index, EndCause::ConnectionLost, now, out);
            }
        }
        let in_call = !self.calls.is_empty();
        self.registrar.woke_up(in_call, now, out);
    }

    /// Draws the snapshot anew, with the next revision if anything in it changed.
    fn show(&mut self) {
        let mut problems: Vec<_> = self.registrar.problem().into_iter().collect();
        self.problems.list(&mut problems);
        let next = Snapshot {
            revision: self.shown.revision,
            epoch: self.epoch,
            identity: self.setup.identity.as_str().to_owned(),
            line: self.setup.line.as_ref().map(PhoneNumber::written),
            registration: self.registrar.registration(),
            media: self.media,
            problem: self.problems.worst(problems),
            calls: self
                .calls
                .iter()
                .map(|call| call.view(self.privacy))
                .collect(),
            ended: self.ended.as_ref().map(|ended| ended.view(self.privacy)),
            privacy: self.privacy,
            sandbox: None,
        };
        if next != self.shown {
            self.shown = next;
            self.shown.revision += 1;
        }
    }
}

/// Stops the ring of a call, if it rings.
pub(crate) fn stop_ring(call: &mut Call, out: &mut Vec<Effect>) {
    if std::mem::take(&mut call.rings) {
        out.push(Effect::StopRing { call: call.id });
    }
}
