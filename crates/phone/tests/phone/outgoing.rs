//! Calls that we make: how they go and why they end.

use crate::driver::{Script, check, check_after};

/// A ready phone that has dialled `client:bo` as call 1, at 1 s.
const DIALLED: Script<'static> = &[
    ("0 attach", "mint | connecting"),
    ("0 token 3600", "register token-1"),
    ("200 registered", "| ready"),
    (
        "1000 dial client:bo",
        "connect call-1 To=client:bo | ready; call-1 dialing bo",
    ),
];

#[track_caller]
pub(crate) fn check_dialled(script: Script<'_>) {
    check_after(DIALLED, script);
}

#[test]
fn goes_from_dialing_over_ringing_to_active_and_ends_when_they_hang_up() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo client", ""),
        ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
        ("4000 call-1 accepted", "| ready; call-1 active bo"),
        ("9000 hook result a completed b", ""),
        (
            "9500 call-1 disconnected",
            "| ready; call-1 ended: they hung up after 5 s",
        ),
        ("9600 dismiss-ended", "| ready"),
    ]);
}

#[test]
fn normalises_what_is_dialled() {
    check(&[(
        "1000 dial (202) 555-0101",
        "connect call-1 To=+12025550101 | ready; call-1 dialing +1 (202) 555-0101",
    )]);
}

#[test]
fn ends_at_once_when_we_hang_up_and_hears_nothing_of_it_afterwards() {
    check_dialled(&[
        (
            "1100 hangup 1",
            "disconnect call-1 | ready; call-1 ended: hung up",
        ),
        ("1200 call-1 ringing a", ""),
        ("1300 call-1 accepted", ""),
        ("1400 call-1 disconnected", ""),
        ("1500 call-1 error 31005", ""),
        ("1600 hangup 1", "no: no such call"),
        (
            "2000 dial client:bo",
            "connect call-2 To=client:bo | ready; call-2 dialing bo",
        ),
    ]);
}

#[test]
fn ends_when_the_microphone_cannot_be_used_and_says_so_until_a_call_has_sound() {
    for (code, problem) in [("31401", "denied"), ("31402", "missing")] {
        // The error alone, and after the disconnect as the SDK says it.
        check_dialled(&[(
            &format!("1100 call-1 error {code}"),
            &format!("disconnect call-1 | ready; call-1 ended: microphone; ! microphone {problem}"),
        )]);
        check_dialled(&[
            ("1100 call-1 disconnected", ""),
            (
                &format!("1101 call-1 error {code}"),
                &format!("| ready; call-1 ended: microphone; ! microphone {problem}"),
            ),
            (
                "2000 dial client:bo",
                &format!(
                    "connect call-2 To=client:bo | ready; call-2 dialing bo; ! microphone {problem}"
                ),
            ),
            ("3000 call-2 accepted", "| ready; call-2 active bo"),
        ]);
    }
}

#[test]
fn gives_up_when_twilio_does_not_answer_at_all() {
    check_dialled(&[
        ("45999 wait", ""),
        (
            "46000 wait",
            "disconnect call-1 | ready; call-1 ended: connection lost",
        ),
    ]);
}

#[test]
fn says_connection_lost_when_the_signalling_was_down() {
    check_dialled(&[
        ("1100 unregistered", "| reconnecting; call-1 dialing bo"),
        ("1200 call-1 error 31005", ""),
        (
            "1200 call-1 disconnected",
            "| reconnecting; call-1 ended: connection lost",
        ),
    ]);
}

#[test]
fn comes_back_from_reconnecting_or_loses_the_call() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("2000 call-1 accepted", "| ready; call-1 active bo"),
        (
            "5000 call-1 reconnecting 53405",
            "| ready; call-1 reconnecting bo",
        ),
        ("6000 call-1 reconnected", "| ready; call-1 active bo"),
        (
            "7000 call-1 reconnecting 53001",
            "| ready; call-1 reconnecting bo",
        ),
        ("51999 wait", ""),
        // It would keep the SDK busy for ever: the Device is replaced.
        (
            "52000 wait",
            "disconnect call-1, destroy, register token-1 \
             | reconnecting; call-1 ended: connection lost after 50 s",
        ),
        ("52100 destroyed", ""),
        ("52200 registering", ""),
        (
            "52300 registered",
            "| ready; call-1 ended: connection lost after 50 s",
        ),
    ]);
}

/// The same call, talking since 2 s, whose sound was lost at 5 s.
const SOUND_LOST: Script<'static> = &[
    ("1100 hook outgoing a client:bo", ""),
    ("2000 call-1 accepted", "| ready; call-1 active bo"),
    (
        "5000 call-1 reconnecting 53405",
        "| ready; call-1 reconnecting bo",
    ),
];

#[track_caller]
fn check_sound_lost(script: Script<'_>) {
    let steps: Vec<_> = SOUND_LOST.iter().chain(script).copied().collect();
    check_dialled(&steps);
}

#[test]
fn a_disconnect_while_reconnecting_is_a_lost_connection() {
    check_sound_lost(&[
        ("20000 call-1 disconnected", ""),
        (
            "21500 wait",
            "| ready; call-1 ended: connection lost after 19 s",
        ),
    ]);
}

#[test]
fn sound_that_is_lost_for_good_is_no_hang_up_though_twilio_calls_the_leg_completed() {
    for status in ["completed", "answered", "canceled"] {
        // Told before the engine, after it, and by Twilio alone.
        check_sound_lost(&[
            (&format!("19000 hook result a {status}"), ""),
            (
                "20000 call-1 disconnected",
                "| ready; call-1 ended: connection lost after 18 s",
            ),
            ("20001 call-1 error 53405", ""),
        ]);
        check_sound_lost(&[
            ("20000 call-1 disconnected", ""),
            (
                &format!("20100 hook result a {status}"),
                "| ready; call-1 ended: connection lost after 18 s",
            ),
        ]);
    }
    check_sound_lost(&[
        ("6000 hook status b completed a", ""),
        ("7000 hook status a completed", ""),
        (
            "12000 wait",
            "disconnect call-1 | ready; call-1 ended: connection lost after 10 s",
        ),
    ]);
    // Who hangs up knows why it ended.
    check_sound_lost(&[
        ("19000 hook result a completed", ""),
        (
            "19500 hangup 1",
            "disconnect call-1 | ready; call-1 ended: hung up after 17 s",
        ),
    ]);
    // It came back before they hung up.
    check_sound_lost(&[
        ("6000 call-1 reconnected", "| ready; call-1 active bo"),
        ("19000 hook result a completed", ""),
        (
            "20000 call-1 disconnected",
            "| ready; call-1 ended: they hung up after 18 s",
        ),
    ]);
}

#[test]
fn replaces_the_device_when_the_sdk_lost_a_call_without_saying_so() {
    check_dialled(&[
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "5000 call-1 lost",
            "destroy, register token-1 | reconnecting; call-1 ended: connection lost after 3 s",
        ),
    ]);
}

#[test]
fn ends_by_the_webhooks_alone_when_the_engine_stays_silent() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
        ("3000 hook result a busy", ""),
        ("7999 wait", ""),
        ("8000 wait", "disconnect call-1 | ready; call-1 ended: busy"),
    ]);
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        ("9000 hook status a completed", ""),
        // A word of the engine, and the wait begins again.
        ("13000 call-1 muted on", "| ready; call-1 active bo muted"),
        ("17999 wait", ""),
        (
            "18000 wait",
            "disconnect call-1 | ready; call-1 ended: they hung up after 16 s",
        ),
    ]);
}

#[test]
fn a_webhook_never_ends_a_call_that_goes_on() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        ("2000 hook status a in-progress", ""),
        ("2000 hook status b ringing a 1", ""),
        ("2000 hook result a answered", ""),
        ("2000 hook result c busy", ""),
        ("90000 wait", ""),
    ]);
}

#[test]
fn does_not_take_the_webhook_of_an_earlier_call_to_the_same_number() {
    check_dialled(&[
        (
            "1100 hangup 1",
            "disconnect call-1 | ready; call-1 ended: hung up",
        ),
        (
            "1200 dial client:bo",
            "connect call-2 To=client:bo | ready; call-2 dialing bo",
        ),
        ("1300 hook outgoing a client:bo", ""),
        ("1400 hook outgoing b client:bo", ""),
        ("1500 call-2 ringing b", "| ready; call-2 ringing bo"),
        ("1600 hook result a canceled", ""),
        ("2000 hook result b busy", ""),
        ("2100 call-2 disconnected", "| ready; call-2 ended: busy"),
    ]);
}

#[test]
fn is_lost_with_the_page() {
    check_dialled(&[
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "5200 attach",
            "mint | connecting; call-1 ended: page closed after 4 s",
        ),
        ("5300 old call-1 disconnected", ""),
    ]);
    check_dialled(&[("5000 detach", "| reconnecting; call-1 ended: page closed")]);
    check_dialled(&[(
        "5000 destroyed",
        "| reconnecting; call-1 ended: connection lost",
    )]);
}
