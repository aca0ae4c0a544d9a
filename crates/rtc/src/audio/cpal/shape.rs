//! Between a device's own rate, channels and block lengths and our blocks of 10 ms.

use std::collections::VecDeque;

use ::cpal::{FromSample, Sample};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler, ResamplerConstructionError};

use crate::audio::SAMPLE_RATE_HZ;
use crate::audio::backend::{BLOCK, Block};

/// Makes blocks of what a microphone gives.
pub(super) struct Inlet {
    channels: usize,
    rate: Option<Rate>,
    /// At 48 kHz, less than a block after each call.
    waiting: Vec<i16>,
    mono: Vec<f32>,
}

impl Inlet {
    pub(super) fn new(rate_hz: u32, channels: u16) -> Result<Self, ResamplerConstructionError> {
        Ok(Self {
            channels: usize::from(channels.max(1)),
            rate: Rate::between(rate_hz, SAMPLE_RATE_HZ)?,
            waiting: Vec::new(),
            mono: Vec::new(),
        })
    }

    /// Takes interleaved samples, however many, and gives the blocks that are full.
    pub(super) fn take<T>(&mut self, samples: &[T], mut heard: impl FnMut(&Block))
    where
        T: Sample,
        f32: FromSample<T>,
    {
        self.mono.clear();
        let share = 1.0 / self.channels as f32;
        let frames = samples.chunks_exact(self.channels);
        self.mono.extend(frames.map(|frame| {
            let sum: f32 = frame.iter().map(|s| s.to_sample::<f32>()).sum();
            sum * share
        }));
        let waiting = &mut self.waiting;
        let mut keep = |samples: &[f32]| waiting.extend(samples.iter().map(|s| to_i16(*s)));
        match &mut self.rate {
            None => keep(&self.mono),
            Some(rate) => rate.process(&self.mono, keep),
        }
        let mut blocks = self.waiting.chunks_exact(BLOCK);
        for block in &mut blocks {
            if let Ok(block) = block.try_into() {
                heard(block);
            }
        }
        let rest = blocks.remainder().len();
        self.waiting.drain(..self.waiting.len() - rest);
    }
}

/// Makes what a loudspeaker wants of blocks.
pub(super) struct Outlet {
    channels: usize,
    rate: Option<Rate>,
    /// At the device's rate.
    waiting: VecDeque<f32>,
}

impl Outlet {
    pub(super) fn new(rate_hz: u32, channels: u16) -> Result<Self, ResamplerConstructionError> {
        Ok(Self {
            channels: usize::from(channels.max(1)),
            rate: Rate::between(SAMPLE_RATE_HZ, rate_hz)?,
            waiting: VecDeque::new(),
        })
    }

    /// Fills interleaved samples, however many, from as many blocks as that needs. Both of the
    /// first two channels say it; others are for music.
    pub(super) fn fill<T>(&mut self, samples: &mut [T], mut said: impl FnMut(&mut Block))
    where
        T: Sample + FromSample<f32>,
    {
        for frame in samples.chunks_mut(self.channels) {
            while self.waiting.is_empty() {
                let mut block = [0; BLOCK];
                said(&mut block);
                let block = block.map(|sample| f32::from(sample) / 32_768.0);
                match &mut self.rate {
                    None => self.waiting.extend(block),
                    Some(rate) => {
                        let waiting = &mut self.waiting;
                        rate.process(&block, |samples| waiting.extend(samples));
                    }
                }
            }
            let sample = self.waiting.pop_front().unwrap_or_default();
            for (at, out) in frame.iter_mut().enumerate() {
                *out = if at < 2 {
                    T::from_sample(sample)
                } else {
                    T::EQUILIBRIUM
                };
            }
        }
    }
}

fn to_i16(sample: f32) -> i16 {
    // `as` holds what is out of range at the nearest end.
    (sample * 32_768.0).round() as i16
}

/// Changes the rate of a mono sound, 10 ms at a time.
struct Rate {
    fft: Fft<f32>,
    waiting: Vec<f32>,
    out: Vec<f32>,
}

impl Rate {
    /// `None` when there is nothing to change.
    fn between(from_hz: u32, to_hz: u32) -> Result<Option<Self>, ResamplerConstructionError> {
        if from_hz == to_hz {
            return Ok(None);
        }
        let ten_ms = (from_hz / 100).max(1) as usize;
        let (from, to) = (from_hz as usize, to_hz as usize);
        let fft = Fft::new(from, to, ten_ms, 1, FixedSync::Input)?;
        let out = vec![0.0; fft.output_frames_max()];
        Ok(Some(Self {
            fft,
            waiting: Vec::new(),
            out,
        }))
    }

    fn process(&mut self, samples: &[f32], mut made: impl FnMut(&[f32])) {
        self.waiting.extend_from_slice(samples);
        let mut at = 0;
        loop {
            let wanted = self.fft.input_frames_next();
            let Some(input) = self.waiting.get(at..at + wanted) else {
                break;
            };
            let room = self.out.len();
            let result = InterleavedSlice::new(input, 1, wanted)
                .map_err(|error| error.to_string())
                .and_then(|input| {
                    let mut out = InterleavedSlice::new_mut(&mut self.out, 1, room)
                        .map_err(|error| error.to_string())?;
                    let done = self.fft.process_into_buffer(&input, &mut out, None);
                    done.map_err(|error| error.to_string())
                });
            match result {
                Ok((_, frames)) => made(&self.out[..frames]),
                Err(error) => tracing::debug!(error, "a piece of sound could not be resampled"),
            }
            at += wanted;
        }
        self.waiting.drain(..at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{AudioSource, Tone, measure};

    /// A tone as a device of this rate has it, in all channels.
    fn tone_at(rate_hz: u32, channels: usize, seconds: u32) -> Vec<f32> {
        let step = std::f32::consts::TAU * 1_000.0 / rate_hz as f32;
        let mono = (0..rate_hz * seconds).map(|at| (at as f32 * step).sin() * 0.1);
        mono.flat_map(|s| vec![s; channels]).collect()
    }

    #[test]
    fn makes_blocks_of_whatever_comes_in_at_any_rate() {
        for (rate, channels) in [
            (48_000, 1),
            (48_000, 2),
            (44_100, 2),
            (16_000, 1),
            (22_050, 6),
        ] {
            let mut inlet = Inlet::new(rate, channels as u16).unwrap();
            let mut heard = Vec::new();
            let samples = tone_at(rate, channels, 1);
            let mut rest = &samples[..];
            for frames in [4, 480, 37, 1, 200].into_iter().cycle() {
                let taken = (frames * channels).min(rest.len());
                inlet.take(&rest[..taken], |block| heard.extend_from_slice(block));
                rest = &rest[taken..];
                if rest.is_empty() {
                    break;
                }
            }
            let (seconds, name) = (heard.len() as f64 / 48_000.0, (rate, channels));
            assert!((seconds - 1.0).abs() < 0.03, "{name:?}: {seconds} s");
            let reading = measure(&heard[24_000..]);
            assert!(
                (reading.dominant_hz - 1_000.0).abs() < 1.5,
                "{name:?}: {reading:?}"
            );
            assert!(
                (reading.rms_dbfs + 23.0).abs() < 0.3,
                "{name:?}: {reading:?}"
            );
        }
    }

    #[test]
    fn fills_whatever_is_wanted_at_any_rate() {
        for (rate, channels) in [
            (48_000, 1),
            (48_000, 6),
            (44_100, 2),
            (16_000, 1),
            (96_000, 2),
        ] {
            let mut tone = Tone::new(1_000.0, -23.0);
            let (mut frame, mut half) = ([0; 960], 1);
            let mut said = |block: &mut Block| {
                half = 1 - half;
                if half == 0 {
                    frame = tone.pull().unwrap();
                }
                block.copy_from_slice(&frame[half * BLOCK..][..BLOCK]);
            };
            let mut outlet = Outlet::new(rate, channels as u16).unwrap();
            let mut all: Vec<f32> = Vec::new();
            for frames in [4, 480, 37, 1, 200].into_iter().cycle() {
                let mut samples = vec![9.0_f32; frames * channels];
                outlet.fill(&mut samples, &mut said);
                all.extend(samples);
                if all.len() >= rate as usize * channels {
                    break;
                }
            }
            let frames = all.chunks(channels);
            if channels > 2 {
                assert!(
                    frames
                        .clone()
                        .all(|frame| frame[2..].iter().all(|s| *s == 0.0))
                );
            }
            let first: Vec<f32> = frames.map(|frame| frame[0]).collect();
            // Measured through the way in, which the other test vouches for.
            let mut inlet = Inlet::new(rate, 1).unwrap();
            let mut heard = Vec::new();
            inlet.take(&first, |block| heard.extend_from_slice(block));
            let (reading, name) = (measure(&heard[24_000..]), (rate, channels));
            assert!(
                (reading.dominant_hz - 1_000.0).abs() < 1.5,
                "{name:?}: {reading:?}"
            );
            assert!(
                (reading.rms_dbfs + 23.0).abs() < 0.3,
                "{name:?}: {reading:?}"
            );
        }
    }

    #[test]
    fn changes_no_sample_of_a_device_that_is_as_we_are() {
        let samples: Vec<i16> = (0..960).map(|at| (at * 67 - 32_000) as i16).collect();
        let mut heard = Vec::new();
        let mut inlet = Inlet::new(48_000, 1).unwrap();
        inlet.take(&samples, |block| heard.extend_from_slice(block));
        assert_eq!(heard, samples);
        let mut outlet = Outlet::new(48_000, 2).unwrap();
        let mut filled = [7_i16; 8];
        outlet.fill(&mut filled, |block| {
            block.copy_from_slice(&samples[..BLOCK])
        });
        let first = &samples[..4];
        let both: Vec<i16> = first.iter().flat_map(|s| [*s, *s]).collect();
        assert_eq!(filled[..], both[..]);
    }
}
