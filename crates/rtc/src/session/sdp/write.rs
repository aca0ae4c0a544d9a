//! Writing.

use std::net::{IpAddr, SocketAddr};

use super::{Description, Direction};

/// Collects lines.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push_str("\r\n");
    }
}

pub(super) fn engine(description: &Description) -> String {
    let mut lines = Lines::default();
    let mid = description.mid();
    lines.add("v=0");
    lines.add(&format!(
        "o=- {} 2 IN IP4 127.0.0.1",
        description.session_id
    ));
    lines.add("s=-");
    lines.add("t=0 0");
    lines.add(&format!("a=group:BUNDLE {mid}"));
    if description.ice_lite {
        lines.add("a=ice-lite");
    }
    lines.add(&format!(
        "m=audio 9 UDP/TLS/RTP/SAVPF {}",
        numbers(description)
    ));
    lines.add("c=IN IP4 0.0.0.0");
    lines.add(&format!("a=ice-ufrag:{}", description.ufrag));
    lines.add(&format!("a=ice-pwd:{}", description.password));
    lines.add(&format!("a=fingerprint:{}", description.fingerprint));
    lines.add(&format!("a=setup:{}", description.setup.as_str()));
    lines.add(&format!("a=mid:{mid}"));
    lines.add(&format!("a={}", description.direction.as_str()));
    lines.add("a=rtcp-mux");
    add_payloads(&mut lines, description);
    for candidate in &description.candidates {
        lines.add(&format!("a=candidate:{candidate}"));
    }
    for (number, rest) in &description.ssrcs {
        if rest.starts_with("cname:") {
            lines.add(&format!("a=ssrc:{number} {rest}"));
        }
    }
    lines.0
}

pub(super) fn browser(description: &Description, candidates: &[String], version: u32) -> String {
    let mut lines = Lines::default();
    let mid = description.mid();
    let stream = description.msid.as_deref().unwrap_or("- -");
    lines.add("v=0");
    lines.add(&format!(
        "o=- {} {version} IN IP4 127.0.0.1",
        description.session_id
    ));
    lines.add("s=-");
    lines.add("t=0 0");
    lines.add(&format!("a=group:BUNDLE {mid}"));
    let name = stream.split(' ').next().unwrap_or("-");
    lines.add(&format!("a=msid-semantic: WMS {name}"));
    lines.add(&format!(
        "m=audio 9 UDP/TLS/RTP/SAVPF {}",
        numbers(description)
    ));
    lines.add("c=IN IP4 0.0.0.0");
    lines.add("a=rtcp:9 IN IP4 0.0.0.0");
    for candidate in candidates {
        lines.add(&format!("a=candidate:{candidate}"));
    }
    lines.add(&format!("a=ice-ufrag:{}", description.ufrag));
    lines.add(&format!("a=ice-pwd:{}", description.password));
    lines.add("a=ice-options:trickle");
    lines.add(&format!("a=fingerprint:{}", description.fingerprint));
    lines.add(&format!("a=setup:{}", description.setup.as_str()));
    lines.add(&format!("a=mid:{mid}"));
    lines.add(&format!("a={}", description.direction.as_str()));
    lines.add(&format!("a=msid:{stream}"));
    lines.add("a=rtcp-mux");
    add_payloads(&mut lines, description);
    for (number, rest) in &description.ssrcs {
        lines.add(&format!("a=ssrc:{number} {rest}"));
    }
    lines.0
}

pub(super) fn gateway(
    description: &Description,
    address: SocketAddr,
    candidates: &[String],
    version: u32,
) -> String {
    let mut lines = Lines::default();
    let family = match address.ip() {
        IpAddr::V4(_) => "IP4",
        IpAddr::V6(_) => "IP6",
    };
    let id = &description.session_id;
    lines.add("v=0");
    lines.add(&format!(
        "o=root {id} {version} IN {family} {}",
        address.ip()
    ));
    lines.add("s=Twilio Media Gateway");
    lines.add(&format!("c=IN {family} {}", address.ip()));
    lines.add("t=0 0");
    if let Some(mid) = &description.mid {
        lines.add(&format!("a=group:BUNDLE {mid}"));
    }
    if description.ice_lite {
        lines.add("a=ice-lite");
    }
    lines.add(&format!(
        "m=audio {} RTP/SAVPF {}",
        address.port(),
        numbers(description)
    ));
    add_payloads(&mut lines, description);
    lines.add("a=ptime:20");
    lines.add("a=maxptime:20");
    lines.add(&format!("a=ice-ufrag:{}", description.ufrag));
    lines.add(&format!("a=ice-pwd:{}", description.password));
    for candidate in candidates {
        // Without the extensions the engine adds, and with the transport in capitals.
        let fields = candidate.split(' ').take(8).enumerate();
        let fields = fields.map(|(at, field)| match at {
            2 => field.to_ascii_uppercase(),
            _ => field.to_owned(),
        });
        let fields: Vec<String> = fields.collect();
        lines.add(&format!("a=candidate:{}", fields.join(" ")));
    }
    lines.add("a=end-of-candidates");
    lines.add("a=connection:new");
    lines.add(&format!("a=setup:{}", description.setup.as_str()));
    lines.add(&format!("a=fingerprint:{}", description.fingerprint));
    if let Some(mid) = &description.mid {
        lines.add(&format!("a=mid:{mid}"));
    }
    if let Some(msid) = &description.msid {
        lines.add(&format!("a=msid:{msid}"));
    }
    for (number, rest) in &description.ssrcs {
        lines.add(&format!("a=ssrc:{number} {rest}"));
    }
    lines.add("a=rtcp-mux");
    match description.direction {
        // What goes without saying is not said.
        Direction::SendRecv => {}
        Direction::SendOnly | Direction::RecvOnly | Direction::Inactive => {
            lines.add(&format!("a={}", description.direction.as_str()));
        }
    }
    lines.0
}

fn numbers(description: &Description) -> String {
    let numbers = description.payloads.iter().map(|p| p.number.to_string());
    numbers.collect::<Vec<_>>().join(" ")
}

fn add_payloads(lines: &mut Lines, description: &Description) {
    for payload in &description.payloads {
        lines.add(&format!("a=rtpmap:{} {}", payload.number, payload.map()));
        if let Some(parameters) = &payload.parameters {
            lines.add(&format!("a=fmtp:{} {parameters}", payload.number));
        }
    }
}
