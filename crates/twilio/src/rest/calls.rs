//! Calls.

use super::{Client, Listing, Method, RestError, de, form::Form, retry::Repeat, send::Request};
use crate::{
    sid::{AccountSid, ApplicationSid, CallSid},
    webhook::{CallStatus, Direction},
};
use serde::Deserialize;
use std::fmt;

/// The account's calls.
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a>(pub(super) &'a Client);

/// A call leg as Twilio keeps it. `Debug` shows no phone number.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CallResource {
    /// Its SID.
    pub sid: CallSid,
    /// Whose.
    pub account_sid: AccountSid,
    /// The leg that dialled it.
    #[serde(default, deserialize_with = "de::optional")]
    pub parent_call_sid: Option<CallSid>,
    /// Who was called: E.164, `client:<identity>` or a SIP address.
    #[serde(default, deserialize_with = "de::text")]
    pub to: String,
    /// Who called.
    #[serde(default, deserialize_with = "de::text")]
    pub from: String,
    /// How it is.
    #[serde(default, deserialize_with = "de::optional")]
    pub status: Option<CallStatus>,
    /// Where it comes from.
    #[serde(default, deserialize_with = "de::optional")]
    pub direction: Option<Direction>,
    /// When it was answered, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub start_time: Option<u64>,
    /// When it was over, in seconds since 1970-01-01 UTC.
    #[serde(default, deserialize_with = "de::moment")]
    pub end_time: Option<u64>,
    /// How long it was, in seconds; none until it is over.
    #[serde(rename = "duration", default, deserialize_with = "de::seconds")]
    pub duration_s: Option<u32>,
    /// What it cost, as a decimal number in text; negative, and known some minutes later.
    #[serde(default, deserialize_with = "de::optional")]
    pub price: Option<String>,
    /// In which currency, ISO 4217.
    #[serde(default, deserialize_with = "de::optional")]
    pub price_unit: Option<String>,
    /// Who answered, when answering machines were looked for.
    #[serde(default, deserialize_with = "de::optional")]
    pub answered_by: Option<String>,
    /// The number that forwarded it.
    #[serde(default, deserialize_with = "de::optional")]
    pub forwarded_from: Option<String>,
    /// The caller's name, when it was looked up.
    #[serde(default, deserialize_with = "de::optional")]
    pub caller_name: Option<String>,
}

impl fmt::Debug for CallResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallResource")
            .field("sid", &self.sid)
            .field("status", &self.status)
            .field("direction", &self.direction)
            .field("duration_s", &self.duration_s)
            .finish_non_exhaustive()
    }
}

/// What a call does once it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// Twilio asks this URL for TwiML.
    Url(String),
    /// This TwiML, up to 4,000 characters.
    Twiml(String),
    /// Twilio asks this application.
    Application(ApplicationSid),
}

/// Progress of a call that Twilio can tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// It is being dialled.
    Initiated,
    /// It rings.
    Ringing,
    /// It was answered.
    Answered,
    /// It is over.
    Completed,
}

impl Progress {
    fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Completed => "completed",
        }
    }
}

/// A call to be made. `Debug` shows no phone number.
#[derive(Clone)]
pub struct NewCall {
    /// Whom to call: E.164, `client:<identity>` or a SIP address.
    pub to: String,
    /// From which number of the account, or verified number.
    pub from: String,
    /// What it does once it is answered.
    pub instructions: Instructions,
    /// The rest.
    pub settings: CallSettings,
}

/// How a call is made; `None` is Twilio's own choice.
#[derive(Clone, Debug, Default)]
pub struct CallSettings {
    /// How the URL is asked.
    pub method: Option<Method>,
    /// Whom Twilio asks if the URL fails.
    pub fallback_url: Option<String>,
    /// How.
    pub fallback_method: Option<Method>,
    /// Whom Twilio tells of progress.
    pub status_callback: Option<String>,
    /// Of which; of the end only when it is empty.
    pub status_callback_events: Vec<Progress>,
    /// How.
    pub status_callback_method: Option<Method>,
    /// Keys to press once it is answered; `w` waits half a second.
    pub send_digits: Option<String>,
    /// How long it rings, in seconds: up to 600; 60 when nothing is said.
    pub timeout_s: Option<u32>,
    /// Whether it is recorded.
    pub record: Option<bool>,
    /// Whether to look for answering machines: `Enable` or `DetectMessageEnd`.
    pub machine_detection: Option<String>,
    /// Whether the call goes on meanwhile.
    pub async_amd: Option<bool>,
    /// Shown to who is called (branded calling).
    pub call_reason: Option<String>,
    /// The `CallToken` of a call that came in, to call on with its caller's number.
    pub call_token: Option<String>,
    /// The longest time it may last, in seconds.
    pub time_limit_s: Option<u32>,
}

impl fmt::Debug for NewCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCall")
            .field("instructions", &self.instructions)
            .finish_non_exhaustive()
    }
}

impl NewCall {
    fn form(&self) -> Form {
        let settings = &self.settings;
        let (url, twiml, application) = self.instructions.parts();
        let mut form = Form::new()
            .text("To", Some(&self.to))
            .text("From", Some(&self.from))
            .method("Method", settings.method)
            .text("FallbackUrl", settings.fallback_url.as_deref())
            .method("FallbackMethod", settings.fallback_method)
            .text("StatusCallback", settings.status_callback.as_deref());
        for event in &settings.status_callback_events {
            form = form.text("StatusCallbackEvent", Some(event.as_str()));
        }
        form.method("StatusCallbackMethod", settings.status_callback_method)
            .text("SendDigits", settings.send_digits.as_deref())
            .shown("Timeout", settings.timeout_s)
            .flag("Record", settings.record)
            .text("MachineDetection", settings.machine_detection.as_deref())
            .flag("AsyncAmd", settings.async_amd)
            .text("CallReason", settings.call_reason.as_deref())
            .text("CallToken", settings.call_token.as_deref())
            .shown("TimeLimit", settings.time_limit_s)
            .text("Url", url)
            .text("Twiml", twiml)
            .text("ApplicationSid", application)
    }
}

impl Instructions {
    fn parts(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        match self {
            Self::Url(url) => (Some(url), None, None),
            Self::Twiml(twiml) => (None, Some(twiml), None),
            Self::Application(sid) => (None, None, Some(sid.as_str())),
        }
    }
}

/// What to do with a call that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallUpdate {
    /// End it, if it was answered or not.
    HangUp,
    /// End it only if it was not answered yet.
    Cancel,
    /// Go on with what this URL answers.
    Redirect {
        /// The URL.
        url: String,
        /// How it is asked.
        method: Option<Method>,
    },
    /// Go on with this TwiML.
    Twiml(String),
}

impl CallUpdate {
    fn form(&self) -> Form {
        match self {
            Self::HangUp => Form::new().status("Status", Some(CallStatus::Completed)),
            Self::Cancel => Form::new().status("Status", Some(CallStatus::Canceled)),
            Self::Redirect { url, method } => {
                Form::new().text("Url", Some(url)).method("Method", *method)
            }
            Self::Twiml(twiml) => Form::new().text("Twiml", Some(twiml)),
        }
    }

    /// To end twice is to end; to begin a document twice is heard.
    fn repeat(&self) -> Repeat {
        match self {
            Self::HangUp | Self::Cancel => Repeat::Harmless,
            Self::Redirect { .. } | Self::Twiml(_) => Repeat::IfRefused,
        }
    }
}

/// Which calls to list.
#[derive(Clone, Default)]
pub struct CallFilter {
    /// To whom.
    pub to: Option<String>,
    /// From whom.
    pub from: Option<String>,
    /// Dialled by this leg.
    pub parent_call: Option<CallSid>,
    /// In that state.
    pub status: Option<CallStatus>,
    /// Begun before, in seconds since 1970-01-01 UTC.
    pub started_before: Option<u64>,
    /// Begun at or after, in seconds since 1970-01-01 UTC.
    pub started_after: Option<u64>,
    /// Over before, in seconds since 1970-01-01 UTC.
    pub ended_before: Option<u64>,
    /// Over at or after, in seconds since 1970-01-01 UTC.
    pub ended_after: Option<u64>,
    /// How many in one page, 1 to 1000; 50 when nothing is said.
    pub page_size: Option<u32>,
}

impl fmt::Debug for CallFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFilter")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Calls<'_> {
    /// Makes a call. If the line breaks it may ring all the same, so that it is not sent again.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn create(&self, call: &NewCall) -> Result<CallResource, RestError> {
        let request = Request::post(self.0.path("Calls"), &call.form(), Repeat::IfRefused);
        self.0.json(request).await
    }

    /// Lists them, the newest first.
    #[must_use]
    pub fn list(&self, filter: &CallFilter) -> Listing<CallResource> {
        let query = Form::new()
            .text("To", filter.to.as_deref())
            .text("From", filter.from.as_deref())
            .text(
                "ParentCallSid",
                filter.parent_call.as_ref().map(CallSid::as_str),
            )
            .status("Status", filter.status)
            .moment("StartTime<", filter.started_before)
            .moment("StartTime>", filter.started_after)
            .moment("EndTime<", filter.ended_before)
            .moment("EndTime>", filter.ended_after)
            .shown("PageSize", filter.page_size);
        self.0
            .listing("calls", Request::get(self.0.path("Calls"), &query))
    }

    /// Reads one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self, sid: &CallSid) -> Result<CallResource, RestError> {
        self.0
            .json(Request::get(self.path(sid), &Form::new()))
            .await
    }

    /// Ends or redirects one.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn update(&self, sid: &CallSid, to: &CallUpdate) -> Result<CallResource, RestError> {
        self.0
            .json(Request::post(self.path(sid), &to.form(), to.repeat()))
            .await
    }

    /// Deletes what Twilio keeps of one that is over.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn delete(&self, sid: &CallSid) -> Result<(), RestError> {
        self.0.delete(self.path(sid)).await
    }

    fn path(&self, sid: &CallSid) -> String {
        self.0.path(&format!("Calls/{sid}"))
    }
}
