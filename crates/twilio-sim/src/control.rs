//! The sandbox over HTTP: `/sandbox/*`, JSON.

use crate::faults::Faults;
use crate::lines::JoinError;
use crate::membership::{Membership, Wish};
use crate::sandbox::{CallMeError, Sandbox};
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/sandbox/calls", get(calls).post(call_me))
        .route("/sandbox/faults", get(faults).put(set_faults))
        .route("/sandbox/faults/drop-socket", post(drop_socket))
        .route("/sandbox/faults/expire-token", post(expire_token))
        .route("/sandbox/log", get(log))
        .route("/sandbox/lines", post(join))
        .route("/sandbox/lines/{application_sid}", delete(leave))
        .route("/sandbox/panel", get(panel))
        .route("/sandbox/phones", get(phones))
        .route("/sandbox/webhooks", get(webhooks))
        .with_state(sandbox)
}

/// What is wrong, and what to do.
#[derive(Serialize)]
struct Problem {
    error: String,
}

fn problem(status: StatusCode, error: impl Into<String>) -> Response {
    let error = error.into();
    (status, Json(Problem { error })).into_response()
}

/// The answer to a body that is no JSON, or not the JSON that is wanted.
fn bad_body(rejection: &JsonRejection, wanted: &str) -> Response {
    problem(
        StatusCode::BAD_REQUEST,
        format!(
            "{}; send {wanted} as application/json",
            rejection.body_text()
        ),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallMe {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct Called {
    call_sid: String,
}

async fn call_me(
    State(sandbox): State<Sandbox>,
    body: Result<Json<CallMe>, JsonRejection>,
) -> Response {
    let Json(CallMe { from, to }) = match body {
        Ok(body) => body,
        Err(rejection) => return bad_body(&rejection, r#"{"from":"+1…","to":"+1…"}"#),
    };
    match sandbox.call_me(&from, &to).await {
        Ok(call_sid) => {
            let call_sid = call_sid.to_string();
            (StatusCode::CREATED, Json(Called { call_sid })).into_response()
        }
        Err(error @ (CallMeError::BadFrom | CallMeError::UnknownTo { .. })) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
        Err(error @ CallMeError::NoWebhooks) => problem(StatusCode::CONFLICT, error.to_string()),
    }
}

/// Another phone joins. The answer has the account's secrets: like all of these routes it is for
/// who may control the sandbox.
async fn join(State(sandbox): State<Sandbox>, body: Result<Json<Wish>, JsonRejection>) -> Response {
    let Json(wish) = match body {
        Ok(body) => body,
        Err(rejection) => return bad_body(&rejection, r#"{"name":null,"urls":{…}}"#),
    };
    match sandbox.join(wish.name.as_deref(), &wish.urls) {
        Ok(line) => {
            let membership = Membership::new(&sandbox, line);
            (StatusCode::CREATED, Json(membership)).into_response()
        }
        Err(error @ JoinError::BadName) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
        Err(error @ (JoinError::NameTaken { .. } | JoinError::Full)) => {
            problem(StatusCode::CONFLICT, error.to_string())
        }
    }
}

async fn leave(State(sandbox): State<Sandbox>, Path(application_sid): Path<String>) -> Response {
    if sandbox.leave(&application_sid) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        problem(
            StatusCode::NOT_FOUND,
            "no phone joined with this application",
        )
    }
}

async fn panel(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    Json(sandbox.panel())
}

async fn calls(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    Json(sandbox.calls())
}

async fn faults(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    Json(sandbox.faults())
}

async fn set_faults(
    State(sandbox): State<Sandbox>,
    body: Result<Json<Faults>, JsonRejection>,
) -> Response {
    let Json(faults) = match body {
        Ok(body) => body,
        Err(rejection) => {
            return bad_body(&rejection, "the faults as GET /sandbox/faults gives them");
        }
    };
    if let Some(wrong) = faults.problem() {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, wrong);
    }
    sandbox.set_faults(faults);
    Json(sandbox.faults()).into_response()
}

async fn drop_socket(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    sandbox.drop_sockets();
    StatusCode::NO_CONTENT
}

async fn expire_token(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    sandbox.expire_token();
    StatusCode::NO_CONTENT
}

async fn log(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    Json(sandbox.log())
}

async fn phones(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    Json(sandbox.phones())
}

async fn webhooks(State(sandbox): State<Sandbox>) -> impl IntoResponse {
    Json(sandbox.deliveries())
}
