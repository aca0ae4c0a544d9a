//! What is said once the phone stands: its addresses.

use serde::Serialize;
use std::fmt;

/// The addresses of a phone that has started. It holds the session secret: print it only to the
/// one who started it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Started {
    /// The browser dialer, with the session secret as its fragment.
    pub private_url: String,
    /// The secret that the private listener asks for, as `Authorization: Bearer …`.
    pub session_secret: String,
    /// The address under which Twilio reaches the webhooks.
    pub public_url: String,
    /// Where the public listener is bound, `host:port`.
    pub public_listener: String,
    /// The sandbox's signalling, `ws://host:port/signal`; absent outside the sandbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signalling_url: Option<String>,
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Dialer:     {}", self.private_url)?;
        write!(f, "Public URL: {}", self.public_url)?;
        if let Some(signalling) = &self.signalling_url {
            write!(f, "\nSignalling: {signalling}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Started")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

impl Started {
    /// The addresses as one line of JSON.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("strings only")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(signalling_url: Option<String>) -> Started {
        Started {
            private_url: "http://127.0.0.1:1/#s".into(),
            session_secret: "s".into(),
            public_url: "http://127.0.0.1:2".into(),
            public_listener: "127.0.0.1:2".into(),
            signalling_url,
        }
    }

    #[test]
    fn says_one_address_a_line() {
        let text = started(Some("ws://127.0.0.1:3/signal".into())).to_string();
        assert_eq!(text.lines().count(), 3, "{text}");
        assert_eq!(started(None).to_string().lines().count(), 2);
    }

    #[test]
    fn json_is_one_line_and_debug_hides_the_secret() {
        let started = started(None);
        assert_eq!(started.json().lines().count(), 1);
        assert!(!format!("{started:?}").contains("#s"));
    }
}
