//! Calls on a good path.

use super::*;

#[track_caller]
fn check_sound(near: &[Codec], far: &[Codec], call: fn(&mut Pair), expected: Codec) {
    let mut pair = Pair::new(near, far);
    call(&mut pair);
    pair.run(s(2));
    assert_eq!(pair.near.states(), [PeerEvent::Connected]);
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    for end in [&pair.near, &pair.far] {
        let stats = end.session.stats();
        assert_eq!(stats.codec, Some(expected));
        assert_eq!(stats.packets_lost, 0);
        assert!(stats.packets_sent > 50, "{stats:?}");
        assert!(stats.packets_received > 50, "{stats:?}");
    }
}

#[test]
fn carries_sound_both_ways_in_opus_when_called() {
    check_sound(BOTH, BOTH, Pair::call_in, Codec::Opus);
}

#[test]
fn carries_sound_both_ways_in_opus_when_calling() {
    check_sound(BOTH, BOTH, Pair::call_out, Codec::Opus);
}

#[test]
fn carries_sound_both_ways_in_pcmu_when_called() {
    check_sound(BOTH, &[Codec::Pcmu], Pair::call_in, Codec::Pcmu);
}

#[test]
fn carries_sound_both_ways_in_pcmu_when_calling() {
    check_sound(&[Codec::Pcmu], BOTH, Pair::call_out, Codec::Pcmu);
}

#[test]
fn meets_a_peer_whose_description_names_no_candidate_and_no_stream() {
    let strip = |sdp: &str| -> String {
        sdp.lines()
            .filter(|line| !line.contains("candidate") && !line.contains("ssrc"))
            .map(|line| format!("{line}\r\n"))
            .collect()
    };
    let mut pair = Pair::new(BOTH, BOTH);
    let offer = strip(&pair.near.session.create_offer(pair.now).unwrap());
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    pair.near.session.accept_answer(&answer, pair.now).unwrap();
    pair.run(s(2));
    pair.far.hears(440.0);
    pair.near.hears(1_000.0);
}

#[test]
fn hears_keys_pressed_at_either_end() {
    for codecs in [&[Codec::Opus], &[Codec::Pcmu]] {
        let mut pair = Pair::new(codecs, codecs);
        pair.call_in();
        pair.run(s(1));
        pair.near.session.press("12#");
        pair.far.session.press("9*0A");
        pair.run(s(3));
        let keys = |end: &End| -> String {
            let keys = end.events.iter().filter_map(|event| match event {
                PeerEvent::Dtmf(key) => Some(*key),
                PeerEvent::Checking
                | PeerEvent::Connected
                | PeerEvent::Disconnected
                | PeerEvent::Failed
                | PeerEvent::Gathering(_)
                | PeerEvent::Candidate(_)
                | PeerEvent::SelectedPair { .. }
                | PeerEvent::Track
                | PeerEvent::Tone(_)
                | PeerEvent::Closed => None,
            });
            keys.collect()
        };
        assert_eq!(keys(&pair.far), "12#");
        assert_eq!(keys(&pair.near), "9*0A");
        // The sound goes on afterwards, and the keys are no loss.
        pair.far.hears(440.0);
        assert_eq!(pair.far.session.stats().packets_lost, 0);
    }
}

#[test]
fn keeps_the_order_of_the_offer() {
    let pcmu_first = &[Codec::Pcmu, Codec::Opus];
    check_sound(pcmu_first, BOTH, Pair::call_in, Codec::Pcmu);
    check_sound(BOTH, pcmu_first, Pair::call_out, Codec::Pcmu);
}

#[test]
fn tells_each_tone_that_is_inserted() {
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(1));
    let ms = Duration::from_millis;
    pair.near.session.insert_dtmf("1#", ms(160), ms(70));
    pair.run(s(2));
    let told = ["1", "#", ""].map(|tone| PeerEvent::Tone(tone.to_owned()));
    assert!(pair.near.events.ends_with(&told), "{:?}", pair.near.events);
    let heard = [PeerEvent::Dtmf('1'), PeerEvent::Dtmf('#')];
    assert!(pair.far.events.ends_with(&heard), "{:?}", pair.far.events);
}

#[test]
fn carries_sound_over_ipv6() {
    let mut pair = Pair::new(BOTH, BOTH);
    let at = |text: &str| text.parse::<SocketAddr>().unwrap();
    pair.near = End::at(at("[2001:db8::1]:5000"), false, BOTH, 440.0, pair.now);
    pair.far = End::at(at("[2001:db8::2]:6000"), true, BOTH, 1_000.0, pair.now);
    pair.call_in();
    pair.run(s(2));
    pair.near.hears(1_000.0);
    pair.far.hears(440.0);
    let remote = pair.near.session.negotiation().remote.unwrap().sdp;
    assert!(remote.contains("IN IP6 2001:db8::2"), "{remote}");
}

#[test]
fn hears_a_far_end_that_leaves_silence_out_and_counts_no_loss() {
    let mut pair = Pair::new(&[Codec::Opus], &[Codec::Opus]);
    let offer = pair.near.session.create_offer(pair.now).unwrap();
    let answer = pair.far.session.accept_offer(&offer, pair.now).unwrap();
    let rests = answer.replace("useinbandfec=1", "useinbandfec=1;usedtx=1");
    assert_ne!(rests, answer);
    pair.near.session.accept_answer(&rests, pair.now).unwrap();
    pair.near.tone = Tone::new(440.0, -120.0);
    pair.run(s(10));
    let sent = pair.near.session.stats().packets_sent;
    assert!((20..200).contains(&sent), "{sent}");
    assert_eq!(pair.far.session.stats().packets_lost, 0);
    assert_eq!(pair.far.states(), [PeerEvent::Connected]);
    pair.near.tone = Tone::new(440.0, -20.0);
    pair.run(s(2));
    pair.far.hears(440.0);
    assert_eq!(pair.far.session.stats().packets_lost, 0);
}

#[test]
fn says_in_order_what_a_browser_says() {
    use protocol::media::GatheringState;
    let mut pair = Pair::new(BOTH, BOTH);
    pair.call_in();
    pair.run(s(2));
    let names: Vec<String> = pair
        .near
        .events
        .iter()
        .map(|event| match event {
            PeerEvent::Candidate(Some(own)) => own.kind.clone(),
            PeerEvent::Candidate(None) => "last".to_owned(),
            PeerEvent::Gathering(GatheringState::Complete) => "complete".to_owned(),
            PeerEvent::Gathering(_) => "gathering".to_owned(),
            PeerEvent::SelectedPair { local, remote } => format!("{}-{}", local.port, remote.port),
            PeerEvent::Checking
            | PeerEvent::Connected
            | PeerEvent::Disconnected
            | PeerEvent::Failed
            | PeerEvent::Dtmf(_)
            | PeerEvent::Track
            | PeerEvent::Tone(_)
            | PeerEvent::Closed => format!("{event:?}"),
        })
        .collect();
    assert_eq!(
        names,
        [
            "gathering",
            "host",
            "Checking",
            "Track",
            "last",
            "complete",
            "5000-6000",
            "Connected"
        ]
    );
    pair.near.session.close();
    let closed = pair.near.session.negotiation();
    assert_eq!(closed.state, protocol::media::SignalingState::Closed);
    assert!(matches!(
        pair.near.session.make_offer(false, pair.now),
        Err(PeerError::Closed)
    ));
}
