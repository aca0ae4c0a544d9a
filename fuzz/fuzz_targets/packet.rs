#![no_main]

#[path = "../checks/packet.rs"]
mod packet;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| packet::check(input));
