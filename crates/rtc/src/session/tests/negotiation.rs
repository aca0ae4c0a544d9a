//! Offers, answers, rollbacks and restarts.

use super::*;

#[test]
fn refuses_an_offer_without_a_common_codec() {
    let mut pair = Pair::new(&[Codec::Opus], &[Codec::Pcmu]);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let refused = pair.far.session.accept_offer(&offer, pair.now);
    assert!(
        matches!(refused, Err(PeerError::Sdp(SdpError::NoCodec))),
        "{refused:?}"
    );
}

#[test]
fn goes_on_through_an_ice_restart_of_the_far_end() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    let ufrag = |sdp: &str| {
        let line = sdp.lines().find(|line| line.starts_with("a=ice-ufrag"));
        line.unwrap().to_owned()
    };
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    assert_ne!(ufrag(&offer), ufrag(&answer));
    pair.run(s(20));
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    assert_eq!(pair.near.session.stats().packets_lost, 0);
    assert_eq!(pair.far.session.stats().packets_lost, 0);
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
}

#[test]
fn takes_an_answer_only_to_an_open_offer() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    let early = pair.far.session.accept_answer(&answer, pair.now);
    assert!(matches!(early, Err(PeerError::NoOpenOffer)), "{early:?}");
    // A useless answer leaves the offer open.
    let useless = pair.near.session.accept_answer("v=0\r\n", pair.now);
    assert!(
        matches!(useless, Err(PeerError::Sdp(SdpError::NoAudio))),
        "{useless:?}"
    );
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    let late = pair.near.session.accept_answer(&answer, pair.now);
    assert!(matches!(late, Err(PeerError::NoOpenOffer)), "{late:?}");
}

#[test]
fn refuses_an_offer_of_another_peer_and_goes_on() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    let mut other = End::new(7_000, false, BOTH, 300.0, pair.now);
    let offer = other.session.create_offer(pair.now).unwrap();
    let refused = pair.far.session.accept_offer(&offer, pair.now);
    assert!(
        matches!(refused, Err(PeerError::Sdp(SdpError::OtherPeer))),
        "{refused:?}"
    );
    pair.run(s(1));
    pair.far.hears(440.0);
}

#[test]
fn goes_on_through_an_ice_restart_that_the_gateway_offers() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    let ufrag = |sdp: &str| {
        let line = sdp.lines().find(|line| line.starts_with("a=ice-ufrag"));
        line.unwrap().to_owned()
    };
    let before = ufrag(&pair.near.session.negotiation().local.unwrap().sdp);
    let offer = pair.far.session.create_offer(pair.now).unwrap();
    let answer = pair.near.session.accept_offer(&offer, pair.now).unwrap();
    assert_ne!(ufrag(&answer), before);
    pair.far.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(20));
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    assert_eq!(pair.near.session.stats().packets_lost, 0);
    assert_eq!(pair.near.states(), [PeerEvent::Connected]);
    // And the other way again.
    pair.call_in();
    pair.run(s(10));
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
}
