//! A request, read: what it is for, its parameters, and who asks.

use super::answer::Problem;
use crate::exchange::Switchboard;
use crate::webhook::Method as HookMethod;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The version of the API, as it begins every path.
pub(super) const API_VERSION: &str = "2010-04-01";

/// A request.
pub(super) struct Asked {
    method: String,
    uri_path: String,
    /// What follows the version, without `.json`; empty when the path is not one of the API's.
    path: Vec<String>,
    /// Of the query, and of the form.
    params: Vec<(String, String)>,
}

impl Asked {
    pub(super) fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Self {
        let uri_path = uri.path().to_owned();
        let mut params = pairs(uri.query().unwrap_or_default().as_bytes());
        let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        if content_type.is_some_and(|it| it.starts_with("application/x-www-form-urlencoded")) {
            params.extend(pairs(body));
        }
        Self {
            method: method.as_str().to_owned(),
            path: segments(&uri_path).unwrap_or_default(),
            uri_path,
            params,
        }
    }

    pub(super) fn method(&self) -> &str {
        &self.method
    }

    /// The path as it was asked.
    pub(super) fn uri_path(&self) -> &str {
        &self.uri_path
    }

    /// The account in the path; empty when there is none.
    pub(super) fn account(&self) -> &str {
        self.path.get(1).map_or("", String::as_str)
    }

    /// What follows the version: `Accounts`, the account, the resource, its name.
    pub(super) fn path(&self) -> &[String] {
        &self.path
    }

    /// The kind of resource, for the log.
    pub(super) fn resource(&self) -> &str {
        match self.path() {
            [] => "?",
            [accounts] | [accounts, _] => accounts,
            [_, _, resource, ..] => resource,
        }
    }

    /// The name of the resource: what follows its kind; empty for a list.
    pub(super) fn name(&self) -> &str {
        self.path.get(3).map_or("", String::as_str)
    }

    /// The last value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let mut of_name = self.params.iter().rev().filter(|(is, _)| is == name);
        of_name.next().map(|(_, value)| value.as_str())
    }

    /// A parameter that says something; an empty one says nothing.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.param(name).filter(|value| !value.is_empty())
    }

    /// All values of a parameter.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let of_name = self.params.iter().filter(|(is, _)| is == name);
        of_name.map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn params(&self) -> &[(String, String)] {
        &self.params
    }

    /// `true` or `false`; anything else is nothing.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.given(name)? {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            _ => None,
        }
    }

    /// A webhook's method.
    ///
    /// # Errors
    /// With `code`, when it is neither GET nor POST.
    pub(super) fn hook_method(&self, name: &str, code: u32) -> Result<Option<HookMethod>, Problem> {
        match self.given(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("GET") => Ok(Some(HookMethod::Get)),
            Some(text) if text.eq_ignore_ascii_case("POST") => Ok(Some(HookMethod::Post)),
            Some(_) => Err(Problem::bad(code, format!("{name} must be GET or POST"))),
        }
    }
}

/// Names and values of a form or a query.
fn pairs(form: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(form).into_owned().collect()
}

/// What follows the version in a path. Only sound has another ending than `.json`, or none.
fn segments(path: &str) -> Option<Vec<String>> {
    let rest = path.strip_prefix('/')?.strip_prefix(API_VERSION)?;
    let rest = rest.strip_prefix('/')?;
    let mut segments: Vec<String> = rest.split('/').map(str::to_owned).collect();
    let sound = segments.len() == 4 && segments[2] == "Recordings";
    let last = segments.last_mut()?;
    match last.strip_suffix(".json") {
        Some(name) => *last = name.to_owned(),
        None if sound => {
            if !last.contains('.') {
                last.push_str(".wav");
            }
        }
        None => return None,
    }
    Some(segments)
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// Whose credentials these are.
    account: String,
    /// A key that was made by the API: it may not touch accounts and keys.
    /// Source: Twilio's documentation on API keys, read 2026.
    standard_key: bool,
    /// The account at the top, which may do in its subaccounts what they may do.
    top: bool,
}

impl Caller {
    /// Whether they may do this: something about this account, or about accounts when it is `None`;
    /// `main_only` is what no standard key may do.
    pub(super) fn may(&self, account: Option<&str>, main_only: bool) -> bool {
        let own = account.is_some_and(|account| account == self.account);
        (own || (self.top && !self.standard_key)) && !(main_only && self.standard_key)
    }
}

/// Who asks, by Basic authentication.
///
/// # Errors
/// 20003 when that is nobody, 20005 when their subaccount is suspended or closed.
pub(super) fn caller(board: &Switchboard, headers: &HeaderMap) -> Result<Caller, Problem> {
    let (user, password) = credentials(headers).ok_or_else(Problem::unauthorized)?;
    let has = board.rest().has();
    let main_key = board.account().key_sid.as_str();
    for (at, account) in has.accounts.iter().enumerate() {
        let key = account.keys.iter().find(|key| key.sid == user);
        let secret = match key {
            _ if user == account.sid => &account.auth_token,
            Some(key) => &key.secret,
            None => continue,
        };
        if secret.expose() != password {
            return Err(Problem::unauthorized());
        }
        if !account.is_active() {
            return Err(Problem::inactive());
        }
        return Ok(Caller {
            account: account.sid.clone(),
            standard_key: user != account.sid && user != main_key,
            top: at == 0,
        });
    }
    Err(Problem::unauthorized())
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Asked, segments};
    use axum::http::header::CONTENT_TYPE;
    use axum::http::{HeaderMap, HeaderValue, Method, Uri};

    #[track_caller]
    fn check(path: &str, expected: Option<&[&str]>) {
        let found = segments(path);
        let found: Option<Vec<&str>> = found
            .as_ref()
            .map(|segments| segments.iter().map(String::as_str).collect());
        assert_eq!(found.as_deref(), expected, "{path}");
    }

    #[test]
    fn paths_end_in_json_but_for_sound() {
        check("/2010-04-01/Accounts.json", Some(&["Accounts"]));
        check(
            "/2010-04-01/Accounts/AC1/Calls/CA1/Recordings.json",
            Some(&["Accounts", "AC1", "Calls", "CA1", "Recordings"]),
        );
        for (name, read) in [
            ("RE1", "RE1.wav"),
            ("RE1.wav", "RE1.wav"),
            ("RE1.json", "RE1"),
        ] {
            check(
                &format!("/2010-04-01/Accounts/AC1/Recordings/{name}"),
                Some(&["Accounts", "AC1", "Recordings", read]),
            );
        }
        for path in [
            "",
            "/",
            "/2010-04-01",
            "/2010-04-01/Accounts",
            "/v1/Accounts.json",
            "Accounts.json",
        ] {
            check(path, None);
        }
    }

    #[test]
    fn a_form_is_read_only_when_it_says_that_it_is_one() {
        let uri: Uri = "/2010-04-01/Accounts.json?StartTime%3E=x&A=1"
            .parse()
            .unwrap();
        let mut headers = HeaderMap::new();
        let asked = Asked::read(&Method::POST, &uri, &headers, b"A=2&B=%C3%A9+%26");
        assert_eq!((asked.param("A"), asked.param("B")), (Some("1"), None));
        assert_eq!(asked.param("StartTime>"), Some("x"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        headers.insert(CONTENT_TYPE, form);
        let asked = Asked::read(&Method::POST, &uri, &headers, b"A=2&B=%C3%A9+%26");
        assert_eq!(
            (asked.param("A"), asked.param("B")),
            (Some("2"), Some("\u{e9} &"))
        );
        assert_eq!(asked.all("A"), ["1", "2"]);
    }
}
