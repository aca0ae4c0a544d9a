//! Measures `twiml` and `twilio` beside Twilio's official libraries. Run by `cargo xtask bench`;
//! prints one line of JSON: what was made, nanoseconds.
//!
//! The same as libraries.cjs and libraries.py of tests/clients do, in the same way: warm, in one
//! process, the best of many rounds, in processor time, which others on the machine disturb least.
//! The documents are those of twiml/benches/documents.rs.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use hmac::{Hmac, KeyInit, Mac};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::json;
use sha1::Sha1;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime};
use twilio::sid::{AccountSid, ApplicationSid, KeySid};
use twilio::token::{self, AccessToken, VoiceGrant};
use twilio::{Secret, signature};
use twiml::{
    CallEvent, Connect, Dial, Gather, GatherInput, Number, Parameter, Pause, Redirect, Response,
    Say, Stream, Track, WriteError, direct,
};

const WARM_UP: Duration = Duration::from_millis(300);
const ROUND: Duration = Duration::from_millis(30);
const ROUNDS: usize = 15;

const GIVEN: &str = include_str!("../../clients/bench.json");

/// What all three languages are given.
#[derive(Deserialize)]
struct Given {
    account_sid: String,
    auth_token: String,
    api_key: String,
    api_secret: String,
    application_sid: String,
    identity: String,
    public_url: String,
    form: String,
}

const EVENTS: [CallEvent; 4] = [
    CallEvent::Initiated,
    CallEvent::Ringing,
    CallEvent::Answered,
    CallEvent::Completed,
];

fn dial() -> Result<String, WriteError> {
    let number = Number::new(black_box("+12025550101"))
        .status_callback("https://phone.example.com/voice/status")
        .status_callback_event(EVENTS);
    let dial = Dial::new()
        .answer_on_bridge(true)
        .action("https://phone.example.com/voice/outgoing/result")
        .method("POST")
        .caller_id("+12025550100")
        .timeout_s(25)
        .number(number);
    Response::new().with(dial).to_xml()
}

fn menu() -> Result<String, WriteError> {
    let question = Say::new("Press 1 for sales & support, or 2 to leave a message.")
        .voice("Polly.Joanna")
        .language("en-US");
    let gather = Gather::new()
        .input([GatherInput::Dtmf, GatherInput::Speech])
        .num_digits(1)
        .timeout_s(5)
        .action("https://phone.example.com/menu")
        .method("POST")
        .with(question)
        .with(Pause::new().length_s(1));
    let goodbye = Say::new("We did not hear anything. Goodbye.").voice("Polly.Joanna");
    let again = Redirect::new(black_box("https://phone.example.com/again?a=1&b=2"));
    Response::new()
        .with(gather)
        .with(goodbye)
        .with(again.method("POST"))
        .to_xml()
}

fn stream() -> Result<String, WriteError> {
    let stream = Stream::new()
        .url(black_box("wss://media.example.com/calls"))
        .track(Track::Both)
        .with(Parameter::new().name("caller").value("+12025550101"));
    Response::new().with(Connect::new().with(stream)).to_xml()
}

fn dial_direct() -> Result<String, WriteError> {
    direct::document(|response| {
        response.element::<Dial>(
            |dial| {
                dial.answer_on_bridge(true)
                    .action("https://phone.example.com/voice/outgoing/result")
                    .method("POST")
                    .caller_id("+12025550100")
                    .timeout_s(25)
            },
            |dial| {
                dial.element::<Number>(
                    |number| {
                        number
                            .status_callback("https://phone.example.com/voice/status")
                            .status_callback_event(EVENTS)
                    },
                    |number| number.text(black_box("+12025550101")),
                )
            },
        )
    })
}

fn menu_direct() -> Result<String, WriteError> {
    direct::document(|response| {
        response
            .element::<Gather>(
                |gather| {
                    gather
                        .input([GatherInput::Dtmf, GatherInput::Speech])
                        .num_digits(1)
                        .timeout_s(5)
                        .action("https://phone.example.com/menu")
                        .method("POST")
                },
                |gather| {
                    gather
                        .element::<Say>(
                            |say| say.voice("Polly.Joanna").language("en-US"),
                            |say| say.text("Press 1 for sales & support, or 2 to leave a message."),
                        )
                        .element::<Pause>(|pause| pause.length_s(1), |pause| pause)
                },
            )
            .element::<Say>(
                |say| say.voice("Polly.Joanna"),
                |say| say.text("We did not hear anything. Goodbye."),
            )
            .element::<Redirect>(
                |redirect| redirect.method("POST"),
                |redirect| redirect.text(black_box("https://phone.example.com/again?a=1&b=2")),
            )
    })
}

fn stream_direct() -> Result<String, WriteError> {
    direct::document(|response| {
        response.element::<Connect>(
            |connect| connect,
            |connect| {
                connect.element::<Stream>(
                    |stream| {
                        stream
                            .url(black_box("wss://media.example.com/calls"))
                            .track(Track::Both)
                    },
                    |stream| {
                        stream.element::<Parameter>(
                            |parameter| parameter.name("caller").value("+12025550101"),
                            |parameter| parameter,
                        )
                    },
                )
            },
        )
    })
}

type Build = fn() -> Result<String, WriteError>;

/// The documents: by types, and written as they are told.
const DOCUMENTS: [(&str, Build, Build); 3] = [
    ("dial", dial, dial_direct),
    ("menu", menu, menu_direct),
    ("stream", stream, stream_direct),
];

/// Nanoseconds of processor time that one `work` takes: the best of many rounds.
fn measure<T>(work: impl Fn() -> T) -> f64 {
    let run = |times: u32| {
        let began = processor_time();
        for _ in 0..times {
            black_box(work());
        }
        processor_time().saturating_sub(began)
    };
    let mut times = 1;
    let warm = Instant::now();
    while warm.elapsed() < WARM_UP {
        let took = run(times).as_secs_f64().max(1e-9);
        times = (f64::from(times) * ROUND.as_secs_f64() / took).max(1.0) as u32;
    }
    let rounds = (0..ROUNDS).map(|_| run(times).as_secs_f64() / f64::from(times));
    rounds.fold(f64::INFINITY, f64::min) * 1e9
}

/// What this process has used of a processor so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("processor time begins at zero")
}

fn now_s() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed();
    since.expect("the clock is right").as_secs()
}

/// What is signed of a form: the URL, then names and values in the order of the names.
fn signed_text(url: &str, params: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = params.iter().collect();
    sorted.sort();
    let pairs = sorted
        .into_iter()
        .map(|(name, value)| format!("{name}{value}"));
    std::iter::once(url.to_owned()).chain(pairs).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let given: Given = serde_json::from_str(GIVEN)?;
    let mut ns = BTreeMap::new();
    let (mut documents, mut direct) = (BTreeMap::new(), BTreeMap::new());
    for (name, build, build_direct) in DOCUMENTS {
        let xml = build()?;
        ns.insert(format!("build {name}"), measure(build));
        ns.insert(format!("build {name}, direct"), measure(build_direct));
        let read = || twiml::read(black_box(&xml));
        assert_eq!(read()?.to_xml()?, xml, "it is read as it was written");
        ns.insert(format!("read {name}"), measure(read));
        documents.insert(name, xml);
        direct.insert(name, build_direct()?);
    }

    let secret = Secret::new(given.api_secret);
    // The SIDs are read each time, as the other libraries take them as text.
    let mint = || -> Result<String, Box<dyn Error>> {
        let account = AccountSid::parse(&given.account_sid)?;
        let key = KeySid::parse(&given.api_key)?;
        let voice = VoiceGrant {
            incoming: true,
            application: Some(ApplicationSid::parse(&given.application_sid)?),
            ..VoiceGrant::default()
        };
        let token = AccessToken::new(&account, &key, &secret, &given.identity);
        Ok(token.voice(&voice).mint(now_s())?)
    };
    let jwt = mint()?;
    let verify = || token::verify(black_box(&jwt), &secret, now_s());
    verify()?;
    ns.insert("mint".to_owned(), measure(mint));
    ns.insert("verify".to_owned(), measure(verify));

    let auth_token = Secret::new(given.auth_token);
    let url = format!("{}/voice/incoming", given.public_url);
    let params = twilio::webhook::Params::parse_form(given.form.as_bytes());
    assert_eq!(params.pairs().len(), 28);
    let signed = signature::sign(&auth_token, &url, params.pairs());
    let validate = || {
        let params = black_box(params.pairs());
        signature::validate(&auth_token, &url, params, black_box(&signed))
    };
    assert!(validate(), "the signature holds");
    ns.insert("signature".to_owned(), measure(validate));
    // What no check can do without, with the key made ready: the goal cannot be below it.
    let ready = Hmac::<Sha1>::new_from_slice(auth_token.expose().as_bytes())?;
    let signed_text = signed_text(&url, params.pairs());
    let hash = || {
        let hmac = ready.clone().chain_update(black_box(&signed_text));
        hmac.finalize().into_bytes()
    };
    assert_eq!(BASE64_STANDARD.encode(hash()), signed, "it is that text");
    ns.insert("signature, hash alone".to_owned(), measure(hash));

    let made = json!({
        "documents": documents,
        "direct": direct,
        "token": jwt,
        "signature": signed,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", json!({ "made": made, "ns": ns }))?;
    Ok(())
}
