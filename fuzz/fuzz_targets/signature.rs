#![no_main]

#[path = "../checks/signature.rs"]
mod signature;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| signature::check(bytes));
