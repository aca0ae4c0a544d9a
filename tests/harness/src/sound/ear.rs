//! What comes out of a virtual loudspeaker.

use super::Place;
use crate::process::Process;
use crate::{Artefacts, wait};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

const RATE: usize = 48_000;

/// So many samples are listened to: half a second.
const SPAN: usize = RATE / 2;

/// Records what one loudspeaker says; ended when dropped.
#[derive(Debug)]
pub struct Ear {
    heard: PathBuf,
    sink: String,
    _recorder: Process,
}

impl Ear {
    /// Listens to a sink from now on.
    pub(super) fn listen(place: &Place, sink: &str, artefacts: &Artefacts) -> Self {
        let heard = place.runtime.join(format!("{sink}.raw"));
        let mut recorder = place.command("parec");
        recorder.args([
            &format!("--device={sink}.monitor"),
            "--raw",
            "--format=s16le",
        ]);
        recorder.args(["--rate=48000", "--channels=1", "--latency-msec=50"]);
        // WirePlumber would move it to the next default.
        recorder.arg("--property=node.dont-reconnect=true");
        recorder.arg(&heard);
        let log = artefacts.path(&format!("parec-{sink}.log"));
        Self {
            heard,
            sink: sink.to_owned(),
            _recorder: Process::start(&mut recorder, &log),
        }
    }

    /// Waits until the loudspeaker gives a tone, and little else, for half a second.
    ///
    /// # Panics
    /// When it does not in time.
    #[track_caller]
    pub fn until_tone(&self, hz: f64) -> impl Future<Output = ()> {
        wait::until(format!("{hz} Hz at {}", self.sink), async move || {
            let heard = self.heard();
            let (rms, share) = (rms(&heard), share(&heard, hz));
            if rms > 0.01 && share > 0.5 {
                Ok(())
            } else {
                Err((rms, share))
            }
        })
    }

    /// Waits until the loudspeaker has been silent for half a second.
    ///
    /// # Panics
    /// When it is not in time.
    #[track_caller]
    pub fn until_silence(&self) -> impl Future<Output = ()> {
        wait::until(format!("silence at {}", self.sink), async move || {
            let heard = self.heard();
            let rms = rms(&heard);
            if heard.len() == SPAN && rms < 0.001 {
                Ok(())
            } else {
                Err((heard.len(), rms))
            }
        })
    }

    /// The last half second, 1 being full scale; shorter when there is less.
    fn heard(&self) -> Vec<f64> {
        let Ok(mut file) = std::fs::File::open(&self.heard) else {
            return Vec::new();
        };
        let length = file.metadata().map_or(0, |facts| facts.len()) / 2 * 2;
        let from = length.saturating_sub(2 * SPAN as u64);
        let mut bytes = Vec::new();
        if file.seek(SeekFrom::Start(from)).is_ok() {
            // What is there is enough.
            let _ = file.take(2 * SPAN as u64).read_to_end(&mut bytes);
        }
        let samples = bytes.chunks_exact(2);
        samples
            .map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0)
            .collect()
    }
}

fn rms(samples: &[f64]) -> f64 {
    let energy: f64 = samples.iter().map(|sample| sample * sample).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

/// Which part of the energy is one tone, piece for piece: pauses do not count, and neither does how
/// long beeps are. An echo canceller shortens beeps that come back to where they were said.
fn share(samples: &[f64], hz: f64) -> f64 {
    /// 25 ms: whole periods of the tones, and of what lies between them.
    const PIECE: usize = RATE / 40;
    let step = hz * std::f64::consts::TAU / RATE as f64;
    let (mut of_tone, mut of_all) = (0.0, 0.0);
    for piece in samples.chunks(PIECE) {
        let (mut sine, mut cosine) = (0.0, 0.0);
        for (n, sample) in piece.iter().enumerate() {
            let angle = step * n as f64;
            sine += sample * angle.sin();
            cosine += sample * angle.cos();
            of_all += sample * sample;
        }
        of_tone += 2.0 * (sine * sine + cosine * cosine) / piece.len() as f64;
    }
    if of_all == 0.0 { 0.0 } else { of_tone / of_all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_one_tone_from_another_and_from_silence() {
        let step = 440.0 * std::f64::consts::TAU / RATE as f64;
        let tone: Vec<f64> = (0..SPAN).map(|n| 0.5 * (step * n as f64).sin()).collect();
        assert!(share(&tone, 440.0) > 0.99);
        assert!(share(&tone, 1000.0) < 0.01);
        assert!((rms(&tone) - 0.5 / 2.0_f64.sqrt()).abs() < 0.001);
        assert!(share(&[0.0; 100], 440.0) < 0.01);
        let short = |n: usize| n % (RATE / 4) < RATE / 20;
        let beeps: Vec<f64> = (0..SPAN)
            .map(|n| if short(n) { tone[n] } else { 0.0 })
            .collect();
        assert!(share(&beeps, 440.0) > 0.9);
        let both: Vec<f64> = (0..SPAN)
            .map(|n| tone[n] + 2.0 * (2.27 * step * n as f64).sin())
            .collect();
        assert!(share(&both, 440.0) < 0.2);
        assert!(rms(&[]) < 0.01);
    }
}
