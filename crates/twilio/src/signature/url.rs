//! URLs as text: what is signed is every character, so nothing is parsed and written anew.

/// The URL that Twilio signs when it calls `url` for a voice webhook.
///
/// Over https the user info and the port are left out, over http only the user info; a fragment
/// (Twilio's own retry settings) never counts. Anything that is not such a URL is given back as
/// it is.
#[must_use]
pub fn signed_url(url: &str) -> String {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    let Some(parts) = Parts::of(url) else {
        return url.to_owned();
    };
    if parts.scheme.eq_ignore_ascii_case("https") {
        format!("{}://{}{}", parts.scheme, parts.host, parts.rest)
    } else {
        let port = parts.port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{}://{}{port}{}", parts.scheme, parts.host, parts.rest)
    }
}

/// The URL without its user info: of the port, a check tries both spellings.
#[cfg(feature = "tower")]
pub(super) fn without_user(url: &str) -> String {
    let Some(parts) = Parts::of(url) else {
        return url.to_owned();
    };
    let port = parts.port.map(|p| format!(":{p}")).unwrap_or_default();
    format!("{}://{}{port}{}", parts.scheme, parts.host, parts.rest)
}

/// A URL cut up without changing a character of it: what is signed is the text.
pub(super) struct Parts<'a> {
    scheme: &'a str,
    user: Option<&'a str>,
    host: &'a str,
    pub(super) port: Option<&'a str>,
    /// Path, query and fragment.
    rest: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn of(url: &'a str) -> Option<Self> {
        let (scheme, after) = url.split_once("://")?;
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let (user, host_port) = match authority.rsplit_once('@') {
            Some((user, host_port)) => (Some(user), host_port),
            None => (None, authority),
        };
        // A colon inside the brackets of an IPv6 address is not a port's.
        let (host, port) = match host_port.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            Some(_) | None => (host_port, None),
        };
        Some(Self {
            scheme,
            user,
            host,
            port: port.filter(|p| !p.is_empty()),
            rest,
        })
    }

    /// The pieces of the URL with another port; written one after the other they are the URL.
    pub(super) fn pieces(&self, port: Option<&'a str>) -> [&'a str; 8] {
        let (user, at) = self.user.map_or(("", ""), |user| (user, "@"));
        let (colon, port) = port.map_or(("", ""), |port| (":", port));
        [
            self.scheme,
            "://",
            user,
            at,
            self.host,
            colon,
            port,
            self.rest,
        ]
    }

    /// The port of the scheme. Both helper libraries take 80 for `wss` too; voice webhooks never
    /// come over it.
    pub(super) fn default_port(&self) -> &'static str {
        match self.scheme.eq_ignore_ascii_case("https") {
            true => "443",
            false => "80",
        }
    }
}

/// The query of a URL, without its fragment.
pub(super) fn query(url: &str) -> Option<&str> {
    let url = url.split_once('#').map_or(url, |(before, _)| before);
    url.split_once('?').map(|(_, query)| query)
}
