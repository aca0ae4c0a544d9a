//! Drawing the user's attention to a call, and opening the dialer in a browser.

use protocol::{CallId, Party};
use std::sync::{Arc, Mutex, PoisonError};

/// How the phone reaches the user outside its page.
pub trait Attention: Send + 'static {
    /// A call rings: show the window and whatever else tells the user of it.
    fn ring(&mut self, call: CallId, party: &Party);

    /// It rings no more, for whatever reason.
    fn stop_ring(&mut self, call: CallId);

    /// Opens `url` in the system's browser. The URL holds the session secret: it is not logged.
    ///
    /// # Errors
    /// When there is no browser to be opened from here.
    fn open_browser(&mut self, url: &str) -> Result<(), BrowserError>;
}

/// The system's browser could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("no browser could be opened")]
pub struct BrowserError;

/// Draws no attention: for a server, whose page rings by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct SilentAttention;

impl Attention for SilentAttention {
    fn ring(&mut self, _call: CallId, _party: &Party) {}

    fn stop_ring(&mut self, _call: CallId) {}

    fn open_browser(&mut self, _url: &str) -> Result<(), BrowserError> {
        Err(BrowserError)
    }
}

/// Writes down what it was asked, in order, for tests.
#[derive(Clone, Debug, Default)]
pub struct RecordingAttention {
    log: Arc<Mutex<Vec<String>>>,
}

impl RecordingAttention {
    /// What was asked so far, one line each.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn push(&self, line: String) {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }
}

impl Attention for RecordingAttention {
    fn ring(&mut self, call: CallId, _party: &Party) {
        self.push(format!("ring {call}"));
    }

    fn stop_ring(&mut self, call: CallId) {
        self.push(format!("stop {call}"));
    }

    fn open_browser(&mut self, url: &str) -> Result<(), BrowserError> {
        self.push(format!("open {url}"));
        Ok(())
    }
}
