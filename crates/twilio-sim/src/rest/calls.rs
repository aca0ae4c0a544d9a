//! Calls: made, looked at, hung up, sent elsewhere.

use super::answer::{Answer, Outcome, Problem};
use super::asked::{API_VERSION, Asked};
use super::digits::{e164, formatted};
use super::page::page;
use super::{dates, extras, targets};
use crate::exchange::{Callback, Outgoing, Switchboard};
use crate::player::ports::DialTarget;
use crate::player::{Instructions, Source};
use crate::report::{CallStatus, Record};
use serde_json::{Value, json};
use std::sync::Arc;
use twilio::rfc2822;

// Twilio's codes, of its "Error and warning dictionary" (read 2026).
/// An action that is disabled for the account.
const DISABLED: u32 = 20_010;
const NO_TO: u32 = 21_201;
const BAD_URL: u32 = 21_205;
const BAD_TIMEOUT: u32 = 21_208;
pub(super) const BAD_METHOD: u32 = 21_209;
const NOT_OUR_FROM: u32 = 21_210;
const BAD_TO: u32 = 21_211;
const BAD_FROM: u32 = 21_212;
const NO_FROM: u32 = 21_213;
const BAD_APPLICATION: u32 = 21_218;
const BAD_STATE: u32 = 21_220;
pub(super) const BAD_PARAMETER: u32 = 20_001;

/// How long a call rings: when it is not said, and at most.
const RING_S: u32 = 60;
const MAX_RING_S: u32 = 600;

/// TwiML in a request has at most so many characters.
const MOST_TWIML_CHARS: usize = 4_000;

/// The account's calls; subaccounts have none.
fn all(board: &Switchboard, asked: &Asked) -> Vec<Arc<Record>> {
    if has_calls(board, asked) {
        board.book().all()
    } else {
        Vec::new()
    }
}

fn has_calls(board: &Switchboard, asked: &Asked) -> bool {
    asked.account() == board.account().account_sid.as_str()
}

/// The call that the path names.
pub(super) fn find(board: &Switchboard, asked: &Asked) -> Result<Arc<Record>, Problem> {
    let mut all = all(board, asked).into_iter();
    let found = all.find(|record| record.call_sid.as_str() == asked.name());
    found.ok_or_else(|| Problem::not_found(asked))
}

/// A call as a resource.
pub(super) fn json(board: &Switchboard, record: &Record) -> Value {
    let account = board.account().account_sid.as_str();
    let sid = record.call_sid.as_str();
    let path = format!("/{API_VERSION}/Accounts/{account}/Calls/{sid}");
    let status = record.status();
    let life = &record.life;
    let moment = |ms: u64| rfc2822(ms / 1_000);
    let begun = (status != CallStatus::Queued).then(|| moment(life.created_ms()));
    let talked_ms = match (life.answered_ms(), life.ended_ms()) {
        (Some(answered), Some(ended)) => Some(ended.saturating_sub(answered)),
        (None, Some(_)) => Some(0),
        (Some(_) | None, None) => None,
    };
    let ours = {
        let has = board.rest().has();
        let mut numbers = has.main().numbers.iter();
        let number = numbers.find(|it| it.number == record.to || it.number == record.from);
        number.map(|number| number.sid.clone())
    };
    json!({
        "sid": sid,
        "account_sid": account,
        "api_version": API_VERSION,
        "parent_call_sid": record.parent.as_ref().map(|parent| parent.as_str()),
        "from": record.from,
        "from_formatted": formatted(&record.from),
        "to": record.to,
        "to_formatted": formatted(&record.to),
        "phone_number_sid": ours,
        "status": status.as_str(),
        "direction": record.direction,
        "date_created": moment(life.created_ms()),
        "date_updated": moment(life.ended_ms().unwrap_or(life.created_ms())),
        "start_time": begun,
        "end_time": life.ended_ms().map(moment),
        "duration": talked_ms.map(|ms| (ms / 1_000).to_string()),
        "price": null,
        "price_unit": "USD",
        "answered_by": life.answered_by(),
        "caller_name": null,
        "forwarded_from": null,
        "group_sid": null,
        "queue_time": "0",
        "trunk_sid": null,
        "uri": format!("{path}.json"),
        "subresource_uris": {"recordings": format!("{path}/Recordings.json")},
    })
}

/// The calls, newest first.
pub(super) fn list(board: &Switchboard, asked: &Asked) -> Outcome {
    let party = |name, is: &str| {
        asked
            .given(name)
            .is_none_or(|wanted| wanted == is || e164(wanted).is_some_and(|it| it == is))
    };
    let status = asked.given("Status");
    let parent = asked.given("ParentCallSid");
    let moment = |name: &str, at_ms: Option<u64>| {
        let [on, until, since] = [name.to_owned(), format!("{name}<"), format!("{name}>")];
        let [on, until, since] = [&on, &until, &since].map(|name| asked.given(name));
        match at_ms {
            Some(at_ms) => dates::fits(at_ms / 1_000, on, until, since),
            None => on.is_none() && until.is_none() && since.is_none(),
        }
    };
    let calls: Vec<Value> = all(board, asked)
        .iter()
        .rev()
        .filter(|it| party("To", &it.to) && party("From", &it.from))
        .filter(|it| status.is_none_or(|status| status == it.status().as_str()))
        .filter(|it| {
            parent.is_none_or(|wanted| it.parent.as_ref().is_some_and(|is| is.as_str() == wanted))
        })
        .filter(|it| moment("StartTime", Some(it.life.created_ms())))
        .filter(|it| moment("EndTime", it.life.ended_ms()))
        .map(|it| json(board, it))
        .collect();
    page(asked, "calls", &calls)
}

pub(super) fn fetch(board: &Switchboard, asked: &Asked) -> Outcome {
    Ok(Answer::Found(json(board, &*find(board, asked)?)))
}

/// Makes a call.
pub(super) fn create(board: &Switchboard, asked: &Asked) -> Outcome {
    if !has_calls(board, asked) {
        return Err(Problem::bad(
            DISABLED,
            "the sandbox makes no calls of subaccounts",
        ));
    }
    let to = asked.given("To");
    let to = called(to.ok_or_else(|| Problem::bad(NO_TO, "To is required"))?)?;
    let from = asked.given("From");
    let from = from.ok_or_else(|| Problem::bad(NO_FROM, "From is required"))?;
    let from = caller(board, from, &to)?;
    let (instructions, callback) = match asked.given("ApplicationSid") {
        Some(sid) => by_application(board, sid)?,
        None => (
            instructions(asked)?,
            extras::callback(asked, "StatusCallback")?,
        ),
    };
    let call = Outgoing {
        from,
        to,
        instructions,
        timeout_s: seconds(asked, "Timeout")?
            .unwrap_or(RING_S)
            .clamp(1, MAX_RING_S),
        time_limit_s: seconds(asked, "TimeLimit")?,
        callback,
        keys: extras::keys(asked)?,
        detection: extras::detection(asked)?,
        recorder: extras::recorder(asked)?,
    };
    let record = board.call_out(call);
    Ok(Answer::Created(json(board, &record)))
}

fn seconds(asked: &Asked, name: &str) -> Result<Option<u32>, Problem> {
    let Some(text) = asked.given(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(seconds) => Ok(Some(seconds)),
        Err(_) => Err(Problem::bad(
            BAD_TIMEOUT,
            format!("{name} must be a number of seconds"),
        )),
    }
}

/// Whom a call is to.
fn called(to: &str) -> Result<DialTarget, Problem> {
    if let Some(client) = to.strip_prefix("client:") {
        let (name, query) = client.split_once('?').unwrap_or((client, ""));
        if name.is_empty() {
            return Err(Problem::bad(BAD_TO, "To names no client"));
        }
        return Ok(DialTarget::Client {
            name: name.to_owned(),
            parameters: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        });
    }
    if to.starts_with("sip:") {
        return Ok(DialTarget::Sip(to.to_owned()));
    }
    match e164(to) {
        Some(number) => Ok(DialTarget::Number(number)),
        None => Err(Problem::bad(
            BAD_TO,
            "To must be a phone number in E.164, client:name or sip:address",
        )),
    }
}

/// Who calls: one of our numbers, or, to a client or a SIP address, a client.
fn caller(board: &Switchboard, from: &str, to: &DialTarget) -> Result<String, Problem> {
    if from
        .strip_prefix("client:")
        .is_some_and(|it| !it.is_empty())
    {
        return match to {
            DialTarget::Client { .. } | DialTarget::Sip(_) => Ok(from.to_owned()),
            DialTarget::Number(_) => Err(Problem::bad(
                BAD_FROM,
                "From must be a phone number when To is one",
            )),
        };
    }
    let Some(number) = e164(from) else {
        return Err(Problem::bad(
            BAD_FROM,
            "From must be a phone number in E.164",
        ));
    };
    if !board.rest().owns(&number) {
        return Err(Problem::bad(
            NOT_OUR_FROM,
            "From is no number of this account",
        ));
    }
    if *to == DialTarget::Number(number.clone()) {
        return Err(Problem::bad(BAD_TO, "a number cannot call itself"));
    }
    Ok(number)
}

fn by_application(
    board: &Switchboard,
    sid: &str,
) -> Result<(Instructions, Option<Callback>), Problem> {
    let voice = board.rest().voice_of_application(sid);
    let wrong = || {
        Problem::bad(
            BAD_APPLICATION,
            "ApplicationSid is no application with a VoiceUrl",
        )
    };
    let mut instructions = voice
        .ok_or_else(wrong)?
        .instructions()
        .map_err(|_| wrong())?;
    let callback = instructions.status_callback.take().map(|target| Callback {
        target,
        events: Vec::new(),
    });
    Ok((instructions, callback))
}

/// The instructions in a request: an address, or else TwiML.
fn instructions(asked: &Asked) -> Result<Instructions, Problem> {
    let voice = targets::target(asked, "Url", "Method", (BAD_URL, BAD_METHOD))?;
    let voice = match (voice, asked.given("Twiml")) {
        (Some(target), _) => Source::At(target),
        (None, Some(twiml)) if twiml.chars().count() > MOST_TWIML_CHARS => {
            return Err(Problem::bad(
                BAD_PARAMETER,
                format!("Twiml is longer than {MOST_TWIML_CHARS} characters"),
            ));
        }
        (None, Some(twiml)) => Source::Inline(twiml.to_owned()),
        (None, None) => {
            return Err(Problem::bad(
                BAD_URL,
                "Url, Twiml or ApplicationSid is required",
            ));
        }
    };
    let codes = (BAD_URL, BAD_METHOD);
    Ok(Instructions {
        voice,
        fallback: targets::target(asked, "FallbackUrl", "FallbackMethod", codes)?,
        status_callback: None,
    })
}

/// Hangs a call up, or gives it other instructions.
pub(super) fn update(board: &Switchboard, asked: &Asked) -> Outcome {
    let record = find(board, asked)?;
    let status = record.status();
    let in_progress = status == CallStatus::InProgress;
    let wrong_state = || {
        let is = status.as_str();
        let message = format!("the call is {is}, not in-progress; it cannot be redirected");
        Problem::bad(BAD_STATE, message)
    };
    match asked.given("Status") {
        Some("completed" | "canceled") if status.is_over() => return Err(wrong_state()),
        // An answered call cannot be cancelled any more, and goes on.
        Some("canceled") if in_progress => {}
        Some("completed" | "canceled") => {
            record.life.ask_to_hang_up();
            return Ok(Answer::OnceOver(record));
        }
        Some(_) => {
            return Err(Problem::bad(
                BAD_PARAMETER,
                "Status must be completed or canceled",
            ));
        }
        None if asked.given("Url").is_some() || asked.given("Twiml").is_some() => {
            let instructions = instructions(asked)?;
            if !in_progress || !record.life.instruct(instructions) {
                return Err(wrong_state());
            }
        }
        None => {}
    }
    Ok(Answer::Found(json(board, &record)))
}
