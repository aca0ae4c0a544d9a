//! The files of the page, embedded in the program; a debug build reads them from disk.

use super::guard::refused;
use crate::refusal::Refusal;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use std::borrow::Cow;

/// Gives a file of the page by its path without a leading slash.
pub(super) type Files = fn(&str) -> Option<Cow<'static, [u8]>>;

#[derive(rust_embed::Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../ui/dist"]
#[allow_missing = true]
struct Dist;

pub(super) fn embedded(path: &str) -> Option<Cow<'static, [u8]>> {
    Dist::get(path).map(|file| file.data)
}

const INDEX: &str = "index.html";

pub(super) async fn answer(files: Files, method: Method, uri: Uri) -> Response {
    let path = match uri.path().trim_start_matches('/') {
        "" => INDEX,
        path => path,
    };
    if method != Method::GET && method != Method::HEAD {
        let refusal = Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Nothing here takes that method: ask with GET.",
        );
        let mut response = refused(uri.path(), refusal);
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
        return response;
    }
    let file = if climbs(path) { None } else { files(path) };
    match file {
        Some(bytes) => {
            let content_type = HeaderValue::from_static(content_type(path));
            ([(header::CONTENT_TYPE, content_type)], bytes.into_owned()).into_response()
        }
        None if path == INDEX => refused(
            uri.path(),
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The dialer's page is not part of this build: build it with \"cargo xtask run\".",
            ),
        ),
        None => refused(
            uri.path(),
            Refusal::new(
                StatusCode::NOT_FOUND,
                "There is nothing at this address: the dialer is at /.",
            ),
        ),
    }
}

/// Whether a path could lead out of the folder.
fn climbs(path: &str) -> bool {
    path.contains('\\') || path.split('/').any(|part| part == "..")
}

/// The type of a file by its ending. Browsers are told not to guess, so it must be right.
fn content_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "ogg" | "opus" => "audio/ogg",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_folder() {
        for path in ["../Cargo.toml", "a/../../Cargo.toml", "..\\x", ".."] {
            assert!(climbs(path), "{path}");
        }
        for path in ["a..b.js", "snippets/x/inline0.js"] {
            assert!(!climbs(path), "{path}");
        }
    }

    #[test]
    fn types_follow_the_ending() {
        assert_eq!(content_type("page-1f.wasm"), "application/wasm");
        assert_eq!(content_type("a/b.min.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }
}
