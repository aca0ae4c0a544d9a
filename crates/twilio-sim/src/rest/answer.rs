//! What a request is answered, and how Twilio says that something is wrong.

use super::asked::Asked;
use crate::report::Record;
use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a request comes to.
pub(super) type Outcome = Result<Answer, Problem>;

/// What is answered when nothing is wrong.
pub(super) enum Answer {
    /// 200 and a resource.
    Found(Value),
    /// 201 and a new resource.
    Created(Value),
    /// 204.
    Gone,
    /// 200 and a WAV file.
    Sound(Bytes),
    /// 200 and this call, once it is over.
    OnceOver(Arc<Record>),
}

/// What is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: u32,
    message: String,
}

impl Problem {
    /// A request that cannot be done: 400 and one of Twilio's codes.
    pub(super) fn bad(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
        }
    }

    /// Who asks is not known, or may not ask for this.
    pub(super) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            code: 20_003,
            message: "Authenticate: no such account or key, or one that may not do this".to_owned(),
        }
    }

    /// Who asks is suspended or closed.
    pub(super) fn inactive() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            code: 20_005,
            message: "the account is not active".to_owned(),
        }
    }

    pub(super) fn not_found(asked: &Asked) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: 20_404,
            message: format!("there is no resource {}", asked.uri_path()),
        }
    }

    pub(super) fn not_allowed() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            code: 20_004,
            message: "the method is not allowed for this resource".to_owned(),
        }
    }

    pub(super) fn too_long() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: 20_001,
            message: "the request is too long, or broke off".to_owned(),
        }
    }
}

/// The status that it is answered with.
pub(super) fn status(outcome: &Outcome) -> StatusCode {
    match outcome {
        Ok(Answer::Found(_) | Answer::Sound(_) | Answer::OnceOver(_)) => StatusCode::OK,
        Ok(Answer::Created(_)) => StatusCode::CREATED,
        Ok(Answer::Gone) => StatusCode::NO_CONTENT,
        Err(problem) => problem.status,
    }
}

/// The answer as HTTP.
pub(super) fn response(outcome: Outcome) -> Response {
    let status = status(&outcome);
    match outcome {
        Ok(Answer::Found(resource) | Answer::Created(resource)) => {
            (status, Json(resource)).into_response()
        }
        // A call that was waited for has become `Found`.
        Ok(Answer::Gone | Answer::OnceOver(_)) => status.into_response(),
        Ok(Answer::Sound(wav)) => (status, [(CONTENT_TYPE, "audio/x-wav")], wav).into_response(),
        Err(Problem { code, message, .. }) => {
            let body = Json(json!({
                "code": code,
                "message": message,
                "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
                "status": status.as_u16(),
            }));
            if status == StatusCode::UNAUTHORIZED {
                let realm = [(WWW_AUTHENTICATE, "Basic realm=\"Twilio API\"")];
                (status, realm, body).into_response()
            } else {
                (status, body).into_response()
            }
        }
    }
}
