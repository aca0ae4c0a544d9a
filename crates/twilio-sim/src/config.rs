//! How the sandbox is set up.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How the sandbox is set up. Write `..Config::default()` for what you do not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where signalling is served; loopback unless said otherwise.
    pub listen: IpAddr,
    /// Where sound is served; `None` is where signalling is.
    pub media: Option<IpAddr>,
    /// The signalling port; 0 leaves the choice to the system.
    pub port: u16,
    /// The port of the REST API, on loopback; 0 leaves the choice to the system.
    pub rest_port: u16,
    /// What the account's ids and secrets are drawn from.
    pub seed: u64,
    /// `ringing` carries the media answer, and the caller hears ringback before the answer.
    pub early_media: bool,
    /// Speech is spoken by espeak-ng, where that is installed; false gives chimes.
    pub voice: bool,
    /// Times; shorter ones make quick tests.
    pub timing: Timing,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            media: None,
            port: 0,
            rest_port: 0,
            seed: 0,
            early_media: false,
            voice: true,
            timing: Timing::default(),
        }
    }
}

/// The sandbox's times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Between two heartbeats. The SDK gives up a socket that was silent for 15 s.
    pub heartbeat: Duration,
    /// A socket from which nothing came for so long is dropped; the SDK answers every heartbeat.
    pub silence: Duration,
    /// A connection that said no valid `listen` for so long is dropped.
    pub listen: Duration,
    /// The longest that a call outlives its socket; a device asks for less or more by
    /// `reconnectTimeout`, at most 30 s.
    pub reconnect_limit: Duration,
    /// How long sound waits for the media path before it plays anyway.
    pub media_patience: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(10),
            silence: Duration::from_secs(35),
            listen: Duration::from_secs(10),
            reconnect_limit: Duration::from_secs(30),
            media_patience: Duration::from_secs(5),
        }
    }
}
