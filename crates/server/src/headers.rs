//! Reading headers that must not be ambiguous.

use http::HeaderMap;

/// The one value of a header; `None` when there is none, or several, or it is no text.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}
