//! What is wrong beside the registration, and which of it the banner shows.

use protocol::media::MediaPath;
use protocol::{EndCause, ErrorCode, Problem, engine::Microphone, number::mask_numbers};
use std::mem::{Discriminant, discriminant};

/// The SDK's words are cut after so many characters.
const MAX_MESSAGE: usize = 200;

/// The problems that are remembered. What the registration suffers from is kept there.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    no_webrtc: bool,
    microphone: Option<Problem>,
    webhook_unreachable: bool,
    sdk: Option<Problem>,
    /// Those that the user has read; forgotten when they pass.
    dismissed: Vec<Discriminant<Problem>>,
    /// The worst one that is not dismissed.
    shown: Option<Problem>,
}

impl Problems {
    pub(crate) fn attached(&mut self, media: MediaPath) {
        self.no_webrtc = media == MediaPath::Missing;
        self.microphone = None;
        self.sdk = None;
    }

    pub(crate) fn detached(&mut self) {
        self.no_webrtc = false;
        self.microphone = None;
        self.sdk = None;
    }

    pub(crate) fn registered(&mut self) {
        self.sdk = None;
    }

    pub(crate) fn microphone(&mut self, state: Microphone) {
        self.microphone = match state {
            Microphone::Present => None,
            Microphone::Missing => Some(Problem::MicrophoneMissing),
            Microphone::Denied => Some(Problem::MicrophoneDenied),
        };
    }

    /// An error of the SDK that says that the microphone cannot be used: 31401 forbidden, 31402
    /// not to be had.
    pub(crate) fn microphone_error(&mut self, code: ErrorCode) {
        self.microphone(match code.0 {
            31401 => Microphone::Denied,
            _ => Microphone::Missing,
        });
    }

    /// A device error that is not about the registration.
    pub(crate) fn device_error(&mut self, code: ErrorCode, message: &str) {
        if crate::cause::is_microphone(code) {
            self.microphone_error(code);
            return;
        }
        let message = message.chars().take(MAX_MESSAGE).collect::<String>();
        self.sdk = Some(Problem::Sdk {
            code,
            message: mask_numbers(&message),
        });
    }

    /// A call ended; `code` is its last error.
    pub(crate) fn call_ended(&mut self, cause: EndCause, code: Option<ErrorCode>) {
        match cause {
            EndCause::WebhookUnreachable => self.webhook_unreachable = true,
            EndCause::Microphone => code
                .into_iter()
                .for_each(|code| self.microphone_error(code)),
            EndCause::HungUp
            | EndCause::TheyHungUp
            | EndCause::Busy
            | EndCause::NoAnswer
            | EndCause::Declined
            | EndCause::Cancelled
            | EndCause::NotInService
            | EndCause::InvalidNumber
            | EndCause::PageClosed
            | EndCause::ConnectionLost
            | EndCause::Failed { .. } => {}
        }
    }

    /// Twilio reached our webhook server.
    pub(crate) fn webhook_came(&mut self) {
        self.webhook_unreachable = false;
    }

    /// Adds what is wrong, worst first.
    pub(crate) fn list(&self, problems: &mut Vec<Problem>) {
        problems.extend(
            self.webhook_unreachable
                .then_some(Problem::WebhookUnreachable),
        );
        problems.extend(self.no_webrtc.then_some(Problem::NoWebRtc));
        problems.extend(self.microphone.clone());
        problems.extend(self.sdk.clone());
    }

    /// The first of `problems` that is not dismissed.
    pub(crate) fn worst(&mut self, problems: Vec<Problem>) -> Option<Problem> {
        self.dismissed.retain(|kind| {
            problems
                .iter()
                .any(|problem| discriminant(problem) == *kind)
        });
        self.shown = problems
            .into_iter()
            .find(|problem| !self.dismissed.contains(&discriminant(problem)));
        self.shown.clone()
    }

    /// The user has read the one that is shown.
    pub(crate) fn dismiss(&mut self) {
        self.dismissed.extend(self.shown.as_ref().map(discriminant));
    }
}
