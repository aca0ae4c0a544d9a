//! Paths that lose, stop and come back.

use super::*;

#[test]
fn heals_one_loss_in_ten() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    pair.loses = |number| number % 10 == 3;
    pair.run(s(5));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    let lost = pair.far.session.stats().packets_lost + pair.near.session.stats().packets_lost;
    assert!((30..=60).contains(&lost), "{lost}");
}

#[test]
fn falls_to_disconnected_and_failed_in_a_black_hole_and_comes_back_by_a_restart() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    pair.far.session.set_black_hole(true);
    pair.run(s(4));
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
    pair.run(s(2));
    assert_eq!(pair.far.states()[1..], [PeerEvent::Disconnected]);
    pair.run(s(30));
    assert_eq!(pair.far.states()[2..], [PeerEvent::Failed]);
    assert_eq!(pair.near.states()[1..], pair.far.states()[1..]);

    pair.far.session.set_black_hole(false);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(5));
    assert_eq!(pair.far.states()[3..], [PeerEvent::Connected]);
    assert_eq!(pair.near.states()[3..], [PeerEvent::Connected]);
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn comes_back_from_a_short_black_hole_by_itself() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    pair.far.session.set_black_hole(true);
    pair.run(s(8));
    pair.far.session.set_black_hole(false);
    pair.run(s(5));
    use PeerEvent::{Connected, Disconnected};
    assert_eq!(pair.far.states(), [Connected, Disconnected, Connected]);
    pair.far.hears(440.0);
}

#[test]
fn fails_when_nobody_comes() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.loses = |_| true;
    pair.call_out();
    pair.run(s(29));
    assert_eq!(pair.far.states(), []);
    pair.run(s(120));
    assert_eq!(pair.far.states(), [PeerEvent::Failed]);
}

#[test]
fn waits_for_an_answer_that_is_held_back_while_it_rings() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.run(s(90));
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(2));
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
    // From here on the far end is as watchful as ever.
    pair.loses = |_| true;
    pair.run(s(7));
    assert_eq!(pair.far.states()[1..], [PeerEvent::Disconnected]);
}

#[test]
fn waits_for_somebody_to_answer_its_offer() {
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = pair.far.session.create_offer(pair.now).unwrap();
    pair.run(s(90));
    let answer = pair.near.session.accept_offer(&offer, pair.now).unwrap();
    pair.far.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(2));
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn ends_when_the_far_end_closes() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    pair.near.session.close();
    pair.run(s(1));
    assert_eq!(pair.near.states().last(), Some(&PeerEvent::Closed));
    assert_eq!(pair.far.states().last(), Some(&PeerEvent::Closed));
    assert!(matches!(
        pair.far.session.create_offer(pair.now),
        Err(PeerError::Closed)
    ));
    assert_eq!(pair.far.session.deadline(), None);
}

#[test]
fn moves_to_another_network_by_a_restart() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    pair.gone = Some(pair.near.address);
    pair.run(s(6));
    assert_eq!(pair.near.states().last(), Some(&PeerEvent::Disconnected));
    let other = SocketAddr::from(([192, 0, 2, 9], 5_001));
    let found = LocalAddress::Host(other);
    pair.near.session.add_candidate(found, pair.now);
    pair.call_in();
    pair.run(s(4));
    assert_eq!(pair.near.states().last(), Some(&PeerEvent::Connected));
    assert_eq!(pair.far.states().last(), Some(&PeerEvent::Connected));
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    let used = pair.near.events.iter().rev().find_map(|event| {
        if let PeerEvent::SelectedPair { local, .. } = event {
            Some(local.port)
        } else {
            None
        }
    });
    assert_eq!(used, Some(5_001));
}

#[test]
fn loses_nothing_when_the_far_end_moves_while_it_restarts() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    let other = SocketAddr::from(([192, 0, 2, 9], 5_001));
    let found = LocalAddress::Host(other);
    pair.near.session.add_candidate(found, pair.now);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    // The far end has restarted; this end does not know yet and sends as before.
    pair.run(s(1));
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(5));
    pair.far.hears(440.0);
    assert_eq!(pair.far.session.stats().packets_lost, 0);
    assert_eq!(pair.near.session.stats().packets_lost, 0);
}
