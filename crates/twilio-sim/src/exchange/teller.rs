//! What the callbacks of a call that the REST API made are told, in order.

use super::Switchboard;
use super::api::Callback;
use super::created::{Detection, HUMAN, Recorder};
use crate::log::now_ms;
use crate::player::deliver;
use crate::player::ports::LegFacts;
use crate::report::CallStatus;
use crate::webhook::params::{self, RecordingFacts, RecordingStatus};
use crate::webhook::{Kind, Request};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::mpsc;
use twilio::sid::AccountSid;

/// Tells of one call.
pub(super) struct Teller {
    facts: LegFacts,
    account: AccountSid,
    callback: Option<Callback>,
    /// Counts what the callback was told.
    sequence: AtomicU32,
    requests: mpsc::UnboundedSender<Request>,
}

/// What is to be told; the call does not wait for it.
pub(super) struct Telling(mpsc::UnboundedReceiver<Request>);

impl Teller {
    /// Tells `callback` of the call with these facts.
    pub(super) fn new(
        account: &AccountSid,
        facts: &LegFacts,
        callback: Option<Callback>,
    ) -> (Self, Telling) {
        let (requests, telling) = mpsc::unbounded_channel();
        let teller = Self {
            facts: facts.clone(),
            account: account.clone(),
            callback,
            sequence: AtomicU32::new(0),
            requests,
        };
        (teller, Telling(telling))
    }

    /// Something happened to the call.
    pub(super) fn event(&self, name: &str, status: &'static str) {
        self.progress(name, Kind::Progress, |sequence| params::Progress {
            status,
            duration_s: None,
            answered_by: None,
            recording: None,
            sequence,
            now_s: now_ms() / 1_000,
        });
    }

    /// The call is over.
    pub(super) fn over(
        &self,
        status: CallStatus,
        duration_s: u32,
        answered_by: Option<&str>,
        recording: Option<&RecordingFacts>,
    ) {
        self.progress("completed", Kind::CallStatus, |sequence| params::Progress {
            status: status.as_str(),
            duration_s: Some(duration_s),
            answered_by,
            recording,
            sequence,
            now_s: now_ms() / 1_000,
        });
    }

    fn progress<'a>(
        &self,
        name: &str,
        kind: Kind,
        progress: impl FnOnce(u32) -> params::Progress<'a>,
    ) {
        let Some(callback) = self.callback.as_ref().filter(|it| it.wants(name)) else {
            return;
        };
        let progress = progress(self.sequence.fetch_add(1, Ordering::Relaxed));
        let params = params::api_progress(&self.facts, &self.account, &progress);
        self.request(kind, callback, params);
    }

    /// Something became of the recording.
    pub(super) fn recording(
        &self,
        recorder: &Recorder,
        facts: &RecordingFacts,
        status: RecordingStatus,
    ) {
        let callback = recorder.callback.as_ref();
        if let Some(callback) = callback.filter(|it| it.wants(status.as_str())) {
            let call_sid = &self.facts.call_sid;
            let params = params::recording_status(facts, status, call_sid, &self.account);
            self.request(Kind::RecordingStatus, callback, params);
        }
    }

    /// It is known who answered.
    pub(super) fn answered_by(&self, detection: &Detection) {
        if let Some(callback) = &detection.callback {
            let params = params::detection(&self.facts.call_sid, &self.account, HUMAN, 0);
            self.request(Kind::Detection, callback, params);
        }
    }

    fn request(&self, kind: Kind, callback: &Callback, params: params::Params) {
        let request = Request {
            kind,
            target: callback.target.clone(),
            call_sid: self.facts.call_sid.clone(),
            params,
        };
        // Who delivers does so until this is dropped.
        let _ = self.requests.send(request);
    }
}

impl Telling {
    /// Tells all of it, until there is nobody who could say more.
    pub(super) async fn deliver(mut self, board: &Switchboard) {
        while let Some(request) = self.0.recv().await {
            // What comes of it is in the log; the call does not depend on it.
            let _ = deliver(board, board.deliverer(), &request).await;
        }
    }
}
