//! Takes echo and noise out of a voice and evens its loudness, as libwebrtc does.

use protocol::media::Processing;
use sonora::config::{
    AdaptiveDigital, EchoCanceller, GainController2, HighPassFilter, MaxProcessingRate,
    NoiseSuppression, NoiseSuppressionLevel, Pipeline,
};
use sonora::{AudioProcessing, Config, StreamConfig};

use super::SAMPLE_RATE_HZ;
use super::backend::Block;

/// The processing of one microphone, 10 ms at a time; nothing at all when all is off.
pub struct Voice {
    stages: Option<Box<AudioProcessing>>,
}

impl Voice {
    /// Does what is switched on.
    pub fn new(processing: Processing) -> Self {
        let Processing {
            echo_cancellation,
            noise_suppression,
            auto_gain_control,
        } = processing;
        if processing == OFF {
            return Self { stages: None };
        }
        let gain = GainController2 {
            adaptive_digital: Some(AdaptiveDigital::default()),
            ..GainController2::default()
        };
        let noise = NoiseSuppression {
            level: NoiseSuppressionLevel::High,
            ..NoiseSuppression::default()
        };
        let pipeline = Pipeline {
            maximum_internal_processing_rate: MaxProcessingRate::Rate48kHz,
            ..Pipeline::default()
        };
        let config = Config {
            pipeline,
            high_pass_filter: Some(HighPassFilter::default()),
            echo_canceller: echo_cancellation.then(EchoCanceller::default),
            noise_suppression: noise_suppression.then_some(noise),
            gain_controller2: auto_gain_control.then_some(gain),
            ..Config::default()
        };
        let mono = StreamConfig::new(SAMPLE_RATE_HZ, 1);
        let stages = AudioProcessing::builder()
            .config(config)
            .capture_config(mono)
            .render_config(mono)
            .build();
        Self {
            stages: Some(Box::new(stages)),
        }
    }

    /// Takes the next 10 ms of what all loudspeakers say together: what the echo is made of. Tell
    /// it before the microphone hears it; how long that takes is found out.
    pub fn hear_loudspeaker(&mut self, block: &Block) {
        if let Some(stages) = &mut self.stages {
            let mut unused = [0; 480];
            if let Err(error) = stages.process_render_i16(block, &mut unused) {
                tracing::debug!(%error, "the loudspeaker's sound was not taken");
            }
        }
    }

    /// The next 10 ms of the microphone, cleaned. Some milliseconds late.
    pub fn process(&mut self, block: &Block) -> Block {
        let mut cleaned = *block;
        if let Some(stages) = &mut self.stages
            && let Err(error) = stages.process_capture_i16(block, &mut cleaned)
        {
            tracing::debug!(%error, "the microphone's sound was not processed");
            return *block;
        }
        cleaned
    }
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Voice").finish_non_exhaustive()
    }
}

const OFF: Processing = Processing {
    echo_cancellation: false,
    noise_suppression: false,
    auto_gain_control: false,
};

#[cfg(test)]
mod tests;
