//! Access tokens: made, made again, renewed, and never a reason to drop a call.

use crate::driver::{check, check_after};

#[test]
fn is_renewed_after_three_quarters_of_its_life() {
    check(&[
        ("2699999 wait", ""),
        ("2700000 wait", "mint"),
        ("2700100 token 60", "update token-2"),
        ("2745099 wait", ""),
        ("2745100 wait", "mint"),
        ("2745200 token 3600", "update token-3"),
        ("5400000 wait", ""),
    ]);
}

#[test]
fn is_renewed_without_dropping_a_call() {
    check(&[
        (
            "1000 dial client:bo",
            "connect call-1 To=client:bo | ready; call-1 dialing bo",
        ),
        ("2000 hook outgoing a client:bo", ""),
        ("3000 call-1 accepted", "| ready; call-1 active bo"),
        ("2700000 wait", "mint"),
        ("2700100 token 3600", "update token-2"),
        ("3600000 wait", ""),
        // Twilio says that it is expired all the same.
        (
            "3700000 error 20104",
            "mint | reconnecting; call-1 active bo",
        ),
        ("3700100 token 3600", "update token-3"),
        (
            "3703000 call-1 disconnected",
            "destroy, register token-3 | reconnecting; call-1 ended: they hung up after 3700 s",
        ),
    ]);
}

#[test]
fn is_renewed_once_when_the_sdk_says_twice_that_it_expires() {
    check(&[
        ("90000 expires", "mint"),
        ("90001 expires", ""),
        ("90100 token 3600", "update token-2"),
        ("90101 expires", ""),
        ("99000 expires", "mint"),
    ]);
}

#[test]
fn is_tried_again_ever_more_patiently() {
    check_after(
        &[],
        &[
            ("0 attach", "mint | connecting"),
            ("100 no-token", ""),
            ("1100 wait", "mint"),
            ("1200 no-token", ""),
            ("3199 wait", ""),
            ("3200 wait", "mint"),
            // Silence is a failure too, and so is a token that is expired already.
            ("15000 wait", "| offline; ! offline"),
            ("18200 wait", "| offline; ! offline until 22200"),
            ("22200 wait", "mint | offline; ! offline"),
            ("22300 token 0", "| offline; ! offline until 30300"),
            ("30300 wait", "mint | offline; ! offline"),
            (
                "30400 token 3600",
                "register token-2 | offline; ! offline until 50400",
            ),
            ("30500 registered", "| ready"),
        ],
    );
}

#[test]
fn a_failing_renewal_leaves_registration_and_calls_alone() {
    check(&[
        (
            "1000 dial client:bo",
            "connect call-1 To=client:bo | ready; call-1 dialing bo",
        ),
        ("3000 call-1 accepted", "| ready; call-1 active bo"),
        ("2700000 wait", "mint"),
        ("2700100 no-token", ""),
        ("2701100 wait", "mint"),
        ("2701200 no-credentials", ""),
        ("3000000 wait", ""),
    ]);
}

#[test]
fn is_signed_out_without_credentials() {
    check_after(
        &[],
        &[
            ("0 attach", "mint | connecting"),
            ("100 no-credentials", "| signed out; ! token refused 20101"),
            ("100000 wait", ""),
            ("100000 reconnect", "mint | connecting"),
            ("100100 token 3600", "register token-1"),
        ],
    );
}

#[test]
fn one_that_comes_after_the_page_went_is_not_lost_on_the_next() {
    check_after(
        &[],
        &[
            ("0 attach", "mint | connecting"),
            ("100 detach", ""),
            ("200 attach", ""),
            ("300 token 3600", "register token-1"),
            ("400 detach", ""),
            ("500 token 3600", ""),
            ("600 attach", "mint"),
        ],
    );
}
