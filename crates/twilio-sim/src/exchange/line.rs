//! A call to one of our own numbers: a call that comes in there, and the leg that made it.

use super::branch::{Branch, News};
use super::leg::{End, EndOnDrop, Leg, Phase};
use crate::audio::LegAudio;
use crate::player::ports::{DialCallStatus, Leg as _};
use crate::report::{CallStatus, DigitsBy};
use rtc::{FRAME_MS, SILENCE};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// So many calls run at once; numbers that call each other in a circle end here.
const MOST_CALLS: usize = 100;

impl Branch {
    /// Calls one of our numbers, whose instructions say whether it answers.
    pub(super) async fn ring_line(&self, number: &str) -> News {
        if self.board.running() >= MOST_CALLS {
            let log = self.board.log();
            log.say(format!(
                "more than {MOST_CALLS} calls at once; this one fails"
            ));
            return News::Over(self.at, DialCallStatus::Failed);
        }
        let called = GoneOnDrop(self.board.open_line(&self.facts.from, number));
        self.rings();
        match called.0.settled().await {
            Phase::Answered { .. } => {
                let leg = Leg::new(
                    &self.board,
                    self.facts.clone(),
                    self.record.clone(),
                    LegAudio::new(Duration::ZERO),
                    End::Phone,
                );
                leg.mark_answered();
                tokio::spawn(carry(leg.clone(), called));
                News::Answered(self.at, EndOnDrop(leg))
            }
            Phase::Over { .. } | Phase::Ringing => {
                News::Over(self.at, dialled(called.0.final_status()))
            }
        }
    }
}

/// The incoming leg, whose caller hangs up when this is dropped.
struct GoneOnDrop(Leg);

impl Drop for GoneOnDrop {
    fn drop(&mut self) {
        self.0.user_hung_up_quietly();
    }
}

/// Carries sound and keys between the two legs until one is over; then the other is as well.
async fn carry(caller: Leg, called: GoneOnDrop) {
    let mut clock = interval(Duration::from_millis(FRAME_MS));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (out, back) = (&caller.0.audio, &called.0.0.audio);
    loop {
        tokio::select! {
            _ = clock.tick() => {
                let there = out.next_frame().unwrap_or(SILENCE);
                let here = back.next_frame().unwrap_or(SILENCE);
                back.hear(&there);
                out.hear(&here);
            }
            key = caller.told_key() => called.0.user_pressed(key, DigitsBy::Signalling),
            key = called.0.told_key() => caller.user_pressed(key, DigitsBy::Signalling),
            () = caller.hung_up() => return,
            () = called.0.hung_up() => {
                caller.user_hung_up_quietly();
                return;
            }
        }
    }
}

/// How a leg ended for who dialled it, when the call that it made ended unanswered.
const fn dialled(status: CallStatus) -> DialCallStatus {
    match status {
        CallStatus::Busy => DialCallStatus::Busy,
        CallStatus::Failed => DialCallStatus::Failed,
        CallStatus::Completed
        | CallStatus::Queued
        | CallStatus::Ringing
        | CallStatus::InProgress
        | CallStatus::NoAnswer
        | CallStatus::Canceled => DialCallStatus::NoAnswer,
    }
}
