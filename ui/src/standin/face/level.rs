//! Streams that are as loud as the engine says, so that the page can measure them. Nobody hears
//! them: the engine plays the sound itself.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{AudioContext, AudioNode, GainNode, MediaStream};

/// How long the noise is, in seconds; it is played again and again.
const NOISE_S: u32 = 1;

/// How loud the noise is, as a root mean square of full scale.
const NOISE_RMS: f32 = 0.25;

/// How much of a sample of the noise is that of the one before: about 500 Hz at 48 kHz, above
/// which speech grows weaker too.
const COLOUR: f32 = 0.94;

thread_local! {
    static NOISE: RefCell<Option<(AudioContext, AudioNode)>> = const { RefCell::new(None) };
}

/// A stream whose loudness is set.
pub(super) struct Level {
    pub(super) stream: MediaStream,
    gain: GainNode,
    noise: AudioNode,
}

impl Level {
    /// A silent one.
    ///
    /// # Errors
    /// When the page has no audio context.
    pub(super) fn new() -> Result<Self, JsValue> {
        let (context, noise) = noise()?;
        let gain = context.create_gain()?;
        gain.gain().set_value(0.0);
        let destination = context.create_media_stream_destination()?;
        noise.connect_with_audio_node(&gain)?;
        gain.connect_with_audio_node(&destination)?;
        Ok(Self {
            stream: destination.stream(),
            gain,
            noise,
        })
    }

    /// Sets how loud it is, in thousandths of full scale.
    pub(super) fn set(&self, thousandths: u16) {
        let gain = f32::from(thousandths) / 1000.0 / NOISE_RMS;
        self.gain.gain().set_value(gain);
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        // What is not connected any more needs no disconnecting.
        let _ = self.noise.disconnect_with_audio_node(&self.gain);
        let _ = self.gain.disconnect();
    }
}

/// The page's one noise, made when it is first needed.
fn noise() -> Result<(AudioContext, AudioNode), JsValue> {
    let made = NOISE.with_borrow(Clone::clone);
    if let Some((context, noise)) = made {
        wake(&context);
        return Ok((context, noise));
    }
    let context = AudioContext::new()?;
    wake(&context);
    let rate = context.sample_rate();
    let samples = speech_like(NOISE_S as usize * rate as usize);
    let buffer = context.create_buffer(1, samples.len() as u32, rate)?;
    buffer.copy_to_channel(&samples, 0)?;
    let source = context.create_buffer_source()?;
    source.set_buffer(Some(&buffer));
    source.set_loop(true);
    source.start()?;
    let noise: AudioNode = source.into();
    NOISE.set(Some((context.clone(), noise.clone())));
    Ok((context, noise))
}

/// A context that was made before any act of the user may sleep.
fn wake(context: &AudioContext) {
    // It tells nothing that is of use here, and is tried again at the next stream.
    let _ = context.resume();
}

/// Noise with the colour of speech, the same each time.
fn speech_like(length: usize) -> Vec<f32> {
    let mut seed: u32 = 1;
    let mut last = 0.0;
    let mut samples: Vec<f32> = (0..length)
        .map(|_| {
            // Source: Numerical Recipes, the "quick and dirty" generator.
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (seed >> 8) as f32 / (1 << 23) as f32 - 1.0;
            last = COLOUR * last + (1.0 - COLOUR) * white;
            last
        })
        .collect();
    let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
    let rms = (energy / length.max(1) as f32).sqrt();
    for sample in &mut samples {
        *sample *= NOISE_RMS / rms.max(f32::MIN_POSITIVE);
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_is_as_loud_as_it_says_and_has_no_tone() {
        let noise = speech_like(48_000);
        let energy: f32 = noise.iter().map(|sample| sample * sample).sum();
        let rms = (energy / 48_000.0).sqrt();
        assert!((rms - NOISE_RMS).abs() < 0.001, "{rms}");
        let mean = noise.iter().sum::<f32>() / 48_000.0;
        assert!(mean.abs() < 0.01, "{mean}");
        // A pure tone would be the same again after its period.
        let alike = |shift: usize| -> f32 {
            let pairs = noise.iter().zip(&noise[shift..]);
            pairs.map(|(a, b)| a * b).sum::<f32>() / energy
        };
        assert!((200..2000).all(|shift| alike(shift).abs() < 0.2));
    }
}
