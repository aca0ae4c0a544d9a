//! What is drawn, and what is remembered.

use super::*;
use protocol::media::MediaPath;
use protocol::sandbox::{Faults, SandboxView};
use protocol::{Direction, EndCause, EndedView, Epoch, Party, Registration, Timestamp};

fn snapshot(revision: u64, calls: Vec<CallView>) -> Snapshot {
    Snapshot {
        revision,
        epoch: Epoch(1),
        identity: "desk-2".into(),
        line: None,
        registration: Registration::Ready,
        media: MediaPath::Webview,
        problem: None,
        calls,
        ended: None,
        privacy: false,
        sandbox: Some(SandboxView {
            phones: Vec::new(),
            faults: Faults::default(),
            log: Vec::new(),
        }),
    }
}

fn call(id: u64, phase: Phase) -> CallView {
    CallView {
        id: CallId(id),
        direction: Direction::Outgoing,
        party: Party::Withheld,
        phase,
        began: Timestamp(0),
        answered: None,
        muted: false,
        silenced: false,
        digits: String::new(),
        verified: false,
    }
}

fn ended(revision: u64) -> Snapshot {
    Snapshot {
        ended: Some(EndedView {
            id: CallId(1),
            direction: Direction::Outgoing,
            party: Party::Withheld,
            cause: EndCause::HungUp,
            talked_s: None,
        }),
        ..snapshot(revision, Vec::new())
    }
}

#[track_caller]
fn check(calls: Vec<CallView>, expected: Screen) {
    let mut ui = Ui::default();
    ui.take(snapshot(1, calls));
    assert_eq!(ui.screen(), expected);
}

#[test]
fn the_screen_follows_the_call() {
    check(vec![], Screen::Dialer);
    check(vec![call(1, Phase::Dialing)], Screen::Calling);
    check(vec![call(1, Phase::Ringing)], Screen::Calling);
    check(vec![call(1, Phase::Offered)], Screen::Incoming);
    check(vec![call(1, Phase::Answering)], Screen::InCall);
    check(vec![call(1, Phase::Reconnecting)], Screen::InCall);
    let two = vec![call(1, Phase::Offered), call(2, Phase::Active)];
    check(two, Screen::InCall);
}

#[test]
fn draws_nothing_of_a_phone_it_does_not_hear() {
    let mut ui = Ui::default();
    assert_eq!(ui.screen(), Screen::Notice);
    ui.take(snapshot(1, vec![call(1, Phase::Offered)]));
    ui.type_char('5');
    ui.lose(Link::Gone);
    assert_eq!(ui.screen(), Screen::Notice);
    assert_eq!(ui.ringing(), None);
    assert_eq!(ui.typed, "5", "what was typed is kept");
}

#[test]
fn an_older_snapshot_does_not_replace_a_newer_one() {
    let mut ui = Ui::default();
    ui.take(snapshot(5, vec![call(1, Phase::Active)]));
    ui.take(snapshot(4, vec![call(1, Phase::Dialing)]));
    assert_eq!(ui.screen(), Screen::InCall);
    let mut restarted = snapshot(1, vec![]);
    restarted.epoch = Epoch(2);
    ui.take(restarted);
    assert_eq!(ui.screen(), Screen::Dialer);
}

#[test]
fn a_call_takes_the_screen_and_gives_it_back() {
    let mut ui = Ui::default();
    ui.take(snapshot(1, vec![]));
    ui.place = Place::Sandbox;
    assert_eq!(ui.screen(), Screen::Sandbox);
    ui.take(snapshot(2, vec![call(1, Phase::Offered)]));
    assert_eq!(ui.screen(), Screen::Incoming);
    ui.take(ended(3));
    assert_eq!(ui.screen(), Screen::Ended);
    ui.take(snapshot(4, vec![]));
    assert_eq!(ui.screen(), Screen::Sandbox);
}

#[test]
fn the_sandbox_can_be_looked_at_in_a_call() {
    let mut ui = Ui::default();
    ui.take(snapshot(1, vec![call(1, Phase::Active)]));
    ui.place = Place::Sandbox;
    ui.take(snapshot(2, vec![call(1, Phase::Active)]));
    assert_eq!(ui.screen(), Screen::Sandbox);
}

#[test]
fn the_keypad_closes_with_its_call() {
    let mut ui = Ui::default();
    ui.take(snapshot(1, vec![call(1, Phase::Active)]));
    ui.keypad_open = true;
    ui.take(snapshot(2, vec![call(1, Phase::Reconnecting)]));
    assert_eq!(ui.screen(), Screen::Keypad);
    ui.take(snapshot(3, vec![call(2, Phase::Active)]));
    assert_eq!(ui.screen(), Screen::InCall);
}

#[test]
fn rings_for_an_offered_call_only() {
    let mut ui = Ui::default();
    ui.take(snapshot(1, vec![call(1, Phase::Offered)]));
    assert_eq!(ui.ringing(), Some(CallId(1)));
    let silenced = CallView {
        silenced: true,
        ..call(1, Phase::Offered)
    };
    ui.take(snapshot(2, vec![silenced]));
    assert_eq!(ui.ringing(), None);
    let second = vec![call(1, Phase::Active), call(2, Phase::Offered)];
    ui.take(snapshot(3, second));
    assert_eq!(ui.ringing(), None, "not into the other call");
}

#[test]
fn answers_the_second_call_when_the_first_is_over() {
    let mut ui = Ui::default();
    ui.take(snapshot(
        1,
        vec![call(1, Phase::Active), call(2, Phase::Offered)],
    ));
    ui.answer_next = Some(CallId(2));
    let both = vec![call(1, Phase::Active), call(2, Phase::Offered)];
    assert_eq!(ui.take(snapshot(2, both)), None);
    let one = vec![call(2, Phase::Offered)];
    let follow = ui.take(snapshot(3, one.clone()));
    assert_eq!(follow, Some(Follow::Answer(CallId(2))));
    assert_eq!(ui.take(snapshot(4, one)), None, "once");
    ui.answer_next = Some(CallId(9));
    assert_eq!(ui.take(snapshot(5, vec![])), None);
    assert_eq!(ui.answer_next, None);
}

#[test]
fn what_is_typed_is_clean_and_short() {
    let mut ui = Ui {
        field_error: Some("x".into()),
        ..Ui::default()
    };
    ui.set_typed("+44 20\n7946".into());
    assert_eq!((ui.typed.as_str(), ui.field_error), ("+44 207946", None));
    let mut ui = Ui::default();
    ui.set_typed("1".repeat(1000));
    assert_eq!(ui.typed.len(), 160);
    let mut ui = Ui::default();
    ui.set_typed("0".into());
    ui.hold_zero();
    ui.hold_zero();
    assert_eq!(ui.typed, "+");
}

#[test]
fn trouble_with_the_sound_is_kept_until_it_passes() {
    let mut ui = Ui::default();
    ui.take(snapshot(1, vec![call(1, Phase::Active)]));
    let trouble = Some(SoundTrouble::NoServer);
    ui.hear_media(&MediaEvent::Sound { trouble });
    ui.hear_media(&MediaEvent::Devices);
    ui.take(snapshot(2, vec![call(1, Phase::Active)]));
    assert_eq!(ui.sound_trouble, trouble);
    ui.hear_media(&MediaEvent::Sound { trouble: None });
    assert_eq!(ui.sound_trouble, None);
}
