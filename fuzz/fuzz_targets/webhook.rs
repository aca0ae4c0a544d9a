#![no_main]

#[path = "../checks/webhook.rs"]
mod webhook;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| webhook::check(bytes));
