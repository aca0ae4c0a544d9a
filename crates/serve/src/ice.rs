//! Servers for NAT, from flags and variables.

use protocol::media::IceServer;

/// The variables with which we sign in to TURN servers.
const USERNAME: &str = "HANDSET_ICE_USERNAME";
const CREDENTIAL: &str = "HANDSET_ICE_CREDENTIAL";

/// The servers of `urls`; what is wrong with them is added to `problems`.
pub(crate) fn servers(
    urls: &[String],
    var: &impl Fn(&str) -> Option<String>,
    problems: &mut Vec<String>,
) -> Vec<IceServer> {
    let given = |name: &str| var(name).filter(|value| !value.is_empty());
    let (username, credential) = (given(USERNAME), given(CREDENTIAL));
    let (mut stun, mut turn) = (Vec::new(), Vec::new());
    for url in urls {
        match url.split_once(':') {
            Some(("stun", place)) if !place.is_empty() => stun.push(url.clone()),
            Some(("turn" | "turns", place)) if !place.is_empty() => turn.push(url.clone()),
            Some(_) | None => problems.push(format!(
                "--ice-server {url}: a server is like stun:host:3478, turn:host:3478 or \
                 turns:host:5349?transport=tcp"
            )),
        }
    }
    if !turn.is_empty() && (username.is_none() || credential.is_none()) {
        problems.push(format!(
            "a TURN server wants a name and a password: set {USERNAME} and {CREDENTIAL}"
        ));
    }
    let stun = IceServer {
        urls: stun,
        username: None,
        credential: None,
    };
    let turn = IceServer {
        urls: turn,
        username,
        credential,
    };
    let both = [stun, turn].into_iter();
    both.filter(|server| !server.urls.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(urls: &[&str], vars: &[(&str, &str)]) -> (Vec<IceServer>, Vec<String>) {
        let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
        let var = |name: &str| {
            let found = vars.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut problems = Vec::new();
        let servers = servers(&urls, &var, &mut problems);
        (servers, problems)
    }

    #[test]
    fn only_turn_servers_are_signed_in_to() {
        let vars = [(USERNAME, "ann"), (CREDENTIAL, "s3cret")];
        let (servers, problems) = read(&["stun:a", "turn:b", "turns:c?transport=tcp"], &vars);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(servers[0].urls, ["stun:a"]);
        assert_eq!(servers[0].credential, None);
        assert_eq!(servers[1].urls, ["turn:b", "turns:c?transport=tcp"]);
        assert_eq!(servers[1].username.as_deref(), Some("ann"));
        assert_eq!(servers[1].credential.as_deref(), Some("s3cret"));
    }

    #[test]
    fn what_is_no_server_and_what_cannot_be_signed_in_to_is_said() {
        assert_eq!(read(&["b:3478", "turn:", "https://b"], &[]).1.len(), 3);
        assert_eq!(read(&["turn:b"], &[(USERNAME, "ann")]).1.len(), 1);
        assert!(read(&["stun:b"], &[]).1.is_empty());
        assert!(read(&[], &[]).0.is_empty());
    }
}
