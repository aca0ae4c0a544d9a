//! The sound of one leg: what its user hears, what its user says, and the joining of two legs.

use crate::report::Heard;
use crate::speech::{Pcm, SILENCE_DBFS};
use crate::tape::{Sides, Tape};
use rtc::audio::{Meter, MeterSink, meter};
use rtc::{AudioSink, AudioSource, FRAME, FRAME_MS, Frame, SILENCE};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

/// Frames from a joined leg that wait at most; older ones are dropped, so a call never lags more
/// than 120 ms.
const JOINED_DEPTH: usize = 6;

/// The longest recording, in samples: ten minutes.
const RECORDING_LIMIT: usize = 600 * 48_000;

/// Frames that loudness looks back over: 200 ms.
const LOUDNESS_FRAMES: usize = 10;

/// The sound of one leg. The side towards its user calls [`LegAudio::next_frame`] and
/// [`LegAudio::hear`] each 20 ms; the exchange plays, joins, records and measures.
pub(crate) struct LegAudio {
    mouth: Mutex<Mouth>,
    ear: Mutex<Ear>,
    /// Takes down both sides, if somebody wants that.
    tape: Mutex<Option<Tape>>,
    meter: Meter,
    sounding: watch::Sender<bool>,
    engaged: watch::Sender<bool>,
}

/// Towards the leg's user.
struct Mouth {
    sound: Option<Sound>,
    next_id: u64,
    joined: VecDeque<Frame>,
    /// Frames of ringback that went out; `None` when there is none.
    ringback: Option<usize>,
    /// The path to the user stands.
    open: bool,
    /// Frames for which a sound waits for the path at most.
    patience: u64,
}

struct Sound {
    id: u64,
    pcm: Pcm,
    at: usize,
    /// Dropped when the sound is over.
    _done: oneshot::Sender<()>,
}

/// From the leg's user.
struct Ear {
    sink: MeterSink,
    recording: Option<Vec<i16>>,
    joined: Weak<LegAudio>,
    /// Mean square of the last frames.
    energy: VecDeque<f64>,
    last: Option<Instant>,
}

impl LegAudio {
    /// Sound waits up to `patience` for [`LegAudio::open`] before it plays anyway.
    pub(crate) fn new(patience: Duration) -> Arc<Self> {
        let (sink, meter) = meter();
        Arc::new(Self {
            mouth: Mutex::new(Mouth {
                sound: None,
                next_id: 0,
                joined: VecDeque::new(),
                ringback: None,
                open: patience.is_zero(),
                patience: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX) / FRAME_MS,
            }),
            ear: Mutex::new(Ear {
                sink,
                recording: None,
                joined: Weak::new(),
                energy: VecDeque::new(),
                last: None,
            }),
            tape: Mutex::default(),
            meter,
            sounding: watch::Sender::new(false),
            engaged: watch::Sender::new(false),
        })
    }

    fn mouth(&self) -> MutexGuard<'_, Mouth> {
        self.mouth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ear(&self) -> MutexGuard<'_, Ear> {
        self.ear.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The path to the user stands.
    pub(crate) fn open(&self) {
        self.mouth().open = true;
    }

    /// Starts a sound, ending the one before; gives its id, and a receiver that ends with it.
    pub(crate) fn start(&self, pcm: Pcm) -> (u64, oneshot::Receiver<()>) {
        let (done, over) = oneshot::channel();
        let mut mouth = self.mouth();
        let id = mouth.next_id;
        mouth.next_id += 1;
        mouth.sound = (!pcm.is_empty()).then_some(Sound {
            id,
            pcm,
            at: 0,
            _done: done,
        });
        drop(mouth);
        self.engaged.send_replace(true);
        (id, over)
    }

    /// Ends the sound that plays, or only that with this id.
    pub(crate) fn stop(&self, id: Option<u64>) {
        let mut mouth = self.mouth();
        if mouth
            .sound
            .as_ref()
            .is_some_and(|sound| id.is_none_or(|id| id == sound.id))
        {
            mouth.sound = None;
        }
    }

    /// Switches the ringing that a caller hears (440 and 480 Hz, 2 s of 6).
    pub(crate) fn ringback(&self, on: bool) {
        let mut mouth = self.mouth();
        if on != mouth.ringback.is_some() {
            mouth.ringback = on.then_some(0);
        }
    }

    fn tape(&self) -> MutexGuard<'_, Option<Tape>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next 20 ms for the user; `None` is silence.
    pub(crate) fn next_frame(&self) -> Option<Frame> {
        let frame = self.next_sound();
        if let Some(tape) = &mut *self.tape() {
            tape.heard(&frame.unwrap_or(SILENCE));
        }
        frame
    }

    fn next_sound(&self) -> Option<Frame> {
        let mut mouth = self.mouth();
        if !mouth.open && mouth.sound.is_some() {
            if mouth.patience > 0 {
                mouth.patience -= 1;
                return None;
            }
            mouth.open = true;
        }
        if let Some(sound) = &mut mouth.sound {
            let rest = &sound.pcm[sound.at..];
            let taken = rest.len().min(FRAME);
            let mut frame = [0; FRAME];
            frame[..taken].copy_from_slice(&rest[..taken]);
            sound.at += taken;
            if sound.at == sound.pcm.len() {
                mouth.sound = None;
            }
            return Some(frame);
        }
        if let Some(frame) = mouth.joined.pop_front() {
            return Some(frame);
        }
        let at = mouth.ringback.as_mut()?;
        let frame = ringback_frame(*at);
        *at += 1;
        frame
    }

    /// Takes 20 ms that the user said.
    pub(crate) fn hear(&self, frame: &Frame) {
        if let Some(tape) = &mut *self.tape() {
            tape.said(frame);
        }
        let joined = {
            let mut ear = self.ear();
            ear.sink.push(frame);
            if let Some(recording) = &mut ear.recording {
                let room = RECORDING_LIMIT.saturating_sub(recording.len()).min(FRAME);
                recording.extend_from_slice(&frame[..room]);
            }
            if ear.energy.len() == LOUDNESS_FRAMES {
                ear.energy.pop_front();
            }
            ear.energy.push_back(mean_square(frame));
            ear.last = Some(Instant::now());
            ear.joined.upgrade()
        };
        if let Some(other) = joined {
            let mut mouth = other.mouth();
            if mouth.joined.len() == JOINED_DEPTH {
                mouth.joined.pop_front();
            }
            mouth.joined.push_back(*frame);
        }
        self.sounding.send_if_modified(|sounding| {
            let first = !*sounding;
            *sounding = true;
            first
        });
    }

    /// What the user said in the last 500 ms; `None` before any sound.
    pub(crate) fn heard(&self) -> Option<Heard> {
        self.meter.reading().map(|reading| Heard {
            rms_dbfs: reading.rms_dbfs,
            peak_dbfs: reading.peak_dbfs,
            dominant_hz: reading.dominant_hz,
            frames: reading.frames,
        })
    }

    /// Frames that the user said in all.
    pub(crate) fn heard_frames(&self) -> u64 {
        self.meter.total_frames()
    }

    /// How loud the user was over about the last 200 ms, in dB relative to full scale.
    pub(crate) fn loudness_dbfs(&self) -> f64 {
        let ear = self.ear();
        let window = Duration::from_millis(FRAME_MS * LOUDNESS_FRAMES as u64);
        if ear.last.is_none_or(|last| last.elapsed() > window) {
            return SILENCE_DBFS;
        }
        let mean = ear.energy.iter().sum::<f64>() / ear.energy.len() as f64;
        (10.0 * mean.log10()).max(SILENCE_DBFS)
    }

    /// Begins to take down what the user says.
    pub(crate) fn start_recording(&self) {
        self.ear().recording = Some(Vec::new());
        self.engaged.send_replace(true);
    }

    /// Ends the recording and gives it; empty if none was begun.
    pub(crate) fn stop_recording(&self) -> Pcm {
        self.ear().recording.take().unwrap_or_default().into()
    }

    /// Begins to take down what the user says and hears.
    pub(crate) fn start_tape(&self) {
        *self.tape() = Some(Tape::new());
    }

    /// Ends that and gives it; nothing if it was not begun.
    pub(crate) fn stop_tape(&self) -> Sides {
        let tape = self.tape().take();
        tape.unwrap_or_else(Tape::new).end()
    }

    /// Turns true with the first sound from the user.
    pub(crate) fn sounding(&self) -> watch::Receiver<bool> {
        self.sounding.subscribe()
    }

    /// Turns true when somebody first speaks to the user or listens.
    pub(crate) fn engaged(&self) -> watch::Receiver<bool> {
        self.engaged.subscribe()
    }
}

/// Two legs hear each other while this lives.
pub(crate) struct Joint {
    one: Arc<LegAudio>,
    other: Arc<LegAudio>,
}

/// Lets the users of two legs hear each other until the joint is dropped.
pub(crate) fn join(one: &Arc<LegAudio>, other: &Arc<LegAudio>) -> Joint {
    for (from, to) in [(one, other), (other, one)] {
        {
            let mut mouth = from.mouth();
            mouth.ringback = None;
            mouth.joined.clear();
            mouth.sound = None;
        }
        from.ear().joined = Arc::downgrade(to);
        from.engaged.send_replace(true);
    }
    Joint {
        one: one.clone(),
        other: other.clone(),
    }
}

impl Drop for Joint {
    fn drop(&mut self) {
        for side in [&self.one, &self.other] {
            side.ear().joined = Weak::new();
            side.mouth().joined.clear();
        }
    }
}

/// Gives a peer what the leg's user is to hear.
pub(crate) struct ToUser(pub(crate) Arc<LegAudio>);

impl AudioSource for ToUser {
    fn pull(&mut self) -> Option<Frame> {
        self.0.next_frame()
    }
}

/// Takes from a peer what the leg's user says.
pub(crate) struct FromUser(pub(crate) Arc<LegAudio>);

impl AudioSink for FromUser {
    fn push(&mut self, frame: &Frame) {
        self.0.hear(frame);
    }
}

/// Mean square of a frame; 1 is full scale.
fn mean_square(frame: &Frame) -> f64 {
    let sum: f64 = frame
        .iter()
        .map(|&sample| (f64::from(sample) / 32_768.0).powi(2))
        .sum();
    sum / FRAME as f64
}

/// A frame of the North American ringback, counted from its start.
fn ringback_frame(at: usize) -> Option<Frame> {
    const ON: usize = 100;
    const CYCLE: usize = 300;
    if at % CYCLE >= ON {
        return None;
    }
    let mut frame = [0; FRAME];
    for (offset, sample) in frame.iter_mut().enumerate() {
        let seconds = ((at % CYCLE) * FRAME + offset) as f64 / 48_000.0;
        let wave = |hz: f64| (std::f64::consts::TAU * hz * seconds).sin();
        *sample = (3_000.0 * (wave(440.0) + wave(480.0)) / 2.0) as i16;
    }
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::{FRAME, JOINED_DEPTH, LegAudio, join};
    use crate::speech::SILENCE_DBFS;
    use std::time::Duration;

    const NOW: Duration = Duration::ZERO;

    #[tokio::test]
    async fn a_sound_goes_out_whole_and_then_ends() {
        let leg = LegAudio::new(NOW);
        let (_, mut over) = leg.start(vec![7; FRAME + 1].into());
        assert_eq!(leg.next_frame(), Some([7; FRAME]));
        assert!(
            over.try_recv()
                .is_err_and(|e| e == tokio::sync::oneshot::error::TryRecvError::Empty)
        );
        let mut last = [0; FRAME];
        last[0] = 7;
        assert_eq!(leg.next_frame(), Some(last));
        assert!(over.await.is_err(), "the sound is over");
        assert_eq!(leg.next_frame(), None);
    }

    #[test]
    fn a_sound_waits_for_the_media_path_but_not_for_ever() {
        let leg = LegAudio::new(Duration::from_millis(40));
        let _over = leg.start(vec![7; FRAME].into());
        assert_eq!(leg.next_frame(), None);
        assert_eq!(leg.next_frame(), None);
        assert_eq!(leg.next_frame(), Some([7; FRAME]));

        let leg = LegAudio::new(Duration::from_secs(5));
        let _over = leg.start(vec![7; FRAME].into());
        assert_eq!(leg.next_frame(), None);
        leg.open();
        assert_eq!(leg.next_frame(), Some([7; FRAME]));
    }

    #[test]
    fn stopping_by_id_spares_a_later_sound() {
        let leg = LegAudio::new(NOW);
        let (first, _one) = leg.start(vec![1; FRAME].into());
        let _two = leg.start(vec![2; FRAME].into());
        leg.stop(Some(first));
        assert_eq!(leg.next_frame(), Some([2; FRAME]));
        let _three = leg.start(vec![3; FRAME].into());
        leg.stop(None);
        assert_eq!(leg.next_frame(), None);
    }

    #[test]
    fn joined_legs_hear_each_other_until_the_joint_is_dropped() {
        let (ann, bob) = (LegAudio::new(NOW), LegAudio::new(NOW));
        ann.ringback(true);
        let joint = join(&ann, &bob);
        assert_eq!(ann.next_frame(), None, "the ringback has ended");
        ann.hear(&[1; FRAME]);
        bob.hear(&[2; FRAME]);
        assert_eq!(ann.next_frame(), Some([2; FRAME]));
        assert_eq!(bob.next_frame(), Some([1; FRAME]));
        for sample in 1..=JOINED_DEPTH as i16 + 2 {
            ann.hear(&[sample; FRAME]);
        }
        assert_eq!(bob.next_frame(), Some([3; FRAME]), "the oldest are dropped");
        drop(joint);
        ann.hear(&[9; FRAME]);
        assert_eq!(bob.next_frame(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn loudness_is_of_the_last_moments() {
        let leg = LegAudio::new(NOW);
        assert_eq!(leg.loudness_dbfs(), SILENCE_DBFS);
        for _ in 0..10 {
            leg.hear(&[16_384; FRAME]);
        }
        assert!((leg.loudness_dbfs() + 6.02).abs() < 0.1);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(leg.loudness_dbfs(), SILENCE_DBFS);
        assert_eq!(leg.heard_frames(), 10);
    }

    #[test]
    fn a_recording_has_what_was_said_while_it_ran() {
        let leg = LegAudio::new(NOW);
        leg.hear(&[1; FRAME]);
        leg.start_recording();
        assert!(*leg.engaged().borrow());
        leg.hear(&[2; FRAME]);
        assert_eq!(leg.stop_recording().as_ref(), [2; FRAME]);
        leg.hear(&[3; FRAME]);
        assert!(leg.stop_recording().is_empty());
    }

    #[test]
    fn ringback_rings_two_seconds_of_six() {
        let leg = LegAudio::new(NOW);
        leg.ringback(true);
        let frames: Vec<bool> = (0..300).map(|_| leg.next_frame().is_some()).collect();
        assert_eq!(frames.iter().filter(|&&sounds| sounds).count(), 100);
        assert!(frames[99] && !frames[100]);
    }
}
