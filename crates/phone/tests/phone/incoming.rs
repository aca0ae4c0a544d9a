//! Calls that we get: ringing, answering, declining, and all the ways in which they stop.

use crate::driver::{Script, check, check_after};

/// A ready phone that is called by `client:bo` as call 1, at 1 s, on leg `a`.
const CALLED: Script<'static> = &[
    ("0 attach", "mint | connecting"),
    ("0 token 3600", "register token-1"),
    ("200 registered", "| ready"),
    (
        "1000 incoming a client:bo",
        "name a call-1, ring call-1 bo | ready; call-1 offered bo",
    ),
];

#[track_caller]
fn check_called(script: Script<'_>) {
    check_after(CALLED, script);
}

#[test]
fn rings_until_it_is_answered_and_ends_when_they_hang_up() {
    check_called(&[
        (
            "3000 answer 1",
            "quiet call-1, accept call-1 | ready; call-1 answering bo",
        ),
        ("3100 answer 1", "no: the call is not in a state for that"),
        ("3200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "9200 call-1 disconnected",
            "| ready; call-1 ended: they hung up after 6 s",
        ),
    ]);
}

#[test]
fn shows_who_calls_and_whether_that_is_verified() {
    check(&[(
        "1000 incoming a +12025550142 verified",
        "name a call-1, ring call-1 +1 (202) 555-0142 \
         | ready; call-1 offered +1 (202) 555-0142 verified",
    )]);
    check(&[(
        "1000 incoming a anonymous",
        "name a call-1, ring call-1 withheld | ready; call-1 offered withheld",
    )]);
}

#[test]
fn declines_by_decline_and_by_hang_up() {
    for word in ["decline", "hangup"] {
        check_called(&[
            (
                &format!("2000 {word} 1"),
                "reject call-1, quiet call-1 | ready; call-1 ended: declined",
            ),
            ("2100 call-1 rejected", ""),
            ("2200 answer 1", "no: no such call"),
        ]);
    }
}

#[test]
fn stops_the_ring_but_not_the_call_when_it_is_silenced() {
    check_called(&[
        (
            "2000 silence 1",
            "quiet call-1 | ready; call-1 offered bo silenced",
        ),
        ("2100 silence 1", ""),
        (
            "3000 answer 1",
            "accept call-1 | ready; call-1 answering bo silenced",
        ),
        ("3100 silence 1", "no: the call is not in a state for that"),
        ("3200 decline 1", "no: the call is not in a state for that"),
    ]);
}

#[test]
fn stops_ringing_when_the_caller_gives_up() {
    check_called(&[(
        "4000 call-1 cancelled",
        "quiet call-1 | ready; call-1 ended: cancelled",
    )]);
    check_called(&[(
        "4000 call-1 disconnected",
        "quiet call-1 | ready; call-1 ended: cancelled",
    )]);
    check_called(&[
        (
            "3000 answer 1",
            "quiet call-1, accept call-1 | ready; call-1 answering bo",
        ),
        ("3100 call-1 cancelled", "| ready; call-1 ended: cancelled"),
    ]);
}

#[test]
fn tells_a_call_that_rang_out_from_one_that_was_given_up() {
    // The result of the dial names the leg, or only the caller's number is known; it comes before
    // the cancel or after it.
    for dialled in [" a", ""] {
        let result = format!("hook result p no-answer{dialled}");
        check_called(&[
            ("1000 hook incoming p client:bo", ""),
            (&format!("9000 {result}"), ""),
            (
                "9100 call-1 cancelled",
                "quiet call-1 | ready; call-1 ended: no answer",
            ),
        ]);
        check_called(&[
            ("1000 hook incoming p client:bo", ""),
            (
                "9000 call-1 cancelled",
                "quiet call-1 | ready; call-1 ended: cancelled",
            ),
            (
                &format!("9100 {result}"),
                "| ready; call-1 ended: no answer",
            ),
        ]);
    }
    check_called(&[
        ("1000 hook incoming p client:al", ""),
        (
            "9000 call-1 cancelled",
            "quiet call-1 | ready; call-1 ended: cancelled",
        ),
        ("9100 hook result p no-answer", ""),
        ("9100 hook result q completed a", ""),
    ]);
}

#[test]
fn is_offered_beside_a_call_that_goes_on_but_cannot_be_answered_meanwhile() {
    check(&[
        (
            "1000 dial client:al",
            "connect call-1 To=client:al | ready; call-1 dialing al",
        ),
        ("2000 call-1 accepted", "| ready; call-1 active al"),
        (
            "3000 incoming a client:bo",
            "name a call-2, ring call-2 bo | ready; call-1 active al; call-2 offered bo",
        ),
        ("4000 answer 2", "no: another call is in progress"),
        (
            "5000 hangup 1",
            "disconnect call-1 | ready; call-2 offered bo; call-1 ended: hung up after 3 s",
        ),
        (
            "6000 answer 2",
            "quiet call-2, accept call-2 | ready; call-2 answering bo",
        ),
    ]);
}

#[test]
fn two_are_offered_at_once_and_one_is_answered() {
    check_called(&[
        (
            "2000 incoming b client:al",
            "name b call-2, ring call-2 al | ready; call-1 offered bo; call-2 offered al",
        ),
        ("2100 dial client:cy", "no: another call is in progress"),
        (
            "3000 answer 2",
            "quiet call-2, accept call-2 | ready; call-1 offered bo; call-2 answering al",
        ),
        (
            "4000 call-1 cancelled",
            "quiet call-1 | ready; call-2 answering al; call-1 ended: cancelled",
        ),
    ]);
}

#[test]
fn is_not_offered_twice() {
    check_called(&[("1100 incoming a client:bo", "")]);
}

#[test]
fn rings_in_a_page_that_cannot_carry_sound_and_goes_on_being_offered() {
    check_after(
        &[
            ("0 attach-no-webrtc", "mint | connecting; ! no webrtc"),
            ("0 token 3600", "register token-1"),
            ("200 registered", "| ready; ! no webrtc"),
        ],
        &[
            (
                "1000 dial client:al",
                "no: no page that can carry sound is attached",
            ),
            (
                "1000 incoming a client:bo",
                "name a call-1, ring call-1 bo | ready; call-1 offered bo; ! no webrtc",
            ),
            (
                "2000 answer 1",
                "no: no page that can carry sound is attached",
            ),
            (
                "3000 decline 1",
                "reject call-1, quiet call-1 | ready; call-1 ended: declined; ! no webrtc",
            ),
            ("4000 browser", "browser"),
        ],
    );
}

#[test]
fn ends_when_sound_is_not_set_up_after_the_answer() {
    let answered = (
        "3000 answer 1",
        "quiet call-1, accept call-1 | ready; call-1 answering bo",
    );
    check_called(&[
        answered,
        ("22999 wait", ""),
        (
            "23000 wait",
            "disconnect call-1 | ready; call-1 ended: connection lost",
        ),
    ]);
    check_called(&[
        answered,
        ("3100 call-1 disconnected", ""),
        (
            "3101 call-1 error 31401",
            "| ready; call-1 ended: microphone; ! microphone denied",
        ),
    ]);
    check_called(&[
        answered,
        (
            "3100 call-1 error 31402",
            "disconnect call-1 | ready; call-1 ended: microphone; ! microphone missing",
        ),
    ]);
    check_called(&[
        answered,
        ("3100 call-1 disconnected", ""),
        ("4600 wait", "| ready; call-1 ended: cancelled"),
    ]);
}

#[test]
fn is_lost_when_the_signalling_drops_while_it_rings() {
    check_called(&[
        ("2000 unregistered", "| reconnecting; call-1 offered bo"),
        // The SDK says this of a call that it is about to lose.
        ("2001 call-1 reconnecting 53001", ""),
        (
            "2002 call-1 lost",
            "quiet call-1 | reconnecting; call-1 ended: connection lost",
        ),
        ("2100 registering", ""),
        ("2200 registered", "| ready; call-1 ended: connection lost"),
    ]);
}

#[test]
fn is_lost_with_the_page_and_stops_ringing() {
    check_called(&[(
        "2000 detach",
        "quiet call-1 | reconnecting; call-1 ended: page closed",
    )]);
    check_called(&[(
        "2000 attach",
        "quiet call-1, mint | connecting; call-1 ended: page closed",
    )]);
}

#[test]
fn ends_by_the_webhooks_alone_when_the_engine_stays_silent() {
    check_called(&[
        ("1000 hook incoming p client:bo", ""),
        ("9000 hook result p no-answer a", ""),
        ("13999 wait", ""),
        (
            "14000 wait",
            "reject call-1, quiet call-1 | ready; call-1 ended: no answer",
        ),
    ]);
    check_called(&[
        ("9000 hook status a canceled p", ""),
        (
            "14000 wait",
            "reject call-1, quiet call-1 | ready; call-1 ended: cancelled",
        ),
    ]);
    // The end overtook what came before it.
    check_called(&[
        ("9000 hook status a completed p 3", ""),
        ("9100 hook status a in-progress p 2", ""),
        (
            "14000 wait",
            "reject call-1, quiet call-1 | ready; call-1 ended: cancelled",
        ),
    ]);
    check_called(&[
        ("9000 hook status a ringing p 1", ""),
        ("9000 hook result p answered a", ""),
        ("9000 hook result q completed b", ""),
        ("60000 wait", ""),
    ]);
}

#[test]
fn never_rings_longer_than_twilio_can_ring() {
    check_called(&[
        ("630999 wait", ""),
        (
            "631000 wait",
            "reject call-1, quiet call-1 | ready; call-1 ended: no answer",
        ),
    ]);
}

#[test]
fn goes_on_while_the_registration_is_lost_and_the_device_waits_for_its_end() {
    check_called(&[
        (
            "2000 answer 1",
            "quiet call-1, accept call-1 | ready; call-1 answering bo",
        ),
        ("2200 call-1 accepted", "| ready; call-1 active bo"),
        ("3000 unregistered", "| reconnecting; call-1 active bo"),
        (
            "18000 wait",
            "| offline; call-1 active bo; ! offline until 23000",
        ),
        (
            "23000 wait",
            "| offline; call-1 active bo; ! offline until 43000",
        ),
        (
            "30000 hangup 1",
            "disconnect call-1, destroy, register token-1 \
             | offline; call-1 ended: hung up after 27 s; ! offline until 50000",
        ),
    ]);
}
