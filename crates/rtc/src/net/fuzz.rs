//! What servers of others can say, for the fuzz target `servers` and its corpus's test.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use turn_client_proto::tcp::TurnClientTcp;

use super::gather::Told;
use super::link::Link;
use super::relay::{self, News};
use super::servers::Login;
use super::stun::{self, Probe};

/// What a STUN server's answer says, if it is one; both kinds of reading agree that it may.
pub fn mapped(answer: &[u8]) -> Option<SocketAddr> {
    let server = SocketAddr::from(([192, 0, 2, 1], 3_478));
    let probe = Probe::new(server, server, [7; 12], Instant::now());
    probe.is_answered_by(server, answer);
    stun::mapped(answer)
}

/// Holds addresses at a TURN server that is reached over `stream` until it ends, sends each of
/// `datagrams` once there is an address, and gives what came.
pub async fn relay(
    stream: DuplexStream,
    (user, password): (&str, &str),
    datagrams: Vec<(SocketAddr, Vec<u8>)>,
) -> Vec<(SocketAddr, Vec<u8>)> {
    let local = SocketAddr::from(([127, 0, 0, 1], 5_000));
    let server = SocketAddr::from(([127, 0, 0, 1], 3_478));
    let (news, mut told) = mpsc::channel(64);
    let (outbox, inbox) = mpsc::channel(64);
    let login = Login {
        user: user.to_owned(),
        password: password.to_owned(),
    };
    let client = TurnClientTcp::allocate(local, server, relay::config(&login));
    let mut task = relay::Task::new(1, news, inbox);
    let running = async move {
        task.carry(client, Link::over(local, Box::new(stream)))
            .await
    };
    let hearing = async move {
        let mut heard = Vec::new();
        while let Some(told) = told.recv().await {
            match told {
                Told::Relay(_, News::Allocated { .. }) => {
                    for datagram in &datagrams {
                        // A full queue loses it.
                        let _ = outbox.try_send(datagram.clone());
                    }
                }
                Told::Relay(_, News::Data { from, data }) => heard.push((from, data)),
                Told::Relay(_, News::Ended) | Told::Found(_) => {}
            }
        }
        heard
    };
    tokio::join!(running, hearing).1
}

#[cfg(test)]
#[path = "../../../../fuzz/checks/servers.rs"]
mod servers;

#[test]
fn servers_may_say_whatever_fuzzing_kept() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/servers");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let held = std::panic::catch_unwind(|| servers::check(&bytes));
        assert!(held.is_ok(), "{}", path.display());
        seen += 1;
    }
    assert!(seen > 0, "no inputs");
}

#[test]
fn hears_the_peer_when_the_server_says_what_it_should() {
    let heard = servers::heard(&[]);
    let peer = SocketAddr::from(([192, 0, 2, 7], 7_000));
    assert!(heard.contains(&(peer, vec![9; 20])), "{heard:?}");
}
