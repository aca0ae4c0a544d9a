//! One leg of a call: what it is, how it stands, its keys; and the player's port to it.

use super::device::DeviceEnd;
use super::keys::Keys;
use crate::audio::LegAudio;
use crate::exchange::Switchboard;
use crate::player::Instructions;
use crate::player::ports::{self, CallError, HungUp, LegFacts, Recording, RejectReason};
use crate::report::{CallStatus, DigitsBy, Record};
use crate::signalling::frames::Message;
use crate::speech::Pcm;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// One leg; clones are the same leg.
#[derive(Clone)]
pub(crate) struct Leg(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) board: Switchboard,
    pub(super) facts: LegFacts,
    pub(super) record: Arc<Record>,
    pub(super) audio: Arc<LegAudio>,
    pub(super) end: End,
    phase: watch::Sender<Phase>,
    /// What its user pressed.
    pressed: Keys,
    /// What the other end pressed, for a scripted phone.
    told: Keys,
    joined: Mutex<Option<Joined>>,
    fate: Mutex<Option<CallStatus>>,
}

/// What is at the end of a leg.
pub(super) enum End {
    /// A device of the Voice SDK.
    Device(Box<DeviceEnd>),
    /// A scripted phone.
    Phone,
}

/// How a leg stands.
///
/// ```text
/// Ringing -> Answered -> Over
///    \___________________/
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Phase {
    /// Not answered yet.
    Ringing,
    /// Answered.
    Answered {
        /// When.
        since: Instant,
    },
    /// Over.
    Over {
        /// How long it was answered, if it was.
        talked: Option<Duration>,
        /// Why.
        why: Why,
    },
}

/// Why a leg is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its user hung up, or gave up.
    UserHungUp,
    /// Its user declined it.
    UserDeclined,
    /// The exchange ended it.
    HungUp,
    /// The instructions turned it away.
    Rejected(RejectReason),
    /// Its device went away.
    Lost,
}

struct Joined {
    leg: Weak<Inner>,
    /// Told when the user presses `*`.
    star: Option<Arc<Notify>>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Leg {
    pub(super) fn new(
        board: &Switchboard,
        facts: LegFacts,
        record: Arc<Record>,
        audio: Arc<LegAudio>,
        end: End,
    ) -> Self {
        Self(Arc::new(Inner {
            board: board.clone(),
            facts,
            record,
            audio,
            end,
            phase: watch::Sender::new(Phase::Ringing),
            pressed: Keys::default(),
            told: Keys::default(),
            joined: Mutex::new(None),
            fate: Mutex::new(None),
        }))
    }

    pub(super) fn device(&self) -> Option<&DeviceEnd> {
        match &self.0.end {
            End::Device(device) => Some(device),
            End::Phone => None,
        }
    }

    pub(super) fn call_sid(&self) -> &str {
        self.0.facts.call_sid.as_str()
    }

    pub(super) fn phase(&self) -> Phase {
        *self.0.phase.borrow()
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.phase(), Phase::Over { .. })
    }

    /// Waits until it is answered or over.
    pub(super) async fn settled(&self) -> Phase {
        let mut phase = self.0.phase.subscribe();
        let settled = phase.wait_for(|phase| *phase != Phase::Ringing).await;
        settled.map_or_else(|_| self.phase(), |phase| *phase)
    }

    /// Marks it answered; says whether it was ringing until now.
    pub(super) fn mark_answered(&self) -> bool {
        let answered = self.0.phase.send_if_modified(|phase| {
            let ringing = *phase == Phase::Ringing;
            if ringing {
                *phase = Phase::Answered {
                    since: Instant::now(),
                };
            }
            ringing
        });
        // Several dialled devices share a record; whoever dialled them knows which one counts.
        if answered && self.0.facts.parent_call_sid.is_none() {
            self.record_answer();
        }
        answered
    }

    /// Writes into the record that this is the leg that was answered.
    pub(super) fn record_answer(&self) {
        self.0.record.set_status(CallStatus::InProgress);
        if let Some(device) = self.device() {
            self.0.record.set_user(device.user_end(&self.0.audio));
        }
    }

    /// Marks it over; gives how it stood before, or `None` when it was over already.
    pub(super) fn mark_over(&self, why: Why) -> Option<Phase> {
        let mut before = None;
        self.0.phase.send_if_modified(|phase| {
            let talked = match *phase {
                Phase::Ringing => None,
                Phase::Answered { since } => Some(since.elapsed()),
                Phase::Over { .. } => return false,
            };
            before = Some(*phase);
            *phase = Phase::Over { talked, why };
            true
        });
        if before.is_some() {
            self.forget();
        }
        before
    }

    /// How the call of this leg ended, once it is over.
    pub(super) fn final_status(&self) -> CallStatus {
        let (talked, why) = match self.phase() {
            Phase::Over { talked, why } => (talked, why),
            Phase::Answered { .. } => return CallStatus::Completed,
            Phase::Ringing => return CallStatus::NoAnswer,
        };
        if talked.is_some() {
            return CallStatus::Completed;
        }
        match why {
            Why::UserHungUp | Why::Lost => CallStatus::Canceled,
            Why::UserDeclined | Why::Rejected(RejectReason::Busy) => CallStatus::Busy,
            Why::Rejected(RejectReason::Rejected) => CallStatus::NoAnswer,
            Why::HungUp => lock(&self.0.fate).unwrap_or(CallStatus::NoAnswer),
        }
    }

    /// The scripted phone at its end hangs up.
    pub(super) fn user_hung_up_quietly(&self) {
        self.mark_over(Why::UserHungUp);
    }

    /// What its status will be if it ends unanswered: that of what it dialled.
    pub(super) fn set_fate(&self, status: CallStatus) {
        *lock(&self.0.fate) = Some(status);
    }

    /// Its user pressed a key.
    pub(crate) fn user_pressed(&self, key: char, by: DigitsBy) {
        if !matches!(key, '0'..='9' | '*' | '#') || self.is_over() {
            return;
        }
        self.0.record.note_digit(key, by);
        let joined = lock(&self.0.joined)
            .as_ref()
            .and_then(|joined| Some((joined.leg.upgrade()?, joined.star.clone())));
        let Some((other, star)) = joined else {
            self.0.pressed.push(key);
            return;
        };
        match &other.end {
            End::Device(device) => device.peer().send_dtmf(&key.to_string()),
            End::Phone => other.told.push(key),
        }
        if key == '*'
            && let Some(star) = star
        {
            star.notify_one();
        }
    }

    /// The other end pressed a key.
    pub(super) fn tell_key(&self, key: char) {
        self.0.told.push(key);
    }

    /// The next key that the other end pressed.
    pub(super) async fn told_key(&self) -> char {
        self.0.told.next().await
    }

    /// Its keys and messages go to `other` from now on; `star` is told of `*`.
    pub(super) fn set_joined(&self, other: Option<&Self>, star: Option<Arc<Notify>>) {
        *lock(&self.0.joined) = other.map(|other| Joined {
            leg: Arc::downgrade(&other.0),
            star,
        });
    }

    /// Gives a message of its user to the other end.
    pub(crate) fn forward(&self, message: Message) {
        let other = lock(&self.0.joined)
            .as_ref()
            .and_then(|joined| joined.leg.upgrade());
        if let Some(other) = other
            && let End::Device(device) = &other.end
        {
            device.message(other.facts.call_sid.as_str(), message);
        }
    }
}

impl ports::Leg for Leg {
    fn facts(&self) -> LegFacts {
        self.0.facts.clone()
    }

    async fn answer(&self) -> Result<(), HungUp> {
        if self.is_over() {
            return Err(HungUp);
        }
        if self.mark_answered() {
            self.0.audio.ringback(false);
            if let Some(device) = self.device() {
                device.send_answer(self.call_sid());
            }
        }
        Ok(())
    }

    fn is_answered(&self) -> bool {
        match self.phase() {
            Phase::Ringing => false,
            Phase::Answered { .. } => true,
            Phase::Over { talked, .. } => talked.is_some(),
        }
    }

    fn reject(&self, reason: RejectReason) {
        if self.mark_over(Why::Rejected(reason)).is_some() {
            let (code, text) = match reason {
                RejectReason::Rejected => (31603, "Decline"),
                RejectReason::Busy => (31486, "Busy Here"),
            };
            if let Some(device) = self.device() {
                device.send_hangup(self.call_sid(), Some((code, text.to_owned())));
            }
        }
    }

    async fn play(&self, pcm: Pcm) -> Result<(), HungUp> {
        struct StopOnDrop<'a>(&'a LegAudio, u64);
        impl Drop for StopOnDrop<'_> {
            fn drop(&mut self) {
                self.0.stop(Some(self.1));
            }
        }
        if self.is_over() {
            return Err(HungUp);
        }
        let (id, over) = self.0.audio.start(pcm);
        let _stop = StopOnDrop(&self.0.audio, id);
        tokio::select! {
            // Both ends of the sound's life close the channel without a word.
            _ = over => Ok(()),
            () = self.hung_up() => Err(HungUp),
        }
    }

    fn stop_playing(&self) {
        self.0.audio.stop(None);
    }

    async fn next_digit(&self) -> Result<char, HungUp> {
        tokio::select! {
            biased;
            key = self.0.pressed.next() => Ok(key),
            () = self.hung_up() => Err(HungUp),
        }
    }

    fn start_recording(&self) {
        self.0.audio.start_recording();
    }

    fn loudness_dbfs(&self) -> f64 {
        self.0.audio.loudness_dbfs()
    }

    fn stop_recording(&self) -> Pcm {
        self.0.audio.stop_recording()
    }

    async fn hung_up(&self) {
        let mut phase = self.0.phase.subscribe();
        // The sender lives as long as the leg, which is borrowed here.
        let _ = phase
            .wait_for(|phase| matches!(phase, Phase::Over { .. }))
            .await;
    }

    async fn instructed(&self) -> Instructions {
        self.0.record.life.instructed().await
    }

    fn answered_for_s(&self) -> u32 {
        let talked = match self.phase() {
            Phase::Ringing => Duration::ZERO,
            Phase::Answered { since } => since.elapsed(),
            Phase::Over { talked, .. } => talked.unwrap_or_default(),
        };
        u32::try_from(talked.as_secs()).unwrap_or(u32::MAX)
    }

    fn hang_up(&self, error: Option<CallError>) {
        self.end(error.map(|error| (error.code, error.message)));
    }

    fn note_verb(&self, verb: &str) {
        self.0.record.note_verb(verb);
    }

    fn note_recording(&self, recording: &Recording) {
        self.0.record.note_recording(recording);
        self.0
            .board
            .rest()
            .keep_recording(self.call_sid(), recording);
    }

    fn note_error(&self, error: &CallError) {
        self.0.record.note_error(error);
    }
}

/// Ends its leg when it is dropped.
pub(super) struct EndOnDrop(pub(super) Leg);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end(None);
    }
}
