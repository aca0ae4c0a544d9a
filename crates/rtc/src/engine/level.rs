//! How loud a sound has been.

use crate::audio::backend::Block;

/// Root mean square since the last time it was asked.
#[derive(Debug, Default)]
pub(super) struct Level {
    energy: f64,
    samples: u32,
}

impl Level {
    pub(super) fn add(&mut self, block: &Block) {
        let energy: i64 = block.iter().map(|s| i64::from(*s) * i64::from(*s)).sum();
        self.energy += energy as f64;
        self.samples += block.len() as u32;
        // Nobody looks: keep it fresh.
        if self.samples > 48_000 {
            *self = Self::default();
        }
    }

    /// In thousandths of full scale, and begins anew.
    pub(super) fn take(&mut self) -> u16 {
        let Self { energy, samples } = std::mem::take(self);
        let rms = (energy / f64::from(samples.max(1))).sqrt();
        (rms / 32_768.0 * 1_000.0).round() as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_root_mean_square_and_forgets_it() {
        let mut level = Level::default();
        level.add(&[16_384; 480]);
        level.add(&[-16_384; 480]);
        assert_eq!(level.take(), 500);
        assert_eq!(level.take(), 0);
        level.add(&[i16::MIN; 480]);
        assert_eq!(level.take(), 1_000);
    }
}
