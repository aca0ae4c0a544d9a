//! The Controller with doubles on every port: what goes in and what comes out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod media;

use app::ports::{Clock, ManualClock, NoSandbox, RecordingAttention, RecordingMedia};
use app::{Account, Handle, Parts, start};
use protocol::engine::CallEvent;
use protocol::media::IceServer;
use protocol::media::MediaPreference;
use protocol::{
    CallSid, EngineEvent, EngineRequest, Epoch, ErrorCode, Intent, Notice, PageInfo, Phase,
    Registration, Rejection, ShellMessage, Snapshot, Timestamp,
};
use server::Host;
use tokio::sync::mpsc;
use twilio::Secret;
use twilio::token::verify;

const BROWSER: PageInfo = PageInfo {
    webrtc: true,
    window: false,
};
const KEY_SECRET: &str = "a-key-secret";

fn account() -> Account {
    let hex = "0123456789abcdef0123456789abcdef";
    Account::from_vars(|name| match name {
        "TWILIO_ACCOUNT_SID" => Some(format!("AC{hex}")),
        "TWILIO_API_KEY" => Some(format!("SK{hex}")),
        "TWILIO_TWIML_APP_SID" => Some(format!("AP{hex}")),
        "TWILIO_AUTH_TOKEN" => Some("an-auth-token".to_owned()),
        "TWILIO_API_SECRET" => Some(KEY_SECRET.to_owned()),
        "TWILIO_CALLER_ID" => Some("+12025550100".to_owned()),
        _ => None,
    })
    .unwrap()
}

struct Bench {
    handle: Handle,
    clock: ManualClock,
    attention: RecordingAttention,
    media: RecordingMedia,
}

fn bench() -> Bench {
    let clock = ManualClock::at(Timestamp(1_800_000_000_000));
    let attention = RecordingAttention::default();
    let media = RecordingMedia::default();
    let (handle, _task) = start(|_handle| Parts {
        account: account(),
        signalling: Some("127.0.0.1:1".to_owned()),
        ice_servers: vec![relay()],
        token_ttl_s: 3600,
        privacy: true,
        dialer_url: "http://127.0.0.1:2/#s".to_owned(),
        clock: clock.clone(),
        attention: attention.clone(),
        sandbox: NoSandbox::default(),
        media: media.clone(),
        media_preference: MediaPreference::Auto,
    });
    Bench {
        handle,
        clock,
        attention,
        media,
    }
}

struct Page {
    handle: Handle,
    epoch: Epoch,
    down: mpsc::UnboundedReceiver<ShellMessage>,
    shown: Snapshot,
}

impl Page {
    async fn attach(handle: &Handle) -> Self {
        Self::attach_as(handle, BROWSER).await
    }

    async fn attach_as(handle: &Handle, page: PageInfo) -> Self {
        let (up, down) = mpsc::unbounded_channel();
        let shown = handle.attach(page, up).await;
        Self {
            handle: handle.clone(),
            epoch: shown.epoch,
            down,
            shown,
        }
    }

    fn report(&self, event: EngineEvent) {
        self.handle.report(self.epoch, event);
    }

    /// The next engine request; snapshots on the way are drawn.
    async fn request(&mut self) -> EngineRequest {
        loop {
            match self.down.recv().await.unwrap() {
                ShellMessage::Engine(request) => return request,
                ShellMessage::Snapshot(snapshot) => self.draw(*snapshot),
                ShellMessage::Named { .. } | ShellMessage::Notice(_) | ShellMessage::Media(_) => {}
            }
        }
    }

    fn draw(&mut self, snapshot: Snapshot) {
        assert!(snapshot.revision > self.shown.revision, "revisions grow");
        self.shown = snapshot;
    }

    async fn until(&mut self, wanted: impl Fn(&Snapshot) -> bool) {
        while !wanted(&self.shown) {
            match self.down.recv().await.unwrap() {
                ShellMessage::Snapshot(snapshot) => self.draw(*snapshot),
                ShellMessage::Engine(_)
                | ShellMessage::Named { .. }
                | ShellMessage::Notice(_)
                | ShellMessage::Media(_) => {}
            }
        }
    }

    async fn register(&mut self) {
        let EngineRequest::Register { .. } = self.request().await else {
            panic!("a page that attaches is asked to register first")
        };
        self.report(EngineEvent::Registering);
        self.report(EngineEvent::Registered);
        self.until(|s| s.registration == Registration::Ready).await;
    }
}

fn relay() -> IceServer {
    IceServer {
        urls: vec!["turn:relay.example.com".to_owned()],
        username: Some("ann".to_owned()),
        credential: Some("s3cret".to_owned()),
    }
}

#[tokio::test]
async fn every_page_is_given_the_servers_for_nat_and_no_log_their_password() {
    let bench = bench();
    for _ in 0..2 {
        let mut page = Page::attach(&bench.handle).await;
        let request = page.request().await;
        assert!(!format!("{request:?}").contains("s3cret"));
        let EngineRequest::Register { ice_servers, .. } = request else {
            panic!("expected Register")
        };
        assert_eq!(ice_servers, [relay()]);
    }
}

#[tokio::test]
async fn a_page_that_attaches_is_given_a_token_that_twilio_would_take() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    assert_eq!(page.shown.registration, Registration::Connecting);
    let EngineRequest::Register {
        token, signalling, ..
    } = page.request().await
    else {
        panic!("expected Register")
    };
    assert_eq!(signalling.as_deref(), Some("127.0.0.1:1"));
    let now_s = bench.clock.now().0 / 1000;
    verify(&token, &Secret::new(KEY_SECRET.to_owned()), now_s).unwrap();
    assert!(bench.handle.token().await.is_ok());
}

#[tokio::test]
async fn is_ready_only_when_the_engine_said_so() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    page.register().await;
    assert_eq!(page.shown.registration, Registration::Ready);
}

#[tokio::test]
async fn the_page_that_attached_before_is_told_and_is_no_longer_heard() {
    let bench = bench();
    let mut old = Page::attach(&bench.handle).await;
    old.register().await;
    let mut new = Page::attach(&bench.handle).await;
    assert!(new.epoch > old.epoch);
    loop {
        if old.down.recv().await.unwrap() == ShellMessage::Notice(Notice::Displaced) {
            break;
        }
    }
    assert_eq!(
        old.down.recv().await,
        None,
        "the old page hears nothing more"
    );
    old.report(EngineEvent::Registered);
    old.handle.detach(old.epoch);
    new.register().await;
}

#[tokio::test]
async fn an_incoming_call_draws_attention_until_it_is_answered() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    page.register().await;
    page.report(EngineEvent::Incoming {
        call_sid: CallSid("CA1".to_owned()),
        from: "+12025550142".to_owned(),
        to: "client:handset".to_owned(),
        verified: false,
    });
    page.until(|s| s.calls.len() == 1).await;
    let call = page.shown.calls[0].id;
    assert_eq!(page.shown.calls[0].phase, Phase::Offered);
    assert_eq!(bench.attention.log(), [format!("ring {call}")]);
    bench.handle.submit(Intent::Answer { call }).await.unwrap();
    assert_eq!(page.request().await, EngineRequest::Accept { call });
    assert_eq!(
        bench.attention.log(),
        [format!("ring {call}"), format!("stop {call}")]
    );
    page.report(EngineEvent::Call {
        call,
        what: CallEvent::Accepted { call_sid: None },
    });
    page.until(|s| s.calls.first().is_some_and(|c| c.phase == Phase::Active))
        .await;
}

#[tokio::test]
async fn what_cannot_be_called_is_refused_with_the_reason() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    page.register().await;
    let refused = bench
        .handle
        .submit(Intent::Dial {
            to: "hello".to_owned(),
        })
        .await;
    assert!(
        matches!(refused, Err(Rejection::Address { .. })),
        "{refused:?}"
    );
    bench
        .handle
        .submit(Intent::Dial {
            to: "(202) 555-0101".to_owned(),
        })
        .await
        .unwrap();
    let EngineRequest::Connect { params, .. } = page.request().await else {
        panic!("expected Connect")
    };
    assert!(
        params.contains(&("To".to_owned(), "+12025550101".to_owned())),
        "{params:?}"
    );
}

#[tokio::test]
async fn the_token_is_renewed_by_the_clock_while_a_page_is_attached() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    page.register().await;
    bench.clock.advance_ms(3600 * 1000 - 5_000);
    let EngineRequest::UpdateToken { token } = page.request().await else {
        panic!("expected UpdateToken")
    };
    let now_s = bench.clock.now().0 / 1000;
    verify(&token, &Secret::new(KEY_SECRET.to_owned()), now_s + 3000).unwrap();
}

#[tokio::test]
async fn a_token_that_was_refused_is_not_offered_again() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    let EngineRequest::Register { token: refused, .. } = page.request().await else {
        panic!("expected Register")
    };
    page.report(EngineEvent::Registering);
    page.report(EngineEvent::DeviceError {
        code: ErrorCode(20104),
        message: "expired".to_owned(),
    });
    // In the same second: the clock stands still.
    assert_eq!(page.request().await, EngineRequest::Destroy);
    let EngineRequest::Register { token, .. } = page.request().await else {
        panic!("expected another token")
    };
    assert_ne!(token, refused);
}

#[tokio::test]
async fn closing_hangs_up_and_unregisters() {
    let bench = bench();
    let mut page = Page::attach(&bench.handle).await;
    page.register().await;
    bench
        .handle
        .submit(Intent::Dial {
            to: "+12025550101".to_owned(),
        })
        .await
        .unwrap();
    let EngineRequest::Connect { call, .. } = page.request().await else {
        panic!("expected Connect")
    };
    bench.handle.close().await;
    assert_eq!(page.request().await, EngineRequest::Disconnect { call });
    assert_eq!(page.request().await, EngineRequest::Destroy);
    assert_eq!(
        bench.handle.submit(Intent::DismissEnded).await,
        Err(Rejection::Closing),
        "a closed phone says so"
    );
}

#[tokio::test]
async fn the_browser_is_opened_at_the_dialer_and_there_is_no_sandbox_to_ask() {
    let bench = bench();
    bench.handle.submit(Intent::OpenInBrowser).await.unwrap();
    assert_eq!(bench.attention.log(), ["open http://127.0.0.1:2/#s"]);
    let asked = bench
        .handle
        .submit(Intent::Sandbox(
            protocol::sandbox::SandboxIntent::DropSocket,
        ))
        .await;
    assert_eq!(asked, Err(Rejection::NoSandbox));
}
