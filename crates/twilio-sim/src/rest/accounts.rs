//! The account itself, its subaccounts, and its balance.

use super::answer::{Answer, Outcome, Problem};
use super::applications::Application;
use super::asked::{API_VERSION, Asked};
use super::keys::Key;
use super::numbers::Number;
use super::page::page;
use super::recordings::StoredRecording;
use super::state::Times;
use crate::account::hex;
use crate::exchange::Switchboard;
use serde_json::{Map, Value, json};
use twilio::sid::AccountSid;
use twilio::{Secret, rfc2822};

/// What the account begins with, in cents.
const CREDIT_CENTS: u32 = 10_000;

// Twilio's codes, of its "Error and warning dictionary" (compared November 2026).
const BAD_STATUS: u32 = 21_475;
const NO_SUBACCOUNT: u32 = 21_477;
const CLOSED: u32 = 21_479;
const TOO_MANY: u32 = 21_480;

/// So many subaccounts at most; Twilio begins with 1000.
const MOST: usize = 1_000;

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

/// An account and what it has, each list oldest first.
pub(super) struct AccountState {
    pub(super) sid: String,
    pub(super) auth_token: Secret,
    friendly_name: String,
    status: Status,
    times: Times,
    pub(super) numbers: Vec<Number>,
    pub(super) applications: Vec<Application>,
    pub(super) keys: Vec<Key>,
    pub(super) recordings: Vec<StoredRecording>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Active,
    Suspended,
    Closed,
}

impl Status {
    fn of(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == name)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }
}

impl AccountState {
    /// An account that has nothing yet.
    pub(super) fn new(sid: String, auth_token: Secret, friendly_name: String) -> Self {
        Self {
            sid,
            auth_token,
            friendly_name,
            status: Status::Active,
            times: Times::now(),
            numbers: Vec::new(),
            applications: Vec::new(),
            keys: Vec::new(),
            recordings: Vec::new(),
        }
    }

    /// Neither suspended nor closed.
    pub(super) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    fn json(&self, board: &Switchboard) -> Value {
        let sid = &self.sid;
        let lists: Map<String, Value> = LISTS
            .iter()
            .map(|(name, path)| {
                let uri = format!("/{API_VERSION}/Accounts/{sid}/{path}.json");
                ((*name).to_owned(), json!(uri))
            })
            .collect();
        json!({
            "sid": sid,
            "owner_account_sid": board.account().account_sid.as_str(),
            "auth_token": self.auth_token.expose(),
            "friendly_name": self.friendly_name,
            "status": self.status.as_str(),
            "type": "Full",
            "date_created": rfc2822(self.times.created_s),
            "date_updated": rfc2822(self.times.updated_s),
            "uri": format!("/{API_VERSION}/Accounts/{sid}.json"),
            "subresource_uris": lists,
        })
    }
}

pub(super) fn fetch(board: &Switchboard, asked: &Asked) -> Outcome {
    let has = board.rest().has();
    Ok(Answer::Found(has.of(asked).json(board)))
}

/// The account and its subaccounts, newest first.
pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let fits = |name, is: &str| asked.given(name).is_none_or(|wanted| wanted == is);
    let has = board.rest().has();
    let accounts: Vec<Value> = has
        .accounts
        .iter()
        .rev()
        .filter(|it| fits("FriendlyName", &it.friendly_name))
        .filter(|it| fits("Status", it.status.as_str()))
        .map(|it| it.json(board))
        .collect();
    page(asked, "accounts", &accounts)
}

/// Makes a subaccount.
pub(super) fn create(board: &Switchboard, asked: &Asked) -> Outcome {
    let made = Times::now();
    let name = match asked.given("FriendlyName") {
        Some(name) => name.to_owned(),
        None => format!("SubAccount Created at {}", rfc2822(made.created_s)),
    };
    let sid = AccountSid::random(board.random()).to_string();
    let account = AccountState::new(sid, Secret::new(hex(board.random())), name);
    let json = account.json(board);
    let mut has = board.rest().has();
    if has.accounts.len() > MOST {
        let message = format!("there are {MOST} subaccounts; close one");
        return Err(Problem::bad(TOO_MANY, message));
    }
    has.accounts.push(account);
    Ok(Answer::Created(json))
}

/// Renames an account; suspends, activates or closes a subaccount. One that is closed stays so, and
/// gives its numbers back.
pub(super) fn update(board: &Switchboard, asked: &Asked) -> Outcome {
    let is_main = asked.account() == board.account().account_sid.as_str();
    let mut has = board.rest().has();
    let account = has.of_mut(asked);
    let status = match asked.given("Status") {
        None => account.status,
        Some(name) => Status::of(name).ok_or_else(|| {
            Problem::bad(BAD_STATUS, "Status must be active, suspended or closed")
        })?,
    };
    if status != account.status {
        if is_main {
            return Err(Problem::bad(
                NO_SUBACCOUNT,
                "only a subaccount can be suspended or closed",
            ));
        }
        if account.status == Status::Closed {
            return Err(Problem::bad(CLOSED, "the subaccount is closed for good"));
        }
        account.status = status;
        if status == Status::Closed {
            account.numbers.clear();
        }
    }
    if let Some(name) = asked.given("FriendlyName") {
        name.clone_into(&mut account.friendly_name);
    }
    account.times.touch();
    Ok(Answer::Found(account.json(board)))
}

/// What is left; the account pays for its subaccounts.
pub(super) fn balance(board: &Switchboard, asked: &Asked) -> Outcome {
    let spent = board.rest().has().spent_cents;
    let left = i64::from(CREDIT_CENTS) - i64::from(spent);
    let sign = if left < 0 { "-" } else { "" };
    let left = left.unsigned_abs();
    Ok(Answer::Found(json!({
        "account_sid": asked.account(),
        "balance": format!("{sign}{}.{:02}", left / 100, left % 100),
        "currency": "USD",
    })))
}
