//! The private router over a real listener.

mod http;
mod socket;

use super::{Files, Private, router};
use crate::testing::{self, RecordingHost};
use axum::Router;
use std::{borrow::Cow, net::SocketAddr};
use twilio::Secret;

const SECRET: &str = "session-secret_1";
const LISTED: &str = "http://localhost:3000";

fn files(path: &str) -> Option<Cow<'static, [u8]>> {
    match path {
        "index.html" => Some(Cow::Borrowed(b"<!doctype html>")),
        "page.wasm" => Some(Cow::Borrowed(b"\0asm")),
        _ => None,
    }
}

fn no_files(_: &str) -> Option<Cow<'static, [u8]>> {
    None
}

/// A served private router.
struct Server {
    address: SocketAddr,
    host: RecordingHost,
}

struct Setting {
    host: RecordingHost,
    signalling: Option<&'static str>,
    extra: Router,
    files: Files,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            host: RecordingHost::new(),
            signalling: None,
            extra: Router::new(),
            files,
        }
    }
}

impl Setting {
    async fn serve(self) -> Server {
        let host = self.host.clone();
        let address = testing::serve(|address| {
            let private = Private {
                secret: Secret::new(SECRET),
                // As people write it, with a slash at its end.
                allowed_origins: vec![format!("{LISTED}/")],
                address,
                signalling: self.signalling.map(str::to_owned),
            };
            router(self.host, private, self.extra, self.files)
        })
        .await;
        Server { address, host }
    }
}

impl Server {
    async fn start() -> Self {
        Setting::default().serve().await
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        testing::client().get(format!("{}{path}", self.origin()))
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        testing::client().request(method, format!("{}{path}", self.origin()))
    }
}
