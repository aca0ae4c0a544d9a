//! A webhook server on loopback that remembers what it was asked, for tests.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use std::{
    future::pending,
    sync::{Arc, Mutex},
};
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinHandle,
};
use twilio::{Secret, signature};
use url::{Url, form_urlencoded};

/// The account's token in tests.
pub(crate) fn auth_token() -> Secret {
    Secret::new("the token of the tests")
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Of the form of a POST, or of the query of a GET.
    pub(crate) params: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// The signature is that of the account for this very request.
    pub(crate) signed: bool,
}

impl Seen {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(held, _)| held == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What a request is answered.
pub(crate) enum Reply {
    Now(Response),
    Never,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Now(StatusCode::from_u16(status).unwrap().into_response())
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        let response = Response::builder()
            .status(status)
            .header("location", location);
        Self::Now(response.body(Body::empty()).unwrap())
    }

    pub(crate) fn body(content_type: &str, body: impl Into<Body>) -> Self {
        let response = Response::builder().header(CONTENT_TYPE, content_type);
        Self::Now(response.body(body.into()).unwrap())
    }

    pub(crate) fn xml(body: &str) -> Self {
        Self::body("text/xml", body.to_owned())
    }
}

pub(crate) struct Server {
    base: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Answers every request by `answer`.
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base: Url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let answer = Arc::new(answer);
        let (own_base, own_seen) = (base.clone(), seen.clone());
        let router = Router::new().fallback(move |request: Request| {
            let (base, seen, answer) = (own_base.clone(), own_seen.clone(), answer.clone());
            async move {
                let request = read(&base, request).await;
                seen.lock().unwrap().push(request.clone());
                match answer(&request) {
                    Reply::Now(response) => response,
                    Reply::Never => pending().await,
                }
            }
        });
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, seen, task }
    }

    pub(crate) fn url(&self, reference: &str) -> Url {
        self.base.join(reference).unwrap()
    }

    /// What was asked so far, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(base: &Url, request: Request) -> Seen {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1_000_000).await.unwrap();
    let pairs = |form: &[u8]| {
        form_urlencoded::parse(form)
            .into_owned()
            .collect::<Vec<_>>()
    };
    let url = base.join(&parts.uri.to_string()).unwrap();
    let form = pairs(&body);
    let signature = parts.headers.get(signature::HEADER);
    let signature = signature.map_or("", |value| value.to_str().unwrap());
    let is_post = parts.method == "POST";
    Seen {
        signed: signature::validate(&auth_token(), url.as_str(), &form, signature),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        params: if is_post {
            form
        } else {
            pairs(parts.uri.query().unwrap_or_default().as_bytes())
        },
        headers: parts.headers,
    }
}

/// An address at which nothing listens, and what keeps it from others meanwhile.
pub(crate) fn nobody() -> (TcpSocket, Url) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    (socket, url.parse().unwrap())
}
