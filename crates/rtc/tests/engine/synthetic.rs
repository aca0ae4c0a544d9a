//! What only a page over devices in memory is asked.

use std::sync::Arc;

use protocol::media::{MediaAnswer, MediaErrorKind, MediaEvent, MediaRequest, TrackId};
use rtc::audio::Synthetic;

use crate::page::{LONG, Page};

pub(crate) fn over(server: &Synthetic) -> Page {
    Page::over(Arc::new(server.clone()))
}

/// Waits until streams are open on these devices, in any order.
#[track_caller]
pub(crate) fn opens(server: &Synthetic, expected: &[&str]) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let mut expected: Vec<String> = expected.iter().map(|id| (*id).to_owned()).collect();
    expected.sort();
    let server = server.clone();
    async move {
        let open = || {
            let mut open: Vec<String> = server.open().into_iter().map(|id| id.0).collect();
            open.sort();
            open
        };
        let met = tokio::time::timeout(LONG, async {
            while open() != expected {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        if met.await.is_err() {
            panic!("{:?} are open at {caller}", open());
        }
    }
}

impl Page {
    /// Asks for what must be refused.
    #[track_caller]
    pub(crate) fn refuses(
        &self,
        request: MediaRequest,
        expected: MediaErrorKind,
    ) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        let engine = self.engine.clone();
        async move {
            let answer = engine.handle(request).await;
            let MediaAnswer::Refused(error) = answer else {
                panic!("{answer:?} at {caller}");
            };
            assert_eq!(error.kind, expected, "at {caller}");
        }
    }

    /// Waits until a track is so loud, in thousandths. Levels must be on.
    #[track_caller]
    pub(crate) fn hears_track(&mut self, track: u32, expected: u16) -> impl Future<Output = ()> {
        let told = self.hears(move |event| {
            let MediaEvent::Levels { microphones, .. } = event else {
                return false;
            };
            let level = microphones.iter().find(|(id, _)| *id == TrackId(track));
            level.is_some_and(|(_, level)| level.abs_diff(expected) <= expected / 20)
        });
        async move { drop(told.await) }
    }
}

pub(crate) const LEVELS: MediaRequest = MediaRequest::Levels { on: true };
