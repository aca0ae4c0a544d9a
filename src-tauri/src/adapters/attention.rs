//! The window as a way to the user.

use app::ports::{Attention, BrowserError};
use protocol::{CallId, Party};
use std::sync::OnceLock;
use tauri::{AppHandle, Manager, UserAttentionType};

/// Shows the window when a call rings, and opens the system's browser.
pub(crate) struct WindowAttention {
    app: &'static OnceLock<AppHandle>,
}

impl WindowAttention {
    /// An adapter for the app that `app` will hold once it is built.
    pub(crate) fn new(app: &'static OnceLock<AppHandle>) -> Self {
        Self { app }
    }

    fn want_attention(&self, want: Option<UserAttentionType>) {
        let Some(window) = self
            .app
            .get()
            .and_then(|app| app.get_webview_window("main"))
        else {
            return;
        };
        // The focus stays where it is: whoever types goes on typing.
        let shown = match want {
            Some(_) => window.unminimize().and_then(|()| window.show()),
            None => Ok(()),
        };
        if let Err(error) = shown.and_then(|()| window.request_user_attention(want)) {
            tracing::warn!(%error, "the window could not draw attention");
        }
    }
}

impl Attention for WindowAttention {
    fn ring(&mut self, _call: CallId, _party: &Party) {
        self.want_attention(Some(UserAttentionType::Critical));
    }

    fn stop_ring(&mut self, _call: CallId) {
        self.want_attention(None);
    }

    fn open_browser(&mut self, url: &str) -> Result<(), BrowserError> {
        tauri_plugin_opener::open_url(url, None::<&str>).map_err(|error| {
            // The address holds the session secret, and the error may hold the address.
            tracing::warn!(kind = ?std::mem::discriminant(&error), "no browser could be opened");
            BrowserError
        })
    }
}
