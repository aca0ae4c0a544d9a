//! Reading the configuration: which Twilio is behind the phone, and under which addresses. All
//! problems are found before anything starts.

use crate::ice;
use crate::join::Invitation;
use crate::options::Options;
use app::{Account, ConfigProblems};
use protocol::ClientName;
use protocol::media::IceServer;
use url::Url;

/// The variable that `--public-url` overrides.
const PUBLIC_URL: &str = "HANDSET_PUBLIC_URL";

/// What was configured.
#[derive(Debug)]
pub(crate) struct Choices {
    /// What is behind the phone.
    pub(crate) far: Choice,
    /// Servers for NAT.
    pub(crate) ice_servers: Vec<IceServer>,
}

/// What is behind the phone.
#[derive(Debug)]
pub(crate) enum Choice {
    /// Twilio, with the account of the environment.
    Twilio { account: Account, public_url: Url },
    /// The sandbox, which invents an account. Without a public URL it is the public listener's.
    Sandbox {
        identity: ClientName,
        public_url: Option<Url>,
    },
    /// The sandbox of another phone, which gives it a name unless it has one.
    Joined {
        invitation: Invitation,
        identity: Option<ClientName>,
        public_url: Option<Url>,
    },
}

/// Reads flags and variables.
///
/// # Errors
/// Every problem at once.
pub(crate) fn choose(
    options: &Options,
    var: &impl Fn(&str) -> Option<String>,
) -> Result<Choices, ConfigProblems> {
    let mut problems = Vec::new();
    for origin in &options.allow_origin {
        let parsed = Url::parse(origin).ok();
        if parsed.is_none_or(|url| url.origin().ascii_serialization() != *origin) {
            problems.push(format!(
                "--allow-origin {origin}: an origin is like http://localhost:3000"
            ));
        }
    }
    let choice = match &options.join {
        Some(invitation) => joined(invitation, options, var, &mut problems),
        None if options.sandbox => sandbox(options, var, &mut problems),
        None => twilio(options, var, &mut problems),
    };
    let ice_servers = ice::servers(&options.ice_server, var, &mut problems);
    match choice {
        Some(far) if problems.is_empty() => Ok(Choices { far, ice_servers }),
        Some(_) | None => Err(ConfigProblems(problems)),
    }
}

fn twilio(
    options: &Options,
    var: &impl Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> Option<Choice> {
    let given = options.public_url.clone().or_else(|| var(PUBLIC_URL));
    let public_url = match given {
        Some(text) => noted(app::config::public_url(&text), problems),
        None => {
            problems.push(format!(
                "the public URL is missing: set --public-url or {PUBLIC_URL} to the address of \
                 your tunnel"
            ));
            None
        }
    };
    let account = noted_all(Account::from_vars(var), problems);
    Some(Choice::Twilio {
        account: account?,
        public_url: public_url?,
    })
}

fn sandbox(
    options: &Options,
    var: &impl Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> Option<Choice> {
    let public_url = local_url(options, problems);
    let identity = noted_all(app::config::identity(var), problems);
    Some(Choice::Sandbox {
        identity: identity?,
        public_url: public_url.unwrap_or_default(),
    })
}

fn joined(
    invitation: &Invitation,
    options: &Options,
    var: &impl Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> Option<Choice> {
    let public_url = local_url(options, problems);
    let named = var(app::config::IDENTITY).is_some_and(|name| !name.trim().is_empty());
    let identity = noted_all(app::config::identity(var), problems)?;
    Some(Choice::Joined {
        invitation: invitation.clone(),
        identity: named.then_some(identity),
        public_url: public_url.unwrap_or_default(),
    })
}

/// Where the sandbox reaches the webhooks, if that is said.
fn local_url(options: &Options, problems: &mut Vec<String>) -> Option<Option<Url>> {
    options.public_url.as_ref().map(|text| {
        let url = noted(app::config::public_url(text), problems)?;
        if url.scheme() == "https" {
            problems.push(
                "the sandbox asks the webhooks on this computer: leave out --public-url, or give \
                 it an http://127.0.0.1 address"
                    .to_owned(),
            );
        }
        Some(url)
    })
}

fn noted<T>(read: Result<T, String>, problems: &mut Vec<String>) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
}

fn noted_all<T>(read: Result<T, ConfigProblems>, problems: &mut Vec<String>) -> Option<T> {
    read.map_err(|found| problems.extend(found.0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn options(flags: &[&str]) -> Options {
        Options::parse_from(["handset"].iter().chain(flags))
    }

    fn problems(flags: &[&str], vars: &[(&str, &str)]) -> Vec<String> {
        let var = |name: &str| {
            let found = vars.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        match choose(&options(flags), &var) {
            Ok(_) => Vec::new(),
            Err(found) => found.0,
        }
    }

    #[test]
    fn the_sandbox_needs_nothing_and_ignores_the_public_url_of_an_account() {
        let vars = [(PUBLIC_URL, "https://phone.example.com")];
        assert!(problems(&["--sandbox"], &vars).is_empty());
    }

    #[test]
    fn the_sandbox_says_that_it_cannot_use_a_tunnel() {
        let flags = ["--sandbox", "--public-url", "https://phone.example.com"];
        assert_eq!(problems(&flags, &[]).len(), 1);
        let flags = ["--join", "x", "--public-url", "https://phone.example.com"];
        assert_eq!(problems(&flags, &[]).len(), 1);
    }

    #[test]
    fn a_phone_that_joins_is_given_a_name_unless_it_has_one() {
        for (given, name) in [(None, None), (Some("ann"), Some("ann"))] {
            let var = |_: &str| given.map(str::to_owned);
            let chosen = choose(&options(&["--join", "x"]), &var).unwrap();
            match chosen.far {
                Choice::Joined { identity, .. } => {
                    assert_eq!(identity.as_ref().map(ClientName::as_str), name);
                }
                other @ (Choice::Twilio { .. } | Choice::Sandbox { .. }) => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let flags = ["--allow-origin", "localhost", "--public-url", "phone"];
        let vars = [("HANDSET_IDENTITY", "a b")];
        // The origin, the URL, the identity, and six variables that are missing.
        let found = problems(&flags, &vars);
        assert_eq!(found.len(), 9, "{found:?}");
        let flags = ["--sandbox", "--allow-origin", "localhost"];
        assert_eq!(problems(&flags, &vars).len(), 2);
    }
}
