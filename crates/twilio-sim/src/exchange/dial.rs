//! `<Dial>`: rings all targets, joins the first that answers, waits for the end.

use super::branch::{Branch, News};
use super::leg::{EndOnDrop, Leg};
use super::{Switchboard, TIME_LIMIT};
use crate::audio::join;
use crate::log::mask;
use crate::player::Instructions;
use crate::player::ports::{
    ChildEvent, ChildProgress, DialCallStatus, DialHow, DialOutcome, DialTarget, Exchange,
    Leg as _, LegFacts, Recall,
};
use crate::report::{CallStatus, Record};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// A dialled leg, from outside.
struct Child {
    facts: LegFacts,
    record: Arc<Record>,
    over: bool,
}

/// All legs that a `<Dial>` calls.
struct Children {
    list: Vec<Child>,
    progress: mpsc::UnboundedSender<ChildEvent>,
    /// How the last of them ended.
    last: DialCallStatus,
}

impl Children {
    fn tell(&self, at: usize, event: ChildProgress) {
        let facts = &self.list[at].facts;
        // Nobody need listen.
        let _ = self.progress.send(ChildEvent {
            target: at,
            call_sid: facts.call_sid.clone(),
            from: facts.from.clone(),
            to: facts.to.clone(),
            event,
        });
    }

    fn end(&mut self, at: usize, status: DialCallStatus, duration_s: u32) {
        if std::mem::replace(&mut self.list[at].over, true) {
            return;
        }
        self.last = status;
        self.list[at].record.set_status(call_status(status));
        self.tell(at, ChildProgress::Completed { status, duration_s });
    }

    /// Ends all that are not over.
    fn end_all(&mut self, status: DialCallStatus) {
        for at in 0..self.list.len() {
            self.end(at, status, 0);
        }
    }

    fn all_over(&self) -> bool {
        self.list.iter().all(|child| child.over)
    }

    fn last_sid(&self) -> Option<twilio::sid::CallSid> {
        self.list.last().map(|child| child.facts.call_sid.clone())
    }
}

impl Drop for Children {
    /// When the whole dialling is dropped, the reports must not say that it goes on.
    fn drop(&mut self) {
        for child in self.list.iter().filter(|child| !child.over) {
            child.record.set_status(CallStatus::Canceled);
        }
    }
}

pub(super) const fn call_status(status: DialCallStatus) -> CallStatus {
    match status {
        DialCallStatus::Completed => CallStatus::Completed,
        DialCallStatus::Busy => CallStatus::Busy,
        DialCallStatus::NoAnswer => CallStatus::NoAnswer,
        DialCallStatus::Failed => CallStatus::Failed,
        DialCallStatus::Canceled => CallStatus::Canceled,
    }
}

/// A target as a party of a call.
pub(super) fn party(target: &DialTarget) -> String {
    match target {
        DialTarget::Number(number) => number.clone(),
        DialTarget::Client { name, .. } => super::direct_client(name),
        DialTarget::Sip(address) => address.clone(),
    }
}

/// Ends the ringing that a caller hears, also when the dialling is dropped.
struct QuietOnDrop<'a>(&'a Leg);

impl Drop for QuietOnDrop<'_> {
    fn drop(&mut self) {
        self.0.0.audio.ringback(false);
    }
}

/// How the ringing ended.
enum Rung {
    Answered(usize, EndOnDrop),
    Vain(DialCallStatus),
    /// The parent hung up, or was given other instructions.
    ParentGone,
}

impl Switchboard {
    /// Opens the record of a leg to be dialled.
    fn child(&self, parent: &Leg, target: &DialTarget, how: &DialHow) -> Child {
        let parent = parent.facts();
        let facts = LegFacts {
            call_sid: self.new_call_sid(),
            parent_call_sid: Some(parent.call_sid.clone()),
            from: how.caller_id.clone().unwrap_or(parent.from),
            to: party(target),
            direction: "outbound-dial",
            application_sid: parent.application_sid,
            params: Vec::new(),
        };
        let record = self.book().open(
            facts.call_sid.clone(),
            facts.parent_call_sid.clone(),
            facts.direction,
            &facts.from,
            &facts.to,
        );
        Child {
            facts,
            record,
            over: false,
        }
    }

    /// Rings until one answers, all are over, the time is up, or the parent hangs up.
    async fn ring(
        &self,
        parent: &Leg,
        targets: Vec<DialTarget>,
        timeout: Duration,
        children: &mut Children,
        recall: &Recall,
    ) -> Rung {
        let (news, mut heard) = mpsc::unbounded_channel();
        let mut ringing = JoinSet::new();
        for (at, target) in targets.into_iter().enumerate() {
            children.tell(at, ChildProgress::Initiated);
            let branch = Branch {
                board: self.clone(),
                facts: children.list[at].facts.clone(),
                record: children.list[at].record.clone(),
                at,
                news: news.clone(),
            };
            ringing.spawn(branch.ring(target));
        }
        drop(news);
        let deadline = sleep(timeout);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                biased;
                () = parent.hung_up() => return Rung::ParentGone,
                () = recall.recalled() => return Rung::ParentGone,
                news = heard.recv() => match news {
                    Some(News::Ringing(at)) => {
                        children.list[at].record.set_status(CallStatus::Ringing);
                        children.tell(at, ChildProgress::Ringing);
                        parent.ringback();
                    }
                    Some(News::Answered(at, leg)) => return Rung::Answered(at, leg),
                    Some(News::Over(at, status)) => {
                        self.log().say(format!(
                            "{}: {}",
                            mask(&children.list[at].facts.to),
                            status.as_str()
                        ));
                        children.end(at, status, 0);
                        if children.all_over() {
                            return Rung::Vain(children.last);
                        }
                    }
                    None => return Rung::Vain(children.last),
                },
                () = &mut deadline => {
                    self.log().say(format!("no answer in {} s", timeout.as_secs()));
                    return Rung::Vain(DialCallStatus::NoAnswer);
                }
            }
        }
    }

    /// Joins two answered legs until one hangs up, the time is over, or `*` ends it; or until
    /// the dialled one is given instructions of its own, which it gives back.
    async fn talk(
        &self,
        parent: &Leg,
        child: &Leg,
        how: &DialHow,
        recall: &Recall,
    ) -> Option<Instructions> {
        child.0.record.life.follow();
        let mut own = None;
        let star = how.hangup_on_star.then(|| Arc::new(Notify::new()));
        parent.set_joined(Some(child), star.clone());
        child.set_joined(Some(parent), None);
        let joint = join(&parent.0.audio, &child.0.audio);
        let limit = how
            .time_limit_s
            .map_or(TIME_LIMIT, |seconds| Duration::from_secs(seconds.into()));
        let pressed_star = async {
            match &star {
                Some(star) => star.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = parent.hung_up() => {}
            () = recall.recalled() => {}
            () = child.hung_up() => {}
            () = child.0.record.life.asked_to_hang_up() => {}
            instructions = child.0.record.life.instructed() => own = Some(instructions),
            () = pressed_star => self.log().say("* pressed: the dialled leg ends"),
            () = sleep_until(Instant::now() + limit) => {
                self.log().say(format!("time limit of {} s reached", limit.as_secs()));
            }
        }
        drop(joint);
        parent.set_joined(None, None);
        child.set_joined(None, None);
        own
    }
}

impl Exchange for Switchboard {
    type Leg = Leg;

    async fn dial(
        &self,
        parent: &Leg,
        targets: Vec<DialTarget>,
        how: DialHow,
        progress: mpsc::UnboundedSender<ChildEvent>,
        recall: Recall,
    ) -> DialOutcome {
        let mut children = Children {
            list: targets
                .iter()
                .map(|target| self.child(parent, target, &how))
                .collect(),
            progress,
            last: DialCallStatus::Failed,
        };
        parent.under_way();
        let begun = Instant::now();
        let timeout = Duration::from_secs(how.timeout_s.into());
        let quiet = QuietOnDrop(parent);
        let rung = self
            .ring(parent, targets, timeout, &mut children, &recall)
            .await;
        drop(quiet);
        let (at, answered) = match rung {
            Rung::Answered(at, leg) => (at, leg),
            Rung::Vain(status) => {
                children.end_all(status);
                parent.set_fate(call_status(status));
                return DialOutcome {
                    status,
                    child: children.last_sid(),
                    duration_s: 0,
                    bridged: false,
                    parent_hung_up: parent.is_over(),
                };
            }
            Rung::ParentGone => {
                children.end_all(DialCallStatus::Canceled);
                return DialOutcome {
                    status: DialCallStatus::Canceled,
                    child: children.last_sid(),
                    duration_s: 0,
                    bridged: false,
                    parent_hung_up: parent.is_over(),
                };
            }
        };
        // All other legs have ended with the ringing.
        for other in (0..children.list.len()).filter(|&other| other != at) {
            children.end(other, DialCallStatus::Canceled, 0);
        }
        let child_sid = Some(children.list[at].facts.call_sid.clone());
        let child = &answered.0;
        child.record_answer();
        children.tell(at, ChildProgress::Answered);
        let who = match child.device() {
            Some(_) => "phone:".to_owned(),
            None => mask(&children.list[at].facts.to),
        };
        let seconds = begun.elapsed().as_secs_f64();
        self.log()
            .say(format!("{who} answered after {seconds:.1} s"));
        let bridged = parent.answer().await.is_ok();
        let own = if bridged {
            self.talk(parent, child, &how, &recall).await
        } else {
            None
        };
        let duration_s = child.answered_for_s();
        if let Some(instructions) = own {
            self.log().say("the dialled leg goes its own way");
            children.list[at].over = true;
            self.go_on(answered, instructions);
        } else {
            child.end(None);
            children.end(at, DialCallStatus::Completed, duration_s);
        }
        DialOutcome {
            status: DialCallStatus::Completed,
            child: child_sid,
            duration_s,
            bridged,
            parent_hung_up: parent.is_over(),
        }
    }

    fn log(&self, text: String) {
        Self::log(self).say(text);
    }
}
