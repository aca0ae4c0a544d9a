//! The search for numbers that can be bought.

use super::answer::{Answer, Outcome, Problem};
use super::asked::{API_VERSION, Asked};
use super::digits::{contains, formatted};
use super::stock::{COUNTRIES, Country, Kind, Range, in_area, is_area_code};
use crate::exchange::Switchboard;
use serde_json::{Map, Value, json};
use std::iter;

/// Answers when a search does not say how many, and at most.
const SHOWN: usize = 30;
const MOST: usize = 1_000;

/// What the sandbox's numbers can do.
pub(super) struct Capabilities;

/// All of them can do the same.
pub(super) const CAPABILITIES: Capabilities = Capabilities;

impl Capabilities {
    /// As a resource says it.
    #[expect(
        clippy::unused_self,
        reason = "all numbers are alike, which may change"
    )]
    pub(super) fn json(&self, with_fax: bool) -> Value {
        let mut json = json!({"voice": true, "sms": false, "mms": false});
        if with_fax {
            json["fax"] = json!(false);
        }
        json
    }

    /// A search may want a number to be able to do something, or not to.
    fn fit(&self, asked: &Asked) -> bool {
        let can = self.json(true);
        [
            ("VoiceEnabled", "voice"),
            ("SmsEnabled", "sms"),
            ("MmsEnabled", "mms"),
            ("FaxEnabled", "fax"),
        ]
        .iter()
        .all(|(wish, name)| asked.flag(wish).is_none_or(|wanted| can[*name] == wanted))
    }
}

impl Country {
    fn json(&self, account: &str) -> Value {
        let uri = format!(
            "/{API_VERSION}/Accounts/{account}/AvailablePhoneNumbers/{}",
            self.code
        );
        let mut kinds = Map::new();
        for range in self.ranges {
            let (path, name) = range.kind.names();
            kinds.insert(name.to_owned(), json!(format!("{uri}/{path}.json")));
        }
        json!({
            "country_code": self.code,
            "country": self.name,
            "beta": false,
            "uri": format!("{uri}.json"),
            "subresource_uris": kinds,
        })
    }
}

fn named(asked: &Asked) -> Result<&'static Country, Problem> {
    let found = COUNTRIES
        .iter()
        .find(|country| country.code == asked.name());
    found.ok_or_else(|| Problem::not_found(asked))
}

/// The countries that have numbers for sale.
pub(super) fn countries(_: &Switchboard, asked: &Asked) -> Outcome {
    let countries: Vec<Value> = COUNTRIES
        .iter()
        .map(|it| it.json(asked.account()))
        .collect();
    Ok(Answer::Found(
        json!({"countries": countries, "uri": asked.uri_path()}),
    ))
}

pub(super) fn country(_: &Switchboard, asked: &Asked) -> Outcome {
    Ok(Answer::Found(named(asked)?.json(asked.account())))
}

/// The numbers of a country and kind that are as wanted. Searches by distance, postal code, rate
/// centre and LATA are passed over.
pub(super) fn search(board: &Switchboard, asked: &Asked) -> Outcome {
    let country = named(asked)?;
    let kind = asked.path().last().and_then(|path| Kind::of_path(path));
    let kind = kind.filter(|kind| country.ranges.iter().any(|range| range.kind == *kind));
    let kind = kind.ok_or_else(|| Problem::not_found(asked))?;
    let size = asked.param("PageSize").and_then(|text| text.parse().ok());
    let size = size.unwrap_or(SHOWN).clamp(1, MOST);
    let contains_wish = asked.given("Contains");
    let numbers: Vec<Value> = if CAPABILITIES.fit(asked) {
        candidates(country, kind, asked)
            .filter(|(number, _)| !board.rest().has().is_taken(number))
            .filter(|(number, _)| contains_wish.is_none_or(|wish| contains(number, wish)))
            .take(size)
            .map(|(number, range)| json(&number, range, country))
            .collect()
    } else {
        Vec::new()
    };
    Ok(Answer::Found(
        json!({"available_phone_numbers": numbers, "uri": asked.uri_path()}),
    ))
}

/// The numbers of a country and kind, from the place and area code that are asked for.
fn candidates<'a>(
    country: &'static Country,
    kind: Kind,
    asked: &'a Asked,
) -> Box<dyn Iterator<Item = (String, Option<&'static Range>)> + 'a> {
    let area_code = asked.given("AreaCode").filter(|_| country.code != "GB");
    let place = move |range: &Range| {
        let fits = |wish, is: Option<&str>| {
            asked
                .given(wish)
                .is_none_or(|wish| is.is_some_and(|is| is.eq_ignore_ascii_case(wish)))
        };
        fits("InRegion", range.region) && fits("InLocality", range.locality)
    };
    let ranges = move || {
        let of_kind = country.ranges.iter().filter(move |it| it.kind == kind);
        of_kind.filter(move |it| place(it))
    };
    let Some(code) = area_code else {
        return Box::new(
            ranges().flat_map(|range| range.numbers().map(move |number| (number, Some(range)))),
        );
    };
    let prefix = format!("+1{code}");
    if let Some(range) = ranges().find(|range| range.prefix.starts_with(&prefix)) {
        return Box::new(range.numbers().map(move |number| (number, Some(range))));
    }
    // An area code of its own: nobody knows where it is, so no place can be asked for.
    let nowhere = asked.given("InRegion").is_none() && asked.given("InLocality").is_none();
    let elsewhere = COUNTRIES
        .iter()
        .flat_map(|country| country.ranges)
        .any(|range| range.prefix.starts_with(&prefix));
    let unlisted = country.code == "US" && kind == Kind::Local && !elsewhere;
    if unlisted && is_area_code(code) && nowhere {
        let of_code = in_area(code);
        return Box::new(of_code.map(|number| (number, None)));
    }
    Box::new(iter::empty())
}

fn json(number: &str, range: Option<&Range>, country: &Country) -> Value {
    let locality = range.and_then(|range| range.locality);
    json!({
        "phone_number": number,
        "friendly_name": formatted(number),
        "iso_country": country.code,
        "locality": locality,
        "region": range.and_then(|range| range.region),
        "lata": null,
        "latitude": null,
        "longitude": null,
        "postal_code": null,
        "rate_center": locality.map(str::to_uppercase),
        "address_requirements": "none",
        "beta": false,
        "capabilities": CAPABILITIES.json(false),
    })
}
