//! How a level meter moves: up at once, down in 200 ms.

/// The SDK tells the levels so often, in milliseconds. Source: `@twilio/voice-sdk` 2.18.5,
/// `lib/twilio/rtc/peerconnection.ts` polls its analysers each 50 ms.
pub const TICK_MS: u32 = 50;

/// How far the meter falls in one tick, of 100: all of it in 200 ms.
const FALL: u8 = 25;

/// With reduced motion only each fourth tick is shown: 5 Hz.
const CALM: u8 = 4;

/// One level meter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    level: u8,
    tick: u8,
}

impl Meter {
    /// Hears a volume from 0 to 1, and tells the level to show from 0 to 100, or `None` when
    /// nothing is to be drawn now.
    pub fn hear(&mut self, volume: f64, calm: bool) -> Option<u8> {
        // What people say lies in the lower part of the linear scale: the root spreads it.
        let heard = (volume.clamp(0.0, 1.0).sqrt() * 100.0).round() as u8;
        let before = self.level;
        self.level = heard.max(before.saturating_sub(FALL));
        self.tick = (self.tick + 1) % CALM;
        if calm && self.tick != 0 {
            return None;
        }
        (calm || self.level != before).then_some(self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_at_once_and_falls_in_200_ms() {
        let mut meter = Meter::default();
        assert_eq!(meter.hear(1.0, false), Some(100));
        let falling: Vec<u8> = (0..200 / TICK_MS)
            .filter_map(|_| meter.hear(0.0, false))
            .collect();
        assert_eq!(falling, [75, 50, 25, 0]);
        assert_eq!(meter.hear(0.0, false), None, "nothing new to draw");
    }

    #[test]
    fn takes_any_number() {
        let mut meter = Meter::default();
        assert_eq!(meter.hear(f64::NAN, false), None);
        assert_eq!(meter.hear(7.0, false), Some(100));
        assert_eq!(Meter::default().hear(-1.0, false), None);
    }

    #[test]
    fn is_calm_with_reduced_motion() {
        let mut meter = Meter::default();
        let shown = (0..20).filter(|_| meter.hear(0.5, true).is_some()).count();
        assert_eq!(shown, 5);
    }
}
