//! STUN and TURN servers that say anything: the input is read as a STUN answer, and then says
//! what becomes of the messages of a real TURN server on their way to a relay, and what is said
//! between them. Nothing fails, nothing hangs, and all ends when the connection does.

use rtc::fuzz::{mapped, relay};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::{Instant, timeout};
use turn_server_proto::api::{TurnServerApi as _, TurnServerPollRet};
use turn_server_proto::server::TurnServer;
use turn_server_proto::stun::agent::Transmit;
use turn_server_proto::types::prelude::DelayedTransmitBuild as _;
use turn_server_proto::types::{AddressFamily, TransportType};

const LOGIN: (&str, &str) = ("somebody", "something");

/// Pieces that a server sends at most.
const MOST: usize = 64;

/// Checks one input.
pub(crate) fn check(input: &[u8]) {
    // Any answer may be read.
    let _ = mapped(input);
    heard(input);
}

/// What the relay hears of its peer. Of what nobody changes it is all.
pub(crate) fn heard(input: &[u8]) -> Vec<(SocketAddr, Vec<u8>)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = runtime.expect("there is a runtime");
    runtime.block_on(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        let peer = SocketAddr::from(([192, 0, 2, 7], 7_000));
        let datagrams = vec![(peer, vec![1, 2, 3]); 3];
        let held = relay(near, LOGIN, datagrams);
        let both = async { tokio::join!(held, serve(far, input)) };
        let ended = timeout(Duration::from_secs(3_600), both).await;
        ended.expect("it ends with the server").0
    })
}

/// Serves as the input says until there is nothing to do, then hangs up.
async fn serve(mut stream: DuplexStream, mut script: &[u8]) {
    let began = Instant::now();
    let now = || turn_server_proto::types::Instant::from_nanos(began.elapsed().as_nanos() as i64);
    let here = SocketAddr::from(([127, 0, 0, 1], 3_478));
    let client = SocketAddr::from(([127, 0, 0, 1], 5_000));
    let peer = SocketAddr::from(([192, 0, 2, 7], 7_000));
    let mut server = TurnServer::new(TransportType::Tcp, here, "test".to_owned());
    server.add_user(LOGIN.0.to_owned(), LOGIN.1.to_owned());
    let mut given = None;
    let mut buffer = [0; 2_000];
    for _ in 0..MOST {
        let mut said: Vec<Vec<u8>> = Vec::new();
        match timeout(Duration::from_secs(20), stream.read(&mut buffer)).await {
            Ok(Ok(length)) if length > 0 => {
                let data = buffer[..length].to_vec();
                let came = Transmit::new(data, TransportType::Tcp, client, here);
                said.extend(server.recv(came, now()).map(|sent| sent.data.build()));
            }
            Ok(_) => return,
            Err(_) if script.is_empty() => return,
            Err(_) => {}
        }
        while let TurnServerPollRet::AllocateSocket {
            transport,
            listen_addr,
            client_addr,
            allocation_transport,
            family,
        } = server.poll(now())
        {
            let address = match family {
                AddressFamily::IPV4 => SocketAddr::from(([192, 0, 2, 9], 9_000)),
                AddressFamily::IPV6 => SocketAddr::from(([0x2001, 0xdb8, 0, 0, 0, 0, 0, 9], 9_000)),
            };
            if address.is_ipv4() {
                given = Some(address);
            }
            server.allocated_socket(
                transport,
                listen_addr,
                client_addr,
                allocation_transport,
                family,
                Ok(address),
                now(),
            );
        }
        if let Some(address) = given {
            let came = Transmit::new(vec![9; 20], TransportType::Udp, peer, address);
            said.extend(server.recv(came, now()).map(|sent| sent.data.build()));
        }
        while let Some(sent) = server.poll_transmit(now()) {
            if sent.to == client {
                said.push(sent.data);
            }
        }
        for message in said {
            for piece in misheard(message, &mut script) {
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
            }
        }
        if script.first() == Some(&0xff) {
            take(&mut script, 1);
            let length = usize::from(byte(&mut script));
            let odd = take(&mut script, length).to_vec();
            if stream.write_all(&odd).await.is_err() {
                return;
            }
        }
    }
}

/// What becomes of a message.
fn misheard(mut message: Vec<u8>, script: &mut &[u8]) -> Vec<Vec<u8>> {
    match byte(script) % 8 {
        0..=2 => vec![message],
        3 => {
            let place = u16::from_be_bytes([byte(script), byte(script)]);
            let place = usize::from(place) % message.len().max(1);
            if let Some(changed) = message.get_mut(place) {
                *changed ^= byte(script).max(1);
            }
            vec![message]
        }
        4 => {
            let rest = message.split_off(usize::from(byte(script)).min(message.len()));
            vec![message, rest]
        }
        5 => {
            message.truncate(byte(script).into());
            vec![message]
        }
        6 => vec![message.clone(), message],
        _ => {
            let length = usize::from(byte(script));
            vec![take(script, length).to_vec(), message]
        }
    }
}

fn byte(script: &mut &[u8]) -> u8 {
    take(script, 1).first().copied().unwrap_or(0)
}

/// So many bytes, if there are so many.
fn take<'a>(script: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = script.split_at(length.min(script.len()));
    *script = rest;
    taken
}
