//! `/sandbox/*` of a phone that joined: handed on to the first phone, which has the sandbox.

use super::remote::{Remote, Way};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

/// The routes; whoever mounts them guards them. Joining is for the first phone only.
pub(crate) fn forward(remote: &Remote) -> Router {
    Router::new()
        .route("/sandbox/{*path}", any(hand_on))
        .with_state(remote.way().clone())
}

/// A path below `/sandbox/` that leads nowhere else, and not to joining.
fn is_control(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '/');
    path.chars().all(plain) && !path.starts_with("lines")
}

async fn hand_on(
    State(way): State<Way>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !is_control(&path) {
        return (StatusCode::NOT_FOUND, "There is no such control here.").into_response();
    }
    let mut request = way.request(method, &path).body(body);
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    match request.send().await {
        Ok(answer) => {
            let status = answer.status();
            let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
            let mut response = (status, answer.bytes().await.unwrap_or_default()).into_response();
            if let Some(kind) = kind {
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
            }
            response
        }
        Err(error) => {
            tracing::debug!(error = %error.without_url(), "the sandbox does not answer");
            (StatusCode::BAD_GATEWAY, "The first phone does not answer.").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_control;

    #[test]
    fn nothing_but_controls_is_handed_on() {
        for path in ["calls", "faults/drop-socket", "panel"] {
            assert!(is_control(path), "{path}");
        }
        for path in ["../token", "lines", "lines/AP1", "calls?x", "a/../../token"] {
            assert!(!is_control(path), "{path}");
        }
    }
}
