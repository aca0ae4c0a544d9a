//! TwiML applications: where Twilio asks what to do when a Voice SDK device calls.

use super::{Client, Listing, Method, RestError, de, form::Form, retry::Repeat, send::Request};
use crate::sid::ApplicationSid;
use serde::Deserialize;

/// The account's TwiML applications.
#[derive(Clone, Copy, Debug)]
pub struct Applications<'a>(pub(super) &'a Client);

/// A TwiML application.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Application {
    /// Its SID.
    pub sid: ApplicationSid,
    /// Its name.
    #[serde(default, deserialize_with = "de::text")]
    pub friendly_name: String,
    /// Whom Twilio asks for TwiML.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_url: Option<String>,
    /// `GET` or `POST`.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_method: Option<String>,
    /// Whom Twilio asks if that fails.
    #[serde(default, deserialize_with = "de::optional")]
    pub voice_fallback_url: Option<String>,
    /// Whom Twilio tells when a call is over.
    #[serde(default, deserialize_with = "de::optional")]
    pub status_callback: Option<String>,
    /// When it was made, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub date_created: Option<u64>,
}

/// What to set; `None` leaves it as it is, an empty URL takes it away.
#[derive(Clone, Debug, Default)]
pub struct ApplicationSettings {
    /// Its name.
    pub friendly_name: Option<String>,
    /// Whom Twilio asks for TwiML.
    pub voice_url: Option<String>,
    /// How.
    pub voice_method: Option<Method>,
    /// Whom Twilio asks if that fails.
    pub voice_fallback_url: Option<String>,
    /// How.
    pub voice_fallback_method: Option<Method>,
    /// Whom Twilio tells when a call is over.
    pub status_callback: Option<String>,
    /// How.
    pub status_callback_method: Option<Method>,
    /// Whether the caller's name is looked up; it costs.
    pub voice_caller_id_lookup: Option<bool>,
}

impl ApplicationSettings {
    fn form(&self) -> Form {
        Form::new()
            .text("VoiceUrl", self.voice_url.as_deref())
            .method("VoiceMethod", self.voice_method)
            .text("VoiceFallbackUrl", self.voice_fallback_url.as_deref())
            .method("VoiceFallbackMethod", self.voice_fallback_method)
            .text("StatusCallback", self.status_callback.as_deref())
            .method("StatusCallbackMethod", self.status_callback_method)
            .flag("VoiceCallerIdLookup", self.voice_caller_id_lookup)
            .text("FriendlyName", self.friendly_name.as_deref())
    }
}

/// Which applications to list.
#[derive(Clone, Debug, Default)]
pub struct ApplicationFilter {
    /// Of that name.
    pub friendly_name: Option<String>,
    /// How many in one page, 1 to 1000; 50 when nothing is said.
    pub page_size: Option<u32>,
}

impl Applications<'_> {
    /// Lists them.
    #[must_use]
    pub fn list(&self, filter: &ApplicationFilter) -> Listing<Application> {
        let query = Form::new()
            .text("FriendlyName", filter.friendly_name.as_deref())
            .shown("PageSize", filter.page_size);
        let request = Request::get(self.0.path("Applications"), &query);
        self.0.listing("applications", request)
    }

    /// Makes one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn create(&self, settings: &ApplicationSettings) -> Result<Application, RestError> {
        let path = self.0.path("Applications");
        self.0
            .json(Request::post(path, &settings.form(), Repeat::IfRefused))
            .await
    }

    /// Reads one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self, sid: &ApplicationSid) -> Result<Application, RestError> {
        self.0
            .json(Request::get(self.path(sid), &Form::new()))
            .await
    }

    /// Sets one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn update(
        &self,
        sid: &ApplicationSid,
        settings: &ApplicationSettings,
    ) -> Result<Application, RestError> {
        let request = Request::post(self.path(sid), &settings.form(), Repeat::Harmless);
        self.0.json(request).await
    }

    /// Deletes one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn delete(&self, sid: &ApplicationSid) -> Result<(), RestError> {
        self.0.delete(self.path(sid)).await
    }

    fn path(&self, sid: &ApplicationSid) -> String {
        self.0.path(&format!("Applications/{sid}"))
    }
}
