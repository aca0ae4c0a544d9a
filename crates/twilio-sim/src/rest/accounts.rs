//! The account itself, and its balance.

use super::answer::{Answer, Outcome, Problem};
use super::asked::{API_VERSION, Asked};
use super::page::page;
use crate::exchange::Switchboard;
use serde_json::{Map, Value, json};
use twilio::rfc2822;

/// What the account begins with, in cents.
const CREDIT_CENTS: u32 = 10_000;

/// The lists that an account leads to: Twilio's names, and their paths.
const LISTS: [(&str, &str); 7] = [
    ("applications", "Applications"),
    ("available_phone_numbers", "AvailablePhoneNumbers"),
    ("balance", "Balance"),
    ("calls", "Calls"),
    ("incoming_phone_numbers", "IncomingPhoneNumbers"),
    ("keys", "Keys"),
    ("recordings", "Recordings"),
];

fn json(board: &Switchboard) -> Value {
    let sid = board.account().account_sid.as_str();
    let lists: Map<String, Value> = LISTS
        .iter()
        .map(|(name, path)| {
            let uri = format!("/{API_VERSION}/Accounts/{sid}/{path}.json");
            ((*name).to_owned(), json!(uri))
        })
        .collect();
    let has = board.rest().has();
    json!({
        "sid": sid,
        "owner_account_sid": sid,
        "auth_token": board.account().auth_token.expose(),
        "friendly_name": has.account.friendly_name,
        "status": "active",
        "type": "Full",
        "date_created": rfc2822(has.account.times.created_s),
        "date_updated": rfc2822(has.account.times.updated_s),
        "uri": format!("/{API_VERSION}/Accounts/{sid}.json"),
        "subresource_uris": lists,
    })
}

pub(super) fn fetch(board: &Switchboard, _: &Asked) -> Outcome {
    Ok(Answer::Found(json(board)))
}

/// The one account there is.
pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let account = json(board);
    let fits = |name, field: &str| {
        asked
            .given(name)
            .is_none_or(|wanted| account[field] == wanted)
    };
    let fitting = fits("FriendlyName", "friendly_name") && fits("Status", "status");
    let accounts = fitting.then_some(account);
    page(asked, "accounts", accounts.as_slice())
}

/// Renames the account. It cannot be suspended: nothing would work any more.
pub(super) fn update(board: &Switchboard, asked: &Asked) -> Outcome {
    if asked
        .given("Status")
        .is_some_and(|status| status != "active")
    {
        return Err(Problem::bad(
            20_001,
            "the sandbox's account cannot be suspended or closed",
        ));
    }
    if let Some(name) = asked.given("FriendlyName") {
        let mut has = board.rest().has();
        name.clone_into(&mut has.account.friendly_name);
        has.account.times.touch();
    }
    Ok(Answer::Found(json(board)))
}

pub(super) fn balance(board: &Switchboard, _: &Asked) -> Outcome {
    let spent = board.rest().has().account.spent_cents;
    let left = i64::from(CREDIT_CENTS) - i64::from(spent);
    let sign = if left < 0 { "-" } else { "" };
    let left = left.unsigned_abs();
    Ok(Answer::Found(json!({
        "account_sid": board.account().account_sid.as_str(),
        "balance": format!("{sign}{}.{:02}", left / 100, left % 100),
        "currency": "USD",
    })))
}
