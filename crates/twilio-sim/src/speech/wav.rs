//! WAV files.

use super::pcm::{Pcm, RATE, resample};
use hound::{SampleFormat, WavReader};
use std::io::{Cursor, Read};

/// The longest that is read of a file.
const MAX_S: usize = 600;

/// A file could not be read as WAV.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It is no WAV file, or is damaged.
    #[error("this is not a WAV file that can be read")]
    Unreadable(#[source] hound::Error),
    /// It is WAV, but not of a kind that is played here.
    #[error("a WAV file of {channels} channels, {bits} bits, {rate} Hz cannot be played here")]
    Unsupported {
        /// Its channels.
        channels: u16,
        /// Bits of a sample.
        bits: u16,
        /// Samples in a second.
        rate: u32,
    },
}

/// Reads a WAV file (PCM of 8 to 32 bits, or 32-bit floats; any rate; channels are mixed) as 48 kHz
/// mono. Of a file that breaks off, or that streams with no true length, what is there is taken;
/// more than ten minutes are cut.
///
/// # Errors
/// Not WAV, or of a kind that is not played here.
pub fn read_wav(file: &[u8]) -> Result<Pcm, WavError> {
    let mut reader = WavReader::new(Cursor::new(file)).map_err(WavError::Unreadable)?;
    let spec = reader.spec();
    let unsupported = WavError::Unsupported {
        channels: spec.channels,
        bits: spec.bits_per_sample,
        rate: spec.sample_rate,
    };
    if spec.channels == 0 || !(4_000..=192_000).contains(&spec.sample_rate) {
        return Err(unsupported);
    }
    let channels = usize::from(spec.channels);
    let limit = MAX_S * spec.sample_rate as usize * channels;
    let samples = match (spec.sample_format, spec.bits_per_sample) {
        (SampleFormat::Int, bits @ (8 | 16 | 24 | 32)) => take_int(&mut reader, bits, limit),
        (SampleFormat::Float, 32) => take_float(&mut reader, limit),
        (SampleFormat::Int | SampleFormat::Float, _) => return Err(unsupported),
    };
    let mono: Vec<i16> = samples
        .chunks_exact(channels)
        .map(|frame| {
            let sum: i64 = frame.iter().map(|&s| i64::from(s)).sum();
            (sum / channels as i64) as i16
        })
        .collect();
    Ok(resample(&mono, spec.sample_rate, RATE).into())
}

fn take_int<R: Read>(reader: &mut WavReader<R>, bits: u16, limit: usize) -> Vec<i16> {
    reader
        .samples::<i32>()
        .map_while(Result::ok)
        .take(limit)
        .map(|sample| {
            if bits == 8 {
                (sample << 8) as i16
            } else {
                (sample >> (bits - 16)) as i16
            }
        })
        .collect()
}

fn take_float<R: Read>(reader: &mut WavReader<R>, limit: usize) -> Vec<i16> {
    reader
        .samples::<f32>()
        .map_while(Result::ok)
        .take(limit)
        .map(|sample| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16)
        .collect()
}

/// Writes sound as a WAV file of 48 kHz, mono, 16 bits.
#[cfg(test)]
pub(crate) fn write_wav(pcm: &[i16]) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for &sample in pcm {
        writer.write_sample(sample).unwrap();
    }
    writer.finalize().unwrap();
    file.into_inner()
}

#[cfg(test)]
mod tests {
    use super::{WavError, read_wav, write_wav};
    use crate::speech::{pcm::tests::strength, resample, steady};
    use hound::{SampleFormat, WavSpec, WavWriter};
    use std::io::Cursor;

    fn file(bits: u16, rate: u32, channels: u16, scale: f64) -> Vec<u8> {
        let spec = WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: bits,
            sample_format: SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).unwrap();
        for &sample in &resample(&steady(440), 48_000, rate) {
            for _ in 0..channels {
                writer
                    .write_sample((f64::from(sample) * scale) as i32)
                    .unwrap();
            }
        }
        writer.finalize().unwrap();
        file.into_inner()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let tone = steady(440);
        assert_eq!(read_wav(&write_wav(&tone)).unwrap(), tone);
        assert!(read_wav(&write_wav(&[])).unwrap().is_empty());
    }

    #[test]
    fn files_of_all_widths_rates_and_channels_sound_alike() {
        for (bits, rate, channels, scale) in [
            (8, 8_000, 1, 1.0 / 256.0),
            (16, 22_050, 2, 1.0),
            (24, 44_100, 1, 256.0),
            (32, 48_000, 2, 65_536.0),
        ] {
            let pcm = read_wav(&file(bits, rate, channels, scale)).unwrap();
            let loud = strength(&pcm, 440.0);
            assert!((5_500.0..7_000.0).contains(&loud), "{bits} bits: {loud}");
            assert!(
                pcm.len().abs_diff(48_000) < 10,
                "{bits} bits: {}",
                pcm.len()
            );
        }
    }

    #[test]
    fn a_file_that_breaks_off_is_taken_as_far_as_it_goes() {
        let mut file = write_wav(&steady(440));
        file.truncate(file.len() / 2);
        let pcm = read_wav(&file).unwrap();
        assert!((20_000..25_000).contains(&pcm.len()), "{}", pcm.len());
    }

    #[test]
    fn what_is_not_wav_is_refused() {
        assert!(matches!(
            read_wav(b"ID3 and so on"),
            Err(WavError::Unreadable(_))
        ));
        assert!(matches!(read_wav(b""), Err(WavError::Unreadable(_))));
    }
}
