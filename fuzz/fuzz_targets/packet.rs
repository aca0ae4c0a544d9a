//! Any datagrams to a peer that waits for its caller: none of them makes it fail, or talk to
//! somebody it does not know.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rtc::session::{LocalAddress, Output, Session, Settings};
use rtc::{Codec, Liveness, PeerEvent, SILENCE};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const OFFER: &str = include_str!("../corpus/sdp/chromium.sdp");

fuzz_target!(|pieces: Vec<(u16, Vec<u8>)>| {
    let mut now = Instant::now();
    for ice_lite in [false, true] {
        let settings = Settings {
            ice_lite,
            relay_only: false,
            codecs: vec![Codec::Opus, Codec::Pcmu],
            liveness: Liveness::default(),
            seed: 7,
        };
        let here = SocketAddr::from(([127, 0, 0, 1], 5_000));
        let mut session = Session::new(settings, now).expect("opus can be set up");
        session.add_candidate(LocalAddress::Host(here), now);
        session.accept_offer(OFFER, now).expect("it is an offer");
        for (port, datagram) in &pieces {
            let there = SocketAddr::from(([127, 0, 0, 1], *port));
            session.datagram(there, here, datagram, now);
            now += Duration::from_millis(u64::from(*port % 64));
            session.capture(Some(&SILENCE), now);
            session.timeout(now);
            session.playout();
            while let Some(output) = session.poll() {
                if let Output::Event(event) = output {
                    assert_ne!(event, PeerEvent::Connected);
                }
            }
        }
        session.report(0.0);
        session.close();
        assert!(session.has_ended());
    }
});
