//! The types that cross a boundary between the page and the shell: ids, phone numbers, intents,
//! engine requests and events, snapshots, errors. Data only: nothing here decides anything.

pub mod engine;
pub mod ids;
pub mod intent;
pub mod media;
pub mod number;
pub mod sandbox;
pub mod snapshot;
pub mod wire;

pub use engine::{EngineEvent, EngineRequest, ErrorCode, PageInfo};
pub use ids::{CallId, CallSid, Epoch, Timestamp};
pub use intent::{Answer, Intent, Question, Rejection};
pub use number::{Address, AddressError, ClientName, PhoneNumber};
pub use snapshot::{
    CallView, Direction, EndCause, EndedView, Party, Phase, Problem, Registration, Snapshot,
};
pub use wire::{ClientFrame, Notice, ServerFrame, ShellMessage};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_survives_json() {
        let frames = [
            ClientFrame::Report {
                epoch: Epoch(3),
                event: EngineEvent::Microphone {
                    state: engine::Microphone::Missing,
                },
            },
            ClientFrame::Submit {
                id: 1,
                intent: Intent::Dial { to: "+44".into() },
            },
            ClientFrame::Submit {
                id: 2,
                intent: Intent::Sandbox(sandbox::SandboxIntent::SetFaults(sandbox::Faults {
                    break_webhooks: Some(sandbox::BrokenWebhook::Answer500),
                    ..sandbox::Faults::default()
                })),
            },
            ClientFrame::Report {
                epoch: Epoch(1),
                event: EngineEvent::Call {
                    call: CallId(1),
                    what: engine::CallEvent::Error {
                        code: ErrorCode(31005),
                        message: "x".into(),
                    },
                },
            },
        ];
        for frame in frames {
            let json = serde_json::to_string(&frame).unwrap();
            assert_eq!(
                serde_json::from_str::<ClientFrame>(&json).unwrap(),
                frame,
                "{json}"
            );
        }
        let answer = Answer::Rejected(Rejection::Address {
            reason: AddressError::TooShort,
        });
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            serde_json::from_str::<Answer>(&json).unwrap(),
            answer,
            "{json}"
        );
        let message = ShellMessage::Notice(Notice::Displaced);
        let json = serde_json::to_string(&message).unwrap();
        assert_eq!(
            serde_json::from_str::<ShellMessage>(&json).unwrap(),
            message,
            "{json}"
        );
    }
}
