//! API keys.

use super::{Client, Listing, RestError, accounts, de, form::Form, retry::Repeat, send::Request};
use crate::{Secret, sid::KeySid};
use serde::Deserialize;

/// The account's API keys.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a>(pub(super) &'a Client);

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// Its SID.
    pub sid: KeySid,
    /// Its name.
    #[serde(default, deserialize_with = "de::text")]
    pub friendly_name: String,
    /// When it was made, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub date_created: Option<u64>,
}

/// An API key that was made now: Twilio shows its secret this once.
#[derive(Clone, Debug, Deserialize)]
pub struct NewKey {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// Its secret.
    #[serde(default, deserialize_with = "accounts::secret")]
    pub secret: Option<Secret>,
}

impl Keys<'_> {
    /// Lists them; so many in one page, 1 to 1000, or 50 when nothing is said.
    #[must_use]
    pub fn list(&self, page_size: Option<u32>) -> Listing<Key> {
        let query = Form::new().shown("PageSize", page_size);
        self.0
            .listing("keys", Request::get(self.0.path("Keys"), &query))
    }

    /// Makes a Standard key. If the line breaks it may be there all the same, without anybody who
    /// knows its secret: list and delete it.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn create(&self, friendly_name: Option<&str>) -> Result<NewKey, RestError> {
        let form = Form::new().text("FriendlyName", friendly_name);
        let request = Request::post(self.0.path("Keys"), &form, Repeat::IfRefused);
        self.0.json(request).await
    }

    /// Reads one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self, sid: &KeySid) -> Result<Key, RestError> {
        self.0
            .json(Request::get(self.path(sid), &Form::new()))
            .await
    }

    /// Renames one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn rename(&self, sid: &KeySid, friendly_name: &str) -> Result<Key, RestError> {
        let form = Form::new().text("FriendlyName", Some(friendly_name));
        self.0
            .json(Request::post(self.path(sid), &form, Repeat::Harmless))
            .await
    }

    /// Deletes one: what it signed no longer holds.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn delete(&self, sid: &KeySid) -> Result<(), RestError> {
        self.0.delete(self.path(sid)).await
    }

    fn path(&self, sid: &KeySid) -> String {
        self.0.path(&format!("Keys/{sid}"))
    }
}
