//! The types that cross a boundary between the page and the shell: ids, phone numbers, intents,
//! engine requests and events, snapshots, errors. Data only: nothing here decides anything.

pub mod engine;
pub mod ids;
pub mod intent;
pub mod media;
pub mod number;
pub mod parts;
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
    use media::{
        Description, DescriptionKind, IceServer, MediaAnswer, MediaEvent, MediaRequest, PeerId,
        SignalingState, TrackId,
    };

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
        let question = Question::Media {
            epoch: Epoch(2),
            request: MediaRequest::OpenPeer {
                peer: PeerId(1),
                ice_servers: vec![IceServer {
                    urls: vec!["turn:127.0.0.1:3478".into()],
                    username: Some("a".into()),
                    credential: Some("b".into()),
                }],
                relay_only: true,
            },
        };
        let json = serde_json::to_string(&question).unwrap();
        assert_eq!(
            serde_json::from_str::<Question>(&json).unwrap(),
            question,
            "{json}"
        );
        for answer in [
            MediaAnswer::Done,
            MediaAnswer::Stats("[]".into()),
            MediaAnswer::Signaling {
                state: SignalingState::HaveLocalOffer,
                local: None,
                remote: Some(Description {
                    kind: DescriptionKind::Answer,
                    sdp: "v=0".into(),
                }),
            },
        ] {
            let answer = Answer::Media(answer);
            let json = serde_json::to_string(&answer).unwrap();
            assert_eq!(
                serde_json::from_str::<Answer>(&json).unwrap(),
                answer,
                "{json}"
            );
        }
        let levels = ShellMessage::Media(Box::new(MediaEvent::Levels {
            microphones: vec![(TrackId(1), 20)],
            peers: vec![(PeerId(1), 0)],
        }));
        let json = serde_json::to_string(&levels).unwrap();
        assert_eq!(
            serde_json::from_str::<ShellMessage>(&json).unwrap(),
            levels,
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
