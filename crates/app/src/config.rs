//! The account that the phone belongs to, read from the environment variables that Twilio's
//! quickstarts use.

use protocol::{ClientName, PhoneNumber};
use std::fmt;
use twilio::Secret;
use twilio::sid::{AccountSid, ApplicationSid, KeySid};
use url::Url;

/// Everything of a Twilio account that the phone needs.
#[derive(Clone, Debug)]
pub struct Account {
    /// `TWILIO_ACCOUNT_SID`.
    pub account_sid: AccountSid,
    /// `TWILIO_AUTH_TOKEN`: checks the signatures of webhooks.
    pub auth_token: Secret,
    /// `TWILIO_API_KEY`.
    pub key_sid: KeySid,
    /// `TWILIO_API_SECRET`: signs access tokens.
    pub key_secret: Secret,
    /// `TWILIO_TWIML_APP_SID`: the application that calls out.
    pub application_sid: ApplicationSid,
    /// `TWILIO_CALLER_ID`: our number, shown to those we call.
    pub caller_id: PhoneNumber,
    /// `HANDSET_IDENTITY`: the client name we register as; `handset` unless set.
    pub identity: ClientName,
}

/// The variable that says which client the phone registers as.
pub const IDENTITY: &str = "HANDSET_IDENTITY";

/// The client name of a phone that was given none.
pub const DEFAULT_IDENTITY: &str = "handset";

/// All that is wrong with the configuration, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblems(pub Vec<String>);

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Handset cannot start: its configuration has {} problem(s).",
            self.0.len()
        )?;
        for problem in &self.0 {
            write!(f, "\n  - {problem}")?;
        }
        f.write_str("\nSet these in the environment, or start the sandbox with --sandbox.")
    }
}

impl std::error::Error for ConfigProblems {}

impl Account {
    /// Reads the account from variables; `var` looks one up.
    ///
    /// # Errors
    /// Names every variable that is missing or malformed. Values are never repeated.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigProblems> {
        let mut vars = Vars {
            var,
            problems: Vec::new(),
        };
        let account_sid = vars.sid(
            "TWILIO_ACCOUNT_SID",
            "AC",
            "the console's front page",
            |s| AccountSid::parse(s).ok(),
        );
        let auth_token = vars.secret("TWILIO_AUTH_TOKEN", "the console's front page");
        let key_sid = vars.sid("TWILIO_API_KEY", "SK", "a standard API key", |s| {
            KeySid::parse(s).ok()
        });
        let key_secret = vars.secret("TWILIO_API_SECRET", "shown once when the key is made");
        let application_sid = vars.sid("TWILIO_TWIML_APP_SID", "AP", "a TwiML application", |s| {
            ApplicationSid::parse(s).ok()
        });
        let caller_id = vars.number("TWILIO_CALLER_ID");
        let identity = vars.identity();
        match (
            account_sid,
            auth_token,
            key_sid,
            key_secret,
            application_sid,
            caller_id,
        ) {
            (
                Some(account_sid),
                Some(auth_token),
                Some(key_sid),
                Some(key_secret),
                Some(application_sid),
                Some(caller_id),
            ) if vars.problems.is_empty() => Ok(Self {
                account_sid,
                auth_token,
                key_sid,
                key_secret,
                application_sid,
                caller_id,
                identity,
            }),
            _ => Err(ConfigProblems(vars.problems)),
        }
    }
}

/// Reads `HANDSET_IDENTITY` alone: all that the sandbox needs of the environment.
///
/// # Errors
/// When it is malformed.
pub fn identity(var: impl Fn(&str) -> Option<String>) -> Result<ClientName, ConfigProblems> {
    let mut vars = Vars {
        var,
        problems: Vec::new(),
    };
    let identity = vars.identity();
    if vars.problems.is_empty() {
        Ok(identity)
    } else {
        Err(ConfigProblems(vars.problems))
    }
}

/// A name that can register: Twilio takes letters, digits and `_` only (Voice SDK documentation).
fn registrable(name: &str) -> Option<ClientName> {
    let clean = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    clean.then(|| ClientName::new(name).ok()).flatten()
}

/// Reads a public URL: `https`, or `http` on this computer.
///
/// # Errors
/// A sentence that says what it must be.
pub fn public_url(text: &str) -> Result<Url, String> {
    let wrong = || {
        "the public URL must be an https:// address without a query, such as https://phone.example.com"
            .to_owned()
    };
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback);
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if scheme && plain && url.host().is_some() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

struct Vars<F> {
    var: F,
    problems: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Vars<F> {
    fn get(&self, name: &str) -> Option<String> {
        (self.var)(name)
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
    }

    fn sid<T>(
        &mut self,
        name: &str,
        prefix: &str,
        source: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(text) = self.get(name) else {
            self.problems.push(format!("{name} is missing ({source})"));
            return None;
        };
        let parsed = parse(&text);
        if parsed.is_none() {
            self.problems.push(format!(
                "{name} must be {prefix} and 32 hexadecimal digits ({source})"
            ));
        }
        parsed
    }

    fn secret(&mut self, name: &str, source: &str) -> Option<Secret> {
        let text = self.get(name);
        if text.is_none() {
            self.problems.push(format!("{name} is missing ({source})"));
        }
        text.map(Secret::new)
    }

    fn number(&mut self, name: &str) -> Option<PhoneNumber> {
        let Some(text) = self.get(name) else {
            let problem = format!("{name} is missing (your Twilio number, such as +12025550100)");
            self.problems.push(problem);
            return None;
        };
        let number = PhoneNumber::e164(&text).ok();
        if number.is_none() {
            let problem = format!("{name} must be a number in E.164, such as +12025550100");
            self.problems.push(problem);
        }
        number
    }

    fn identity(&mut self) -> ClientName {
        let given = self.optional(IDENTITY, registrable, |name| {
            format!("{name} must be 1 to 121 letters, digits or underscores")
        });
        given.unwrap_or_else(|| {
            ClientName::new(DEFAULT_IDENTITY).expect("the constant is a client name")
        })
    }

    fn optional<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        problem: impl Fn(&str) -> String,
    ) -> Option<T> {
        let text = self.get(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.problems.push(problem(name));
        }
        parsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(name: &str) -> Option<String> {
        let hex = "0123456789abcdef0123456789abcdef";
        match name {
            "TWILIO_ACCOUNT_SID" => Some(format!("AC{hex}")),
            "TWILIO_API_KEY" => Some(format!("SK{hex}")),
            "TWILIO_TWIML_APP_SID" => Some(format!("AP{hex}")),
            "TWILIO_AUTH_TOKEN" | "TWILIO_API_SECRET" => Some("s3cret".to_owned()),
            "TWILIO_CALLER_ID" => Some("+12025550100".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_complete_environment_is_an_account() {
        let account = Account::from_vars(complete).unwrap();
        assert_eq!(account.identity.as_str(), "handset");
        assert_eq!(account.caller_id.as_str(), "+12025550100");
    }

    #[test]
    fn an_empty_environment_names_every_variable_that_is_needed() {
        let problems = Account::from_vars(|_| None).unwrap_err();
        let text = problems.to_string();
        for name in [
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN",
            "TWILIO_API_KEY",
            "TWILIO_API_SECRET",
            "TWILIO_TWIML_APP_SID",
            "TWILIO_CALLER_ID",
        ] {
            assert!(text.contains(name), "{text}");
        }
        assert_eq!(problems.0.len(), 6);
    }

    #[test]
    fn malformed_values_are_named_and_never_repeated() {
        let problems = Account::from_vars(|name| match name {
            "TWILIO_ACCOUNT_SID" => Some("AC-rubbish".to_owned()),
            "TWILIO_CALLER_ID" => Some("12x".to_owned()),
            "HANDSET_IDENTITY" => Some("a b".to_owned()),
            other => complete(other),
        })
        .unwrap_err();
        assert_eq!(problems.0.len(), 3);
        assert!(!problems.to_string().contains("rubbish"));
    }

    #[test]
    fn public_urls_are_https_or_this_computer() {
        assert!(public_url("https://phone.example.com").is_ok());
        assert!(public_url("http://127.0.0.1:4011").is_ok());
        for bad in [
            "http://phone.example.com",
            "phone",
            "https://x.example/?a=b",
            "ftp://x",
            "https://:pw@x.example",
            "",
        ] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
    }
}
