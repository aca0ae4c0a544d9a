//! Twilio's error codes, in plain words.
//!
//! Source: Twilio documentation, "Error and Warning Dictionary"
//! (<https://www.twilio.com/docs/api/errors>, and the same as `twilio-error-codes.json`). Every code
//! here was compared with it in November 2026, in copies of 2022 to 2026; none is from memory. The
//! words are ours.

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
    /// It does not go with what is there already.
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

/// A table: code, kind, what happened, what to do.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($code:literal $kind:ident $sentence:literal, $remedy:expr;)+ }) => {
        $(#[$doc])*
        static $name: &[Entry] = &[
            $(Entry { code: $code, kind: $kind, sentence: $sentence, remedy: $remedy },)+
        ];
    };
}

const CHECK_KEY: &str = "Check the account SID and the auth token or API key and secret.";
const E164: &str = "Write it as + with country code and number, such as +12025550100.";
const UPGRADE: &str = "Upgrade the account in Twilio's console.";
const SUPPORT: &str = "Look at the account in Twilio's console, or ask Twilio's support.";
const WAIT: &str = "Wait a while and try again.";
const SLOWER: &str = "Wait a while, then send fewer requests at once.";
const OTHER_NUMBER: &str = "Search again and take another number.";
const WHOLE_URL: &str = "Give a whole URL that begins with https:// and can be reached.";
const METHOD: &str = "Use GET or POST.";
const GEO: &str = "Allow the country in the console under Voice, Geo permissions.";
const NEW_TOKEN: &str = "Make a new token; check its key, secret and life.";
const ADDRESS: &str = "Add an address in the console, and name it in the purchase.";

table! {
    /// By code.
    CODES {
    10001 AccountInactive "The account is not active.", SUPPORT;
    10002 TrialLimit "A trial account cannot do this.", UPGRADE;
    10004 TooManyRequests "The account has too many calls at once.", "End a call, then try again.";
    20001 InvalidValue "Twilio does not know one of the parameters.", "Check their names.";
    20002 InvalidValue "The name is not valid.", "Give a name of 1 to 64 characters.";
    20003 SignIn "Twilio did not accept the credentials.", CHECK_KEY;
    20004 InvalidValue "Twilio does not take this method here.", "Check the resource's address.";
    20005 AccountInactive "The account is not active.", SUPPORT;
    20006 Forbidden "These credentials may not see this.", "Use a key that has the permission.";
    20007 InvalidValue "The page is too large.", "Ask for at most 1000 in a page.";
    20008 Forbidden "Test credentials cannot do this.", "Use the account's live credentials.";
    20009 Conflict "It is not complete yet.", WAIT;
    20101 SignIn "The access token is not valid.", NEW_TOKEN;
    20104 SignIn "The access token has expired.", "Make a new token; check the clock.";
    20151 SignIn "The access token was not accepted.", NEW_TOKEN;
    20156 SignIn "The access token has expired.", "Make a new token; check the clock.";
    20157 SignIn "The access token lives too long.", "Make one for at most 24 hours.";
    20160 SignIn "The access token is not valid.", NEW_TOKEN;
    20403 Forbidden "These credentials may not do this.", "Use a key that has the permission.";
    20404 NotFound "There is no such thing in this account.", "Check its SID and the account.";
    20409 Conflict "It is not in a state in which this can be done.", "Fetch it to see how it is.";
    20422 InvalidValue "Twilio does not take one of the values.", "Check the values.";
    20429 TooManyRequests "Too many requests were sent at once.", SLOWER;
    20500 Unavailable "Twilio has an error of its own.", WAIT;
    20503 Unavailable "Twilio is not available now.", WAIT;
    21201 InvalidValue "There is no number to call.", "Give a number to call.";
    21202 NotPermitted "The number to call is a premium number.", "Call another number.";
    21203 NotPermitted "The account may not call other countries.", GEO;
    21205 InvalidValue "The URL for the call is not valid.", WHOLE_URL;
    21206 InvalidValue "The keys to send are not valid.",
        "Use the digits, *, # and w for half a second.";
    21208 InvalidValue "The time to ring is not valid.", "Give a whole number of seconds.";
    21209 InvalidValue "The method for the call's URL is not valid.", METHOD;
    21210 Unverified "The calling number is not the account's, nor verified.",
        "Call from a number of the account, or verify this one in the console.";
    21211 InvalidNumber "The number to call is not valid.", E164;
    21212 InvalidNumber "The calling number is not valid.", E164;
    21213 InvalidValue "There is no number to call from.", "Give a number of the account.";
    21214 InvalidNumber "The number to call cannot be reached.", "Check the number.";
    21215 NotPermitted "The account may not call this country or region.", GEO;
    21216 NotPermitted "Twilio blocks calls to this number.",
        "Call another number, or ask Twilio's support.";
    21217 InvalidNumber "The number does not seem to be valid.", "Check the number.";
    21218 InvalidValue "There is no such TwiML application.", "Check the application's SID.";
    21219 TrialLimit "A trial account may only call verified numbers.",
        "Verify the number in the console, or upgrade the account.";
    21220 NoCallInProgress "The call is not in progress.", "Fetch the call to see how it ended.";
    21401 InvalidNumber "The phone number is not valid.", E164;
    21402 InvalidValue "The URL for the number is not valid.", WHOLE_URL;
    21403 InvalidValue "The method for the number's URL is not valid.", METHOD;
    21404 TrialLimit "A trial account cannot get this number.", UPGRADE;
    21405 InvalidValue "A fallback URL needs a voice URL.", "Give both.";
    21420 InvalidValue "The account has no such TwiML application.", "Check the application's SID.";
    21421 InvalidNumber "The number to buy is not valid.", E164;
    21422 NotAvailable "The number cannot be bought.", OTHER_NUMBER;
    21450 Conflict "The number is verified already.", "Use it as it is.";
    21451 InvalidValue "The area code is not valid.",
        "Use three digits of a US or Canadian area code.";
    21452 NotAvailable "There is no number in this area code.", "Search in another area code.";
    21471 NotFound "There is no such account.", "Check the account's SID.";
    21472 AccountInactive "The account is not active.", SUPPORT;
    21475 InvalidValue "Twilio does not know this status of an account.",
        "Use active, suspended or closed.";
    21476 AccountInactive "The account above this one is suspended.", SUPPORT;
    21477 Forbidden "Only a subaccount's status can be set.", "Set it in the console.";
    21478 AccountInactive "Twilio has suspended the subaccount.", SUPPORT;
    21479 Conflict "The subaccount is closed for good.", "Make a new one.";
    21480 Conflict "There are as many subaccounts as there may be.",
        "Close one, or ask Twilio's support.";
    21481 InvalidValue "Twilio does not know this page.", "Begin with the first page.";
    21502 InvalidValue "The URL to be told of the call is not valid.", WHOLE_URL;
    21613 Paperwork "The number needs an address in its country.", ADDRESS;
    21615 Paperwork "The number needs a local address.", ADDRESS;
    21631 Paperwork "The number needs the address of who uses it.", ADDRESS;
    21649 Paperwork "The number needs a regulatory bundle.",
        "Submit the bundle in the console, wait until it is approved and name it in the purchase.";
    }
}

table! {
    /// By HTTP status, when the code is not known.
    STATUSES {
    400 InvalidValue "Twilio does not take one of the values.", "Check the values.";
    401 SignIn "Twilio did not accept the credentials.", CHECK_KEY;
    403 Forbidden "These credentials may not do this.", "Use a key that has the permission.";
    404 NotFound "There is no such thing in this account.", "Check its SID and the account.";
    409 Conflict "It does not go with what is there already.", "Fetch it to see how it is.";
    429 TooManyRequests "Too many requests were sent at once.", SLOWER;
    }
}

static UNAVAILABLE: Entry = Entry {
    code: 0,
    kind: Unavailable,
    sentence: "Twilio has an error of its own.",
    remedy: WAIT,
};
static UNKNOWN: Entry = Entry {
    code: 0,
    kind: Unknown,
    sentence: "Twilio did not do this.",
    remedy: "Look up the code in Twilio's error dictionary.",
};

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
        for table in [CODES, STATUSES] {
            for pair in table.windows(2) {
                assert!(pair[0].code < pair[1].code, "{}", pair[1].code);
            }
        }
        for entry in CODES.iter().chain(STATUSES).chain([&UNAVAILABLE, &UNKNOWN]) {
            for text in [entry.sentence, entry.remedy] {
                let one = text.ends_with('.') && text.starts_with(|c: char| c.is_ascii_uppercase());
                assert!(one && text.len() >= 10, "{} {text}", entry.code);
            }
            assert_ne!(entry.sentence, entry.remedy);
        }
        assert!(
            CODES
                .iter()
                .all(|entry| (10_000..70_000).contains(&entry.code))
        );
        assert!(
            STATUSES
                .iter()
                .all(|entry| (400..500).contains(&entry.code))
        );
    }

    #[test]
    fn a_code_has_the_kind_that_twilios_dictionary_gives_it() {
        for (code, kind) in [
            (10_004, TooManyRequests),
            (20_003, SignIn),
            (20_151, SignIn),
            (20_404, NotFound),
            (20_409, Conflict),
            (20_429, TooManyRequests),
            (20_503, Unavailable),
            (21_210, Unverified),
            (21_215, NotPermitted),
            (21_216, NotPermitted),
            (21_219, TrialLimit),
            (21_220, NoCallInProgress),
            (21_404, TrialLimit),
            (21_422, NotAvailable),
            (21_615, Paperwork),
            (21_631, Paperwork),
        ] {
            // A status that says otherwise does not count.
            assert_eq!(find(Some(code), 418).kind, kind, "{code}");
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
