//! What each webhook is answered, and what the phone is told of it. Pure.

use super::{Route, Webhooks};
use crate::refusal::Refusal;
use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use phone::{
    Webhook,
    dial_plan::{self, AfterDial, OutgoingPlan},
};
use protocol::CallSid;
use twilio::webhook::{DialAction, Params, StatusCallback, VoiceRequest, WebhookError};
use twiml::{
    CallEvent, Client, Dial, Hangup, Number, Record, Say, WriteError,
    direct::{self, Attributes, Content},
};

/// What a caller hears who was not answered.
const LEAVE_A_MESSAGE: &str =
    "Nobody can take your call at the moment. Please speak your message after the tone.";

/// What a caller hears who has left a message.
const THANKS: &str = "Thank you. Your message was recorded. Goodbye.";

/// The longest message, in seconds.
const LONGEST_MESSAGE_S: u32 = 120;

/// How much silence ends a message, in seconds.
const SILENCE_S: u32 = 5;

/// Every step of a dialled leg is wanted.
const EVENTS: [CallEvent; 4] = [
    CallEvent::Initiated,
    CallEvent::Ringing,
    CallEvent::Answered,
    CallEvent::Completed,
];

/// An answer to Twilio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// TwiML.
    Xml(Bytes),
    /// Nothing: what was told is known now.
    NoContent,
}

impl Answer {
    /// The response. `headers` are those of the request, whose room is used again: the connection
    /// gives it to its next request, so that none has to ask for memory for its headers.
    pub(super) fn into_response(self, mut headers: HeaderMap) -> Response {
        headers.clear();
        let (status, body) = match self {
            Self::Xml(xml) => {
                let xml_type = HeaderValue::from_static("application/xml");
                headers.insert(header::CONTENT_TYPE, xml_type);
                (StatusCode::OK, Body::from(xml))
            }
            Self::NoContent => (StatusCode::NO_CONTENT, Body::empty()),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}

/// A webhook that was understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) answer: Answer,
    /// What the phone is told, if it is anything to it.
    pub(super) told: Option<Webhook>,
}

/// Answers a webhook whose signature holds.
pub(super) fn answer(route: Route, params: Params, webhooks: &Webhooks) -> Result<Heard, Refusal> {
    match route {
        Route::Outgoing => outgoing(&voice(params, webhooks)?, webhooks),
        Route::Incoming => incoming(voice(params, webhooks)?, webhooks),
        Route::OutgoingResult => {
            let dial = DialAction::from_params(params).map_err(not_understood)?;
            check_account(&dial.voice, webhooks)?;
            // Answered or not, the call ends: the phone says in its own words how it went.
            heard(nothing(), Some(dial_result(&dial)))
        }
        Route::IncomingResult => {
            let dial = DialAction::from_params(params).map_err(not_understood)?;
            check_account(&dial.voice, webhooks)?;
            let document = match dial_plan::after_dial(dial_status(dial.dial_call_status)) {
                AfterDial::Nothing => nothing(),
                AfterDial::Voicemail => voicemail(webhooks),
            };
            heard(document, Some(dial_result(&dial)))
        }
        Route::Recorded => {
            voice(params, webhooks)?;
            heard(spoken(THANKS), None)
        }
        Route::Status => {
            let status = StatusCallback::from_params(params).map_err(not_understood)?;
            check_account(&status.voice, webhooks)?;
            Ok(Heard {
                answer: Answer::NoContent,
                told: Some(leg_status(&status)),
            })
        }
    }
}

fn outgoing(voice: &VoiceRequest, webhooks: &Webhooks) -> Result<Heard, Refusal> {
    let to = called(voice);
    let plan = dial_plan::outgoing(to, &webhooks.line);
    let told = Webhook::Outgoing {
        call_sid: call_sid(&voice.call_sid),
        to: to.to_owned(),
        plan: plan.kind(),
    };
    let document = match plan {
        OutgoingPlan::Number { number, caller_id } => direct::document(|response| {
            response.element::<Dial>(
                |dial| {
                    let dial = dial_from(dial, Route::OutgoingResult, webhooks);
                    caller(dial, caller_id.as_ref().map(|ours| ours.as_str()))
                },
                |dial| {
                    dial.element::<Number>(
                        |noun| {
                            noun.status_callback(webhooks.url(Route::Status))
                                .status_callback_event(EVENTS)
                        },
                        |noun| noun.text(number.as_str()),
                    )
                },
            )
        }),
        OutgoingPlan::Client { name, caller_id } => direct::document(|response| {
            let ours = format!("client:{}", caller_id.as_str());
            response.element::<Dial>(
                |dial| {
                    let dial = dial_from(dial, Route::OutgoingResult, webhooks);
                    caller(dial, Some(&ours))
                },
                |dial| client(dial, name.as_str(), webhooks),
            )
        }),
        OutgoingPlan::Refuse(refusal) => spoken(refusal.spoken()),
    };
    heard(document, Some(told))
}

/// The address that was dialled. Twilio posts what the page gave to `connect` as it is, so its name
/// may be written in another case; Twilio's own `To` is empty then.
fn called(voice: &VoiceRequest) -> &str {
    let given = voice
        .params
        .pairs()
        .iter()
        .find(|(name, value)| name.eq_ignore_ascii_case("To") && !value.is_empty());
    match given {
        Some((_, value)) if voice.to.is_empty() => value,
        Some(_) | None => &voice.to,
    }
}

fn incoming(voice: VoiceRequest, webhooks: &Webhooks) -> Result<Heard, Refusal> {
    let plan = dial_plan::incoming(&webhooks.line);
    let from = voice.from;
    let is_writable = !from.is_empty() && from.bytes().all(|byte| byte.is_ascii_graphic());
    let document = direct::document(|response| {
        response.element::<Dial>(
            |dial| {
                let dial = dial.timeout_s(plan.ring_timeout_s);
                let dial = dial_from(dial, Route::IncomingResult, webhooks);
                caller(dial, is_writable.then_some(&from))
            },
            |dial| client(dial, plan.client.as_str(), webhooks),
        )
    });
    let told = Webhook::Incoming {
        call_sid: call_sid(&voice.call_sid),
        from,
    };
    heard(document, Some(told))
}

/// What every Dial has. With `answerOnBridge` a caller hears the far end ring, and is connected,
/// and charged, when it answers.
fn dial_from<'w>(
    dial: Attributes<'w, Dial>,
    then: Route,
    webhooks: &Webhooks,
) -> Attributes<'w, Dial> {
    dial.answer_on_bridge(true)
        .action(webhooks.url(then))
        .method("POST")
}

fn caller<'w>(dial: Attributes<'w, Dial>, caller_id: Option<&str>) -> Attributes<'w, Dial> {
    match caller_id {
        Some(caller_id) => dial.caller_id(caller_id),
        None => dial,
    }
}

fn client<'w>(dial: Content<'w, Dial>, name: &str, webhooks: &Webhooks) -> Content<'w, Dial> {
    dial.element::<Client>(
        |noun| {
            noun.status_callback(webhooks.url(Route::Status))
                .status_callback_event(EVENTS)
        },
        |noun| noun.text(name),
    )
}

type Document = Result<String, WriteError>;

fn nothing() -> Document {
    direct::document(|response| response)
}

fn spoken(text: &str) -> Document {
    direct::document(|response| {
        response
            .element::<Say>(|say| say, |say| say.text(text))
            .with(Hangup::new())
    })
}

fn voicemail(webhooks: &Webhooks) -> Document {
    direct::document(|response| {
        response
            .element::<Say>(|say| say, |say| say.text(LEAVE_A_MESSAGE))
            .element::<Record>(
                |record| {
                    record
                        .action(webhooks.url(Route::Recorded))
                        .method("POST")
                        .timeout_s(SILENCE_S)
                        .max_length_s(LONGEST_MESSAGE_S)
                        .play_beep(true)
                },
                |record| record,
            )
    })
}

fn heard(document: Document, told: Option<Webhook>) -> Result<Heard, Refusal> {
    match document {
        Ok(xml) => Ok(Heard {
            answer: Answer::Xml(xml.into()),
            told,
        }),
        Err(error) => Err(Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("The answer cannot be written as TwiML ({error}): please report this."),
        )),
    }
}

fn voice(params: Params, webhooks: &Webhooks) -> Result<VoiceRequest, Refusal> {
    let voice = VoiceRequest::from_params(params).map_err(not_understood)?;
    check_account(&voice, webhooks)?;
    Ok(voice)
}

fn check_account(voice: &VoiceRequest, webhooks: &Webhooks) -> Result<(), Refusal> {
    if voice.account_sid == webhooks.account {
        Ok(())
    } else {
        Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "This webhook is of another Twilio account: point that account's numbers and \
             applications elsewhere, or start Handset with its account SID.",
        ))
    }
}

fn not_understood(error: WebhookError) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        format!("The request cannot be understood ({error}): send it as Twilio documents it."),
    )
}

fn dial_result(dial: &DialAction) -> Webhook {
    Webhook::DialResult {
        call_sid: call_sid(&dial.voice.call_sid),
        dialled: dial.dial_call_sid.as_ref().map(call_sid),
        status: dial_status(dial.dial_call_status),
        duration_s: dial.dial_call_duration_s.map(u64::from),
    }
}

fn leg_status(status: &StatusCallback) -> Webhook {
    Webhook::Status {
        call_sid: call_sid(&status.voice.call_sid),
        parent: status.voice.parent_call_sid.as_ref().map(call_sid),
        status: call_status(status.voice.call_status),
        duration_s: status.call_duration_s.map(u64::from),
        sequence: status.sequence_number.map(u64::from),
    }
}

fn call_sid(sid: &twilio::sid::CallSid) -> CallSid {
    CallSid(sid.as_str().to_owned())
}

fn dial_status(status: twilio::webhook::DialCallStatus) -> phone::DialCallStatus {
    use phone::DialCallStatus as Ours;
    use twilio::webhook::DialCallStatus as Theirs;
    match status {
        Theirs::Completed => Ours::Completed,
        Theirs::Answered => Ours::Answered,
        Theirs::Busy => Ours::Busy,
        Theirs::NoAnswer => Ours::NoAnswer,
        Theirs::Failed => Ours::Failed,
        Theirs::Canceled => Ours::Canceled,
    }
}

fn call_status(status: twilio::webhook::CallStatus) -> phone::CallStatus {
    use phone::CallStatus as Ours;
    use twilio::webhook::CallStatus as Theirs;
    match status {
        Theirs::Queued => Ours::Queued,
        Theirs::Initiated => Ours::Initiated,
        Theirs::Ringing => Ours::Ringing,
        Theirs::InProgress => Ours::InProgress,
        Theirs::Completed => Ours::Completed,
        Theirs::Busy => Ours::Busy,
        Theirs::Failed => Ours::Failed,
        Theirs::NoAnswer => Ours::NoAnswer,
        Theirs::Canceled => Ours::Canceled,
    }
}
