//! The steps of a browser: make, set, roll back.

use super::*;
use protocol::media::{Description, DescriptionKind, SignalingState};

fn description(kind: DescriptionKind, sdp: &str) -> Description {
    Description {
        kind,
        sdp: sdp.to_owned(),
    }
}

fn offer(sdp: &str) -> Description {
    description(DescriptionKind::Offer, sdp)
}

fn answer(sdp: &str) -> Description {
    description(DescriptionKind::Answer, sdp)
}

fn rollback() -> Description {
    description(DescriptionKind::Rollback, "")
}

fn line<'a>(sdp: &'a str, start: &str) -> &'a str {
    let found = sdp.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {sdp}"))
}

impl Pair {
    /// As the SDK calls: its offer is sent as it was made.
    fn call_in_steps(&mut self) {
        let made = self.near.session.make_offer(false, self.now).unwrap();
        self.near
            .session
            .set_local(&offer(&made), self.now)
            .unwrap();
        let answered = self.far.session.accept_offer(&made, self.now).unwrap();
        self.near
            .session
            .set_remote(&answer(&answered), self.now)
            .unwrap();
    }

    fn state(&self) -> SignalingState {
        self.near.session.negotiation().state
    }
}

#[test]
fn calls_in_the_steps_of_a_browser() {
    let mut pair = Pair::new(BOTH, BOTH);
    assert_eq!(pair.state(), SignalingState::Stable);
    assert_eq!(pair.near.session.negotiation().local, None);
    pair.near.session.prefer_codecs(&[Codec::Pcmu, Codec::Opus]);
    let made = pair.near.session.make_offer(false, pair.now).unwrap();
    assert_eq!(pair.state(), SignalingState::Stable);
    // The far end learns of this end's address by the first check.
    assert!(!made.contains("a=candidate"), "{made}");
    assert_eq!(
        line(&made, "m="),
        "m=audio 9 UDP/TLS/RTP/SAVPF 0 111 110 126"
    );
    assert_eq!(line(&made, "a=setup"), "a=setup:actpass");
    assert_eq!(line(&made, "a=mid"), "a=mid:0");
    assert_eq!(
        line(&made, "a=fmtp:111"),
        "a=fmtp:111 minptime=10;useinbandfec=1"
    );

    pair.near
        .session
        .set_local(&offer(&made), pair.now)
        .unwrap();
    let set = pair.near.session.negotiation();
    assert_eq!(set.state, SignalingState::HaveLocalOffer);
    let local = set.local.unwrap();
    assert_eq!(local.kind, DescriptionKind::Offer);
    assert!(local.sdp.contains("a=candidate:"), "{}", local.sdp);

    let answered = pair.far.session.accept_offer(&made, pair.now).unwrap();
    assert_eq!(line(&answered, "a=mid"), "a=mid:0");
    pair.near
        .session
        .set_remote(&answer(&answered), pair.now)
        .unwrap();
    let set = pair.near.session.negotiation();
    assert_eq!(set.state, SignalingState::Stable);
    assert_eq!(set.remote, Some(answer(&answered)));
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    assert_eq!(pair.near.session.stats().codec, Some(Codec::Pcmu));
}

#[test]
fn answers_in_the_steps_of_a_browser() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offered = pair.far.session.create_offer(pair.now).unwrap();
    pair.near
        .session
        .set_remote(&offer(&offered), pair.now)
        .unwrap();
    assert_eq!(pair.state(), SignalingState::HaveRemoteOffer);
    assert!(matches!(
        pair.near.session.make_offer(false, pair.now),
        Err(PeerError::InvalidState)
    ));
    let made = pair.near.session.make_answer(pair.now).unwrap();
    assert_eq!(pair.near.session.make_answer(pair.now).unwrap(), made);
    assert_eq!(line(&made, "a=setup"), "a=setup:active");
    assert_eq!(pair.state(), SignalingState::HaveRemoteOffer);
    pair.near
        .session
        .set_local(&answer(&made), pair.now)
        .unwrap();
    assert_eq!(pair.state(), SignalingState::Stable);
    pair.far.session.accept_answer(&made, pair.now).unwrap();
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn answers_in_the_preferred_order() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offered = pair.far.session.create_offer(pair.now).unwrap();
    assert_eq!(
        line(&offered, "m=").split(' ').skip(3).collect::<Vec<_>>(),
        ["111", "0", "126"]
    );
    pair.near.session.prefer_codecs(&[Codec::Pcmu]);
    let made = pair.near.session.accept_offer(&offered, pair.now).unwrap();
    assert_eq!(
        line(&made, "m=").split(' ').skip(3).collect::<Vec<_>>(),
        ["0", "126"]
    );
    pair.far.session.accept_answer(&made, pair.now).unwrap();
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    assert_eq!(pair.near.session.stats().codec, Some(Codec::Pcmu));
    assert_eq!(pair.far.session.stats().codec, Some(Codec::Pcmu));
}

#[test]
fn offers_once_more_before_the_first_is_set() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.near.session.make_offer(false, pair.now).unwrap();
    pair.call_in_steps();
    pair.run(s(2));
    pair.far.hears(440.0);
}

#[test]
fn takes_only_the_description_that_was_made_last() {
    let mut pair = Pair::new(BOTH, BOTH);
    let other = pair.far.session.create_offer(pair.now).unwrap();
    let unmade = pair.near.session.set_local(&offer(&other), pair.now);
    assert!(matches!(unmade, Err(PeerError::NotMade)), "{unmade:?}");
    pair.near.session.make_offer(false, pair.now).unwrap();
    let unmade = pair.near.session.set_local(&offer(&other), pair.now);
    assert!(matches!(unmade, Err(PeerError::NotMade)), "{unmade:?}");
    let unread = pair.near.session.set_local(&offer("v=0"), pair.now);
    assert!(matches!(unread, Err(PeerError::Sdp(_))), "{unread:?}");
    let early = pair.near.session.set_local(&answer("v=0"), pair.now);
    assert!(matches!(early, Err(PeerError::InvalidState)), "{early:?}");
    assert_eq!(pair.state(), SignalingState::Stable);
    // No text means the one made last.
    pair.near.session.set_local(&offer(""), pair.now).unwrap();
    assert_eq!(pair.state(), SignalingState::HaveLocalOffer);
}

#[test]
fn takes_an_offer_that_the_sdk_has_rearranged() {
    let mut pair = Pair::new(BOTH, BOTH);
    let made = pair.near.session.make_offer(false, pair.now).unwrap();
    let changed = made.replace("111 0 110 126", "0 111 110 126").replace(
        "useinbandfec=1\r\n",
        "useinbandfec=1\r;maxaveragebitrate=16000\n",
    );
    pair.near
        .session
        .set_local(&offer(&changed), pair.now)
        .unwrap();
    let local = pair.near.session.negotiation().local.unwrap().sdp;
    assert!(line(&local, "m=").ends_with(" 0 111 110 126"), "{local}");
    assert_eq!(
        line(&local, "a=fmtp:111"),
        "a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=16000"
    );
    let answered = pair.far.session.accept_offer(&changed, pair.now).unwrap();
    pair.near
        .session
        .set_remote(&answer(&answered), pair.now)
        .unwrap();
    pair.run(s(2));
    pair.far.hears(440.0);
    assert_eq!(pair.far.session.stats().codec, Some(Codec::Pcmu));
}

#[test]
fn rolls_an_offer_back_and_answers_instead() {
    let mut pair = Pair::new(BOTH, BOTH);
    let nothing = pair.near.session.set_local(&rollback(), pair.now);
    assert!(
        matches!(nothing, Err(PeerError::InvalidState)),
        "{nothing:?}"
    );
    let made = pair.near.session.make_offer(false, pair.now).unwrap();
    pair.near
        .session
        .set_local(&offer(&made), pair.now)
        .unwrap();
    pair.near.session.set_local(&rollback(), pair.now).unwrap();
    assert_eq!(pair.state(), SignalingState::Stable);
    assert_eq!(pair.near.session.negotiation().local, None);
    pair.call_out();
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn rolls_the_far_offer_back_and_offers_instead() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offered = pair.far.session.create_offer(pair.now).unwrap();
    pair.near
        .session
        .set_remote(&offer(&offered), pair.now)
        .unwrap();
    pair.near.session.make_answer(pair.now).unwrap();
    pair.near.session.set_remote(&rollback(), pair.now).unwrap();
    assert_eq!(pair.near.session.negotiation().remote, None);
    pair.call_in_steps();
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn keeps_the_call_when_a_restart_is_rolled_back() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in_steps();
    pair.run(s(2));
    let before = pair.near.session.negotiation();
    let made = pair.near.session.make_offer(true, pair.now).unwrap();
    pair.near
        .session
        .set_local(&offer(&made), pair.now)
        .unwrap();
    pair.near.session.set_local(&rollback(), pair.now).unwrap();
    assert_eq!(pair.near.session.negotiation().remote, before.remote);
    pair.run(s(20));
    pair.far.hears(440.0);
    assert_eq!(pair.far.session.stats().packets_lost, 0);
    assert_eq!(pair.near.states(), [PeerEvent::Connected]);
}

#[test]
fn restarts_ice_with_new_credentials_and_new_candidates() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in_steps();
    pair.run(s(2));
    let first = pair.near.session.negotiation().local.unwrap().sdp;
    let made = pair.near.session.make_offer(true, pair.now).unwrap();
    assert_ne!(line(&first, "a=ice-ufrag"), line(&made, "a=ice-ufrag"));
    assert_eq!(line(&first, "a=fingerprint"), line(&made, "a=fingerprint"));
    pair.near.events.clear();
    pair.near
        .session
        .set_local(&offer(&made), pair.now)
        .unwrap();
    let answered = pair.far.session.accept_offer(&made, pair.now).unwrap();
    pair.near
        .session
        .set_remote(&answer(&answered), pair.now)
        .unwrap();
    pair.run(s(3));
    assert_eq!(
        pair.near.events[0],
        PeerEvent::Gathering(protocol::media::GatheringState::Gathering)
    );
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn offers_again_without_a_restart() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in_steps();
    pair.run(s(2));
    let first = pair.near.session.negotiation().local.unwrap().sdp;
    let made = pair.near.session.make_offer(false, pair.now).unwrap();
    assert_eq!(line(&first, "a=ice-ufrag"), line(&made, "a=ice-ufrag"));
    assert_eq!(line(&made, "a=setup"), "a=setup:actpass");
    pair.near
        .session
        .set_local(&offer(&made), pair.now)
        .unwrap();
    let answered = pair.far.session.accept_offer(&made, pair.now).unwrap();
    pair.near
        .session
        .set_remote(&answer(&answered), pair.now)
        .unwrap();
    pair.run(s(3));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    assert_eq!(pair.near.states(), [PeerEvent::Connected]);
}

#[test]
fn takes_a_provisional_answer_and_then_the_answer() {
    let mut pair = Pair::new(BOTH, BOTH);
    let made = pair.near.session.make_offer(false, pair.now).unwrap();
    pair.near
        .session
        .set_local(&offer(&made), pair.now)
        .unwrap();
    let answered = pair.far.session.accept_offer(&made, pair.now).unwrap();
    let early = description(DescriptionKind::Pranswer, &answered);
    pair.near.session.set_remote(&early, pair.now).unwrap();
    assert_eq!(pair.state(), SignalingState::HaveRemotePranswer);
    pair.run(s(2));
    pair.near.hears(1_000.0);
    pair.near
        .session
        .set_remote(&answer(&answered), pair.now)
        .unwrap();
    assert_eq!(pair.state(), SignalingState::Stable);
    pair.run(s(1));
    pair.near.hears(1_000.0);
}

#[test]
fn refuses_a_description_of_nonsense_and_changes_nothing() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in_steps();
    pair.run(s(1));
    let before = pair.near.session.negotiation();
    for text in ["", "v=0", "m=audio 9 RTP/SAVPF 111", "\r\n\r;"] {
        let refused = pair.near.session.set_remote(&offer(text), pair.now);
        let refused = refused.expect_err("it is nonsense");
        assert_eq!(
            refused.kind(),
            protocol::media::MediaErrorKind::InvalidDescription
        );
        assert_eq!(pair.near.session.negotiation(), before);
    }
    let late = pair.near.session.set_remote(&answer(""), pair.now);
    let late = late.expect_err("no offer is open");
    assert_eq!(late.kind(), protocol::media::MediaErrorKind::InvalidState);
}
