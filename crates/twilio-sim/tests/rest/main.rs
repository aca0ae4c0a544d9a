//! The REST API from outside: raw HTTP, and Twilio's own clients for Python and Node.
// `cfg(test)` tells clippy that the helpers are tests as well.

#[cfg(test)]
mod account;
#[cfg(test)]
mod api;
#[cfg(test)]
#[expect(
    dead_code,
    reason = "the bench of the other tests, not all of it is needed here"
)]
#[path = "../sandbox/bench.rs"]
mod bench;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod extras;
#[cfg(test)]
mod moves;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod recordings;
#[cfg(test)]
mod rubbish;
#[cfg(test)]
#[expect(dead_code, reason = "as the bench")]
#[path = "../sandbox/softphone.rs"]
mod softphone;
#[cfg(test)]
mod subaccounts;
