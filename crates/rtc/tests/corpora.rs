//! What fuzzing kept, read again in every test run by what the fuzz targets check.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what cannot be read or set up fails the test"
)]

#[path = "../../../fuzz/checks/packet.rs"]
mod packet;
#[path = "../../../fuzz/checks/sdp.rs"]
mod sdp;

#[track_caller]
fn all_hold(target: &str, check: fn(&[u8])) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/");
    let mut seen = 0;
    for file in std::fs::read_dir(format!("{folder}{target}")).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let held = std::panic::catch_unwind(|| check(&bytes));
        assert!(held.is_ok(), "{}", path.display());
        seen += 1;
    }
    assert!(seen > 40, "{seen} inputs");
}

#[test]
fn descriptions_that_fuzzing_kept_are_refused_or_taken_and_answered() {
    all_hold("sdp", |bytes| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            sdp::check(text);
        }
    });
}

#[test]
fn calls_go_on_whatever_datagrams_that_fuzzing_kept_come() {
    all_hold("packet", packet::check);
}
