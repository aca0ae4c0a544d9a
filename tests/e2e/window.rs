//! The real window.

use crate::{OUR_LINE, handset, phones};
use harness::{Artefacts, Window};

#[tokio::test]
async fn the_window_opens_registers_and_rings() {
    let artefacts = Artefacts::new("window");
    let window = Window::start(&handset(), &[], &artefacts).await;
    let page = &window.page;
    page.until("#app", "data-registration", "ready").await;
    // Until there is a native peer connection, the page says plainly that it has none.
    if cfg!(target_os = "linux") {
        page.until("#banner", "data-problem", "no_web_rtc").await;
        page.until_shown("#open-browser").await;
    }
    page.keep("window-ready").await;
    window.keep_screen(&artefacts, "screen-ready");
    window
        .sandbox()
        .call(phones::GIVES_UP_CALLING_US, OUR_LINE)
        .await;
    page.until("#app", "data-screen", "incoming").await;
    page.until("#call", "data-phase", "offered").await;
    page.keep("window-incoming").await;
    window.keep_screen(&artefacts, "screen-incoming");
    page.until("#ended", "data-cause", "cancelled").await;
    page.until("#app", "data-registration", "ready").await;
    artefacts.write("sandbox.json", window.sandbox().everything().await);
}
