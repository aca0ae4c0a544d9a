#![no_main]

#[path = "../checks/servers.rs"]
mod servers;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| servers::check(input));
