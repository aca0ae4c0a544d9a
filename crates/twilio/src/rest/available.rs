//! Phone numbers that can be bought.

use super::{Capabilities, Client, Listing, RestError, de, form::Form, send::Request};
use serde::Deserialize;
use std::fmt;

/// Phone numbers that can be bought.
#[derive(Clone, Copy, Debug)]
pub struct Available<'a>(pub(super) &'a Client);

/// The kinds of phone numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// Of a place.
    Local,
    /// Free for who calls.
    TollFree,
    /// Of a mobile network.
    Mobile,
}

impl NumberKind {
    fn resource(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::TollFree => "TollFree",
            Self::Mobile => "Mobile",
        }
    }
}

/// A country in which there are numbers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Country {
    /// Two letters, ISO 3166-1.
    pub country_code: String,
    /// Its name in English.
    #[serde(default, deserialize_with = "de::text")]
    pub country: String,
    /// Whether its numbers are new to Twilio.
    #[serde(default, deserialize_with = "de::flag")]
    pub beta: bool,
}

/// A number that can be bought. `Debug` does not show it.
#[derive(Clone, PartialEq, Deserialize)]
pub struct AvailableNumber {
    /// E.164.
    pub phone_number: String,
    /// As people of its country write it.
    #[serde(default, deserialize_with = "de::text")]
    pub friendly_name: String,
    /// City.
    #[serde(default, deserialize_with = "de::optional")]
    pub locality: Option<String>,
    /// State or province, two letters.
    #[serde(default, deserialize_with = "de::optional")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(default, deserialize_with = "de::optional")]
    pub postal_code: Option<String>,
    /// Two letters, ISO 3166-1.
    #[serde(default, deserialize_with = "de::text")]
    pub iso_country: String,
    /// In degrees north.
    #[serde(default, deserialize_with = "de::optional")]
    pub latitude: Option<f64>,
    /// In degrees east.
    #[serde(default, deserialize_with = "de::optional")]
    pub longitude: Option<f64>,
    /// Which address its regulator wants: `none`, `any`, `local` or `foreign`.
    #[serde(default, deserialize_with = "de::text")]
    pub address_requirements: String,
    /// Whether it is new to Twilio.
    #[serde(default, deserialize_with = "de::flag")]
    pub beta: bool,
    /// What it can do.
    #[serde(default)]
    pub capabilities: Capabilities,
}

impl fmt::Debug for AvailableNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AvailableNumber")
            .field("iso_country", &self.iso_country)
            .field("region", &self.region)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// What to search for; `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// With this area code (US and Canada).
    pub area_code: Option<u32>,
    /// With these digits or letters; `*` is any.
    pub contains: Option<String>,
    /// That can do text messages.
    pub sms: Option<bool>,
    /// That can do pictures.
    pub mms: Option<bool>,
    /// That can do calls.
    pub voice: Option<bool>,
    /// Without those that want an address.
    pub exclude_all_address_required: Option<bool>,
    /// Without those that want a local address.
    pub exclude_local_address_required: Option<bool>,
    /// Without those that want a foreign address.
    pub exclude_foreign_address_required: Option<bool>,
    /// With those new to Twilio.
    pub beta: Option<bool>,
    /// Near this number, E.164 (US and Canada).
    pub near_number: Option<String>,
    /// Near this place: degrees north and east.
    pub near: Option<(f64, f64)>,
    /// How near, in miles: up to 500; 25 when nothing is said.
    pub distance_miles: Option<u32>,
    /// In this postal code.
    pub in_postal_code: Option<String>,
    /// In this state or province, two letters.
    pub in_region: Option<String>,
    /// In this city.
    pub in_locality: Option<String>,
    /// How many in one page, 1 to 1000; 50 when nothing is said.
    pub page_size: Option<u32>,
}

impl Search {
    fn form(&self) -> Form {
        let near = self.near.map(|(north, east)| format!("{north},{east}"));
        Form::new()
            .shown("AreaCode", self.area_code)
            .text("Contains", self.contains.as_deref())
            .flag("SmsEnabled", self.sms)
            .flag("MmsEnabled", self.mms)
            .flag("VoiceEnabled", self.voice)
            .flag(
                "ExcludeAllAddressRequired",
                self.exclude_all_address_required,
            )
            .flag(
                "ExcludeLocalAddressRequired",
                self.exclude_local_address_required,
            )
            .flag(
                "ExcludeForeignAddressRequired",
                self.exclude_foreign_address_required,
            )
            .flag("Beta", self.beta)
            .text("NearNumber", self.near_number.as_deref())
            .text("NearLatLong", near.as_deref())
            .shown("Distance", self.distance_miles)
            .text("InPostalCode", self.in_postal_code.as_deref())
            .text("InRegion", self.in_region.as_deref())
            .text("InLocality", self.in_locality.as_deref())
            .shown("PageSize", self.page_size)
    }
}

impl Available<'_> {
    /// Lists the countries in which there are numbers.
    #[must_use]
    pub fn countries(&self, page_size: Option<u32>) -> Listing<Country> {
        let query = Form::new().shown("PageSize", page_size);
        let request = Request::get(self.0.path("AvailablePhoneNumbers"), &query);
        self.0.listing("countries", request)
    }

    /// Searches for numbers in a country: two letters, ISO 3166-1.
    ///
    /// # Errors
    /// When the country is not two capital letters.
    pub fn search(
        &self,
        country: &str,
        kind: NumberKind,
        search: &Search,
    ) -> Result<Listing<AvailableNumber>, RestError> {
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
            let reason = "not two capital letters";
            return Err(RestError::Argument {
                field: "country",
                reason,
            });
        }
        let path = format!("AvailablePhoneNumbers/{country}/{}", kind.resource());
        let request = Request::get(self.0.path(&path), &search.form());
        Ok(self.0.listing("available_phone_numbers", request))
    }
}
