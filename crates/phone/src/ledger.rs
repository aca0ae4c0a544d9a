//! What the webhooks told, by CallSid. They annotate: a call finds its entry here when the engine
//! has said its SID, or before that by the number that was dialled.

use crate::{CallStatus, DialCallStatus, PlanKind, Webhook};
use protocol::{CallSid, Timestamp};

/// How many legs are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 64;

/// What is known of one leg.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    call_sid: CallSid,
    /// When it was first heard of.
    at: Timestamp,
    /// An outgoing call: where to, and what the webhook server answered.
    outgoing: Option<(String, PlanKind)>,
    /// An incoming call: where from.
    incoming: Option<String>,
    /// How its `<Dial>` went.
    pub(crate) dial: Option<DialCallStatus>,
    /// The leg that its `<Dial>` made.
    dialled: Option<CallSid>,
    /// The leg whose `<Dial>` made it.
    parent: Option<CallSid>,
    /// Its status, with its place in the order of callbacks.
    status: Option<(u64, CallStatus)>,
}

impl Entry {
    /// What the webhook server answered, if it was asked.
    pub(crate) fn plan(&self) -> Option<PlanKind> {
        self.outgoing.as_ref().map(|(_, plan)| *plan)
    }

    /// Whether its status says that the leg is over.
    fn is_over(&self) -> bool {
        match self.status {
            None => false,
            Some((_, status)) => is_terminal(status),
        }
    }
}

/// The remembered legs, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Vec<Entry>);

impl Ledger {
    /// Writes down what a webhook told.
    pub(crate) fn write(&mut self, webhook: Webhook, now: Timestamp) {
        match webhook {
            Webhook::Outgoing { call_sid, to, plan } => {
                self.entry(call_sid, now).outgoing = Some((to, plan));
            }
            Webhook::Incoming { call_sid, from } => {
                self.entry(call_sid, now).incoming = Some(from);
            }
            Webhook::DialResult {
                call_sid,
                dialled,
                status,
                duration_s: _,
            } => {
                let entry = self.entry(call_sid, now);
                entry.dial = Some(status);
                entry.dialled = dialled.or(entry.dialled.take());
            }
            Webhook::Status {
                call_sid,
                parent,
                status,
                duration_s: _,
                sequence,
            } => {
                let entry = self.entry(call_sid, now);
                entry.parent = parent.or(entry.parent.take());
                let sequence = sequence.unwrap_or(u64::MAX);
                // Callbacks overtake each other: the last of the order counts, and an end is final.
                let newer = entry.status.is_none_or(|(last, _)| sequence >= last);
                if newer && !entry.is_over() || is_terminal(status) {
                    entry.status = Some((sequence, status));
                }
            }
        }
    }

    /// The entry of an outgoing call: by its SID, else the last one to that address since then.
    pub(crate) fn outgoing(
        &self,
        sid: Option<&CallSid>,
        to: &str,
        since: Timestamp,
    ) -> Option<&Entry> {
        match sid {
            Some(sid) => self.find(sid),
            None => self.0.iter().rev().find(|entry| {
                entry.at >= since
                    && entry
                        .outgoing
                        .as_ref()
                        .is_some_and(|(dialled, _)| dialled == to)
            }),
        }
    }

    /// How the `<Dial>` of an outgoing call's entry went; by the status of the dialled leg when
    /// the result itself is not known.
    pub(crate) fn outcome(&self, entry: &Entry) -> Option<DialCallStatus> {
        let of_the_dialled_leg = || {
            let child = self
                .0
                .iter()
                .rev()
                .find(|child| child.parent.as_ref() == Some(&entry.call_sid))?;
            child.status.and_then(|(_, status)| outcome_of(status))
        };
        entry.dial.or_else(of_the_dialled_leg)
    }

    /// Whether the webhooks know of a leg that an outgoing call's entry has dialled.
    pub(crate) fn has_dialled(&self, entry: &Entry) -> bool {
        let is_child = |child: &Entry| child.parent.as_ref() == Some(&entry.call_sid);
        entry.dial.is_some() || entry.dialled.is_some() || self.0.iter().any(is_child)
    }

    /// Whether the webhooks say that an outgoing call is over.
    pub(crate) fn outgoing_is_over(&self, entry: &Entry) -> bool {
        entry.is_over()
            || match entry.dial {
                None | Some(DialCallStatus::Answered) => false,
                Some(
                    DialCallStatus::Completed
                    | DialCallStatus::Busy
                    | DialCallStatus::NoAnswer
                    | DialCallStatus::Failed
                    | DialCallStatus::Canceled,
                ) => true,
            }
    }

    /// Whether the webhooks say that the incoming call of this leg is over.
    pub(crate) fn incoming_is_over(&self, sid: &CallSid) -> bool {
        let caller_is_over = self.caller_of(sid).is_some_and(|caller| {
            let dial_is_over = match caller.dial {
                None | Some(DialCallStatus::Answered) => false,
                Some(
                    DialCallStatus::Completed
                    | DialCallStatus::Busy
                    | DialCallStatus::NoAnswer
                    | DialCallStatus::Failed
                    | DialCallStatus::Canceled,
                ) => true,
            };
            caller.is_over() || dial_is_over
        });
        caller_is_over || self.find(sid).is_some_and(Entry::is_over)
    }

    /// Whether an incoming call rang until the timeout, rather than being given up by its caller.
    /// `from` and `began` help when no webhook names the leg that rang here.
    pub(crate) fn rang_out(&self, sid: &CallSid, from: &str, began: Timestamp) -> bool {
        /// How long before the ring its webhook may have come: it is answered within 15 s.
        const BEFORE_MS: u64 = 30_000;
        let by_number = || {
            self.0.iter().rev().find(|entry| {
                entry.incoming.as_deref() == Some(from)
                    && entry.dialled.is_none()
                    && entry.at.plus_ms(BEFORE_MS) >= began
            })
        };
        self.caller_of(sid)
            .or_else(by_number)
            .is_some_and(|caller| caller.dial == Some(DialCallStatus::NoAnswer))
    }

    fn caller_of(&self, sid: &CallSid) -> Option<&Entry> {
        let parent = self.find(sid).and_then(|entry| entry.parent.as_ref());
        self.0
            .iter()
            .rev()
            .find(|entry| entry.dialled.as_ref() == Some(sid) || Some(&entry.call_sid) == parent)
    }

    fn find(&self, sid: &CallSid) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.call_sid == *sid)
    }

    fn entry(&mut self, call_sid: CallSid, now: Timestamp) -> &mut Entry {
        let known = self.0.iter().position(|entry| entry.call_sid == call_sid);
        let index = known.unwrap_or_else(|| {
            if self.0.len() >= REMEMBERED {
                self.0.remove(0);
            }
            self.0.push(Entry {
                call_sid,
                at: now,
                outgoing: None,
                incoming: None,
                dial: None,
                dialled: None,
                parent: None,
                status: None,
            });
            self.0.len() - 1
        });
        &mut self.0[index]
    }
}

fn is_terminal(status: CallStatus) -> bool {
    match status {
        CallStatus::Queued
        | CallStatus::Initiated
        | CallStatus::Ringing
        | CallStatus::InProgress => false,
        CallStatus::Completed
        | CallStatus::Busy
        | CallStatus::NoAnswer
        | CallStatus::Failed
        | CallStatus::Canceled => true,
    }
}

fn outcome_of(status: CallStatus) -> Option<DialCallStatus> {
    match status {
        CallStatus::Queued
        | CallStatus::Initiated
        | CallStatus::Ringing
        | CallStatus::InProgress => None,
        CallStatus::Completed => Some(DialCallStatus::Completed),
        CallStatus::Busy => Some(DialCallStatus::Busy),
        CallStatus::NoAnswer => Some(DialCallStatus::NoAnswer),
        CallStatus::Failed => Some(DialCallStatus::Failed),
        CallStatus::Canceled => Some(DialCallStatus::Canceled),
    }
}
