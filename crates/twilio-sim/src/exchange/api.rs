//! Calls that the REST API makes: they ring, then follow the instructions that came with them.

use super::Switchboard;
use super::branch::{Branch, News};
use super::created::{Detection, HUMAN, Recorder};
use super::dial::{call_status, party};
use super::leg::{EndOnDrop, Leg};
use super::teller::Teller;
use crate::log::mask;
use crate::player::Instructions;
use crate::player::ports::{DialTarget, Leg as _, LegFacts};
use crate::report::{CallStatus, Record};
use crate::webhook::Target;
use crate::webhook::params::RecordingStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// A call to make.
pub(crate) struct Outgoing {
    /// Whom the called see.
    pub(crate) from: String,
    /// Whom it calls.
    pub(crate) to: DialTarget,
    /// What happens once it is answered.
    pub(crate) instructions: Instructions,
    /// How long it may ring, in seconds.
    pub(crate) timeout_s: u32,
    /// How long it may last once answered, in seconds.
    pub(crate) time_limit_s: Option<u32>,
    /// Who is told how it goes.
    pub(crate) callback: Option<Callback>,
    /// Keys to send once it is answered, before the instructions.
    pub(crate) keys: Option<String>,
    /// Whether machines are looked for.
    pub(crate) detection: Option<Detection>,
    /// Whether it is recorded.
    pub(crate) recorder: Option<Recorder>,
}

/// Who is told how a call goes.
#[derive(Clone)]
pub(crate) struct Callback {
    /// Where.
    pub(crate) target: Target,
    /// `initiated`, `ringing`, `answered`, `completed`; none is the last alone.
    pub(crate) events: Vec<String>,
}

impl Callback {
    pub(super) fn wants(&self, event: &str) -> bool {
        if self.events.is_empty() {
            return event == "completed";
        }
        self.events.iter().any(|wanted| wanted == event)
    }
}

impl Switchboard {
    /// Makes a call; gives its record while it is queued.
    pub(crate) fn call_out(&self, call: Outgoing) -> Arc<Record> {
        let facts = LegFacts {
            call_sid: self.new_call_sid(),
            parent_call_sid: None,
            from: call.from.clone(),
            to: party(&call.to),
            direction: "outbound-api",
            application_sid: None,
            // The instructions wait for what is found out, unless that is done in the background.
            params: match &call.detection {
                Some(detection) if !detection.in_background => {
                    vec![("AnsweredBy".to_owned(), HUMAN.to_owned())]
                }
                Some(_) | None => Vec::new(),
            },
        };
        let record = self.book().open(
            facts.call_sid.clone(),
            None,
            facts.direction,
            &facts.from,
            &facts.to,
        );
        self.log()
            .say(format!("call out by REST: {}", mask(&facts.to)));
        tokio::spawn(self.clone().run_out(facts, record.clone(), call));
        record
    }

    async fn run_out(self, facts: LegFacts, record: Arc<Record>, call: Outgoing) {
        let account = &self.account().account_sid;
        let (teller, telling) = Teller::new(account, &facts, call.callback.clone());
        let calling = async {
            // Ends the telling when it is dropped.
            let teller = teller;
            teller.event("initiated", "initiated");
            match self.ring_out(&facts, &record, &call, &teller).await {
                Ok(leg) => self.answered_out(&leg.0, &call, &teller).await,
                Err(status) => {
                    record.set_status(status);
                    self.log().say(format!("call over: {}", status.as_str()));
                    teller.over(record.status(), 0, None, None);
                }
            }
        };
        tokio::join!(calling, telling.deliver(&self));
    }

    /// Rings until somebody answers; gives the leg, or how it ended.
    async fn ring_out(
        &self,
        facts: &LegFacts,
        record: &Arc<Record>,
        call: &Outgoing,
        teller: &Teller,
    ) -> Result<EndOnDrop, CallStatus> {
        let (news, mut heard) = mpsc::unbounded_channel();
        let branch = Branch {
            board: self.clone(),
            facts: facts.clone(),
            record: record.clone(),
            at: 0,
            news,
        };
        // Ends the ringing when it is dropped.
        let mut ringing = JoinSet::new();
        ringing.spawn(branch.ring(call.to.clone()));
        let patience = sleep(Duration::from_secs(call.timeout_s.into()));
        tokio::pin!(patience);
        loop {
            tokio::select! {
                biased;
                news = heard.recv() => match news {
                    Some(News::Ringing(_)) => {
                        record.set_status(CallStatus::Ringing);
                        teller.event("ringing", CallStatus::Ringing.as_str());
                    }
                    Some(News::Answered(_, leg)) => return Ok(leg),
                    Some(News::Over(_, status)) => return Err(call_status(status)),
                    None => return Err(CallStatus::Failed),
                },
                () = &mut patience => return Err(CallStatus::NoAnswer),
            }
        }
    }

    /// Carries an answered call to its end, with what was asked for besides the instructions.
    async fn answered_out(&self, leg: &Leg, call: &Outgoing, teller: &Teller) {
        let life = &leg.0.record.life;
        teller.event("answered", CallStatus::InProgress.as_str());
        if let Some(detection) = &call.detection {
            life.set_answered_by(HUMAN);
            if detection.in_background {
                teller.answered_by(detection);
            }
        }
        let recording = call.recorder.as_ref().map(|recorder| {
            let facts = self.begin_recording(leg, recorder);
            teller.recording(recorder, &facts, RecordingStatus::InProgress);
            (recorder, facts)
        });
        self.talk_out(leg, call).await;
        let recording = recording.map(|(recorder, mut facts)| {
            let status = self.end_recording(leg, recorder, &mut facts);
            (recorder, facts, status)
        });
        let kept = match &recording {
            Some((_, facts, RecordingStatus::Completed)) => Some(facts),
            Some((_, _, RecordingStatus::InProgress | RecordingStatus::Absent)) | None => None,
        };
        let (status, duration_s) = (leg.0.record.status(), leg.answered_for_s());
        teller.over(status, duration_s, life.answered_by(), kept);
        if let Some((recorder, facts, status)) = &recording {
            teller.recording(recorder, facts, *status);
        }
    }

    /// Sends the keys, then follows the instructions of an answered call to its end.
    async fn talk_out(&self, leg: &Leg, call: &Outgoing) {
        self.log()
            .say(format!("{} answered", mask(&leg.facts().to)));
        self.keep_running(leg);
        let limit = async {
            match call.time_limit_s {
                Some(limit_s) => sleep(Duration::from_secs(limit_s.into())).await,
                None => std::future::pending().await,
            }
            leg.end(None);
        };
        let following = async {
            if let Some(keys) = &call.keys {
                self.send_keys(leg, keys).await;
            }
            self.follow(leg, call.instructions.clone()).await;
        };
        tokio::pin!(following);
        tokio::select! {
            () = &mut following => return,
            () = limit => self.log().say("time limit reached"),
        }
        following.await;
    }
}
