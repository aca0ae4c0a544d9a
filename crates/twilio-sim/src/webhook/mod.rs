//! Webhooks, signed and delivered as Twilio does it.
//!
//! The rules are those of Twilio's documentation ("Webhooks (HTTP callbacks): Connection overrides",
//! "Availability and reliability", "Security", read 2026): form parameters by POST or in the query by
//! GET, `X-Twilio-Signature`, 15 s for everything, one more try when no connection came about, at
//! most ten redirects, and overrides in the URL's fragment. Not done: cookies, caching of GET, https.

mod deliver;
mod history;
mod http;
mod overrides;
pub mod params;
#[cfg(test)]
pub(crate) mod testing;

pub use deliver::{Answer, Deliverer, DeliveryError, Limits, Request};
pub use history::{Delivery, DeliveryId};
pub use overrides::{Overrides, RetryOn};

use url::Url;

/// How a webhook is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// With the parameters in the query.
    Get,
    /// With the parameters as a form; Twilio's default.
    #[default]
    Post,
}

impl Method {
    /// As HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }

    /// Reads a TwiML attribute; anything but `GET` in any case is the default.
    #[must_use]
    pub fn from_attribute(value: Option<&str>) -> Self {
        match value {
            Some(value) if value.eq_ignore_ascii_case("GET") => Self::Get,
            Some(_) | None => Self::Post,
        }
    }
}

/// Where a webhook goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The address; its fragment may hold [`Overrides`].
    pub url: Url,
    /// How it is asked.
    pub method: Method,
}

impl Target {
    /// An address that is asked by POST.
    #[must_use]
    pub const fn post(url: Url) -> Self {
        Self {
            url,
            method: Method::Post,
        }
    }
}

/// What a webhook is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A call asks for its first instructions.
    Voice,
    /// A `<Redirect>` asks for further ones.
    Redirect,
    /// The first address failed.
    Fallback,
    /// A `<Dial>` is over.
    DialAction,
    /// A `<Record>` is over.
    RecordAction,
    /// A `<Gather>` is over.
    GatherAction,
    /// A call is over.
    CallStatus,
    /// Something happened to a dialled leg.
    Progress,
    /// A recording is there, or is not.
    RecordingStatus,
    /// It is known whether a machine answered.
    Detection,
    /// Sound is fetched for a `<Play>`.
    Media,
}
