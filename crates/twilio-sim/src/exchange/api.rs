//! Calls that the REST API makes: they ring, then follow the instructions that came with them.

use super::Switchboard;
use super::branch::{Branch, News};
use super::dial::{call_status, party};
use super::leg::{EndOnDrop, Leg};
use crate::log::{mask, now_ms};
use crate::player::ports::{DialTarget, Leg as _, LegFacts};
use crate::player::{Instructions, deliver};
use crate::report::{CallStatus, Record};
use crate::webhook::{Kind, Request, Target, params};
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
    fn wants(&self, event: &str) -> bool {
        if self.events.is_empty() {
            return event == "completed";
        }
        self.events.iter().any(|wanted| wanted == event)
    }
}

/// Something that happened: the event's name, how the call is then, and how long it talked.
type Event = (&'static str, CallStatus, Option<u32>);

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
            params: Vec::new(),
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
        let (tell, told) = mpsc::unbounded_channel();
        let telling = self.tell(facts.clone(), call.callback.clone(), told);
        let calling = async {
            let say = |event: Event| {
                // Whoever listens does so until `tell` is dropped.
                let _ = tell.send(event);
            };
            say(("initiated", CallStatus::Queued, None));
            let mut duration_s = 0;
            match self.ring_out(&facts, &record, &call, &say).await {
                Ok(leg) => {
                    say(("answered", CallStatus::InProgress, None));
                    self.talk_out(&leg.0, call.instructions, call.time_limit_s)
                        .await;
                    duration_s = leg.0.answered_for_s();
                }
                Err(status) => {
                    record.set_status(status);
                    self.log().say(format!("call over: {}", status.as_str()));
                }
            }
            say(("completed", record.status(), Some(duration_s)));
            drop(tell);
        };
        tokio::join!(calling, telling);
    }

    /// Rings until somebody answers; gives the leg, or how it ended.
    async fn ring_out(
        &self,
        facts: &LegFacts,
        record: &Arc<Record>,
        call: &Outgoing,
        say: &(impl Fn(Event) + Sync),
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
                        say(("ringing", CallStatus::Ringing, None));
                    }
                    Some(News::Answered(_, leg)) => return Ok(leg),
                    Some(News::Over(_, status)) => return Err(call_status(status)),
                    None => return Err(CallStatus::Failed),
                },
                () = &mut patience => return Err(CallStatus::NoAnswer),
            }
        }
    }

    /// Follows the instructions of an answered call to its end.
    async fn talk_out(&self, leg: &Leg, instructions: Instructions, limit_s: Option<u32>) {
        self.log()
            .say(format!("{} answered", mask(&leg.facts().to)));
        self.keep_running(leg);
        let limit = async {
            match limit_s {
                Some(limit_s) => sleep(Duration::from_secs(limit_s.into())).await,
                None => std::future::pending().await,
            }
            leg.end(None);
        };
        let following = self.follow(leg, instructions);
        tokio::pin!(following);
        tokio::select! {
            () = &mut following => return,
            () = limit => self.log().say("time limit reached"),
        }
        following.await;
    }

    /// Tells the callback what happens, in order.
    async fn tell(
        &self,
        facts: LegFacts,
        callback: Option<Callback>,
        mut told: mpsc::UnboundedReceiver<Event>,
    ) {
        let account = &self.account().account_sid;
        let mut sequence = 0;
        while let Some((event, status, duration_s)) = told.recv().await {
            let Some(callback) = callback.as_ref().filter(|it| it.wants(event)) else {
                continue;
            };
            let progress = params::Progress {
                status: if event == "initiated" {
                    "initiated"
                } else {
                    status.as_str()
                },
                duration_s,
                sequence,
                now_s: now_ms() / 1_000,
            };
            sequence += 1;
            let request = Request {
                kind: match duration_s {
                    Some(_) => Kind::CallStatus,
                    None => Kind::Progress,
                },
                target: callback.target.clone(),
                call_sid: facts.call_sid.clone(),
                params: params::api_progress(&facts, account, &progress),
            };
            // What comes of it is in the log; the call does not depend on it.
            let _ = deliver(self, self.deliverer(), &request).await;
        }
    }
}
