//! Requests for TwiML that are about a certain kind of leg, and what follows a transfer.

use super::{Params, Problem, VoiceRequest, WebhookError};
use crate::sid::{ApplicationSid, CallSid};

/// A request for TwiML because a Voice SDK device called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRequest {
    /// About the device's leg; its `to` is empty unless the page gave a `To`.
    pub voice: VoiceRequest,
    /// The device's name, from `From`.
    pub identity: String,
    /// `ApplicationSid`: the TwiML application of the device's token.
    pub application_sid: ApplicationSid,
}

impl ClientRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        let field = "ApplicationSid";
        let application_sid = params.required(field, Problem::NotASid)?;
        let voice = VoiceRequest::from_params(params)?;
        let identity = voice
            .from
            .strip_prefix("client:")
            .filter(|name| !name.is_empty());
        let identity = identity.ok_or(WebhookError {
            field: "From",
            reason: Problem::NotAClient,
        })?;
        Ok(Self {
            identity: identity.to_owned(),
            application_sid,
            voice,
        })
    }
}

/// A request for TwiML that the called leg hears before it is connected: the `url` of `<Number>`
/// or `<Client>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalleeRequest {
    /// About the called leg.
    pub voice: VoiceRequest,
    /// `ParentCallSid`: the leg that dialled.
    pub parent_call_sid: CallSid,
}

impl CalleeRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            parent_call_sid: params.required("ParentCallSid", Problem::NotASid)?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

/// A request for TwiML because another URL failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FallbackRequest {
    /// About the leg, as the URL that failed was told.
    pub voice: VoiceRequest,
    /// `ErrorCode`, such as 11200.
    pub error_code: u32,
    /// `ErrorUrl`: the URL that failed.
    pub error_url: String,
}

impl FallbackRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        let (field, reason) = ("ErrorCode", Problem::Missing);
        Ok(Self {
            error_code: params
                .number(field)?
                .ok_or(WebhookError { field, reason })?,
            error_url: params.required_text("ErrorUrl")?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}

/// The request to the `referUrl` of a `<Dial>` whose far end asked for a transfer (SIP REFER).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferRequest {
    /// About the leg that dialled.
    pub voice: VoiceRequest,
    /// `ReferTransferTarget`: the address to which the call is to go.
    pub transfer_target: String,
}

impl ReferRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Names the first parameter that is missing or not understood.
    pub fn from_params(params: Params) -> Result<Self, WebhookError> {
        Ok(Self {
            transfer_target: params.required_text("ReferTransferTarget")?,
            voice: VoiceRequest::from_params(params)?,
        })
    }
}
