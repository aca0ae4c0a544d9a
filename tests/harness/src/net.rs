//! A small internet of network namespaces, in which the only way for datagrams from here to there
//! leads over a relay.
//!
//! ```text
//! near ── nat ── wide ── far
//! ```
//!
//! `near` is a private network behind `nat`, which behaves as a symmetric NAT does. `wide` has the
//! relay, and carries no datagram between the networks at its sides. Everybody may count: what went
//! by which door is known afterwards.

use crate::process::run_to_end;
use std::fs::File;
use std::os::fd::AsFd;
use std::panic::resume_unwind;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The relay, as `near` reaches it; its certificate is for this address.
pub const RELAY: &str = "198.51.100.1";

/// The relay, as `far` sees it.
pub const RELAYED: &str = "203.0.113.1";

/// The address of `far`.
pub const FAR: &str = "203.0.113.2";

/// A place in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind the NAT.
    Near,
    /// The NAT itself.
    Nat,
    /// In the middle, where the relay is.
    Wide,
    /// At the other end.
    Far,
}

impl Place {
    const ALL: [Self; 4] = [Self::Near, Self::Nat, Self::Wide, Self::Far];

    const fn word(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Nat => "nat",
            Self::Wide => "wide",
            Self::Far => "far",
        }
    }
}

/// What a door counts, each by the name of an nft counter.
const RULES: [(Place, &str); 3] = [
    (
        Place::Nat,
        "table ip nat {
            chain out {
                type nat hook postrouting priority srcnat;
                oifname \"n2\" masquerade fully-random
            }
        }",
    ),
    (
        Place::Wide,
        "table ip door {
            counter direct {}
            counter by_udp {}
            counter by_tcp {}
            counter by_tls {}
            chain through {
                type filter hook forward priority filter;
                meta l4proto udp counter name direct drop
            }
            chain in {
                type filter hook input priority filter;
                udp dport 3478 counter name by_udp
                tcp dport 3478 counter name by_tcp
                tcp dport 5349 counter name by_tls
            }
        }",
    ),
    (
        Place::Far,
        "table ip door {
            counter direct {}
            counter relayed {}
            chain in {
                type filter hook input priority filter;
                meta l4proto udp ip saddr 203.0.113.1 counter name relayed accept
                meta l4proto udp ip saddr != 127.0.0.1 counter name direct
            }
        }",
    ),
];

/// A network of a test's own, taken down when dropped.
#[derive(Debug)]
pub struct Net {
    name: String,
}

impl Net {
    /// Sets it up.
    ///
    /// # Panics
    /// When this machine does not let us, which is no reason to think that the test passed.
    #[must_use]
    pub fn new() -> Self {
        static NETS: AtomicU32 = AtomicU32::new(0);
        let number = NETS.fetch_add(1, Ordering::Relaxed);
        let net = Self {
            name: format!("handset-{}-{number}", std::process::id()),
        };
        for place in Place::ALL {
            net.ip(&format!("netns add {}", net.full(place)));
            net.ip_in(place, "link set lo up");
        }
        net.link(
            (Place::Near, "n0", "10.77.0.2"),
            (Place::Nat, "n1", "10.77.0.1"),
        );
        net.link(
            (Place::Nat, "n2", "198.51.100.2"),
            (Place::Wide, "n3", RELAY),
        );
        net.link((Place::Wide, "n4", RELAYED), (Place::Far, "n5", FAR));
        for (place, by) in [
            (Place::Near, "10.77.0.1"),
            (Place::Nat, RELAY),
            (Place::Far, RELAYED),
        ] {
            net.ip_in(place, &format!("route add default via {by}"));
        }
        for place in [Place::Nat, Place::Wide] {
            let forward = "echo 1 > /proc/sys/net/ipv4/ip_forward";
            net.run(place, "sh", &["-c", forward]);
        }
        for (place, rules) in RULES {
            net.run(place, "nft", &[rules]);
        }
        net
    }

    fn full(&self, place: Place) -> String {
        format!("{}-{}", self.name, place.word())
    }

    fn link(&self, one: (Place, &str, &str), other: (Place, &str, &str)) {
        let there = self.full(other.0);
        let pair = format!(
            "link add {} type veth peer name {} netns {there}",
            one.1, other.1
        );
        self.ip_in(one.0, &pair);
        for (place, device, address) in [one, other] {
            self.ip_in(place, &format!("address add {address}/24 dev {device}"));
            self.ip_in(place, &format!("link set {device} up"));
        }
    }

    fn ip_in(&self, place: Place, words: &str) {
        self.ip(&format!("-n {} {words}", self.full(place)));
    }

    fn ip(&self, words: &str) {
        let mut ip = Command::new("timeout");
        ip.args(["10", "ip"]).args(words.split(' '));
        let (code, _, error) = run_to_end(&mut ip);
        assert_eq!(
            code,
            Some(0),
            "no network namespaces on this machine, so nothing was tested of calls behind a NAT \
             (they want root and CAP_SYS_ADMIN): ip {words}: {error}"
        );
    }

    /// Runs a program there to its end; what it prints.
    fn run(&self, place: Place, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("timeout");
        command.args(["10", "ip", "netns", "exec", &self.full(place), program]);
        let (code, said, error) = run_to_end(command.args(arguments));
        assert_eq!(code, Some(0), "{program} {arguments:?}: {error}");
        said
    }

    /// How many packets a counter of the rules has seen.
    ///
    /// # Panics
    /// When there is no such counter.
    #[must_use]
    pub fn packets(&self, place: Place, counter: &str) -> u64 {
        let said = self.run(place, "nft", &["list", "counter", "ip", "door", counter]);
        packets_in(&said).unwrap_or_else(|| panic!("no packets in {said}"))
    }

    /// The way into a place, for threads.
    ///
    /// # Panics
    /// When the namespace is gone.
    #[must_use]
    pub fn gate(&self, place: Place) -> Gate {
        let path = format!("/run/netns/{}", self.full(place));
        let file = File::open(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        Gate(file)
    }

    /// Does something there, on a thread of its own: the sockets that it opens and the processes
    /// that it starts are of that place.
    ///
    /// # Panics
    /// When it does.
    pub fn inside<T: Send>(&self, place: Place, act: impl FnOnce() -> T + Send) -> T {
        let gate = self.gate(place);
        std::thread::scope(|scope| {
            let thread = scope.spawn(move || {
                gate.enter();
                act()
            });
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }
}

impl Default for Net {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for place in Place::ALL {
            let mut ip = Command::new("timeout");
            ip.args(["10", "ip", "netns", "delete", &self.full(place)]);
            // One that was not made, or is gone, need not go.
            let _ = run_to_end(&mut ip);
        }
    }
}

/// The way into a place.
#[derive(Debug)]
pub struct Gate(File);

impl Gate {
    /// Takes the calling thread there for good, and with it the threads that it starts.
    ///
    /// # Panics
    /// When the system does not let it.
    pub fn enter(&self) {
        use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
        let network = Some(LinkNameSpaceType::Network);
        move_into_link_name_space(self.0.as_fd(), network).expect("a thread may enter the place");
    }
}

/// The number in nft's `counter direct { packets 12 bytes 345 }`.
fn packets_in(said: &str) -> Option<u64> {
    let mut words = said.split_whitespace();
    words.find(|word| *word == "packets")?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_counter() {
        let said = "table ip door {\n\tcounter direct {\n\t\tpackets 12 bytes 345\n\t}\n}\n";
        assert_eq!(packets_in(said), Some(12));
        assert_eq!(packets_in("table ip door {\n}\n"), None);
    }
}
