//! Who speaks into the microphone and listens to the loudspeaker.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rtc::audio::{Meter, Recording, Tee, Tone, meter, recorder};
use rtc::{AudioSink, AudioSource, FRAME, Frame, SILENCE};

const RAW: [&str; 5] = [
    "--raw",
    "--rate=48000",
    "--format=s16le",
    "--channels=1",
    "--latency-msec=20",
];

/// A tone that is said into a microphone until this is dropped.
pub(crate) struct Speaking(Child);

/// Says a tone of -20 dBFS into a bus.
pub(crate) fn say(bus: &str, hz: f64) -> Speaking {
    let mut command = Command::new("pacat");
    command
        .args(RAW)
        .args(["-p", "-d", bus])
        .stdin(Stdio::piped());
    let mut child = command.spawn().expect("there is pacat");
    let mut input = child.stdin.take().expect("it was asked for");
    thread::spawn(move || {
        let mut tone = Tone::new(hz, -20.0);
        loop {
            let frame = tone.pull().expect("a tone has no end");
            let bytes: Vec<u8> = frame.iter().flat_map(|s| s.to_le_bytes()).collect();
            if input.write_all(&bytes).is_err() {
                return;
            }
        }
    });
    Speaking(child)
}

/// What a loudspeaker says, until this is dropped.
pub(crate) struct Listening {
    child: Child,
    pub(crate) meter: Meter,
    pub(crate) recording: Recording,
}

/// Listens to a loudspeaker.
pub(crate) fn listen(sink: &str) -> Listening {
    let monitor = format!("{sink}.monitor");
    let mut command = Command::new("parec");
    command
        .args(RAW)
        .args(["-d", &monitor])
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("there is parec");
    let mut output = child.stdout.take().expect("it was asked for");
    let ((sink, meter), (record, recording)) = (meter(), recorder(120));
    thread::spawn(move || {
        let mut sink = Tee(sink, record);
        let mut bytes = [0; FRAME * 2];
        while output.read_exact(&mut bytes).is_ok() {
            let mut frame = [0; FRAME];
            for (sample, bytes) in frame.iter_mut().zip(bytes.chunks_exact(2)) {
                *sample = i16::from_le_bytes([bytes[0], bytes[1]]);
            }
            sink.push(&frame);
        }
    });
    Listening {
        child,
        meter,
        recording,
    }
}

impl Listening {
    /// Waits until nothing is said any more. A sink that nobody plays to may stop altogether.
    pub(crate) async fn falls_silent(&self) {
        let start = Instant::now();
        let (mut frames, mut since) = (self.meter.total_frames(), start);
        loop {
            let now = self.meter.total_frames();
            if now != frames {
                (frames, since) = (now, Instant::now());
            }
            let is_silent = self.meter.reading().is_some_and(|r| r.rms_dbfs < -90.0);
            if is_silent || since.elapsed() > Duration::from_secs(1) {
                return;
            }
            let heard = self.meter.reading();
            assert!(start.elapsed() < Duration::from_secs(30), "{heard:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Something like speech: four syllables of coloured noise a second, with pauses.
#[derive(Default)]
pub(crate) struct Babble {
    at: u32,
    chance: u32,
    low: f64,
}

impl AudioSource for Babble {
    fn pull(&mut self) -> Option<Frame> {
        let mut frame = SILENCE;
        for sample in &mut frame {
            let (syllable, within) = (self.at / 12_000, f64::from(self.at % 12_000) / 12_000.0);
            self.at += 1;
            self.chance = self
                .chance
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            let noise = f64::from(self.chance >> 8) / f64::from(1 << 24) - 0.5;
            self.low += (0.05 + 0.04 * f64::from(syllable % 7)) * (noise - self.low);
            let loud = (std::f64::consts::PI * within).sin();
            let speaks = syllable % 8 < 6;
            *sample = if speaks {
                (10_000.0 * loud * self.low) as i16
            } else {
                0
            };
        }
        Some(frame)
    }
}

fn end(child: &mut Child) {
    child.kill().expect("it can be killed");
    child.wait().expect("it was our child");
}

impl Drop for Speaking {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
