//! What a call that the REST API made does from its answer on, besides its instructions: it sends
//! keys, says who answered, and is recorded.

use super::Switchboard;
use super::api::Callback;
use super::leg::{End, Leg};
use crate::player::ports::{Leg as _, Recording};
use crate::player::{QUIET_DBFS, recording_url};
use crate::speech::{dtmf, rms_dbfs, seconds};
use crate::tape::{Sides, loud_part};
use crate::webhook::params::{RecordingFacts, RecordingStatus};
use twilio::sid::RecordingSid;
use twilio::webhook::RecordingSource;

/// Who answers, in Twilio's words: there are no machines among the scripted phones.
pub(crate) const HUMAN: &str = "human";

/// How machines are looked for.
#[derive(Clone)]
pub(crate) struct Detection {
    /// Told, when the call does not wait for it.
    pub(crate) callback: Option<Callback>,
    /// The call goes on meanwhile.
    pub(crate) in_background: bool,
}

/// Which sides of a call are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Track {
    /// What the called says, and what the called hears.
    #[default]
    Both,
    /// What the called says: what comes in to Twilio.
    Inbound,
    /// What the called hears.
    Outbound,
}

impl Track {
    /// The track that Twilio calls so.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Both, Self::Inbound, Self::Outbound]
            .into_iter()
            .find(|track| track.as_str() == name)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// How a whole call is recorded.
#[derive(Clone)]
pub(crate) struct Recorder {
    /// Each side in a channel of its own.
    pub(crate) dual: bool,
    /// Which sides.
    pub(crate) track: Track,
    /// Without the silence at its ends.
    pub(crate) trim: bool,
    /// Told of it.
    pub(crate) callback: Option<Callback>,
}

impl Recorder {
    /// The channels of the recording; none when nothing was heard.
    fn channels(&self, sides: Sides) -> Vec<Vec<i16>> {
        let silent = || vec![0; sides.said.len()];
        let mut chosen = match self.track {
            Track::Both => sides.clone(),
            Track::Inbound => Sides {
                heard: silent(),
                ..sides.clone()
            },
            Track::Outbound => Sides {
                said: silent(),
                ..sides.clone()
            },
        };
        let loud = loud_part(&chosen.mixed(), QUIET_DBFS);
        if loud.is_empty() {
            return Vec::new();
        }
        if self.trim {
            chosen = chosen.part(loud);
        }
        match self.dual {
            true => vec![chosen.said, chosen.heard],
            false => vec![chosen.mixed()],
        }
    }
}

impl Switchboard {
    /// Sends the keys to who answered, as sound and as keys; `w` waits half a second, `W` one.
    pub(super) async fn send_keys(&self, leg: &Leg, keys: &str) {
        for key in keys.chars() {
            if leg.is_over() {
                return;
            }
            if !matches!(key, 'w' | 'W') {
                match &leg.0.end {
                    End::Device(device) => device.peer().send_dtmf(&key.to_string()),
                    End::Phone => leg.tell_key(key),
                }
            }
            if let Ok(sound) = dtmf(&key.to_string()) {
                // If it hangs up meanwhile, the next key says so.
                let _ = leg.play(sound).await;
            }
        }
        self.log().say("keys sent to who answered");
    }

    /// Begins to record a call; gives what it will be called.
    pub(super) fn begin_recording(&self, leg: &Leg, recorder: &Recorder) -> RecordingFacts {
        let sid = RecordingSid::random(self.random());
        leg.0.audio.start_tape();
        RecordingFacts {
            url: recording_url(&self.rest().base_url(), &self.account().account_sid, &sid),
            sid,
            duration_s: 0,
            channels: if recorder.dual { 2 } else { 1 },
            source: RecordingSource::OutboundApi,
            track: Some(recorder.track.as_str()),
        }
    }

    /// Ends the recording of a call that is over and keeps it; says whether there is one.
    pub(super) fn end_recording(
        &self,
        leg: &Leg,
        recorder: &Recorder,
        facts: &mut RecordingFacts,
    ) -> RecordingStatus {
        let channels = recorder.channels(leg.0.audio.stop_tape());
        let Some(first) = channels.first() else {
            self.log()
                .say("recording: nothing was heard, so there is none");
            return RecordingStatus::Absent;
        };
        facts.duration_s = seconds(first).max(1);
        self.log()
            .say(format!("recording: {} s of the call", facts.duration_s));
        leg.0.record.note_recording(&Recording {
            sid: facts.sid.clone(),
            duration_s: facts.duration_s,
            rms_dbfs: rms_dbfs(first),
            pcm: first.as_slice().into(),
        });
        let call_sid = leg.facts().call_sid;
        self.rest().keep_call(call_sid.as_str(), facts, &channels);
        RecordingStatus::Completed
    }
}

#[cfg(test)]
mod tests {
    use super::{Recorder, Sides, Track};
    use crate::speech::{rms_dbfs, steady};

    fn recorder(dual: bool, track: Track, trim: bool) -> Recorder {
        Recorder {
            dual,
            track,
            trim,
            callback: None,
        }
    }

    /// A second of nothing; then its user says something for a second, and hears something for
    /// the second after.
    fn sides() -> Sides {
        let (tone, none) = (steady(440).to_vec(), vec![0; steady(440).len()]);
        Sides {
            said: [&none[..], &tone, &none].concat(),
            heard: [&none[..], &none, &tone].concat(),
        }
    }

    #[test]
    fn a_recording_has_the_sides_and_channels_that_were_asked_for() {
        let second = steady(440).len();
        let lengths = |recorder: &Recorder| {
            let channels = recorder.channels(sides());
            channels.iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(lengths(&recorder(false, Track::Both, true)), [2 * second]);
        assert_eq!(lengths(&recorder(false, Track::Both, false)), [3 * second]);
        assert_eq!(lengths(&recorder(true, Track::Both, true)), [2 * second; 2]);
        assert_eq!(lengths(&recorder(false, Track::Inbound, true)), [second]);
        let dual = recorder(true, Track::Both, true).channels(sides());
        let loud = |part: &[i16]| rms_dbfs(part) > -30.0;
        assert!(loud(&dual[0][..second]) && !loud(&dual[0][second..]));
        assert!(!loud(&dual[1][..second]) && loud(&dual[1][second..]));
        let outbound = recorder(false, Track::Outbound, false).channels(sides());
        assert!(!loud(&outbound[0][..2 * second]) && loud(&outbound[0][2 * second..]));
    }

    #[test]
    fn of_silence_there_is_no_recording() {
        let silence = Sides {
            said: vec![1; 9_600],
            heard: vec![0; 9_600],
        };
        for trim in [true, false] {
            let none = recorder(true, Track::Both, trim).channels(silence.clone());
            assert!(none.is_empty());
        }
    }
}
