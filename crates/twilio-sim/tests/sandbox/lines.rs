//! Phones that share the sandbox: each has a number, a name and webhooks of its own.

use crate::bench::{Bench, Device};
use crate::softphone::Media;
use twilio_sim::{JoinError, Line};

/// Lets `ann` join with webhooks of her own.
fn ann_joins(bench: &Bench) -> Line {
    let urls = bench.webhooks("ann_");
    bench.sandbox.join(Some("ann"), &urls).unwrap()
}

/// A registered device of ann's, whose calls follow her own application.
async fn anns_device(bench: &Bench, line: &Line) -> Device {
    let application = Some(&line.application_sid);
    let token = bench.token_with("ann", |request| request.application = application);
    bench.registered_with(&token).await
}

/// Two phones talk: `caller` calls `to`, and both hear the other.
async fn talk(caller: &mut Device, to: &str, called: &mut Device) {
    let mut there = Media::saying(700.0).await;
    let mut here = Media::saying(500.0).await;
    caller.call("CALL1", to, &there).await;
    let (ringing, call_sid) = {
        let (accepted, _) = called.accept(&mut here).await;
        let (call_sid, _) = caller.answered(&mut there).await;
        (accepted, call_sid)
    };
    there.hears(500.0).await;
    here.hears(700.0).await;
    caller.hang_up(&call_sid).await;
    let end = called.expect("hangup").await;
    assert_eq!(end.text("/callsid"), ringing);
}

#[tokio::test]
async fn phones_call_each_other_by_number_and_both_are_heard() {
    let bench = Bench::new().await;
    let line = ann_joins(&bench);
    let ours = bench.sandbox.account().number.clone();
    let dial = |as_number: &str, number: &str| {
        format!(
            "<Dial answerOnBridge=\"true\" callerId=\"{as_number}\"><Number>{number}</Number></Dial>"
        )
    };
    let ring = |name: &str| format!("<Dial answerOnBridge=\"true\"><Client>{name}</Client></Dial>");
    bench.answer("outgoing", &dial(&ours, &line.number));
    bench.answer("ann_outgoing", &dial(&line.number, &ours));
    bench.answer("incoming", &ring("bob"));
    bench.answer("ann_incoming", &ring("ann"));
    let mut bob = bench.registered("bob").await;
    let mut ann = anns_device(&bench, &line).await;
    talk(&mut bob, &line.number, &mut ann).await;
    talk(&mut ann, &ours, &mut bob).await;
}

#[tokio::test]
async fn a_phone_calls_another_by_its_client_name() {
    let bench = Bench::new().await;
    let line = ann_joins(&bench);
    bench.answer(
        "ann_outgoing",
        "<Dial answerOnBridge=\"true\"><Client>bob</Client></Dial>",
    );
    let mut bob = bench.registered("bob").await;
    let mut ann = anns_device(&bench, &line).await;
    talk(&mut ann, "client:bob", &mut bob).await;
}

#[tokio::test]
async fn a_number_that_was_given_back_does_not_exist() {
    let bench = Bench::new().await;
    let line = ann_joins(&bench);
    let phones = || bench.sandbox.phones();
    let listed = |phones: Vec<twilio_sim::PhoneCard>| {
        let mut phones = phones.into_iter();
        phones.any(|phone| phone.number == line.number && phone.name.as_deref() == Some("ann"))
    };
    assert!(listed(phones()));
    assert!(bench.sandbox.leave(line.application_sid.as_str()));
    assert!(!listed(phones()));
    assert!(!bench.sandbox.leave(line.application_sid.as_str()));
    let called = bench.sandbox.call_me("+12025550142", &line.number).await;
    assert!(called.is_err());
    let account = bench.sandbox.account().application_sid.clone();
    assert!(!bench.sandbox.leave(account.as_str()), "ours stays");
}

#[tokio::test]
async fn a_name_is_given_anew_only_when_its_phone_is_gone() {
    let bench = Bench::new().await;
    bench.sandbox.name_our_line("desk");
    let urls = bench.webhooks("");
    let join = |name: Option<&str>| bench.sandbox.join(name, &urls);
    let taken = |name: &str| JoinError::NameTaken {
        name: name.to_owned(),
    };
    let line = ann_joins(&bench);
    let device = anns_device(&bench, &line).await;
    assert_eq!(join(Some("ann")), Err(taken("ann")));
    assert_eq!(join(Some("desk")), Err(taken("desk")));
    assert_eq!(join(Some("a b")), Err(JoinError::BadName));
    assert_eq!(join(Some("")), Err(JoinError::BadName));
    device.cut();
    let mut again = Err(taken("ann"));
    bench
        .until("the name is free", |_| {
            again = join(Some("ann"));
            again.is_ok()
        })
        .await;
    let again = again.unwrap();
    assert_eq!(again.number, line.number);
    assert_ne!(again.application_sid, line.application_sid);
    for n in 1..30 {
        assert!(join(None).is_ok(), "phone {n}");
    }
    assert_eq!(join(None), Err(JoinError::Full));
}
