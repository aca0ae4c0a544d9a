//! What the browser's microphone hears.

use std::path::Path;

/// The pitch of the microphone's tone, in Hz. The sandbox's phones play 440 Hz, so that what is
/// said cannot be taken for what is heard.
pub const MICROPHONE_HZ: f64 = 1000.0;

const RATE: u32 = 48_000;

/// Writes a second of beeps that repeats without a seam: 300 ms of sound, 200 ms of silence,
/// twice. A steady tone would be taken for noise and removed by the browser.
///
/// # Panics
/// When it cannot be written.
pub fn write(path: &Path) {
    write_at(path, MICROPHONE_HZ);
}

/// The same at another pitch, of whole hertz.
///
/// # Panics
/// When it cannot be written.
pub fn write_at(path: &Path, hz: f64) {
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, format).expect("a WAV file can be made");
    for n in 0..RATE {
        let sounds = n % (RATE / 2) < RATE * 3 / 10;
        let angle = f64::from(n) * hz * std::f64::consts::TAU / f64::from(RATE);
        let level = if sounds { 12_000.0 * angle.sin() } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "within ±12,000")]
        file.write_sample(level as i16).expect("it can be written");
    }
    file.finalize().expect("it can be finished");
}
