//! TwiML applications.

use super::answer::{Answer, Outcome, Problem};
use super::asked::{API_VERSION, Asked};
use super::page::page;
use super::state::Times;
use super::voice::Voice;
use crate::exchange::Switchboard;
use serde_json::{Map, Value, json};
use twilio::rfc2822;
use twilio::sid::ApplicationSid;

/// A TwiML application.
pub(super) struct Application {
    pub(super) sid: String,
    friendly_name: String,
    pub(super) voice: Voice,
    times: Times,
}

impl Application {
    pub(super) fn new(sid: String, friendly_name: String) -> Self {
        Self {
            sid,
            friendly_name,
            voice: Voice::default(),
            times: Times::now(),
        }
    }

    fn update(&mut self, asked: &Asked) -> Result<(), Problem> {
        self.voice = self.voice.updated(asked)?;
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
            "friendly_name": self.friendly_name,
            "date_created": rfc2822(self.times.created_s),
            "date_updated": rfc2822(self.times.updated_s),
            "message_status_callback": null,
            "sms_status_callback": null,
            "public_application_connect_enabled": false,
            "uri": format!("/{API_VERSION}/Accounts/{account}/Applications/{sid}.json"),
        });
        if let Value::Object(own) = own {
            resource.extend(own);
        }
        Value::Object(resource)
    }
}

pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let name = asked.given("FriendlyName");
    let applications: Vec<Value> = board
        .rest()
        .has()
        .of(asked)
        .applications
        .iter()
        .filter(|it| name.is_none_or(|name| name == it.friendly_name))
        .map(|it| it.json(asked.account()))
        .collect();
    page(asked, "applications", &applications)
}

pub(super) fn create(board: &Switchboard, asked: &Asked) -> Outcome {
    let sid = ApplicationSid::random(board.random()).to_string();
    let mut application = Application::new(sid, String::new());
    application.update(asked)?;
    let json = application.json(asked.account());
    let mut has = board.rest().has();
    has.of_mut(asked).applications.push(application);
    Ok(Answer::Created(json))
}

pub(super) fn fetch(board: &Switchboard, asked: &Asked) -> Outcome {
    let has = board.rest().has();
    let found = has
        .of(asked)
        .applications
        .iter()
        .find(|it| it.sid == asked.name());
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    Ok(Answer::Found(found.json(asked.account())))
}

pub(super) fn update(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let mut all = has.of_mut(asked).applications.iter_mut();
    let found = all.find(|it| it.sid == asked.name());
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    found.update(asked)?;
    Ok(Answer::Found(found.json(asked.account())))
}

pub(super) fn delete(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let has = has.of_mut(asked);
    let at = has
        .applications
        .iter()
        .position(|it| it.sid == asked.name());
    let at = at.ok_or_else(|| Problem::not_found(asked))?;
    has.applications.remove(at);
    Ok(Answer::Gone)
}
