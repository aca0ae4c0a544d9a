//! The verbs that are heard: `<Say>` and `<Play>`.

use super::{
    Player, Step, Stop,
    asking::call_error,
    document::sound,
    ports::{CallError, Exchange, HungUp, Leg},
};
use crate::{
    speech::{Pcm, dtmf},
    webhook::{Kind, Method, Target, params::Params},
};
use twiml::{Play, Say};

/// A `loop` of 0 means "for ever", which is so many times.
const FOR_EVER: u32 = 1_000;

impl<E: Exchange> Player<E> {
    pub(super) async fn say(&self, say: &Say) -> Result<Step, Stop> {
        self.leg.answer().await?;
        let pcm = self
            .settings
            .speech
            .say(&say.spoken(), say.language.as_deref())
            .await;
        self.play_times(&pcm, say.loop_count).await?;
        Ok(Step::Next)
    }

    /// Says a text of our own.
    pub(super) async fn speak(&self, text: &str, language: Option<&str>) -> Result<(), HungUp> {
        self.leg.answer().await?;
        let pcm = self.settings.speech.say(text, language).await;
        self.leg.play(pcm).await
    }

    /// Plays keys or a file. If there is nothing to play, the error is noted and the call goes on.
    pub(super) async fn play(&self, play: &Play) -> Result<Step, Stop> {
        self.leg.answer().await?;
        match self.sound_of(play).await {
            Ok(pcm) => self.play_times(&pcm, play.loop_count).await?,
            Err(error) => self.note(&error),
        }
        Ok(Step::Next)
    }

    async fn sound_of(&self, play: &Play) -> Result<Pcm, CallError> {
        if let Some(digits) = &play.digits {
            return dtmf(digits).map_err(|error| CallError {
                code: 12_200,
                message: format!("<Play digits>: {error}"),
            });
        }
        if play.url.is_empty() {
            return Err(CallError {
                code: 12_200,
                message: "<Play> names no file and no digits".to_owned(),
            });
        }
        let target = Target {
            url: self.resolve(Some(&play.url))?,
            method: Method::Get,
        };
        let answer = self.deliver(Kind::Media, target, Params::new()).await;
        let answer = answer.map_err(|error| call_error(&error))?;
        sound(&answer).inspect_err(|error| self.deliverer.mark(answer.id, error.code))
    }

    async fn play_times(&self, pcm: &Pcm, loop_count: Option<u32>) -> Result<(), HungUp> {
        if pcm.is_empty() {
            return Ok(());
        }
        let times = match loop_count {
            None => 1,
            Some(0) => FOR_EVER,
            Some(times) => times.min(FOR_EVER),
        };
        for _ in 0..times {
            self.leg.play(pcm.clone()).await?;
        }
        Ok(())
    }
}
