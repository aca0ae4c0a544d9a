//! The command line, the same for the window and for `handset-server`.

use crate::join::Invitation;
use clap::Parser;
use protocol::media::MediaPreference;
use std::net::{IpAddr, SocketAddr};

/// A softphone for Twilio Voice.
///
/// Without --sandbox the account is read from TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN,
/// TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_TWIML_APP_SID and TWILIO_CALLER_ID; the client name
/// from HANDSET_IDENTITY.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Options {
    /// Use the built-in, offline Twilio: no account needed, nothing is charged
    #[arg(long)]
    pub sandbox: bool,

    /// Join the sandbox of another phone on this computer, so that the two can call each other: the
    /// dialer's address that it printed, or a file that has it. HANDSET_JOIN says the same, unseen
    /// by other users
    #[arg(
        long,
        value_name = "ADDR|FILE",
        conflicts_with = "sandbox",
        env = "HANDSET_JOIN",
        hide_env_values = true
    )]
    pub join: Option<Invitation>,

    /// Where the sandbox's sound is served, for a device that reaches it by a network
    /// [default: loopback]
    #[arg(long, value_name = "IP", requires = "sandbox")]
    pub sandbox_media: Option<IpAddr>,

    /// An origin that may fetch /token from another page (repeatable)
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Vec<String>,

    /// Where the private listener (token, app API, browser dialer) binds; loopback only
    /// [default: 127.0.0.1:4010, in the sandbox any free port]
    #[arg(long, value_name = "ADDR")]
    pub private: Option<SocketAddr>,

    /// Where the public listener (webhooks) binds; the tunnel dials it
    /// [default: 127.0.0.1:4011, in the sandbox any free port]
    #[arg(long, value_name = "ADDR")]
    pub public: Option<SocketAddr>,

    /// The address under which Twilio reaches the public listener
    /// [default: the environment's HANDSET_PUBLIC_URL; in the sandbox the listener itself]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,

    /// Life of the access tokens, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600,
          value_parser = clap::value_parser!(u64).range(20..=86_400))]
    pub token_ttl: u64,

    /// Who carries the sound of calls in the window: auto (the webview where it has WebRTC, else the
    /// program itself), native (the program itself) or webview
    #[arg(
        long,
        value_name = "WHO",
        env = "HANDSET_MEDIA",
        default_value = "auto"
    )]
    pub media: MediaPreference,

    /// A server that finds a way through NAT for the sound of calls: stun:, turn: or turns:
    /// (repeatable). HANDSET_ICE_USERNAME and HANDSET_ICE_CREDENTIAL sign in to TURN
    #[arg(long, value_name = "URL")]
    pub ice_server: Vec<String>,

    /// Print the addresses as one line of JSON
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// Whether a sandbox is behind the phone: its own, or another phone's.
    fn is_sandbox(&self) -> bool {
        self.sandbox || self.join.is_some()
    }

    /// Where the private listener binds.
    #[must_use]
    pub fn private_address(&self) -> SocketAddr {
        self.private
            .unwrap_or_else(|| loopback(if self.is_sandbox() { 0 } else { 4010 }))
    }

    /// Where the public listener binds.
    #[must_use]
    pub fn public_address(&self) -> SocketAddr {
        self.public
            .unwrap_or_else(|| loopback(if self.is_sandbox() { 0 } else { 4011 }))
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn who_carries_sound_is_chosen_by_a_word() {
        let native = Options::parse_from(["handset", "--media", "native"]);
        assert_eq!(native.media, MediaPreference::Native);
        assert!(Options::try_parse_from(["handset", "--media", "both"]).is_err());
    }

    #[test]
    fn who_has_a_sandbox_joins_none() {
        assert!(Options::try_parse_from(["handset", "--sandbox", "--join", "x"]).is_err());
    }

    #[test]
    fn the_sandbox_takes_any_free_ports_and_an_account_fixed_ones() {
        let sandbox = Options::parse_from(["handset", "--sandbox"]);
        assert_eq!(
            (
                sandbox.private_address().port(),
                sandbox.public_address().port()
            ),
            (0, 0)
        );
        let joined = Options::parse_from(["handset", "--join", "sandbox.json"]);
        assert_eq!(joined.public_address().port(), 0);
        let account = Options::parse_from(["handset"]);
        assert_eq!(account.public_address(), loopback(4011));
    }
}
