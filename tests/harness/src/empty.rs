//! A page with nothing on it.

use std::io::{Read, Write};
use std::net::TcpListener;

/// Serves an empty page, for as long as the program runs; where. Microphones are only for pages
/// that come from somewhere safe, which this machine is.
///
/// # Panics
/// When this machine has no port.
#[must_use]
pub fn empty_page() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it listens");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            // A browser that goes away has what it wanted.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\
                  Connection: close\r\n\r\n<!DOCTYPE html>",
            );
        }
    });
    format!("http://{address}/")
}
