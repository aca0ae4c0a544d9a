//! Plays samples once; keeps samples heard.

use std::sync::{Arc, Mutex, PoisonError};

use super::{AudioSink, AudioSource, FRAME, Frame, SILENCE};

/// A source that plays mono 48 kHz samples once, then is silent.
#[derive(Debug, Clone)]
pub struct PcmSource {
    samples: Arc<[i16]>,
    at: usize,
}

impl PcmSource {
    /// Plays `samples` (48 kHz, mono); a last piece shorter than a frame is padded.
    pub fn new(samples: Arc<[i16]>) -> Self {
        Self { samples, at: 0 }
    }

    /// Whether the last sample has been given away.
    pub fn is_finished(&self) -> bool {
        self.at >= self.samples.len()
    }
}

impl AudioSource for PcmSource {
    fn pull(&mut self) -> Option<Frame> {
        let rest = self
            .samples
            .get(self.at..)
            .filter(|rest| !rest.is_empty())?;
        let taken = rest.len().min(FRAME);
        let mut frame = SILENCE;
        frame[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken;
        Some(frame)
    }
}

/// A sink that keeps what it hears, up to `max_s` seconds, and the handle that reads it.
pub fn recorder(max_s: u32) -> (Recorder, Recording) {
    let samples = Arc::new(Mutex::new(Vec::new()));
    let limit = max_s as usize * super::SAMPLE_RATE_HZ as usize;
    (
        Recorder {
            samples: samples.clone(),
            limit,
        },
        Recording { samples },
    )
}

/// The sink of a [`recorder`]; it forgets what comes after its limit.
#[derive(Debug)]
pub struct Recorder {
    samples: Arc<Mutex<Vec<i16>>>,
    limit: usize,
}

/// Reads what a [`Recorder`] has kept.
#[derive(Debug, Clone)]
pub struct Recording {
    samples: Arc<Mutex<Vec<i16>>>,
}

impl Recording {
    /// All samples so far (48 kHz, mono).
    pub fn samples(&self) -> Vec<i16> {
        self.samples
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl AudioSink for Recorder {
    fn push(&mut self, frame: &Frame) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.limit.saturating_sub(samples.len()).min(FRAME);
        samples.extend_from_slice(&frame[..room]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plays_samples_once_and_pads_the_last_frame() {
        let samples: Vec<i16> = (0..FRAME as i16 + 10).collect();
        let mut source = PcmSource::new(samples.clone().into());
        assert_eq!(source.pull().unwrap()[..], samples[..FRAME]);
        assert!(!source.is_finished());
        let last = source.pull().unwrap();
        assert_eq!(last[..10], samples[FRAME..]);
        assert_eq!(last[10..], SILENCE[10..]);
        assert!(source.is_finished());
        assert_eq!(source.pull(), None);
    }

    #[test]
    fn plays_nothing_of_nothing() {
        let mut source = PcmSource::new(Vec::new().into());
        assert!(source.is_finished());
        assert_eq!(source.pull(), None);
    }

    #[test]
    fn records_up_to_its_limit() {
        let (mut sink, recording) = recorder(1);
        sink.push(&[7; FRAME]);
        assert_eq!(recording.samples(), [7; FRAME]);
        for _ in 0..60 {
            sink.push(&[7; FRAME]);
        }
        assert_eq!(recording.samples().len(), 48_000);
    }
}
