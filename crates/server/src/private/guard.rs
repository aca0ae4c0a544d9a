//! Who may come in: the right `Host`, the right `Origin`, the session secret; and the headers with
//! which every answer leaves.

use super::{Private, token};
use crate::{headers::single, refusal::Refusal};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tracing::warn;

/// What is compared with a request.
pub(super) struct Guard {
    secret: twilio::Secret,
    home: String,
    own_hosts: Vec<String>,
    own_origins: Vec<String>,
    allowed_origins: Vec<String>,
    content_security_policy: HeaderValue,
}

/// Whose page sent a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// No page said so.
    None,
    /// Ours.
    Own,
    /// One that may take the token.
    Listed,
    /// Anyone else's.
    Foreign,
}

impl Guard {
    pub(super) fn new(private: Private) -> Self {
        let port = private.address.port();
        let mut own_hosts = vec![format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let bound = private.address.to_string();
        let mut home = own_hosts[0].clone();
        if private.address.ip().is_loopback() {
            home.clone_from(&bound);
            if !own_hosts.contains(&bound) {
                own_hosts.push(bound);
            }
        }
        if port == 80 {
            // Clients leave the default port out.
            let bare: Vec<_> = own_hosts
                .iter()
                .filter_map(|host| host.strip_suffix(":80").map(str::to_owned))
                .collect();
            own_hosts.extend(bare);
        }
        let own_origins = own_hosts
            .iter()
            .map(|host| format!("http://{host}"))
            .collect();
        let allowed_origins = private
            .allowed_origins
            .iter()
            .map(|origin| origin.trim().trim_end_matches('/').to_ascii_lowercase())
            .filter(|origin| !origin.is_empty())
            .collect();
        Self {
            content_security_policy: content_security_policy(
                &own_hosts,
                private.signalling.as_deref(),
            ),
            secret: private.secret,
            home,
            own_hosts,
            own_origins,
            allowed_origins,
        }
    }

    /// Compares in a time that does not depend on where the two differ.
    pub(super) fn is_secret(&self, said: &str) -> bool {
        let secret = self.secret.expose();
        !secret.is_empty() && bool::from(secret.as_bytes().ct_eq(said.as_bytes()))
    }

    pub(super) fn has_bearer(&self, headers: &HeaderMap) -> bool {
        single(headers, header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .is_some_and(|(scheme, said)| {
                scheme.eq_ignore_ascii_case("Bearer") && self.is_secret(said.trim())
            })
    }

    pub(super) fn origin(&self, headers: &HeaderMap) -> Origin {
        if !headers.contains_key(header::ORIGIN) {
            return Origin::None;
        }
        let Some(origin) = single(headers, header::ORIGIN.as_str()).map(str::to_ascii_lowercase)
        else {
            return Origin::Foreign;
        };
        if self.own_origins.contains(&origin) {
            Origin::Own
        } else if self.allowed_origins.contains(&origin) {
            Origin::Listed
        } else {
            Origin::Foreign
        }
    }

    fn check(&self, path: &str, headers: &HeaderMap) -> Result<(), Refusal> {
        let addressed_to_us = single(headers, header::HOST.as_str())
            .is_some_and(|host| self.own_hosts.contains(&host.to_ascii_lowercase()));
        if !addressed_to_us {
            // A page of another site whose name was made to point here says its own name.
            return Err(Refusal::new(
                StatusCode::MISDIRECTED_REQUEST,
                format!(
                    "Handset answers here only under its own address: use http://{}/.",
                    self.home
                ),
            ));
        }
        match self.origin(headers) {
            Origin::None | Origin::Own => Ok(()),
            Origin::Listed if path == token::PATH => Ok(()),
            Origin::Listed => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "The origin of this page may take the token only: ask for /token.",
            )),
            Origin::Foreign => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "The origin of this page is not allowed here: start handset-server with \
                 --allow-origin and that origin to let it take the token.",
            )),
        }
    }
}

/// Lets in only what is addressed to us and comes from no foreign page; seals every answer.
pub(super) async fn watch_the_door(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match guard.check(request.uri().path(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refused(request.uri().path(), refusal),
    };
    seal(&guard, response.headers_mut());
    response
}

/// Lets in only who has the session secret.
pub(super) async fn want_secret(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    if guard.has_bearer(request.headers()) {
        next.run(request).await
    } else {
        refused(request.uri().path(), no_secret())
    }
}

pub(super) fn no_secret() -> Refusal {
    Refusal::new(
        StatusCode::UNAUTHORIZED,
        "The session secret is missing or wrong: send it as \"Authorization: Bearer SECRET\"; \
         handset-server prints it at its start, after the # of the private address.",
    )
}

/// Says no, and says so in the log.
pub(super) fn refused(path: &str, refusal: Refusal) -> Response {
    warn!(
        path = protocol::number::mask_numbers(path),
        status = refusal.status.as_u16(),
        "refused a request to the private listener: {}",
        refusal.sentence
    );
    refusal.into_response()
}

fn seal(guard: &Guard, headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        guard.content_security_policy.clone(),
    );
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// What the page may load and where it may connect: its own files, its socket, and Twilio or the
/// sandbox.
///
/// Source: with these the unmodified Voice SDK 2.18.5 breaks no rule in Chromium 156; wasm needs
/// `'wasm-unsafe-eval'`.
fn content_security_policy(own_hosts: &[String], signalling: Option<&str>) -> HeaderValue {
    let sockets: String = own_hosts.iter().map(|h| format!(" ws://{h}")).collect();
    let calls = match signalling {
        None => " wss://*.twilio.com https://*.twilio.com".to_owned(),
        Some(place)
            if place
                .parse::<http::uri::Authority>()
                .is_ok_and(is_host_and_port) =>
        {
            format!(" ws://{place}")
        }
        Some(_) => {
            warn!("the sandbox's signalling address is no host:port, the page cannot connect");
            String::new()
        }
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; font-src 'self'; media-src 'self'; connect-src 'self'{sockets}{calls}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("hosts and ports are visible ASCII")
}

fn is_host_and_port(place: http::uri::Authority) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    place.port().is_some() && place.as_str().chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(address: &str) -> Guard {
        Guard::new(Private {
            secret: twilio::Secret::new(""),
            allowed_origins: vec!["/".to_owned(), String::new()],
            address: address.parse().unwrap(),
            signalling: None,
        })
    }

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn an_empty_secret_lets_nobody_in() {
        assert!(!guard("127.0.0.1:4000").is_secret(""));
        let bearer = headers(header::AUTHORIZATION, "Bearer ");
        assert!(!guard("127.0.0.1:4000").has_bearer(&bearer));
    }

    #[test]
    fn an_empty_entry_in_the_list_lets_no_origin_in() {
        let empty = headers(header::ORIGIN, "");
        assert_eq!(guard("127.0.0.1:4000").origin(&empty), Origin::Foreign);
    }

    #[test]
    fn the_default_port_may_be_left_out() {
        for host in ["127.0.0.1", "localhost", "127.0.0.1:80"] {
            let said = headers(header::HOST, host);
            assert_eq!(guard("127.0.0.1:80").check("/", &said), Ok(()), "{host}");
        }
        let own = headers(header::ORIGIN, "http://localhost");
        assert_eq!(guard("127.0.0.1:80").origin(&own), Origin::Own);
    }

    #[test]
    fn another_loopback_address_is_its_own() {
        let said = headers(header::HOST, "[::1]:4000");
        assert_eq!(guard("[::1]:4000").check("/", &said), Ok(()));
        let elsewhere = headers(header::HOST, "evil.example");
        let refusal = guard("[::1]:4000").check("/", &elsewhere).unwrap_err();
        assert!(refusal.sentence.ends_with("use http://[::1]:4000/."));
        assert!(guard("127.0.0.1:4000").check("/", &said).is_err());
    }
}
