//! Twilio's REST API, the part that a phone needs: on a listener of its own, with what it knows
//! of the account kept in [`Rest`].
//!
//! Source: Twilio's OpenAPI description of API 2010-04-01 and the requests that its official
//! clients send (Python 9.13.0, Node 6.2.0). Only `.json` is served. Parameters that are not
//! known are passed over, as Twilio does. Subaccounts have numbers, applications and keys of their
//! own, and no calls: only the account's own number rings.

mod accounts;
mod answer;
mod applications;
mod asked;
mod available;
mod calls;
mod dates;
mod digits;
mod extras;
mod keys;
mod numbers;
mod page;
mod recordings;
mod state;
mod stock;
mod targets;
mod voice;

pub(crate) use state::Rest;
pub(crate) use voice::{NoInstructions, Voice};

use crate::exchange::Switchboard;
use answer::{Answer, Outcome, Problem};
use asked::{Asked, Caller};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use std::time::Duration;
use tokio::time::timeout;

/// The most bytes that a request may have; TwiML in it has at most 4,000 characters.
const MOST_BYTES: usize = 256 * 1024;

/// How long an answer waits for the end of a call that was hung up; then it tells how things are.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// The API, to be served.
pub(crate) fn router(board: Switchboard) -> Router {
    Router::new()
        .fallback(serve)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(board)
}

async fn serve(
    State(board): State<Switchboard>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let outcome = match body {
        Ok(body) => {
            let asked = Asked::read(&method, &uri, &headers, &body);
            let outcome = answer(&board, &headers, &asked).await;
            let status = answer::status(&outcome);
            // Who waits for something asks again and again; the log is for what changes.
            if method != Method::GET || status.is_client_error() {
                let (resource, status) = (asked.resource(), status.as_u16());
                board
                    .log()
                    .say(format!("REST {method} {resource}: {status}"));
            }
            outcome
        }
        Err(_) => Err(Problem::too_long()),
    };
    answer::response(outcome)
}

async fn answer(board: &Switchboard, headers: &HeaderMap, asked: &Asked) -> Outcome {
    let caller = asked::caller(board, headers)?;
    let way = way(board, &caller, asked)?;
    match way(board, asked)? {
        Answer::OnceOver(record) => {
            // If it takes long, the call is told of as it is.
            let _ = timeout(END_PATIENCE, record.life.ended()).await;
            Ok(Answer::Found(calls::json(board, &record)))
        }
        answer @ (Answer::Found(_) | Answer::Created(_) | Answer::Gone | Answer::Sound(_)) => {
            Ok(answer)
        }
    }
}

/// What answers a request.
type Way = fn(&Switchboard, &Asked) -> Outcome;

/// What answers GET, POST and DELETE of a resource.
type Ways = [Option<Way>; 3];

/// What answers this request.
fn way(board: &Switchboard, caller: &Caller, asked: &Asked) -> Result<Way, Problem> {
    let known = |sid: &str| board.rest().has().account(sid).is_some();
    let path: Vec<&str> = asked.path().iter().map(String::as_str).collect();
    let (account, main_only, ways) = match path.as_slice() {
        ["Accounts"] => {
            let ways: Ways = [Some(accounts::list), Some(accounts::create), None];
            (None, true, Some(ways))
        }
        ["Accounts", sid] if known(sid) => {
            let ways: Ways = [Some(accounts::fetch), Some(accounts::update), None];
            (Some(*sid), true, Some(ways))
        }
        ["Accounts", sid, rest @ ..] if known(sid) => {
            (Some(*sid), rest.first() == Some(&"Keys"), ways(rest))
        }
        _ => (None, false, None),
    };
    let ways = ways.ok_or_else(|| Problem::not_found(asked))?;
    if !caller.may(account, main_only) {
        return Err(Problem::unauthorized());
    }
    let [get, post, delete] = ways;
    let way = match asked.method() {
        "GET" => get,
        "POST" => post,
        "DELETE" => delete,
        _ => None,
    };
    way.ok_or_else(Problem::not_allowed)
}

/// What answers the requests for an account's resource.
fn ways(path: &[&str]) -> Option<Ways> {
    let ways: Ways = match path {
        ["Balance"] => [Some(accounts::balance), None, None],
        ["IncomingPhoneNumbers"] => [Some(numbers::list), Some(numbers::buy), None],
        ["IncomingPhoneNumbers", _] => [
            Some(numbers::fetch),
            Some(numbers::update),
            Some(numbers::release),
        ],
        ["AvailablePhoneNumbers"] => [Some(available::countries), None, None],
        ["AvailablePhoneNumbers", _] => [Some(available::country), None, None],
        ["AvailablePhoneNumbers", _, _] => [Some(available::search), None, None],
        ["Applications"] => [Some(applications::list), Some(applications::create), None],
        ["Applications", _] => [
            Some(applications::fetch),
            Some(applications::update),
            Some(applications::delete),
        ],
        ["Keys"] => [Some(keys::list), Some(keys::create), None],
        ["Keys", _] => [Some(keys::fetch), Some(keys::update), Some(keys::delete)],
        ["Calls"] => [Some(calls::list), Some(calls::create), None],
        ["Calls", _] => [Some(calls::fetch), Some(calls::update), None],
        ["Calls", _, "Recordings"] => [Some(recordings::of_call), None, None],
        ["Recordings"] => [Some(recordings::list), None, None],
        ["Recordings", _] => [Some(recordings::fetch), None, Some(recordings::delete)],
        _ => return None,
    };
    Some(ways)
}
