//! Twilio's error codes, in plain words.
//!
//! Source: Twilio documentation, "Error and Warning Dictionary", read in 2026. The words are ours.

use ErrorKind::{
    AccountInactive, Conflict, Forbidden, InvalidNumber, InvalidValue, NoCallInProgress,
    NotAvailable, NotFound, NotPermitted, Paperwork, SignIn, TooManyRequests, TrialLimit,
    Unavailable, Unknown, Unverified,
};

/// The kinds of errors, by what a person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Key or secret are not right.
    SignIn,
    /// The key may not do this.
    Forbidden,
    /// The account is suspended or closed.
    AccountInactive,
    /// A trial account may not do this.
    TrialLimit,
    /// There is no such thing, or not in this account.
    NotFound,
    /// Something like it is there already.
    Conflict,
    /// Too much at once.
    TooManyRequests,
    /// Twilio has a problem of its own.
    Unavailable,
    /// Not a phone number that can be called.
    InvalidNumber,
    /// The number's owner has not confirmed it.
    Unverified,
    /// The account may not call there.
    NotPermitted,
    /// The call is over, or not begun.
    NoCallInProgress,
    /// The number cannot be bought, or none like it.
    NotAvailable,
    /// Regulators want an address or documents.
    Paperwork,
    /// A value that Twilio does not take.
    InvalidValue,
    /// None of these.
    Unknown,
}

pub(super) struct Entry {
    code: u32,
    pub(super) kind: ErrorKind,
    pub(super) sentence: &'static str,
    pub(super) remedy: &'static str,
}

const fn entry(code: u32, kind: ErrorKind, sentence: &'static str, remedy: &'static str) -> Entry {
    Entry {
        code,
        kind,
        sentence,
        remedy,
    }
}

const CHECK_KEY: &str = "Check the account SID and the auth token or API key and secret.";
const E164: &str = "Write it as + with country code and number, such as +12025550100.";
const UPGRADE: &str = "Upgrade the account in Twilio's console.";
const SUPPORT: &str = "Look at the account in Twilio's console, or ask Twilio's support.";
const WAIT: &str = "Wait a while and try again.";
const SLOWER: &str = "Wait a while, then send fewer requests at once.";
const OTHER_NUMBER: &str = "Search again and take another number.";
const WHOLE_URL: &str = "Give a whole URL that begins with https:// and can be reached.";

/// By code.
static CODES: &[Entry] = &[
    entry(
        10001,
        AccountInactive,
        "The account is not active.",
        SUPPORT,
    ),
    entry(
        10002,
        TrialLimit,
        "A trial account cannot do this.",
        UPGRADE,
    ),
    entry(
        10004,
        TooManyRequests,
        "The account has too many calls at once.",
        "End a call, then try again.",
    ),
    entry(
        20001,
        InvalidValue,
        "Twilio does not know one of the parameters.",
        "Check their names.",
    ),
    entry(
        20003,
        SignIn,
        "Twilio did not accept the credentials.",
        CHECK_KEY,
    ),
    entry(
        20004,
        InvalidValue,
        "Twilio does not take this method here.",
        "Check the resource's address.",
    ),
    entry(
        20005,
        AccountInactive,
        "The account is not active.",
        SUPPORT,
    ),
    entry(
        20006,
        Forbidden,
        "These credentials may not see this.",
        "Use a key that has the permission.",
    ),
    entry(
        20008,
        Forbidden,
        "Test credentials cannot do this.",
        "Use the account's live credentials.",
    ),
    entry(
        20101,
        SignIn,
        "The access token is not valid.",
        "Make a new token and check its key.",
    ),
    entry(
        20104,
        SignIn,
        "The access token has expired.",
        "Make a new token; check the clock.",
    ),
    entry(
        20151,
        SignIn,
        "The access token's signature does not hold.",
        "Check the API key's secret.",
    ),
    entry(
        20157,
        SignIn,
        "The access token lives longer than 24 hours.",
        "Make one with a shorter life.",
    ),
    entry(
        20403,
        Forbidden,
        "These credentials may not do this.",
        "Use a key that has the permission.",
    ),
    entry(
        20404,
        NotFound,
        "There is no such thing in this account.",
        "Check its SID and the account.",
    ),
    entry(
        20409,
        Conflict,
        "Something like it is there already.",
        "Use what is there, or another name.",
    ),
    entry(
        20422,
        InvalidValue,
        "Twilio does not take one of the values.",
        "Check the values.",
    ),
    entry(
        20429,
        TooManyRequests,
        "Too many requests were sent at once.",
        SLOWER,
    ),
    entry(20500, Unavailable, "Twilio has an error of its own.", WAIT),
    entry(20503, Unavailable, "Twilio is not available now.", WAIT),
    entry(
        21201,
        InvalidValue,
        "There is no number to call.",
        "Give a number to call.",
    ),
    entry(
        21203,
        NotPermitted,
        "The account may not call other countries.",
        "Allow the country in the console under Voice, Geo permissions.",
    ),
    entry(
        21205,
        InvalidValue,
        "The URL for the call is not valid.",
        WHOLE_URL,
    ),
    entry(
        21206,
        InvalidValue,
        "The keys to send are not valid.",
        "Use the digits, *, # and w for half a second.",
    ),
    entry(
        21210,
        Unverified,
        "The calling number is not the account's, nor verified.",
        "Call from a number of the account, or verify this one in the console.",
    ),
    entry(
        21211,
        InvalidNumber,
        "The number to call is not valid.",
        E164,
    ),
    entry(
        21212,
        InvalidNumber,
        "The calling number is not valid.",
        E164,
    ),
    entry(
        21213,
        InvalidValue,
        "There is no number to call from.",
        "Give a number of the account.",
    ),
    entry(
        21214,
        InvalidNumber,
        "The number to call cannot be reached.",
        "Check the number.",
    ),
    entry(
        21215,
        NotPermitted,
        "The account may not call this country or region.",
        "Allow it in the console under Voice, Geo permissions.",
    ),
    entry(
        21216,
        NotPermitted,
        "The account may not call this number.",
        "Call another number, or ask Twilio's support.",
    ),
    entry(
        21217,
        InvalidNumber,
        "The number does not seem to exist.",
        "Check the number.",
    ),
    entry(
        21218,
        InvalidValue,
        "There is no such TwiML application.",
        "Check the application's SID.",
    ),
    entry(
        21219,
        TrialLimit,
        "A trial account may only call verified numbers.",
        "Verify the number in the console, or upgrade the account.",
    ),
    entry(
        21220,
        NoCallInProgress,
        "The call is not in progress.",
        "Fetch the call to see how it ended.",
    ),
    entry(21401, InvalidNumber, "The phone number is not valid.", E164),
    entry(21402, InvalidValue, "The URL is not valid.", WHOLE_URL),
    entry(
        21403,
        InvalidValue,
        "The method for a URL is not valid.",
        "Use GET or POST.",
    ),
    entry(
        21404,
        TrialLimit,
        "A trial account cannot have this number.",
        UPGRADE,
    ),
    entry(
        21421,
        InvalidNumber,
        "The number to buy is not valid.",
        E164,
    ),
    entry(
        21422,
        NotAvailable,
        "The number cannot be bought.",
        OTHER_NUMBER,
    ),
    entry(
        21450,
        Conflict,
        "The number is verified already.",
        "Use it as it is.",
    ),
    entry(
        21451,
        InvalidValue,
        "The area code is not valid.",
        "Use three digits of a US or Canadian area code.",
    ),
    entry(
        21452,
        NotAvailable,
        "There is no number in this area code.",
        "Search in another area code.",
    ),
    entry(
        21615,
        Paperwork,
        "The number needs a local address.",
        "Add an address in the number's country in the console, and name it in the purchase.",
    ),
    entry(
        21649,
        Paperwork,
        "The number needs a regulatory bundle that Twilio has approved.",
        "Submit the bundle in the console and wait until it is approved.",
    ),
];

/// By HTTP status, when the code is not known.
static STATUSES: &[Entry] = &[
    entry(
        400,
        InvalidValue,
        "Twilio does not take one of the values.",
        "Check the values.",
    ),
    entry(
        401,
        SignIn,
        "Twilio did not accept the credentials.",
        CHECK_KEY,
    ),
    entry(
        403,
        Forbidden,
        "These credentials may not do this.",
        "Use a key that has the permission.",
    ),
    entry(
        404,
        NotFound,
        "There is no such thing in this account.",
        "Check its SID and the account.",
    ),
    entry(
        409,
        Conflict,
        "Something like it is there already.",
        "Use what is there, or another name.",
    ),
    entry(
        429,
        TooManyRequests,
        "Too many requests were sent at once.",
        SLOWER,
    ),
];

static UNAVAILABLE: Entry = entry(0, Unavailable, "Twilio has an error of its own.", WAIT);
static UNKNOWN: Entry = entry(
    0,
    Unknown,
    "Twilio did not do this.",
    "Look up the code in Twilio's error dictionary.",
);

pub(super) fn find(code: Option<u32>, status: u16) -> &'static Entry {
    let in_table = |table: &'static [Entry], code: u32| table.iter().find(|e| e.code == code);
    code.and_then(|code| in_table(CODES, code))
        .or_else(|| in_table(STATUSES, status.into()))
        .unwrap_or(if status >= 500 {
            &UNAVAILABLE
        } else {
            &UNKNOWN
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_speaks_in_sentences() {
        for (index, entry) in CODES.iter().enumerate() {
            let before = index.checked_sub(1).map_or(0, |before| CODES[before].code);
            assert!(entry.code > before, "{}", entry.code);
        }
        for entry in CODES.iter().chain(STATUSES) {
            for text in [entry.sentence, entry.remedy] {
                assert!(
                    text.ends_with('.') && text.len() > 10,
                    "{} {text}",
                    entry.code
                );
            }
        }
    }

    #[test]
    fn a_code_that_is_not_known_is_judged_by_its_status() {
        assert_eq!(find(Some(21211), 400).kind, InvalidNumber);
        assert_eq!(find(Some(99_999), 401).kind, SignIn);
        assert_eq!(find(None, 404).kind, NotFound);
        assert_eq!(find(None, 599).kind, Unavailable);
        assert_eq!(find(None, 418).kind, Unknown);
    }
}
