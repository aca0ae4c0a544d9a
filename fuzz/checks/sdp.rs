//! Any text as the far end's offer, as its answer, as our own description that the page has
//! changed, and as what the same far end says later in the call: it is refused and nothing
//! changes, or it is taken and can be answered and written.

use protocol::media::{Description, DescriptionKind};
use rtc::session::{LocalAddress, Session, Settings};
use rtc::{Codec, Liveness};
use std::time::Instant;

/// Its fingerprint is that of most texts kept.
const FIRST: &str = include_str!("../corpus/sdp/chromium.sdp");

fn session(ice_lite: bool, now: Instant) -> Session {
    let settings = Settings {
        ice_lite,
        relay_only: false,
        codecs: vec![Codec::Opus, Codec::Pcmu],
        liveness: Liveness::default(),
        seed: 7,
    };
    let mut session = Session::new(settings, now).expect("opus can be set up");
    let address = "127.0.0.1:5000".parse().expect("it is an address");
    session.add_candidate(LocalAddress::Host(address), now);
    session
}

fn description(kind: DescriptionKind, sdp: &str) -> Description {
    Description {
        kind,
        sdp: sdp.to_owned(),
    }
}

fn check_written(session: &Session) {
    let stands = session.negotiation();
    for side in [stands.local, stands.remote].into_iter().flatten() {
        assert!(!side.sdp.contains("\r;"), "{}", side.sdp);
        assert!(side.sdp.ends_with("\r\n"), "{}", side.sdp);
        for line in side.sdp.split_inclusive('\n') {
            assert!(line.ends_with("\r\n"), "{line:?}");
        }
    }
    session.report(0.0);
}

/// Checks one input.
pub(crate) fn check(text: &str) {
    let now = Instant::now();
    for ice_lite in [false, true] {
        let mut session = session(ice_lite, now);
        let before = session.negotiation();
        let offer = description(DescriptionKind::Offer, text);
        if session.set_remote(&offer, now).is_err() {
            assert_eq!(session.negotiation(), before);
        } else if session.make_answer(now).is_ok() {
            let answer = description(DescriptionKind::Answer, "");
            session
                .set_local(&answer, now)
                .expect("what was made can be set");
        }
        check_written(&session);
    }

    let mut session = session(false, now);
    session.make_offer(false, now).expect("it can offer");
    let changed = description(DescriptionKind::Offer, text);
    if session.set_local(&changed, now).is_err() {
        let made = description(DescriptionKind::Offer, "");
        session
            .set_local(&made, now)
            .expect("what was made can be set");
    }
    let answer = description(DescriptionKind::Answer, text);
    // It is refused, or taken.
    let _ = session.set_remote(&answer, now);
    check_written(&session);

    for ice_lite in [false, true] {
        check_later(text, ice_lite, now);
    }
}

/// The same in a call that has begun, whose far end wrote the text.
fn check_later(text: &str, ice_lite: bool, now: Instant) {
    let mut session = session(ice_lite, now);
    session
        .accept_offer(FIRST, now)
        .expect("a browser's offer can be answered");
    let before = session.negotiation();
    if session.accept_offer(text, now).is_err() {
        let after = session.negotiation();
        assert_eq!((after.state, after.remote), (before.state, before.remote));
    }
    session.create_offer(now).expect("it can restart");
    // It is refused, or taken.
    let _ = session.accept_answer(text, now);
    check_written(&session);
}
