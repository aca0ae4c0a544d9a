//! How much is lost, of late.

/// With more than this share of frames missing, losses are many.
const MANY: f32 = 0.01;

/// How much of the share each frame forgets: half of it in 7 s.
const FORGOTTEN: f32 = 0.002;

/// The share of frames that were missing, the latest counting most.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Losses {
    share: f32,
}

impl Losses {
    /// Takes so many frames that were missing.
    pub(super) fn note(&mut self, frames: u64) {
        self.share = (self.share + frames as f32 * FORGOTTEN).min(1.0);
    }

    /// A frame of time passes.
    pub(super) fn pass(&mut self) {
        self.share *= 1.0 - FORGOTTEN;
    }

    /// Whether so much is lost that waiting for spare copies pays.
    pub(super) fn are_many(self) -> bool {
        self.share > MANY
    }
}
