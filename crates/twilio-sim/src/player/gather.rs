//! `<Gather>`: keys, while something is said and played.

use super::{
    Player, Step, Stop,
    control::unknown_verb,
    ports::{CallError, Exchange, HungUp, Leg},
};
use crate::webhook::{Kind, params};
use futures_util::FutureExt;
use tokio::time::timeout;
use twiml::{Gather, Verb};

/// How long Twilio waits for the next key when the document does not say.
const WAIT_S: u32 = 5;
/// The most keys that are taken.
const MAX_DIGITS: u32 = 256;

impl<E: Exchange> Player<E> {
    pub(super) async fn gather(&self, gather: &Gather) -> Result<Step, Stop> {
        let speech = gather.input.iter().any(|input| input == "speech");
        if speech && !gather.input.iter().any(|input| input == "dtmf") {
            return Err(Stop::Failed(CallError {
                code: CallError::SANDBOX,
                message: "the sandbox understands no speech; use <Gather input=\"dtmf\">"
                    .to_owned(),
            }));
        }
        self.passed_over("Gather", &[("input=\"speech\"", speech)]);
        self.leg.answer().await?;
        self.forget_keys();
        let digits = self.keys(gather).await?;
        if digits.is_empty() && !gather.action_on_empty_result.unwrap_or(false) {
            return Ok(Step::Next);
        }
        Ok(Step::Goto(self.action(
            Kind::GatherAction,
            gather.action.as_deref(),
            gather.method.as_deref(),
            params::gather_action(&digits),
        )?))
    }

    /// Keys that were pressed before anybody asked do not count.
    pub(super) fn forget_keys(&self) {
        while let Some(Ok(_)) = self.leg.next_digit().now_or_never() {}
    }

    async fn keys(&self, gather: &Gather) -> Result<String, Stop> {
        let finish = gather.finish_on_key.as_deref().unwrap_or("#");
        let most = gather.num_digits.unwrap_or(MAX_DIGITS).clamp(1, MAX_DIGITS);
        let wait = self.seconds(gather.timeout_s.unwrap_or(WAIT_S));
        let mut digits = String::new();
        let mut next = tokio::select! {
            played = self.prompts(&gather.children) => {
                played?;
                None
            }
            key = self.leg.next_digit() => {
                self.leg.stop_playing();
                Some(key?)
            }
        };
        loop {
            let key = match next.take() {
                Some(key) => key,
                None => match timeout(wait, self.leg.next_digit()).await {
                    Ok(Ok(key)) => key,
                    Ok(Err(HungUp)) => return Err(Stop::HungUp),
                    Err(_) => return Ok(digits),
                },
            };
            if finish.contains(key) {
                return Ok(digits);
            }
            digits.push(key);
            if digits.len() >= most as usize {
                return Ok(digits);
            }
        }
    }

    async fn prompts(&self, children: &[Verb]) -> Result<(), Stop> {
        for child in children {
            self.leg.note_verb(child.name());
            match child {
                Verb::Say(say) => self.say(say).await?,
                Verb::Play(play) => self.play(play).await?,
                Verb::Pause(pause) => self.pause(pause).await?,
                Verb::Dial(_)
                | Verb::Record(_)
                | Verb::Gather(_)
                | Verb::Redirect(_)
                | Verb::Reject(_)
                | Verb::Hangup(_)
                | Verb::Other(_) => {
                    let mut error = unknown_verb(child.name());
                    error.message = format!("<Gather> cannot hold <{}>", child.name());
                    return Err(error.into());
                }
            };
        }
        Ok(())
    }
}
