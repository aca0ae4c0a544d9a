//! How long it takes to build and to read a document.
//!
//! `dial` is what a softphone answers to an outgoing call, `menu` a question with two choices,
//! `stream` hands a call to a program.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use twiml::{
    CallEvent, Connect, Dial, Gather, GatherInput, Number, Parameter, Pause, Redirect, Response,
    Say, Stream, Track,
};

fn dial() -> Response {
    let events = [
        CallEvent::Initiated,
        CallEvent::Ringing,
        CallEvent::Answered,
        CallEvent::Completed,
    ];
    let number = Number::new(black_box("+12025550101"))
        .status_callback("https://phone.example.com/voice/status")
        .status_callback_event(events);
    let dial = Dial::new()
        .answer_on_bridge(true)
        .action("https://phone.example.com/voice/outgoing/result")
        .method("POST")
        .caller_id("+12025550100")
        .timeout_s(25)
        .number(number);
    Response::new().with(dial)
}

fn menu() -> Response {
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
    Response::new()
        .with(gather)
        .with(goodbye)
        .with(Redirect::new(black_box("https://phone.example.com/again?a=1&b=2")).method("POST"))
}

fn stream() -> Response {
    let stream = Stream::new()
        .url(black_box("wss://media.example.com/calls"))
        .track(Track::Both)
        .with(Parameter::new().name("caller").value("+12025550101"));
    Response::new().with(Connect::new().with(stream))
}

/// A document near the length that Twilio takes.
fn long() -> Response {
    let say = |n: u32| Say::new(format!("Line {n}, with <marks> & more.")).voice("alice");
    (0..600).map(|n| say(n).into()).collect()
}

type Build = fn() -> Response;

const CASES: [(&str, Build); 4] = [
    ("dial", dial),
    ("menu", menu),
    ("stream", stream),
    ("long", long),
];

fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    for (name, build) in CASES {
        group.bench_function(name, |bencher| {
            bencher.iter(|| build().to_xml().expect("it can be written"));
        });
    }
    group.finish();
}

fn write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("write");
    for (name, build) in CASES {
        let response = build();
        group.bench_function(name, |bencher| {
            bencher.iter(|| response.to_xml().expect("it can be written"));
        });
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    each_document(criterion, "read", |xml| {
        black_box(twiml::read(xml).expect("it can be read"));
    });
}

fn check(criterion: &mut Criterion) {
    each_document(criterion, "check", |xml| {
        black_box(twiml::check(xml).expect("it can be read"));
    });
}

fn each_document(criterion: &mut Criterion, what: &str, work: fn(&str)) {
    let mut group = criterion.benchmark_group(what);
    for (name, build) in CASES {
        let xml = build().to_pretty_xml().expect("it can be written");
        group.throughput(Throughput::Bytes(xml.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| work(black_box(&xml))));
    }
    group.finish();
}

criterion_group!(benches, build, write, read, check);
criterion_main!(benches);
