//! What the user wants, and when it can be had.

use crate::{
    Effect,
    call::Call,
    far::Far,
    phone::{Phone, stop_ring},
};
use protocol::{
    Address, CallId, EndCause, EngineRequest, Intent, Phase, Registration, Rejection, Timestamp,
    media::MediaPath,
};

/// More digits than that at once are not typed by anyone.
const MAX_DIGITS: usize = 64;

impl Phone {
    pub(crate) fn intend(
        &mut self,
        intent: Intent,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        match intent {
            Intent::Dial { to } => self.dial(&to, now, out),
            Intent::Answer { call } => self.pick_up(call, now, out),
            Intent::Decline { call } => self.decline(call, now, out),
            Intent::Silence { call } => self.silence(call, out),
            Intent::HangUp { call } => self.hang_up(call, now, out),
            Intent::Mute { call, on } => self.mute(call, on, out),
            Intent::Digits { call, digits } => self.send_digits(call, &digits, out),
            Intent::DismissEnded => {
                self.ended = None;
                Ok(())
            }
            Intent::DismissProblem => {
                self.problems.dismiss();
                Ok(())
            }
            Intent::Reconnect => {
                if self.registrar.page().is_none() {
                    return Err(Rejection::NoEngine);
                }
                self.registrar.reconnect(now, out);
                Ok(())
            }
            Intent::SetPrivacy { on } => {
                self.privacy = on;
                Ok(())
            }
            Intent::OpenInBrowser => {
                out.push(Effect::OpenBrowser);
                Ok(())
            }
            // The Controller takes these before the phone hears them, when there is a sandbox.
            Intent::Sandbox(_) => Err(Rejection::NoSandbox),
        }
    }

    fn dial(&mut self, to: &str, now: Timestamp, out: &mut Vec<Effect>) -> Result<(), Rejection> {
        let address = Address::parse(to, self.setup.line.as_ref())
            .map_err(|reason| Rejection::Address { reason })?;
        self.can_carry_sound()?;
        if self.calls.iter().any(|call| !call.engine_is_gone()) {
            return Err(Rejection::Busy);
        }
        if self.registrar.registration() != Registration::Ready {
            return Err(Rejection::NotConnected);
        }
        self.end_what_is_gone(now, out);
        self.ended = None;
        let id = self.name_call();
        let to = address.to_string();
        out.push(Effect::Engine(EngineRequest::Connect {
            call: id,
            params: vec![("To".to_owned(), to.clone())],
        }));
        self.calls
            .push(Call::dialled(id, to, Far::from(address), now));
        Ok(())
    }

    fn pick_up(
        &mut self,
        id: CallId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        self.offered(id)?;
        self.can_carry_sound()?;
        let other = |call: &Call| call.is_beyond_offered() && !call.engine_is_gone();
        if self.calls.iter().any(other) {
            return Err(Rejection::Busy);
        }
        self.end_what_is_gone(now, out);
        self.ended = None;
        let index = self.offered(id)?;
        let call = &mut self.calls[index];
        stop_ring(call, out);
        call.enter(Phase::Answering, now);
        out.push(Effect::Engine(EngineRequest::Accept { call: id }));
        Ok(())
    }

    fn decline(
        &mut self,
        id: CallId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        let index = self.offered(id)?;
        out.push(Effect::Engine(EngineRequest::Reject { call: id }));
        self.end(index, EndCause::Declined, now, out);
        Ok(())
    }

    fn silence(&mut self, id: CallId, out: &mut Vec<Effect>) -> Result<(), Rejection> {
        let index = self.offered(id)?;
        let call = &mut self.calls[index];
        call.silenced = true;
        stop_ring(call, out);
        Ok(())
    }

    fn hang_up(
        &mut self,
        id: CallId,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        let index = self.in_progress(id)?;
        let call = &self.calls[index];
        match call.phase {
            Phase::Offered => return self.decline(id, now, out),
            Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Active
            | Phase::Reconnecting => {}
        }
        if !call.engine_is_gone() {
            out.push(Effect::Engine(EngineRequest::Disconnect { call: id }));
        }
        self.end(index, EndCause::HungUp, now, out);
        Ok(())
    }

    fn mute(&mut self, id: CallId, on: bool, out: &mut Vec<Effect>) -> Result<(), Rejection> {
        let index = self.in_progress(id)?;
        let call = &mut self.calls[index];
        match call.phase {
            Phase::Offered => return Err(Rejection::WrongPhase),
            Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Active
            | Phase::Reconnecting => {}
        }
        if call.engine_is_gone() {
            return Err(Rejection::WrongPhase);
        }
        call.mute_wish = Some(on);
        out.push(Effect::Engine(EngineRequest::Mute { call: id, on }));
        Ok(())
    }

    fn send_digits(
        &mut self,
        id: CallId,
        digits: &str,
        out: &mut Vec<Effect>,
    ) -> Result<(), Rejection> {
        let index = self.in_progress(id)?;
        let call = &mut self.calls[index];
        match call.phase {
            Phase::Active => {}
            Phase::Dialing
            | Phase::Ringing
            | Phase::Offered
            | Phase::Answering
            | Phase::Reconnecting => return Err(Rejection::WrongPhase),
        }
        if call.engine_is_gone() {
            return Err(Rejection::WrongPhase);
        }
        let tones = digits
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'*' || b == b'#');
        if !tones || digits.is_empty() || digits.len() > MAX_DIGITS {
            return Err(Rejection::BadDigits);
        }
        call.digits.push_str(digits);
        out.push(Effect::Engine(EngineRequest::SendDigits {
            call: id,
            digits: digits.to_owned(),
        }));
        Ok(())
    }

    fn can_carry_sound(&self) -> Result<(), Rejection> {
        match self.media {
            MediaPath::Webview | MediaPath::Native => Ok(()),
            MediaPath::Missing => Err(Rejection::NoEngine),
        }
    }

    /// A call that only waits for its reason gives way to the next.
    fn end_what_is_gone(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        for index in (0..self.calls.len()).rev() {
            if self.calls[index].engine_is_gone() {
                self.end_at_last(index, now, out);
            }
        }
    }

    fn in_progress(&self, id: CallId) -> Result<usize, Rejection> {
        self.calls
            .iter()
            .position(|call| call.id == id)
            .ok_or(Rejection::NoSuchCall)
    }

    fn offered(&self, id: CallId) -> Result<usize, Rejection> {
        let index = self.in_progress(id)?;
        let call = &self.calls[index];
        if call.is_beyond_offered() || call.engine_is_gone() {
            return Err(Rejection::WrongPhase);
        }
        Ok(index)
    }
}
