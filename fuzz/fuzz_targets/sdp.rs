#![no_main]

#[path = "../checks/sdp.rs"]
mod sdp;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sdp::check(text));
