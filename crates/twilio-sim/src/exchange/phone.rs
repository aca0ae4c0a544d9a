//! The scripted phone at the end of a leg: what it does once somebody listens.

use super::leg::Leg;
use crate::phones::{Calling, Then};
use crate::player::ports::Leg as _;
use crate::speech::{Pcm, Speech};
use rtc::{AudioSource, FRAME, FRAME_MS, Frame, SILENCE};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The pause before a phone says its text again, in frames: one second.
const PAUSE_FRAMES: usize = 50;

/// The loudness of the steady tone: -12 dB of full scale at its peak.
const TONE_PEAK: f64 = 8_192.0;

/// Starts a phone that calls: it is silent until somebody listens or speaks to it, gives up when
/// nobody does for long, and hangs up in the end.
pub(super) fn start_caller(leg: &Leg, calling: Calling) {
    let leg = leg.clone();
    tokio::spawn(async move {
        let mut engaged = leg.0.audio.engaged();
        let talk = async {
            let patience = calling.gives_up_after_ms.map(Duration::from_millis);
            tokio::select! {
                _ = engaged.wait_for(|engaged| *engaged) => {}
                () = sleep_if(patience) => {
                    leg.say("caller: gives up");
                    return;
                }
            }
            let patience = calling.hang_up_after_ms.map(Duration::from_millis);
            tokio::select! {
                () = act(&leg, calling.then) => {}
                () = sleep_if(patience) => leg.say("caller: hangs up"),
            }
        };
        tokio::select! {
            () = talk => leg.user_hung_up_quietly(),
            () = leg.hung_up() => {}
        }
    });
}

/// Starts a phone that was called and has answered.
pub(super) fn start_called(leg: &Leg, then: Then, hang_up_after_ms: Option<u64>) {
    let leg = leg.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = act(&leg, then) => {}
            () = sleep_if(hang_up_after_ms.map(Duration::from_millis)) => {
                leg.say("far end: hangs up");
                leg.user_hung_up_quietly();
            }
            () = leg.hung_up() => {}
        }
    });
}

async fn sleep_if(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

/// Hears and speaks 20 ms at a time, for ever.
async fn act(leg: &Leg, then: Then) {
    let mut voice = Voice::new(then, &leg.0.board.speech().clone()).await;
    let mut clock = interval(Duration::from_millis(FRAME_MS));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        tokio::select! {
            _ = clock.tick() => {
                let heard = leg.0.audio.next_frame();
                leg.0.audio.hear(&voice.frame(heard));
            }
            key = leg.told_key() => voice.key(key, leg.0.board.speech()).await,
        }
    }
}

/// What a phone says.
enum Voice {
    Echo,
    Speak(Looped),
    Tone(Tone),
    ReadKeys(Looped),
}

impl Voice {
    async fn new(then: Then, speech: &Speech) -> Self {
        match then {
            Then::Echo => Self::Echo,
            Then::Speak(text) => Self::Speak(Looped::new(speech.say(text, None).await, true)),
            Then::Tone { hz } => Self::Tone(Tone::new(hz)),
            Then::ReadKeys { prompt } => {
                Self::ReadKeys(Looped::new(speech.say(prompt, None).await, false))
            }
        }
    }

    /// The next 20 ms, having heard 20 ms.
    fn frame(&mut self, heard: Option<Frame>) -> Frame {
        let said = match self {
            Self::Echo => heard,
            Self::Speak(said) | Self::ReadKeys(said) => said.pull(),
            Self::Tone(tone) => tone.pull(),
        };
        said.unwrap_or(SILENCE)
    }

    async fn key(&mut self, key: char, speech: &Speech) {
        match self {
            Self::ReadKeys(said) => {
                let name = match key {
                    '*' => "star".to_owned(),
                    '#' => "pound".to_owned(),
                    digit => digit.to_string(),
                };
                let text = format!("You pressed {name}.");
                *said = Looped::new(speech.say(&text, None).await, false);
            }
            Self::Echo | Self::Speak(_) | Self::Tone(_) => {}
        }
    }
}

/// A text, said once or again and again with a pause between.
struct Looped {
    pcm: Pcm,
    at: usize,
    pause: usize,
    again: bool,
}

impl Looped {
    const fn new(pcm: Pcm, again: bool) -> Self {
        Self {
            pcm,
            at: 0,
            pause: 0,
            again,
        }
    }
}

impl AudioSource for Looped {
    fn pull(&mut self) -> Option<Frame> {
        if self.at >= self.pcm.len() {
            if !self.again {
                return None;
            }
            self.pause += 1;
            if self.pause >= PAUSE_FRAMES {
                self.pause = 0;
                self.at = 0;
            }
            return None;
        }
        let rest = &self.pcm[self.at..];
        let taken = rest.len().min(FRAME);
        let mut frame = SILENCE;
        frame[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken;
        Some(frame)
    }
}

/// A steady tone without a click between its frames.
struct Tone {
    turns_per_sample: f64,
    turn: f64,
}

impl Tone {
    fn new(hz: u32) -> Self {
        Self {
            turns_per_sample: f64::from(hz) / f64::from(rtc::SAMPLE_RATE_HZ),
            turn: 0.0,
        }
    }
}

impl AudioSource for Tone {
    fn pull(&mut self) -> Option<Frame> {
        let mut frame = SILENCE;
        for sample in &mut frame {
            *sample = (TONE_PEAK * (std::f64::consts::TAU * self.turn).sin()) as i16;
            self.turn = (self.turn + self.turns_per_sample).fract();
        }
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::{FRAME, Looped, PAUSE_FRAMES, Tone};
    use rtc::AudioSource;

    #[test]
    fn a_text_is_said_again_after_a_pause() {
        let mut once = Looped::new(vec![5; FRAME].into(), false);
        assert!(once.pull().is_some());
        assert!((0..200).all(|_| once.pull().is_none()));

        let mut again = Looped::new(vec![5; FRAME].into(), true);
        assert!(again.pull().is_some());
        assert!((0..PAUSE_FRAMES).all(|_| again.pull().is_none()));
        assert!(again.pull().is_some());
    }

    #[test]
    fn the_tone_has_its_frequency() {
        let mut tone = Tone::new(440);
        let samples: Vec<i16> = (0..50).flat_map(|_| tone.pull().unwrap()).collect();
        let rises = samples
            .windows(2)
            .filter(|pair| pair[0] < 0 && pair[1] >= 0)
            .count();
        assert!((439..=440).contains(&rises), "{rises} periods in a second");
    }
}
