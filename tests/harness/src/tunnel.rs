//! Connections carried from one place of a [`Net`] to another, as a tunnel or
//! `ssh -L` does: so signalling and webhooks reach who sits behind a NAT.

use crate::net::{Net, Place};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// A tunnel, closed when dropped.
#[derive(Debug)]
pub struct Tunnel {
    _open: oneshot::Sender<()>,
}

impl Tunnel {
    /// Carries connections to a port of loopback at `from` to the same port of loopback at `to`.
    ///
    /// # Panics
    /// When the port is taken at `from`.
    #[must_use]
    pub fn dig(net: &Net, from: Place, to: Place, port: u16) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = net.inside(from, || TcpListener::bind(address));
        let listener = listener.expect("the port is free");
        let gate = net.gate(to);
        let (open, closed) = oneshot::channel();
        std::thread::spawn(move || {
            gate.enter();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build()
                .expect("a thread can have a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = carry(listener, address) => {}
                    // Nothing is sent: the sender is gone.
                    _ = closed => {}
                }
            });
        });
        Self { _open: open }
    }
}

async fn carry(listener: TcpListener, address: SocketAddr) {
    listener
        .set_nonblocking(true)
        .expect("a listener can be asked without waiting");
    let listener = tokio::net::TcpListener::from_std(listener).expect("there is a runtime");
    while let Ok((mut here, _)) = listener.accept().await {
        tokio::spawn(async move {
            let Ok(mut there) = TcpStream::connect(address).await else {
                return;
            };
            let _ = (here.set_nodelay(true), there.set_nodelay(true));
            // Whichever side breaks off ends it.
            let _ = copy_bidirectional(&mut here, &mut there).await;
        });
    }
}
