//! WAV files: mono, 16 bit PCM.

use std::io::Cursor;

/// Why samples could not be written as a WAV file.
#[derive(Debug, thiserror::Error)]
#[error("the samples cannot be written as a wav file")]
pub struct WavError(#[from] hound::Error);

/// The bytes of a WAV file that holds `samples` (mono) at `sample_rate_hz`.
///
/// # Errors
/// [`WavError`] when there is more sound than a WAV file can hold (4 GB).
pub fn to_bytes(samples: &[i16], sample_rate_hz: u32) -> Result<Vec<u8>, WavError> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: sample_rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::with_capacity(44 + samples.len() * 2));
    let mut writer = hound::WavWriter::new(&mut bytes, spec)?;
    for sample in samples {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_reader_reads() {
        let samples = [0, 1, -1, i16::MAX, i16::MIN];
        let bytes = to_bytes(&samples, 8_000).unwrap();
        assert_eq!(bytes.len(), 44 + 10);
        let mut reader = hound::WavReader::new(bytes.as_slice()).unwrap();
        let spec = reader.spec();
        assert_eq!(
            (spec.channels, spec.sample_rate, spec.bits_per_sample),
            (1, 8_000, 16)
        );
        let read: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(read, samples);
    }
}
