//! What is plugged where, and what comes of it.

use super::*;

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<i16>>>);

impl Heard {
    fn take(&self) -> Vec<i16> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Mouth for Heard {
    fn push(&mut self, block: &Block) {
        self.0.lock().unwrap().push(block[0]);
    }
}

/// Counts up, a block each, from a first sample.
struct Count(i16);

impl Ear for Count {
    fn pull(&mut self, block: &mut Block) -> bool {
        block.fill(self.0);
        self.0 += 1;
        true
    }
}

const PLAIN: Processing = Processing {
    echo_cancellation: false,
    noise_suppression: false,
    auto_gain_control: false,
};

fn with_peers(firsts: &[i16]) -> (Plugs, Vec<Heard>) {
    let mut plugs = Plugs::default();
    let heard = firsts.iter().zip(0..).map(|(first, id)| {
        let heard = Heard::default();
        let ear = Box::new(Count(*first));
        plugs.add_peer(PeerId(id), Box::new(heard.clone()), ear, Instant::now());
        heard
    });
    let heard = heard.collect();
    (plugs, heard)
}

fn next(plugs: &mut Plugs, line: u64) -> i16 {
    let mut out = [0; BLOCK];
    plugs.mix(LineId(line), &mut out, Instant::now());
    out[0]
}

#[test]
fn sends_one_microphone_to_two_peers_by_two_tracks_of_which_one_is_muted() {
    let (mut plugs, heard) = with_peers(&[0, 0, 0]);
    for track in [1, 2] {
        plugs.add_track(TrackId(track), PLAIN);
        plugs.feed_track(TrackId(track), Some(LineId(7)));
    }
    assert!(plugs.send_track(PeerId(0), Some(TrackId(1))));
    assert!(plugs.send_track(PeerId(1), Some(TrackId(2))));
    assert!(plugs.enable_track(TrackId(2), false));
    plugs.send(LineId(7), |_| [5_000; BLOCK]);
    plugs.send(LineId(8), |_| [9; BLOCK]);
    assert_eq!(heard[0].take(), [5_000]);
    assert_eq!(heard[1].take(), [0], "muted is true silence");
    assert_eq!(heard[2].take(), [0; 0], "nothing is sent there");
    let loud = MediaEvent::Levels {
        microphones: vec![(TrackId(1), 153), (TrackId(2), 0)],
        peers: (0..3).map(|peer| (PeerId(peer), 0)).collect(),
    };
    assert_eq!(plugs.levels(), loud);

    plugs.enable_track(TrackId(2), true);
    plugs.remove_track(TrackId(1));
    plugs.send(LineId(7), |_| [6; BLOCK]);
    assert_eq!(heard[0].take(), [0; 0]);
    assert_eq!(heard[1].take(), [6]);
    assert!(!plugs.send_track(PeerId(0), Some(TrackId(1))), "it is gone");
    assert!(!plugs.send_track(PeerId(9), None));
    assert!(!plugs.enable_track(TrackId(1), true));
}

#[test]
fn hears_a_track_from_one_line_at_a_time() {
    let (mut plugs, heard) = with_peers(&[0]);
    plugs.add_track(TrackId(1), PLAIN);
    plugs.send_track(PeerId(0), Some(TrackId(1)));
    plugs.feed_track(TrackId(1), Some(LineId(1)));
    plugs.send(LineId(1), |_| [1; BLOCK]);
    plugs.send(LineId(2), |_| [2; BLOCK]);
    plugs.feed_track(TrackId(1), Some(LineId(2)));
    plugs.send(LineId(1), |_| [1; BLOCK]);
    plugs.send(LineId(2), |_| [2; BLOCK]);
    assert_eq!(heard[0].take(), [1, 2]);
    plugs.forget_line(LineId(2));
    plugs.send(LineId(2), |_| [2; BLOCK]);
    assert_eq!(heard[0].take(), [0; 0]);
}

#[test]
fn mixes_peers_and_gives_each_loudspeaker_the_whole_of_both() {
    let (mut plugs, _) = with_peers(&[100, 2_000]);
    plugs.play(PeerId(0), [LineId(1), LineId(2)]);
    plugs.play(PeerId(1), [LineId(1)]);
    let both: Vec<i16> = (0..3).map(|_| next(&mut plugs, 1)).collect();
    assert_eq!(both, [2_100, 2_102, 2_104]);
    let one: Vec<i16> = (0..4).map(|_| next(&mut plugs, 2)).collect();
    assert_eq!(one, [100, 101, 102, 103], "the same sound, and then ahead");
    assert_eq!(next(&mut plugs, 1), 103 + 2_003, "which is not lost here");
    plugs.play(PeerId(0), [LineId(2)]);
    assert_eq!(next(&mut plugs, 1), 2_004);
    assert_eq!(next(&mut plugs, 2), 104);
}

#[test]
fn holds_what_is_too_loud_at_full_scale() {
    let (mut plugs, _) = with_peers(&[30_000, 20_000]);
    for peer in [0, 1] {
        plugs.play(PeerId(peer), [LineId(1)]);
    }
    assert_eq!(next(&mut plugs, 1), i16::MAX);
}

#[test]
fn tells_what_the_loudspeakers_said_together_since_the_last_time() {
    let (mut plugs, _) = with_peers(&[100, 2_000]);
    for (peer, line) in [(0, 1), (1, 2)] {
        plugs.expect_line(LineId(line));
        plugs.play(PeerId(peer), [LineId(line)]);
    }
    let (mut heard, firsts) = (BTreeMap::new(), |blocks: Vec<Block>| -> Vec<i16> {
        blocks.iter().map(|block| block[0]).collect()
    });
    next(&mut plugs, 1);
    next(&mut plugs, 2);
    assert_eq!(firsts(plugs.said_since(&mut heard)), [0; 0], "begins now");
    next(&mut plugs, 1);
    next(&mut plugs, 1);
    next(&mut plugs, 2);
    assert_eq!(firsts(plugs.said_since(&mut heard)), [101 + 2_001, 102]);
    assert_eq!(firsts(plugs.said_since(&mut heard)), [0; 0]);
    plugs.forget_line(LineId(1));
    next(&mut plugs, 1);
    next(&mut plugs, 2);
    assert_eq!(firsts(plugs.said_since(&mut heard)), [2_002]);
    assert_eq!(heard.len(), 1, "what is closed is forgotten");
}
