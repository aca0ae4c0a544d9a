//! API keys. Those that are made here sign access tokens like any other.

use super::answer::{Answer, Outcome, Problem};
use super::asked::Asked;
use super::page::page;
use super::state::Times;
use crate::account::hex;
use crate::exchange::Switchboard;
use serde_json::{Value, json};
use twilio::sid::KeySid;
use twilio::{Secret, rfc2822};

/// An API key.
pub(super) struct Key {
    pub(super) sid: String,
    pub(super) secret: Secret,
    friendly_name: String,
    times: Times,
}

impl Key {
    pub(super) fn new(sid: String, secret: Secret, friendly_name: String) -> Self {
        Self {
            sid,
            secret,
            friendly_name,
            times: Times::now(),
        }
    }

    /// The key without its secret, which is told once.
    fn json(&self) -> Value {
        json!({
            "sid": self.sid,
            "friendly_name": self.friendly_name,
            "date_created": rfc2822(self.times.created_s),
            "date_updated": rfc2822(self.times.updated_s),
        })
    }
}

pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let has = board.rest().has();
    let keys: Vec<Value> = has.of(asked).keys.iter().map(Key::json).collect();
    page(asked, "keys", &keys)
}

pub(super) fn create(board: &Switchboard, asked: &Asked) -> Outcome {
    let name = asked.param("FriendlyName").unwrap_or_default().to_owned();
    let sid = KeySid::random(board.random()).to_string();
    let secret = Secret::new(hex(board.random()));
    let key = Key::new(sid, secret, name);
    let mut json = key.json();
    json["secret"] = json!(key.secret.expose());
    board.rest().has().of_mut(asked).keys.push(key);
    Ok(Answer::Created(json))
}

pub(super) fn fetch(board: &Switchboard, asked: &Asked) -> Outcome {
    let has = board.rest().has();
    let found = has.of(asked).keys.iter().find(|it| it.sid == asked.name());
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    Ok(Answer::Found(found.json()))
}

pub(super) fn update(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let found = has
        .of_mut(asked)
        .keys
        .iter_mut()
        .find(|it| it.sid == asked.name());
    let found = found.ok_or_else(|| Problem::not_found(asked))?;
    if let Some(name) = asked.param("FriendlyName") {
        name.clone_into(&mut found.friendly_name);
    }
    found.times.touch();
    Ok(Answer::Found(found.json()))
}

pub(super) fn delete(board: &Switchboard, asked: &Asked) -> Outcome {
    let mut has = board.rest().has();
    let has = has.of_mut(asked);
    let at = has.keys.iter().position(|it| it.sid == asked.name());
    let at = at.ok_or_else(|| Problem::not_found(asked))?;
    has.keys.remove(at);
    Ok(Answer::Gone)
}
