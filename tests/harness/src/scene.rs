//! A test's setting: a server, a browser on its page, and what is kept of both.

use crate::{Artefacts, Browser, Page, Sandbox, Server};
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};

/// What a scene starts with.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where `handset-server` is.
    pub server: PathBuf,
    /// Flags besides those of every scene.
    pub arguments: Vec<String>,
}

impl Setting {
    /// The usual one, for a program.
    #[must_use]
    pub fn new(server: &Path) -> Self {
        Self {
            server: server.to_owned(),
            arguments: Vec::new(),
        }
    }

    /// With more flags.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }
}

/// A server with its sandbox, and a browser in which its page is open and registered.
#[derive(Debug)]
pub struct Scene {
    /// What is kept.
    pub artefacts: Artefacts,
    /// The server.
    pub server: Server,
    /// The controls of its sandbox.
    pub sandbox: Sandbox,
    /// The browser.
    pub browser: Browser,
}

impl Scene {
    /// Sets a scene up, plays it, and keeps its last state whether it went well or not.
    ///
    /// # Panics
    /// When the play does.
    pub async fn play(name: &str, setting: &Setting, play: impl AsyncFnOnce(&Self)) {
        let artefacts = Artefacts::new(name);
        let flags: Vec<&str> = setting.arguments.iter().map(String::as_str).collect();
        let server = Server::start(&setting.server, &flags, &artefacts);
        let sandbox = server.sandbox();
        let browser = Browser::start(&artefacts).await;
        let scene = Self {
            artefacts,
            server,
            sandbox,
            browser,
        };
        let played = async {
            let page = scene.page();
            page.open(&scene.server.addresses.private_url).await;
            page.until("#app", "data-registration", "ready").await;
            play(&scene).await;
        };
        let played = AssertUnwindSafe(played).catch_unwind().await;
        let end = if played.is_ok() { "end" } else { "FAILED" };
        let keep = async {
            scene.page().keep(end).await;
            scene
                .artefacts
                .write("sandbox.json", scene.sandbox.everything().await);
        };
        // The server may be what failed; its log is kept in any case.
        let kept = AssertUnwindSafe(keep).catch_unwind().await;
        if let Err(panic) = played {
            resume_unwind(panic);
        }
        if let Err(panic) = kept {
            resume_unwind(panic);
        }
    }

    /// The page.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self.browser.page
    }
}
