//! The account's phone numbers.

use super::{Client, Listing, Method, RestError, de, form::Form, retry::Repeat, send::Request};
use crate::sid::{ApplicationSid, NumberSid};
use serde::Deserialize;
use std::fmt;

/// The account's phone numbers.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a>(pub(super) &'a Client);

/// What a number can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Capabilities {
    /// Calls.
    #[serde(default, deserialize_with = "de::flag")]
    pub voice: bool,
    /// Text messages.
    #[serde(default, alias = "SMS", deserialize_with = "de::flag")]
    pub sms: bool,
    /// Pictures.
    #[serde(default, alias = "MMS", deserialize_with = "de::flag")]
    pub mms: bool,
    /// Fax.
    #[serde(default, deserialize_with = "de::flag")]
    pub fax: bool,
}

/// A phone number of the account. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct IncomingNumber {
    /// Its SID.
    pub sid: NumberSid,
    /// E.164.
    pub phone_number: String,
    /// Its name.
    #[serde(default, deserialize_with = "de::text")]
    pub friendly_name: String,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// Whom Twilio asks for TwiML when a call comes.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_url: Option<String>,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_method: Option<String>,
    /// Whom Twilio asks if that fails.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_fallback_url: Option<String>,
    /// The application that is asked instead of `voice_url`.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_application_sid: Option<ApplicationSid>,
    /// Whom Twilio tells when a call is over.
    #[serde(default, deserialize_with = "de::optional")]
    pub status_callback: Option<String>,
    /// The address that emergency services get; without one a 911 call costs 75 USD.
    #[serde(default, deserialize_with = "de::optional")]
    pub emergency_address_sid: Option<String>,
    /// Whether it is new to Twilio.
    #[serde(default, deserialize_with = "de::flag")]
    pub beta: bool,
    /// When it was bought, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub date_created: Option<u64>,
}

impl fmt::Debug for IncomingNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingNumber")
            .field("sid", &self.sid)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// Which numbers to list.
#[derive(Clone, Default)]
pub struct NumberFilter {
    /// Whether those new to Twilio are listed.
    pub beta: Option<bool>,
    /// Of that name.
    pub friendly_name: Option<String>,
    /// That number, or a pattern with `*` for any digit.
    pub phone_number: Option<String>,
    /// How many in one page, 1 to 1000; 50 when nothing is said.
    pub page_size: Option<u32>,
}

/// Shows no number.
impl fmt::Debug for NumberFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NumberFilter")
            .field("page_size", &self.page_size)
            .finish_non_exhaustive()
    }
}

/// What to set; `None` leaves it as it is, an empty URL takes it away.
#[derive(Clone, Debug, Default)]
pub struct NumberSettings {
    /// Its name.
    pub friendly_name: Option<String>,
    /// Whom Twilio tells when a call is over.
    pub status_callback: Option<String>,
    /// How.
    pub status_callback_method: Option<Method>,
    /// The application that is asked instead of `voice_url`.
    pub voice_application: Option<ApplicationSid>,
    /// Whether the caller's name is looked up; it costs.
    pub voice_caller_id_lookup: Option<bool>,
    /// How the fallback URL is asked.
    pub voice_fallback_method: Option<Method>,
    /// Whom Twilio asks if the URL fails.
    pub voice_fallback_url: Option<String>,
    /// How the URL is asked.
    pub voice_method: Option<Method>,
    /// Whom Twilio asks for TwiML when a call comes.
    pub voice_url: Option<String>,
    /// The address that emergency services get.
    pub emergency_address_sid: Option<String>,
    /// The address that the number's regulator wants.
    pub address_sid: Option<String>,
    /// The regulatory bundle.
    pub bundle_sid: Option<String>,
}

impl NumberSettings {
    fn form(&self) -> Form {
        let application = self.voice_application.as_ref();
        Form::new()
            .text("FriendlyName", self.friendly_name.as_deref())
            .text("StatusCallback", self.status_callback.as_deref())
            .method("StatusCallbackMethod", self.status_callback_method)
            .text(
                "VoiceApplicationSid",
                application.map(ApplicationSid::as_str),
            )
            .flag("VoiceCallerIdLookup", self.voice_caller_id_lookup)
            .method("VoiceFallbackMethod", self.voice_fallback_method)
            .text("VoiceFallbackUrl", self.voice_fallback_url.as_deref())
            .method("VoiceMethod", self.voice_method)
            .text("VoiceUrl", self.voice_url.as_deref())
            .text("EmergencyAddressSid", self.emergency_address_sid.as_deref())
            .text("AddressSid", self.address_sid.as_deref())
            .text("BundleSid", self.bundle_sid.as_deref())
    }
}

/// Which number to buy.
#[derive(Clone)]
pub enum Which {
    /// This one, E.164.
    Number(String),
    /// Any with this area code (US and Canada).
    AreaCode(String),
}

/// Shows no number.
impl fmt::Debug for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number(_) => "Number(…)",
            Self::AreaCode(_) => "AreaCode(…)",
        })
    }
}

/// A number to be bought: it costs money every month until it is released.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Which.
    pub which: Which,
    /// How it is to be set from the beginning.
    pub settings: NumberSettings,
}

impl Numbers<'_> {
    /// Lists them.
    #[must_use]
    pub fn list(&self, filter: &NumberFilter) -> Listing<IncomingNumber> {
        let query = Form::new()
            .flag("Beta", filter.beta)
            .text("FriendlyName", filter.friendly_name.as_deref())
            .text("PhoneNumber", filter.phone_number.as_deref())
            .shown("PageSize", filter.page_size);
        let request = Request::get(self.0.path("IncomingPhoneNumbers"), &query);
        self.0.listing("incoming_phone_numbers", request)
    }

    /// Reads one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self, sid: &NumberSid) -> Result<IncomingNumber, RestError> {
        self.0
            .json(Request::get(self.path(sid), &Form::new()))
            .await
    }

    /// Buys one. It is sent once and never again, whatever happens: after
    /// [`RestError::Timeout`] or [`RestError::Line`] list the numbers before buying another.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn buy(&self, purchase: &Purchase) -> Result<IncomingNumber, RestError> {
        let (number, area_code) = match &purchase.which {
            Which::Number(number) => (Some(number.as_str()), None),
            Which::AreaCode(code) => (None, Some(code.as_str())),
        };
        let form = purchase.settings.form();
        let form = form.text("PhoneNumber", number).text("AreaCode", area_code);
        let path = self.0.path("IncomingPhoneNumbers");
        self.0.json(Request::post(path, &form, Repeat::Never)).await
    }

    /// Sets one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn update(
        &self,
        sid: &NumberSid,
        settings: &NumberSettings,
    ) -> Result<IncomingNumber, RestError> {
        let request = Request::post(self.path(sid), &settings.form(), Repeat::Harmless);
        self.0.json(request).await
    }

    /// Gives one back: it stops costing and may go to somebody else.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn release(&self, sid: &NumberSid) -> Result<(), RestError> {
        self.0.delete(self.path(sid)).await
    }

    fn path(&self, sid: &NumberSid) -> String {
        self.0.path(&format!("IncomingPhoneNumbers/{sid}"))
    }
}
