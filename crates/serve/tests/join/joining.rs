use app::ports::{NoMedia, SilentAttention};
use clap::Parser;
use serde_json::{Value, json};
use serve::{ComposeError, JoinProblem, Options, Running, compose};

async fn start(flags: &[&str], name: Option<&str>) -> Result<Running, ComposeError> {
    let loopback = ["--private", "127.0.0.1:0", "--public", "127.0.0.1:0"];
    let flags = ["handset"].iter().chain(&loopback).chain(flags);
    let vars = |var: &str| {
        name.filter(|_| var == "HANDSET_IDENTITY")
            .map(str::to_owned)
    };
    let outside = |_| (SilentAttention, NoMedia);
    compose(&Options::parse_from(flags), vars, outside).await
}

async fn first() -> Running {
    start(&["--sandbox"], None).await.unwrap()
}

async fn join(first: &Running, name: Option<&str>) -> Result<Running, ComposeError> {
    start(&["--join", &first.started().private_url], name).await
}

async fn ask(phone: &Running, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let started = phone.started();
    let (base, _) = started.private_url.split_once("/#").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = client.request(method, format!("{base}/sandbox/{path}"));
    request = request.bearer_auth(&started.session_secret);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// The names and numbers of the phones in the sandbox that are no scripted ones.
async fn lines(phone: &Running) -> Vec<(String, String)> {
    let (status, panel) = ask(phone, "GET", "panel", None).await;
    assert_eq!(status, 200, "{panel}");
    let phones = panel["phones"].as_array().unwrap().iter();
    let lines = phones.filter(|card| card["does"].as_str().unwrap().contains("client:"));
    let text = |card: &Value, field: &str| card[field].as_str().unwrap().to_owned();
    lines
        .map(|card| (text(card, "name"), text(card, "number")))
        .collect()
}

fn line(name: &str, number: &str) -> (String, String) {
    (name.to_owned(), number.to_owned())
}

#[tokio::test]
async fn each_phone_that_joins_has_a_name_and_a_number_until_it_leaves() {
    let first = first().await;
    let ours = line("handset", "+12025550100");
    assert_eq!(lines(&first).await, std::slice::from_ref(&ours));
    let second = join(&first, None).await.unwrap();
    let ann = join(&first, Some("ann")).await.unwrap();
    let all = [
        ours,
        line("handset_2", "+12025550110"),
        line("ann", "+12025550111"),
    ];
    for phone in [&first, &second, &ann] {
        assert_eq!(lines(phone).await, all);
    }
    assert_eq!(
        first.started().signalling_url,
        second.started().signalling_url
    );
    assert_ne!(first.started().public_url, second.started().public_url);
    second.close().await;
    assert_eq!(lines(&first).await, [all[0].clone(), all[2].clone()]);
    // What was given back is given again.
    let third = join(&first, None).await.unwrap();
    assert_eq!(lines(&third).await.last(), Some(&all[1]));
    for phone in [third, ann, first] {
        phone.close().await;
    }
}

#[tokio::test]
async fn a_phone_that_joined_has_the_sandboxs_controls_and_nothing_more_of_the_first() {
    let first = first().await;
    let second = join(&first, None).await.unwrap();
    let (status, faults) = ask(&second, "GET", "faults", None).await;
    assert_eq!((status, &faults["black_hole_media"]), (200, &json!(false)));
    let mut faults = faults;
    faults["black_hole_media"] = json!(true);
    assert_eq!(ask(&second, "PUT", "faults", Some(faults)).await.0, 200);
    let (_, faults) = ask(&first, "GET", "faults", None).await;
    assert_eq!(faults["black_hole_media"], json!(true));
    let call = json!({ "from": "+12025550142", "to": "x" });
    assert_eq!(ask(&second, "POST", "calls", Some(call)).await.0, 422);
    for path in ["..%2Ftoken", "lines"] {
        assert_eq!(ask(&second, "GET", path, None).await.0, 404, "{path}");
    }
    second.close().await;
    first.close().await;
}

#[tokio::test]
async fn who_cannot_join_hears_why_and_no_secret_is_repeated() {
    let first = first().await;
    let taken = join(&first, Some("handset")).await.err().unwrap();
    assert!(taken.to_string().contains("is called handset"), "{taken}");
    assert!(!taken.is_configuration());
    let url = first.started().private_url.clone();
    let (base, secret) = url.split_once('#').unwrap();
    let wrong = start(&["--join", &format!("{base}#wrong")], None).await;
    let wrong = wrong.err().unwrap();
    let refused = matches!(wrong, ComposeError::Join(JoinProblem::Refused(_)));
    assert!(refused, "{wrong}");
    first.close().await;
    let gone = start(&["--join", &url], None).await.err().unwrap();
    let silent = matches!(gone, ComposeError::Join(JoinProblem::NoAnswer(_)));
    assert!(silent, "{gone}");
    let nowhere = start(&["--join", "no/such/file"], None).await.err();
    let nowhere = nowhere.unwrap();
    assert!(nowhere.is_configuration(), "{nowhere}");
    for error in [taken, wrong, gone, nowhere] {
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains(secret) && !shown.contains("#wrong"),
            "{shown}"
        );
    }
}
