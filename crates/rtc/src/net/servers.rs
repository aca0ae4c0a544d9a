//! STUN and TURN servers by their URLs (RFC 7064, RFC 7065; January 2014).

use protocol::media::IceServer;

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Udp,
    Tcp,
    Tls,
}

/// What a TURN server wants to know.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) way: Way,
    /// `None` for a STUN server.
    pub(super) login: Option<Login>,
}

/// Every server that can be used; the others are told of and left out.
pub(super) fn read(servers: &[IceServer]) -> Vec<Server> {
    let mut read = Vec::new();
    for server in servers {
        for url in &server.urls {
            match read_url(url, server) {
                Some(server) if read.contains(&server) => {}
                Some(server) => read.push(server),
                None => tracing::warn!(url, "an ice server cannot be used"),
            }
        }
    }
    read
}

fn read_url(url: &str, server: &IceServer) -> Option<Server> {
    let (scheme, rest) = url.split_once(':')?;
    let (place, query) = match rest.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (rest, None),
    };
    let transport = match query {
        None => None,
        Some(query) => Some(query.strip_prefix("transport=")?),
    };
    let (way, port, is_turn) = match (scheme, transport) {
        ("stun", None) => (Way::Udp, 3_478, false),
        ("turn", None | Some("udp")) => (Way::Udp, 3_478, true),
        ("turn", Some("tcp")) => (Way::Tcp, 3_478, true),
        ("turns", None | Some("tcp")) => (Way::Tls, 5_349, true),
        _ => return None,
    };
    let (host, given) = split(place)?;
    let login = match (is_turn, &server.username, &server.credential) {
        (false, _, _) => None,
        (true, Some(user), Some(password)) => Some(Login {
            user: user.clone(),
            password: password.clone(),
        }),
        (true, _, _) => return None,
    };
    Some(Server {
        host: host.to_owned(),
        port: given.unwrap_or(port),
        way,
        login,
    })
}

/// Host and port, the host of an IPv6 address without its brackets.
fn split(place: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            let port = rest.strip_prefix(':');
            (host, if rest.is_empty() { None } else { Some(port?) })
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = match port {
        None => None,
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
    };
    (!host.is_empty()).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> IceServer {
        IceServer {
            urls: vec![url.to_owned()],
            username: Some("user".to_owned()),
            credential: Some("secret".to_owned()),
        }
    }

    #[track_caller]
    fn check(url: &str, expected: Option<(&str, u16, Way, bool)>) {
        let read = read(&[server(url)]);
        let read: Vec<_> = read
            .iter()
            .map(|s| (s.host.as_str(), s.port, s.way, s.login.is_some()))
            .collect();
        assert_eq!(read, expected.into_iter().collect::<Vec<_>>(), "{url}");
    }

    #[test]
    fn reads_the_servers_that_twilio_names() {
        check(
            "stun:global.stun.twilio.com:3478",
            Some(("global.stun.twilio.com", 3_478, Way::Udp, false)),
        );
        let host = "global.turn.twilio.com";
        let turn = |rest: &str| format!("turn:{host}{rest}");
        check(
            &turn(":3478?transport=udp"),
            Some((host, 3_478, Way::Udp, true)),
        );
        check(
            &turn(":443?transport=tcp"),
            Some((host, 443, Way::Tcp, true)),
        );
        check(
            &format!("turns:{host}"),
            Some((host, 5_349, Way::Tls, true)),
        );
    }

    #[test]
    fn reads_addresses() {
        check(
            "stun:192.0.2.1",
            Some(("192.0.2.1", 3_478, Way::Udp, false)),
        );
        check(
            "turn:[2001:db8::1]:99",
            Some(("2001:db8::1", 99, Way::Udp, true)),
        );
        check(
            "turn:[2001:db8::1]",
            Some(("2001:db8::1", 3_478, Way::Udp, true)),
        );
    }

    #[test]
    fn leaves_out_what_it_cannot_use() {
        for url in [
            "",
            "stun",
            "stun:",
            "http://x",
            "turn:x?transport=sctp",
            "turns:x?transport=udp",
            "turn:x:0",
            "turn:x:99999",
            "turn:[::1",
            "turn:[::1]x",
            "stun:x?y",
        ] {
            check(url, None);
        }
        let nobody = IceServer {
            username: None,
            ..server("turn:x")
        };
        assert_eq!(read(&[nobody]), []);
        assert_eq!(read(&[server("turn:x"), server("turn:x")]).len(), 1);
    }

    #[test]
    fn keeps_the_password_to_itself() {
        let shown = format!("{:?}", read(&[server("turn:x")]));
        assert!(
            !shown.contains("secret") && !shown.contains("user"),
            "{shown}"
        );
    }
}
