//! What the engine's events make of a call.

use super::{Call, RECONNECTING_MS};
use crate::cause::is_microphone;
use protocol::{Phase, Timestamp, engine::CallEvent};

/// What an event means beyond the call itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Nothing.
    Nothing,
    /// The microphone is not as the user wants it: say it again.
    AskMute(bool),
    /// The call is over.
    Gone(Gone),
    /// An error came after the end and may be its reason.
    ErrorAfterEnd,
}

/// How the engine says that a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// `cancel`.
    Cancelled,
    /// `reject`.
    Rejected,
    /// `disconnect`.
    Disconnected,
    /// It lost it without saying so.
    Lost,
    /// The microphone cannot be used; whether the SDK has ended the call is not sure.
    Microphone,
}

impl Call {
    /// Takes an event of the engine about this call.
    pub(crate) fn hear(&mut self, event: &CallEvent, now: Timestamp) -> Heard {
        if let CallEvent::Error { code, message: _ } = event {
            self.error = Some((*code, now));
        }
        if self.engine_is_gone() {
            return match event {
                CallEvent::Error { .. } => Heard::ErrorAfterEnd,
                CallEvent::Ringing { .. }
                | CallEvent::Accepted { .. }
                | CallEvent::Cancelled
                | CallEvent::Rejected
                | CallEvent::Disconnected
                | CallEvent::Reconnecting { .. }
                | CallEvent::Reconnected
                | CallEvent::Muted { .. }
                | CallEvent::Lost => Heard::Nothing,
            };
        }
        match event {
            CallEvent::Ringing { call_sid, .. } => {
                self.sid = Some(call_sid.clone());
                if self.phase == Phase::Dialing {
                    self.enter(Phase::Ringing, now);
                }
                self.mute_still_wished()
            }
            CallEvent::Accepted { call_sid } => {
                if let Some(call_sid) = call_sid {
                    self.sid = Some(call_sid.clone());
                }
                self.accepted(now)
            }
            CallEvent::Reconnecting { code: _ } => {
                match self.phase {
                    Phase::Active => self.enter(Phase::Reconnecting, now),
                    // Said too of a call that is not up yet: no phase of its own, but it must
                    // not last. Of one that rings here it means nothing.
                    Phase::Dialing | Phase::Ringing => {
                        self.limit = Some(now.plus_ms(RECONNECTING_MS));
                    }
                    Phase::Offered | Phase::Answering | Phase::Reconnecting => {}
                }
                Heard::Nothing
            }
            CallEvent::Reconnected => {
                match self.phase {
                    Phase::Reconnecting => self.enter(Phase::Active, now),
                    Phase::Dialing | Phase::Ringing => self.enter(self.phase, now),
                    Phase::Offered | Phase::Answering | Phase::Active => {}
                }
                self.mute_still_wished()
            }
            CallEvent::Muted { on } => {
                self.muted = *on;
                self.mute_wish = None;
                Heard::Nothing
            }
            CallEvent::Error { code, .. } => match self.phase {
                Phase::Dialing | Phase::Ringing | Phase::Answering if is_microphone(*code) => {
                    Heard::Gone(Gone::Microphone)
                }
                Phase::Dialing
                | Phase::Ringing
                | Phase::Answering
                | Phase::Offered
                | Phase::Active
                | Phase::Reconnecting => Heard::Nothing,
            },
            CallEvent::Cancelled => Heard::Gone(Gone::Cancelled),
            CallEvent::Rejected => Heard::Gone(Gone::Rejected),
            CallEvent::Disconnected => Heard::Gone(Gone::Disconnected),
            CallEvent::Lost => Heard::Gone(Gone::Lost),
        }
    }

    fn accepted(&mut self, now: Timestamp) -> Heard {
        match self.phase {
            Phase::Dialing | Phase::Ringing | Phase::Answering => {
                self.enter(Phase::Active, now);
                self.answered = Some(now);
                self.mute_still_wished()
            }
            // Nobody answered it here, or it is up already.
            Phase::Offered | Phase::Active | Phase::Reconnecting => Heard::Nothing,
        }
    }

    fn mute_still_wished(&self) -> Heard {
        match self.mute_wish {
            Some(on) if on != self.muted => Heard::AskMute(on),
            Some(_) | None => Heard::Nothing,
        }
    }
}
