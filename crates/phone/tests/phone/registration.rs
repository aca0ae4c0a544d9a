//! Whether the phone can be called, and how honestly it says so.

use crate::driver::{Script, check, check_after};

/// Registered with a token of an hour.
const REGISTERING: Script<'static> = &[
    ("0 attach", "mint | connecting"),
    ("0 token 3600", "register token-1"),
];

#[test]
fn is_ready_only_when_twilio_confirmed_it_to_the_page_that_is_attached() {
    check_after(
        &[],
        &[
            ("0 attach", "mint | connecting"),
            ("10 registered", ""),
            ("20 token 3600", "register token-1"),
            ("30 registering", ""),
            ("40 registered", "| ready"),
            ("50 attach", "mint | connecting"),
            ("60 old registered", ""),
            ("70 registered", ""),
            ("80 token 3600", "register token-2"),
            ("90 registered", "| ready"),
            ("100 detach", "| reconnecting"),
            ("110 registered", ""),
            ("110 detach", ""),
            ("15100 wait", "| offline; ! offline"),
            ("20000 attach", "mint | connecting"),
        ],
    );
}

#[test]
fn says_reconnecting_after_a_loss_then_offline_and_recovers() {
    check(&[
        ("5000 unregistered", "| reconnecting"),
        ("5100 registering", ""),
        ("5200 registered", "| ready"),
        ("6000 registering", "| reconnecting"),
        ("6100 registered", "| ready"),
        ("7000 unregistered", "| reconnecting"),
        ("22000 wait", "| offline; ! offline until 27000"),
        ("23000 registered", "| ready"),
    ]);
}

#[test]
fn connection_errors_are_noise_until_they_repeat() {
    // 31000 and 31005 come in pairs.
    check_after(
        REGISTERING,
        &[
            ("100 error 31000", ""),
            ("101 error 31005", ""),
            ("1100 error 31000", ""),
            ("1101 error 31005", ""),
            ("3100 error 31000", "| offline; ! offline until 20000"),
            ("3101 error 31005", ""),
            ("4000 registered", "| ready"),
        ],
    );
}

#[test]
fn a_connection_error_of_which_nothing_more_is_heard_leads_to_a_new_device() {
    check(&[
        ("5000 error 31005", ""),
        ("6000 registered", ""),
        ("9000 wait", ""),
        ("10000 error 31005", ""),
        ("11999 wait", ""),
        ("12000 wait", "destroy, register token-1 | reconnecting"),
        ("12010 destroyed", ""),
        ("12020 registering", ""),
        ("12200 registered", "| ready"),
    ]);
    // The token is as good as expired.
    check(&[
        ("2700000 wait", "mint"),
        ("2700100 no-token", ""),
        ("2701100 wait", "mint"),
        ("2701200 no-credentials", ""),
        ("3594000 error 31005", ""),
        ("3596000 wait", "mint | reconnecting"),
        ("3596100 token 3600", "destroy, register token-2"),
    ]);
}

#[test]
fn a_doubt_that_was_unfounded_a_moment_ago_takes_longer_to_come_back() {
    check(&[
        ("5000 error 31005", ""),
        ("7000 wait", "destroy, register token-1 | reconnecting"),
        ("7010 destroyed", ""),
        ("7200 registered", "| ready"),
        // Said at each registration, say: it is not to be replaced every few seconds.
        ("7300 error 31005", ""),
        ("37299 wait", ""),
        ("37300 wait", "destroy, register token-1 | reconnecting"),
        ("37310 destroyed", ""),
        ("37500 registered", "| ready"),
        ("97300 error 31005", ""),
        ("99300 wait", "destroy, register token-1 | reconnecting"),
    ]);
}

#[test]
fn a_doubt_in_a_call_leads_to_a_new_device_after_the_call() {
    check(&[
        (
            "1000 dial client:bo",
            "connect call-1 To=client:bo | ready; call-1 dialing bo",
        ),
        ("2000 call-1 accepted", "| ready; call-1 active bo"),
        ("5000 error 31005", ""),
        ("7000 wait", "| reconnecting; call-1 active bo"),
        (
            "30000 wait",
            "| offline; call-1 active bo; ! offline until 47000",
        ),
        (
            "30000 hangup 1",
            "disconnect call-1, destroy, register token-1 \
             | offline; call-1 ended: hung up after 28 s; ! offline until 50000",
        ),
        ("30010 destroyed", ""),
        (
            "30200 registered",
            "| ready; call-1 ended: hung up after 28 s",
        ),
    ]);
}

#[test]
fn a_message_that_could_not_be_sent_is_no_reason_for_doubt() {
    // It belongs to a call whose signalling is lost: the Device has another.
    check(&[
        (
            "1000 dial client:bo",
            "connect call-1 To=client:bo | ready; call-1 dialing bo",
        ),
        ("2000 call-1 accepted", "| ready; call-1 active bo"),
        ("5000 unregistered", "| reconnecting; call-1 active bo"),
        ("5100 registered", "| ready; call-1 active bo"),
        (
            "6000 hangup 1",
            "disconnect call-1 | ready; call-1 ended: hung up after 4 s",
        ),
        ("6001 error 31009", ""),
        ("60000 wait", ""),
    ]);
    // Nor is it a failed attempt to connect: each key of the keypad says it.
    check(&[
        ("5000 unregistered", "| reconnecting"),
        ("6000 error 31009", ""),
        ("7000 error 31009", ""),
        ("8000 error 31009", ""),
        ("9000 registered", "| ready"),
    ]);
}

#[test]
fn replaces_a_device_that_stays_silent_ever_more_patiently() {
    check_after(
        REGISTERING,
        &[
            ("15000 wait", "| offline; ! offline until 20000"),
            (
                "20000 wait",
                "destroy, register token-1 | offline; ! offline until 60000",
            ),
            (
                "60000 wait",
                "destroy, register token-1 | offline; ! offline until 140000",
            ),
            (
                "140000 wait",
                "destroy, register token-1 | offline; ! offline until 260000",
            ),
            ("140100 destroyed", ""),
            ("140200 registered", "| ready"),
        ],
    );
}

#[test]
fn does_not_believe_what_the_replaced_device_said_last() {
    check_after(
        REGISTERING,
        &[
            (
                "20000 wait",
                "destroy, register token-1 | offline; ! offline until 60000",
            ),
            ("20001 registered", ""),
            ("20002 error 20101", ""),
            ("20003 destroyed", ""),
            ("20004 registering", ""),
            ("20100 registered", "| ready"),
        ],
    );
}

#[test]
fn makes_a_device_anew_when_the_sdk_destroyed_it() {
    check(&[
        ("5000 destroyed", "| reconnecting"),
        ("6000 wait", "register token-1"),
        // It could not be made: the next time takes longer.
        ("6100 destroyed", ""),
        ("8099 wait", ""),
        ("10100 wait", "register token-1"),
        ("10200 registered", "| ready"),
    ]);
}

#[test]
fn is_signed_out_when_twilio_refuses_the_token_and_tries_again_when_asked() {
    for code in ["20101", "20151", "31202", "31204", "31207"] {
        check_after(
            REGISTERING,
            &[
                (
                    &format!("100 error {code}"),
                    &format!("| signed out; ! token refused {code}"),
                ),
                ("60000 wait", ""),
                ("60000 dial client:bo", "no: the phone is not connected"),
                ("60000 reconnect", "mint | connecting"),
                ("60100 token 3600", "destroy, register token-2"),
                ("60150 registering", ""),
                ("60200 registered", "| ready"),
            ],
        );
    }
}

#[test]
fn tries_one_new_token_when_twilio_says_that_it_is_expired() {
    for code in ["20104", "31205"] {
        check(&[
            (&format!("5000 error {code}"), "mint | reconnecting"),
            (&format!("5001 error {code}"), ""),
            ("5100 token 3600", "destroy, register token-2"),
            ("5110 destroyed", ""),
            ("5200 registered", "| ready"),
            (&format!("9000 error {code}"), "mint | reconnecting"),
            ("9100 token 3600", "destroy, register token-3"),
            ("9110 destroyed", ""),
            (
                &format!("9200 error {code}"),
                &format!("| signed out; ! token refused {code}"),
            ),
            (&format!("9300 error {code}"), ""),
        ]);
    }
}

#[test]
fn a_rate_limit_is_shown_and_passes() {
    check_after(
        REGISTERING,
        &[
            (
                "100 error 31206",
                "| connecting; ! sdk 31206 call •••• ••42 failed",
            ),
            ("200 registered", "| ready"),
        ],
    );
}

#[test]
fn an_unknown_error_is_shown_and_leaves_the_phone_usable() {
    check(&[
        (
            "1000 error 64999",
            "| ready; ! sdk 64999 call •••• ••42 failed",
        ),
        (
            "2000 dial client:bo",
            "connect call-1 To=client:bo \
             | ready; call-1 dialing bo; ! sdk 64999 call •••• ••42 failed",
        ),
    ]);
}

#[test]
fn registers_anew_when_the_computer_woke_up() {
    check(&[
        ("9000 wake", "destroy, register token-1 | reconnecting"),
        ("9100 destroyed", ""),
        ("9200 registered", "| ready"),
    ]);
    // The token is as good as expired.
    check(&[
        ("3595000 sleep-and-wake", "mint | reconnecting"),
        ("3595100 token 3600", "destroy, register token-2"),
    ]);
    check_after(
        &[],
        &[
            ("0 wake", "| connecting"),
            ("0 attach", "mint"),
            ("0 no-credentials", "| signed out; ! token refused 20101"),
            ("9000 wake", "mint | connecting"),
        ],
    );
}

#[test]
fn a_call_that_rang_before_the_sleep_rings_no_more_after_it() {
    check(&[
        (
            "1000 incoming a client:bo",
            "name a call-1, ring call-1 bo | ready; call-1 offered bo",
        ),
        (
            "99000 wake",
            "reject call-1, quiet call-1, destroy, register token-1 \
             | reconnecting; call-1 ended: connection lost",
        ),
    ]);
}

#[test]
fn the_computer_wakes_up_in_a_call_and_the_device_waits_for_its_end() {
    check(&[
        (
            "1000 dial client:bo",
            "connect call-1 To=client:bo | ready; call-1 dialing bo",
        ),
        ("2000 hook outgoing a client:bo", ""),
        ("3000 call-1 accepted", "| ready; call-1 active bo"),
        ("4000 wake", "| reconnecting; call-1 active bo"),
        (
            "5000 call-1 disconnected",
            "destroy, register token-1 | reconnecting; call-1 ended: they hung up after 2 s",
        ),
    ]);
}

#[test]
fn tries_again_now_when_asked() {
    check_after(
        &[],
        &[
            (
                "0 reconnect",
                "no: no page that can carry sound is attached | connecting",
            ),
            ("0 attach", "mint"),
            ("0 token 3600", "register token-1"),
            ("200 registered", "| ready"),
            ("300 reconnect", ""),
            ("5000 unregistered", "| reconnecting"),
            ("6000 reconnect", "mint"),
            ("6100 token 3600", "destroy, register token-2"),
            ("6200 reconnect", "mint"),
            ("6300 reconnect", ""),
        ],
    );
}
