//! The verbs that steer a call: `<Redirect>`, `<Reject>`, `<Pause>`, and those that are not known.

use super::{
    Goto, Player, Step, Stop,
    ports::{CallError, Exchange, HungUp, Leg, RejectReason},
};
use crate::webhook::{Kind, Method, Target, params::Params};
use std::time::Duration;
use tokio::time::sleep;
use twiml::{Pause, Redirect, Reject};

/// Twilio's verbs that the sandbox has no means for.
/// Source: Twilio's helper libraries for Python 9.13.0 and Node 6.2.0.
const BEYOND_US: &[&str] = &[
    "Connect", "Echo", "Enqueue", "Leave", "Pay", "Prompt", "Queue", "Refer", "Sms", "Start",
    "Stop",
];

/// Twilio's nouns of `<Dial>` that the sandbox has no means for.
const NOUNS_BEYOND_US: &[&str] = &["Application", "Conference", "Queue", "Sim", "WhatsApp"];

/// The error of a verb that is not carried out.
pub(super) fn unknown_verb(name: &str) -> CallError {
    unknown(name, BEYOND_US.contains(&name), "a TwiML verb")
}

/// The error of a noun in `<Dial>` that is not called.
pub(super) fn unknown_noun(name: &str) -> CallError {
    unknown(
        name,
        NOUNS_BEYOND_US.contains(&name),
        "something that <Dial> can call",
    )
}

fn unknown(name: &str, beyond_us: bool, what: &str) -> CallError {
    if beyond_us {
        CallError {
            code: CallError::SANDBOX,
            message: format!("the sandbox cannot do <{name}>; try it with a real account"),
        }
    } else {
        CallError {
            code: 12_200,
            message: format!("<{name}> is not {what}"),
        }
    }
}

impl<E: Exchange> Player<E> {
    pub(super) fn redirect(&self, redirect: &Redirect) -> Result<Step, Stop> {
        let target = Target {
            url: self.resolve(Some(&redirect.url))?,
            method: Method::from_attribute(redirect.method.as_deref()),
        };
        Ok(Step::Goto(Goto {
            kind: Kind::Redirect,
            target,
            params: Params::new(),
        }))
    }

    /// Turns the call away; one that was answered already is only hung up.
    pub(super) fn reject(&mut self, reject: &Reject) -> Step {
        if !self.leg.is_answered() {
            let reason = match reject.reason {
                Some(twiml::RejectReason::Busy) => RejectReason::Busy,
                Some(twiml::RejectReason::Rejected) | None => RejectReason::Rejected,
            };
            self.rejected = Some(reason);
            self.leg.reject(reason);
        }
        Step::End
    }

    /// Waits; a call that is not answered yet goes on ringing meanwhile.
    pub(super) async fn pause(&self, pause: &Pause) -> Result<Step, Stop> {
        let time = self.seconds(pause.length_s.unwrap_or(1));
        self.wait(time).await?;
        Ok(Step::Next)
    }

    /// Waits, unless the leg hangs up.
    pub(super) async fn wait(&self, time: Duration) -> Result<(), HungUp> {
        tokio::select! {
            () = sleep(time) => Ok(()),
            () = self.leg.hung_up() => Err(HungUp),
        }
    }

    /// Where a verb's action is: what it names, or the current document.
    pub(super) fn action(
        &self,
        kind: Kind,
        action: Option<&str>,
        method: Option<&str>,
        params: Params,
    ) -> Result<Goto, CallError> {
        Ok(Goto {
            kind,
            target: Target {
                url: self.resolve(action)?,
                method: Method::from_attribute(method),
            },
            params,
        })
    }

    /// Tells a verb's action what happened although the call goes on elsewhere; what it answers is
    /// not played.
    pub(super) fn tell_later(&mut self, goto: Goto) {
        let mut params = self.voice_params();
        params.extend(goto.params);
        self.deliver_later(goto.kind, goto.target, params);
    }

    /// Tells a verb's action what happened although the caller is gone; what it answers is not
    /// played.
    pub(super) async fn tell(&self, goto: Goto) {
        let mut params = self.voice_params();
        params.extend(goto.params);
        // What comes of it is in the log; the call is over anyway.
        let _ = self.deliver(goto.kind, goto.target, params).await;
    }
}
