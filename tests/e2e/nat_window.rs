//! The real window behind a symmetric NAT: the only way for sound leads over a TURN relay.
//!
//! The sandbox is a first phone's at the far end; the window joins it by tunnels, as webhooks come
//! by one. Sound goes by the network itself, where packets are counted.

use crate::{TONE_HZ, handset, handset_server, hears_the_microphone, phones};
use harness::net::{FAR, Place, RELAY};
use harness::relay::{Authority, PASSWORD, USER};
use harness::{Artefacts, Net, Relay, Server, Tunnel, Window, wait};
use std::time::Duration;

/// The number that the sandbox gives to the window.
const WINDOWS_LINE: &str = "+12025550110";

/// What is around the window: a network with a relay, and a sandbox at its far end.
struct Around<'a> {
    net: &'a Net,
    artefacts: Artefacts,
    authority: Authority,
    relay: Option<Relay>,
}

fn port_of(address: &str) -> u16 {
    let (_, port) = address.rsplit_once(':').expect("a port");
    let digits = port.split('/').next().unwrap_or_default();
    digits.parse().expect("a number")
}

/// Opens the window with this server for NAT, plays, and keeps its last state whether it went well
/// or not.
fn play(name: &str, ice_server: &str, play: impl AsyncFnOnce(&mut Around<'_>, &mut Window) + Send) {
    let net = Net::new();
    net.inside(Place::Near, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a thread can have a runtime");
        runtime.block_on(scene(&net, name, ice_server, play));
    });
}

async fn scene(
    net: &Net,
    name: &str,
    ice_server: &str,
    play: impl AsyncFnOnce(&mut Around<'_>, &mut Window),
) {
    let artefacts = Artefacts::new(name);
    let authority = Authority::new();
    let roots = artefacts.path("authority.pem");
    authority.write(&roots);
    let relay = Relay::start(net, &authority, RELAY, &artefacts).await;
    let flags = ["--sandbox-media", FAR];
    let start = || Server::start(&handset_server(), &flags, &artefacts);
    let far = net.inside(Place::Far, start);
    let first = &far.addresses;
    let signalling = first.signalling_url.as_deref().expect("a sandbox");
    let there = |port| Tunnel::dig(net, Place::Near, Place::Far, port);
    let _controls = there(port_of(&first.private_url));
    let _signalling = there(port_of(signalling));
    let variables = [
        ("HANDSET_JOIN", first.private_url.as_str()),
        ("HANDSET_ICE_USERNAME", USER),
        ("HANDSET_ICE_CREDENTIAL", PASSWORD),
        ("SSL_CERT_FILE", roots.to_str().expect("a path in UTF-8")),
    ];
    let flags = ["--ice-server", ice_server];
    let mut window = Window::start_with(&handset(), &flags, &variables, &artefacts).await;
    let webhooks = port_of(&window.addresses.public_listener);
    let _webhooks = Tunnel::dig(net, Place::Far, Place::Near, webhooks);
    let mut around = Around {
        net,
        artefacts: artefacts.clone(),
        authority,
        relay: Some(relay),
    };
    let played = async |window: &mut Window| {
        let ready = window.page.until("#app", "data-registration", "ready");
        ready.await;
        window.sound.speak();
        play(&mut around, window).await;
    };
    window.play(&artefacts, played).await;
    for log in ["window.log", "server.log"] {
        let said = artefacts.read(log);
        assert!(!said.contains(PASSWORD), "the relay's password is in {log}");
    }
}

impl Around<'_> {
    /// Replaces the relay by one whose certificate is for `name`, of an authority that the window
    /// knows, or of another.
    async fn replace_relay(&mut self, known: bool, name: &str) {
        // The old one holds the ports.
        self.relay = None;
        let stranger = Authority::new();
        let authority = if known { &self.authority } else { &stranger };
        let relay = Relay::start(self.net, authority, name, &self.artefacts);
        self.relay = Some(relay.await);
    }

    /// All sound went over the relay, which was reached by this way only.
    async fn check_way(&self, way: &str) {
        let by = |way: &str| self.net.packets(Place::Wide, &format!("by_{way}"));
        wait::until(format!("sound over the relay by {way}"), async || {
            let packets = [by(way), self.net.packets(Place::Far, "relayed")];
            let enough = packets.iter().all(|packets| *packets > 50);
            if enough { Ok(()) } else { Err(packets) }
        })
        .await;
        for other in ["udp", "tcp", "tls"] {
            let packets = by(other);
            assert!(
                other == way || packets <= 50,
                "{packets} packets by {other}"
            );
        }
        let direct = self.net.packets(Place::Far, "direct");
        assert_eq!(direct, 0, "packets came past the relay");
        let tried = self.net.packets(Place::Wide, "direct");
        assert!(tried > 0, "the direct path was not even tried");
    }
}

/// The call is on, and sound flows both ways.
async fn both_are_heard(window: &Window) {
    window.page.until("#call", "data-phase", "active").await;
    window.sound.until_tone(TONE_HZ).await;
    let sandbox = window.sandbox();
    let heard = sandbox.call_where("our voice at the far end", hears_the_microphone);
    heard.await;
}

async fn hang_up(window: &Window) {
    window.page.click("#end-button").await;
    window.page.until("#ended", "data-cause", "hung_up").await;
    window.sound.until_silence().await;
    window.page.click("#done-button").await;
}

/// Makes a call and takes one, and looks which way the second goes while it goes on.
async fn call_and_be_called(around: &Around<'_>, window: &Window, way: &str) {
    window.page.dial(phones::PLAYS_A_TONE).await;
    both_are_heard(window).await;
    hang_up(window).await;
    let sandbox = window.sandbox();
    sandbox.call(phones::PLAYS_A_TONE, WINDOWS_LINE).await;
    window.page.until("#call", "data-phase", "offered").await;
    window.page.click("#answer-button").await;
    both_are_heard(window).await;
    around.check_way(way).await;
    hang_up(window).await;
}

#[test]
fn calls_go_over_a_relay_by_udp() {
    let server = format!("turn:{RELAY}:3478");
    play("nat-udp", &server, async |around, window| {
        call_and_be_called(around, window, "udp").await;
    });
}

#[test]
fn calls_go_over_a_relay_by_tcp() {
    let server = format!("turn:{RELAY}:3478?transport=tcp");
    play("nat-tcp", &server, async |around, window| {
        call_and_be_called(around, window, "tcp").await;
    });
}

#[test]
fn calls_go_over_a_relay_by_tls_and_its_certificate_is_verified() {
    let server = format!("turns:{RELAY}:5349?transport=tcp");
    play("nat-tls", &server, async |around, window| {
        call_and_be_called(around, window, "tls").await;
        // Of an authority that nobody knows, and of ours for another place.
        for (known, name, why) in [
            (false, RELAY, "BadSignature"),
            (true, "198.51.100.9", "not valid for name"),
        ] {
            around.replace_relay(known, name).await;
            refused(around, window, why).await;
        }
        around.replace_relay(true, RELAY).await;
        call_and_be_called(around, window, "tls").await;
    });
}

/// A call finds no way and ends, and the log says that the certificate is to blame.
async fn refused(around: &Around<'_>, window: &Window, why: &str) {
    let relayed = around.net.packets(Place::Far, "relayed");
    window.page.dial(phones::PLAYS_A_TONE).await;
    wait::until("the certificate in the log", async || {
        let log = around.artefacts.read("window.log");
        let mut lines = log.lines();
        let refused = |line: &&str| line.contains("invalid peer certificate") && line.contains(why);
        match lines.rfind(refused) {
            Some(_) => Ok(()),
            None => Err(log),
        }
    })
    .await;
    // A first connection may take half a minute.
    wait::within(
        Duration::from_secs(60),
        "the end of the call",
        async || match window.page.attribute("#ended", "data-cause").await {
            Some(cause) if cause == "connection_lost" => Ok(()),
            cause => Err((cause, window.page.state().await)),
        },
    )
    .await;
    window.page.keep("refused").await;
    assert_eq!(around.net.packets(Place::Far, "relayed"), relayed);
    assert_eq!(around.net.packets(Place::Far, "direct"), 0);
    window.page.click("#done-button").await;
}
