//! Who carries the sound of calls.

use phone::{Input, Phone, Setup};
use protocol::media::{MediaPath, MediaPreference};
use protocol::{ClientName, PageInfo, Problem, Timestamp};

/// A page of the window with WebRTC, one without, and the same two in a browser.
const PAGES: [PageInfo; 4] = [
    page(true, true),
    page(false, true),
    page(true, false),
    page(false, false),
];

const fn page(webrtc: bool, window: bool) -> PageInfo {
    PageInfo { webrtc, window }
}

#[track_caller]
fn check(media: MediaPreference, native_media: bool, expected: [MediaPath; 4]) {
    for (page, expected) in PAGES.into_iter().zip(expected) {
        let mut phone = Phone::new(Setup {
            identity: ClientName::new("desk").expect("a name"),
            line: None,
            privacy: false,
            signalling: None,
            ice_servers: Vec::new(),
            media,
            native_media,
        });
        assert_eq!(phone.snapshot().media, MediaPath::Missing, "without a page");
        phone.handle(Input::Attached { page: page.clone() }, Timestamp(0));
        let snapshot = phone.snapshot();
        assert_eq!(snapshot.media, expected, "{page:?}");
        let complains = snapshot.problem == Some(Problem::NoWebRtc);
        assert_eq!(complains, expected == MediaPath::Missing, "{page:?}");
        phone.handle(Input::Detached, Timestamp(1));
        assert_eq!(phone.snapshot().media, MediaPath::Missing);
        assert_eq!(phone.snapshot().problem, None);
    }
}

#[test]
fn a_webview_with_webrtc_keeps_its_own_and_the_window_without_gets_the_engine() {
    use MediaPath::{Missing, Native, Webview};
    check(
        MediaPreference::Auto,
        true,
        [Webview, Native, Webview, Missing],
    );
}

#[test]
fn the_engine_can_be_forced_in_the_window_but_not_in_a_browser() {
    use MediaPath::{Missing, Native, Webview};
    check(
        MediaPreference::Native,
        true,
        [Native, Native, Webview, Missing],
    );
}

#[test]
fn the_engine_can_be_forbidden() {
    use MediaPath::{Missing, Webview};
    check(
        MediaPreference::Webview,
        true,
        [Webview, Missing, Webview, Missing],
    );
}

#[test]
fn without_an_engine_only_webrtc_carries_sound() {
    use MediaPath::{Missing, Webview};
    for preference in [
        MediaPreference::Auto,
        MediaPreference::Native,
        MediaPreference::Webview,
    ] {
        check(preference, false, [Webview, Missing, Webview, Missing]);
    }
}
