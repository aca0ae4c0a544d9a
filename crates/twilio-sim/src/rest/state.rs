//! What the account has, as the API changes it and the exchange asks it.

use super::accounts::AccountState;
use super::applications::Application;
use super::asked::Asked;
use super::keys::Key;
use super::numbers::Number;
use super::recordings::{self, StoredRecording};
use super::voice::Voice;
use crate::account::{Account, Urls};
use crate::lines::Line;
use crate::log::now_ms;
use crate::player::ports::Recording;
use crate::webhook::params::RecordingFacts;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use twilio::Secret;
use twilio::sid::NumberSid;
use url::Url;

/// What the account has; clones share it.
#[derive(Clone)]
pub(crate) struct Rest(Arc<Inner>);

struct Inner {
    base_url: Url,
    has: Mutex<Has>,
}

/// All that is kept.
pub(super) struct Has {
    /// What was spent on numbers, in cents; the account pays for its subaccounts.
    pub(super) spent_cents: u32,
    /// The account, and then its subaccounts, oldest first.
    pub(super) accounts: Vec<AccountState>,
}

/// Why the account of a request is there.
const WAY: &str = "what is asked of an account is found only if it is there, and none goes away";

impl Has {
    /// The account that this is about.
    pub(super) fn of(&self, asked: &Asked) -> &AccountState {
        self.account(asked.account()).expect(WAY)
    }

    /// The same, to be changed.
    pub(super) fn of_mut(&mut self, asked: &Asked) -> &mut AccountState {
        let mut all = self.accounts.iter_mut();
        all.find(|it| it.sid == asked.account()).expect(WAY)
    }

    /// The account of this name.
    pub(super) fn account(&self, sid: &str) -> Option<&AccountState> {
        self.accounts.iter().find(|it| it.sid == sid)
    }

    /// The one account that has calls.
    pub(super) fn main(&self) -> &AccountState {
        &self.accounts[0]
    }

    fn main_mut(&mut self) -> &mut AccountState {
        &mut self.accounts[0]
    }

    /// Somebody has the number.
    pub(super) fn is_taken(&self, number: &str) -> bool {
        let mut all = self.accounts.iter().flat_map(|it| &it.numbers);
        all.any(|it| it.number == number)
    }
}

/// When a resource was made and last changed, in seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) created_s: u64,
    pub(super) updated_s: u64,
}

impl Times {
    pub(super) fn now() -> Self {
        let now_s = now_ms() / 1_000;
        Self {
            created_s: now_s,
            updated_s: now_s,
        }
    }

    pub(super) fn touch(&mut self) {
        self.updated_s = now_ms() / 1_000;
    }
}

impl Rest {
    /// The account as it begins: our line, the application and the key that it names.
    pub(crate) fn new(account: &Account, address: SocketAddr, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(2));
        let base = format!("http://{address}");
        let base_url = Url::parse(&base).expect("an address and a port make a URL");
        let mut main = AccountState::new(
            account.account_sid.to_string(),
            account.auth_token.clone(),
            "Sandbox".to_owned(),
        );
        main.numbers.push(Number::new(
            NumberSid::random(rng.random()).to_string(),
            account.number.clone(),
        ));
        main.applications.push(Application::new(
            account.application_sid.to_string(),
            "Handset".to_owned(),
        ));
        main.keys.push(Key::new(
            account.key_sid.to_string(),
            account.key_secret.clone(),
            "Main".to_owned(),
        ));
        Self(Arc::new(Inner {
            base_url,
            has: Mutex::new(Has {
                spent_cents: 0,
                accounts: vec![main],
            }),
        }))
    }

    /// Looks at what there is, and changes it.
    pub(super) fn has(&self) -> MutexGuard<'_, Has> {
        self.0.has.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the API is served: the base of its URLs.
    pub(crate) fn base_url(&self) -> Url {
        self.0.base_url.clone()
    }

    /// Sets where the webhooks of our line and of the first application go.
    pub(crate) fn set_urls(&self, account: &Account, urls: &Urls) {
        let mut has = self.has();
        let has = has.main_mut();
        let application = account.application_sid.as_str();
        if let Some(application) = has.applications.iter_mut().find(|it| it.sid == application) {
            application.voice = Voice::of(&urls.voice_url_application, urls);
        }
        if let Some(number) = has
            .numbers
            .iter_mut()
            .find(|it| it.number == account.number)
        {
            number.voice = Voice::of(&urls.voice_url_number, urls);
            number.application_sid.clear();
        }
    }

    /// Adds the number and the application of a phone that joins; `chance` names the number.
    pub(crate) fn add_line(&self, line: &Line, chance: [u8; 16], urls: &Urls) {
        let sid = NumberSid::random(chance).to_string();
        let mut number = Number::new(sid, line.number.clone());
        number.voice = Voice::of(&urls.voice_url_number, urls);
        let mut application = Application::new(line.application_sid.to_string(), line.name.clone());
        application.voice = Voice::of(&urls.voice_url_application, urls);
        let mut has = self.has();
        let has = has.main_mut();
        has.numbers.push(number);
        has.applications.push(application);
    }

    /// Takes them away again.
    pub(crate) fn remove_line(&self, line: &Line) {
        let mut has = self.has();
        let has = has.main_mut();
        has.numbers.retain(|it| it.number != line.number);
        let application = line.application_sid.as_str();
        has.applications.retain(|it| it.sid != application);
    }

    /// Somebody has the number: the account, or a subaccount.
    pub(crate) fn is_taken(&self, number: &str) -> bool {
        self.has().is_taken(number)
    }

    /// The number is one of ours; those of subaccounts are not.
    pub(crate) fn owns(&self, number: &str) -> bool {
        self.has()
            .main()
            .numbers
            .iter()
            .any(|it| it.number == number)
    }

    /// There is such an application.
    pub(crate) fn has_application(&self, sid: &str) -> bool {
        self.has()
            .main()
            .applications
            .iter()
            .any(|it| it.sid == sid)
    }

    /// Where the instructions of an application are; `None` when it has none.
    pub(crate) fn voice_of_application(&self, sid: &str) -> Option<Voice> {
        let has = self.has();
        let application = has.main().applications.iter().find(|it| it.sid == sid)?;
        application.voice.said()
    }

    /// Where the instructions of a number are: its application's, if it names one.
    pub(crate) fn voice_of_number(&self, number: &str) -> Option<Voice> {
        let (application, own) = {
            let has = self.has();
            let number = has.main().numbers.iter().find(|it| it.number == number)?;
            (number.application_sid.clone(), number.voice.said())
        };
        if application.is_empty() {
            return own;
        }
        self.voice_of_application(&application)
    }

    /// The secret of an API key of the account.
    pub(crate) fn key_secret(&self, sid: &str) -> Option<Secret> {
        let has = self.has();
        let key = has.main().keys.iter().find(|it| it.sid == sid)?;
        Some(key.secret.clone())
    }

    /// Keeps the recording of a whole call, one channel or two.
    pub(crate) fn keep_call(&self, call_sid: &str, facts: &RecordingFacts, sound: &[Vec<i16>]) {
        let stored = StoredRecording::of_whole_call(call_sid, facts, sound);
        recordings::keep(&mut self.has().main_mut().recordings, stored);
    }

    /// Keeps what a call recorded.
    pub(crate) fn keep_recording(&self, call_sid: &str, recording: &Recording) {
        let stored = StoredRecording::of(call_sid, recording);
        recordings::keep(&mut self.has().main_mut().recordings, stored);
    }
}
