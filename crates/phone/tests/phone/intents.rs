//! What the user can do in a call and beside it.

use crate::driver::{Driver, Script, check, check_after};
use protocol::{Answer, CallId, Question, Rejection};

/// A ready phone in a call with +12025550142, call 1, answered at 3 s.
const TALKING: Script<'static> = &[
    ("0 attach", "mint | connecting"),
    ("0 token 3600", "register token-1"),
    ("200 registered", "| ready"),
    (
        "1000 dial +12025550142",
        "connect call-1 To=+12025550142 | ready; call-1 dialing +1 (202) 555-0142",
    ),
    ("2000 hook outgoing a +12025550142", ""),
    (
        "3000 call-1 accepted",
        "| ready; call-1 active +1 (202) 555-0142",
    ),
];

#[track_caller]
fn check_talking(script: Script<'_>) {
    check_after(TALKING, script);
}

#[test]
fn says_why_something_cannot_be_dialled() {
    check_after(
        &[],
        &[
            (
                "0 dial ",
                "no: not a number that can be called: nothing to call | connecting",
            ),
            (
                "0 dial +12025550101",
                "no: no page that can carry sound is attached",
            ),
            ("0 attach", "mint"),
            ("0 dial +12025550101", "no: the phone is not connected"),
            ("0 token 3600", "register token-1"),
            ("0 dial +12025550101", "no: the phone is not connected"),
            ("0 registered", "| ready"),
            (
                "0 dial 12",
                "no: not a number that can be called: the number is too short",
            ),
            (
                "1 dial +12025550101",
                "connect call-1 To=+12025550101 | ready; call-1 dialing +1 (202) 555-0101",
            ),
            ("2 dial +12025550101", "no: another call is in progress"),
        ],
    );
}

#[test]
fn shows_the_microphone_as_muted_only_when_the_engine_says_so() {
    check_talking(&[
        ("4000 mute 1 on", "mute call-1"),
        (
            "4010 call-1 muted on",
            "| ready; call-1 active +1 (202) 555-0142 muted",
        ),
        ("5000 mute 1 off", "unmute call-1"),
        (
            "5010 call-1 muted off",
            "| ready; call-1 active +1 (202) 555-0142",
        ),
    ]);
}

#[test]
fn asks_again_to_mute_a_call_that_had_no_microphone_yet() {
    check(&[
        (
            "1000 dial client:bo",
            "connect call-1 To=client:bo | ready; call-1 dialing bo",
        ),
        ("1100 mute 1 on", "mute call-1"),
        (
            "1200 call-1 ringing a",
            "mute call-1 | ready; call-1 ringing bo",
        ),
        ("1300 call-1 muted on", "| ready; call-1 ringing bo muted"),
        ("1400 call-1 accepted", "| ready; call-1 active bo muted"),
    ]);
}

#[test]
fn sends_digits_in_a_call_and_keeps_them() {
    check_talking(&[
        (
            "4000 digits 1 1",
            "send call-1 1 | ready; call-1 active +1 (202) 555-0142 [1]",
        ),
        (
            "4100 digits 1 2*#",
            "send call-1 2*# | ready; call-1 active +1 (202) 555-0142 [12*#]",
        ),
        ("4200 digits 1 12a", "no: only 0 to 9, * and # can be sent"),
        ("4200 digits 1 ", "no: only 0 to 9, * and # can be sent"),
        ("4200 digits 1 1w2", "no: only 0 to 9, * and # can be sent"),
        ("4300 digits 2 1", "no: no such call"),
    ]);
}

#[test]
fn sends_no_digits_and_mutes_nothing_while_it_only_rings() {
    check(&[
        (
            "1000 incoming a client:bo",
            "name a call-1, ring call-1 bo | ready; call-1 offered bo",
        ),
        ("1100 digits 1 5", "no: the call is not in a state for that"),
        ("1100 mute 1 on", "no: the call is not in a state for that"),
        (
            "1200 answer 1",
            "quiet call-1, accept call-1 | ready; call-1 answering bo",
        ),
        ("1300 digits 1 5", "no: the call is not in a state for that"),
    ]);
}

#[test]
fn hides_numbers_and_digits_in_privacy_mode_but_not_names() {
    check_talking(&[
        (
            "4000 digits 1 123",
            "send call-1 123 | ready; call-1 active +1 (202) 555-0142 [123]",
        ),
        ("4100 privacy on", "| ready; call-1 active •••• ••42 [•••]"),
        (
            "4200 incoming b +12025550177",
            "name b call-2, ring call-2 •••• ••77 \
             | ready; call-1 active •••• ••42 [•••]; call-2 offered •••• ••77",
        ),
        (
            "4300 call-2 cancelled",
            "quiet call-2 | ready; call-1 active •••• ••42 [•••]; call-2 ended: cancelled",
        ),
        (
            "4400 incoming c client:bo",
            "name c call-3, ring call-3 bo \
             | ready; call-1 active •••• ••42 [•••]; call-3 offered bo; call-2 ended: cancelled",
        ),
    ]);
}

#[test]
fn hangs_up_while_reconnecting_and_declines_nothing_else() {
    check_talking(&[
        ("4000 decline 1", "no: the call is not in a state for that"),
        (
            "5000 call-1 reconnecting 53001",
            "| ready; call-1 reconnecting +1 (202) 555-0142",
        ),
        ("5100 digits 1 5", "no: the call is not in a state for that"),
        (
            "6000 hangup 1",
            "disconnect call-1 | ready; call-1 ended: hung up after 3 s",
        ),
    ]);
}

#[test]
fn a_dismissed_problem_stays_away_until_it_passed_and_came_again() {
    check(&[
        ("1000 microphone missing", "| ready; ! microphone missing"),
        ("1100 dismiss-problem", "| ready"),
        (
            "1200 error 31206",
            "| ready; ! sdk 31206 call •••• ••42 failed",
        ),
        ("1300 microphone present", ""),
        ("1400 microphone denied", "| ready; ! microphone denied"),
        (
            "1500 microphone present",
            "| ready; ! sdk 31206 call •••• ••42 failed",
        ),
        ("1600 registered", "| ready"),
    ]);
}

#[test]
fn the_worst_problem_is_shown() {
    check_after(
        &[],
        &[
            ("0 attach-no-webrtc", "mint | connecting; ! no webrtc"),
            ("0 error 99999", ""),
            ("0 microphone denied", ""),
            ("15000 wait", "| offline; ! offline until 16000"),
            (
                "15900 no-credentials",
                "| signed out; ! token refused 20101",
            ),
            ("15900 dismiss-problem", "| signed out; ! no webrtc"),
            ("15900 dismiss-problem", "| signed out; ! microphone denied"),
            (
                "15900 dismiss-problem",
                "| signed out; ! sdk 99999 call •••• ••42 failed",
            ),
            ("15900 dismiss-problem", "| signed out"),
            ("15900 dismiss-problem", ""),
        ],
    );
}

#[test]
fn leaves_the_sandbox_to_others() {
    let mut driver = Driver::new();
    let effects = driver.phone.handle(
        phone::Input::Intent(protocol::Intent::Sandbox(
            protocol::sandbox::SandboxIntent::DropSocket,
        )),
        protocol::Timestamp(0),
    );
    assert_eq!(effects, [phone::Effect::Rejected(Rejection::NoSandbox)]);
}

#[test]
fn reveals_the_number_of_a_call_in_progress_and_of_the_one_that_ended_last() {
    let mut driver = Driver::new();
    for (input, _) in TALKING {
        driver.step(input);
    }
    driver.step("4000 privacy on");
    let reveal = |driver: &Driver, call| {
        let question = Question::Reveal { call: CallId(call) };
        driver.phone.answer(&question)
    };
    let number = Answer::Number {
        written: "+1 (202) 555-0142".to_owned(),
    };
    let nothing = Answer::Rejected(Rejection::NoSuchCall);
    assert_eq!(reveal(&driver, 1), number);
    driver.step("5000 hangup 1");
    assert_eq!(reveal(&driver, 1), number);
    assert_eq!(reveal(&driver, 2), nothing);
    driver.step("6000 dismiss-ended");
    assert_eq!(reveal(&driver, 1), nothing);
    driver.step("7000 incoming b anonymous");
    assert_eq!(reveal(&driver, 2), nothing);
}

#[test]
fn says_how_what_is_typed_would_be_called() {
    let driver = Driver::new();
    let check = |typed: &str| {
        let typed = typed.to_owned();
        driver.phone.answer(&Question::Check { typed })
    };
    assert_eq!(
        check("2025550101"),
        Answer::Callable {
            written: "+1 (202) 555-0101".to_owned()
        }
    );
    assert_eq!(
        check("client:bo"),
        Answer::Callable {
            written: "bo".to_owned()
        }
    );
    assert_eq!(
        check("bo"),
        Answer::Rejected(Rejection::Address {
            reason: protocol::AddressError::NotANumber
        })
    );
}
