use super::{LISTED, SECRET, Server};
use crate::testing::{RecordingHost, Told, snapshot};
use futures_util::{SinkExt, StreamExt};
use protocol::{
    Answer, CallId, ClientFrame, EngineEvent, Epoch, Intent, Notice, PageInfo, Question, Rejection,
    ServerFrame, ShellMessage,
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderValue, Request},
        protocol::frame::coding::CloseCode,
    },
};

const PAGE: PageInfo = PageInfo {
    webrtc: true,
    window: false,
};

/// The opening of a socket as the page does it.
fn opening(server: &Server) -> Request<()> {
    let mut request = format!("ws://{}/app/socket", server.address)
        .into_client_request()
        .unwrap();
    set(&mut request, "origin", &server.origin());
    set(
        &mut request,
        "sec-websocket-protocol",
        &format!("handset.v1, {SECRET}"),
    );
    request
}

fn set(request: &mut Request<()>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().insert(name, value);
}

async fn try_open(
    server: &Server,
    request: Request<()>,
) -> Result<WebSocketStream<TcpStream>, tungstenite::Error> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (socket, response) = client_async(request, stream).await?;
    // The secret is not repeated.
    assert_eq!(response.headers()["sec-websocket-protocol"], "handset.v1");
    Ok(socket)
}

/// A page at its socket.
struct Page {
    socket: WebSocketStream<TcpStream>,
    host: RecordingHost,
}

impl Page {
    async fn open(server: &Server) -> Self {
        Self {
            socket: try_open(server, opening(server)).await.unwrap(),
            host: server.host.clone(),
        }
    }

    async fn attached(server: &Server) -> Self {
        let mut page = Self::open(server).await;
        page.send(&ClientFrame::Attach { id: 1, page: PAGE }).await;
        let snapshot = Box::new(snapshot(Epoch(1)));
        assert_eq!(page.next().await, ServerFrame::Attached { id: 1, snapshot });
        page
    }

    async fn send(&mut self, frame: &ClientFrame) {
        self.send_text(serde_json::to_string(frame).unwrap()).await;
    }

    async fn send_text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    async fn next(&mut self) -> ServerFrame {
        let message = self.socket.next().await.unwrap().unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    async fn is_answered(&mut self) {
        let question = Question::Check {
            typed: "+12025550101".to_owned(),
        };
        self.send(&ClientFrame::Ask { id: 77, question }).await;
        let answer = Answer::Number {
            written: "+1 (202) 555-0101".to_owned(),
        };
        assert_eq!(self.next().await, ServerFrame::Answered { id: 77, answer });
    }
}

#[track_caller]
fn refuses(
    server: &Server,
    request: Request<()>,
    status: u16,
    sentence: &'static str,
) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        match try_open(server, request).await {
            Err(tungstenite::Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                let body = String::from_utf8(body).unwrap();
                assert_eq!(response.status().as_u16(), status, "{place}: {body}");
                assert!(body.contains(sentence), "{place}: {body:?}");
            }
            other => panic!("{place}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn opens_only_with_the_secret_as_second_subprotocol() {
    let server = Server::start().await;
    let sentence = "\"handset.v1\" and then the secret";
    let mut none = opening(&server);
    none.headers_mut().remove("sec-websocket-protocol");
    refuses(&server, none, 401, sentence).await;
    for offered in [
        "handset.v1".to_owned(),
        "handset.v1, wrong".to_owned(),
        SECRET.to_owned(),
        format!("{SECRET}, handset.v1"),
        format!("handset.v1, wrong, {SECRET}"),
        format!("handset.v2, {SECRET}"),
        "handset.v1, ".to_owned(),
    ] {
        let mut request = opening(&server);
        set(&mut request, "sec-websocket-protocol", &offered);
        refuses(&server, request, 401, sentence).await;
    }
    let mut bearer_only = opening(&server);
    bearer_only.headers_mut().remove("sec-websocket-protocol");
    set(
        &mut bearer_only,
        "authorization",
        &format!("Bearer {SECRET}"),
    );
    refuses(&server, bearer_only, 401, sentence).await;
    assert_eq!(server.host.told(), []);
}

#[tokio::test]
async fn opens_only_for_its_own_page() {
    let server = Server::start().await;
    let mut none = opening(&server);
    none.headers_mut().remove("origin");
    refuses(&server, none, 403, "send its address as the Origin").await;
    for origin in [LISTED, "https://evil.example", "null"] {
        let mut request = opening(&server);
        set(&mut request, "origin", origin);
        refuses(&server, request, 403, "origin of this page").await;
    }
    let mut elsewhere = opening(&server);
    set(&mut elsewhere, "host", "evil.example");
    refuses(&server, elsewhere, 421, "own address").await;
}

#[tokio::test]
async fn says_that_it_is_a_socket_to_who_asks_without_upgrading() {
    let server = Server::start().await;
    let response = server
        .get("/app/socket")
        .header("origin", server.origin())
        .header("sec-websocket-protocol", format!("handset.v1, {SECRET}"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 400);
    assert!(
        response
            .text()
            .await
            .unwrap()
            .contains("is the dialer's WebSocket")
    );
}

#[tokio::test]
async fn attaches_a_page_and_sends_it_what_comes_in_order() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    assert_eq!(page.host.told(), [Told::Attach(PAGE)]);
    let messages: Vec<_> = (1..=3)
        .map(|n| ShellMessage::Named {
            call_sid: protocol::CallSid(format!("CA{n}")),
            call: CallId(n),
        })
        .collect();
    for message in &messages {
        page.host.say(message.clone());
    }
    for message in messages {
        assert_eq!(page.next().await, ServerFrame::Message { message });
    }
}

#[tokio::test]
async fn answers_each_verb_with_the_id_of_its_frame() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    for (id, intent, rejection) in [
        (5, Intent::DismissEnded, None),
        (6, Intent::Reconnect, Some(Rejection::Busy)),
    ] {
        page.send(&ClientFrame::Submit { id, intent }).await;
        assert_eq!(page.next().await, ServerFrame::Submitted { id, rejection });
    }
    page.is_answered().await;
    let (epoch, event) = (Epoch(1), EngineEvent::Registered);
    page.send(&ClientFrame::Report {
        epoch,
        event: event.clone(),
    })
    .await;
    page.host.hears(&Told::Report(epoch, event)).await;
    let told = page.host.told();
    assert_eq!(told[1], Told::Submit(Intent::DismissEnded));
    assert_eq!(told[2], Told::Submit(Intent::Reconnect));
}

#[tokio::test]
async fn messages_go_down_while_an_answer_is_awaited() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    let permits = page.host.submissions.forget_permits(usize::MAX);
    assert!(permits > 0);
    let intent = Intent::DismissEnded;
    page.send(&ClientFrame::Submit {
        id: 2,
        intent: intent.clone(),
    })
    .await;
    page.host.hears(&Told::Submit(intent)).await;
    let message = ShellMessage::Snapshot(Box::new(snapshot(Epoch(1))));
    page.host.say(message.clone());
    assert_eq!(page.next().await, ServerFrame::Message { message });
    page.host.submissions.add_permits(1);
    let rejection = None;
    assert_eq!(
        page.next().await,
        ServerFrame::Submitted { id: 2, rejection }
    );
}

#[tokio::test]
async fn says_what_it_could_not_read_and_goes_on() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    let report = ClientFrame::Report {
        epoch: Epoch(1),
        event: EngineEvent::Registering,
    };
    for text in [
        "",
        "not json",
        "[]",
        r#"{"verb":"explode"}"#,
        r#"{"verb":"submit","id":-1,"intent":{"intent":"dismiss_ended"}}"#,
        r#"{"verb":"submit","id":1}"#,
        &"[".repeat(10_000),
    ] {
        page.send_text(text.to_owned()).await;
        let answer = page.next().await;
        assert!(
            matches!(&answer, ServerFrame::Malformed { error } if !error.is_empty()),
            "{answer:?}"
        );
    }
    let binary = serde_json::to_vec(&report).unwrap();
    page.socket.send(Message::binary(binary)).await.unwrap();
    let error = "a frame is JSON text, not binary".to_owned();
    assert_eq!(page.next().await, ServerFrame::Malformed { error });
    page.is_answered().await;
}

#[tokio::test]
async fn takes_a_frame_of_64_kb_and_closes_at_a_larger_one() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    page.send_text(" ".repeat(64 * 1024)).await;
    let answer = page.next().await;
    assert!(
        matches!(answer, ServerFrame::Malformed { .. }),
        "{answer:?}"
    );
    page.send_text(" ".repeat(64 * 1024 + 1)).await;
    let closed = page.socket.next().await.unwrap().unwrap();
    let Message::Close(Some(frame)) = closed else {
        panic!("{closed:?}");
    };
    assert_eq!(frame.code, CloseCode::Size);
    assert_eq!(frame.reason, "a frame has at most 64 kB");
    // Reading on answers the close.
    assert!(page.socket.next().await.is_none());
    page.host.hears(&Told::Detach(Epoch(1))).await;
}

#[tokio::test]
async fn does_not_even_read_a_frame_without_end() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    let huge = " ".repeat(4 * 1024 * 1024);
    // It may break off while it is being sent.
    let _ = page.socket.send(Message::text(huge)).await;
    page.host.hears(&Told::Detach(Epoch(1))).await;
}

#[tokio::test]
async fn tells_the_host_when_the_page_goes_with_a_word_or_without() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    page.socket.close(None).await.unwrap();
    page.host.hears(&Told::Detach(Epoch(1))).await;

    let server = Server::start().await;
    let page = Page::attached(&server).await;
    let host = page.host.clone();
    drop(page);
    host.hears(&Told::Detach(Epoch(1))).await;
}

#[tokio::test]
async fn a_page_that_never_attached_is_not_detached() {
    let server = Server::start().await;
    let mut first = Page::open(&server).await;
    first.is_answered().await;
    first.socket.close(None).await.unwrap();
    while let Some(Ok(_)) = first.socket.next().await {}
    let mut second = Page::open(&server).await;
    second.is_answered().await;
    let told = server.host.told();
    assert!(told.iter().all(|t| matches!(t, Told::Ask(_))), "{told:?}");
}

#[tokio::test]
async fn a_displaced_page_hears_of_it_and_can_attach_again() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    let message = ShellMessage::Notice(Notice::Displaced);
    page.host.say(message.clone());
    page.host.displace();
    assert_eq!(page.next().await, ServerFrame::Message { message });
    page.is_answered().await;
    // The host of the test counts the senders it has, so this is its first again.
    page.send(&ClientFrame::Attach { id: 9, page: PAGE }).await;
    let snapshot = Box::new(snapshot(Epoch(1)));
    assert_eq!(page.next().await, ServerFrame::Attached { id: 9, snapshot });
    page.host.say(ShellMessage::Notice(Notice::Displaced));
    let message = ShellMessage::Notice(Notice::Displaced);
    assert_eq!(page.next().await, ServerFrame::Message { message });
}

#[tokio::test]
async fn only_the_last_attachment_of_a_socket_is_detached() {
    let server = Server::start().await;
    let mut page = Page::attached(&server).await;
    page.send(&ClientFrame::Attach { id: 2, page: PAGE }).await;
    let snapshot = Box::new(snapshot(Epoch(2)));
    assert_eq!(page.next().await, ServerFrame::Attached { id: 2, snapshot });
    page.socket.close(None).await.unwrap();
    page.host.hears(&Told::Detach(Epoch(2))).await;
    let told = page.host.told();
    assert!(!told.contains(&Told::Detach(Epoch(1))), "{told:?}");
}
