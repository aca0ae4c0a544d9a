//! The addresses of this machine.

use std::net::{IpAddr, Ipv4Addr};

/// Addresses taken at most: more only make more checks.
const MOST: usize = 8;

/// The addresses that others may reach; loopback when there is no other.
pub(super) fn usable() -> Vec<IpAddr> {
    let all: Vec<IpAddr> = match if_addrs::get_if_addrs() {
        Ok(interfaces) => interfaces.iter().map(|interface| interface.ip()).collect(),
        Err(error) => {
            tracing::warn!(%error, "the network interfaces cannot be listed");
            Vec::new()
        }
    };
    choose(&all)
}

fn choose(all: &[IpAddr]) -> Vec<IpAddr> {
    let mut chosen: Vec<IpAddr> = Vec::new();
    for address in all.iter().filter(|address| is_reachable(**address)) {
        if !chosen.contains(address) && chosen.len() < MOST {
            chosen.push(*address);
        }
    }
    if chosen.is_empty() {
        chosen.push(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    chosen
}

/// Link-local addresses need a zone, which candidates have not.
fn is_reachable(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local() && !v4.is_unspecified(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local() && !v6.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(all: &[&str], expected: &[&str]) {
        let parse = |texts: &[&str]| -> Vec<IpAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        assert_eq!(choose(&parse(all)), parse(expected));
    }

    #[test]
    fn takes_what_others_may_reach() {
        check(
            &[
                "127.0.0.1",
                "192.0.2.1",
                "::1",
                "fe80::1",
                "2001:db8::1",
                "192.0.2.1",
            ],
            &["192.0.2.1", "2001:db8::1"],
        );
        check(&["169.254.1.1", "10.0.0.1"], &["10.0.0.1"]);
    }

    #[test]
    fn takes_loopback_when_there_is_nothing_else() {
        check(&["127.0.0.1", "fe80::1"], &["127.0.0.1"]);
        check(&[], &["127.0.0.1"]);
        assert!(!usable().is_empty());
    }

    #[test]
    fn takes_no_more_than_it_needs() {
        let many: Vec<IpAddr> = (1..=20).map(|n| IpAddr::from([10, 0, 0, n])).collect();
        assert_eq!(choose(&many).len(), MOST);
    }
}
