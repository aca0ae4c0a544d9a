//! Addresses of webhooks in requests.

use super::answer::Problem;
use super::asked::Asked;
use crate::webhook::Target;
use url::Url;

/// Twilio takes addresses up to so many characters.
const MOST_CHARS: usize = 4_000;

/// An address as Twilio takes it: http or https, with a host.
fn parse(text: &str) -> Option<Url> {
    if text.chars().count() > MOST_CHARS {
        return None;
    }
    let url = Url::parse(text.trim()).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    web.then_some(url)
}

/// Checks an address; an empty one clears the setting.
///
/// # Errors
/// With `code`, when it is none.
pub(super) fn check(name: &str, text: &str, code: u32) -> Result<(), Problem> {
    if text.is_empty() || parse(text).is_some() {
        return Ok(());
    }
    Err(Problem::bad(code, format!("{name} is not a valid URL")))
}

/// The address in the parameter `name`, asked by the method in `method`; `None` when it is not
/// given.
///
/// # Errors
/// With one of the codes, the first for the address.
pub(super) fn target(
    asked: &Asked,
    name: &str,
    method: &str,
    codes: (u32, u32),
) -> Result<Option<Target>, Problem> {
    let by = asked.hook_method(method, codes.1)?.unwrap_or_default();
    let Some(text) = asked.given(name) else {
        return Ok(None);
    };
    match parse(text) {
        Some(url) => Ok(Some(Target { url, method: by })),
        None => Err(Problem::bad(codes.0, format!("{name} is not a valid URL"))),
    }
}
