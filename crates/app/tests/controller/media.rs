//! What the page's stand-in asks of the media engine, and what the engine tells it.

use super::{BROWSER, Bench, Page, bench};
use protocol::media::{ConnectionState, MediaAnswer, MediaEvent, MediaPath, MediaRequest, PeerId};
use protocol::{Answer, Epoch, Intent, PageInfo, Question, Rejection, ShellMessage};
use server::Host;
use tokio::task::JoinHandle;

/// The window's page, in a webview without WebRTC.
const WINDOW: PageInfo = PageInfo {
    webrtc: false,
    window: true,
};

const CLOSE: MediaRequest = MediaRequest::ClosePeer { peer: PeerId(7) };

fn connected(peer: u32) -> MediaEvent {
    MediaEvent::Connection {
        peer: PeerId(peer),
        state: ConnectionState::Connected,
    }
}

/// Asks without waiting for the answer.
fn ask(bench: &Bench, epoch: Epoch, request: MediaRequest) -> JoinHandle<Answer> {
    let handle = bench.handle.clone();
    tokio::spawn(async move { handle.ask(Question::Media { epoch, request }).await })
}

/// The next thing that the engine told the page; all else is passed over.
async fn told(page: &mut Page) -> MediaEvent {
    loop {
        if let ShellMessage::Media(event) = page.down.recv().await.expect("the page is attached") {
            return *event;
        }
    }
}

#[tokio::test]
async fn the_engine_answers_while_the_phone_goes_on() {
    let bench = bench();
    let mut page = Page::attach_as(&bench.handle, WINDOW).await;
    assert_eq!(page.shown.media, MediaPath::Native);
    let asked = ask(&bench, page.epoch, MediaRequest::Devices);
    // The phone is not held up by an engine that takes its time.
    page.register().await;
    assert_eq!(bench.media.log(), ["1: reset", "1: Devices"]);
    assert!(bench.media.answer(MediaAnswer::Devices(Vec::new())));
    let answer = asked.await.expect("it does not panic");
    assert_eq!(answer, Answer::Media(MediaAnswer::Devices(Vec::new())));
}

#[tokio::test]
async fn an_engine_that_never_answers_says_that_the_phone_is_closing() {
    let bench = bench();
    let mut page = Page::attach_as(&bench.handle, WINDOW).await;
    let asked = ask(&bench, page.epoch, CLOSE);
    page.register().await;
    drop(bench.media);
    bench.handle.close().await;
    let answer = asked.await.expect("it does not panic");
    assert_eq!(answer, Answer::Rejected(Rejection::Closing));
}

#[tokio::test]
async fn only_a_page_that_needs_the_engine_reaches_it() {
    let bench = bench();
    let page = Page::attach_as(&bench.handle, BROWSER).await;
    assert_eq!(page.shown.media, MediaPath::Webview);
    let answer = ask(&bench, page.epoch, CLOSE).await;
    assert_eq!(
        answer.expect("it does not panic"),
        Answer::Rejected(Rejection::NoEngine)
    );
    assert_eq!(bench.media.log(), ["1: reset"]);
}

#[tokio::test]
async fn a_page_that_was_displaced_neither_asks_nor_hears() {
    let bench = bench();
    let mut old = Page::attach_as(&bench.handle, WINDOW).await;
    let mut new = Page::attach_as(&bench.handle, WINDOW).await;
    let answer = ask(&bench, old.epoch, CLOSE).await;
    assert_eq!(
        answer.expect("it does not panic"),
        Answer::Rejected(Rejection::NoEngine)
    );
    assert_eq!(bench.media.log(), ["1: reset", "2: reset"]);
    bench.handle.media(old.epoch, connected(1));
    bench.handle.media(new.epoch, connected(2));
    assert_eq!(told(&mut new).await, connected(2), "not the first one");
    while let Some(message) = old.down.recv().await {
        assert!(!matches!(message, ShellMessage::Media(_)), "{message:?}");
    }
}

#[tokio::test]
async fn what_a_page_opened_ends_when_it_goes() {
    let bench = bench();
    let page = Page::attach_as(&bench.handle, WINDOW).await;
    bench.handle.detach(page.epoch);
    bench.handle.detach(page.epoch);
    // Answered after the detaching was heard.
    assert_eq!(bench.handle.submit(Intent::DismissEnded).await, Ok(()));
    assert_eq!(bench.media.log(), ["1: reset", "1: reset"]);
}
