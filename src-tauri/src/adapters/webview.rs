//! What the window's webview is told before the page asks it.

use tauri::WebviewWindow;

/// Lets the page have what the webview can do for calls: WebRTC where it was built with it, the
/// microphone, sounds without a click before, and timers that run on while the window is hidden.
#[cfg(target_os = "linux")]
pub(crate) fn prepare(window: &WebviewWindow) {
    let prepared = window.with_webview(|webview| linux::prepare(&webview.inner()));
    if let Err(error) = prepared {
        tracing::warn!(%error, "the webview could not be prepared for calls");
    }
}

/// WebView2 and WKWebView have WebRTC and ask the user for the microphone by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare(_window: &WebviewWindow) {}

#[cfg(target_os = "linux")]
mod linux {
    use webkit2gtk::glib::object::Cast;
    use webkit2gtk::{
        PermissionRequest, PermissionRequestExt, SettingsExt, UserMediaPermissionRequest,
        UserMediaPermissionRequestExt, WebView, WebViewExt,
    };

    /// Slows a hidden page's timers to one a second: too slow for the SDK's.
    const SLOW_TIMERS: &str = "HiddenPageDOMTimerThrottling";

    /// Slows them more and more.
    const SLOWER_TIMERS: &str = "HiddenPageDOMTimerThrottlingAutoIncreases";

    /// The pages that are ours: none else is ever loaded.
    const OUR_PAGE: &str = "tauri://localhost";

    pub(super) fn prepare(webview: &WebView) {
        webview.connect_permission_request(|webview, request| {
            let page = webview.uri();
            answer(page.as_deref().unwrap_or_default(), request);
            true
        });
        let Some(settings) = WebViewExt::settings(webview) else {
            tracing::warn!("the webview has no settings");
            return;
        };
        settings.set_enable_media_stream(true);
        settings.set_enable_webrtc(true);
        settings.set_media_playback_requires_user_gesture(false);
        for feature in [SLOW_TIMERS, SLOWER_TIMERS] {
            if let Err(error) = webkit_features::set(&settings, feature, false) {
                tracing::warn!(%error, "a hidden window's timers may be slow");
            }
        }
    }

    /// Our own page may have the microphone, and nothing else.
    fn answer(page: &str, request: &PermissionRequest) {
        let microphone = request
            .downcast_ref::<UserMediaPermissionRequest>()
            .is_some_and(|media| media.is_for_audio_device() && !media.is_for_video_device());
        if microphone && is_ours(page) {
            request.allow();
        } else {
            tracing::warn!("the page was not let have what it asked for");
            request.deny();
        }
    }

    fn is_ours(page: &str) -> bool {
        let rest = page.strip_prefix(OUR_PAGE);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn only_our_own_page_is_ours() {
            assert!(is_ours("tauri://localhost"));
            assert!(is_ours("tauri://localhost/index.html#x"));
            assert!(!is_ours("tauri://localhost.evil.example/"));
            assert!(!is_ours("https://evil.example/tauri://localhost"));
            assert!(!is_ours(""));
        }
    }
}
