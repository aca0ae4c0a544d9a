//! Where instructions are and who is told of a call: the settings that numbers and applications
//! share.

use super::answer::Problem;
use super::asked::Asked;
use super::targets;
use crate::account::Urls;
use crate::player::Instructions;
use crate::webhook::{Method, Target};
use serde_json::{Map, Value, json};
use url::Url;

/// Twilio's codes for a setting that is no address, and for one that is no method
/// ("Error and warning dictionary", read 2026).
const BAD_URL: u32 = 21_402;
const BAD_METHOD: u32 = 21_403;

/// Why a number or an application cannot say what a call is to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoInstructions {
    /// Nothing is set that a call could ask.
    #[error("no webhooks are set; set the sandbox's URLs first")]
    Unset,
    /// An address cannot be used.
    #[error("the {setting} URL cannot be used")]
    Unusable {
        /// Which: `voice`, `fallback` or `status callback`.
        setting: &'static str,
        /// What is wrong with it.
        source: url::ParseError,
    },
}

/// An address and how it is asked; an empty address is none.
#[derive(Clone, Debug, Default)]
struct Hook {
    url: String,
    method: Method,
}

impl Hook {
    fn target(&self, setting: &'static str) -> Result<Option<Target>, NoInstructions> {
        if self.url.is_empty() {
            return Ok(None);
        }
        match Url::parse(&self.url) {
            Ok(url) => Ok(Some(Target {
                url,
                method: self.method,
            })),
            Err(source) => Err(NoInstructions::Unusable { setting, source }),
        }
    }

    fn update(&mut self, asked: &Asked, url: &str, method: &str) -> Result<(), Problem> {
        if let Some(text) = asked.param(url) {
            targets::check(url, text, BAD_URL)?;
            text.clone_into(&mut self.url);
        }
        if let Some(method) = asked.hook_method(method, BAD_METHOD)? {
            self.method = method;
        }
        Ok(())
    }
}

/// The voice settings of a number or an application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Voice {
    voice: Hook,
    fallback: Hook,
    status: Hook,
    caller_id_lookup: bool,
}

impl Voice {
    /// The settings that the sandbox's URLs make.
    pub(super) fn of(voice_url: &str, urls: &Urls) -> Self {
        let hook = |url: &str| Hook {
            url: url.to_owned(),
            method: Method::Post,
        };
        Self {
            voice: hook(voice_url),
            fallback: hook(urls.fallback_url.as_deref().unwrap_or_default()),
            status: hook(urls.status_callback.as_deref().unwrap_or_default()),
            caller_id_lookup: false,
        }
    }

    /// The settings, if they say where instructions are.
    pub(super) fn said(&self) -> Option<Self> {
        (!self.voice.url.is_empty()).then(|| self.clone())
    }

    /// What the player is to follow.
    ///
    /// # Errors
    /// When no address is set, or one cannot be used.
    pub(crate) fn instructions(&self) -> Result<Instructions, NoInstructions> {
        let voice = self.voice.target("voice")?;
        Ok(Instructions {
            voice: voice.ok_or(NoInstructions::Unset)?.into(),
            fallback: self.fallback.target("fallback")?,
            status_callback: self.status.target("status callback")?,
        })
    }

    /// These settings as a request changes them.
    pub(super) fn updated(&self, asked: &Asked) -> Result<Self, Problem> {
        let mut new = self.clone();
        new.voice.update(asked, "VoiceUrl", "VoiceMethod")?;
        new.fallback
            .update(asked, "VoiceFallbackUrl", "VoiceFallbackMethod")?;
        new.status
            .update(asked, "StatusCallback", "StatusCallbackMethod")?;
        if let Some(lookup) = asked.flag("VoiceCallerIdLookup") {
            new.caller_id_lookup = lookup;
        }
        Ok(new)
    }

    /// Writes them into a resource, with those for messages, which the sandbox does not have.
    pub(super) fn write(&self, resource: &mut Map<String, Value>) {
        let url = |hook: &Hook| {
            if hook.url.is_empty() {
                Value::Null
            } else {
                json!(hook.url)
            }
        };
        let all = [
            ("voice_url", url(&self.voice)),
            ("voice_method", json!(self.voice.method.as_str())),
            ("voice_fallback_url", url(&self.fallback)),
            (
                "voice_fallback_method",
                json!(self.fallback.method.as_str()),
            ),
            ("voice_caller_id_lookup", json!(self.caller_id_lookup)),
            ("status_callback", json!(self.status.url)),
            ("status_callback_method", json!(self.status.method.as_str())),
            ("sms_url", json!("")),
            ("sms_method", json!("POST")),
            ("sms_fallback_url", json!("")),
            ("sms_fallback_method", json!("POST")),
        ];
        for (name, value) in all {
            resource.insert(name.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NoInstructions, Voice};
    use crate::account::Urls;

    fn urls(fallback_url: &str) -> Urls {
        Urls {
            voice_url_application: String::new(),
            voice_url_number: String::new(),
            fallback_url: Some(fallback_url.to_owned()),
            status_callback: None,
        }
    }

    #[track_caller]
    fn refused(voice_url: &str, fallback_url: &str, expected: &str) -> NoInstructions {
        let voice = Voice::of(voice_url, &urls(fallback_url));
        let error = voice.instructions().unwrap_err();
        assert_eq!(error.to_string(), expected);
        error
    }

    #[test]
    fn settings_that_cannot_be_followed_say_which_and_why() {
        let unset = refused("", "", "no webhooks are set; set the sandbox's URLs first");
        assert_eq!(unset, NoInstructions::Unset);
        let error = refused("nonsense", "", "the voice URL cannot be used");
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.to_string().contains("relative URL"), "{source}");
        let fallback = "http://127.0.0.1:99999/";
        refused(
            "http://127.0.0.1:1/",
            fallback,
            "the fallback URL cannot be used",
        );
        let fine = Voice::of("http://127.0.0.1:1/", &urls("")).instructions();
        assert_eq!(fine.unwrap().fallback, None);
    }
}
