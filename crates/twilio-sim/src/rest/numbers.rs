//! The account's phone numbers.

use super::accounts::AccountState;
use super::answer::{Answer, Outcome, Problem};
use super::asked::{API_VERSION, Asked};
use super::available::CAPABILITIES;
use super::digits::{contains, e164, formatted};
use super::page::page;
use super::state::{Has, Times};
use super::stock::{self, Kind};
use super::voice::Voice;
use crate::exchange::Switchboard;
use crate::log::mask;
use serde_json::{Map, Value, json};
use twilio::rfc2822;
use twilio::sid::NumberSid;

/// A phone number of the account.
pub(super) struct Number {
    pub(super) sid: String,
    /// E.164.
    pub(super) number: String,
    friendly_name: String,
    pub(super) voice: Voice,
    /// The application that its calls follow; empty when they follow `voice`.
    pub(super) application_sid: String,
    times: Times,
}

impl Number {
    pub(super) fn new(sid: String, number: String) -> Self {
        Self {
            sid,
            friendly_name: formatted(&number),
            number,
            voice: Voice::default(),
            application_sid: String::new(),
            times: Times::now(),
        }
    }

    fn update(&mut self, asked: &Asked, applications: &[String]) -> Result<(), Problem> {
        let voice = self.voice.updated(asked)?;
        if let Some(application) = asked.param("VoiceApplicationSid") {
            if !application.is_empty() && !applications.iter().any(|sid| sid == application) {
                return Err(Problem::bad(
                    21_420,
                    "VoiceApplicationSid is no application of this account",
                ));
            }
            application.clone_into(&mut self.application_sid);
        }
        self.voice = voice;
        if let Some(name) = asked.param("FriendlyName") {
            name.clone_into(&mut self.friendly_name);
        }
        self.times.touch();
        Ok(())
    }

    fn json(&self, account: &str) -> Value {
        let sid = &self.sid;
        let mut resource = Map::new();
        self.voice.write(&mut resource);
        let own = json!({
            "sid": sid,
            "account_sid": account,
            "api_version": API_VERSION,
            "phone_number": self.number,
            "friendly_name": self.friendly_name,
            "date_created": rfc2822(self.times.created_s),
            "date_updated": rfc2822(self.times.updated_s),
            "voice_application_sid": self.application_sid,
            "voice_receive_mode": "voice",
            "capabilities": CAPABILITIES.json(true),
            "address_requirements": "none",
            "address_sid": null,
            "beta": false,
            "bundle_sid": null,
            "emergency_address_sid": null,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "identity_sid": null,
            "origin": "twilio",
            "sms_application_sid": "",
            "status": "in-use",
            "trunk_sid": null,
            "type": Kind::of(&self.number).map_or("local", Kind::type_name),
            "uri": format!("/{API_VERSION}/Accounts/{account}/IncomingPhoneNumbers/{sid}.json"),
        });
        if let Value::Object(own) = own {
            resource.extend(own);
        }
        Value::Object(resource)
    }
}

/// The applications that a number can name.
fn applications(has: &AccountState) -> Vec<String> {
    has.applications.iter().map(|it| it.sid.clone()).collect()
}

/// The numbers, newest first; `PhoneNumber` may leave out digits by `*`, and names a part.
pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let name = asked.given("FriendlyName");
    let pattern = asked.given("PhoneNumber");
    let numbers: Vec<Value> = board
        .rest()
        .has()
        .of(asked)
        .numbers
        .iter()
        .rev()
        .filter(|it| name.is_none_or(|name| name == it.friendly_name))
        .filter(|it| pattern.is_none_or(|pattern| contains(&it.number, pattern)))
        .map(|it| it.json(asked.account()))
        .collect();
    page(asked, "incoming_phone_numbers", &numbers)
}

pub(super) fn fetch(board: &Switchboard, asked: &Asked) -> Outcome {
    let has = board.rest().has();
    let found = has
        .of(asked)
        .numbers
        .iter()
        .find(|it| it.sid == asked.name());
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    Ok(Answer::Found(found.json(asked.account())))
}

pub(super) fn update(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let has = has.of_mut(asked);
    let applications = applications(has);
    let found = has.numbers.iter_mut().find(|it| it.sid == asked.name());
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    found.update(asked, &applications)?;
    Ok(Answer::Found(found.json(asked.account())))
}

/// Buys the number in `PhoneNumber`, or any one in `AreaCode`.
pub(super) fn buy(board: &Switchboard, asked: &Asked) -> Outcome {
    let sid = NumberSid::random(board.random()).to_string();
    let mut has = board.rest().has();
    let number = wanted(&has, asked)?;
    let price = Kind::of(&number).map_or(0, Kind::cents);
    let mut bought = Number::new(sid, number);
    bought.update(asked, &applications(has.of(asked)))?;
    has.spent_cents = has.spent_cents.saturating_add(price);
    let json = bought.json(asked.account());
    let number = mask(&bought.number);
    has.of_mut(asked).numbers.push(bought);
    drop(has);
    board.log().say(format!("number bought: {number}"));
    Ok(Answer::Created(json))
}

fn wanted(has: &Has, asked: &Asked) -> Result<String, Problem> {
    let owned = |number: &str| has.is_taken(number);
    if let Some(number) = asked.given("PhoneNumber") {
        let Some(number) = e164(number) else {
            return Err(Problem::bad(21_421, "PhoneNumber is not a phone number"));
        };
        if owned(&number) || Kind::of(&number).is_none() {
            return Err(Problem::bad(
                21_422,
                "PhoneNumber is not for sale; search AvailablePhoneNumbers for one that is",
            ));
        }
        return Ok(number);
    }
    let Some(code) = asked.given("AreaCode") else {
        return Err(Problem::bad(
            21_421,
            "name what to buy: PhoneNumber or AreaCode",
        ));
    };
    if !stock::is_area_code(code) {
        return Err(Problem::bad(21_451, "AreaCode is not an area code"));
    }
    stock::in_area(code)
        .find(|number| !owned(number))
        .ok_or_else(|| Problem::bad(21_452, "no number is for sale in that area code"))
}

/// Gives a number back.
pub(super) fn release(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let numbers = &mut has.of_mut(asked).numbers;
    let at = numbers.iter().position(|it| it.sid == asked.name());
    let at = at.ok_or_else(|| Problem::not_found(asked))?;
    let number = numbers.remove(at);
    drop(has);
    board
        .log()
        .say(format!("number released: {}", mask(&number.number)));
    Ok(Answer::Gone)
}
