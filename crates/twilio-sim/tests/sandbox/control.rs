//! The HTTP interface.

use crate::bench::Bench;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The control router of a bench, served at an address.
struct Control {
    client: Client,
    base: String,
}

impl Control {
    async fn of(bench: &Bench) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/sandbox", listener.local_addr().unwrap());
        let router = bench.sandbox.control_router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            client: Client::builder().no_proxy().build().unwrap(),
            base,
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&str>) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        body
    }

    /// A request that is refused with a sentence that has `says` in it.
    async fn refused(&self, method: Method, path: &str, body: &str, code: u16, says: &str) {
        let (status, answer) = self.ask(method, path, Some(body)).await;
        assert_eq!(status.as_u16(), code, "{body}: {answer}");
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(error.contains(says), "{body}: {answer}");
    }
}

#[tokio::test]
async fn a_call_is_made_and_reported() {
    let bench = Bench::new().await;
    bench.answer("incoming", "<Reject reason=\"busy\"/>");
    let control = Control::of(&bench).await;
    let body = json!({"from": "+12025550142", "to": bench.sandbox.account().number}).to_string();
    let (status, called) = control.ask(Method::POST, "/calls", Some(&body)).await;
    assert_eq!(status, StatusCode::CREATED);
    bench
        .until("the call is over", |calls| {
            calls.iter().all(|call| call.status.is_over())
        })
        .await;
    let calls = control.get("/calls").await;
    let call = &calls[0];
    assert_eq!(call["call_sid"], called["call_sid"]);
    assert_eq!(call["status"], "busy");
    assert_eq!(call["played"], json!(["Reject"]));
    for field in ["parent_call_sid", "codec", "digits_by", "heard", "error"] {
        assert_eq!(call[field], Value::Null, "{field}");
    }
    let webhooks = control.get("/webhooks").await;
    assert_eq!(webhooks[0]["call_sid"], called["call_sid"]);
    assert_eq!(webhooks[0]["status"], 200);
    let log = control.get("/log").await;
    assert_eq!(log[0]["seq"], 1);
    assert!(log[0]["at_ms"].as_u64().unwrap() > 1_600_000_000_000);
    assert!(log[0]["text"].as_str().unwrap().contains("•••• ••42"));
}

#[tokio::test]
async fn a_call_that_cannot_be_made_says_what_to_do() {
    let bench = Bench::new().await;
    let control = Control::of(&bench).await;
    let post = Method::POST;
    control
        .refused(post.clone(), "/calls", "{", 400, "application/json")
        .await;
    control
        .refused(
            post.clone(),
            "/calls",
            r#"{"from":"+12025550142"}"#,
            400,
            "to",
        )
        .await;
    control
        .refused(
            post.clone(),
            "/calls",
            r#"{"from":"Tobin","to":"+12025550100"}"#,
            422,
            "must be a number",
        )
        .await;
    control
        .refused(
            post,
            "/calls",
            r#"{"from":"+12025550142","to":"+15550000000"}"#,
            422,
            "call our line +12025550100",
        )
        .await;
    assert_eq!(control.get("/calls").await, json!([]));
}

#[tokio::test]
async fn faults_are_read_set_and_refused() {
    let bench = Bench::new().await;
    let control = Control::of(&bench).await;
    let off = json!({"mute_heartbeats": false, "black_hole_media": false, "delay_webhooks_ms": 0,
        "break_webhooks": null, "refuse_registration": null});
    assert_eq!(control.get("/faults").await, off);
    let mut on = off.clone();
    on["delay_webhooks_ms"] = json!(3_000);
    on["break_webhooks"] = json!("wrong_signature");
    let (status, set) = control
        .ask(Method::PUT, "/faults", Some(&on.to_string()))
        .await;
    assert_eq!((status, &set), (StatusCode::OK, &on));
    assert_eq!(control.get("/faults").await, on);
    let put = Method::PUT;
    control
        .refused(
            put.clone(),
            "/faults",
            r#"{"refuse_registration":1}"#,
            422,
            "20104",
        )
        .await;
    control
        .refused(put, "/faults", r#"{"typo":true}"#, 400, "typo")
        .await;
    assert_eq!(
        control.get("/faults").await,
        on,
        "a refused change changes nothing"
    );
}

#[tokio::test]
async fn one_time_faults_happen_once() {
    let bench = Bench::new().await;
    let control = Control::of(&bench).await;
    let mut device = bench.listening("ann").await;
    let drop_socket = control
        .ask(Method::POST, "/faults/drop-socket", None)
        .await
        .0;
    assert_eq!(drop_socket, StatusCode::NO_CONTENT);
    device.expect_end().await;
    let mut device = bench.listening("ann").await;
    let expire = control
        .ask(Method::POST, "/faults/expire-token", None)
        .await
        .0;
    assert_eq!(expire, StatusCode::NO_CONTENT);
    assert_eq!(device.expect("error").await.code(), Some(20104));
}

#[tokio::test]
async fn the_phones_are_listed() {
    let bench = Bench::new().await;
    let control = Control::of(&bench).await;
    let phones = control.get("/phones").await;
    let tobin = phones
        .as_array()
        .unwrap()
        .iter()
        .find(|phone| phone["number"] == "+12025550142")
        .unwrap();
    assert_eq!(tobin["name"], "Tobin Vale");
    assert_eq!(tobin["calls_us"], true);
}
