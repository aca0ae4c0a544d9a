//! Why calls that we make end: what the webhooks and the errors tell.

use crate::outgoing::check_dialled;

#[test]
fn tells_how_the_far_end_failed_by_the_webhook_that_came_before_the_disconnect() {
    for (status, cause) in [
        ("busy", "busy"),
        ("no-answer", "no answer"),
        ("failed", "not in service"),
        ("canceled", "they hung up"),
    ] {
        check_dialled(&[
            ("1100 hook outgoing a client:bo", ""),
            ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
            (&format!("2000 hook result a {status}"), ""),
            (
                "2100 call-1 disconnected",
                &format!("| ready; call-1 ended: {cause}"),
            ),
        ]);
    }
}

#[test]
fn waits_a_moment_for_the_webhook_when_the_disconnect_came_first() {
    for (hook, cause) in [
        ("result a busy", "busy"),
        ("status b busy a", "busy"),
        ("status b no-answer a", "no answer"),
        ("status b failed a", "not in service"),
    ] {
        check_dialled(&[
            ("1100 hook outgoing a client:bo", ""),
            ("2000 call-1 disconnected", ""),
            (
                &format!("2500 hook {hook}"),
                &format!("| ready; call-1 ended: {cause}"),
            ),
            ("9000 wait", ""),
        ]);
    }
}

#[test]
fn tells_a_busy_far_end_also_when_twilio_had_answered_before_it_dialled() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1300 call-1 accepted", "| ready; call-1 active bo"),
        ("2000 hook result a busy", ""),
        (
            "2100 call-1 disconnected",
            "| ready; call-1 ended: busy after 0 s",
        ),
    ]);
}

#[test]
fn says_no_answer_when_no_result_comes_of_a_call_that_rang() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
        ("9000 call-1 disconnected", ""),
        ("10499 wait", ""),
        ("10500 wait", "| ready; call-1 ended: no answer"),
    ]);
}

#[test]
fn a_call_that_waits_for_its_reason_gives_way_to_the_next() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
        ("9000 call-1 disconnected", ""),
        ("9100 mute 1 on", "no: the call is not in a state for that"),
        (
            "9200 dial client:al",
            "connect call-2 To=client:al | ready; call-2 dialing al",
        ),
    ]);
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
        ("9000 call-1 disconnected", ""),
        ("9100 hangup 1", "| ready; call-1 ended: hung up"),
    ]);
}

#[test]
fn says_that_the_webhook_is_unreachable_when_twilio_never_asked_it() {
    // Twilio's own error, which the SDK says as 31005.
    check_dialled(&[
        ("2000 call-1 error 31005", ""),
        (
            "2001 call-1 disconnected",
            "| ready; call-1 ended: webhook unreachable; ! webhook unreachable",
        ),
        (
            "3000 dial client:bo",
            "connect call-2 To=client:bo | ready; call-2 dialing bo; ! webhook unreachable",
        ),
        (
            "3100 hook outgoing a client:bo",
            "| ready; call-2 dialing bo",
        ),
    ]);
    // Without an error; it rang; it was answered by Twilio's error message.
    check_dialled(&[
        ("2000 call-1 disconnected", ""),
        (
            "3500 wait",
            "| ready; call-1 ended: webhook unreachable; ! webhook unreachable",
        ),
    ]);
    check_dialled(&[
        ("1200 call-1 ringing a", "| ready; call-1 ringing bo"),
        ("2000 call-1 disconnected", ""),
        (
            "3500 wait",
            "| ready; call-1 ended: webhook unreachable; ! webhook unreachable",
        ),
    ]);
    check_dialled(&[
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "6200 call-1 disconnected",
            "| ready; call-1 ended: webhook unreachable after 5 s; ! webhook unreachable",
        ),
    ]);
}

#[test]
fn says_that_the_webhook_is_unreachable_when_twilio_made_nothing_of_its_answer() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 error 31005", ""),
        ("1200 call-1 disconnected", ""),
        (
            "2700 wait",
            "| ready; call-1 ended: webhook unreachable; ! webhook unreachable",
        ),
    ]);
}

#[test]
fn says_that_the_webhook_is_unreachable_when_twilio_played_its_error_message() {
    for asked in ["1050 wait", "1050 hook outgoing a client:bo"] {
        check_dialled(&[
            (asked, ""),
            ("1200 call-1 accepted", "| ready; call-1 active bo"),
            ("4200 call-1 error 31005", ""),
            (
                "4200 call-1 disconnected",
                "| ready; call-1 ended: webhook unreachable after 3 s; ! webhook unreachable",
            ),
        ]);
    }
}

#[test]
fn does_not_blame_the_webhook_after_a_conversation() {
    check_dialled(&[
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "60000 call-1 disconnected",
            "| ready; call-1 ended: they hung up after 58 s",
        ),
    ]);
}

#[test]
fn says_that_the_dial_plan_refused_the_number() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo refused", ""),
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "4000 call-1 disconnected",
            "| ready; call-1 ended: invalid number after 2 s",
        ),
    ]);
}

#[test]
fn takes_the_reason_from_the_error_that_came_with_the_end() {
    for (code, cause) in [
        ("31486", "busy"),
        ("31603", "busy"),
        ("31404", "not in service"),
        ("31480", "not in service"),
        ("53405", "connection lost"),
        ("31002", "failed 31002"),
        ("99999", "failed 99999"),
    ] {
        check_dialled(&[
            ("1100 hook outgoing a client:bo", ""),
            ("1200 call-1 accepted", "| ready; call-1 active bo"),
            (&format!("5000 call-1 error {code}"), ""),
            (
                "5001 call-1 disconnected",
                &format!("| ready; call-1 ended: {cause} after 3 s"),
            ),
        ]);
    }
}

#[test]
fn takes_the_reason_also_from_an_error_that_came_after_the_end() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        (
            "5200 call-1 disconnected",
            "| ready; call-1 ended: they hung up after 4 s",
        ),
        (
            "5201 call-1 error 53405",
            "| ready; call-1 ended: connection lost after 4 s",
        ),
    ]);
    check_dialled(&[
        ("1300 call-1 disconnected", ""),
        (
            "1301 call-1 error 31002",
            "| ready; call-1 ended: failed 31002",
        ),
    ]);
}

#[test]
fn an_error_of_long_ago_did_not_end_the_call() {
    check_dialled(&[
        ("1100 hook outgoing a client:bo", ""),
        ("1200 call-1 accepted", "| ready; call-1 active bo"),
        ("5000 call-1 error 31009", ""),
        (
            "60000 call-1 disconnected",
            "| ready; call-1 ended: they hung up after 58 s",
        ),
        ("70000 call-1 error 31005", ""),
    ]);
}
