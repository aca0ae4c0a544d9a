//! The way through NAT, against servers of the test's own: STUN, and TURN over UDP, TCP and TLS.

#[path = "../common/ear.rs"]
mod ear;
mod turn;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ear::{hears, within};
use protocol::media::{Candidate, Description, DescriptionKind, IceServer};
use rtc::audio::{Meter, Silence, Tone, meter};
use rtc::{IceConfig, Interfaces, Peer, PeerConfig, PeerEvent};
use tokio::net::UdpSocket;
use tokio::sync::mpsc::Receiver;
use turn::{Turn, Way};
use turn_server_proto::types::AddressFamily;

struct Window {
    peer: Peer,
    events: Receiver<PeerEvent>,
    meter: Meter,
}

impl Window {
    async fn open(ice: IceConfig) -> Self {
        let (sink, meter) = meter();
        let config = PeerConfig {
            ice_lite: false,
            ice,
            ..PeerConfig::default()
        };
        let source = Box::new(Tone::new(440.0, -20.0));
        let opened = Peer::new(config, source, Box::new(sink)).await;
        let (peer, events) = opened.expect("a peer can be had");
        Self {
            peer,
            events,
            meter,
        }
    }

    /// Offers; gives the local description as it stands when it is set.
    async fn offer(&self) -> Description {
        let sdp = self.peer.make_offer(false).await.expect("it can offer");
        let kind = DescriptionKind::Offer;
        let set = self.peer.set_local(Description { kind, sdp }).await;
        let set = set.expect("the offer was just made");
        set.local.expect("it was just set")
    }

    /// All candidates, once they are gathered.
    async fn candidates(&mut self) -> Vec<Candidate> {
        let mut found = Vec::new();
        loop {
            let event = within(self.events.recv()).await;
            match event.expect("the peer lives") {
                PeerEvent::Candidate(Some(candidate)) => found.push(candidate),
                PeerEvent::Candidate(None) => return found,
                PeerEvent::Checking
                | PeerEvent::Connected
                | PeerEvent::Disconnected
                | PeerEvent::Failed
                | PeerEvent::Dtmf(_)
                | PeerEvent::Gathering(_)
                | PeerEvent::SelectedPair { .. }
                | PeerEvent::Track
                | PeerEvent::Tone(_)
                | PeerEvent::Closed => {}
            }
        }
    }

    /// The pair that is used when the connection stands.
    async fn connected(&mut self) -> (Candidate, Candidate) {
        let mut pair = None;
        loop {
            let event = within(self.events.recv()).await;
            match event.expect("the peer lives") {
                PeerEvent::SelectedPair { local, remote } => pair = Some((local, remote)),
                PeerEvent::Connected => return pair.expect("a pair comes first"),
                PeerEvent::Checking
                | PeerEvent::Candidate(_)
                | PeerEvent::Disconnected
                | PeerEvent::Failed
                | PeerEvent::Dtmf(_)
                | PeerEvent::Gathering(_)
                | PeerEvent::Track
                | PeerEvent::Tone(_)
                | PeerEvent::Closed => {}
            }
        }
    }
}

fn server(url: String) -> IceServer {
    IceServer {
        urls: vec![url],
        username: Some(turn::USER.to_owned()),
        credential: Some(turn::PASSWORD.to_owned()),
    }
}

fn relayed(turn: &Turn) -> IceConfig {
    IceConfig {
        servers: vec![server(turn.url())],
        relay_only: true,
        interfaces: Interfaces::All,
        more_roots: turn.roots(),
    }
}

/// A call whose every datagram goes through the server.
async fn check_call_through(way: Way) {
    check_call_to(Turn::start(way).await, Ipv4Addr::LOCALHOST.into(), 1).await;
}

/// The same through this server, which gives so many addresses, to a far end at this one.
async fn check_call_to(turn: Turn, bind: IpAddr, addresses: usize) {
    let mut near = Window::open(relayed(&turn)).await;
    let (sink, far_meter) = meter();
    let source = Box::new(Tone::new(1_000.0, -20.0));
    let config = PeerConfig {
        bind,
        ..PeerConfig::default()
    };
    let far = Peer::new(config, source, Box::new(sink)).await;
    let (far, _far_events) = far.expect("a peer can be had");

    // With relayed candidates only, the description waits for them.
    let local = near.offer().await;
    let lines = local.sdp.lines();
    let lines: Vec<&str> = lines.filter(|l| l.starts_with("a=candidate")).collect();
    assert_eq!(lines.len(), addresses, "{}", local.sdp);
    let is_relayed = |line: &&str| line.contains(" typ relay ");
    assert!(lines.iter().all(is_relayed), "{}", local.sdp);

    let sdp = far.accept_offer(&local.sdp).await.expect("it is an offer");
    let kind = DescriptionKind::Answer;
    let answered = near.peer.set_remote(Description { kind, sdp }).await;
    answered.expect("it is an answer");
    let (own, _) = near.connected().await;
    assert_eq!(own.kind, "relay");
    hears(&near.meter, 1_000.0).await;
    hears(&far_meter, 440.0).await;

    near.peer.close();
    turn.forgets_the_address().await;
}

#[tokio::test]
async fn calls_through_turn_over_udp() {
    check_call_through(Way::Udp).await;
}

#[tokio::test]
async fn calls_through_turn_over_tcp() {
    check_call_through(Way::Tcp).await;
}

#[tokio::test]
async fn calls_through_turn_over_tls() {
    check_call_through(Way::Tls).await;
}

#[tokio::test]
async fn calls_a_far_end_on_ipv6_through_a_server_reached_over_ipv6() {
    let here = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let both = [AddressFamily::IPV4, AddressFamily::IPV6];
    let turn = Turn::start_at(Way::Udp, here, &both).await;
    check_call_to(turn, here, 2).await;
}

/// What is found with these servers, and relays only.
async fn check_nothing_is_found(ice: IceConfig) {
    let mut near = Window::open(ice).await;
    let local = within(near.offer()).await;
    assert!(!local.sdp.contains("a=candidate"), "{}", local.sdp);
    assert_eq!(near.candidates().await, []);
}

#[tokio::test]
async fn trusts_no_certificate_that_the_system_does_not() {
    let turn = Turn::start(Way::Tls).await;
    let mut ice = relayed(&turn);
    ice.more_roots.clear();
    check_nothing_is_found(ice).await;
}

#[tokio::test]
async fn trusts_no_certificate_of_another_name() {
    let turn = Turn::start(Way::Tls).await;
    let mut ice = relayed(&turn);
    ice.servers = vec![server(turn.url().replace("localhost", "127.0.0.1"))];
    check_nothing_is_found(ice).await;
}

#[tokio::test]
async fn goes_on_without_a_server_that_refuses_the_password() {
    let turn = Turn::start(Way::Udp).await;
    let mut ice = relayed(&turn);
    ice.servers[0].credential = Some("wrong".to_owned());
    check_nothing_is_found(ice).await;
}

#[tokio::test]
async fn goes_on_without_a_server_that_is_not_there() {
    let gone = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|s| s.local_addr());
    let port = gone.expect("a port can be had").port();
    let servers =
        ["turn", "turns"].map(|scheme| server(format!("{scheme}:127.0.0.1:{port}?transport=tcp")));
    let ice = IceConfig {
        servers: [
            servers.as_slice(),
            &[server("turn:nowhere.invalid".to_owned())],
        ]
        .concat(),
        relay_only: true,
        ..IceConfig::default()
    };
    check_nothing_is_found(ice).await;
}

/// A STUN server that sees everybody at one address, after it has lost the first request.
async fn stun(seen: SocketAddr) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let socket = socket.expect("a port can be had");
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let mut buffer = [0; 100];
        let mut lost = false;
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let is_request = length == 20 && buffer.starts_with(&[0, 1, 0, 0, 0x21, 0x12]);
            if !is_request || !std::mem::replace(&mut lost, true) {
                continue;
            }
            let mut answer = vec![1, 1, 0, 12];
            answer.extend(&buffer[4..20]);
            answer.extend([0, 0x20, 0, 8, 0, 1]);
            answer.extend((seen.port() ^ 0x2112).to_be_bytes());
            let IpAddr::V4(ip) = seen.ip() else { return };
            answer.extend((u32::from(ip) ^ 0x2112_a442).to_be_bytes());
            if socket.send_to(&answer, from).await.is_err() {
                return;
            }
        }
    });
    address
}

#[tokio::test]
async fn learns_from_stun_how_others_see_it() {
    let seen = SocketAddr::from(([192, 0, 2, 7], 4_444));
    let stun = stun(seen).await;
    let mut near = Window::open(IceConfig {
        servers: vec![server(format!("stun:{stun}"))],
        ..IceConfig::default()
    })
    .await;
    let local = near.offer().await;
    assert!(local.sdp.contains(" typ host"), "{}", local.sdp);
    let found = near.candidates().await;
    let kinds: Vec<&str> = found.iter().map(|own| own.kind.as_str()).collect();
    assert_eq!(kinds, ["host", "srflx"]);
    assert_eq!(found[1].address, "192.0.2.7");
    assert_eq!(found[1].port, 4_444);
    assert!(found[1].priority < found[0].priority);
}

#[tokio::test]
async fn asks_a_turn_server_how_it_is_seen_too() {
    let turn = Turn::start(Way::Udp).await;
    let (silent, _) = meter();
    let ice = IceConfig {
        servers: vec![server(turn.url())],
        ..IceConfig::default()
    };
    let config = PeerConfig {
        ice_lite: false,
        ice,
        ..PeerConfig::default()
    };
    let opened = Peer::new(config, Box::new(Silence), Box::new(silent)).await;
    let (peer, events) = opened.expect("a peer can be had");
    let mut near = Window {
        peer,
        events,
        meter: meter().1,
    };
    near.offer().await;
    let found = near.candidates().await;
    // On one machine the server sees the host candidate itself, which is no news.
    let mut kinds: Vec<&str> = found.iter().map(|own| own.kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["host", "relay"]);
}
