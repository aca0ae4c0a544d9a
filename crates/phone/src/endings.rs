//! How calls end: whoever says so, and whatever else is waited for.

use crate::{
    DialCallStatus, Effect, Webhook,
    call::{Closing, Gone},
    cause,
    far::Far,
    phone::{Phone, stop_ring},
};
use protocol::{
    CallId, CallSid, Direction, EndCause, EndedView, Epoch, Registration, Timestamp,
    engine::CallEvent,
};

/// How long to wait for a reason when the engine only says that a call is over.
const REASON_MS: u64 = 1_500;
/// How long the engine may stay silent after the webhooks said that a call is over.
pub(crate) const ENGINE_SILENT_MS: u64 = 5_000;
/// A webhook may come so late and still tell how the last call ended.
const WEBHOOK_LATE_MS: u64 = 30_000;

/// The call that ended last.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) id: CallId,
    direction: Direction,
    pub(crate) far: Far,
    cause: EndCause,
    talked_s: Option<u64>,
    at: Timestamp,
    epoch: Epoch,
    /// Of an incoming call that was not answered: its leg, its caller, and when it began.
    unanswered: Option<(CallSid, String, Timestamp)>,
}

impl Ended {
    pub(crate) fn view(&self, privacy: bool) -> EndedView {
        EndedView {
            id: self.id,
            direction: self.direction,
            party: self.far.party(privacy),
            cause: self.cause,
            talked_s: self.talked_s,
        }
    }
}

impl Phone {
    pub(crate) fn gone(&mut self, index: usize, gone: Gone, now: Timestamp, out: &mut Vec<Effect>) {
        let call = &mut self.calls[index];
        match gone {
            Gone::Microphone => {
                out.push(Effect::Engine(call.letting_go()));
                self.end(index, EndCause::Microphone, now, out);
            }
            Gone::Lost => {
                if call.is_beyond_offered() {
                    self.registrar.device_is_stuck();
                }
                self.end(index, EndCause::ConnectionLost, now, out);
            }
            Gone::Rejected
                if call.direction() == Direction::Incoming && call.answered.is_none() =>
            {
                self.end(index, EndCause::Declined, now, out);
            }
            Gone::Cancelled
                if call.direction() == Direction::Incoming && call.answered.is_none() =>
            {
                let cause = if call.rang_out(&self.ledger) {
                    EndCause::NoAnswer
                } else {
                    EndCause::Cancelled
                };
                self.end(index, cause, now, out);
            }
            Gone::Cancelled | Gone::Rejected | Gone::Disconnected => {
                call.limit = None;
                call.closing = Some(Closing::EngineGone {
                    at: now.plus_ms(REASON_MS),
                });
                self.end_if_known(index, now, out);
            }
        }
    }

    /// Ends a call that the engine says is over, when it is known why.
    pub(crate) fn end_if_known(&mut self, index: usize, now: Timestamp, out: &mut Vec<Effect>) {
        let up = self.registrar.registration() == Registration::Ready;
        if let Some(cause) = cause::known(&self.calls[index], &self.ledger, up, now) {
            self.end(index, cause, now, out);
        }
    }

    /// Ends a call that the engine says is over, with what is known.
    pub(crate) fn end_at_last(&mut self, index: usize, now: Timestamp, out: &mut Vec<Effect>) {
        let up = self.registrar.registration() == Registration::Ready;
        let cause = cause::at_last(&self.calls[index], &self.ledger, up, now);
        self.end(index, cause, now, out);
    }

    /// The one way in which a call ends: its ring stops, and it leaves the list.
    pub(crate) fn end(
        &mut self,
        index: usize,
        cause: EndCause,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let mut call = self.calls.remove(index);
        stop_ring(&mut call, out);
        self.problems.call_ended(cause, call.error());
        self.ended = Some(Ended {
            id: call.id,
            direction: call.direction(),
            cause,
            talked_s: call.answered.map(|answered| now.since_ms(answered) / 1000),
            at: now,
            epoch: self.epoch,
            unanswered: call.unanswered(),
            far: call.far,
        });
    }

    pub(crate) fn end_all(&mut self, cause: EndCause, now: Timestamp, out: &mut Vec<Effect>) {
        while !self.calls.is_empty() {
            self.end(0, cause, now, out);
        }
    }

    /// The SDK says 'error' after 'disconnect' when sound was lost.
    pub(crate) fn event_after_end(&mut self, id: CallId, event: &CallEvent, now: Timestamp) {
        let (Some(ended), CallEvent::Error { code, .. }) = (&mut self.ended, event) else {
            return;
        };
        let belongs = ended.id == id
            && ended.epoch == self.epoch
            && ended.cause == EndCause::TheyHungUp
            && now.since_ms(ended.at) <= cause::ERROR_BELONGS_MS;
        if belongs {
            ended.cause = cause::of_code(*code);
            if cause::is_microphone(*code) {
                self.problems.microphone_error(*code);
            }
        }
    }

    pub(crate) fn webhook(&mut self, webhook: Webhook, now: Timestamp, out: &mut Vec<Effect>) {
        self.problems.webhook_came();
        let rang_out = match &webhook {
            Webhook::DialResult { status, .. } => *status == DialCallStatus::NoAnswer,
            Webhook::Outgoing { .. } | Webhook::Incoming { .. } | Webhook::Status { .. } => false,
        };
        self.ledger.write(webhook, now);
        for index in (0..self.calls.len()).rev() {
            let call = &mut self.calls[index];
            if call.engine_is_gone() {
                self.end_if_known(index, now, out);
            } else if call.closing.is_none() && call.is_over(&self.ledger) {
                call.closing = Some(Closing::EngineSilent {
                    at: now.plus_ms(ENGINE_SILENT_MS),
                });
            }
        }
        if let (Some(ended), true) = (&mut self.ended, rang_out) {
            let told = ended.unanswered.as_ref().is_some_and(|(sid, from, began)| {
                now.since_ms(ended.at) <= WEBHOOK_LATE_MS && self.ledger.rang_out(sid, from, *began)
            });
            if told && ended.cause == EndCause::Cancelled {
                ended.cause = EndCause::NoAnswer;
            }
        }
    }

    pub(crate) fn deadline(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        for index in (0..self.calls.len()).rev() {
            self.call_deadline(index, now, out);
        }
        let in_call = !self.calls.is_empty();
        self.registrar.deadline(in_call, now, out);
    }

    fn call_deadline(&mut self, index: usize, now: Timestamp, out: &mut Vec<Effect>) {
        let call = &self.calls[index];
        match call.closing {
            Some(Closing::EngineGone { at }) if at <= now => {
                self.end_at_last(index, now, out);
                return;
            }
            Some(Closing::EngineSilent { at }) if at <= now => {
                out.push(Effect::Engine(call.letting_go()));
                self.end_at_last(index, now, out);
                return;
            }
            Some(Closing::EngineGone { .. } | Closing::EngineSilent { .. }) | None => {}
        }
        if call.limit.is_some_and(|limit| limit <= now) {
            out.push(Effect::Engine(call.letting_go()));
            if call.answered.is_some() {
                // What the SDK keeps of such a call would make it busy for ever.
                self.registrar.device_is_stuck();
            }
            let cause = call.cause_of_limit();
            self.end(index, cause, now, out);
        }
    }
}
