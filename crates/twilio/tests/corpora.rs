//! What fuzzing kept, read again in every test run by what the fuzz targets check.

#![expect(
    clippy::unwrap_used,
    reason = "a corpus that cannot be read fails the test"
)]

#[path = "../../../fuzz/checks/signature.rs"]
mod signature;
#[path = "../../../fuzz/checks/webhook.rs"]
mod webhook;

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
fn requests_that_fuzzing_kept_hold_when_they_are_signed_and_not_when_they_are_changed() {
    all_hold("signature", signature::check);
}

#[test]
fn bodies_that_fuzzing_kept_are_read_or_refused_with_a_reason() {
    all_hold("webhook", webhook::check);
}
