//! Accounts and their balance.

use super::{Client, Listing, RestError, de, form::Form, retry::Repeat, send::Request};
use crate::{Secret, sid::AccountSid};
use serde::Deserialize;
use std::fmt;

/// The account, its subaccounts, its balance.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a>(pub(super) &'a Client);

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// It can.
    Active,
    /// It cannot for now.
    Suspended,
    /// It cannot any more.
    Closed,
}

impl AccountStatus {
    /// The word that Twilio uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}

/// An account.
#[derive(Clone, Deserialize)]
pub struct Account {
    /// Its SID.
    pub sid: AccountSid,
    /// The account it belongs to; its own SID for a main account.
    #[serde(default, deserialize_with = "de::optional")]
    pub owner_account_sid: Option<AccountSid>,
    /// Its name.
    #[serde(default, deserialize_with = "de::text")]
    pub friendly_name: String,
    /// Whether it can be used.
    pub status: AccountStatus,
    /// `Trial` or `Full`.
    #[serde(rename = "type", default, deserialize_with = "de::text")]
    pub kind: String,
    /// Its auth token; Twilio shows it to a Main key or the auth token only.
    #[serde(default, deserialize_with = "secret")]
    pub auth_token: Option<Secret>,
    /// When it was made, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub date_created: Option<u64>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("sid", &self.sid)
            .field("status", &self.status)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

pub(super) fn secret<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()).map(Secret::new))
}

/// Which accounts to list.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Of that name.
    pub friendly_name: Option<String>,
    /// In that state.
    pub status: Option<AccountStatus>,
    /// How many in one page, 1 to 1000; 50 when nothing is said.
    pub page_size: Option<u32>,
}

/// What is left of the money.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Balance {
    /// Whose.
    pub account_sid: AccountSid,
    /// The amount, as a decimal number in text so that no cent is lost; it may be negative.
    #[serde(default, deserialize_with = "de::text")]
    pub balance: String,
    /// ISO 4217, such as `USD`.
    #[serde(default, deserialize_with = "de::text")]
    pub currency: String,
}

impl Accounts<'_> {
    /// Reads the client's account.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self) -> Result<Account, RestError> {
        self.0.json(Request::get(self.own(), &Form::new())).await
    }

    /// Lists the account and its subaccounts.
    #[must_use]
    pub fn list(&self, filter: &AccountFilter) -> Listing<Account> {
        let query = Form::new()
            .text("FriendlyName", filter.friendly_name.as_deref())
            .text("Status", filter.status.map(AccountStatus::as_str))
            .shown("PageSize", filter.page_size);
        self.0
            .listing("accounts", Request::get(ALL.to_owned(), &query))
    }

    /// Makes a subaccount.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn create(&self, friendly_name: Option<&str>) -> Result<Account, RestError> {
        let form = Form::new().text("FriendlyName", friendly_name);
        self.0
            .json(Request::post(ALL.to_owned(), &form, Repeat::IfRefused))
            .await
    }

    /// Renames, suspends, activates or closes the client's account; closing is for ever.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn update(
        &self,
        friendly_name: Option<&str>,
        status: Option<AccountStatus>,
    ) -> Result<Account, RestError> {
        let form = Form::new()
            .text("FriendlyName", friendly_name)
            .text("Status", status.map(AccountStatus::as_str));
        self.0
            .json(Request::post(self.own(), &form, Repeat::Harmless))
            .await
    }

    /// Reads what is left of the client's account's money.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn balance(&self) -> Result<Balance, RestError> {
        self.0
            .json(Request::get(self.0.path("Balance"), &Form::new()))
            .await
    }

    fn own(&self) -> String {
        format!("/2010-04-01/Accounts/{}.json", self.0.account_sid())
    }
}

const ALL: &str = "/2010-04-01/Accounts.json";
