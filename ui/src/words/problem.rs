//! What is wrong, in plain words: the banner's, and those of error codes.

use protocol::media::SoundTrouble;
use protocol::{ErrorCode, Problem};

/// How bad a banner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It works, but not as it should.
    Warn,
    /// It does not work.
    Error,
}

/// What the banner's button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Register again now.
    Reconnect,
    /// Open the dialer in the system's browser.
    OpenBrowser,
    /// Look at the microphones again.
    CheckMicrophone,
}

/// A problem as the banner tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// How bad it is.
    pub severity: Severity,
    /// The icon's name.
    pub icon: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// The cause and what follows from it.
    pub text: String,
    /// The button, and its words.
    pub remedy: Option<(Remedy, &'static str)>,
    /// It can be put away. One whose button is the only way out stays.
    pub dismissable: bool,
}

/// The banner for a problem.
#[must_use]
pub fn banner(problem: &Problem) -> Banner {
    let new = |severity, icon, title, text: &str, remedy| Banner {
        severity,
        icon,
        title,
        text: text.to_owned(),
        remedy,
        dismissable: true,
    };
    match problem {
        Problem::TokenRefused { code } => Banner {
            // Nothing is tried by itself any more: without the button there would be no way back.
            dismissable: false,
            ..new(
                Severity::Error,
                "key",
                "Twilio refused the key",
                &format!(
                    "{} Calls cannot go in or out ({}).",
                    sdk_code(*code),
                    code.0
                ),
                Some((Remedy::Reconnect, "Try again")),
            )
        },
        Problem::Offline { .. } => new(
            Severity::Error,
            "wifi-off",
            "You are offline",
            "Twilio cannot be reached. Handset connects by itself when it can.",
            Some((Remedy::Reconnect, "Try now")),
        ),
        Problem::WebhookUnreachable => new(
            Severity::Warn,
            "plug",
            "Calls fail",
            "Twilio cannot reach this phone's webhook server, so no call gets its instructions. \
             See that its public address is right.",
            None,
        ),
        Problem::MicrophoneMissing => new(
            Severity::Warn,
            "mic-off",
            "No microphone",
            "You would hear others, but they would not hear you. Plug in a headset.",
            Some((Remedy::CheckMicrophone, "Check again")),
        ),
        Problem::MicrophoneDenied => new(
            Severity::Warn,
            "mic-off",
            "The microphone is not allowed",
            "Others would not hear you. Allow the microphone for Handset in the settings of the \
             browser or of the system.",
            Some((Remedy::CheckMicrophone, "Check again")),
        ),
        Problem::NoWebRtc => new(
            Severity::Warn,
            "headphones",
            "This window cannot carry sound",
            "Its web view has no WebRTC: it rings, but nobody is heard. The same dialer works in \
             your browser.",
            Some((Remedy::OpenBrowser, "Open in browser")),
        ),
        Problem::Sdk { code, message } => Banner {
            text: sdk_text(*code, message),
            ..new(
                Severity::Warn,
                "warn",
                "Twilio reported an error",
                "",
                Some((Remedy::Reconnect, "Try again")),
            )
        },
    }
}

/// The banner for trouble with the computer's sound. It goes when the trouble does.
#[must_use]
pub fn sound_banner(trouble: SoundTrouble) -> Banner {
    let (icon, title, text) = match trouble {
        SoundTrouble::NoServer => (
            "warn",
            "No sound on this computer",
            "Its sound server does not answer. The call goes on, and sound comes back with it.",
        ),
        SoundTrouble::MicrophoneGone => (
            "mic-off",
            "The microphone is gone",
            "They cannot hear you. Plug one in: it is used at once.",
        ),
        SoundTrouble::LoudspeakerGone => (
            "headphones",
            "The loudspeaker is gone",
            "You cannot hear them. Plug one in: it is used at once.",
        ),
    };
    Banner {
        severity: Severity::Warn,
        icon,
        title,
        text: text.to_owned(),
        remedy: None,
        dismissable: false,
    }
}

/// The tag of trouble with the sound, for `data-problem`.
#[must_use]
pub fn sound_tag(trouble: SoundTrouble) -> &'static str {
    match trouble {
        SoundTrouble::NoServer => "no_server",
        SoundTrouble::MicrophoneGone => "microphone_gone",
        SoundTrouble::LoudspeakerGone => "loudspeaker_gone",
    }
}

/// Our words for a code, or the SDK's where we have none; the code last.
fn sdk_text(code: ErrorCode, message: &str) -> String {
    let ours = sdk_code(code);
    let unknown = sdk_code(ErrorCode(0));
    let text = if ours == unknown && !message.is_empty() {
        message.trim_end_matches('.')
    } else {
        ours.trim_end_matches('.')
    };
    format!("{text} ({}).", code.0)
}

/// What an error code of the SDK means, in plain words. Source of the codes: the SDK's
/// `lib/twilio/errors/generated.ts`, version 2.18.5; the words are ours.
#[must_use]
pub fn sdk_code(code: ErrorCode) -> &'static str {
    match code.0 {
        20101 => "Twilio could not read this phone's token.",
        20104 | 31205 => "This phone's token has run out.",
        20151 | 31202 => "The token's signature is not right: the key's secret may have changed.",
        31001 => "Twilio does not know the application this phone calls with.",
        31002 => "Twilio declined the call.",
        31003 => "Twilio took too long to answer. Try again.",
        31000 | 31005 => "The connection to Twilio broke. Check the network.",
        31008 => "The call had ended before it was answered.",
        31009 | 53000 | 53001 => "There is no connection to Twilio at the moment.",
        31100..=31105 | 31107 | 31400 => "Twilio did not understand the request.",
        31201 | 31203 | 31204 => "Twilio refused this phone's account or token.",
        31206 => "Too many calls in a short time. Wait a moment.",
        31207 => "The token is valid for longer than Twilio allows.",
        31209 => "The call could not be taken up again after the connection broke.",
        31210..=31212 => "A message in the call was not accepted.",
        31401 => "The microphone is not allowed. Allow it in the system settings.",
        31402 => "The microphone could not be opened. Another program may hold it.",
        31404 => "Nobody can be reached at this number.",
        31480 => "The other end cannot be reached at the moment.",
        31486 => "The other end is busy.",
        31603 => "The other end declined.",
        53400 | 53402 => "The two ends could not agree on the sound.",
        53405 => "The sound did not get through. A firewall may be in the way.",
        _ => "Twilio reported an error that this version does not know.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_only_way_out_of_a_refused_token() {
        let code = ErrorCode(20104);
        let refused = banner(&Problem::TokenRefused { code });
        assert!(!refused.dismissable);
        assert_eq!(refused.remedy, Some((Remedy::Reconnect, "Try again")));
        assert!(banner(&Problem::MicrophoneMissing).dismissable);
    }

    #[test]
    fn explains_known_codes_and_quotes_the_sdk_for_others() {
        assert!(sdk_text(ErrorCode(31005), "x").contains("Check the network (31005)."));
        let text = sdk_text(ErrorCode(99_999), "Strange thing.");
        assert_eq!(text, "Strange thing (99999).");
        assert!(sdk_text(ErrorCode(99_999), "").ends_with("(99999)."));
    }
}
