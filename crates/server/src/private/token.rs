//! `GET /token`: the access token for those who have the secret.

use super::{
    Room,
    guard::{Guard, Origin, no_secret, refused},
};
use crate::{
    Host,
    refusal::{Refusal, plain},
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

pub(super) const PATH: &str = "/token";

/// How long a browser may remember a preflight's answer, in seconds.
const PREFLIGHT_MAX_AGE_S: &str = "600";

pub(super) async fn answer<H: Host>(
    State(room): State<Room<H>>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let mut response = if room.guard.has_bearer(&headers) {
        match room.host.token().await {
            Ok(jwt) => plain(StatusCode::OK, jwt),
            Err(unavailable) => refused(
                PATH,
                Refusal::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    format!("No token can be made: {unavailable}. Mend that and ask again."),
                ),
            ),
        }
    } else {
        refused(PATH, no_secret())
    };
    share(&room.guard, &headers, response.headers_mut());
    response
}

/// A browser asks whether a listed origin may send the secret.
pub(super) async fn preflight<H: Host>(
    State(room): State<Room<H>>,
    headers: HeaderMap,
) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    answer.insert(header::ALLOW, HeaderValue::from_static("GET,HEAD,OPTIONS"));
    if share(&room.guard, &headers, answer) {
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization"),
            (header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE_S),
            // Asked for by browsers when a page of the internet turns to the own machine.
            (
                HeaderName::from_static("access-control-allow-private-network"),
                "true",
            ),
        ] {
            answer.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// Lets a listed origin read the answer; true when it may.
fn share(guard: &Guard, asked: &HeaderMap, answer: &mut HeaderMap) -> bool {
    answer.insert(header::VARY, HeaderValue::from_static("origin"));
    match (guard.origin(asked), asked.get(header::ORIGIN)) {
        (Origin::Listed, Some(origin)) => {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            true
        }
        (Origin::Listed | Origin::None | Origin::Own | Origin::Foreign, _) => false,
    }
}
