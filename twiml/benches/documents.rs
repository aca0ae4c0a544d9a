//! How long it takes to build and to read a document.
//!
//! `dial` is what a softphone answers to an outgoing call, `menu` a question with two choices,
//! `stream` hands a call to a program.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use twiml::{
    CallEvent, Connect, Dial, Gather, GatherInput, Number, Parameter, Pause, Redirect, Response,
    Say, Stream, Track, WriteError, direct,
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

/// [`dial`], written as it is told.
fn dial_direct() -> Result<String, WriteError> {
    let events = [
        CallEvent::Initiated,
        CallEvent::Ringing,
        CallEvent::Answered,
        CallEvent::Completed,
    ];
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
                            .status_callback_event(events)
                    },
                    |number| number.text(black_box("+12025550101")),
                )
            },
        )
    })
}

/// [`menu`], written as it is told.
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
    let mut group = criterion.benchmark_group("direct");
    group.bench_function("dial", |bencher| bencher.iter(dial_direct));
    group.bench_function("menu", |bencher| bencher.iter(menu_direct));
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
