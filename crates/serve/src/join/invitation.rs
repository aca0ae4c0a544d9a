//! The invitation: where the first phone is, and its session secret.

use std::fmt;
use std::str::FromStr;
use twilio::Secret;
use url::Url;

/// A way into the sandbox of another phone on this computer: the address of its dialer as it
/// prints it, `http://127.0.0.1:PORT/#SECRET`, or a file that has it, alone or in the line of JSON
/// that `--json` prints.
#[derive(Clone)]
pub struct Invitation(Secret);

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invitation")
    }
}

impl FromStr for Invitation {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Secret::new(text)))
    }
}

/// An invitation that leads nowhere. What it says is never repeated: it has a secret.
#[derive(Debug, thiserror::Error)]
pub enum BadInvitation {
    /// It is no address, and there is no such file.
    #[error("--join must be the dialer's address of a phone in the sandbox, or a file that has it")]
    NoFile(#[source] std::io::Error),
    /// There is no address of a dialer in it.
    #[error(
        "--join must have the dialer's address of a phone in the sandbox on this computer, such as \
         http://127.0.0.1:4010/#secret"
    )]
    NoAddress,
}

/// Where the first phone's private listener is, and what it asks for.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// The private listener's root.
    pub(super) base: Url,
    pub(super) secret: Secret,
}

impl Invitation {
    /// Reads it.
    ///
    /// # Errors
    /// When there is no address with a secret in it.
    pub(super) fn door(&self) -> Result<Door, BadInvitation> {
        let text = self.0.expose().trim();
        if text.starts_with("http:") {
            return door(text);
        }
        let file = std::fs::read_to_string(text).map_err(BadInvitation::NoFile)?;
        door(&address_in(&file).ok_or(BadInvitation::NoAddress)?)
    }
}

/// The address in a file: the value of `private_url` in a line of JSON, or the first word that is
/// one.
fn address_in(file: &str) -> Option<String> {
    let json = file.lines().find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        line.get("private_url")?.as_str().map(str::to_owned)
    });
    let is_address = |word: &&str| word.starts_with("http://") && word.contains('#');
    json.or_else(|| file.split_whitespace().find(is_address).map(str::to_owned))
}

fn door(address: &str) -> Result<Door, BadInvitation> {
    let mut base = Url::parse(address).map_err(|_| BadInvitation::NoAddress)?;
    // The secret goes no further than this computer.
    let near = match base.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let secret = base.fragment().unwrap_or_default().to_owned();
    if base.scheme() != "http" || !near || secret.is_empty() {
        return Err(BadInvitation::NoAddress);
    }
    base.set_fragment(None);
    base.set_path("/");
    Ok(Door {
        base,
        secret: Secret::new(secret),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let found = door(text).ok();
        let found = found.as_ref();
        let found = found.map(|door| (door.base.as_str(), door.secret.expose()));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn an_address_is_a_loopback_one_with_a_secret() {
        let there = Some(("http://127.0.0.1:4010/", "s3cret"));
        check("http://127.0.0.1:4010/#s3cret", there);
        check("http://[::1]:4010/#s", Some(("http://[::1]:4010/", "s")));
        check("http://127.0.0.1:4010/", None);
        check("http://192.0.2.1:4010/#s3cret", None);
        check("http://phone.example.com/#s3cret", None);
        check("https://127.0.0.1:4010/#s3cret", None);
        check("sandbox", None);
    }

    #[test]
    fn a_file_has_what_a_phone_printed_with_and_without_json() {
        let json = r#"{"private_url":"http://127.0.0.1:1/#a","session_secret":"a"}"#;
        assert_eq!(address_in(json).as_deref(), Some("http://127.0.0.1:1/#a"));
        let lines = "Dialer:     http://127.0.0.1:1/#a\nPublic URL: http://127.0.0.1:2\n";
        assert_eq!(address_in(lines).as_deref(), Some("http://127.0.0.1:1/#a"));
        assert_eq!(address_in("Public URL: http://127.0.0.1:2"), None);
    }

    #[test]
    fn neither_debug_nor_an_error_repeats_what_was_given() {
        let given: Invitation = "http://192.0.2.1/#s3cret".parse().unwrap();
        let error = given.door().unwrap_err();
        let shown = format!("{given:?} {error} {error:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        let door = door("http://127.0.0.1:4010/#s3cret").unwrap();
        assert!(!format!("{door:?}").contains("s3cret"));
    }
}
