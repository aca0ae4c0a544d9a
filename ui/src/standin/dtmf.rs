//! Tones to be played, as `RTCDTMFSender` has them. Source: W3C webrtc-pc, section 7.

/// What `insertDTMF` is given when it is given nothing, and what it is held to, in milliseconds.
const DURATION_MS: (u32, u32, u32) = (100, 40, 6000);
const GAP_MS: (u32, u32) = (70, 30);

/// The tones that have not been played.
#[derive(Debug, Default)]
pub(super) struct Tones(String);

impl Tones {
    /// Replaces what has not been played; gives it as the engine takes it, or `None` when it has
    /// characters that are no tones.
    pub(super) fn insert(&mut self, tones: &str) -> Option<String> {
        let tones = tones.to_ascii_uppercase();
        let all = tones
            .chars()
            .all(|tone| matches!(tone, '0'..='9' | 'A'..='D' | '#' | '*' | ','));
        if !all {
            return None;
        }
        self.0.clone_from(&tones);
        Some(tones)
    }

    /// One begins to sound, or (empty) all are played.
    pub(super) fn sounds(&mut self, tone: &str) {
        if tone.is_empty() {
            self.0.clear();
        } else if self.0.starts_with(tone) {
            self.0.drain(..tone.len());
        }
    }

    /// `toneBuffer`.
    pub(super) fn left(&self) -> &str {
        &self.0
    }
}

/// How long a tone is, in milliseconds.
pub(super) fn duration_ms(given: Option<f64>) -> u32 {
    let (usual, least, most) = DURATION_MS;
    given.map_or(usual, |given| given as u32).clamp(least, most)
}

/// How long the silence after it is, in milliseconds.
pub(super) fn gap_ms(given: Option<f64>) -> u32 {
    let (usual, least) = GAP_MS;
    given.map_or(usual, |given| given as u32).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_empties_as_tones_sound() {
        let mut tones = Tones::default();
        assert_eq!(tones.insert("12a#").as_deref(), Some("12A#"));
        tones.sounds("1");
        assert_eq!(tones.left(), "2A#");
        assert_eq!(tones.insert("7"), Some("7".to_owned()));
        assert_eq!(tones.left(), "7", "the rest is replaced");
        tones.sounds("");
        assert_eq!(tones.left(), "");
        assert_eq!(tones.insert("1w2"), None);
    }

    #[test]
    fn lengths_are_held_within_the_standards() {
        assert_eq!((duration_ms(None), gap_ms(None)), (100, 70));
        assert_eq!(
            (duration_ms(Some(160.0)), gap_ms(Some(70.0))),
            (160, 70),
            "the SDK's"
        );
        assert_eq!((duration_ms(Some(1.0)), gap_ms(Some(-5.0))), (40, 30));
        assert_eq!(duration_ms(Some(f64::MAX)), 6000);
    }
}
