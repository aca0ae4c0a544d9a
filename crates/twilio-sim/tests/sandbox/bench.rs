//! The bench that the tests work at: a sandbox, a webhook server that answers what a test wants,
//! and raw signalling clients.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use twilio::token::{TokenRequest, mint};
use twilio_sim::{CallReport, Config, Sandbox, Urls};

/// How long a test waits for what must come; only a failing test waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Seconds since 1970.
pub(crate) fn now_s() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

type Documents = Arc<Mutex<HashMap<String, String>>>;

/// A sandbox and the webhook server that it asks.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    documents: Documents,
    base: String,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let sandbox = Sandbox::start(Config {
            voice: false,
            ..config
        })
        .await
        .unwrap();
        let documents = Documents::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/{name}", post(document))
            .with_state(documents.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let bench = Self {
            sandbox,
            documents,
            base,
        };
        bench.sandbox.set_webhooks(bench.webhooks(""));
        bench
    }

    /// The webhooks `<prefix>outgoing` and `<prefix>incoming`.
    pub(crate) fn webhooks(&self, prefix: &str) -> Urls {
        let base = &self.base;
        Urls {
            voice_url_application: format!("{base}/{prefix}outgoing"),
            voice_url_number: format!("{base}/{prefix}incoming"),
            fallback_url: None,
            status_callback: None,
        }
    }

    /// What the webhook `name` answers: the inside of a `<Response>`.
    pub(crate) fn answer(&self, name: &str, verbs: &str) {
        let document = format!("<Response>{verbs}</Response>");
        self.documents
            .lock()
            .unwrap()
            .insert(name.to_owned(), document);
    }

    pub(crate) fn token(&self, identity: &str) -> String {
        self.token_with(identity, |_| {})
    }

    /// A token that differs from a good one.
    pub(crate) fn token_with<'a>(
        &'a self,
        identity: &'a str,
        change: impl FnOnce(&mut TokenRequest<'a>),
    ) -> String {
        let account = self.sandbox.account();
        let mut request = TokenRequest {
            account: &account.account_sid,
            key: &account.key_sid,
            secret: &account.key_secret,
            identity,
            application: Some(&account.application_sid),
            params: &[],
            incoming: true,
            ttl_s: 3_600,
            region: None,
        };
        change(&mut request);
        mint(&request, now_s()).unwrap()
    }

    /// A connection that has said nothing yet.
    pub(crate) async fn connect(&self) -> Device {
        let url = format!("ws://{}/signal", self.sandbox.signalling());
        let (socket, _) = connect_async(url).await.unwrap();
        Device {
            socket,
            heartbeats: 0,
        }
    }

    /// A connection whose token was taken.
    pub(crate) async fn listening(&self, identity: &str) -> Device {
        self.listening_with(&self.token(identity)).await
    }

    async fn listening_with(&self, token: &str) -> Device {
        let mut device = self.connect().await;
        device.listen(token, 30).await;
        device.expect("connected").await;
        device
    }

    /// A registered device.
    pub(crate) async fn registered(&self, identity: &str) -> Device {
        self.registered_with(&self.token(identity)).await
    }

    /// A registered device with this token.
    pub(crate) async fn registered_with(&self, token: &str) -> Device {
        let mut device = self.listening_with(token).await;
        device
            .send("register", json!({"media": {"audio": true}}))
            .await;
        device.expect("ready").await;
        device
    }

    /// The report of a call.
    pub(crate) fn report(&self, call_sid: &str) -> CallReport {
        let reports = self.sandbox.calls();
        let report = reports.into_iter().find(|call| call.call_sid == call_sid);
        report.expect("the call is in the book")
    }

    /// Waits until a line of the log contains `text`.
    #[track_caller]
    pub(crate) fn logged(&self, text: &str) -> impl Future<Output = ()> {
        let sandbox = self.sandbox.clone();
        let text = text.to_owned();
        async move {
            let mut changed = sandbox.changed();
            let found = async {
                while !sandbox.log().iter().any(|line| line.text.contains(&text)) {
                    changed.changed().await.unwrap();
                }
            };
            if tokio::time::timeout(PATIENCE, found).await.is_err() {
                panic!("nothing with {text:?} in the log: {:#?}", sandbox.log());
            }
        }
    }

    /// Waits until the reports of the calls are as wanted.
    pub(crate) async fn until(&self, what: &str, mut wanted: impl FnMut(&[CallReport]) -> bool) {
        let asked = async {
            while !wanted(&self.sandbox.calls()) {
                // Sound has no event to wait for.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, asked).await.is_err() {
            panic!(
                "never {what}: {:#?}\n{:#?}",
                self.sandbox.calls(),
                self.sandbox.log()
            );
        }
    }
}

async fn document(
    State(documents): State<Documents>,
    Path(name): Path<String>,
) -> impl IntoResponse {
    match documents.lock().unwrap().get(&name) {
        Some(document) => (
            StatusCode::OK,
            [(CONTENT_TYPE, "text/xml")],
            document.clone(),
        ),
        None => (
            StatusCode::NOT_FOUND,
            [(CONTENT_TYPE, "text/plain")],
            String::new(),
        ),
    }
}

/// A raw signalling client.
pub(crate) struct Device {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) heartbeats: usize,
}

/// A frame of the server's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) kind: String,
    pub(crate) payload: Value,
}

impl Frame {
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let value = self.payload.pointer(pointer).and_then(Value::as_str);
        value
            .unwrap_or_else(|| panic!("no {pointer} in {self:?}"))
            .to_owned()
    }

    pub(crate) fn code(&self) -> Option<u64> {
        self.payload.pointer("/error/code").and_then(Value::as_u64)
    }
}

impl Device {
    pub(crate) async fn send(&mut self, kind: &str, payload: Value) {
        let frame = json!({"type": kind, "version": "1.6", "payload": payload});
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::binary(bytes)).await.unwrap();
    }

    pub(crate) async fn listen(&mut self, token: &str, reconnect_timeout_s: u64) {
        let payload = json!({"token": token, "reconnectTimeout": reconnect_timeout_s,
            "browserinfo": {"p": "browser", "plugin": "rtc", "v": "2.18.5"}});
        self.send("listen", payload).await;
    }

    /// The next frame that is no heartbeat; heartbeats are answered. `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let next = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) if text.as_str() == "\n" => {
                        self.heartbeats += 1;
                        // The server may be gone by now; the next read says so.
                        let _ = self.socket.send(Message::text("\n")).await;
                    }
                    Some(Ok(Message::Text(text))) => {
                        let frame: Value = serde_json::from_str(&text).unwrap();
                        assert_eq!(frame["version"], "1.6");
                        return Some(Frame {
                            kind: frame["type"].as_str().unwrap().to_owned(),
                            payload: frame["payload"].clone(),
                        });
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(other)) => panic!("unexpected {other:?}"),
                }
            }
        };
        let next = tokio::time::timeout(PATIENCE, next).await;
        next.expect("a frame comes in time")
    }

    /// The next frame, which must be of this type.
    pub(crate) async fn expect(&mut self, kind: &str) -> Frame {
        let frame = self.next().await;
        match frame {
            Some(frame) if frame.kind == kind => frame,
            other => panic!("expected {kind}, got {other:?}"),
        }
    }

    /// The connection ends without another frame.
    pub(crate) async fn expect_end(&mut self) {
        assert_eq!(self.next().await, None);
    }

    /// Waits for so many heartbeats more.
    pub(crate) async fn expect_heartbeats(&mut self, count: usize) {
        for _ in 0..count {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match message.expect("a heartbeat comes in time") {
                Some(Ok(Message::Text(text))) if text.as_str() == "\n" => {}
                other => panic!("expected a heartbeat, got {other:?}"),
            }
        }
    }

    /// Cuts the connection as a network does.
    pub(crate) fn cut(self) {
        drop(self);
    }
}
