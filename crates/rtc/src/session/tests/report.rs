//! The statistics report.

use super::*;
use serde_json::Value;

/// The entry of this type; there is at most one.
fn entry(report: &[Value], kind: &str) -> Option<Value> {
    let mut found = report.iter().filter(|entry| entry["type"] == kind);
    let first = found.next().cloned();
    assert_eq!(found.next(), None, "{kind}");
    first
}

/// Every id that an entry names is there, each entry has its own, and none lacks what all have.
fn check_whole(report: &[Value]) {
    let ids: Vec<&str> = report.iter().map(|e| e["id"].as_str().unwrap()).collect();
    for entry in report {
        assert!(entry["type"].is_string(), "{entry}");
        assert_eq!(entry["timestamp"], 1_000.5, "{entry}");
        let same = ids.iter().filter(|id| **id == entry["id"]);
        assert_eq!(same.count(), 1, "{entry}");
        for (name, value) in entry.as_object().unwrap() {
            assert!(!value.is_null(), "{name} in {entry}");
            if name.ends_with("Id") {
                assert!(ids.contains(&value.as_str().unwrap()), "{name} in {entry}");
            }
        }
    }
}

#[test]
fn reports_before_the_call_in_it_and_after_it() {
    let mut pair = Pair::new(BOTH, BOTH);
    check_whole(&pair.near.session.report(1_000.5));
    pair.call_in();
    check_whole(&pair.near.session.report(1_000.5));
    pair.run(s(2));
    pair.delay = Duration::from_millis(50);
    pair.run(s(15));
    for end in [&pair.near, &pair.far] {
        let report = end.session.report(1_000.5);
        check_whole(&report);
        let inbound = entry(&report, "inbound-rtp").unwrap();
        assert_eq!(inbound["packetsLost"], 0);
        assert!(inbound["packetsReceived"].as_u64() > Some(500), "{inbound}");
        assert!(
            inbound["bytesReceived"].as_u64() > Some(10_000),
            "{inbound}"
        );
        let jitter = inbound["jitter"].as_f64().unwrap();
        assert!((0.0..0.01).contains(&jitter), "{inbound}");
        let outbound = entry(&report, "outbound-rtp").unwrap();
        assert!(outbound["packetsSent"].as_u64() > Some(500), "{outbound}");
        let codec = outbound["codecId"].as_str().unwrap();
        let codec = report.iter().find(|e| e["id"] == codec).unwrap();
        assert_eq!(codec["mimeType"], "audio/opus");
        let remote = entry(&report, "remote-inbound-rtp").unwrap();
        let rtt = remote["roundTripTime"].as_f64();
        let rtt = rtt.unwrap_or_else(|| panic!("{remote}"));
        assert!((0.095..0.125).contains(&rtt), "{remote}");
        assert!(entry(&report, "remote-outbound-rtp").is_some());
        let transport = entry(&report, "transport").unwrap();
        assert_eq!(transport["dtlsState"], "connected");
        assert_eq!(transport["selectedCandidatePairId"], "pair");
    }
    let report = pair.near.session.report(1_000.5);
    let path = entry(&report, "candidate-pair").unwrap();
    let rtt = path["currentRoundTripTime"].as_f64().unwrap();
    assert!((0.095..0.125).contains(&rtt), "{path}");
    let theirs = entry(&report, "remote-candidate").unwrap();
    assert_eq!(theirs["address"], "127.0.0.1");
    assert_eq!(theirs["port"], 6_000);

    pair.near.session.close();
    let report = pair.near.session.report(1_000.5);
    check_whole(&report);
    let transport = entry(&report, "transport").unwrap();
    assert_eq!(transport["dtlsState"], "closed");
}

#[test]
fn reports_what_was_lost() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    pair.loses = |number| number % 10 == 3;
    pair.run(s(10));
    let report = pair.near.session.report(1_000.5);
    check_whole(&report);
    let inbound = entry(&report, "inbound-rtp").unwrap();
    let lost = inbound["packetsLost"].as_u64().unwrap();
    assert!((15..130).contains(&lost), "{inbound}");
    let remote = entry(&report, "remote-inbound-rtp").unwrap();
    assert!(remote["packetsLost"].as_u64() > Some(0), "{remote}");
}
