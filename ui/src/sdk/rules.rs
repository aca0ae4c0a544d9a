//! Small decisions about the SDK, without the SDK.

use protocol::ErrorCode;
use protocol::engine::Microphone;

/// The code of an error that has none: the SDK's own `UnknownError`.
pub const UNKNOWN: ErrorCode = ErrorCode(31000);

/// There is no Device to call with: the SDK's `TransportError`.
pub const NO_TRANSPORT: ErrorCode = ErrorCode(31009);

/// Signalling is lost in a call. Source: the SDK's `SignalingErrors.ConnectionDisconnected`.
pub const SIGNALLING_LOST: ErrorCode = ErrorCode(53001);

/// The address to open in place of `url`: the sandbox on this computer speaks plain WebSocket, and
/// the SDK writes `wss:` always. All other addresses stay as they are.
#[must_use]
pub fn plain_loopback(url: &str) -> Option<String> {
    let rest = url.strip_prefix("wss://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost").then(|| format!("ws://{rest}"))
}

/// Whether Twilio refused the token: it closes the connection then, and the SDK does not open it
/// again by itself.
#[must_use]
pub fn refuses_token(code: ErrorCode) -> bool {
    matches!(code.0, 20101 | 20104 | 20151 | 31201..=31205 | 31207)
}

/// What an error of a call tells of the microphone.
#[must_use]
pub fn microphone(code: ErrorCode) -> Option<Microphone> {
    match code.0 {
        31401 => Some(Microphone::Denied),
        31402 => Some(Microphone::Missing),
        _ => None,
    }
}

/// Whether the SDK says it again with every try while the server cannot be reached. All other
/// errors mean something each time: a second token that is refused is not the first one.
fn is_noise(code: ErrorCode) -> bool {
    matches!(code.0, 31000 | 31005 | 31009)
}

/// Holds back the noise of a lost connection that was reported a moment ago.
#[derive(Debug, Default)]
pub struct Debounce {
    recent: Vec<(ErrorCode, f64)>,
}

impl Debounce {
    /// An error is new again after so long, in milliseconds.
    pub const QUIET_MS: f64 = 10_000.0;

    /// Whether to report `code` at `now_ms`.
    pub fn is_new(&mut self, code: ErrorCode, now_ms: f64) -> bool {
        if !is_noise(code) {
            return true;
        }
        self.recent
            .retain(|(_, at)| now_ms - at < Self::QUIET_MS && *at <= now_ms);
        if self.recent.iter().any(|(seen, _)| *seen == code) {
            return false;
        }
        self.recent.push((code, now_ms));
        true
    }

    /// All is well again, or begins anew: the next error is new.
    pub fn forget(&mut self) {
        self.recent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        assert_eq!(plain_loopback(url).as_deref(), expected, "{url}");
    }

    #[test]
    fn only_this_computer_is_spoken_to_without_tls() {
        check(
            "wss://127.0.0.1:4711/signal",
            Some("ws://127.0.0.1:4711/signal"),
        );
        check("wss://localhost/signal", Some("ws://localhost/signal"));
        check("wss://voice-js.roaming.twilio.com/signal", None);
        check("wss://127.0.0.1.evil.example/signal", None);
        check("wss://evil.example/127.0.0.1", None);
        check("wss://localhost@evil.example/", None);
        check("ws://127.0.0.1:1/", None);
    }

    #[test]
    fn the_noise_of_a_lost_connection_is_held_back_until_all_was_well() {
        let mut errors = Debounce::default();
        let (broken, lost) = (ErrorCode(31005), ErrorCode(31000));
        assert!(errors.is_new(broken, 0.0));
        assert!(errors.is_new(lost, 1.0));
        assert!(!errors.is_new(broken, 5_000.0));
        assert!(errors.is_new(broken, 11_000.0));
        errors.forget();
        assert!(errors.is_new(broken, 11_001.0));
    }

    #[test]
    fn an_error_that_is_no_noise_is_new_each_time() {
        let mut errors = Debounce::default();
        for code in [20101, 20104, 20151, 31202, 31206, 53405] {
            assert!(errors.is_new(ErrorCode(code), 0.0), "{code}");
            assert!(errors.is_new(ErrorCode(code), 1.0), "{code}");
        }
        for code in [31000, 31005, 31009] {
            assert!(errors.is_new(ErrorCode(code), 2.0), "{code}");
            assert!(!errors.is_new(ErrorCode(code), 3.0), "{code}");
        }
    }

    #[test]
    fn a_clock_set_back_holds_nothing_back() {
        let mut errors = Debounce::default();
        assert!(errors.is_new(UNKNOWN, 1_000_000.0));
        assert!(errors.is_new(UNKNOWN, 5.0));
    }

    #[test]
    fn tells_a_refused_token_from_a_lost_connection() {
        for code in [20101, 20104, 20151, 31202, 31205] {
            assert!(refuses_token(ErrorCode(code)), "{code}");
        }
        for code in [31000, 31005, 31009, 31206, 53001] {
            assert!(!refuses_token(ErrorCode(code)), "{code}");
        }
    }

    #[test]
    fn knows_the_errors_of_the_microphone() {
        assert_eq!(microphone(ErrorCode(31401)), Some(Microphone::Denied));
        assert_eq!(microphone(ErrorCode(31402)), Some(Microphone::Missing));
        assert_eq!(microphone(ErrorCode(31005)), None);
    }
}
