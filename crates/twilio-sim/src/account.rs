//! The account that the sandbox pretends to be Twilio for.

use crate::phones;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::{Deserialize, Serialize};
use twilio::Secret;
use twilio::sid::{AccountSid, ApplicationSid, KeySid};

/// The sandbox's one account, with everything a client or a webhook server needs to work with it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account.
    pub account_sid: AccountSid,
    /// Signs the webhooks.
    pub auth_token: Secret,
    /// The API key that access tokens are made with.
    pub key_sid: KeySid,
    /// Signs the access tokens.
    pub key_secret: Secret,
    /// The TwiML application that a token's outgoing grant names.
    pub application_sid: ApplicationSid,
    /// Our line, E.164.
    pub number: String,
}

impl Account {
    /// An account with ids and secrets drawn from `seed`; the same seed gives the same account.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        Self {
            account_sid: AccountSid::random(rng.random()),
            auth_token: Secret::new(hex(rng.random())),
            key_sid: KeySid::random(rng.random()),
            key_secret: Secret::new(hex(rng.random())),
            application_sid: ApplicationSid::random(rng.random()),
            number: phones::OUR_LINE.to_owned(),
        }
    }
}

/// 32 lower case hexadecimal digits.
pub(crate) fn hex(bytes: [u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the account's webhooks go; the setting of the TwiML application and of the number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Urls {
    /// Asked what to do when a device calls out.
    pub voice_url_application: String,
    /// Asked what to do when our number is called.
    pub voice_url_number: String,
    /// Asked when the first did not answer well.
    pub fallback_url: Option<String>,
    /// Told when a call is over.
    pub status_callback: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn the_same_seed_gives_the_same_account_and_another_seed_another() {
        let (one, same, other) = (
            Account::from_seed(7),
            Account::from_seed(7),
            Account::from_seed(8),
        );
        assert_eq!(one.account_sid, same.account_sid);
        assert_eq!(one.key_secret.expose(), same.key_secret.expose());
        assert_ne!(one.account_sid, other.account_sid);
        assert_ne!(one.key_secret.expose(), other.key_secret.expose());
        assert_ne!(one.key_secret.expose(), one.auth_token.expose());
    }

    #[test]
    fn debug_shows_no_secret() {
        let account = Account::from_seed(7);
        let shown = format!("{account:?}");
        assert!(!shown.contains(account.key_secret.expose()));
        assert!(!shown.contains(account.auth_token.expose()));
    }
}
