//! Calls that are hung up and sent elsewhere while they run.

use crate::api::{Api, until};
use crate::bench::Bench;
use crate::softphone::Media;
use serde_json::json;

const STAY: (&str, &str) = ("Twiml", "<Response><Pause length=\"600\"/></Response>");
const HANG_UP: (&str, &str) = ("Twiml", "<Response><Hangup/></Response>");

#[tokio::test]
async fn a_ringing_call_is_cancelled() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    for status in ["canceled", "completed"] {
        let sid = api.call("+12025550103", &[STAY]).await;
        until(&bench, &sid, "ringing").await;
        let path = format!("Calls/{sid}.json");
        api.post(&path, &[HANG_UP]).await.bad(21_220);
        let over = api.post(&path, &[("Status", status)]).await.ok();
        assert_eq!(over["status"], "canceled");
        api.post(&path, &[("Status", status)]).await.bad(21_220);
    }
}

#[tokio::test]
async fn a_call_in_progress_is_hung_up_but_not_cancelled() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    let sid = api.call("+12025550200", &[STAY]).await;
    until(&bench, &sid, "in-progress").await;
    let path = format!("Calls/{sid}.json");
    let goes_on = api.post(&path, &[("Status", "canceled")]).await.ok();
    assert_eq!(goes_on["status"], "in-progress");
    api.post(&path, &[("Status", "paused")]).await.bad(20_001);
    let nothing = api.post(&path, &[("Unknown", "x")]).await.ok();
    assert_eq!(nothing["status"], "in-progress");
    let over = api.post(&path, &[("Status", "completed")]).await.ok();
    assert_eq!(over["status"], "completed");
    api.post(&path, &[HANG_UP]).await.bad(21_220);
    assert_eq!(api.fetch_call(&sid).await["status"], "completed");
}

#[tokio::test]
async fn a_call_is_sent_to_another_address_and_to_other_twiml() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("next", "<Pause length=\"600\"/><Hangup/>");
    let sid = api.call("+12025550200", &[STAY]).await;
    until(&bench, &sid, "in-progress").await;
    let path = format!("Calls/{sid}.json");
    let next = api.hook("next").await;
    let sent = api.post(&path, &[("Url", next.as_str())]).await.ok();
    assert_eq!(sent["status"], "in-progress");
    bench
        .until("the new address is asked", |_| {
            bench.report(&sid).played == ["Pause", "Pause"]
        })
        .await;
    let deliveries = bench.sandbox.deliveries();
    assert_eq!(deliveries[0].url, next);
    api.post(&path, &[HANG_UP]).await.ok();
    until(&bench, &sid, "completed").await;
    assert_eq!(bench.report(&sid).played, ["Pause", "Pause", "Hangup"]);
}

#[tokio::test]
async fn a_call_that_came_in_is_taken_from_its_dial() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    // What the action answers is not played any more.
    bench.answer("over", "<Hangup/>");
    bench.answer("progress", "");
    let (over, progress) = (api.hook("over").await, api.hook("progress").await);
    let number = bench.sandbox.account().number.clone();
    for (to, before, after, outcome) in [
        ("+12025550200", "in-progress", "completed", "completed"),
        ("+12025550103", "ringing", "canceled", "canceled"),
    ] {
        let dial = format!(
            "<Dial action=\"{over}\"><Number statusCallback=\"{progress}\">{to}</Number></Dial>"
        );
        bench.answer("incoming", &dial);
        let called = bench.sandbox.call_me("+12025550142", &number).await;
        let parent = called.unwrap().to_string();
        let child = || {
            let calls = bench.sandbox.calls().into_iter();
            let mut of_parent = calls.filter(|it| it.parent_call_sid.as_ref() == Some(&parent));
            of_parent.next()
        };
        let is = |status: &str| child().is_some_and(|it| it.status.as_str() == status);
        bench.until("dialled", |_| is(before)).await;
        api.post(&format!("Calls/{parent}.json"), &[STAY])
            .await
            .ok();
        bench.until("the dialled leg is over", |_| is(after)).await;
        let told = |url: &str| {
            let all = bench.sandbox.deliveries().into_iter();
            let about = [parent.clone(), child().unwrap().call_sid];
            let mut about = all.filter(|it| it.url == url && about.contains(&it.call_sid));
            about.next().map(|it| it.params)
        };
        bench
            .until("the action and the callback are told", |_| {
                told(&over).is_some() && told(&progress).is_some()
            })
            .await;
        let says = |url: &str, name: &str, value: &str| {
            let params = told(url).unwrap();
            assert!(
                params.contains(&(name.to_owned(), value.to_owned())),
                "{name} {params:?}"
            );
        };
        says(&over, "DialCallStatus", outcome);
        says(&over, "DialCallSid", &child().unwrap().call_sid);
        says(&over, "CallStatus", "in-progress");
        says(&progress, "CallStatus", after);
        bench
            .until("the other instructions are followed", |_| {
                bench.report(&parent).played == ["Dial", "Pause"]
            })
            .await;
        assert_eq!(bench.report(&parent).status.as_str(), "in-progress");
    }
}

#[tokio::test]
async fn a_dialled_leg_is_taken_over_and_outlives_its_parent() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("incoming", "<Dial><Client>ann</Client></Dial>");
    let mut device = bench.registered("ann").await;
    let number = bench.sandbox.account().number.clone();
    let parent = bench
        .sandbox
        .call_me("+12025550144", &number)
        .await
        .unwrap();
    let mut media = Media::saying(700.0).await;
    let (child, _) = device.accept(&mut media).await;
    media.hears(440.0).await;
    let other = ("Twiml", "<Response><Dial>+12025550330</Dial></Response>");
    api.post(&format!("Calls/{child}.json"), &[other])
        .await
        .ok();
    // The parent's instructions end with its `<Dial>`.
    until(&bench, parent.as_str(), "completed").await;
    bench
        .until("the child dials by itself", |calls| {
            let mut of_child = calls.iter();
            of_child.any(|it| it.parent_call_sid.as_deref() == Some(child.as_str()))
        })
        .await;
    assert_eq!(api.fetch_call(&child).await["status"], "in-progress");
    media.hears(440.0).await;
    device.hang_up(&child).await;
    until(&bench, &child, "completed").await;
}

#[tokio::test]
async fn a_dialled_leg_is_hung_up_ringing_and_answered() {
    let bench = Bench::new().await;
    let api = Api::of(&bench);
    bench.answer("then", "<Pause length=\"600\"/>");
    for (to, before, after) in [
        ("+12025550103", "ringing", "canceled"),
        ("+12025550200", "in-progress", "completed"),
    ] {
        let dial = format!(
            "<Response><Dial action=\"{}\">{to}</Dial></Response>",
            api.hook("then").await
        );
        let parent = api.call("+12025550200", &[("Twiml", &dial)]).await;
        let child_of = |calls: &[twilio_sim::CallReport]| {
            let mut calls = calls.iter();
            let child = calls.find(|it| it.parent_call_sid.as_ref() == Some(&parent));
            child
                .filter(|it| it.status.as_str() == before)
                .map(|it| it.call_sid.clone())
        };
        bench
            .until("dialled", |calls| child_of(calls).is_some())
            .await;
        let child = child_of(&bench.sandbox.calls()).unwrap();
        let path = format!("Calls/{child}.json");
        let over = api.post(&path, &[("Status", "completed")]).await.ok();
        assert_eq!(over["status"], after);
        bench
            .until("the parent goes on", |_| {
                bench.report(&parent).played == ["Dial", "Pause"]
            })
            .await;
        assert_eq!(
            api.fetch_call(&parent).await["status"],
            json!("in-progress")
        );
    }
}
