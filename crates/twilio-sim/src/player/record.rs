//! `<Record>`: what the caller says, until silence, a key, the time limit or the end of the call.

use super::{
    Player, Step, Stop,
    ports::{Exchange, HungUp, Leg, Recording},
};
use crate::{
    speech::{beep, rms_dbfs, seconds},
    tape::loud_part,
    webhook::{
        Kind, Method, Target,
        params::{self, RecordingFacts, RecordingStatus},
    },
};
use rand::Rng;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use twilio::{
    sid::{AccountSid, RecordingSid},
    webhook::RecordingSource,
};
use twiml::Record;
use url::Url;

/// Twilio's values when the document does not say.
const SILENCE_S: u32 = 5;
const LENGTH_S: u32 = 3_600;
const FINISH: &str = "1234567890*#";
/// Anything quieter is silence.
pub(crate) const QUIET_DBFS: f64 = -50.0;
/// Silence is looked for so many times a second.
const LOOKS: u32 = 10;

/// What ended a recording.
enum Ended {
    Silence,
    Length,
    Key(char),
    HungUp,
}

impl<E: Exchange> Player<E> {
    pub(super) async fn record(&mut self, record: &Record) -> Result<Step, Stop> {
        self.passed_over("Record", &[("transcribe", record.transcribe == Some(true))]);
        let callback = match &record.recording_status_callback {
            Some(url) => Some(self.resolve(Some(url))?),
            None => None,
        };
        self.leg.answer().await?;
        if record.play_beep.unwrap_or(true) {
            self.leg.play(beep()).await?;
        }
        self.forget_keys();
        self.leg.start_recording();
        let mut facts = self.recording_facts();
        self.tell_recording(
            record,
            callback.as_ref(),
            &facts,
            RecordingStatus::InProgress,
        );
        let ended = self.recorded(record).await;
        let pcm = self.leg.stop_recording();
        let hung_up = matches!(ended, Ended::HungUp);

        let trim = record.trim.as_deref() != Some("do-not-trim");
        let pcm = match trim {
            true => pcm[loud_part(&pcm, QUIET_DBFS)].into(),
            false => pcm,
        };
        if pcm.is_empty() {
            self.tell_recording(record, callback.as_ref(), &facts, RecordingStatus::Absent);
            self.exchange
                .log("recording: nothing was heard, so there is none".to_owned());
            return if hung_up {
                Err(Stop::HungUp)
            } else {
                Ok(Step::Next)
            };
        }
        facts.duration_s = seconds(&pcm).max(1);
        self.exchange
            .log(format!("recording: {} s", facts.duration_s));
        self.leg.note_recording(&Recording {
            sid: facts.sid.clone(),
            duration_s: facts.duration_s,
            rms_dbfs: rms_dbfs(&pcm),
            pcm,
        });
        self.tell_recording(
            record,
            callback.as_ref(),
            &facts,
            RecordingStatus::Completed,
        );

        let digits = match ended {
            Ended::Key(key) => Some(key.to_string()),
            Ended::HungUp => Some("hangup".to_owned()),
            Ended::Silence | Ended::Length => None,
        };
        let goto = self.action(
            Kind::RecordAction,
            record.action.as_deref(),
            record.method.as_deref(),
            params::record_action(&facts, digits.as_deref()),
        );
        if hung_up {
            // Without an address there is nobody to tell.
            if let Ok(goto) = goto {
                self.tell(goto).await;
            }
            return Err(Stop::HungUp);
        }
        Ok(Step::Goto(goto?))
    }

    fn recording_facts(&self) -> RecordingFacts {
        let sid = RecordingSid::random(rand::rng().random());
        RecordingFacts {
            url: recording_url(&self.settings.api_url, &self.settings.account_sid, &sid),
            sid,
            duration_s: 0,
            channels: 1,
            source: RecordingSource::RecordVerb,
            track: None,
        }
    }

    /// Waits for the end of the recording.
    async fn recorded(&self, record: &Record) -> Ended {
        let finish = record.finish_on_key.as_deref().unwrap_or(FINISH);
        let length = self.seconds(record.max_length_s.unwrap_or(LENGTH_S).max(1));
        let patience = self.seconds(record.timeout_s.unwrap_or(SILENCE_S).max(1));
        let look = self.settings.second / LOOKS;
        let last = Instant::now() + length;
        let mut quiet = Duration::ZERO;
        loop {
            tokio::select! {
                key = self.leg.next_digit() => match key {
                    Ok(key) if finish.contains(key) => return Ended::Key(key),
                    Ok(_) => {}
                    Err(HungUp) => return Ended::HungUp,
                },
                () = self.leg.hung_up() => return Ended::HungUp,
                () = sleep_until(last) => return Ended::Length,
                () = sleep(look) => {
                    quiet = if self.leg.loudness_dbfs() < QUIET_DBFS {
                        quiet + look
                    } else {
                        Duration::ZERO
                    };
                    if quiet >= patience {
                        return Ended::Silence;
                    }
                }
            }
        }
    }

    fn tell_recording(
        &mut self,
        record: &Record,
        callback: Option<&Url>,
        facts: &RecordingFacts,
        status: RecordingStatus,
    ) {
        let events = &record.recording_status_callback_event;
        let wanted = if events.is_empty() {
            status == RecordingStatus::Completed
        } else {
            events.iter().any(|event| event == status.as_str())
        };
        let Some(url) = callback.filter(|_| wanted) else {
            return;
        };
        let target = Target {
            url: url.clone(),
            method: Method::from_attribute(record.recording_status_callback_method.as_deref()),
        };
        let call = self.leg.facts().call_sid;
        let params = params::recording_status(facts, status, &call, &self.settings.account_sid);
        self.deliver_later(Kind::RecordingStatus, target, params);
    }
}

/// Where the API has a recording.
pub(crate) fn recording_url(api: &Url, account: &AccountSid, sid: &RecordingSid) -> String {
    let base = api.as_str().trim_end_matches('/');
    format!("{base}/2010-04-01/Accounts/{account}/Recordings/{sid}")
}
